"""`make bench`: how fast and how frugal `digitaltrends_space` is beside a bare Scrapy spider; Linux only (/proc).

Prints a table and puts it into docs/performance.md.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import scrapy
from demo_site.markup import ORIGIN
from pages import ARTICLES, Server, generate
from scrapy.http import HtmlResponse

from spacenews.extraction.loaders import read_article
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider

HERE = Path(__file__).parent
REPORT = HERE.parent / "docs" / "performance.md"
SAME = {
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_LEVEL": "WARNING",
}
READ_PAGES = 300
READERS = (1, 0, 2)  # the default first
WHOLE = {"discover": "listing", "pages": "all", "limit": "all"}
KNOWN = 250  # articles that a run asks for again
ALWAYS_DUE = {"SPACENEWS_RECHECK_HOURS": [[1_000_000, 0.0001]]}


@dataclass
class Measured:
    """A crawl: from its first request to the end of its process."""

    seconds: float
    lines: int
    cpu: float  # seconds of all its processes
    memory: list[float] = field(
        default_factory=list
    )  # MB of all of them, four times a second from the first request on

    @property
    def rate(self) -> float:
        """Articles per second."""
        return self.lines / self.seconds

    @property
    def growth(self) -> float:
        """MB that the last quarter of the run needs more than the second one."""
        quarter = max(1, len(self.memory) // 4)
        return statistics.mean(self.memory[-quarter:]) - statistics.mean(self.memory[quarter : 2 * quarter])


async def measure(command: list[str], folder: Path, asked: list[float]) -> Measured:
    """Run *command* in *folder* and count the lines of the *.jsonl it leaves there."""
    asked.clear()
    before = cpu_of_children()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SCRAPY_")}
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=environment)
    memory: list[float] = []
    while process.returncode is None:
        if asked and (resident := resident_mb(process.pid)):
            memory.append(resident)
        await asyncio.wait([asyncio.create_task(process.wait())], timeout=0.25)
    end = asyncio.get_running_loop().time()
    if process.returncode:
        raise SystemExit(f"{command[3]} ended with exit code {process.returncode}")
    return Measured(end - asked[0], count_lines(folder), cpu_of_children() - before, memory)


def cpu_of_children() -> float:
    """Return the CPU seconds of all processes that this one has seen end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def count_lines(folder: Path) -> int:
    """Return how many lines the *.jsonl files below *folder* have."""
    return sum(len(path.read_bytes().splitlines()) for path in folder.rglob("*.jsonl"))


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process and its children in MB, 0 when it has gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6 + sum(map(resident_mb, children))


def options(settings: dict[str, object]) -> list[str]:
    """Return *settings* as options of the scrapy command."""
    return [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]


