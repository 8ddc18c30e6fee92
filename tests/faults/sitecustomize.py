"""Kills the process that imports it, as `kill -9` does, or fills its disk, just before it does what a test names.

Python imports this module by itself where PYTHONPATH holds its folder. KILL_BEFORE and FULL_BEFORE are an audit event
(PEP 578), a space, and a pattern of the path that the event is about.
"""

import errno
import os
import re
import signal
import sys
from collections.abc import Callable


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


Act = Callable[[], None]


def _before(wanted: str, act: Act) -> None:
    event, _, pattern = wanted.partition(" ")

    def hook(name: str, arguments: tuple[object, ...]) -> None:
        if name == event and re.search(pattern + "$", str(arguments[1 if event == "os.rename" else 0])):
            act()

    sys.addaudithook(hook)


for _variable, _act in (("KILL_BEFORE", _kill), ("FULL_BEFORE", _full)):
    if os.environ.get(_variable):
        _before(os.environ[_variable], _act)
