from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from spacenews.extraction.image_files import ImageError, ImageLimits, is_transient, probe
from spacenews.reasons import ImageReason

LIMITS = ImageLimits(max_bytes=20 * 2**20, max_pixels=40_000_000, min_side=10)
KINDS = [("JPEG", "image/jpeg", "jpg"), ("PNG", "image/png", "png"), ("GIF", "image/gif", "gif")]
KINDS += [("WEBP", "image/webp", "webp"), ("AVIF", "image/avif", "avif")]


def picture(kind: str, size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    image = Image.effect_noise(size, 80).convert("RGB")
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def animation(kind: str) -> bytes:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
    out = BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=50)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@cache
def bomb(side: int) -> bytes:
    """Make a valid PNG of one colour that unpacks to side * side * 3 bytes."""
    packer = zlib.compressobj(9)
    row = b"\0" * (side * 3 + 1)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def why_not(data: bytes, limits: ImageLimits = LIMITS) -> ImageReason:
    with pytest.raises(ImageError) as error:
        probe(data, limits)
    return error.value.reason


@pytest.mark.parametrize(("kind", "media_type", "extension"), KINDS)
def test_type_and_size_come_from_the_bytes(kind: str, media_type: str, extension: str) -> None:
    data = picture(kind)
    found = probe(data, LIMITS)
    assert found.media_type == media_type
    assert (found.width, found.height, found.bytes) == (60, 40, len(data))
    assert found.path == f"{found.sha256[:2]}/{found.sha256}.{extension}"


@pytest.mark.parametrize(
    "data",
    [
        animation("GIF"),
        animation("WEBP"),
        animation("AVIF"),
        animation("PNG"),
        picture("JPEG", progressive=True),
        picture("JPEG", subsampling=0, comment="\xff\xd9"),
        picture("WEBP", lossless=True),
        picture("PNG") + b"trailing",
        picture("JPEG") + b"trailing",
        picture("GIF") + b"trailing",
    ],
)
def test_every_form_of_a_kind_is_whole(data: bytes) -> None:
    assert probe(data, LIMITS).width == 60


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><head><title>Gone</title></head><body><svg></svg>Not here</body>",
        "<body><header><svg viewBox='0 0 9 9'><path/></svg></header><p>Sorry</p>",
        "<!-- <svg> --><p>Sorry</p>",
        "Sorry <svg></svg>",
        "<?xml version='1.0'?><error><svg/></error>",
        "<p><svg/>",
        "<svgs/>",
        "<!--",
        "<?xml",
    ],
)
def test_a_page_with_a_drawing_in_it_is_no_drawing(page: str) -> None:
    assert why_not(page.encode()) == ImageReason.NOT_A_PICTURE


@pytest.mark.parametrize(
    "drawing",
    [
        "<svg/>",
        "\ufeff \n<SVG width='9'></SVG>",
        "<?xml version='1.0'?>\n<!-- Made <p> by hand --><svg\nxmlns='http://www.w3.org/2000/svg'></svg>",
        "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'svg11.dtd'><svg><html/></svg>",
        "<svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>",
        "<!DOCTYPE svg [ <!ENTITY a 'b>'> ]>\n<svg>",
        "<!--" + "x" * 5000 + "--><svg/>",
    ],
)
def test_a_drawing_begins_with_its_element(drawing: str) -> None:
    assert why_not(drawing.encode()) == ImageReason.UNSUPPORTED


@pytest.mark.parametrize("kind", [kind for kind, _, _ in KINDS])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.9, 0.99])
def test_a_picture_that_was_cut_off_is_found_out(kind: str, share: float) -> None:
    data = picture(kind)
    assert why_not(data[: int(len(data) * share)]) == ImageReason.TRUNCATED


