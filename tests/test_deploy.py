"""The files of deploy/ and the Dockerfile: they fit the schemas of who reads them, and name what the project has."""

from __future__ import annotations

import configparser
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import kubernetes_validate
import pytest
import yaml
from scrapy.settings import Settings
from support import dockerfile
from support.processes import PROJECT, Scrapy

from spacenews import settings
from spacenews.config import read as read_config

DEPLOY = PROJECT / "deploy"
IMAGE = dockerfile.read(PROJECT / "Dockerfile")[-1]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
MANIFESTS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in DEPLOY.glob("k8s/*.yaml")}
UNIT = (DEPLOY / "spacenews-worker.service").read_text(encoding="utf-8")
PAGE = (PROJECT / "docs/scaling.md").read_text(encoding="utf-8").partition("\n## Containers\n")[2].partition("\n## ")[0]
FILES = [PROJECT / "Dockerfile", *(path for path in DEPLOY.rglob("*") if path.is_file() and path.name != ".env")]


def pod(manifest: dict[str, Any]) -> dict[str, Any] | None:
    """Return what a manifest says of its pods, None if it has none."""
    spec = manifest.get("spec", {})
    found: dict[str, Any] | None = spec.get("jobTemplate", {}).get("spec", spec).get("template", {}).get("spec")
    return found


PODS = {name: found for name, manifest in MANIFESTS.items() if (found := pod(manifest))}
UNIT_COMMAND = re.findall(r"^ExecStart=\S+/scrapy (.*)", UNIT, re.MULTILINE)
COMMANDS = sorted(
    {" ".join(it["command"]) for it in SERVICES.values() if "command" in it}
    | {found for it in SERVICES.values() for found in re.findall(r"scrapy ([^;]*)", " ".join(it.get("entrypoint", [])))}
    | {" ".join(container["args"]) for it in PODS.values() for container in it["containers"]}
    | set(UNIT_COMMAND)
    | set(re.findall(r"^docker .* (?:worker scrapy|spacenews) ([a-z][a-z -]*)$", PAGE, re.MULTILINE))
)


# What reads them


def test_compose_takes_the_file() -> None:
    program = Path(sys.executable).parent / "check-jsonschema"
    checked: list[str | Path] = [program, "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml"]
    done = subprocess.run(checked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", MANIFESTS)
def test_kubernetes_takes_the_manifests(name: str) -> None:
    kubernetes_validate.validate(MANIFESTS[name], kubernetes_validate.latest_version(), strict=True)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    program = tmp_path / ".venv/bin/scrapy"
    program.parent.mkdir(parents=True)
    program.touch(0o755)
    (tmp_path / "output").mkdir()
    path = tmp_path / "spacenews-worker.service"
    path.write_text(UNIT.replace("/srv/spacenews", str(tmp_path)).replace("User=spacenews", "User=root"))
    done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "spacenews-worker" in line] == []


# What they name


def test_the_commands_are_found() -> None:
    assert {words.split()[0] for words in COMMANDS} >= {"worker", "enqueue", "report", "demo", "runs"}


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_is_one_of_the_project(scrapy: Scrapy, words: str) -> None:
    name, *options = words.split()
    assert (PROJECT / "spacenews/commands" / f"{name}.py").exists()
    told = scrapy(name, "--help").stdout
    assert [it for it in options if it.startswith("-") and it not in told] == []


def test_every_setting_is_one_of_the_project() -> None:
    named = {name for path in FILES for name in re.findall(r"SPACENEWS_[A-Z_]+", path.read_text(encoding="utf-8"))}
    assert named - set(dir(settings)) == set()


@pytest.mark.parametrize(
    "source",
    [(DEPLOY / "settings.py").read_text(encoding="utf-8"), MANIFESTS["settings"]["data"]["deployment.py"]],
    ids=["compose", "kubernetes"],
)
def test_the_settings_are_taken(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deployment.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "deployment", raising=False)
    given = Settings()
    given.setmodule("deployment", priority="project")
    assert str(read_config(given).store_url).startswith("postgresql+psycopg://spacenews@"), "no password"


def test_the_image_holds_what_is_mounted_where() -> None:
    [home], [output] = IMAGE.last("WORKDIR"), IMAGE.last("VOLUME")
    for service in SERVICES.values():
        places = [volume.split(":")[1] for volume in service["volumes"]]
        assert service["image"] != "spacenews" or places == [f"{home}/deployment.py", output]
    for each in PODS.values():
        [container] = each["containers"]
        mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert mounted == {"settings": f"{home}/deployment.py", "output": output, "tmp": "/tmp"}  # noqa: S108
        assert set(mounted) == {volume["name"] for volume in each["volumes"]}


