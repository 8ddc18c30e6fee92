"""Why a host could not be reached is said in a sentence that needs no log."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scrapy import Request
from support.run_crawl import HANDLERS, SITE, fetch, mirrored
from support.server import Answer, Server
from twisted.python.failure import Failure as TwistedFailure

from spacenews.downloading.failures import CERTIFICATE, NO_TLS, OTHER_HOST, Cause, cause_of, classify
from spacenews.reasons import Failure

SECURE = SITE.replace("http:", "https:")


def certificate(folder: Path, *names: x509.GeneralName, ends: int = 1) -> str:
    """Write a self-signed certificate that ends so many days from now; return its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=ends))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return str(path)


LOOPBACK = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
ELSEWHERE = x509.DNSName("elsewhere.example.net")


def cause(url: str, settings: dict[str, Any], **options: Any) -> Cause:
    """Return why an address could not be fetched."""
    got, _ = fetch([url], settings, **options)
    request = Request(url, meta=options.get("meta"))
    found = cause_of(got[url], request)
    failure = TwistedFailure(got[url])  # type: ignore[no-untyped-call]
    failure.request = request  # type: ignore[attr-defined]
    assert classify(failure) == found
    return found


@pytest.mark.parametrize(
    ("name", "ends", "words"),
    [(LOOPBACK, 1, CERTIFICATE), (LOOPBACK, -1, CERTIFICATE), (ELSEWHERE, 1, OTHER_HOST)],
    ids=["self-signed", "expired", "another host"],
)
def test_a_certificate_that_is_not_valid(tmp_path: Path, name: x509.GeneralName, ends: int, words: str) -> None:
    with Server({"/": Answer(b"a page")}, certificate=certificate(tmp_path, name, ends=ends)) as server:
        found = cause(SITE + "/", mirrored(server) | {"DOWNLOAD_VERIFY_CERTIFICATES": True})
    assert found == Cause(Failure.TLS, f"www.example.com cannot be reached: {words}")


def test_a_tls_version_that_is_no_longer_secure(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.load_cert_chain(certificate(tmp_path, LOOPBACK))
    with Server({}, context=context) as server:
        found = cause(SITE + "/", mirrored(server))
    assert found == Cause(Failure.TLS, f"www.example.com cannot be reached: {NO_TLS}")


def test_no_tls_where_it_should_be() -> None:
    with Server({}) as server:
        settings = {
            "SPACENEWS_MIRRORS": {SITE: server.origin.replace("http:", "https:")},
            "DOWNLOAD_HANDLERS": HANDLERS,
        }
        assert cause(SITE + "/", settings).reason == Failure.TLS


def test_a_name_that_cannot_be_resolved_and_a_port_that_nobody_listens_on() -> None:
    settings = {"SPACENEWS_MIRRORS": {SITE: "http://nowhere.invalid"}, "DOWNLOAD_HANDLERS": HANDLERS}
    found = cause(SITE + "/", settings)
    assert found == Cause(Failure.DNS, "www.example.com cannot be reached: its name could not be resolved")
    settings = {"SPACENEWS_MIRRORS": {SITE: f"http://127.0.0.1:{closed_port()}"}, "DOWNLOAD_HANDLERS": HANDLERS}
    found = cause(SITE + "/", settings)
    assert found == Cause(Failure.REFUSED, "www.example.com cannot be reached: it refuses the connection")


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_a_server_that_hangs_up() -> None:
    with answering(b"") as port:
        settings = {"SPACENEWS_MIRRORS": {SITE: f"http://127.0.0.1:{port}"}, "DOWNLOAD_HANDLERS": HANDLERS}
        found = cause(SITE + "/", settings)
    assert found == Cause(Failure.UNREACHABLE, "www.example.com cannot be reached: the connection was lost")


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """Listen on a port where every connection gets the same bytes and is closed."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    if answer:
                        connection.recv(65536)
                        connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("status", "words"),
    [(407, "answers 407: it wants a user name and a password"), (403, "answers 403"), (502, "answers 502")],
)
def test_a_proxy_that_opens_no_tunnel(status: int, words: str) -> None:
    with answering(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status) as port:
        proxy = f"http://127.0.0.1:{port}"
        found = cause(SECURE + "/", {"DOWNLOAD_HANDLERS": HANDLERS}, meta={"proxy": proxy})
    assert found == Cause(Failure.PROXY, f"the proxy {proxy} {words}")


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("http://127.0.0.1:1", "refuses the connection"),
        ("127.0.0.1:1", "refuses the connection"),
        ("nowhere", "cannot be reached: its name could not be resolved"),
        ("https://127.0.0.1:1", "cannot be used: HTTPS proxies for HTTPS destinations are not supported"),
    ],
)
def test_a_proxy_that_is_down_or_misspelt(proxy: str, words: str) -> None:
    found = cause(SECURE + "/", {"DOWNLOAD_HANDLERS": HANDLERS}, meta={"proxy": proxy})
    assert (found.reason, found.sentence.partition(proxy)[2].strip()) == (Failure.PROXY, words)
