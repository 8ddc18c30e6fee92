"""Reads a Dockerfile: the instructions that the project's own has, and no others."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

SHELL = ("/bin/sh", "-c")


@dataclass
class Stage:
    """What one FROM begins."""

    base: str
    name: str
    steps: list[tuple[str, list[str]]] = field(default_factory=list)  # instruction and words; of RUN the command

    def last(self, instruction: str) -> list[str]:
        """Return the words of the last such instruction: each takes the place of the one before."""
        return [words for name, words in self.steps if name == instruction][-1]


def read(path: Path) -> list[Stage]:
    """Return the stages of a Dockerfile."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    stages: list[Stage] = []
    for line in filter(str.strip, re.sub(r"\\\n\s*", "", text).splitlines()):
        instruction, _, rest = line.partition(" ")
        words = json.loads(rest) if rest.startswith("[") else shlex.split(rest)
        if instruction == "FROM":
            stages.append(Stage(words[0], words[2] if words[1:2] == ["AS"] else ""))
        elif instruction == "RUN":
            stages[-1].steps.append((instruction, [*SHELL, rest]))
        elif instruction in ("COPY", "ENV", "WORKDIR", "USER", "VOLUME", "STOPSIGNAL", "ENTRYPOINT", "CMD"):
            stages[-1].steps.append((instruction, words))
        else:
            message = f"{path.name}: {instruction} is not understood by the tests"
            raise ValueError(message)
    return stages
