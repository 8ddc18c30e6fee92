"""When two addresses are the same article, or the same picture; the only definition of it.

Pure functions that never raise, whatever a page gives as an address. Addresses follow RFC 3986; equal forms are made
equal by its section 6 (case, percent-encoding, dot segments) and by what the site says about itself.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from spacenews.site import Site

MAX_LENGTH = 2048  # characters of an address
MAX_LINK_LENGTH = 8192  # characters of a link to anywhere

PORTS = {"http": 80, "https": 443}
_PORTS = {None, *PORTS.values()}
_TO_ENCODE = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~\[\]]")
_ESCAPE = re.compile(r"%(?:[0-9A-Fa-f]{2})?")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_PATH_SAFE = "%/:@!$&'()*+,;=~"
_FILE_NAME = re.compile(r"\.(?:[a-z]?html?|php|aspx?|jsp|cfm|xml|rss|json|pdf)$", re.IGNORECASE)
_AMP_SEGMENT = re.compile(r"/amp/?$", re.IGNORECASE)

_TRACKING = re.compile(
    r"(?:utm_|itm_|hsa_|mtm_|pk_|piwik_|stm_|vero_|oly_)\w*|at_(?:medium|campaign|custom\d+)|_ga|_gl|_hsenc|_hsmi"
    r"|__s|cmpid|ncid|ocid|ftag|fbclid|gclid|gclsrc|gbraid|wbraid|dclid|yclid|msclkid|twclid|ttclid|li_fat_id|igshid"
    r"|igsh|mc_cid|mc_eid|mkt_tok|s_kwcid|ref_src|ref_url|xtor|wt_mc|rss_id|guccounter|guce_referrer\w*",
    re.IGNORECASE,
)

# Parameters of pictures that tell none apart: those that resize, those that make a cache ask again.
_RESIZING = re.compile(
    r"(?:max-?|min-?|im)?(?:w|h|width|height)|wid|hei|[st][wh]|s|resize|fit|crop|crop_strategy|size|sz|scale|zoom|dpr|dpi|quality"
    r"|q|qlt|strip|u?lb|gravity|format|fm|fmt|fl|auto|webp|ssl|ar|rect|bg|blur|sharp(?:en)?|usm\w*|faces|focal\w*|trim|pad|cs"
    r"|ixlib|ixid|impolicy|imdensity|downsize|interpolation|output-\w+|optimi[sz]e|compress|progressive|lossy|filter|mode",
    re.IGNORECASE,
)
_RENEWING = re.compile(
    r"v|ver|version|rev|t|ts|time|timestamp|_|cb|cache\w*|nocache|mtime|mod|modified|updated|ra?nd|random|\d{9,}",
    re.IGNORECASE,
)
# Parameters of a signature, without which or when anything else changes a host refuses; those that only go with one.
_SIGNATURE = re.compile(
    r"signature|credential|hmac|token|^(?:x-(?:amz|goog|oss|cos|bce|ms)-|_nc_|hdn|q-sign|(?:aws|google|oss)accesskeyid"
    r"|(?:key-pair-id|policy|expires?|expiry|exp|sig|sign|__gda__|auth|auth_?key|itok|oh|oe|wssecret)$)",
    re.IGNORECASE,
)
_SIGNED_TOO = re.compile(r"s[eprvst]|spr|srt|sk\w+|e|t|wstime|q-[\w-]+", re.IGNORECASE)
_DIGEST = re.compile(r"\A(?=\D*+\d)(?=[^a-z]*+[a-z])[a-z0-9_=+~-]{24,}", re.IGNORECASE)
_NAMING = re.compile(r"id|image|img|photo|picture|file|name|src|url|path|asset|media|^[ip]$", re.IGNORECASE)
# Content delivery networks that more than one site uses; (pattern, replacement) over "host/path".
_SHARED_ORIGINALS = (
    (r"^(cdn\.mos\.cms\.futurecdn\.net/)(?:v2/[^/]+/)?(.+?)(?:-\d+-\d+)?(\.\w+)(?:\.webp)?$", r"\1\2\3"),
    (r"^((?:i\d|[\w-]+\.files)\.wordpress\.com/.+)-\d+x\d+(?=\.\w+$)", r"\1"),
)

_USER_INFO = re.compile(r"(?<=[/\\]{2})[^/\\?#]*@")
_SECRET = re.compile(
    r"([?&;#](?:[\w.%-]*(?:token|secret|passw|signature|session|credential|auth)[\w.%-]*"
    r"|(?:[\w.%-]*[_.-])?(?:api)?(?:key|sig|pwd|sid))=)[^&;#]*",
    re.IGNORECASE,
)


def canonical(url: str, site: Site) -> str | None:
    """Return the canonical address of a page of *site*, or None when it is no address of it."""
    parts = _split(url)
    if parts is None or parts.hostname not in site.allowed_domains:
        return None
    path = _path(parts.path)
    kept = [pair for pair in _query(parts.query) if pair[0] in site.query_keep]
    query = urlencode(sorted(kept, key=lambda pair: pair[0]), errors="surrogateescape")

    def address(path: str) -> str:
        return urlunsplit(("https", site.host, _slash(path, site.trailing_slash), query, ""))

    while _AMP_SEGMENT.search(path) and is_article(address(_AMP_SEGMENT.sub("/", path)), site):
        path = _AMP_SEGMENT.sub("/", path)
    result = address(path)
    return result if len(result) <= MAX_LENGTH else None


def is_article(url: str, site: Site) -> bool:
    """Tell whether a canonical address is one of an article of the section."""
    return bool(site.article_pattern and site.article_regex.search(_target(url)))


def is_alias(url: str, site: Site) -> bool:
    """Tell whether a canonical address may redirect to an article of the section."""
    return bool(site.alias_regex and site.alias_regex.search(_target(url)))


def article_id(url: str) -> str:
    """Return the id of the article at a canonical address: UUIDv5 (RFC 9562) in the URL namespace."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, url))