def test_a_picture_with_a_changed_byte_in_its_data_is_found_out_where_the_format_allows() -> None:
    data = bytearray(picture("PNG"))
    data[len(data) // 2] ^= 0xFF
    assert why_not(bytes(data)) == ImageReason.TRUNCATED


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", ImageReason.NOT_A_PICTURE),
        (b"<!DOCTYPE html><html><body>Not found</body></html>", ImageReason.NOT_A_PICTURE),
        (b"<html><svg></svg></html>", ImageReason.NOT_A_PICTURE),
        (b'{"error": "no such file"}', ImageReason.NOT_A_PICTURE),
        (b"GIF89a" + b"\0" * 7 + b";", ImageReason.NOT_A_PICTURE),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', ImageReason.UNSUPPORTED),
        (picture("TIFF"), ImageReason.UNSUPPORTED),
        (picture("BMP"), ImageReason.UNSUPPORTED),
        (picture("GIF", (1, 1)), ImageReason.TOO_SMALL),
        (picture("PNG", (600, 2)), ImageReason.TOO_SMALL),
    ],
)
def test_what_is_not_kept_has_a_reason(data: bytes, reason: ImageReason) -> None:
    assert why_not(data) == reason


def test_limits_are_exact() -> None:
    data = picture("PNG", (20, 10))
    assert probe(data, ImageLimits(max_bytes=len(data), max_pixels=200, min_side=10)).height == 10
    assert why_not(data, replace(LIMITS, max_bytes=len(data) - 1)) == ImageReason.TOO_LARGE
    assert why_not(data, replace(LIMITS, max_pixels=199)) == ImageReason.TOO_MANY_PIXELS
    assert why_not(data, replace(LIMITS, min_side=11)) == ImageReason.TOO_SMALL


@pytest.mark.parametrize("kind", [b"WEBP", b"GIF", b"JPEG"])
def test_a_header_that_claims_too_much_is_enough(kind: bytes) -> None:
    frame = b"\x2f" + struct.pack("<I", 16382 | 16382 << 14) + b"\0" * 9
    claims = {
        b"WEBP": b"RIFF" + struct.pack("<I", 12 + len(frame)) + b"WEBPVP8L" + struct.pack("<I", len(frame)) + frame,
        b"GIF": b"GIF89a"
        + struct.pack("<HH", 10_000, 10_000)
        + b"\0\0\0\x2c"
        + struct.pack("<HHHH", 0, 0, 10_000, 10_000)
        + b"\0\x08\0;",
        b"JPEG": picture("JPEG").replace(struct.pack(">HH", 40, 60), struct.pack(">HH", 65_000, 65_000)),
    }
    assert why_not(claims[kind]) == ImageReason.TOO_MANY_PIXELS


@pytest.mark.faults
def test_a_decompression_bomb_costs_no_memory_and_no_time(tmp_path: Path) -> None:
    """493 KB that unpack to 507 MB; other crawlers need 1.4 GB and 14 s for it."""
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb(13_000))
    assert path.stat().st_size < 1_000_000
    script = """
import pathlib, resource, sys
from spacenews.extraction.image_files import ImageLimits, ImageError, probe
data = pathlib.Path(sys.argv[1]).read_bytes()
for limits in (ImageLimits(2**20, 4 * 10**7, 10), ImageLimits(2**20, 10**9, 10)):
    try:
        print(probe(data, limits).width)
    except ImageError as error:
        print(error.reason)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(int(status["VmHWM"].split()[0]) // 1024, resource.getrusage(resource.RUSAGE_SELF).ru_utime)
"""
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True, timeout=60)
    refused, width, megabytes, seconds = done.stdout.split()
    assert (refused, width) == ("too_many_pixels", "13000")
    assert int(megabytes) < 300
    assert float(seconds) < 5


@given(st.binary(), st.sampled_from([picture(kind) for kind, _, _ in KINDS]), st.floats(0, 1))
def test_whatever_the_bytes_the_probe_answers(noise: bytes, base: bytes, where: float) -> None:
    at = int(len(base) * where)
    for data in (noise, base[:12] + noise, base[:at] + noise + base[at + len(noise) :]):
        with suppress(ImageError):
            assert probe(data, LIMITS).width > 0


def test_what_is_gone_is_not_asked_for_again_and_what_may_come_back_is() -> None:
    final = {reason for reason in ImageReason if not is_transient(reason)}
    assert {
        ImageReason.NOT_FOUND,
        ImageReason.TOO_LARGE,
        ImageReason.TOO_SMALL,
        ImageReason.UNSUPPORTED,
    } <= final
    assert not {ImageReason.TIMEOUT, ImageReason.SERVER_ERROR, ImageReason.UNREACHABLE} & final
