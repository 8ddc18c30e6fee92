"""A web server on loopback that misbehaves on request and records the requests it gets.

    with Server({"/a/": Answer(b"<p>text</p>"), "img.example.com/b.png": Answer(status=503)}) as server:
        crawl(Spider, {"SPACENEWS_MIRRORS": {"https://www.example.com": server.origin}})
        assert server.paths() == ["/robots.txt", "/a/"]
        assert min(server.gaps()) >= 1

A route is a path with its query, or `host` + path for one host alone; its value is an Answer, a list of them (one a
request, the last one repeats) or a function of the Hit. What has no route is 404.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any, Self

UNTIL_CLOSED = -1


@dataclass(frozen=True)
class Answer:
    """What the server sends; the later fields are ways to misbehave."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""  # 304 without body when the request has it in If-None-Match
    wait: float = 0  # seconds before the first byte; ends when the server does
    length: int | None = None  # what Content-Length claims; UNTIL_CLOSED: nothing, the body ends with the connection
    cut: int | None = None  # bytes of the body after which the connection is closed
    drip: float = 0  # seconds between two bytes of the body


@dataclass(frozen=True)
class Hit:
    """One request that the server received."""

    time: float  # monotonic seconds
    host: str
    path: str
    headers: Message


Route = Answer | Sequence[Answer] | Callable[[Hit], Answer]


class Server:
    """Serves the routes from a background thread inside its `with` block."""

    def __init__(
        self, routes: Mapping[str, Route], certificate: str | None = None, context: ssl.SSLContext | None = None
    ) -> None:
        self.routes: dict[str, Route] = dict(routes)
        self.hits: list[Hit] = []
        self._asked: dict[str, int] = {}
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._http = _Listener(("127.0.0.1", 0), _handler(self))
        self.port: int = self._http.server_address[1]
        if certificate:  # a PEM file with key and certificate
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        self.origin = f"http{'s' if context else ''}://127.0.0.1:{self.port}"
        if context:
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)

    def paths(self, host: str = "") -> list[str]:
        """Return the requested paths in order, of one host or of all."""
        return [hit.path for hit in self.hits if host in ("", hit.host)]

    def gaps(self, host: str = "") -> list[float]:
        """Return the seconds between each request and the next, of one host or of all."""
        times = [hit.time for hit in self.hits if host in ("", hit.host)]
        return [later - earlier for earlier, later in pairwise(times)]

    def answer(self, hit: Hit) -> Answer:
        """Record the request and choose the answer."""
        with self._lock:
            self.hits.append(hit)
            key = hit.host + hit.path if hit.host + hit.path in self.routes else hit.path
            number = self._asked[key] = self._asked.get(key, -1) + 1
        route = self.routes.get(key, Answer(b"not here", 404))
        if isinstance(route, Answer):
            return route
        return route(hit) if callable(route) else route[min(number, len(route) - 1)]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """Be silent: clients of a server that misbehaves hang up."""


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = (self.headers.get("Host") or "").partition(":")[0]
            answer = server.answer(Hit(time.monotonic(), host, self.path, self.headers))
            server.closing.wait(answer.wait)
            if answer.etag and self.headers.get("If-None-Match") == answer.etag:
                answer = Answer(status=304, etag=answer.etag)
            self.send_response(answer.status)
            for name, value in {"Content-Type": "text/html", **answer.headers}.items():
                self.send_header(name, value)
            if answer.etag:
                self.send_header("ETag", answer.etag)
            if answer.status != 304 and answer.length != UNTIL_CLOSED:
                self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            self.end_headers()
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            body = answer.body[: answer.cut]
            for start in range(0, len(body), 1 if answer.drip else max(len(body), 1)):
                server.closing.wait(answer.drip)
                self.wfile.write(body[start : start + 1] if answer.drip else body)
            if answer.cut is not None or answer.length is not None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, *_: Any) -> None:
            """Be silent."""

    return Handler
