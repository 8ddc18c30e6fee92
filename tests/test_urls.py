from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spacenews import urls
from spacenews.site import WORDPRESS_SIZES, Site


class DigitalTrends(Site):
    allowed_domains = ("www.digitaltrends.com", "digitaltrends.com")
    section = "space"
    article_pattern = r"^/{section}/[^/?]+/$"
    alias_pattern = r"^/\?p=\d+$|^/news/[^/?]+/$"
    trailing_slash = True
    query_keep = ("p",)
    image_hosts = ("icdn.digitaltrends.com", "icdn5.digitaltrends.com")
    image_originals = ((r"^(icdn\d?\.digitaltrends\.com/.+)-\d+x\d+(?:-c)?(?=\.\w+$)", r"\1"),)
    image_aliases = ((r"^(www\.digitaltrends\.com)/(?:tachyon|uploads|wp-content/uploads)/", r"\1/"),)


class Review(Site):
    allowed_domains = ("www.thespacereview.com",)
    article_pattern = r"^/article\.php\?id=\d+$"
    query_keep = ("id", "page")


class Phys(Site):
    allowed_domains = ("phys.org",)
    trailing_slash = False
    image_hosts = ("scx1.b-cdn.net", "scx2.b-cdn.net")
    image_originals = ((r"^scx1\.b-cdn\.net/csz/news/\w+/", "scx2.b-cdn.net/gfx/news/"),)


class WordPress(Site):
    allowed_domains = ("spacenews.com",)
    image_originals = (WORDPRESS_SIZES,)


SITE = DigitalTrends()
ARTICLE = "https://www.digitaltrends.com/space/iss-junk-house-florida/"
TACHYON = "https://www.digitaltrends.com/tachyon/2024/04/iss.jpg"

VARIANTS = [
    "http://www.digitaltrends.com/space/iss-junk-house-florida/",
    "https://digitaltrends.com/space/iss-junk-house-florida",
    "https://www.digitaltrends.com/space/iss-junk-house-florida/?amp",
    "https://www.digitaltrends.com/space/iss-junk-house-florida/amp/",
    "https://www.digitaltrends.com/space/iss-junk-house-florida/?utm_source=rss&utm_medium=feed&itm_source=x",
    "https://www.digitaltrends.com/space/iss-junk-house-florida/#comments",
    "https://www.digitaltrends.com:443/space/iss-junk-house-florida/",
    "http://www.digitaltrends.com:80/space/iss-junk-house-florida/",
    "HTTPS://WWW.DigitalTrends.COM/space/iss-junk-house-florida/",
    "https://www.digitaltrends.com/space/%69ss-junk%2Dhouse-florida/",
    "https://www.digitaltrends.com/news/../space/./iss-junk-house-florida/",
    "https://www.digitaltrends.com//space//iss-junk-house-florida/",
    "  https://www.digitaltrends.com/space/iss-junk-house-florida/\n",
]

any_text = st.text() | st.from_regex(r"(https?:)?//[a-z.@:\[\]]{0,20}/.{0,30}")
site_addresses = st.builds(
    "{}://{}/{}".format,
    st.sampled_from(["http", "https", "HTTPS"]),
    st.sampled_from(["www.digitaltrends.com", "digitaltrends.com", "DIGITALTRENDS.com:443"]),
    st.text()
    | st.lists(st.sampled_from(["space", "a", "amp", "..", ".", "", "%2e", "%2F", "?p=1", "é", "x.html"])).map(
        "/".join
    ),
)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_form_of_an_article_address_leads_to_one(variant: str) -> None:
    assert urls.canonical(variant, SITE) == ARTICLE


@pytest.mark.parametrize(
    "foreign",
    [
        "https://qa2.www.digitaltrends.com/space/x/",
        "https://uat.www.digitaltrends.com/space/x/",
        "https://es.digitaltrends.com/space/x/",
        "https://shop.digitaltrends.com/space/x/",
        "https://www-digitaltrends-com.nproxy.org/space/x/",
        "https://www.digitaltrends.com@evil.example/space/x/",
        "https://user:pw@www.digitaltrends.com/space/x/",
        "https://www.digitaltrends.com\\@evil.example/space/x/",
        "https://www.digitaltrends.com:8443/space/x/",
        "https://www.digitaltrends.com:http/space/x/",
        "file://www.digitaltrends.com/etc/passwd",
        "ftp://www.digitaltrends.com/space/x/",
        "javascript:alert(1)",
        "/space/x/",
        "https://[www.digitaltrends.com/space/x/",
        "https://www.digitaltrends.com/space/" + "x" * urls.MAX_LENGTH,
        "https://www.digitaltrends.com/space/" + "é" * 600,
    ],
)
def test_an_address_that_is_not_of_the_site_has_no_canonical_form(foreign: str) -> None:
    assert urls.canonical(foreign, SITE) is None


