"""The pictures of articles, fetched by real crawls from a server on loopback."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import scrapy
from scrapy.crawler import Crawler
from sqlalchemy import insert
from support.run_crawl import crawl, reactor
from support.server import Answer, Hit, Route, Server
from test_image_files import animation, bomb, picture

from spacenews import settings as defaults
from spacenews.downloading.shutdown import cancel_all
from spacenews.errors import OutputError
from spacenews.extraction.image_files import is_transient
from spacenews.items import Article, ArticleImage
from spacenews.pipelines.images import REMEMBERED, ImagesPipeline
from spacenews.reasons import ImageReason
from spacenews.runs.run import Run, run_of
from spacenews.site import Site
from spacenews.storage import tables
from spacenews.storage.image_store import ImageFolder
from spacenews.storage.schedule import Schedule
from spacenews.storage.store import Store
from spacenews.urls import image_candidates

HOST = "https://www.example.com"


class Gallery(Site, scrapy.Spider):
    """Yields the articles it is given, from a page, and keeps what the pipelines make of them."""

    name = "gallery"
    allowed_domains = ("www.example.com",)
    image_hosts = ("dead.example.com",)
    custom_settings = {"ITEM_PIPELINES": {ImagesPipeline: 300, "test_images_pipeline.Collect": 400}}  # noqa: RUF012

    def __init__(self, articles: list[Article]) -> None:
        super().__init__()
        self.articles = articles
        self.results: list[Article] = []

    async def start(self) -> AsyncIterator[Any]:
        yield scrapy.Request(f"{HOST}/page", meta={"handle_httpstatus_all": True})

    def parse(self, _: scrapy.http.Response) -> list[Article]:
        return self.articles


class Collect:
    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Any) -> Collect:
        return cls(crawler)

    def process_item(self, item: Article) -> Article:
        self.crawler.spider.results.append(item)
        return item


def article(*addresses: str) -> Article:
    site = Gallery([])
    images = [ArticleImage(url=HOST + url, candidates=image_candidates(HOST + url, site)) for url in addresses]
    if images:
        images[0].role = "lead"
    return Article(url=f"{HOST}/space/story/", images=images)


class Crawl:
    """One crawl with project settings and only what pictures need; `images` are those of the first article."""

    def __init__(
        self,
        output: Path,
        server: Server,
        *articles: Article,
        started: Callable[[Crawler], object] = lambda _: None,
        **changed: Any,
    ) -> None:
        settings = {name: getattr(defaults, name) for name in dir(defaults) if name.isupper()}
        settings |= {
            "ADDONS": {},
            "EXTENSIONS": {Run: 0},
            "DOWNLOADER_MIDDLEWARES": {
                name: place for name, place in defaults.DOWNLOADER_MIDDLEWARES.items() if "revisit" not in name
            },
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_ENABLED": False,
            "RETRY_ENABLED": False,
            "ROBOTSTXT_OBEY": False,
            "SPACENEWS_OUTPUT": str(output),
            "SPACENEWS_MIRRORS": {HOST: server.origin, "https://dead.example.com": "http://127.0.0.1:9"},
        }
        crawlers: list[Crawler] = []

        def keep(crawler: Crawler) -> None:
            crawlers.append(crawler)
            started(crawler)

        try:
            crawl(
                Gallery,
                settings | changed,
                started=keep,
                articles=list(articles),
            )
        finally:
            (crawler,) = crawlers
            self.run = run_of(crawler)
            self.run.close()
        self.server = server
        self.stats: dict[str, Any] = crawler.stats.get_stats()
        self.pipeline = crawler.get_item_pipeline(ImagesPipeline)
        assert isinstance(crawler.spider, Gallery)
        self.results = crawler.spider.results
        self.images = self.results[0].images
        self.folder = output / "images"

    def asked(self) -> list[str]:
        """Return what was asked for beside the page."""
        return [path for path in self.server.paths() if path != "/page"]

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


def remember(output: Path, images: list[ArticleImage]) -> None:
    """Save pictures in the crawl database as the export pipeline does."""
    database = Store(f"sqlite:///{output}/spacenews.sqlite3", Schedule())
    names = [column.name for column in tables.pictures.c if column.name != "fetched_at"]
    with database.database.engine.begin() as connection:
        for image in images:
            row = {name: getattr(image, name) for name in names} | {"fetched_at": "2026-11-22T00:00:00Z"}
            connection.execute(insert(tables.pictures).values(row))
    database.close()


def test_original_bytes_are_kept_under_the_name_of_their_content(tmp_path: Path) -> None:
    served = {"/a.png": picture("JPEG"), "/b.jpg": animation("GIF"), "/c.jpg": picture("AVIF")}
    with Server({path: Answer(body) for path, body in served.items()}) as server:
        done = Crawl(tmp_path, server, article(*served))
    for image, body, (media_type, extension) in zip(
        done.images, served.values(), [("image/jpeg", "jpg"), ("image/gif", "gif"), ("image/avif", "avif")], strict=True
    ):
        digest = hashlib.sha256(body).hexdigest()
        assert (image.status, image.reason, image.sha256, image.media_type) == ("ok", None, digest, media_type)
        assert (image.width, image.height, image.bytes) == (60, 40, len(body))
        assert image.path == f"{digest[:2]}/{digest}.{extension}"
        assert (done.folder / image.path).read_bytes() == body
    assert len(done.files()) == 3
    assert done.stats["spacenews/pictures/ok"] == 3


def test_the_largest_original_is_taken_and_the_page_s_own_form_where_there_is_none(tmp_path: Path) -> None:
    small, large, heavy = picture("JPEG", (60, 40)), picture("JPEG", (120, 80)), picture("PNG", (400, 400))
    routes: Mapping[str, Route] = {
        "/a.jpg": Answer(large),
        "/a.jpg?w=60": Answer(small),
        "/gone.jpg?w=60": Answer(small),
        "/page.jpg": Answer(b"<html>sorry</html>"),
        "/page.jpg?w=60": Answer(small),
        "/heavy.png": Answer(heavy),
        "/heavy.png?w=60": Answer(small),
        "/vast.png": Answer(bomb(7000)),
        "/vast.png?w=60": Answer(small),
    }
    shown = ["/gone.jpg?w=60", "/a.jpg?w=60", "/page.jpg?w=60", "/heavy.png?w=60", "/vast.png?w=60"]
    with Server(routes) as server:
        done = Crawl(tmp_path, server, article(*shown), SPACENEWS_PICTURE_MAX_BYTES=200_000)
    assert [image.status for image in done.images] == ["ok"] * 5
    taken = [image.url.removeprefix(HOST) for image in done.images]
    assert taken == ["/gone.jpg?w=60", "/a.jpg", "/page.jpg?w=60", "/heavy.png?w=60", "/vast.png?w=60"]
    assert done.results[0].image_url == f"{HOST}/gone.jpg?w=60"
    assert [image.width for image in done.images] == [60, 120, 60, 60, 60]


class Choosy(Server):
    """Answers by a function, whatever is asked for."""

    def __init__(self, choose: Callable[[str], Answer]) -> None:
        super().__init__({})
        self.choose = choose

    def answer(self, hit: Hit) -> Answer:
        super().answer(hit)
        return self.choose(hit.path)


@pytest.mark.parametrize("query", ["Expires=1764115200&Signature=abc{}&w=60", "w=60&key=k{}"])
def test_a_gallery_of_addresses_with_a_key_is_had_whole(tmp_path: Path, query: str) -> None:
    paths = [f"/{number}.jpg?{query.format(number)}" for number in range(15)]
    with Choosy(lambda path: Answer(picture("JPEG")) if path in paths else Answer(status=403)) as server:
        done = Crawl(tmp_path, server, article(*paths), CONCURRENT_REQUESTS=1)
    assert [(image.status, image.reason) for image in done.images] == [("ok", None)] * 15
    assert len(done.asked()) <= 15 + 3, "a host that refuses every original is not asked for more of them"


def test_a_host_that_refuses_everything_is_not_asked_for_every_original_as_well(tmp_path: Path) -> None:
    paths = [f"/{number}.jpg?w=60" for number in range(20)]
    with Choosy(lambda path: Answer(b"page") if path == "/page" else Answer(status=403)) as server:
        done = Crawl(tmp_path, server, article(*paths), CONCURRENT_REQUESTS=1)
    assert {(image.status, image.reason) for image in done.images} == {("failed", "refused")}
    assert len(done.asked()) <= 20 + 3


def test_two_pictures_at_one_path_are_two_files(tmp_path: Path) -> None:
    red, blue = picture("PNG", (60, 40)), picture("PNG", (40, 60))
    with Choosy(lambda path: Answer(red if "id=1" in path else blue)) as server:
        done = Crawl(tmp_path, server, article("/render.jpg?id=1&w=800", "/render.jpg?id=2&w=800"))
    assert [image.width for image in done.images] == [60, 40]
    assert [image.url.removeprefix(HOST) for image in done.images] == ["/render.jpg?id=1", "/render.jpg?id=2"]


def test_every_picture_ends_with_a_status_and_a_reason_and_never_costs_the_article(tmp_path: Path) -> None:
    whole = picture("JPEG", (100, 100))
    cases: dict[str, tuple[Route, str, ImageReason | None]] = {
        "/ok.jpg": (Answer(whole), "ok", None),
        "/moved.jpg": (Answer(status=302, headers={"Location": "/ok.jpg"}), "ok", None),
        "/404.jpg": (Answer(status=404), "failed", ImageReason.NOT_FOUND),
        "/410.jpg": (Answer(status=410), "failed", ImageReason.NOT_FOUND),
        "/403.jpg": (Answer(status=403), "failed", ImageReason.REFUSED),
        "/500.jpg": (Answer(status=500), "failed", ImageReason.SERVER_ERROR),
        "/loop.jpg": (Answer(status=302, headers={"Location": "/loop.jpg"}), "failed", ImageReason.UNREACHABLE),
        "/html.jpg": (Answer(b"<html>"), "failed", ImageReason.NOT_A_PICTURE),
        "/empty.jpg": (Answer(), "failed", ImageReason.NOT_A_PICTURE),
        "/short.jpg": (Answer(whole[:-500]), "failed", ImageReason.TRUNCATED),
        "/cut.jpg": (Answer(whole, cut=900), "failed", ImageReason.TRUNCATED),
        "/slow.jpg": (Answer(whole, wait=20), "failed", ImageReason.TIMEOUT),
        "/bomb.png": (Answer(bomb(7000)), "failed", ImageReason.TOO_MANY_PIXELS),
        "/heavy.jpg": (Answer(whole, length=10**9), "failed", ImageReason.TOO_LARGE),
        "/pixel.gif": (Answer(picture("GIF", (1, 1))), "skipped", ImageReason.TOO_SMALL),
        "/logo.svg": (Answer(b"<svg></svg>"), "skipped", ImageReason.UNSUPPORTED),
    }
    story = article(*cases)
    story.images.append(ArticleImage(url="data:image/gif;base64,R0lGOD"))
    story.images.append(
        ArticleImage(url="https://dead.example.com/a.jpg", candidates=["https://dead.example.com/a.jpg"])
    )
    story.images.append(ArticleImage(url="https://10.0.0.1/a.jpg", candidates=["https://10.0.0.1/a.jpg"]))
    with Server({path: answer for path, (answer, _, _) in cases.items()}) as server:
        done = Crawl(tmp_path, server, story, DOWNLOAD_TIMEOUT=1)
    expected = {HOST + path: (status, reason) for path, (_, status, reason) in cases.items()}
    expected["data:image/gif;base64,R0lGOD"] = ("failed", ImageReason.BAD_ADDRESS)
    expected["https://dead.example.com/a.jpg"] = ("failed", ImageReason.UNREACHABLE)
    expected["https://10.0.0.1/a.jpg"] = ("failed", ImageReason.GUARD)
    assert {image.url: (image.status, image.reason) for image in done.images} == expected
    assert all(image.path is None for image in done.images if image.status != "ok")
    assert len(done.files()) == 1
    assert done.stats["spacenews/pictures/skipped"] == 2
    assert done.stats["spacenews/pictures/reason/not_found"] == 2
    assert not done.run.errors


def test_one_picture_is_asked_for_once_and_is_one_file(tmp_path: Path) -> None:
    body = picture("WEBP")
    with Server({"/a.webp": Answer(body), "/same-bytes.webp": Answer(body)}) as server:
        stories = [article("/a.webp?w=1", "/same-bytes.webp"), article("/a.webp?w=2", "/a.webp"), article("/a.webp")]
        done = Crawl(tmp_path, server, *stories)
    assert sorted(done.asked()) == ["/a.webp", "/same-bytes.webp"]
    assert len(done.files()) == 1
    assert {image.status for result in done.results for image in result.images} == {"ok"}


def test_a_picture_in_the_database_is_not_asked_for_again_unless_its_file_is_gone(tmp_path: Path) -> None:
    with Server({"/a.jpg": Answer(picture("JPEG"))}) as server:
        first = Crawl(tmp_path, server, article("/a.jpg?w=9"))
        remember(tmp_path, first.images)
        second = Crawl(tmp_path, server, article("/a.jpg?w=9"))
        assert second.asked() == ["/a.jpg"]
        assert second.images == first.images
        (first.folder / str(first.images[0].path)).unlink()
        third = Crawl(tmp_path, server, article("/a.jpg?w=9"))
    assert third.asked() == ["/a.jpg", "/a.jpg"]
    assert third.files() == [third.images[0].path]


def test_what_an_article_of_the_database_lost_for_good_is_not_asked_for_again(tmp_path: Path) -> None:
    story = article("/gone.jpg", "/late.jpg")
    story.images[0].status, story.images[0].reason = "failed", ImageReason.NOT_FOUND
    story.images[1].status, story.images[1].reason = "failed", ImageReason.TIMEOUT
    with Server({"/late.jpg": Answer(picture("JPEG"))}) as server:
        done = Crawl(tmp_path, server, story)
    assert done.asked() == ["/late.jpg"]
    assert [(image.status, image.reason) for image in done.images] == [("failed", "not_found"), ("ok", None)]


def test_a_picture_that_robots_txt_forbids_is_skipped(tmp_path: Path) -> None:
    robots = Answer(b"User-agent: *\nDisallow: /private/", headers={"Content-Type": "text/plain"})
    with Server({"/robots.txt": robots, "/private/a.jpg": Answer(picture("JPEG"))}) as server:
        done = Crawl(tmp_path, server, article("/private/a.jpg"), ROBOTSTXT_OBEY=True)
    assert [(image.status, image.reason) for image in done.images] == [("skipped", "robots")]
    assert "/private/a.jpg" not in server.paths()


def test_a_picture_that_the_end_of_the_run_cuts_short_stays_due(tmp_path: Path) -> None:
    running: list[Crawler] = []

    def slow(_: Hit) -> Answer:
        reactor.callFromThread(cancel_all, running[0])
        return Answer(picture("JPEG"), wait=30)

    with Server({"/a.jpg": slow}) as server:
        done = Crawl(tmp_path, server, article("/a.jpg?w=9"), started=running.append)
    assert [(image.status, image.reason) for image in done.images] == [("failed", "interrupted")]
    assert is_transient(str(done.images[0].reason))
    assert done.asked() == ["/a.jpg"]


def test_pictures_can_be_switched_off(tmp_path: Path) -> None:
    with Server({"/a.jpg": Answer(picture("JPEG"))}) as server:
        done = Crawl(tmp_path, server, article("/a.jpg"), SPACENEWS_PICTURES=False)
    assert done.asked() == []
    assert [(image.status, image.reason) for image in done.images] == [("skipped", "disabled")]


def test_a_picture_that_cannot_be_written_ends_the_run_with_code_4_and_leaves_no_file(tmp_path: Path) -> None:
    body = picture("JPEG")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / hashlib.sha256(body).hexdigest()[:2]).write_text("a file where a folder should be")
    with Server({"/a.jpg": Answer(body)}) as server:
        done = Crawl(tmp_path, server, article("/a.jpg?w=9"))
    assert [(image.status, image.reason) for image in done.images] == [("failed", "store")]
    assert [type(error) for error in done.run.errors] == [OutputError]
    assert done.asked() == ["/a.jpg"]


def test_a_place_for_pictures_that_cannot_be_used_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with Server({}) as server, pytest.raises(OutputError, match="IMAGES_STORE"):
        Crawl(tmp_path, server, article(), IMAGES_STORE=f"{tmp_path}/file")


class Bucket:
    """botocore, as far as Scrapy's store asks for it: a client that remembers keys."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def get_session(self) -> Bucket:
        return self

    def create_client(self, *_: Any, **__: Any) -> Bucket:
        return self

    def head_object(self, **_: Any) -> Any:
        raise KeyError("no such key")

    def put_object(self, *, Bucket: str, Key: str, **_: Any) -> None:  # noqa: N803 - the names are S3's
        self.keys.append(f"{Bucket}/{Key}")


