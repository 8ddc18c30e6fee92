"""Changes one thing at a time in a pure module and prints the changes that no test notices.

    python tools/mutate.py spacenews/urls.py spacenews/storage/schedule.py

A module is judged by the tests of its name alone, tests/test_urls.py for urls.py: what only a crawl would notice counts
as not noticed. Comparisons, operators, conditions, constants, results and calls are changed in the syntax tree; a
regular expression loses an alternative, an anchor or a `?`. Each change runs in a process of its own.
"""

from __future__ import annotations

import ast
import importlib
import os
import re
import resource
import sys
import types
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parent.parent
SECONDS = 30  # of processor time for one change: some never end
LIBRARIES = ("hypothesis", "scrapy.crawler", "lxml.html", "sqlalchemy", "PIL.Image")  # read once, for all changes
PAIRS = [
    (ast.Lt, ast.LtE),
    (ast.Gt, ast.GtE),
    (ast.Eq, ast.NotEq),
    (ast.In, ast.NotIn),
    (ast.Is, ast.IsNot),
    (ast.And, ast.Or),
    (ast.Add, ast.Sub),
    (ast.Mult, ast.Div),
    (ast.BitOr, ast.BitAnd),
    (ast.Pow, ast.Mult),
]
SWAPS = {one: other for pair in PAIRS for one, other in (pair, pair[::-1])} | {ast.Mult: ast.Div}


def of_operator(node: Any) -> Iterator[ast.AST]:
    """Yield the opposite operator."""
    if type(node) in SWAPS:
        yield SWAPS[type(node)]()


def of_bool(node: ast.BoolOp) -> Iterator[ast.AST]:
    """Yield a condition without one of its parts."""
    for number in range(len(node.values)):
        yield ast.BoolOp(node.op, node.values[:number] + node.values[number + 1 :])


def of_not(node: ast.UnaryOp) -> Iterator[ast.AST]:
    """Yield what is denied."""
    if isinstance(node.op, ast.Not):
        yield node.operand


def of_choice(node: ast.IfExp) -> Iterator[ast.AST]:
    """Yield what either way gives."""
    yield from (node.body, node.orelse)


def of_branch(node: ast.If) -> Iterator[ast.AST]:
    """Yield the other branch."""
    yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)


def of_comprehension(node: ast.comprehension) -> Iterator[ast.AST]:
    """Yield the loop without its condition."""
    if node.ifs:
        yield ast.comprehension(node.target, node.iter, [], node.is_async)


def of_return(node: ast.Return) -> Iterator[ast.AST]:
    """Yield a result of None."""
    if node.value and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield ast.Return(ast.Constant(None))


def of_statement(_: ast.stmt) -> Iterator[ast.AST]:
    """Yield nothing to do."""
    yield ast.Pass()


def of_constant(node: ast.Constant) -> Iterator[ast.AST]:
    """Yield other values, and of a pattern what leaves something out."""
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and re.search(r"\\[a-zA-Z.]|\(\?|^\^|\$$|\w\|\w", value):
        yield from map(ast.Constant, shorter_patterns(value))
    elif isinstance(value, str):
        yield ast.Constant(value + "!")


CHANGES: dict[type[ast.AST], Callable[[Any], Iterator[ast.AST]]] = {
    ast.operator: of_operator,
    ast.cmpop: of_operator,
    ast.boolop: of_operator,
    ast.BoolOp: of_bool,
    ast.UnaryOp: of_not,
    ast.IfExp: of_choice,
    ast.If: of_branch,
    ast.comprehension: of_comprehension,
    ast.Return: of_return,
    ast.Break: of_statement,
    ast.Continue: of_statement,
    ast.Expr: of_statement,
    ast.Constant: of_constant,
}