def strip_tracking(url: str) -> str:
    """Return the address, of any host, without parameters that only say where a reader came from."""
    head, mark, fragment = url.partition("#")
    base, _, query = head.partition("?")
    kept = "&".join(pair for pair in query.split("&") if not _TRACKING.fullmatch(unquote(pair.partition("=")[0])))
    if _TRACKING.fullmatch(fragment.partition("=")[0]):
        mark = fragment = ""
    return base + ("?" + kept if kept else "") + mark + fragment


def absolute_url(address: str, base: str) -> str:
    """Return an http or https address made absolute, percent-encoded, without tracking; empty when it is none."""
    whole = join_url(address, base) if 0 < len(address) <= MAX_LINK_LENGTH else ""
    return strip_tracking(_encoded(whole)) if whole.startswith(("https://", "http://")) else ""


def _encoded(url: str) -> str:
    """Percent-encode what may not stand in an address (RFC 3986, 2); empty for a host that no encoding mends."""
    if not _TO_ENCODE.search(url):
        return url
    try:
        encoded = safe_url_string(url)
    except ValueError:
        return ""
    return "" if _TO_ENCODE.search(encoded) else encoded


def join_url(address: str, base: str) -> str:
    """Return an address made absolute; empty when it cannot be."""
    address = address.strip().encode("utf-8", "ignore").decode("utf-8")
    try:
        return address if address.startswith(("https://", "http://")) else urljoin(base, address)
    except ValueError:
        return ""


def image_candidates(url: str, site: Site) -> list[str]:
    """Return the addresses to try for a picture: the largest original, then the page's own form; [] when unusable.

    A signed address has no other form: a host refuses whatever its signature was not made for.
    """
    own = _image_parts(url)
    if own is None:
        return []
    if _is_signed(own.query):
        return [urlunsplit(own)]
    return list(dict.fromkeys((urlunsplit(_original(own, site)), urlunsplit(own))))


def image_key(url: str, site: Site) -> str:
    """Return a key that is the same for two addresses of the same picture, resized or not."""
    own = _image_parts(url)
    if own is None:
        return url
    original = _original(own, site)
    host = site.host if original.hostname in site.allowed_domains else original.hostname
    key = _rewrite(f"{host}{_path(original.path)}", site.image_aliases)
    return f"{key}?{original.query}" if original.query else key


def unsigned(url: str) -> str:
    """Return the address of a picture without its signature, which is another each time that a page is made."""
    base, _, query = url.partition("?")
    kept = _without_signature(query)
    return url if kept == query else base + ("?" + kept if kept else "")


def url_for_log(url: str) -> str:
    """Return the address fit for a log line: no user info, no secret values, nothing a terminal would obey."""
    shown = _SECRET.sub(r"\1***", _USER_INFO.sub("", url[:MAX_LENGTH]))
    shown += "…" if len(url) > MAX_LENGTH else ""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in shown)