def test_a_query_that_tells_articles_apart_is_kept() -> None:
    site = Review()
    one, two = (urls.canonical(f"http://www.thespacereview.com/article.php?id={n}&utm_source=x", site) for n in (1, 2))
    assert one == "https://www.thespacereview.com/article.php?id=1"
    assert two == "https://www.thespacereview.com/article.php?id=2"
    assert urls.canonical("http://www.thespacereview.com/article.php?page=2&id=1", site) == f"{one}&page=2"


def test_an_encoded_slash_is_not_a_slash() -> None:
    assert urls.canonical("https://digitaltrends.com/space/a%2fb", SITE) == "https://www.digitaltrends.com/space/a%2Fb/"


def test_the_slash_at_the_end_follows_the_site() -> None:
    assert urls.canonical("https://phys.org/news/a/", Phys()) == "https://phys.org/news/a"
    assert urls.canonical("https://phys.org/news/a.html", Phys()) == "https://phys.org/news/a.html"
    assert urls.canonical("https://digitaltrends.com/a.html", SITE) == "https://www.digitaltrends.com/a.html"
    assert urls.canonical("https://spacenews.com/a/", WordPress()) == "https://spacenews.com/a/"
    assert urls.canonical("https://spacenews.com/a", WordPress()) == "https://spacenews.com/a"


def test_amp_is_dropped_only_where_an_article_remains() -> None:
    assert urls.canonical("https://digitaltrends.com/space/amp/", SITE) == "https://www.digitaltrends.com/space/amp/"


def test_articles_and_aliases_are_told_by_path_and_query() -> None:
    assert urls.is_article(ARTICLE, SITE)
    assert not urls.is_article("https://www.digitaltrends.com/space/", SITE)
    assert not urls.is_article("https://www.digitaltrends.com/home/x/", SITE)
    assert urls.is_alias("https://www.digitaltrends.com/?p=2400111", SITE)
    assert urls.is_alias("https://www.digitaltrends.com/news/iss-junk-house-florida/", SITE)
    assert not urls.is_alias(ARTICLE, SITE)
    assert not urls.is_alias(ARTICLE, Review())


def test_a_site_without_pattern_has_no_articles() -> None:
    assert not urls.is_article("https://phys.org/news/a", Phys())


def test_the_section_of_the_run_is_in_the_patterns() -> None:
    site = DigitalTrends()
    site.section = "home"
    assert urls.is_article("https://www.digitaltrends.com/home/x/", site)


def test_the_id_of_an_article_is_the_same_on_every_machine() -> None:
    address = "https://www.digitaltrends.com/space/nasa-perseverance-landing-image-preview/"
    assert urls.article_id(address) == "553cb58a-2f33-5990-b646-bdbf442fa851"


@given(site_addresses)
@example("https://digitaltrends.com/space/x/amp/amp/")
@example("https://digitaltrends.com/%252e%252e/%ff?p=%ff")
def test_a_canonical_address_is_its_own_canonical_form(url: str) -> None:
    first = urls.canonical(url, SITE)
    if first is not None:
        assert urls.canonical(first, SITE) == first
        assert first.isascii()
        assert urlsplit(first).netloc == "www.digitaltrends.com"
        assert urlsplit(first).path.isprintable()


