"""captions.py: who made a picture is told apart from what it shows, in whatever form a caption says so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from spacenews.extraction.blocks import BlockExtractor
from spacenews.extraction.captions import MAX_CAPTION, split_caption
from spacenews.extraction.elements import ElementClassifier
from spacenews.site import Site

MARKS = ElementClassifier((("caption", Site.caption), ("credit", Site.credit)))
SHOWN = "A dune on the far plain."


def shown(caption: str) -> tuple[str | None, str | None]:
    """Read a caption as a page has it."""
    extractor = BlockExtractor(MARKS)
    extractor.read(
        html.fragment_fromstring(f"<figure><img src='/a.jpg'><figcaption>{caption}</figcaption></figure>", "div")
    )
    (picture,) = extractor.pictures
    return split_caption(picture.caption, picture.credit)


@pytest.mark.parametrize(
    ("form", "credit"),
    [
        ("Photo by M. Quill", "M. Quill"),
        ("Photograph by Mira Quill.", "Mira Quill"),
        ("Illustration by Mira Quill for Example News", "Mira Quill for Example News"),
        ("Image by NASA/JPL-Caltech", "NASA/JPL-Caltech"),
        ("Photo: Mira Quill", "Mira Quill"),
        ("Photos: Mira Quill and Ed Fern", "Mira Quill and Ed Fern"),
        ("Image : ESA/Hubble", "ESA/Hubble"),
        ("Image: Courtesy Mira Quill/Example Board.", "Mira Quill/Example Board"),
        ("Picture: iFern/Mira Quill", "iFern/Mira Quill"),
        ("Source: Example Observatory", "Example Observatory"),
        ("© M. Quill", "M. Quill"),
        ("© 2026 imago pictures", "imago pictures"),
        ("(c) Mira Quill 2026", "Mira Quill 2026"),
        ("Copyright Mira Quill", "Mira Quill"),
        ("Copyright: dpa", "dpa"),
        ("Credit: NASA/ESA", "NASA/ESA"),
        ("Credits: ESA, NASA (left)", "ESA, NASA (left)"),
        ("Credit NASA/Goddard", "NASA/Goddard"),
        ("Photo credit – Mira Quill", "Mira Quill"),
        ("Crédit photo : Mira Quill", "Mira Quill"),
        ("Foto: dpa/Mira Quill", "dpa/Mira Quill"),
        ("Courtesy of Example Labs", "Example Labs"),
        ("Courtesy Example Labs", "Example Labs"),
        ("Image courtesy of Example Labs.", "Example Labs"),
        ("Photo via Example Images", "Example Images"),
        ("Mira Quill via Example Images", "Mira Quill via Example Images"),
        ("Mira Quill/Getty Images", "Mira Quill/Getty Images"),
        ("AP Photo/Mira Quill, File", "AP Photo/Mira Quill, File"),
        ("NASA/JPL-Caltech/MSSS", "NASA/JPL-Caltech/MSSS"),
        ("写真: 宇宙通信", "宇宙通信"),
        ("Photo by Mira Quill. Illustration by Ed Fern", "Mira Quill; Ed Fern"),
        ("Photo: Mira Quill | Graphic: Ed Fern", "Mira Quill; Ed Fern"),
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        "{caption} {credit}",
        "{caption}<br>{credit}",
        "{caption} <small>{credit}</small>",
        "{caption}<em>{credit}</em>",
        "{caption} <sup>{credit}</sup>",
        "{caption}<p><cite>{credit}</cite></p>",
        "{caption} — {credit}",
        "{caption} ({credit})",
        "{caption} [{credit}]",
        "{caption}<span>{credit}</span>",
    ],
)
def test_a_credit_is_found_in_every_form_and_place(form: str, credit: str, place: str) -> None:
    assert shown(place.format(caption=SHOWN, credit=form)) == (SHOWN, credit)


def test_a_caption_without_a_full_stop_ends_where_the_small_print_begins() -> None:
    assert shown("A dune at noon <small>Photo by M. Quill</small>") == ("A dune at noon", "M. Quill")
    assert shown("A dune at noon <small>Example Labs</small>") == ("A dune at noon", "Example Labs")
    assert shown("A dune at noon<span>Credit: Example Labs</span>") == ("A dune at noon", "Example Labs")
    assert shown("A dune at noon © M. Quill") == ("A dune at noon", "M. Quill")
    assert shown("A dune at noon – Photo by M. Quill") == ("A dune at noon", "M. Quill")
    assert shown("Water, H<sub>2</sub>O, and <em>Example One</em> at noon") == (
        "Water, H2O, and Example One at noon",
        None,
    )


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("Photo: NASA/JPL", (None, "NASA/JPL")),
        ("© Example Labs", (None, "Example Labs")),
        ("Photo by Mira Quill", (None, "Mira Quill")),
        ("Reuters", (None, "Reuters")),
        (
            "Image credit: NASA/ESA. This dune moves by a metre a year.",
            ("This dune moves by a metre a year.", "NASA/ESA"),
        ),
        ("A dune. Credit: NASA. It moves by a metre a year.", ("A dune. It moves by a metre a year.", "NASA")),
        ("A dune (Photo: Example Images) Example", ("A dune Example", "Example Images")),
        ("A dune (left) and a crater (right).", ("A dune (left) and a crater (right).", None)),
        ("A dune on the plain. (Mira Quill/EBC)", ("A dune on the plain.", "Mira Quill/EBC")),
        ("(The Example)", (None, "The Example")),
        ("(A dune)", ("(A dune)", None)),
        ("(Top) Mira (Bottom)", ("(Top) Mira (Bottom)", None)),
        ("The team at dawn. (Mira Quill/Ada Bell)", ("The team at dawn. (Mira Quill/Ada Bell)", None)),
        ("The dune at dawn. (Ridge Three)", ("The dune at dawn. (Ridge Three)", None)),
    ],
)
def test_a_credit_may_be_all_or_come_first(caption: str, expected: tuple[str | None, str | None]) -> None:
    assert shown(caption) == expected


@pytest.mark.parametrize(
    "caption",
    [
        "Photo by night: the dune as the orbiter saw it.",
        "The dune. Image by image, the orbiter moved on.",
        "Image: the dune as the orbiter saw it in spring.",
        "The dune. Courtesy of a strong wind it moves every year.",
        "Nobody took credit for the photo by the orbiter.",
        "The (a) dune, (b) crater and (c) Ridge Three.",
        "The source: a dune north of the plain.",
        "The probe went to Mars via Venus.",
        "The dune seen by Reuters.",
        "Engineers worked in the U.S. Picture them at night, without a light.",
        "The orbiter took the photo. By Sunday it was home.",
    ],
)
def test_what_only_sounds_like_a_credit_is_caption(caption: str) -> None:
    assert shown(caption) == (caption, None)


@pytest.mark.parametrize(
    "label", ["Photo by", "Photograph:", "Image credit:", "Courtesy of", "©", "(c) 2026", "Source:"]
)
def test_labels_are_no_part_of_a_credit(label: str) -> None:
    assert split_caption("A dune.", f"{label} Mira Quill") == ("A dune.", "Mira Quill")
    assert shown(f"A dune. {label} <span class='credit'>Mira Quill</span>") == ("A dune.", "Mira Quill")


def test_an_agency_behind_a_name_that_has_an_element_of_its_own_belongs_to_it() -> None:
    assert shown(f"{SHOWN} <span class='credit'>MIRA QUILL</span>/AFP via Getty Images") == (
        SHOWN,
        "MIRA QUILL/AFP via Getty Images",
    )


def test_a_caption_has_an_end() -> None:
    caption, credit = split_caption("A dune " * 1_000_000, "Mira Quill " * 1_000_000)
    assert len(caption or "") <= MAX_CAPTION
    assert len(credit or "") <= MAX_CAPTION


@given(st.text(alphabet="ab.©()[]:|–—\x02\x03\n CcPphoto by credit", max_size=80))
def test_no_caption_is_too_odd(caption: str) -> None:
    for part in split_caption(caption, ""):
        assert part is None or (part == part.strip() != "" and "\x02" not in part)


@pytest.mark.parametrize(
    ("caption", "credit", "expected"),
    [
        ("A hut. (Image credit: NASA/JPL)", "", ("A hut.", "NASA/JPL")),
        ("A hut [Photo credit: M. Fern]", "", ("A hut", "M. Fern")),
        ("A hut. Credit: ESA (left) & NASA", "", ("A hut.", "ESA (left) & NASA")),
        ("Credit: ESA", "", (None, "ESA")),
        ("A hut | Image courtesy of: Fern", "", ("A hut", "Fern")),
        ("Nobody took credit for the hut.", "", ("Nobody took credit for the hut.", None)),
        ("A hut.", "(Image credit: © Fern Press)", ("A hut.", "Fern Press")),
        ("A hut. NASA", "NASA", ("A hut.", "NASA")),
        ("", " \n NASA ; ESA & JAXA", (None, "NASA ; ESA & JAXA")),
        ("", "", (None, None)),
    ],
)
def test_a_credit_is_split_from_its_caption(caption: str, credit: str, expected: tuple[str, str]) -> None:
    assert split_caption(caption, credit) == expected


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        # where a label may stand
        ("A dune - Photo by Mira Quill", ("A dune", "Mira Quill")),
        ("A dune-Photo by Mira Quill", ("A dune-Photo by Mira Quill", None)),
        ("A dune: Photo by Mira Quill", ("A dune: Photo by Mira Quill", None)),
        ("A dune: © Mira Quill", ("A dune: © Mira Quill", None)),
        ("A dune； ： © Mira Quill", ("A dune； ： © Mira Quill", None)),
        ("A dune! (Photo by Mira Quill)", ("A dune!", "Mira Quill")),
        ("!Photo by Mira Quill", ("!", "Mira Quill")),
        ("x Photo by Mira Quill", ("x Photo by Mira Quill", None)),
        ("( Photo by Mira Quill )", (None, "Mira Quill")),
        ("A dune ( Photo by Mira Quill )", ("A dune", "Mira Quill")),
        ("A dune. ((c) Mira Quill)", ("A dune.", "Mira Quill")),
        # where a credit ends
        ("A dune. Credit: Mira Quill. It moves. © Ed Fern", ("A dune. It moves.", "Mira Quill; Ed Fern")),
        ("A dune. (Photo by Mira Quill) © Ed Fern", ("A dune.", "Mira Quill; Ed Fern")),
        ("A dune. (Photo by Mira Quill (ESO))", ("A dune.", "Mira Quill (ESO)")),
        ("A dune. (Photo by Mira (ESO) Quill) It moves.", ("A dune. It moves.", "Mira (ESO) Quill")),
        ("A dune. [Photo: Mira Quill] It moves.", ("A dune. It moves.", "Mira Quill")),
        ("A dune. (Photo: Mira Quill) .", ("A dune.", "Mira Quill")),
        ("A dune. [Photo: Mira Quill]. It moves.", ("A dune. It moves.", "Mira Quill")),
        ("A dune (Photo: Mira Quill). It moves.", ("A dune. It moves.", "Mira Quill")),
        ("A dune. (Photo: Mira Quill)!", ("A dune.", "Mira Quill")),
        ("A dune. (Photo: Mira Quill)It moves.", ("A dune. It moves.", "Mira Quill")),
        ("A dune. Photo: Mira Quill (Image: Ed Fern)", ("A dune.", "Mira Quill; Ed Fern")),
        ("A dune. (Photo: Mira Quill. Image: Ed Fern) It moves.", ("A dune. It moves.", "Mira Quill; Ed Fern")),
        ("A dune. (Photo: Mira Quill (Image: Ed Fern)) It moves.", ("A dune. It moves.", "Mira Quill; Ed Fern")),
        ("A dune. Photo: Mira Quill. Image: Ed Fern. Graphic: Al Lee", ("A dune.", "Mira Quill; Ed Fern; Al Lee")),
        ("A dune. Photo: Mira Quill. Ed Fern", ("A dune.", "Mira Quill. Ed Fern")),
        ("A dune. Photo credit: Mira Quill. Photo by the sea.", ("A dune. Photo by the sea.", "Mira Quill")),
        ("A dune. © the dune moves every year", ("A dune.", "the dune moves every year")),
        ("A dune. © the dune moves. every year", ("A dune. © the dune moves. every year", None)),
        ("A dune. Credit: the moving dune. It moves.", ("A dune.", "the moving dune. It moves")),
        ("A dune. © " + "x" * 159, ("A dune.", "x" * 159)),
        ("A dune. © " + "x" * 160, ("A dune. © " + "x" * 160, None)),
        ("A dune. Photo by " + "X" * 159, ("A dune.", "X" * 159)),
        ("A dune. Photo by " + "X" * 160, ("A dune. Photo by " + "X" * 160, None)),
        ("A dune. Photo by " + "X" * 158 + " y", ("A dune. Photo by " + "X" * 158 + " y", None)),
        ("A dune. Photo by " + "X" * 157 + " y", ("A dune.", "X" * 157 + " y")),
        ("A dune. Credit: NASA U.S.", ("A dune.", "NASA U.S.")),
        ("A dune. Credit: Mira Li.", ("A dune.", "Mira Li")),
        ("A dune. Credit: | NASA", ("A dune.", "NASA")),
        ("A dune!", ("A dune!", None)),
        # names
        ("A dune. Photo by 2026", ("A dune. Photo by 2026", None)),
        ("A dune. Photo by &", ("A dune. Photo by &", None)),
        ("A dune. Photo by mira@example.com", ("A dune.", "mira@example.com")),
        ("A dune. Photo by mira_q", ("A dune.", "mira_q")),
        ("A dune. Photo by mira/quill", ("A dune.", "mira/quill")),
        ("A dune. Photo by Mira – Quill", ("A dune.", "Mira – Quill")),
        ("A dune. Photo by Mira, all rights reserved", ("A dune.", "Mira, all rights reserved")),
        # without a label
        ("the dune via Reuters", (None, "the dune via Reuters")),
        ("the dune. via Reuters", ("the dune.", "via Reuters")),
        ("the dune!x via Reuters", (None, "the dune!x via Reuters")),
        ("A dune. (Reuters", ("A dune.", "(Reuters")),
        ("A dune on the far plain (AP).", ("A dune on the far plain", "AP")),
        ("A dune on the far plain [AP]", ("A dune on the far plain", "AP")),
        ("the far dune via Reuters", ("the far dune via Reuters", None)),
        ("A dune on the far plain (Reuters).", ("A dune on the far plain", "Reuters")),
        ("A dune on the far plain [Reuters].", ("A dune on the far plain", "Reuters")),
        ("A dune on the far plain. Reuters.", ("A dune on the far plain.", "Reuters")),
        ("A dune. \x02X", ("A dune. X", None)),
        ("A dune. \x02Xy", ("A dune.", "Xy")),
        ("A dune \x02mq 12", ("A dune mq 12", None)),
        ("\x1eA dune\x1eat noon\x1e", ("A dune at noon", None)),
    ],
)
def test_where_a_credit_begins_and_ends(caption: str, expected: tuple[str | None, str | None]) -> None:
    assert split_caption(caption, "") == expected


@pytest.mark.parametrize(
    ("caption", "credit", "expected"),
    [
        ("A dune. (Photo:)", "Mira Quill", ("A dune.", "Mira Quill")),
        ("A dune [Photo:]", "Mira Quill", ("A dune", "Mira Quill")),
        ("Photo:", "Mira Quill", (None, "Mira Quill")),
        ("A dune. Photo: (Fern)", "Mira Quill", ("A dune. Photo: (Fern)", "Mira Quill")),
        ("A dune.", "[Photo by Mira Quill]", ("A dune.", "Mira Quill")),
        ("A dune.", "(Mira Quill", ("A dune.", "(Mira Quill")),
        ("A dune.", "| Photo by | Mira Quill", ("A dune.", "Mira Quill")),
    ],
)
def test_a_credit_of_its_own_leaves_its_label_behind(
    caption: str, credit: str, expected: tuple[str | None, str | None]
) -> None:
    assert split_caption(caption, credit) == expected


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A dune. (Fern)", ("A dune.", "Fern")),
        ("A dune. [Fern]", ("A dune.", "Fern")),
        ("A dune (Fern).", ("A dune", "Fern")),
        ("A dune. ([Fern])", ("A dune.", "Fern")),
        ("(Fern) ", (None, "Fern")),
        ("A dune. Photo: Ed (Fern)", ("A dune.", "Ed (Fern)")),
        ("A dune. Fern)", ("A dune. Fern)", None)),
        ("A dune. (Fern) Photo: Ed Lee", ("A dune. (Fern)", "Ed Lee")),
    ],
)
def test_brackets_at_the_end_hold_the_credit_where_a_site_says_so(
    caption: str, expected: tuple[str | None, str | None]
) -> None:
    assert split_caption(caption, "", in_brackets=True) == expected


def test_a_site_may_put_its_credits_in_brackets() -> None:
    text = "The hut (left). (Fern/Quill (ESO))"
    assert split_caption(text, "", in_brackets=True) == ("The hut (left).", "Fern/Quill (ESO)")
    assert split_caption(text, "") == (text, None)


@given(st.text(), st.text())
def test_no_caption_or_credit_is_too_odd(caption: str, credit: str) -> None:
    for part in split_caption(caption, credit, in_brackets=True):
        assert part is None or part == part.strip() != ""


KINDS = """
    photo photos photograph photographs photography photographies image picture video illustration art artwork graphic
    render rendering animation composite drawing screenshot foto fotograf fotografía fotografia fotografie bild imagen
    imagem immagine 写真 画像 图片