def test_the_image_is_made_of_what_docker_is_let_see() -> None:
    copied = [
        word.rstrip("/")
        for stage in dockerfile.read(PROJECT / "Dockerfile")
        for name, words in stage.steps
        if name == "COPY" and not words[0].startswith("--")
        for word in words[:-1]
    ]
    lines = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if not line.startswith("#")]
    assert rules == ["*", *sorted(f"!{word}" for word in copied), "**/__pycache__"]
    assert all((PROJECT / word).exists() for word in copied)


# What they promise


def test_no_password_is_in_git_or_on_a_command_line() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"://[^/@\s]*:[^/@\s]*@", text), path.name
        given = re.findall(r"PASSWORD(?:=|: )(?!…)(.*)", text)
        assert all(it.startswith("${PGPASSWORD:?") for it in given), path.name
    assert "deploy/.env" in (PROJECT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert not any("PASSWORD" in words for words in COMMANDS)


def test_crawls_have_time_to_save_before_they_are_killed() -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(UNIT)
    assert unit["Service"]["Restart"] == "always"
    assert unit["Service"]["KillMode"] == "mixed"
    given = [SERVICES["worker"]["stop_grace_period"].removesuffix("s"), unit["Service"]["TimeoutStopSec"]]
    given.append(PODS["worker"]["terminationGracePeriodSeconds"])
    assert min(map(int, given)) >= settings.SPACENEWS_STOP_SECONDS + 10
    assert IMAGE.last("STOPSIGNAL") == ["SIGTERM"]
    assert IMAGE.last("ENTRYPOINT") == ["scrapy"], "a shell in between would keep the signal for itself"


def test_a_worker_has_room_for_what_a_page_may_take() -> None:
    least = settings.SPACENEWS_READ_MEMORY_MB + 512
    assert int(SERVICES["worker"]["deploy"]["resources"]["limits"]["memory"].removesuffix("m")) >= least
    [container] = PODS["worker"]["containers"]
    assert int(container["resources"]["limits"]["memory"].removesuffix("Mi")) >= least
    assert int(re.findall(r"MemoryMax=(\d+)M", UNIT)[0]) >= least


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_little_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize("name", PODS)
def test_a_pod_may_do_little(name: str) -> None:
    user, _, group = IMAGE.last("USER")[0].partition(":")
    account = PODS[name]["securityContext"]
    assert account["runAsNonRoot"] is True
    assert [account[it] for it in ("runAsUser", "runAsGroup", "fsGroup")] == [int(user), int(group), int(group)]
    assert PODS[name]["automountServiceAccountToken"] is False
    [container] = PODS[name]["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "memory" in container["resources"]["limits"]


def test_two_workers_wait_for_the_database_and_the_report_is_read_only() -> None:
    assert SERVICES["worker"]["deploy"]["replicas"] == MANIFESTS["worker"]["spec"]["replicas"] == 2
    assert SERVICES["worker"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert SERVICES["database"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert all(volume.endswith(":ro") for volume in SERVICES["report"]["volumes"])
    assert "environment" not in SERVICES["report"], "no password for who serves"


@pytest.fixture
def served(tmp_path: Path) -> Any:
    """The address at which nginx serves an output folder as compose has it."""
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    output = tmp_path / "output"
    for name in ("report/index.html", "images/aa/picture.png", "space_com/20261122T050000Z/run.json"):
        (output / name).parent.mkdir(parents=True)
        (output / name).write_text(name)
    (output / "spacenews.sqlite3").touch()
    ours = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    ours = ours.replace("/srv/spacenews/output", str(output)).replace("listen 8080", f"listen 127.0.0.1:{port}")
    kept = "".join(f"{it}_temp_path {tmp_path};" for it in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root; " if Path("/").owner() == "root" else ""
    (tmp_path / "conf").write_text(
        f"{user}daemon off; pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {kept}\n{ours} }}"
    )
    with subprocess.Popen(["nginx", "-p", tmp_path, "-c", tmp_path / "conf"], stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not (tmp_path / "pid").exists():
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def test_nginx_serves_the_report_and_its_files_and_nothing_else(served: str) -> None:
    for name in ("", "report/", "images/aa/picture.png", "space_com/20261122T050000Z/run.json"):
        with urlopen(f"{served}/{name}", timeout=10) as answer:  # noqa: S310 - http
            headers = [f"{header}: {value}" for header, value in answer.headers.items()]
            assert answer.read()
        wanted = re.findall(r"^    ((?:Content-Sec|X-Content|Referrer-).*)", consuming(), re.MULTILINE)
        assert len(wanted) == 3
        assert set(wanted) <= set(headers)
    for name in ("spacenews.sqlite3", "space_com/", "images/", "space_com/20261122T050000Z/"):
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{served}/{name}", timeout=10)  # noqa: S310
        assert refused.value.code in (403, 404)
        refused.value.close()


def consuming() -> str:
    return (PROJECT / "docs/consuming.md").read_text(encoding="utf-8")
