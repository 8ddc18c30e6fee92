"""text.py: what a reader does not see is no text, what a script needs to be written right is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spacenews.extraction.text import clean, clean_code, parse_language, plain, squashed

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE = "\u00ad\u034f\u17b4\u180e\u200b\u2060\u2061\u2064\u206a\u206f\u2800\u3164\ufeff\uffa0\ufff9\ufffb\uffff"


@pytest.mark.parametrize("char", BIDI + INVISIBLE, ids=lambda char: f"U+{ord(char):04X}")
def test_a_character_that_nobody_sees_is_no_text(char: str) -> None:
    assert clean(f"{char}The ri{char}m{char} {char} at noon{char}") == "The rim at noon"
    assert clean_code(f"x{char} = 1") == "x = 1"
    assert clean(char * 3) == ""


def test_directions_are_taken_from_titles_of_any_script() -> None:
    assert clean("\u202bمسبار يرى الحافة\u202c") == "مسبار يرى الحافة"
    assert plain("&#8235;חללית &lt;b&gt;ראתה&lt;/b&gt;&#8236; \u2067שפה\u2069") == "חללית ראתה שפה"


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهد",  # Persian: without ZWNJ another word
        "क्\u200dष",  # Hindi: half a letter
        "ශ්\u200dරී ලංකාව",
        "👩\u200d🚀 👨\u200d👩\u200d👧",
        "🏳\ufe0f\u200d🌈 ❤\ufe0f",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # the flag of England
    ],
)
def test_joiners_stay_where_a_script_or_an_emoji_needs_them(text: str) -> None:
    assert clean(text) == text


def test_joiners_and_tags_that_join_nothing_go() -> None:
    assert clean("ro\u200dver\u200c \u200d lan\u200c\u200dds \u200cé\u200dté") == "rover lands été"
    assert clean("rover" + "".join(chr(0xE0000 + ord(c)) for c in "ignore this")) == "rover"


@given(st.text(alphabet=st.sampled_from("aé\u0301\u0316ÅαΑK\u212a\u200b\u200c\u200d\u00ad\u202e 👩क\u094d\u2003")))
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    result = clean(text)
    assert clean(result) == result
    assert result == unicodedata.normalize("NFC", result)


def test_a_letter_under_a_heap_of_marks_keeps_thirty_of_them() -> None:
    some = "Z" + "\u0316\u0301" * 15
    assert clean(some) == unicodedata.normalize("NFC", some)
    heap = clean("Z" + "\u0301\u0316" * 5000 + "ebra " + "\u0344" * 400)
    assert [char for char in heap if not unicodedata.combining(char)] == list("Źebra ")
    assert len(heap) <= len("Zebra ") + 2 * 30
    assert clean(heap) == heap


@given(st.text())
@example("\u0301\xad\u0bcd\u200c")
def test_clean_text_is_normal_collapsed_and_stays_as_it_is(text: str) -> None:
    result = clean(text)
    assert result == " ".join(result.split())
    assert result == unicodedata.normalize("NFC", result)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in result)
    assert clean(result) == result
    result.encode("utf-8")


@given(st.lists(st.from_regex(r"[a-zé’ ]{1,9}", fullmatch=True)))
def test_cleaning_loses_no_word(words: list[str]) -> None:
    assert clean("\xa0\n\u200b".join(words)).split() == "\xa0".join(words).split()


@given(st.text())
def test_code_keeps_its_lines_and_can_be_written(text: str) -> None:
    result = clean_code(text)
    assert clean_code(result) == result
    result.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("  a\xa0 b\u2009c\n", "a b c"),
        ("e\u0301", "é"),
        ("ob\xadser\u200bvation\ufeff", "observation"),
        ("a\x00b\x1fc\ud800", "ab c"),
        ("👩‍🚀", "👩‍🚀"),
    ],
)
def test_what_cleaning_does(text: str, result: str) -> None:
    assert clean(text) == result


def test_no_mark_counts_that_stands_on_no_letter() -> None:
    assert clean("—" * 40) == "—" * 40
    assert clean("Q" + "\u0301" * 40) == "Q" + "\u0301" * 30
    assert clean("—" + "\u0301" * 40) == "—" + "\u0301" * 30


def test_a_value_may_hold_tags_and_entities() -> None:
    assert plain("<b>Two</b> words") == "Two words"
    assert plain("One &amp; two") == "One & two"
    assert plain("One\n two") == "One two"


def test_code_is_indented_by_blanks_and_begins_and_ends_with_a_line() -> None:
    assert clean_code("\n\n  a \n\tb\t\n\n c\u2028d\n\n") == "  a\n    b\n\n c\nd"
    assert clean_code("!a!") == "!a!"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en-us", "en-US"),
        ("en_GB", "en-GB"),
        ("EN", "en"),
        ("zh-hant-tw", "zh-Hant-TW"),
        (" es_419\n", "es-419"),
        ("sr-latn", "sr-Latn"),
        ("deu", "deu"),
        ("en-US-posix", None),
        ("e", None),
        ("", None),
        ("english", None),
    ],
)
def test_languages_are_tags(text: str, tag: str | None) -> None:
    assert parse_language(text) == tag


def test_two_spellings_of_a_title_are_equal() -> None:
    assert (
        squashed("<b>Dune 2: the Straße_Ahead!</b>")
        == squashed("DUNE&nbsp;2 – The STRASSE ahead")
        == "dune2thestrasseahead"
    )
    assert squashed("x" * 999 + "yz") == "x" * 999 + "y"