"""


@pytest.mark.parametrize("kind", KINDS.split())
def test_a_credit_may_name_the_kind_of_picture(kind: str) -> None:
    assert shown(f"{SHOWN} {kind.title()}: Mira Quill") == (SHOWN, "Mira Quill")


LABELS = """
    Credit:; Credits:; Courtesy:; Crédit :; Crédits :; Crédito:; Credito:; Photo：; Photo -; Photo –; Photo —; Photo |;
    Copyright:; Copyright -; Copyright; Copyright ©; Copyright © 2026; Copyright 2026; ©2026; © 2019-2026;
    © 2019 – 2026,; (c); (c) 2026; Source:; Sources:; Quelle:; Fuente:; Fonte:; Photo source:; Photographed by;
    Filmed by; Drawn by; Taken by; Photo from; Image via; Image credit; Photo courtesy; Courtesy of; Credit to:;
    Credit of:; Credit by:; Credit photo:; Photo image by
"""


@pytest.mark.parametrize("label", [label.strip() for label in LABELS.split(";")])
def test_a_credit_may_have_any_of_these_labels(label: str) -> None:
    assert shown(f"{SHOWN} {label} Mira Quill") == (SHOWN, "Mira Quill")


AGENCIES = """
    Getty|AFP|Reuters|Associated Press|AP Photo|Shutterstock|iStock|iStockphoto|Alamy|Unsplash|Flickr|Wikimedia|Xinhua
    |EPA|Adobe Stock|Science Photo Library|NASA/JPL|ESA / Hubble|ESO/L. Fern|JAXA/X|NOAA/X|USGS/X|ISRO/X|Quill/AP
    |Quill / AP|Example.com