def origin(parts: SplitResult) -> str:
    """Return scheme, host and, unless it is the scheme's own, port of an address."""
    host, port = host_and_port(parts)
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" if port == PORTS.get(parts.scheme) else f"{parts.scheme}://{host}:{port}"


def host_and_port(parts: SplitResult) -> tuple[str, int]:
    """Return host and port of a URL, the port by its scheme where it names none."""
    return parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)


def _split(url: str) -> SplitResult | None:
    """Split an address of http or https, without user info and on a standard port; None for any other."""
    if len(url) > MAX_LENGTH:
        return None
    try:
        parts = urlsplit(url.strip().encode("utf-8", "ignore").decode("utf-8"))
        usable = parts.scheme in PORTS and parts.hostname and "@" not in parts.netloc and parts.port in _PORTS
    except ValueError:
        return None
    return parts if usable else None


def _path(path: str) -> str:
    """Normalise percent-encoding, dot segments (RFC 3986, 5.2.4) and doubled slashes of a path."""
    segments: list[str] = []
    pieces = quote(_ESCAPE.sub(_normal_escape, path), safe=_PATH_SAFE).split("/")
    for segment in pieces:
        if segment == "..":
            segments = segments[:-1]
        elif segment not in ("", "."):
            segments.append(segment)
    ends_open = pieces[-1] in ("", ".", "..") and segments
    return "/" + "/".join(segments) + ("/" if ends_open else "")


def _normal_escape(match: re.Match[str]) -> str:
    escape = match.group().upper()
    if len(escape) == 1:
        return "%25"
    char = chr(int(escape[1:], 16))
    return char if _UNRESERVED.match(char) else escape


def _slash(path: str, trailing_slash: bool | None) -> str:
    if trailing_slash is None or path == "/":
        return path
    bare = path.rstrip("/")
    return bare + "/" if trailing_slash and not _FILE_NAME.search(bare) else bare


def _query(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, errors="surrogateescape")


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _image_parts(url: str) -> SplitResult | None:
    """Split the address of a picture in the form in which Scrapy asks for it, without fragment."""
    if _split(url) is None:
        return None
    try:
        parts = _split(safe_url_string(url.strip()))
    except ValueError:
        return None
    if parts is None:
        return None
    return parts._replace(netloc=parts.netloc.lower(), path=parts.path or "/", fragment="")


def _original(parts: SplitResult, site: Site) -> SplitResult:
    """Undo resizing: by query first, then by the rules for names."""
    names = _rewrite(parts.netloc + parts.path, (*site.image_originals, *_SHARED_ORIGINALS))
    host, slash, path = names.partition("/")
    return parts._replace(netloc=host, path=slash + path, query=_original_query(parts, site))


def _original_query(parts: SplitResult, site: Site) -> str:
    """Keep what tells pictures apart."""

    def tells_apart(pair: str) -> bool:
        name = _parameter(pair)
        noise = _RESIZING.fullmatch(name) or _RENEWING.fullmatch(name) or _TRACKING.fullmatch(name)
        return name in site.image_query_keep or not noise

    return "&".join(filter(tells_apart, _without_signature(parts.query).split("&")))


def _without_signature(query: str) -> str:
    """Drop the parameters of a signature, if there is one."""
    pairs = query.split("&")
    if not any(map(_is_signature, pairs)):
        return query
    return "&".join(pair for pair in pairs if not (_is_signature(pair) or _SIGNED_TOO.fullmatch(_parameter(pair))))


def _is_signed(query: str) -> bool:
    """Tell whether a query holds a signature, by its name or by its looks."""
    return any(_is_signature(pair) or _may_be_signature(pair) for pair in query.split("&"))


def _is_signature(pair: str) -> bool:
    name = _parameter(pair)
    return bool(_SIGNATURE.search(name) or (name in ("s", "h") and _may_be_signature(pair)))


def _may_be_signature(pair: str) -> bool:
    """Tell whether a value looks like a digest and names neither a picture nor its version."""
    name, _, value = pair.partition("=")
    said = _NAMING.search(unquote(name)) or _RENEWING.fullmatch(unquote(name))
    return not said and _DIGEST.fullmatch(unquote(value)) is not None


def _parameter(pair: str) -> str:
    return unquote(pair.partition("=")[0])


def _rewrite(text: str, rules: Sequence[tuple[str, str]]) -> str:
    for pattern, replacement in rules:
        text = re.sub(pattern, replacement, text)
    return text
