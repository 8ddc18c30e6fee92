"""Kills the process that imports it, as `kill -9` does, just before it does what KILL_BEFORE names.

Python imports this module by itself where PYTHONPATH holds its folder. KILL_BEFORE is an audit event (PEP 578), a
space, and how the path that the event is about ends.
"""

import os
import signal
import sys

event_, _, path_ = os.environ.get("KILL_BEFORE", "").partition(" ")


def _kill(event: str, arguments: tuple[object, ...]) -> None:
    if event == event_ and str(arguments[1 if event == "os.rename" else 0]).endswith(path_):
        os.kill(os.getpid(), signal.SIGKILL)


if event_:
    sys.addaudithook(_kill)