@given(any_text)
@example("http://[::1")
@example("\ud800")
def test_no_address_whatever_raises_or_leads_to_a_foreign_host(url: str) -> None:
    result = urls.canonical(url, SITE)
    assert result is None or urlsplit(result).netloc == "www.digitaltrends.com"
    urls.strip_tracking(url)
    urls.image_key(url, SITE)
    for candidate in urls.image_candidates(url, SITE):
        assert urlsplit(candidate).scheme in ("http", "https")
    assert urls.url_for_log(url).isprintable()


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://www.nasa.gov/a?utm_source=x&utm_medium=y", "https://www.nasa.gov/a"),
        ("https://www.nasa.gov/a?id=5&fbclid=abc&b=%20#part", "https://www.nasa.gov/a?id=5&b=%20#part"),
        ("https://www.nasa.gov/a#utm_source=rss", "https://www.nasa.gov/a"),
        ("https://www.youtube.com/watch?v=abc", "https://www.youtube.com/watch?v=abc"),
        ("https://www.nasa.gov/?source=rss", "https://www.nasa.gov/?source=rss"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_tracking_is_stripped_from_links_and_nothing_else(url: str, kept: str) -> None:
    assert urls.strip_tracking(url) == kept


@pytest.mark.parametrize(
    ("address", "encoded"),
    [
        ("/a b", "https://www.nasa.gov/a%20b"),
        ("/a\u2028b", "https://www.nasa.gov/a%E2%80%A8b"),
        ("/a\u2029b\x85c", "https://www.nasa.gov/a%E2%80%A9b%C2%85c"),
        ("/a\xa0b", "https://www.nasa.gov/a%C2%A0b"),
        ("/a\tb\nc", "https://www.nasa.gov/abc"),
        ("/a\x00b\x1fc\x7fd", "https://www.nasa.gov/a%00b%1Fc%7Fd"),
        ("/é?q=ü&p=a b#ö ö", "https://www.nasa.gov/%C3%A9?q=%C3%BC&p=a%20b#%C3%B6%20%C3%B6"),
        ("/a%20b%2f?q=%C3%BC[1]", "https://www.nasa.gov/a%20b%2f?q=%C3%BC[1]"),
        ("/100%", "https://www.nasa.gov/100%"),
        ('/a"b<c>d|e', "https://www.nasa.gov/a%22b%3Cc%3Ed%7Ce"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("//cdn.example/a b", "https://cdn.example/a%20b"),
        ("/a\ud800b", "https://www.nasa.gov/ab"),
        ("https://a b.example/", ""),
        ("https://a\u2028b.example/", ""),
        ("https://[bad/x y", ""),
        ("mailto:a b", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_an_address_of_a_page_is_percent_encoded(address: str, encoded: str) -> None:
    assert urls.absolute_url(address, "https://www.nasa.gov/x/") == encoded


@given(any_text | st.text().map("https://example.com/{}".format))
def test_no_blank_or_control_character_is_left_in_an_address(address: str) -> None:
    made = urls.absolute_url(address, "https://www.example.com/")
    assert made.isascii()
    assert made.isprintable()
    assert " " not in made
    assert urls.absolute_url(made, "https://www.example.com/") == made


@given(any_text)
def test_stripping_tracking_twice_changes_nothing_more(url: str) -> None:
    assert urls.strip_tracking(urls.strip_tracking(url)) == urls.strip_tracking(url)


@pytest.mark.parametrize(
    ("site", "shown", "original"),
    [
        (SITE, f"{TACHYON}?fit=2000%2C1200", TACHYON),
        (SITE, f"{TACHYON}?resize=650%2C390&ssl=1", TACHYON),
        (SITE, f"{TACHYON}?w=414px", TACHYON),
        (
            SITE,
            "http://icdn5.digitaltrends.com/image/falcon-nw-625x625-c.jpg?ver=1",
            "http://icdn5.digitaltrends.com/image/falcon-nw.jpg",
        ),
        (
            SITE,
            "https://cdn.mos.cms.futurecdn.net/qFd74BjTwgJcQhofvQgAn-970-80.png",
            "https://cdn.mos.cms.futurecdn.net/qFd74BjTwgJcQhofvQgAn.png",
        ),
        (
            SITE,
            "https://cdn.mos.cms.futurecdn.net/qFd74BjTwgJcQhofvQgAn-970-80.jpg.webp",
            "https://cdn.mos.cms.futurecdn.net/qFd74BjTwgJcQhofvQgAn.jpg",
        ),
        (
            SITE,
            "https://cdn.mos.cms.futurecdn.net/v2/t:0,l:0,cw:1600,ch:900,q:80,w:650/qFd74BjTwgJcQhofvQgAn.jpg",
            "https://cdn.mos.cms.futurecdn.net/qFd74BjTwgJcQhofvQgAn.jpg",
        ),
        (
            Phys(),
            "https://scx1.b-cdn.net/csz/news/800/2019/1-hibernatinga.jpg",
            "https://scx2.b-cdn.net/gfx/news/2019/1-hibernatinga.jpg",
        ),
        (
            WordPress(),
            "https://spacenews.com/wp-content/uploads/2019/02/inbox-news3-300x200.jpg",
            "https://spacenews.com/wp-content/uploads/2019/02/inbox-news3.jpg",
        ),
        (SITE, "https://photos.example/render?id=7&w=300", "https://photos.example/render?id=7"),
    ],
)
def test_the_original_is_asked_for_first_and_the_page_s_own_form_last(site: Site, shown: str, original: str) -> None:
    assert urls.image_candidates(shown, site) == [original, shown]
    assert urls.image_key(shown, site) == urls.image_key(original, site)


def test_an_original_has_one_candidate() -> None:
    assert urls.image_candidates(TACHYON + "#x", SITE) == [TACHYON]


def test_a_size_in_a_tachyon_name_is_part_of_the_name() -> None:
    name = "https://www.digitaltrends.com/tachyon/2024/04/poster-300x200.jpg"
    assert urls.image_candidates(name, SITE) == [name]


@pytest.mark.parametrize(
    "unusable",
    [
        "data:image/gif;base64,R0lGOD",
        "blob:https://www.digitaltrends.com/1",
        "file:///etc/hostname",
        "https://user:pw@x.example/a.jpg",
        "https://x.example:22/a.jpg",
        "https:///a.jpg",
        "a.jpg",
        "",
    ],
)
def test_what_is_no_address_of_the_web_has_no_candidates(unusable: str) -> None:
    assert urls.image_candidates(unusable, SITE) == []


@pytest.mark.parametrize(
    ("shown", "original"),
    [
        ("render.jpg?id=1&w=800", "render.jpg?id=1"),
        ("render.jpg?W=800&Id=2&utm_source=x", "render.jpg?Id=2"),
        ("image.php?src=/a/b.jpg&width=90&height=80&q=70", "image.php?src=/a/b.jpg"),
        ("a.jpg?imwidth=640&impolicy=news", "a.jpg"),
        ("a.jpg?wid=640&hei=480&fmt=webp&qlt=80", "a.jpg"),
        ("a.jpg?auto=format&ixlib=rb-4&crop=faces&max-w=900", "a.jpg"),
        ("a.jpg?v=1764115200", "a.jpg"),
        ("a.jpg?cb=77&t=1764115200&_=3&mtime=9", "a.jpg"),
        ("a.jpg?ver=3f2a9c0d8e7b6a5f4c3d2e1f0a9b8c7d", "a.jpg"),
        ("a.jpg?1764115200", "a.jpg"),
        ("a.jpg?frame=3&page=2&size=large", "a.jpg?frame=3&page=2"),
        ("a.jpg?s=96", "a.jpg"),
    ],
)
def test_a_query_loses_what_only_resizes_renews_or_counts(shown: str, original: str) -> None:
    base = "https://cdn.example.net/p/"
    own = urls.image_candidates(base + shown, SITE)[-1]
    assert urls.image_candidates(base + shown, SITE) == list(dict.fromkeys([base + original, own]))
    assert urls.image_key(base + shown, SITE) == urls.image_key(base + original, SITE)


def test_pictures_at_one_path_are_told_apart_by_what_else_their_query_says() -> None:
    shown = [f"https://cdn.example.net/render.jpg?id={n}&w=800" for n in (1, 2)]
    assert len({urls.image_key(url, SITE) for url in shown}) == 2
    assert len({urls.image_candidates(url, SITE)[0] for url in shown}) == 2


SIGNED = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261122T000000Z&X-Amz-Expires=900&X-Amz-Signature={}",
    "Expires=1764115200&Signature={}&Key-Pair-Id=APKAEXAMPLE",
    "X-Goog-Signature={}&X-Goog-Expires=900",
    "sv=2024-01-01&se=2026-11-22T00%3A00%3A00Z&sr=b&sp=r&sig={}",
    "token={}&expires=1764115200",
    "w=800&s={}",
    "h=600&h={}",
    "hmac={}&exp=1764115200",
    "auth={}&width=1200",
    "itok=x{}",
    "_nc_cat=1&oh=00_{}&oe=6560A0B1",
    "hdnea=exp=1764115200~acl=/*~hmac={}",
    "sign={}&t=1764115200",
]
DIGESTS = ["9f86d081884c7d659a2feaa0c55ad015", "b94d27b9934d3e08a52e52d7da7dabfa"]


@pytest.mark.parametrize("query", SIGNED)
def test_a_signed_address_is_asked_for_as_it_is_and_stays_one_picture_when_it_is_signed_anew(query: str) -> None:
    first, second = (f"https://cdn.example.net/p/dune.jpg?id=7&{query.format(digest)}" for digest in DIGESTS)
    assert urls.image_candidates(first, SITE) == [first]
    assert urls.image_key(first, SITE) == urls.image_key(second, SITE)
    assert urls.unsigned(first) == urls.unsigned(second)
    assert urls.image_key(first, SITE) != urls.image_key(first.replace("id=7", "id=8"), SITE)


def test_what_may_be_a_signature_is_kept_and_tells_pictures_apart() -> None:
    first, second = (f"https://cdn.example.net/p/dune.jpg?w=640&k={digest}" for digest in DIGESTS)
    assert urls.image_candidates(first, SITE) == [first]
    assert urls.image_key(first, SITE) != urls.image_key(second, SITE)


@pytest.mark.parametrize(
    "query",
    [
        "id=3f2a9c0d-8e7b-4a5f-8c3d-2e1f0a9b8c7d",
        "id=9f86d081884c7d659a2feaa0c55ad015",
        "src=uploads/2026/dune-at-noon-12.jpg",
        "url=https%3A%2F%2Fa.example%2Fb",
        "st=4&sp=2&e=7",
        "",
    ],
)
def test_what_names_a_picture_is_no_signature(query: str) -> None:
    original = f"https://cdn.example.net/p?{query}".rstrip("?")
    assert urls.image_candidates(f"https://cdn.example.net/p?{query}&w=90", SITE)[0] == original
    assert urls.unsigned(f"https://cdn.example.net/p?{query}") == f"https://cdn.example.net/p?{query}"


def test_folders_and_schemes_of_one_picture_make_one_key() -> None:
    forms = [
        TACHYON,
        "http://www.digitaltrends.com/uploads/2024/04/iss.jpg?resize=1",
        "https://digitaltrends.com/wp-content/uploads/2024/04/iss.jpg",
    ]
    assert len({urls.image_key(form, SITE) for form in forms}) == 1


def test_two_pictures_are_two_keys() -> None:
    pictures = [
        "https://photos.example/render?id=7&w=300",
        "https://photos.example/render?id=8&w=300",
        "https://photos.example/a.jpg",
        "https://photos.example/b.jpg",
        "https://other.example/a.jpg",
    ]
    assert len({urls.image_key(picture, SITE) for picture in pictures}) == len(pictures)


def test_a_site_may_say_which_query_tells_pictures_apart() -> None:
    class Site2(Site):
        allowed_domains = ("a.example",)
        image_query_keep = ("id",)

    assert urls.image_candidates("https://a.example/x.jpg?id=1&w=3", Site2())[0] == "https://a.example/x.jpg?id=1"


@given(site_addresses)
def test_the_candidates_of_an_original_are_the_original(url: str) -> None:
    for candidate in urls.image_candidates(url, SITE)[:1]:
        assert urls.image_candidates(candidate, SITE) == [candidate]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:geheim@a.example/x", "https://a.example/x"),
        (
            "https://a.example/?api_key=geheim&id=7&X-Amz-Signature=geheim",
            "https://a.example/?api_key=***&id=7&X-Amz-Signature=***",
        ),
        ("https://a.example/#access_token=geheim", "https://a.example/#access_token=***"),
        ("https://a.example/\x1b[31m\r\nERROR\u2028", "https://a.example/\\x1b[31m\\r\\nERROR\\u2028"),
    ],
)
def test_a_logged_address_gives_nothing_away_and_stays_on_its_line(url: str, shown: str) -> None:
    assert urls.url_for_log(url) == shown


def test_a_logged_address_has_an_end() -> None:
    assert len(urls.url_for_log("data:" + "x" * 1_000_000)) == urls.MAX_LENGTH + 1


TRACKING = """
    utm_source UTM_Medium itm_campaign hsa_cam mtm_kwd pk_campaign piwik_campaign stm_source vero_id oly_enc_id
    at_medium at_campaign at_custom1 _ga _gl _hsenc _hsmi __s cmpid ncid ocid ftag fbclid gclid gclsrc gbraid wbraid
    dclid yclid msclkid twclid ttclid li_fat_id igshid igsh mc_cid mc_eid mkt_tok s_kwcid ref_src ref_url xtor wt_mc
    rss_id guccounter guce_referrer guce_referrer_sig
"""


@pytest.mark.parametrize("name", TRACKING.split())
def test_a_parameter_that_says_where_a_reader_came_from_is_no_part_of_an_address(name: str) -> None:
    assert urls.strip_tracking(f"https://www.nasa.gov/a?id=5&{name}=x&b=6") == "https://www.nasa.gov/a?id=5&b=6"


@pytest.mark.parametrize("name", ["my_utm_source", "utm", "at_home", "ga", "ref", "refs", "cmpid2", "igsha"])
def test_a_parameter_with_a_name_that_only_looks_like_tracking_stays(name: str) -> None:
    assert urls.strip_tracking(f"https://www.nasa.gov/a?{name}=x") == f"https://www.nasa.gov/a?{name}=x"


def test_an_address_has_2048_characters_at_most() -> None:
    longest = "https://www.digitaltrends.com/space/".ljust(2047, "x") + "/"
    assert urls.canonical(longest, SITE) == longest
    assert urls.canonical(longest[:-1], SITE) == longest
    assert urls.canonical(longest[:-1] + "x", SITE) is None, "with the slash that the site wants it would be longer"
    assert urls.canonical(longest + "?utm_source=x", SITE) is None
    assert urls.image_candidates(longest, SITE) == [longest]
    assert urls.image_candidates(longest + "x", SITE) == []
    assert urls.url_for_log(longest) == longest


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("100%", "100%25"),
        ("50%-off", "50%25-off"),
        ("%c3%a9", "%C3%A9"),
        ("%7e%41%5f%2e%2d", "~A_.-"),
        ("%21", "%21"),
        ("a!b@c$d&e'f(g)h*i+j,k;l=m~n:o", "a!b@c$d&e'f(g)h*i+j,k;l=m~n:o"),
        ('a"b c|d', "a%22b%20c%7Cd"),
        ("a/../b", "b"),
        ("../../b", "b"),
        ("a/./b", "a/b"),
        ("a/b/.", "a/b"),
        ("a/b/c/..", "a/b"),
        (".../b", ".../b"),
    ],
)
def test_a_path_has_one_form(path: str, normal: str) -> None:
    assert urls.canonical(f"https://digitaltrends.com/{path}", SITE) == f"https://www.digitaltrends.com/{normal}/"


