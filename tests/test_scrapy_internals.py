"""What the project uses of Scrapy beyond its documentation is still there; each test names what breaks without it."""

from __future__ import annotations

import inspect
import re
from collections import deque
from pathlib import Path

from scrapy.commands import BaseRunSpiderCommand
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.core.downloader import Downloader, Slot
from support.run_crawl import BARE, Fetcher, crawl, outcome
from support.server import Answer, Server

from spacenews.downloading import scrapy_internals
from spacenews.downloading.scrapy_internals import drain_downloader, set_slot_delay
from spacenews.errors import StoppedError


def test_a_slot_of_the_downloader_has_a_delay_a_jitter_and_a_queue() -> None:
    """Crawl-delay is kept, and a shutdown does not wait for what is queued."""
    slot = Slot(concurrency=1, delay=2.0, jitter=0.5)
    assert (slot.delay, slot.jitter) == (2.0, 0.5)
    assert isinstance(slot.queue, deque)
    assert "slots" in inspect.getsource(Downloader.__init__)


def test_the_crawl_command_makes_its_crawler_by_itself() -> None:
    """`scrapy crawl` needs the crawler to return the exit code of its run."""
    assert issubclass(ScrapyCrawl, BaseRunSpiderCommand)
    assert list(inspect.signature(ScrapyCrawl._create_crawler).parameters) == ["self", "spidercls"]


def test_the_delay_of_a_slot_is_set_and_what_waits_in_it_is_failed() -> None:
    waiting: list[int] = []

    class Slow(Fetcher):
        def keep(self, response: object) -> None:
            super().keep(response)  # type: ignore[arg-type]
            set_slot_delay(self.crawler, "127.0.0.1", 60)
            waiting.append(drain_downloader(self.crawler, lambda request: StoppedError(request.url)))

    with Server({"/": Answer(b"<p>a</p>"), "/b": Answer(b"<p>b</p>"), "/c": Answer(b"<p>c</p>")}) as server:
        pace = {"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": 0.5, "DOWNLOAD_DELAY_JITTER": 0}
        addresses = [server.origin + path for path in ("/", "/b", "/c")]
        crawler = crawl(Slow, BARE | pace, urls=" ".join(addresses))
    assert waiting == [2]
    assert server.paths() == ["/"]
    assert [type(outcome(crawler)[url]) for url in addresses[1:]] == [StoppedError, StoppedError]


def test_no_other_module_uses_what_scrapy_does_not_promise() -> None:
    internal = re.compile(
        r"scrapy\.core\b|\.slots\b|\bslot\.(?:delay|queue|jitter)|(?:crawler|engine|command|crawler_process)\._\w"
    )
    package = Path(scrapy_internals.__file__).parents[1]
    found = {path.name for path in package.rglob("*.py") if internal.search(path.read_text(encoding="utf-8"))}
    assert found == {"scrapy_internals.py"}
