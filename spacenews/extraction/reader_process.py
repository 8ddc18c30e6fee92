"""What a reader process runs: it takes a function and its arguments, reads, and gives back what came of it.

Pages are made by others, some of them to hurt. A page that takes for ever, takes all memory or crashes a parser costs
this process, which holds nothing, and not the crawl.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

OUT_OF_MEMORY = 77  # exit status
HEAVY = 0.5  # of the memory that a reader may take; an error above it is one of memory, whatever libxml2 calls it
MEGABYTE = 2**20
PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass
class Answer:
    """What came of a call: a value or an error; a reader that `is_heavy` is not to be used again."""

    value: Any = None
    error: Exception | None = None
    is_heavy: bool = False


def serve(descriptor: int, memory_mb: int, parent: int) -> None:
    """Answer the calls that come over a socket until its other end, of the process *parent*, is closed."""
    _end_with(parent)
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # they go to all processes of a terminal or service: the crawl decides
        signal.signal(number, signal.SIG_IGN)
    memory = memory_mb * MEGABYTE
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    _preload()
    connection = Connection(descriptor)
    connection.send(Answer())
    while True:
        try:
            function, args = connection.recv()
        except EOFError:
            return
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        connection.send(_call(function, args, HEAVY * memory))


def _end_with(parent: int) -> None:
    """Have the kernel end this process with its parent: one that hangs would not notice that the socket is closed."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _preload() -> None:
    """Import what reads, which takes longer than reading a page."""
    from spacenews.extraction import article_page, feeds, listings  # noqa: F401, PLC0415


def _call(function: Callable[..., Any], args: Sequence[Any], heavy: float) -> Answer:
    try:
        value = function(*args)
        return Answer(value, is_heavy=_peak() > heavy)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001 - it is raised in the crawl
        if _peak() > heavy:
            os._exit(OUT_OF_MEMORY)
        error.add_note(f"in a reader process:\n{traceback.format_exc()}")
        return Answer(error=_sendable(error))


def _peak() -> int:
    """Return the most memory, in bytes, that this process has had; 0 where the system does not tell (proc(5))."""
    try:
        status = Path("/proc/self/status").read_bytes()  # getrusage(2) counts what the parent had before exec, too
    except OSError:
        return 0
    return 1024 * int(status.partition(b"VmHWM:")[2].split(maxsplit=1)[0])


def _sendable(error: Exception) -> Exception:
    """Return an error that can be pickled and read again: itself, or one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - whatever an exception with arguments of its own raises
        return RuntimeError("\n".join(traceback.format_exception(error)))
    return error