def test_the_end_of_a_path_is_kept_where_the_site_has_no_rule() -> None:
    ends = {"a": "a", "a/": "a/", "a/.": "a/", "a/b/..": "a/", "..": "", "": "", "a/..": ""}
    for path, normal in ends.items():
        assert urls.canonical(f"https://spacenews.com/{path}", WordPress()) == f"https://spacenews.com/{normal}"
    assert urls.canonical("https://phys.org/", Phys()) == "https://phys.org/"
    assert urls.canonical("https://phys.org/..", Phys()) == "https://phys.org/"
    assert urls.canonical("https://digitaltrends.com", SITE) == "https://www.digitaltrends.com/"


@pytest.mark.parametrize(
    "ending", ["html", "htm", "shtml", "HTML", "php", "asp", "aspx", "jsp", "cfm", "xml", "rss", "json", "pdf"]
)
def test_a_file_name_has_no_slash_at_its_end(ending: str) -> None:
    for path in (f"a.{ending}", f"a.{ending}/"):
        assert urls.canonical(f"https://digitaltrends.com/{path}", SITE) == f"https://www.digitaltrends.com/a.{ending}"
    folder = f"https://www.digitaltrends.com/a.{ending}-guide/"
    assert urls.canonical(folder, SITE) == folder


@pytest.mark.parametrize("amp", ["amp", "amp/", "AMP/"])
def test_an_amp_page_is_its_article(amp: str) -> None:
    assert urls.canonical(ARTICLE + amp, SITE) == ARTICLE
    assert (
        urls.canonical("https://digitaltrends.com/space/amplifier/", SITE)
        == "https://www.digitaltrends.com/space/amplifier/"
    )