def shorter_patterns(pattern: str) -> Iterator[str]:
    """Yield a regular expression without one of its anchors, `?` and alternatives."""
    tokens = re.findall(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[a-zA-Z]*[:=!]|\(\?<[=!]|.", pattern, re.DOTALL)
    open_groups, groups = [[-1]], []  # of each: where it opens, where its bars are, where it closes
    for at, token in enumerate(tokens):
        if token[0] == "(":
            open_groups.append([at])
        elif token[0] == "|":
            open_groups[-1].append(at)
        elif token[0] == ")":
            groups.append([*open_groups.pop(), at])
            open_groups = open_groups or [[at]]  # a piece of an f-string may close what another one opens
        elif token in ("^", "$", r"\b", "?") and tokens[at - 1] not in ("+", "*", "?"):
            yield "".join(tokens[:at] + tokens[at + 1 :])
    groups.append([*open_groups.pop(), len(tokens)])
    for places in groups:
        for begin, end in pairwise(places) if len(places) > 2 else ():
            is_first = begin == places[0]
            yield "".join(tokens[: begin + is_first] + tokens[end + is_first :])


def places(tree: ast.AST) -> Iterator[tuple[ast.AST, Callable[[ast.AST], None]]]:
    """Yield each node that the interpreter obeys, with a function that puts another one into its place."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "ctx") or isinstance(tree, ast.Import | ast.ImportFrom):
            continue
        children = enumerate(value) if isinstance(value, list) else [(field, value)]
        for key, child in children:
            is_docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            if isinstance(child, ast.AST) and not is_docstring:
                put = value.__setitem__ if isinstance(value, list) else partial(setattr, tree)
                yield child, partial(put, key)
                yield from places(child)


def mutants(tree: ast.Module) -> Iterator[str]:
    """Change the tree in one place, yield line and change, and change it back, until every change was there."""
    line = 0
    for node, put in list(places(tree)):
        line = getattr(node, "lineno", line)
        for kind, change in CHANGES.items():
            for new in change(node) if isinstance(node, kind) else ():
                put(ast.copy_location(new, node))
                ast.fix_missing_locations(tree)
                yield f"{line}: {difference(shown(node), shown(new))}"
                put(node)


def shown(node: ast.AST) -> str:
    """Return a node as it is written, in one line."""
    return re.sub(r"\s+", " ", ast.unparse(node)) or type(node).__name__


def difference(old: str, new: str) -> str:
    """Return what changed and a little of what stands around it."""
    same = len(os.path.commonprefix([old, new]))  # noqa: RUF071 - of characters, not of folders
    rest = min(len(old), len(new)) - same
    tail = len(os.path.commonprefix([old[::-1], new[::-1]])[:rest])  # noqa: RUF071
    before, after = old[max(0, same - 25) : same], old[len(old) - tail :][:25]
    return f"{before}[{old[same : len(old) - tail]} -> {new[same : len(new) - tail]}]{after}"


def survives(path: Path, tree: ast.Module, tests: Path) -> bool:
    """Run the tests with a changed module, in a child, and tell whether they pass."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        put_in_place(path, tree)
        code = pytest.main(["-qx", "-p", "no:cacheprovider", "--hypothesis-seed=1", "--assert=plain", str(tests)])
    finally:
        os._exit(code)


def put_in_place(path: Path, tree: ast.Module) -> None:
    """Import a module from its tree, before anybody imports it from its file."""
    name = ".".join(path.with_suffix("").parts)
    parent, _, stem = name.rpartition(".")
    module = types.ModuleType(name)
    setattr(importlib.import_module(parent), stem, module)
    sys.modules[name] = module
    exec(compile(tree, path, "exec"), module.__dict__)  # noqa: S102


def survivors(path: Path) -> Iterator[str]:
    """Yield the changes of a module that its tests do not notice, and how many there were."""
    tests = Path("tests", f"test_{path.stem}.py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not survives(path, tree, tests):
        sys.exit(f"{tests} fails without any change")
    alive = []
    for what in mutants(tree):
        alive.append(survives(path, tree, tests))
        if alive[-1]:
            yield f"{path}:{what}"
    yield f"{path}: {sum(alive)} of {len(alive)} changes survive"


if __name__ == "__main__":
    os.chdir(PROJECT)
    sys.path.insert(0, str(PROJECT))
    for library in LIBRARIES:
        importlib.import_module(library)
    for name in sys.argv[1:]:
        for survivor in survivors(Path(name)):
            print(survivor, flush=True)
