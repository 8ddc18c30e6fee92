"""Dataclasses that are written as JSON: one doc line a field, the way into JSON and back, and the JSON Schema.

Fields made with ``internal()`` help the code that fills an object and are never written.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
NAMES = {str: "string", int: "integer", float: "number", type(None): "null"}  # Python's name -> JSON Schema's


def doc(text: str, default: Any = None) -> Any:
    """Declare a field with its documentation line; a default that is a class is made anew for each object."""
    if isinstance(default, type):
        return field(default_factory=default, metadata={"doc": text})
    return field(default=default, metadata={"doc": text})


def internal(default: Any = None) -> Any:
    """Declare a field that is never written."""
    if isinstance(default, type):
        return field(default_factory=default, metadata={"internal": True})
    return field(default=default, metadata={"internal": True})


def record_fields(cls: type[Any]) -> list[dataclasses.Field[Any]]:
    """Return the fields of *cls* that are written, in order."""
    return [f for f in dataclasses.fields(cls) if not f.metadata.get("internal")]


def to_record(value: Any) -> Any:
    """Turn an object, or a part of one, into plain dicts and lists with every key, in order."""
    kind = type(value)
    if kind in NAMES:
        return value
    if kind is list:
        return [item if type(item) in NAMES else to_record(item) for item in value]
    if kind is dict:
        return {key: to_record(item) for key, item in value.items()}
    if dataclasses.is_dataclass(kind):
        return {name: to_record(getattr(value, name)) for name in _types(kind)}
    return value


def dumps(value: Any) -> str:
    """Write a JSON value as one strict line for every reader: no NaN, no lone surrogates, no separators of Unicode.

    Raises ValueError for a number that JSON cannot name, TypeError for a value that is not one of JSON's.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text if text.isascii() else one_line(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))


def one_line(text: str) -> str:
    """Escape what some readers of JSON Lines take for the end of a line: U+2028, U+2029 and U+0085."""
    if not text.isascii():
        for char in "\u2028\u2029\x85":
            text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def from_record(cls: type[T], record: Mapping[str, Any]) -> T:
    """Build an object of *cls* from its record, which an older version may have written.

    A key that is missing takes its default, one that is not known is left out.
    """
    made: T = _object(cls, record)
    return made


def _object(cls: Any, record: Mapping[str, Any]) -> Any:
    return cls(**{name: _from_json(hint, record[name]) for name, hint in _types(cls).items() if name in record})


def _from_json(hint: Any, value: Any) -> Any:
    arguments = get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(value, dict):
        return _object(hint, value)
    if get_origin(hint) is list and isinstance(value, list):
        return [_from_json(arguments[0], item) for item in value]
    if get_origin(hint) is dict and isinstance(value, dict):
        return {key: _from_json(arguments[1], item) for key, item in value.items()}
    if _is_union(hint):
        return next((made for option in arguments if (made := _from_json(option, value)) is not value), value)
    return value


def schema_of(cls: type[Any], title: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the records of *cls*."""
    definitions: dict[str, Any] = {}
    root = _object_schema(cls, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **root,
        "$defs": definitions,
    }


def _object_schema(cls: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    hints, fields = get_type_hints(cls), record_fields(cls)
    return {
        "description": cls.__doc__,
        "type": "object",
        "properties": {
            f.name: {"description": f.metadata["doc"], **_type_schema(hints[f.name], definitions)} for f in fields
        },
        "required": [f.name for f in fields],
        "additionalProperties": False,
    }


def _type_schema(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if _is_union(hint):
        return {"anyOf": [_type_schema(option, definitions) for option in arguments]}
    if origin is list:
        return {"type": "array", "items": _type_schema(arguments[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _type_schema(arguments[1], definitions)}
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}
            definitions[hint.__name__] = _object_schema(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    return {"type": NAMES[hint]}


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType)


@cache
def _types(cls: Any) -> dict[str, Any]:
    """Return the type of each field that is written, by name and in order."""
    hints = get_type_hints(cls)
    return {f.name: hints[f.name] for f in record_fields(cls)}
