"""images.py: every picture that a page shows has its addresses, the largest first, however scripts fill them in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from spacenews.extraction.blocks import BlockExtractor
from spacenews.extraction.elements import ElementClassifier
from spacenews.extraction.images import MAX_SRCSET, RawImage, srcset
from spacenews.site import Site

MARKS = ElementClassifier((("gallery", Site.gallery), ("caption", Site.caption), ("credit", Site.credit)))
GIF = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def pictures(markup: str) -> list[RawImage]:
    extractor = BlockExtractor(MARKS)
    extractor.read(html.fragment_fromstring(markup, create_parent="article"))
    assert [block.picture for block in extractor.blocks if block.picture] == extractor.pictures
    return extractor.pictures


def first(markup: str) -> list[str]:
    return [picture.sources[0] for picture in pictures(markup)]


# Addresses that a script fills in


@pytest.mark.parametrize(
    "attribute",
    [
        "data-src", "data-lazy", "data-lazyload", "data-lazy-src", "data-actualsrc", "data-img-src", "data-url",
        "data-image", "data-original", "data-echo", "data-hi-res-src", "data-src-large", "data-large_image",
        "data-full-url", "data-flickity-lazyload", "data-defer-src", "data-orig-file", "data-superload", "xsrc",
        "data-retina", "data-medium-file", "data-runner-src", "data-pagespeed-lazy-src", "data-cfsrc", "data-ezsrc",
        "lazysrc", "loadlate", "data-whatever", "nitro-lazy-src", "data-opt-src", "file", "zoomfile", "ess-data",
        "data-delayed-url", "data-td-src", "data-srce",
    ],
)  # fmt: skip
@pytest.mark.parametrize("src", ["", GIF, "/img/blank.gif", "/theme/lazy_placeholder.gif"])
def test_an_address_counts_whatever_its_attribute_is_called(attribute: str, src: str) -> None:
    assert first(f"<img src='{src}' alt='/no/picture.jpg' {attribute}='/uploads/dune.jpg'>") == ["/uploads/dune.jpg"]


@pytest.mark.parametrize(
    "attribute", ["data-srcset", "data-lazy-srcset", "data-bgset", "data-sizes-src", "data-src", "data-x"]
)
def test_so_does_a_set_of_them(attribute: str) -> None:
    sizes = "/dune-400.jpg 400w, https://cdn.example.net/dune?w=1600 1600w"
    assert first(f"<img src='{GIF}' {attribute}='{sizes}'>") == ["https://cdn.example.net/dune?w=1600"]
    markup = f"<picture><source type='image/webp' {attribute}='{sizes}'><img src='/dune.jpg'></picture>"
    assert first(markup) == ["https://cdn.example.net/dune?w=1600"]


def test_an_address_without_the_ending_of_a_file_needs_a_name_that_says_what_it_is() -> None:
    assert first("<img data-lazy-src='https://cdn.example.net/p/8f3a'>") == ["https://cdn.example.net/p/8f3a"]
    assert first("<img data-original='//cdn.example.net/p/8f3a'>") == ["//cdn.example.net/p/8f3a"]
    assert first("<img data-permalink='https://www.example.com/space/dune/'>") == []
    assert first("<img data-id='/8f3a' data-attachment-id='12'>") == []


@pytest.mark.parametrize(
    "attributes",
    [
        "data-permalink='/space/dune/' data-image-title='dune.jpg shown' data-image-caption='<p>A dune.jpg</p>'",
        "onerror='this.src=\"/fallback.png\"'",
        "data-placeholder='/tiny/dune.jpg'",
        "data-fallback-src='/img/none.png'",
        "data-error='/img/none.png'",
        "title='dune.jpg' aria-label='dune.jpg' id='dune.jpg' class='dune.jpg' alt='dune.jpg' sizes='100vw'",
        "data-author-avatar='/people/quill.jpg'",
        "data-link='/space/dune.jpg.html'",
    ],
)
def test_what_is_no_address_of_the_picture_is_none(attributes: str) -> None:
    assert first(f"<img src='{GIF}' {attributes}>") == []


def test_the_large_form_comes_before_the_page_s_own_and_a_thumbnail_last() -> None:
    assert pictures("<img src='/b-150x150.jpg' data-large-file='/b.jpg?w=1024' data-medium-file='/b.jpg?w=300'>")[
        0
    ].sources == ["/b.jpg?w=1024", "/b.jpg?w=300", "/b-150x150.jpg"]
    assert first("<img data-thumb='/t/dune.jpg' src='/dune.jpg'>") == ["/dune.jpg"]
    assert first("<img data-src='/dune.jpg' data-full-src='/dune-full.jpg' src='/s.jpg'>") == ["/dune-full.jpg"]


# Addresses


@pytest.mark.parametrize(
    "address",
    [
        "../images/dune.jpg",
        "./dune.jpg",
        "dune.jpg",
        "images/dune.jpg",
        "?id=7",
        "//cdn.example.net/a",
        "/7",
        "HTTPS://a.example/b",
    ],
)
def test_an_address_may_be_relative_in_any_way(address: str) -> None:
    assert first(f"<img src='{address}'>") == [address]


@pytest.mark.parametrize(
    "address",
    [
        "", " ", "#", "/", GIF, "blob:https://www.example.com/1", "about:blank", "javascript:void(0)",
        "DATA:image/png;base64,iV", "/img/1x1.png", "/img/spacer.gif", "/img/grey.gif", "/img/lazy-placeholder.svg",
        "/i/image_placeholder_300x200.png", "/img/loading.gif", "/img/preloader.svg", "/img/no-image.png",
        "/transparent.png?v=2", "/i/placeholder-image.jpg", "https://www.facebook.com/tr?id=1",
    ],
)  # fmt: skip
def test_a_placeholder_is_no_picture(address: str) -> None:
    assert first(f"<img src='{address}'>") == []


@pytest.mark.parametrize(
    "name",
    [
        "grey-whale.gif",
        "missing-link.jpg",
        "missing.jpg",
        "loading-dock-2.png",
        "black.jpg",
        "pixel-6.jpg",
        "image-1.jpg",
        "default-mode.png",
    ],
)
def test_a_picture_may_have_any_name(name: str) -> None:
    assert first(f"<img src='/uploads/{name}'>") == [f"/uploads/{name}"]


# srcset


@pytest.mark.parametrize(
    ("value", "largest"),
    [
        ("/a.jpg 500w 750h, /b.jpg 1024w 900h", "/b.jpg"),
        ("/b.jpg 750h, /a.jpg 500h", "/b.jpg"),
        ("/a.jpg 100.5w, /b.jpg 200.25w", "/b.jpg"),
        ("/a.jpg 400W, /b.jpg 800W", "/b.jpg"),
        ("/a.jpg 1X,/b.jpg 2.5X", "/b.jpg"),
        ("/a.jpg 400w,/b.jpg 800w,", "/b.jpg"),
        ("\n  /a.jpg\t400w\n,\n  /b.jpg\f800w\n", "/b.jpg"),
        ("/a.jpg, /b.jpg 2x", "/b.jpg"),
        ("/a.jpg,/b.jpg 2x", "/b.jpg"),
        ("https://x.example/a.jpg,https://x.example/b.jpg 2x", "https://x.example/b.jpg"),
        (
            "https://x.example/w_400,h_300/b.jpg 800w, https://x.example/w_40,h_30/b.jpg 80w",
            "https://x.example/w_400,h_300/b.jpg",
        ),
        ("/b.jpg?size=1,2&w=9 900w, /a.jpg 400w", "/b.jpg?size=1,2&w=9"),
        (f"{GIF} 2000w, /b.jpg 800w", "/b.jpg"),
        (f"{GIF}, /b.jpg 2x", "/b.jpg"),
        (",,, /b.jpg 800w ,, /a.jpg 1w", "/b.jpg"),
        ("/a.jpg 400w (a, b), /b.jpg 800w", "/b.jpg"),
        ("/a.jpg -400w, /b.jpg 1e3w, /c.jpg NaNw", "/a.jpg"),
        ("/b.jpg", "/b.jpg"),
    ],
)
def test_a_set_is_read_as_browsers_read_it(value: str, largest: str) -> None:
    assert first(f"<img srcset='{value}'>") == [largest]


def test_a_set_has_an_end() -> None:
    assert len(srcset("/a.jpg 1w, " * 100_000)) <= MAX_SRCSET
    assert srcset("x" * 1_000_000) == []


@given(st.text(alphabet="ab/.:, \n12.5wxhWXH(){}", max_size=60))
def test_no_set_is_too_odd(value: str) -> None:
    for address, width in srcset(value):
        assert address.strip(", \n") == address != ""
        assert width >= 0


# Pictures for readers without scripts


@pytest.mark.parametrize(
    "markup",
    [
        f"<figure><div class='ph'><img src='{GIF}'></div><noscript><img src='/n.jpg'></noscript></figure>",
        "<figure><noscript><img src='/n.jpg'></noscript><figcaption>D.</figcaption></figure>",
        "<figure><div data-x='1'></div><div><noscript><a href='/b'><img src='/n.jpg'></a></noscript></div></figure>",
        f"<div><img src='{GIF}'></div><noscript><img src='/n.jpg'></noscript>",
        "<p>One.</p><noscript><img src='/n.jpg'></noscript><p>Two.</p>",
        "<p>One <img src='/small/other.jpg' width=1 height=1></p><noscript><img src='/n.jpg'></noscript>",
        '<noscript>&lt;img src="/n.jpg"&gt;</noscript>',
        "<noscript><img src='/n.jpg'></noscript><img data-src='/n.jpg' src=''>",
        "<img data-src='/n.jpg'><noscript><img src='/n.jpg?w=300'></noscript>",
        "<figure><noscript><img src='/other.jpg'></noscript><span><img data-src='/n.jpg'></span></figure>",
        "<picture><source srcset='/n.jpg'><noscript><img src='/n.jpg'></noscript></picture>",
        "<picture><noscript><img src='/n.jpg'></noscript></picture>",
        "<amp-img src='/n.jpg'><noscript><img src='/other.jpg'></noscript></amp-img>",
        "<a href='/b'><img data-src='/n.jpg'></a><noscript><a href='/b'><img src='/other.jpg'></a></noscript>",
    ],
)
def test_a_picture_without_scripts_counts_where_it_stands_for_no_other(markup: str) -> None:
    assert [source.partition("?")[0] for source in first(markup)] == ["/n.jpg"]


def test_a_picture_without_scripts_has_the_caption_of_its_figure() -> None:
    (found,) = pictures(
        "<figure class='gallery'><noscript><img src='/n.jpg' alt='A'></noscript>"
        "<figcaption>Dune. <span class='credit'>Quill</span></figcaption></figure>"
    )
    assert (found.caption.strip(), found.credit, found.alt, found.role) == ("Dune.", "Quill", "A", "gallery")


def test_a_link_to_a_picture_is_its_address_where_there_is_no_other() -> None:
    assert first(f"<a href='/full.jpg'><img src='{GIF}'></a>") == ["/full.jpg"]


def test_a_pixel_without_scripts_is_no_picture() -> None:
    assert first("<noscript><img src='https://ads.example/avw.php?zone=7'></noscript>") == []
    assert (
        first("<noscript><img src='https://a.example/p.gif' width='1' height='1'></noscript><noscript>Hi.</noscript>")
        == []
    )


def test_the_sources_of_a_picture_are_those_before_its_first_img() -> None:
    sets = "".join(f"<source srcset='/{n}.webp {n}00w'>" for n in range(1, 4))
    assert first(f"<picture>{sets}<img src='/a.jpg' width=50></picture><img src='/b.jpg'>") == ["/3.webp", "/b.jpg"]
    assert first(f"<video><source src='/film.mp4'></video><picture>{sets}</picture><img src='/b.jpg'>") == ["/b.jpg"]