async def serve(pages: dict[str, bytes], asked: list[float]) -> tuple[asyncio.Server, str]:
    """Serve *pages* on a port of this machine, and return its address too; *asked* gets the time of each request."""
    server = await asyncio.get_running_loop().create_server(lambda: Server(pages, asked), "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def crawls(pages: dict[str, bytes]) -> tuple[Measured, list[Measured]]:
    """Crawl the generated site with the bare spider, and with ours and each number of READERS, one after the other."""
    asked: list[float] = []
    server, base = await serve(pages, asked)
    scrapy_ = [sys.executable, "-m", "scrapy"]
    with tempfile.TemporaryDirectory() as bare_folder:
        shutil.copy(HERE / "bare.py", bare_folder)
        bare_command = [*scrapy_, "runspider", "bare.py", "-a", f"base={base}", "-o", "bare.jsonl", *options(SAME)]
        bare = await measure(bare_command, Path(bare_folder), asked)
    ours = []
    for readers in READERS:
        with tempfile.TemporaryDirectory() as folder:
            ours.append(await our_crawl(base, Path(folder), asked, SPACENEWS_READERS=readers, **WHOLE))
    server.close()
    return bare, ours


async def hourly() -> float:
    """Return the CPU seconds of a run that asks for KNOWN articles again, of which none has changed."""
    asked: list[float] = []
    server, base = await serve(generate(KNOWN), asked)
    with tempfile.TemporaryDirectory() as name:
        await our_crawl(base, Path(name), asked, **WHOLE, **ALWAYS_DUE)
        await asyncio.sleep(1)
        run = await our_crawl(base, Path(name), asked, **ALWAYS_DUE)
    server.close()
    if len(asked) < KNOWN:
        raise SystemExit(f"{len(asked)} of {KNOWN} articles were asked for: the number would say nothing")
    return run.cpu


async def our_crawl(base: str, folder: Path, asked: list[float], **given: object) -> Measured:
    """Crawl the generated site with digitaltrends_space, with settings and, in lower case, spider arguments."""
    settings = {
        **SAME,
        "SPACENEWS_MIRRORS": f'{{"{ORIGIN}": "{base}"}}',
        "SPACENEWS_OUTPUT": "output",
        "SPACENEWS_PICTURES": False,
        "SPACENEWS_PROGRESS": False,
        **{name: value for name, value in given.items() if name.isupper()},
    }
    arguments = {name: value for name, value in given.items() if name.islower()}
    command = [sys.executable, "-m", "scrapy", "crawl", "digitaltrends_space", *options(settings)]
    command += [word for name, value in arguments.items() for word in ("-a", f"{name}={value}")]
    shutil.copy(HERE.parent / "scrapy.cfg", folder)
    return await measure(command, folder, asked)


def reading(pages: dict[str, bytes]) -> tuple[float, float]:
    """Return the CPU milliseconds a page takes: building its tree, and reading the article from it; best of 3."""
    site = DigitaltrendsSpaceSpider()
    articles = [(path, body) for path, body in pages.items() if "generated-story" in path][:READ_PAGES]
    rounds = []
    for _ in range(3):
        built = read = 0.0
        for path, body in articles:
            response = HtmlResponse(ORIGIN + path, body=body, encoding="utf-8")
            start = time.process_time()
            _ = response.selector
            middle = time.process_time()
            read_article(response, site)
            built, read = built + middle - start, read + time.process_time() - middle
        rounds.append((built, read))
    return tuple(1000 * min(values) / len(articles) for values in zip(*rounds, strict=True))


def machine() -> str:
    """Return what the numbers were measured on: processor, cores, versions."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    name = model[1] if model else "unknown processor"
    return f"{name}, {os.cpu_count()} cores; Python {sys.version.split()[0]}, Scrapy {scrapy.__version__}"


def table(bare: Measured, ours: Sequence[Measured], built: float, read: float, again: float) -> str:
    """Return the numbers as a table in Markdown."""
    blank = [""] * len(ours)
    rows = [
        ["", *(f"readers: {readers}" for readers in READERS), "bare spider", "ratio", "aim"],
        ["---", *("---:" for _ in ours), "---:", "---:", "---:"],
        compared("articles a second", bare, ours, lambda it: it.rate, shown="{:.0f}", aim="at least 0.7"),
        compared(
            "CPU of all processes, ms an article",
            bare,
            ours,
            lambda it: 1000 * it.cpu / it.lines,
            shown="{:.1f}",
            aim="2",
        ),
        compared(
            "peak memory of all processes, MB", bare, ours, lambda it: max(it.memory), shown="{:.0f}", aim="at most 2"
        ),
        compared("growth in the second half, MB", bare, ours, lambda it: it.growth, shown="{:+.1f}", aim="flat"),
        ["CPU a page: tree, ms", f"{built:.2f}", *blank, "", ""],
        ["CPU a page: reading, ms", f"{read:.2f}", *blank, f"{read / built:.2f}", "at most 1.3 (of the tree)"],
        [f"CPU of a run that finds {KNOWN} articles unchanged, s", f"{again:.1f}", *blank, "", "at most 2"],
    ]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(
        [
            f"{ARTICLES:,} articles of about 70 KB over loopback, 16 requests at a time, no delays. {machine()}.",
            "",
            *lines,
        ]
    )


def compared(
    name: str, bare: Measured, ours: Sequence[Measured], number: Callable[[Measured], float], *, shown: str, aim: str
) -> list[str]:
    """Return a row of the table; the ratio is that of the first number of READERS, the default."""
    ratio = "" if aim == "flat" else f"{number(ours[0]) / number(bare):.2f}"
    return [name, *(shown.format(number(it)) for it in ours), shown.format(number(bare)), ratio, aim]


def main() -> None:
    """Measure, print, write down."""
    pages = generate()
    bare, ours = asyncio.run(crawls(pages))
    for measured in (bare, *ours):
        if measured.lines != ARTICLES:
            raise SystemExit(f"{measured.lines} of {ARTICLES} articles arrived: the numbers would not be comparable")
    numbers = table(bare, ours, *reading(pages), asyncio.run(hourly()))
    print(numbers)
    text = REPORT.read_text(encoding="utf-8")
    marked = re.compile(r"(<!-- numbers -->\n).*?(<!-- end of numbers -->)", re.DOTALL)
    REPORT.write_text(marked.sub(lambda match: f"{match[1]}{numbers}\n{match[2]}", text), encoding="utf-8")


if __name__ == "__main__":
    main()