@pytest.mark.parametrize(
    ("address", "folder"),
    [
        ("s3://news/space", "news/space/"),
        ("s3://news/space/", "news/space/"),
        ("s3://news", "news/"),
        ("s3://news/", "news/"),
        ("s3://news/a/b", "news/a/b/"),
    ],
)
def test_pictures_lie_below_the_folder_of_an_object_store(
    tmp_path: Path, address: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = Bucket()
    monkeypatch.setattr("scrapy.pipelines.files.is_botocore_available", lambda: True)
    modules = {
        "botocore": SimpleNamespace(__spec__=ModuleSpec("botocore", None), session=bucket),
        "botocore.session": bucket,
        "botocore.config": SimpleNamespace(Config=dict),
    }
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    with Server({"/a.jpg": Answer(picture("JPEG"))}) as server:
        done = Crawl(tmp_path, server, article("/a.jpg"), IMAGES_STORE=address)
    assert done.images[0].status == "ok"
    assert bucket.keys == [folder + str(done.images[0].path)]


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_folder_of_pictures_may_have_any_name(tmp_path: Path, scheme: str) -> None:
    folder = tmp_path / "a?b#c"
    with Server({"/a.jpg": Answer(picture("JPEG"))}) as server:
        done = Crawl(tmp_path, server, article("/a.jpg"), IMAGES_STORE=f"{scheme}{folder}")
    assert (folder / str(done.images[0].path)).is_file()


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    images = ImageFolder(tmp_path)
    images.add("aa/a.jpg", b"whole")
    assert (tmp_path / "aa" / "a.jpg").read_bytes() == b"whole"
    (tmp_path / "aa" / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        images.add("aa/taken", b"whole")
    assert sorted(path.name for path in (tmp_path / "aa").iterdir()) == ["a.jpg", "taken"]


def test_what_is_remembered_of_pictures_does_not_grow_with_the_run() -> None:
    info = ImagesPipeline.SpiderInfo(Gallery([]))
    for number in range(REMEMBERED + 100):
        info.downloaded[str(number).encode()] = {"url": "", "path": "", "checksum": None, "status": ""}
    assert len(info.downloaded) == REMEMBERED
