"""What the Dockerfile does, in an empty Debian tree: the image's base, `python:3.13-slim-trixie`, is Debian 13 too.

There is no registry here to pull the base from. The tree has the same release, whose own Python is of the same
minor version (3.13; the image's is a later patch release, built by others), with what the image's base has on top of
Debian: `python` below /usr/local and certificates.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from string import Template

import pytest
from support import dockerfile
from support.processes import PROJECT

pytestmark = pytest.mark.faults

STAGES = dockerfile.read(PROJECT / "Dockerfile")
SUITE = STAGES[-1].base.rpartition("-")[2]
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
# As a container is run: nothing may be written but the volume and /tmp, no network, and it is nobody but itself.
CONTAINER = """
    tree=$1 volume=$2 user=$3; shift 3
    mount --bind "$tree" "$tree"
    mount --bind "$tree$volume" "$tree$volume"
    mount -t proc proc "$tree/proc"
    mount -t tmpfs tmpfs "$tree/tmp"
    mount -o remount,bind,ro "$tree"
    exec chroot --userspec="$user" "$tree" "$@"
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The tree of the last stage, after the steps of all stages."""
    if os.getuid() != 0 or not shutil.which("mmdebstrap"):
        pytest.skip("a Debian tree needs root and mmdebstrap")
    if subprocess.run(["unshare", "--mount", "--pid", "--net", "--fork", "true"], check=False).returncode:
        pytest.skip("no right to make namespaces")
    folder = tmp_path_factory.mktemp("image")
    folder.chmod(0o755)
    base = folder / "base"
    make_base(base)
    trees: dict[str, Path] = {}
    for number, stage in enumerate(STAGES):
        assert stage.base == STAGES[-1].base
        tree = trees[stage.name] = folder / f"stage{number}"
        subprocess.run(["cp", "-a", base, tree], check=True)
        build(stage, tree, trees)
    yield tree
    shutil.rmtree(folder, ignore_errors=True)


def make_base(tree: Path) -> None:
    """Install Debian's smallest set of packages with its Python into an empty folder."""
    made = ["mmdebstrap", "--quiet", "--variant=minbase", "--include=python3,python3-venv,ca-certificates"]
    done = subprocess.run(
        [*made, SUITE, tree, "http://deb.debian.org/debian"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"Debian's packages cannot be had: {done.stderr[-300:]}")
    (tree / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    for path in (CERTIFICATES, "etc/resolv.conf", "etc/pip.conf"):  # whatever way this machine reaches packages
        if Path("/", path).exists():
            shutil.copy(Path("/", path), tree / path)


def build(stage: dockerfile.Stage, tree: Path, trees: dict[str, Path]) -> None:
    """Do what the instructions of a stage do."""
    cwd, env = "/", environment(stage) | {"PIP_CERT": f"/{CERTIFICATES}"}
    for instruction, words in stage.steps:
        if instruction == "RUN":
            given = ["env", "-i", "-C", cwd, *(f"{name}={value}" for name, value in env.items())]
            done = subprocess.run(["chroot", tree, *given, *words], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        elif instruction == "COPY":
            copy(words, tree, cwd, trees)
        elif instruction == "WORKDIR":
            [cwd] = words
            (tree / cwd.lstrip("/")).mkdir(parents=True, exist_ok=True)


def environment(stage: dockerfile.Stage) -> dict[str, str]:
    """Return the variables of a stage on top of those of the base; its ENV stands before whatever needs it."""
    env = {"PATH": "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin"}
    for word in (word for instruction, words in stage.steps if instruction == "ENV" for word in words):
        name, _, value = word.partition("=")
        env[name] = Template(value).substitute(env)
    return env


def copy(words: list[str], tree: Path, cwd: str, trees: dict[str, Path]) -> None:
    """Do what COPY does: the content of a folder, or files, into a place; never what .dockerignore leaves out."""
    stages = [word.removeprefix("--from=") for word in words if word.startswith("--from=")]
    root = trees[stages[0]] if stages else PROJECT
    *sources, to = words[len(stages) :]
    place = tree / os.path.normpath(Path(cwd, to)).lstrip("/")
    for source in sources:
        path = root / source.lstrip("/")
        if path.is_dir():
            ignored = shutil.ignore_patterns("__pycache__") if root == PROJECT else None
            shutil.copytree(path, place, symlinks=True, ignore=ignored, dirs_exist_ok=True)
        else:
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)


def run(image: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run words after the entry point, as a container of the image does with a root file system that is read-only."""
    stage = STAGES[-1]
    env = environment(stage) | more
    given = ["env", "-i", "-C", *stage.last("WORKDIR"), *(f"{name}={value}" for name, value in env.items())]
    shown = ["sh", "-ec", CONTAINER, "sh", str(image), *stage.last("VOLUME"), *stage.last("USER")]
    return subprocess.run(
        ["unshare", "--mount", "--pid", "--net", "--fork", *shown, *given, *stage.last("ENTRYPOINT"), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_demo_runs_in_the_container(image: Path) -> None:
    done = run(image, "demo")
    assert done.returncode == 0, done.stderr
    assert "articles and" in done.stdout
    output = image / STAGES[-1].last("VOLUME")[0].lstrip("/")
    [report] = output.glob("demo/*/*/run.json")
    assert f"{report.stat().st_uid}:{report.stat().st_gid}" == STAGES[-1].last("USER")[0]


def test_what_the_container_does_without_words(image: Path) -> None:
    done = run(image, *STAGES[-1].last("CMD"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "digitaltrends_space" in done.stdout.split()


def test_the_code_cannot_be_changed_from_within(image: Path) -> None:
    code = image / STAGES[-1].last("WORKDIR")[0].lstrip("/") / "spacenews"
    assert {path.stat().st_uid for path in code.rglob("*")} == {0}
    assert list(code.rglob("__pycache__/settings.*.pyc")), "else each command would compile it"


def test_a_settings_module_is_put_beside_the_project(image: Path) -> None:
    place = image / STAGES[-1].last("WORKDIR")[0].lstrip("/") / "deployment.py"
    shutil.copy(PROJECT / "deploy/settings.py", place)
    done = run(image, "settings", "--get", "SPACENEWS_STORE_URL", SCRAPY_SETTINGS_MODULE="deployment")
    place.unlink()
    assert done.stdout.startswith("postgresql+psycopg://"), done.stderr


def test_workers_have_their_libraries_and_no_compiler(image: Path) -> None:
    installed = {path.name for path in image.glob("opt/spacenews/lib/python3*/site-packages/*")}
    assert installed >= {"procrastinate", "psycopg", "psycopg_binary", "obstore"}
    assert not installed & {"pip", "pytest", "mypy"}
    programs = {path.name for folder in ("usr", "usr/local", "opt/spacenews") for path in image.glob(f"{folder}/bin/*")}
    assert not programs & {"cc", "gcc", "c++", "clang", "ld"}
