"""What `scrapy read-archive` costs: a WARC file of generated articles, read with one and with two reader processes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from demo_site.markup import ORIGIN
from pages import generate

ARTICLES = 1000
ROUNDS = 3


def write_archive(path: Path) -> None:
    """Write a WARC file as CC-NEWS has them: each record a gzip member, a request before each response."""
    stories = [(path, page) for path, page in generate().items() if "generated-story" in path][:ARTICLES]
    with path.open("wb") as file:
        for address, page in stories:
            asked = f"GET {address} HTTP/1.1\r\n\r\n".encode()
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\n\r\n" + page
            for kind, block in (("request", asked), ("response", answer)):
                digest = base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode()
                head = (
                    f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2026-06-01T00:00:00Z\r\n"
                    f"WARC-Record-ID: <urn:uuid:{kind}-{address.strip('/').replace('/', '-')}>\r\n"
                    f"Content-Type: application/http; msgtype={kind}\r\n"
                    f"WARC-Block-Digest: sha1:{digest}\r\n"
                    f"WARC-Target-URI: {ORIGIN}{address}\r\nContent-Length: {len(block)}\r\n\r\n"
                )
                file.write(gzip.compress(head.encode() + block + b"\r\n\r\n"))


def measure(archive: Path, jobs: int) -> tuple[float, float]:
    """Return seconds and processor seconds, those of the readers too, of reading an archive."""
    with tempfile.TemporaryDirectory() as output:
        words = ["read-archive", "--jobs", str(jobs), str(archive), "-s", f"SPACENEWS_OUTPUT={output}"]
        before, begun = os.times(), time.monotonic()
        subprocess.run([sys.executable, "-m", "scrapy", *words], check=True, capture_output=True)
        after, seconds = os.times(), time.monotonic() - begun
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, used


def main() -> None:
    """Print the best of some rounds for each number of processes."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "articles.warc.gz"
        if not archive.exists():
            write_archive(archive)
        print(f"{ARTICLES} articles, {archive.stat().st_size / 1e6:.1f} MB")
        for jobs in (1, 2):
            seconds, used = min(measure(archive, jobs) for _ in range(ROUNDS))
            rate, cost = ARTICLES / seconds, 1000 * used / ARTICLES
            print(f"--jobs {jobs}: {seconds:.1f} s, {rate:.1f} articles/s, {cost:.1f} ms of processor time an article")


if __name__ == "__main__":
    main()
