"""The tables of DATA.md, as the dataclasses say they are."""

from __future__ import annotations

import re
import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from spacenews.schema import record_fields


def table(cls: type[Any]) -> str:
    """Return the table that documents the records of *cls*: a line a field, in order."""
    hints = get_type_hints(cls)
    rows = [f"| `{f.name}` | {type_name(hints[f.name])} | {f.metadata['doc']} |" for f in record_fields(cls)]
    return "\n".join(["| key | type | meaning |", "|---|---|---|", *rows])


def type_name(hint: Any) -> str:
    """Return a type as the tables name it: `str?` may be null, an object goes by the name of its table."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        names = [type_name(option) for option in arguments if option is not type(None)]
        return " or ".join(names) + "?" * (type(None) in arguments)
    if origin is list:
        return "list of " + type_name(arguments[0])
    if origin is dict:
        return "object of " + type_name(arguments[1])
    if origin is Literal:
        return "str"
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", hint.__name__).lower()
    return "image" if words == "article image" else words
