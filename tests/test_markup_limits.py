from __future__ import annotations

import time

import pytest

from spacenews.extraction.markup_limits import too_complex

MANY = b" ".join(b"a%d" % number for number in range(20_000))


@pytest.mark.parametrize(
    "body",
    [
        b"<p>" * 600_000,
        b"<p " + MANY + b">",
        b"<p\n" + MANY.replace(b" ", b"/") + b">",
        b"<p " + MANY.replace(b" ", b"=''") + b">",
        b'<p x=">" ' + MANY.replace(b" 1", b' x=">" 1') + b">",
        b'<p a" ' + MANY + b">",
        b"<p a< " + MANY + b">",
        b"<!--><p " + MANY + b">-->",
        b"<p " + MANY,
        b"<p " + MANY + b">" + b"<script" * 400_000,
    ],
)
def test_what_would_cost_too_much(body: bytes) -> None:
    begun = time.monotonic()
    assert too_complex(b"<html><body>" + body)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "body",
    [
        b"<p>word</p>" * 20_000,
        b"<script>for (i=0;i<n;i++) { " + MANY + b" }</script>",
        b"<!-- if a <b " + MANY + b"-->",
        b"<div data-props='" + MANY + b"'>",
        b'<img srcset="' + MANY + b'" alt=x>',
        b"word " * 1_000_000,
        b"",
    ],
)
def test_what_real_pages_have(body: bytes) -> None:
    assert not too_complex(b"<html><body>" + body)


def test_sitemaps_may_have_more_elements_than_pages() -> None:
    body = b"<urlset>" + b"<url><loc>x</loc><lastmod>y</lastmod></url>" * 100_000 + b"</urlset>"
    assert too_complex(body)
    assert not too_complex(body, "sitemap")
