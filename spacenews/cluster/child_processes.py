"""Commands of the project that run as processes of their own: crawls, of which several run at once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

from spacenews.errors import ExitCode

STDIN = 0


class ChildProcesses:
    """Runs scrapy commands and passes on what they say; :meth:`stop` ends all of them, and those that come later."""

    def __init__(self) -> None:
        self.stopped = asyncio.Event()
        self._running: set[asyncio.subprocess.Process] = set()

    def stop(self) -> None:
        """Have every process end as after SIGTERM."""
        self.stopped.set()
        for process in self._running:
            with suppress(ProcessLookupError):
                process.terminate()

    async def run(self, name: str, words: Sequence[str]) -> int:
        """Run `scrapy` with *words*, what it says going to stderr after *name*, and return its exit code."""
        if self.stopped.is_set():
            return ExitCode.INTERRUPTED
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__, *words),
            start_new_session=True,  # Ctrl-C reaches it once, from here
            stdin=asyncio.subprocess.PIPE,  # closed when this process is gone, see _end_with_parent
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._running.add(process)
        if self.stopped.is_set():
            self.stop()
        try:
            assert process.stdout
            await pass_on(process.stdout, name)
            code = await process.wait()
        finally:
            self._running.discard(process)
        return code if code >= 0 else ExitCode.INTERRUPTED


async def pass_on(said: asyncio.StreamReader, name: str) -> None:
    """Write what a process says to stderr, line by line, each with a name before it."""
    rest = b""
    while chunk := await said.read(65_536):
        *lines, rest = (rest + chunk).split(b"\n")
        write_lines(lines, name)
    write_lines([rest] if rest else [], name)


def write_lines(lines: Sequence[bytes], name: str) -> None:
    """Write whole lines; where nobody reads them, the process goes on."""
    text = "".join(f"[{name}] {line.decode(errors='replace')}\n" for line in lines)
    with suppress(OSError, ValueError):  # a closed pipe, a full disk, no stderr
        print(text, end="", file=sys.stderr, flush=True)  # noqa: T201 - the log of the process


def _end_with_parent() -> None:
    """Send this process SIGTERM once its parent is gone, however that ended; a crawl then saves what it has.

    The kernel's own signal (PR_SET_PDEATHSIG) comes once for each thread of the parent, and Scrapy drops everything at
    the second.
    """
    with suppress(OSError):  # reset by a parent that is gone
        while os.read(STDIN, 1):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    from scrapy.cmdline import execute

    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    execute(["scrapy", *sys.argv[1:]])
