"""`scrapy report`: pages to look at what was collected."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from scrapy.commands import ScrapyCommand

from spacenews.commands.common import ChecksSettings, existing_store, exits_with_code
from spacenews.errors import UsageError

if TYPE_CHECKING:
    from spacenews.storage.object_store import ObjectStore
    from spacenews.storage.store import Store

EXAMPLES = """\
examples:
  scrapy report                                    output/report/index.html
  scrapy report -s SPACENEWS_OUTPUT=output/demo    of another output folder

The pages open from the disk. For yourself, from a web server of this machine:
  python -m http.server --bind 127.0.0.1 --directory output    http://localhost:8000/report/
For others: "Serve the report" in docs/consuming.md.
"""


class Command(ChecksSettings, ScrapyCommand):
    """Build or bring up to date the pages of the report: articles, runs, and which stories lead to which."""

    requires_project = True
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012 - the base class declares it

    def short_desc(self) -> str:
        return "Build pages to look at what was collected"

    def long_desc(self) -> str:
        return str(self.__class__.__doc__)

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = EXAMPLES

    @exits_with_code
    def run(self, args: list[str], _opts: argparse.Namespace) -> None:
        from spacenews.report import build
        from spacenews.storage.object_store import ObjectStore

        if args:
            raise UsageError(f"scrapy report takes no argument {args[0]}; its options: scrapy report --help")
        images = local_folder(self.config.images)
        with closing(existing_store(self.config)) as store:
            if self.config.output_address and not self.config.images_store:
                images = fetch_images(store, ObjectStore(self.config.output_address), self.config.output / "images")
            page = build(store, self.config.output, images, self.config.picture_max_pixels)
        print(page.resolve().as_uri())


def fetch_images(store: Store, objects: ObjectStore, folder: Path) -> Path:
    """Bring the pictures that are not here yet from an object store, and return their folder."""
    from spacenews.storage.files import make_folder, replacing

    for name in store.images.paths():
        path = folder / name
        if not path.exists():
            make_folder(path.parent)
            with replacing(path) as file:
                file.write(objects.get(f"images/{name}"))
    return folder


def local_folder(images: str) -> Path | None:
    """Return the folder of the pictures, or None where it is none of this machine."""
    address = urlsplit(images)
    if address.scheme == "file":
        return Path(unquote(address.path))
    return None if address.scheme else Path(images)
