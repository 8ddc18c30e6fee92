"""The processes in which a run reads pages, feeds, listings and sitemaps, so that one that hurts costs only itself.

Each reader has a socket of its own: what a killed one leaves half sent concerns no other. They are plain processes and
no pool of `multiprocessing`, which would import the user's script again.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import Pipe
from typing import Any, ParamSpec, TypeVar

from scrapy import signals
from scrapy.crawler import Crawler

from spacenews.config import config_of
from spacenews.downloading.shutdown import ending
from spacenews.errors import StoppedError, UnreadableError
from spacenews.extraction.reader_process import OUT_OF_MEMORY, Answer

P = ParamSpec("P")
T = TypeVar("T")

START_SECONDS = 60  # for the imports of a reader, on a machine that is busy
LAST_SECONDS = 1  # for what is being read when the run ends
SERVE = "import sys; sys.path[:] = {path}; from spacenews.extraction.reader_process import serve; serve{arguments}"


class Readers:
    """Reads in SPACENEWS_READERS processes, which start when they are needed and end with the crawl."""

    def __init__(self, crawler: Crawler) -> None:
        config = config_of(crawler)
        self._pool = ReaderPool(config.readers, config.read_seconds, config.read_memory_mb) if config.readers else None
        self._stats = crawler.stats
        crawler.signals.connect(self.end, ending)
        crawler.signals.connect(self.close, signals.spider_closed)

    async def read(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in a reader, in the crawl's own process if there is none.

        Raises what the function raises; UnreadableError if the call took too long or too much memory, or ended its
        reader; StoppedError if the run ends.
        """
        if self._pool is None:
            return function(*args, **kwargs)
        assert not kwargs
        try:
            return await asyncio.wrap_future(self._pool.submit(function, *args))
        except UnreadableError:
            self._stats.inc_value("spacenews/readers_ended")
            raise

    def end(self) -> None:
        """Read nothing more, and end what is not read in a moment: SIGTERM waits for no page."""
        if self._pool:
            self._pool.end()
            asyncio.get_running_loop().call_later(LAST_SECONDS, self.close)

    def close(self) -> None:
        """End all readers."""
        if self._pool:
            self._pool.close()


class ReaderPool:
    """A number of readers, each with a thread that waits for it; a reader that has ended is replaced."""

    def __init__(self, readers: int, seconds: float, memory_mb: int) -> None:
        self._seconds, self._memory_mb = seconds, memory_mb
        self._threads = ThreadPoolExecutor(readers, "reader")  # one waits for one
        self._all: set[_Reader] = set()
        self._idle: list[_Reader] = []
        self._is_ending = False

    def submit(self, function: Callable[..., T], *args: object) -> Future[T]:
        """Have a reader call a function; the future raises what :meth:`Readers.read` does."""
        return self._threads.submit(self._read, function, args)

    def _read(self, function: Callable[..., T], args: Sequence[Any]) -> T:
        reader = self._idle.pop() if self._idle else _Reader(self._memory_mb)
        self._all.add(reader)
        try:
            if self._is_ending:
                reader.kill()
            answer = reader.call(function, args, self._seconds)
        except (TimeoutError, EOFError, OSError) as error:
            status = self._end(reader)
            if self._is_ending:
                raise StoppedError("it was not read: the run ends") from error
            raise UnreadableError(self._why(error, status)) from error
        except BaseException:
            self._end(reader)
            raise
        if answer.is_heavy:
            self._end(reader)
        else:
            self._idle.append(reader)
        if answer.error:
            raise answer.error
        value: T = answer.value
        return value

    def _why(self, error: Exception, status: int) -> str:
        if isinstance(error, TimeoutError):
            return f"reading it took more than {self._seconds:g} s (SPACENEWS_READ_SECONDS)"
        if status == OUT_OF_MEMORY:
            return f"reading it took more than {self._memory_mb} MB (SPACENEWS_READ_MEMORY_MB)"
        name = signal.strsignal(-status) if status < 0 else f"status {status}"
        return f"its reader ended with: {name}"

    def _end(self, reader: _Reader) -> int:
        self._all.discard(reader)
        return reader.end()

    def end(self) -> None:
        """Read nothing more than what is being read."""
        self._is_ending = True

    def close(self) -> None:
        """End all readers."""
        self.end()
        for reader in tuple(self._all):
            reader.kill()
        self._threads.shutdown()  # they see at once that their readers have ended
        for reader in tuple(self._all):
            self._end(reader)


class _Reader:
    """One process, and this end of its socket."""

    def __init__(self, memory_mb: int) -> None:
        self._is_ready = False
        self._socket, theirs = Pipe()
        with theirs:
            arguments = (theirs.fileno(), memory_mb, os.getpid())
            code = SERVE.format(path=sys.path, arguments=arguments)
            command = (sys.executable, "-c", code)
            self._process = subprocess.Popen(  # noqa: S603 - this very Python
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
            )

    def call(self, function: Callable[..., Any], args: Sequence[Any], seconds: float) -> Answer:
        """Call a function; raises TimeoutError after so many seconds, EOFError or OSError if the process has ended."""
        if not self._is_ready:
            self._answer(START_SECONDS)
            self._is_ready = True
        self._socket.send((function, args))
        return self._answer(seconds)

    def _answer(self, seconds: float) -> Answer:
        if not self._socket.poll(seconds):
            raise TimeoutError
        answer: Answer = self._socket.recv()
        return answer

    def kill(self) -> None:
        """Have the process end."""
        self._process.kill()

    def end(self) -> int:
        """End the process, and return its exit status, or minus the signal that ended it."""
        self.kill()
        status = self._process.wait()
        self._socket.close()
        return status
