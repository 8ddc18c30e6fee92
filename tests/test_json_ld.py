"""json_ld.py: what sites write for JSON is read where a reader could tell what is meant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.timing import grows_by_the_square, processor_seconds

from spacenews.extraction.json_ld import MAX_BLOCK_LENGTH, MAX_MENDED_LENGTH, read_json

GOOD = '{"a": 1, "b": "x"}'
READ = {"a": 1, "b": "x"}


@pytest.mark.parametrize(
    "text",
    [
        f"// Comment of a theme\n{GOOD}",
        f"{GOOD} // Comment of a theme",
        '{ // the first\n "a": 1, /* the\n second */ "b": "x" }',
        f"/* a {{ b }} */ {GOOD} /* c */",
        f"// Minified comment {GOOD}",
        f"<!-- begin --> {GOOD} <!-- end -->",
        f"<!-- {GOOD} -->",
        f"<!--\n{GOOD}\n//-->",
        '{"a": 1, <!-- within --> "b": "x"}',
        f"//<![CDATA[\n{GOOD}\n//]]>",
        f"// <![CDATA[ {GOOD} // ]]>",
        f"<![CDATA[{GOOD}]]>",
        f"/*<![CDATA[*/{GOOD}/*]]>*/",
        f"\ufeff{GOOD}",
        f"\u200b\xa0{GOOD}\u2028",
        '{\xa0"a":\u2003 1, "b"\ufeff: "x"}',
        "{&quot;a&quot;: 1, &quot;b&quot;: &quot;x&quot;}",
        "&#123;&#34;a&#34;: 1, &#x22;b&#x22;: &#34;x&#34;}",
        '{"a": 1, "b": "x",}',
        '{,"a": 1,, "b": "x" , }',
        '{"a": 1 "b": "x"}',
        '{"a": 1; "b": "x"};',
        f"{GOOD};",
        f"{GOOD},",
        "{'a': 1, 'b': 'x'}",
        '{a: 1, b: "x"}',
        f"window.data = {GOOD};",
        f"<script type='application/ld+json'>{GOOD}</script>",
        json.dumps(GOOD),
        json.dumps(GOOD)[1:-1],
        GOOD.replace('"', "“"),
        "{“a”: 1, “b”: ”x”}",
    ],
)  # fmt: skip
def test_what_stands_around_and_between_is_mended(text: str) -> None:
    assert read_json(text) == READ


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"rover\x27s"', "rover's"),
        (r'"rover\'s"', "rover's"),
        (r'"a\-b \. \d"', r"a-b . d"),
        (r'"\u00e9\n\"\\\/"', 'é\n"\\/'),
        (r'"\u12 \xz"', r"u12 xz"),
        (r'"a\\" b \\\" c"', 'a\\" b \\" c'),
        ('"a\tb\nc\x0b\x00d"', "a\tb\nc\x0b\x00d"),
        ('"a\\\nb"', "a\nb"),
        ('"He said "yes", and went"', 'He said "yes", and went'),
        ('"The "Dune" one"', 'The "Dune" one'),
        ('"" quoted "', '" quoted '),
        ('"a // b /* c */ <!-- d --> , } ]"', "a // b /* c */ <!-- d --> , } ]"),
        ('"https://example.com/a,b"', "https://example.com/a,b"),
        ("undefined", None),
        ("None", None),
        ("True", True),
        ("null", None),
        ("-1.5e3", -1500.0),
        ("+5", 5),
        (".5", 0.5),
        ("'it\\'s \"so\"'", 'it\'s "so"'),
        ("<!-- n -->[1, 2,]", [1, 2]),
    ],
)
def test_values_are_mended_and_strings_stay_what_they_say(text: str, value: Any) -> None:
    assert read_json(f'{{"v": {text}, "w": 1,}}') == {"v": value, "w": 1}


def test_numbers_that_json_does_not_know_do_no_harm() -> None:
    found = read_json('{"position": NaN, "width": Infinity, "height": -Infinity, "a": 0x1F}')
    assert set(found) == {"position", "width", "height", "a"}


@pytest.mark.parametrize("between", ["", "\n", ",", ";", " , ", "\n// and\n", "<!-- and -->", "</script>"])
def test_several_objects_in_a_block_are_all_read(between: str) -> None:
    assert read_json(f"{GOOD}{between}{GOOD}") == [READ, READ]
    assert read_json(f'{{"a": 1,}}{between}[{GOOD}]{between}{GOOD}') == [{"a": 1}, [READ], READ]


def test_what_is_cut_is_not_guessed() -> None:
    assert read_json('{"a": 1, "b": "x') is None
    assert read_json('{"a": 1, "b": [1, 2}') is None
    assert read_json("") is None
    assert read_json("no JSON") is None
    assert read_json(f'{GOOD}{{"a": "cut') == READ


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


KEYS = st.text(max_size=20)  # a key is looked for as far as 100 characters, so that no quote costs more


@given(st.recursive(SCALARS, lambda x: st.lists(x) | st.dictionaries(KEYS, x)))
def test_good_json_is_read_as_it_is_and_so_it_is_with_a_comma_too_many(value: Any) -> None:
    assert read_json(json.dumps({"v": value})) == {"v": value}
    assert read_json(json.dumps({"v": value}, ensure_ascii=False)[:-1] + ",}") == {"v": value}


@given(st.text(alphabet="{}[],:;\"'\\/*<!->-x1 \n&tu\ufeff", max_size=60))
def test_no_block_is_too_odd(text: str) -> None:
    read_json(text)


QUOTED = """" ' \\ \\" "a"_ ""_ "a",_ "a":_"b",_ a:'b', {"a":"""
BARE = "{,, {_ , /* // <!-- <!--{ [ &quot; - 1_ \ufeff {} </script [[1]"


@pytest.mark.faults
@pytest.mark.parametrize("piece", [piece.replace("_", " ") for piece in f"{QUOTED} {BARE}".split()])
def test_time_grows_with_length(piece: str) -> None:
    def read(size: int) -> None:
        read_json("{" + (piece * (size // len(piece) + 1))[: size - 2] + "}")

    assert not grows_by_the_square(read, MAX_MENDED_LENGTH // 32)
    assert processor_seconds(lambda: read(MAX_BLOCK_LENGTH)) < 3
