"""What is declared is what is used, and what is built holds the package and nothing else."""

from __future__ import annotations

import ast
import re
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, metadata, packages_distributions, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from support import distributions

PROJECT = Path(__file__).parent.parent
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUN_TIME = [Requirement(line) for line in DECLARED["dependencies"]]
BESIDE = ("tests", "tools", "benchmarks")  # the package
OURS = {"spacenews", *(path.stem for folder in BESIDE for path in (PROJECT / folder).rglob("*"))}
BROUGHT_BY = packages_distributions()
ELSEWHERE = {"compression", "atheris"}  # Python 3.14's own; what only tests/fuzz/explore.py asks for


def extra(name: str) -> list[Requirement]:
    """Return what an extra brings, also through the extras that it names."""
    brought = []
    for requirement in map(Requirement, DECLARED["optional-dependencies"][name]):
        if requirement.name == "spacenews":
            brought += [each for other in requirement.extras for each in extra(other)]
        else:
            brought.append(requirement)
    return brought


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in requirements}


def imported(source: str) -> set[str]:
    """Return the modules of others that a source imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(source)))
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {module.partition(".")[0] for module in modules} - sys.stdlib_module_names - OURS - ELSEWHERE


def imported_below(*folders: str) -> set[str]:
    paths = (path for folder in folders for path in (PROJECT / folder).rglob("*.py"))
    return {module for path in paths for module in imported(path.read_text(encoding="utf-8"))}


def bringing(module: str) -> set[str]:
    """Return who brings a module; several share a namespace such as `zope`."""
    return {canonicalize_name(name) for name in BROUGHT_BY.get(module, [module])}


def undeclared(modules: set[str], declared: set[str]) -> set[str]:
    return {module for module in modules if not bringing(module) & declared}


def test_what_the_package_imports_is_declared() -> None:
    declared = names(
        [*RUN_TIME, *extra("alerts"), *extra("export"), *extra("postgres"), *extra("cluster"), *extra("cloud")]
    )
    assert undeclared(imported_below("spacenews"), declared) == set()


def test_what_is_declared_is_imported() -> None:
    brought = {name for module in imported_below("spacenews") for name in bringing(module)}
    assert names(RUN_TIME) - brought == {"tzdata"}, "zoneinfo imports it where the system has no time zones"


def test_what_tests_and_tools_import_is_declared_or_part_of_scrapy() -> None:
    parts_of_scrapy = [Requirement(line) for line in requires("scrapy") or ()]
    declared = names([*RUN_TIME, *extra("dev"), *extra("bench"), *parts_of_scrapy])
    assert undeclared(imported_below(*BESIDE), declared) == set()


def test_the_extra_brings_what_the_examples_use() -> None:
    page = (PROJECT / "docs/consuming.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    used = {module for example in examples for module in imported(example)} | {"datasette", "pyarrow"}
    assert used >= {"pandas", "polars", "duckdb", "datasets"}
    assert undeclared(used, names(extra("consume"))) == set()


def locked(lock: str) -> list[Requirement]:
    lines = (PROJECT / lock).read_text(encoding="utf-8").splitlines()
    return [Requirement(line.strip(" \\")) for line in lines if line[:1].isalnum()]


def pins(lock: str) -> dict[str, Version]:
    return {each.name: Version(str(each.specifier).removeprefix("==")) for each in locked(lock)}


@pytest.mark.parametrize(
    ("lock", "declared"),
    [
        ("requirements.lock", RUN_TIME),
        ("requirements-cluster.lock", [*RUN_TIME, *extra("cluster"), *extra("cloud")]),
        ("requirements-dev.lock", [*RUN_TIME, *extra("dev")]),
    ],
    ids=["users", "workers", "developers"],
)
def test_a_lock_has_what_is_declared_and_names_no_index(lock: str, declared: list[Requirement]) -> None:
    pinned = pins(lock)
    assert [str(each) for each in declared if pinned[canonicalize_name(each.name)] not in each.specifier] == []
    assert "://" not in (PROJECT / lock).read_text(encoding="utf-8")


def test_developers_test_the_versions_that_users_and_workers_have() -> None:
    tested = pins("requirements-dev.lock")
    assert pins("requirements.lock").items() <= pins("requirements-cluster.lock").items() <= tested.items()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-cluster.lock", "requirements-dev.lock"])
def test_a_lock_pins_the_extras_that_are_asked_for(lock: str) -> None:
    """Else pip looks for a newer version that has the extra, and refuses it for want of a hash."""
    extras, pinned = {each.name: each.extras for each in locked(lock)}, pins(lock)
    asked: dict[str, set[str]] = {}
    for name, own in extras.items():
        with suppress(PackageNotFoundError):  # a pin for another platform
            as_locked = Version(version(name)) == pinned[name]
            for each in map(Requirement, (requires(name) or []) if as_locked else []):
                if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in own or {""}):
                    asked.setdefault(canonicalize_name(each.name), set()).update(each.extras)
    assert {name: wanted for name, wanted in asked.items() if wanted - extras[name]} == {}


def licences(distribution: str) -> Iterator[str]:
    for field in ("License-Expression", "License", "Classifier"):
        for said in metadata(distribution).get_all(field, []):
            yield said.partition("\n")[0]  # some have the whole text there


def test_nothing_that_users_install_is_under_the_gpl() -> None:
    read = set()
    for name in pins("requirements.lock"):
        try:
            said = list(licences(name))
        except PackageNotFoundError:  # a pin for another platform
            continue
        assert not [line for line in said if re.search(r"\b[AL]?GPL|General Public", line)], name
        read.add(name)
    assert read >= names(RUN_TIME)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return distributions.build(tmp_path_factory.mktemp("dist"))


def test_the_sdist_holds_the_package_and_its_docs(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as packed:
        found = {name.split("/")[1] for name in packed.getnames() if "/" in name}
    pages = {path.name for path in PROJECT.glob("*.md")}
    made = {"PKG-INFO", "setup.cfg", "spacenews.egg-info"}
    assert found == pages | made | {"LICENSE", "MANIFEST.in", "docs", "pyproject.toml", "scrapy.cfg", "spacenews"}


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[1]) as packed:
        found = {name for name in packed.namelist() if ".dist-info/" not in name}
    files = (path for path in (PROJECT / "spacenews").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert found == {path.relative_to(PROJECT).as_posix() for path in files}
    assert found >= {"spacenews/py.typed", "spacenews/commands/demo.warc.gz", "spacenews/report/templates/base.html"}


def test_the_wheel_says_whose_it_is_and_names_no_address(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[1]) as packed:
        (said,) = (packed.read(name).decode() for name in packed.namelist() if name.endswith(".dist-info/METADATA"))
        (licence,) = (packed.read(name).decode() for name in packed.namelist() if name.endswith("/licenses/LICENSE"))
    fields = said.partition("\n\n")[0].splitlines()
    assert {"License-Expression: BSD-3-Clause", "Author: the spacenews authors"} <= set(fields)
    assert licence == (PROJECT / "LICENSE").read_text(encoding="utf-8")
    assert [line for line in fields if "://" in line] == []