def test_parameters_of_one_name_keep_their_order() -> None:
    address = "https://www.thespacereview.com/article.php?id=2&id=1&page=3"
    assert urls.canonical(address, Review()) == address
    assert urls.canonical("https://www.thespacereview.com/article.php?page=3&id=2&id=1", Review()) == address
    assert (
        urls.canonical("https://www.thespacereview.com/article.php?id=%ff", Review())
        == "https://www.thespacereview.com/article.php?id=%FF"
    )


@pytest.mark.parametrize(
    ("address", "absolute"),
    [
        ("/a?utm_source=x", "https://www.nasa.gov/a"),
        ("b", "https://www.nasa.gov/news/b"),
        ("http://a.example/?gclid=1", "http://a.example/"),
        ("  //a.example/\n", "https://a.example/"),
        ("\ud800/a", "https://www.nasa.gov/a"),
        ("mailto:a@b.example", ""),
        ("javascript:void(0)", ""),
        ("https-only", "https://www.nasa.gov/news/https-only"),
        ("//[broken/", ""),
        ("", ""),
    ],
)
def test_a_link_is_made_absolute_or_left_out(address: str, absolute: str) -> None:
    assert urls.absolute_url(address, "https://www.nasa.gov/news/a") == absolute


def test_a_link_has_8192_characters_at_most() -> None:
    longest = "https://a.example/".ljust(8192, "x")
    assert urls.absolute_url(longest, "") == longest
    assert urls.absolute_url(longest + "x", "") == ""


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.example/x?y", "https://a.example"),
        ("https://a.example:443/", "https://a.example"),
        ("http://a.example:80/", "http://a.example"),
        ("http://a.example:443/", "http://a.example:443"),
        ("http://u:p@A.example:8080/", "http://a.example:8080"),
        ("http://[::1]/", "http://[::1]"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_an_origin_has_the_port_unless_it_is_the_usual_one(url: str, origin: str) -> None:
    assert urls.origin(urlsplit(url)) == origin


def test_host_and_port_are_those_that_a_connection_is_made_to() -> None:
    assert urls.host_and_port(urlsplit("https://a.example/")) == ("a.example", 443)
    assert urls.host_and_port(urlsplit("http://a.example:81/")) == ("a.example", 81)
    assert urls.host_and_port(urlsplit("ftp:/x")) == ("", 0)


PICTURE = "https://cdn.example.net/p/dune.jpg?id=7"
RESIZING = """
    w h width height max-w maxh max-width maxheight min-w minh min-width imwidth imheight W wid hei sw sh tw th s
    resize fit crop crop_strategy size sz scale zoom dpr dpi quality q qlt strip lb ulb gravity format fm fmt fl
    auto webp ssl ar rect bg blur sharp sharpen usm usmrad faces focal focalx trim pad cs ixlib ixid impolicy
    imdensity downsize interpolation output-format optimise optimize compress progressive lossy filter mode
"""
RENEWING = """
    v ver version rev t ts time timestamp _ cb cache cachebuster nocache mtime mod modified updated rnd rand random
    1764115200
"""


@pytest.mark.parametrize("name", f"{RESIZING}{RENEWING}{TRACKING}".split())
def test_a_parameter_that_tells_no_picture_apart_is_left_out_of_its_original(name: str) -> None:
    assert urls.image_candidates(f"{PICTURE}&{name}=3", SITE) == [PICTURE, f"{PICTURE}&{name}=3"]


@pytest.mark.parametrize("name", ["x", "page", "wide", "mini-w", "output", "12345678", "policyholder", "author"])
def test_any_other_parameter_tells_pictures_apart(name: str) -> None:
    assert urls.image_candidates(f"{PICTURE}&{name}=3&w=90", SITE)[0] == f"{PICTURE}&{name}=3"


SIGNATURE = """
    X-Amz-Date X-Goog-Date x-oss-date x-cos-security x-bce-date x-ms-version signature mySignature signature2
    credential hmac token access_token Key-Pair-Id Policy expire Expires expiry exp sig sign hdnea __gda__ auth
    authkey auth_key itok oh oe _nc_ht wsSecret q-sign-time AWSAccessKeyId GoogleAccessKeyId OSSAccessKeyId
"""


@pytest.mark.parametrize("name", SIGNATURE.split())
def test_an_address_with_a_parameter_of_a_signature_has_no_other_form(name: str) -> None:
    signed = f"{PICTURE}&w=90&{name}=x"
    assert urls.image_candidates(signed, SITE) == [signed]
    assert urls.unsigned(signed) == f"{PICTURE}&w=90"
    assert urls.image_key(signed, SITE) == urls.image_key(PICTURE, SITE)


@pytest.mark.parametrize(
    "name", ["se", "sp", "sr", "sv", "ss", "st", "spr", "srt", "skoid", "e", "t", "wsTime", "q-ak"]
)
def test_what_only_goes_with_a_signature_goes_with_it(name: str) -> None:
    assert urls.unsigned(f"{PICTURE}&{name}=4&sig=x") == PICTURE
    assert urls.unsigned(f"{PICTURE}&{name}=4") == f"{PICTURE}&{name}=4"


NAMING = "id image img photo picture file name src url path asset media imageUrl i p v"


@pytest.mark.parametrize("name", NAMING.split())
def test_a_digest_that_names_a_picture_or_its_version_is_no_signature(name: str) -> None:
    assert len(urls.image_candidates(f"https://cdn.example.net/p?{name}={DIGESTS[0]}&w=90", SITE)) == 2


@pytest.mark.parametrize("name", ["k", "kp", "pk"])
def test_any_other_digest_may_be_a_signature(name: str) -> None:
    assert len(urls.image_candidates(f"https://cdn.example.net/p?{name}={DIGESTS[0]}&w=90", SITE)) == 1


@pytest.mark.parametrize(
    ("value", "signed"),
    [
        (DIGESTS[0], True),
        (DIGESTS[0][:24], True),
        (DIGESTS[0][:23], False),
        ("1" * 30, False),
        ("a" * 30, False),
        ("a1_=+~-" * 4, True),
        ("a1." * 10, False),
        ("A1" * 12, True),
    ],
)
def test_a_digest_is_letters_and_digits_and_long(value: str, signed: bool) -> None:
    assert (len(urls.image_candidates(f"{PICTURE}&w=90&k={value}", SITE)) == 1) == signed


@pytest.mark.parametrize(
    ("shown", "original"),
    [
        ("cdn.mos.cms.futurecdn.net/v2/t:0/qFd7.jpg.webp", "cdn.mos.cms.futurecdn.net/qFd7.jpg"),
        ("i0.wordpress.com/a/b-300x200.jpg", "i0.wordpress.com/a/b.jpg"),
        ("news.files.wordpress.com/2019/b-300x200.png", "news.files.wordpress.com/2019/b.png"),
        ("other.wordpress.com/b-300x200.png", "other.wordpress.com/b-300x200.png"),
        ("cdn.example.net/cdn.mos.cms.futurecdn.net/a-1-2.jpg", "cdn.example.net/cdn.mos.cms.futurecdn.net/a-1-2.jpg"),
        ("cdn.example.net/i0.wordpress.com/b-300x200.jpg", "cdn.example.net/i0.wordpress.com/b-300x200.jpg"),
        ("i0.wordpress.com/a-300x200/b.jpg", "i0.wordpress.com/a-300x200/b.jpg"),
    ],
)
def test_networks_that_many_sites_use_have_rules_of_their_own(shown: str, original: str) -> None:
    assert urls.image_candidates(f"https://{shown}", SITE)[0] == f"https://{original}"


def test_a_picture_is_asked_for_by_a_host_in_lower_case_and_a_path_that_is_never_empty() -> None:
    assert urls.image_candidates(" https://CDN.example.net\n", SITE) == ["https://cdn.example.net/"]


def test_an_address_that_is_none_is_its_own_key() -> None:
    assert urls.image_key("data:image/gif;base64,R0lGOD", SITE) == "data:image/gif;base64,R0lGOD"


CONFIDENTIAL = """
    token access_token secret client_secret password passwd signature X-Amz-Signature session sessionid credential
    credentials auth authorization key apikey api_key api-key x.key sig pwd sid PHPSID_sid
"""


@pytest.mark.parametrize("name", CONFIDENTIAL.split())
@pytest.mark.parametrize("before", ["?", "?a=b&", "?a=b;", "#"])
def test_no_secret_is_logged(name: str, before: str) -> None:
    assert (
        urls.url_for_log(f"https://a.example/x{before}{name}=geheim&y=1")
        == f"https://a.example/x{before}{name}=***&y=1"
    )


@pytest.mark.parametrize(
    "url", ["https://a.example/?monkey=1", "https://a.example/?q=key=1", "https://a.example/a@b?c=d@e"]
)
def test_a_logged_address_keeps_what_is_no_secret(url: str) -> None:
    assert urls.url_for_log(url) == url


def test_user_info_is_not_logged_however_the_address_is_written() -> None:
    assert urls.url_for_log("https:\\\\u:geheim@a.example/x") == "https:\\\\a.example/x"
    assert urls.url_for_log("//u@a.example/x") == "//a.example/x"


def test_a_key_is_the_same_for_every_version_of_this_program() -> None:
    """It is in the crawl database."""
    assert urls.image_key(f"{TACHYON}?w=90", SITE) == "www.digitaltrends.com/2024/04/iss.jpg"
    assert urls.image_key(f"{PICTURE}&w=90", SITE) == "cdn.example.net/p/dune.jpg?id=7"


def test_an_address_of_which_only_the_signature_is_a_query_loses_its_query() -> None:
    assert urls.unsigned("https://cdn.example.net/p/dune.jpg?sig=x") == "https://cdn.example.net/p/dune.jpg"


def test_what_cannot_be_joined_is_no_address() -> None:
    assert urls.join_url("//[broken/", "https://www.nasa.gov/") == ""
