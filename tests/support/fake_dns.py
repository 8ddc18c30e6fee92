"""Host names that resolve to the addresses a test chooses, in the reactor of run_crawl.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver
from zope.interface import implementer

from support.run_crawl import reactor


@implementer(IHostnameResolver)
class FakeResolver:
    """A resolver whose answers a test sets; each lookup takes the next one, the last one is repeated."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.answers: dict[str, list[str]] = {}

    def resolveHostName(self, receiver: Any, host: str, port: int = 0, *args: Any, **kwargs: Any) -> Any:  # noqa: N802
        if host not in self.answers:
            return self.inner.resolveHostName(receiver, host, port, *args, **kwargs)
        answers = self.answers[host]
        answer = answers[0] if len(answers) == 1 else answers.pop(0)
        receiver.resolutionBegan(self)
        receiver.addressResolved((IPv6Address if ":" in answer else IPv4Address)("TCP", answer, port))
        receiver.resolutionComplete()
        return self


def resolve() -> Iterator[dict[str, list[str]]]:
    """Install a fake resolver and yield its answers by host, for the test to fill; other hosts resolve as always."""
    real = reactor.nameResolver
    mine = FakeResolver(real)
    reactor.installNameResolver(mine)
    yield mine.answers
    reactor.installNameResolver(real)