"""


@pytest.mark.parametrize("agency", [agency.strip() for agency in AGENCIES.split("|")])
def test_an_agency_needs_no_label(agency: str) -> None:
    assert shown(f"{SHOWN} {agency}") == (SHOWN, agency)
    assert shown(agency) == (None, agency)


@pytest.mark.parametrize("place", ["NASA Ames", "AP Ridge", "The Viaduct", "Example Commons"])
def test_a_name_that_is_no_agency_is_caption(place: str) -> None:
    assert shown(f"{SHOWN} {place}") == (f"{SHOWN} {place}", None)


@pytest.mark.parametrize(
    "words",
    [
        "Copyrighted Material",
        "Photo Byron Bay",
        "CreditOne Labs",
        "The Gap",
        "Mira Spagetty",
        "Vanesa/Bell",
        "Quill/Apex",
        "Example.Common Field",
    ],
)
def test_words_that_only_begin_or_end_like_a_label_or_an_agency_are_caption(words: str) -> None:
    assert shown(f"{SHOWN} {words}") == (f"{SHOWN} {words}", None)


@pytest.mark.parametrize("end", [".", "!", "?", "…", "”", "’", ")", "]", " |", " –", " —", " -"])
def test_an_agency_is_looked_for_wherever_a_sentence_may_have_ended(end: str) -> None:
    caption, credit = shown(f"A dune on the far plain{end} Reuters")
    assert (caption, credit) == (f"A dune on the far plain{end}".rstrip(" |–—-"), "Reuters")


@pytest.mark.parametrize("end", ["Inc.", "Corp.", "Co.", "Ltd.", "Jr.", "Sr.", "St.", "Bros.", "al.", "L."])
def test_the_full_stop_of_an_abbreviation_belongs_to_the_credit(end: str) -> None:
    assert shown(f"{SHOWN} Credit: Mira Quill et {end}") == (SHOWN, f"Mira Quill et {end}")
    assert shown(f"{SHOWN} Credit: Mira Quill.") == (SHOWN, "Mira Quill")


def test_an_agency_behind_a_slash_is_of_the_name_before_it() -> None:
    assert shown(f"{SHOWN} <span class='credit'>Mira Quill</span> /AP") == (SHOWN, "Mira Quill/AP")


@pytest.mark.parametrize(
    ("caption", "credit", "expected"),
    [
        ("The rim. (Photo: Ada Quill)", "", ("The rim.", "Ada Quill")),
        ("The rim. (Photo: Ada Quill", "", ("The rim.", "Ada Quill")),
        ("The rim (at noon). [Image credit: NASA/ESA (left)]", "", ("The rim (at noon).", "NASA/ESA (left)")),
        ("The rim. Photo: Ada Quill. Image: Bo Lee", "", ("The rim.", "Ada Quill; Bo Lee")),
        ("The rim. Crédit : Ada Quill", "", ("The rim.", "Ada Quill")),
        ("The rim. Crédito: Ada Quill", "", ("The rim.", "Ada Quill")),
        ("The rim. crédits: Ada Quill", "", ("The rim.", "Ada Quill")),
        ("Rim - Photo: Ada Quill", "", ("Rim", "Ada Quill")),
        ("Rim -Photo: Ada Quill", "", ("Rim", "Ada Quill")),
        ("The rim. © 2024 Ada Quill", "", ("The rim.", "Ada Quill")),
        ("The rim. © 2019-2024, Ada Quill", "", ("The rim.", "Ada Quill")),
        ("The rim. (c) 2024 Ada Quill", "", ("The rim.", "Ada Quill")),
        ("The rim. (c)Ada", "", ("The rim. (c)Ada", None)),
        ("The rim. Copyright © 2024 Ada Quill", "", ("The rim.", "Ada Quill")),
        ("The rim. Copyright: Ada Quill", "", ("The rim.", "Ada Quill")),
        (
            "The rim. Credit: Ada Quill. More follows.",
            "",
            ("The rim. More follows.", "Ada Quill"),
        ),
        (
            "The rim. Credit: Ada Quill Inc. More follows.",
            "",
            ("The rim. More follows.", "Ada Quill Inc"),
        ),
        ("The rim. Credit: Space Corp.", "", ("The rim.", "Space Corp.")),
        ("The rim. Credit: Ada Quill Jr.", "", ("The rim.", "Ada Quill Jr.")),
        ("The rim. Credit: J. A. Quill Q.", "", ("The rim.", "J. A. Quill Q.")),
        ("The rim. Credit: U.S.", "", ("The rim.", "U.S.")),
        ("The rim. NASA/JPL", "", ("The rim.", "NASA/JPL")),
        ("NASA/JPL", "", (None, "NASA/JPL")),
        ("Ada Quill /AP", "", (None, "Ada Quill /AP")),
        ("The rim. Ada Quill/AP", "", ("The rim.", "Ada Quill/AP")),
        ("The rim at the AP station.", "", ("The rim at the AP station.", None)),
        ("The rim. example.com", "", ("The rim.", "example.com")),
        ("The rim seen on example.com today", "", ("The rim seen on example.com today", None)),
        ("Getty Images", "", (None, "Getty Images")),
        ("Four small words Getty", "", (None, "Four small words Getty")),
        ("five small words of Getty images", "", ("five small words of Getty images", None)),
        ("The rim. \x02Ada Quill", "", ("The rim.", "Ada Quill")),
        ("The rim \x02ada quill was there", "", ("The rim ada quill was there", None)),
        ("The rim.\x1e\x1ePhoto: Ada Quill\x1e", "", ("The rim.", "Ada Quill")),
        ("Photo: Ada Quill)", "", (None, "Ada Quill")),
        ("(Photo: Ada Quill) The rim.", "", ("The rim.", "Ada Quill")),
        ("The rim. Photo by Ada Quill", "Ada Quill", ("The rim.", "Ada Quill")),
        ("The rim. Photo: ", "Ada Quill", ("The rim.", "Ada Quill")),
        ("The rim (Photo by)", "Ada Quill", ("The rim", "Ada Quill")),
        ("The rim. Getty", "Ada Quill", ("The rim.", "Ada Quill/Getty")),
        ("The rim.", "(Ada Quill)", ("The rim.", "Ada Quill")),
        ("The rim.", "[Ada Quill]", ("The rim.", "Ada Quill")),
        ("The rim.", "Photo: Ada Quill | ", ("The rim.", "Ada Quill")),
        ("Ada Quill", "Ada Quill", (None, "Ada Quill")),
        ("The rim. Photo " + "Very Long " * 30, "", ("The rim. Photo" + " Very Long" * 30, None)),
        ("The rim. © " + "Very Long " * 30, "", ("The rim. ©" + " Very Long" * 30, None)),
        ("The rim. Photo by a man who went there", "", ("The rim. Photo by a man who went there", None)),
        ("The rim. Source: the mission", "", ("The rim. Source: the mission", None)),
        ("The rim. Source: Mission Control", "", ("The rim.", "Mission Control")),
        ("The rim. Quelle: Ada Quill", "", ("The rim.", "Ada Quill")),
        ("The rim. Video via Ada Quill", "", ("The rim.", "Ada Quill")),
        (
            "The rim. Illustration by Ada Quill, used with permission",
            "",
            ("The rim.", "Ada Quill, used with permission"),
        ),
        ("The rim. Courtesy of Ada Quill", "", ("The rim.", "Ada Quill")),
        ("The rim. Credit to Ada Quill", "", ("The rim. Credit to Ada Quill", None)),
        ("The rim. Photo credit – Ada Quill", "", ("The rim.", "Ada Quill")),
        ("The rim. Photo-Ada Quill", "", ("The rim. Photo-Ada Quill", None)),
        ("The rim • Photo: Ada Quill", "", ("The rim", "Ada Quill")),
        ("The rim; Photo: Ada Quill", "", ("The rim", "Ada Quill")),
        ("The rim, Photo: Ada Quill", "", ("The rim, Photo: Ada Quill", None)),
        ("The rim, photo by Ada Quill", "", ("The rim, photo by Ada Quill", None)),
        ("The rim. Image by Ada Quill (2)", "", ("The rim.", "Ada Quill (2)")),
        ("The rim. Photo: @ada_quill", "", ("The rim.", "@ada_quill")),
        ("The rim. Photo: ada@example.org", "", ("The rim.", "ada@example.org")),
    ],
)
def test_captions_as_people_write_them(caption: str, credit: str, expected: tuple[str | None, str | None]) -> None:
    assert split_caption(caption, credit) == expected


@pytest.mark.parametrize(
    ("caption", "kept"),
    [
        ("A moon (Photo: Jane Roe).", "A moon"),
        ("A moon [Photo: Jane Roe] ).", "A moon"),
        ("A moon (Photo: Jane Roe)!", "A moon!"),
        ("A moon rises (Photo: Jane Roe). It is full.", "A moon rises. It is full."),
        ("A moon rises. (Photo: Jane Roe).", "A moon rises."),
        ("A moon rises! (Photo: Jane Roe). It is full.", "A moon rises! It is full."),
        ("A moon? (Photo: Jane Roe)? It is.", "A moon? It is."),
        ("A moon rises … (Photo: Jane Roe). It is full.", "A moon rises … It is full."),
    ],
)
def test_what_ends_a_sentence_behind_a_credit_in_brackets_ends_the_one_before_it(caption: str, kept: str) -> None:
    assert split_caption(caption, "") == (kept, "Jane Roe")
