"""The names of persons in a byline: rather none than a wrong one."""

from __future__ import annotations

import pytest

from spacenews.extraction.bylines import is_name, names, without_by


@pytest.mark.parametrize(
    "byline",
    [
        "Gwen Quill",
        "By Gwen Quill",
        "by: Gwen Quill",
        "— By Gwen Quill",
        "Words by Gwen Quill",
        "Text By Gwen Quill",
        "Story by Gwen Quill",
        "Posted by Gwen Quill",
        "Written by\xa0Gwen Quill",
        "By Gwen Quill, Example Magazine",
        "Gwen Quill - Contributor",
        "By Gwen Quill and the author",
        "Authored by: Gwen Quill",
        "Von Gwen Quill",
        "Par Gwen Quill",
        "Por Gwen Quill",
        "Di Gwen Quill",
        "Door Gwen Quill",
        "Texte : Gwen Quill",
        "Autor: Gwen Quill",
        "Gwen Quill, a founder of a firm, the builder of things",
    ],
)
def test_a_byline_has_one_name_and_what_is_said_around_it(byline: str) -> None:
    assert names(byline) == ["Gwen Quill"]


@pytest.mark.parametrize(
    "between", [", ", "; ", " | ", " • ", " · ", " / ", " & ", " and ", " AND ", " - ", " – ", " — "]
)
def test_names_are_told_apart(between: str) -> None:
    assert names(f"By Gwen Quill{between}Milo Fern") == ["Gwen Quill", "Milo Fern"]


@pytest.mark.parametrize("name", ["Von Braun", "Di Maio", "de Quill Gwen", "van der Berg", "José Ortega y Gasset"])
def test_a_particle_is_part_of_a_name(name: str) -> None:
    assert names(name) == [name]


@pytest.mark.parametrize("between", [" und ", " et ", " y ", " e ", " en ", " og ", " och "])
def test_whole_names_are_told_apart_in_other_languages(between: str) -> None:
    assert names(f"Gwen Quill{between}Milo Fern") == ["Gwen Quill", "Milo Fern"]


@pytest.mark.parametrize(
    "name",
    [
        "Von Braun",
        "Di Maio",
        "de Quill Gwen",
        "van der Berg",
        "José Ortega y Gasset",
        "Byron Bell",
        "Sandy Anderson",
        "Anne-Marie Sol",
        "Ada Falstaff",
        "Ada Staff Bell",
        "J. R. Li",
        "Roland Bell",
    ],
)
def test_a_name_is_not_cut_by_what_it_begins_with_or_contains(name: str) -> None:
    assert names(name) == [name]
    assert without_by(name) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Quill",  # a first name alone, or a nickname
        "3 Quill Street",
        "Gwen @quill",
        "<Gwen Quill",
        "Gwen Quill>",
        "{Gwen Quill",
        "Gwen Quill}",
        "an hour ago",
        "Email Gwen Quill",
        "E-mail Gwen Quill",
        "About the author",
        "Follow Gwen Quill",
        "Followers of Gwen Quill",
        "Posted yesterday evening",
        "Last updated",
        "First published",
        "Share this",
        "Read more",
        "Learn more",
        "View all posts",
        "One comment",
        "No comments",
        "Subscribe now",
        "Advertiser content",
        "Contributing writer",
        "Contributed content",
        "Copyright Example",
    ],
)
def test_what_a_byline_says_beside_names_is_none(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize("name", ["Jago Bell", "Ada Agostini", "Tess Shared", "Ada Manfollow"])
def test_a_name_may_look_like_such_words(name: str) -> None:
    assert names(name) == [name]


def test_a_name_is_no_path() -> None:
    assert not is_name("Gwen Quill/Milo Fern")


@pytest.mark.parametrize(
    "organisation",
    [
        "Lantern University",
        "Lantern Institute",
        "Instituto Lantern",
        "European Space Agency",
        "Lantern Center",
        "Lantern Centre",
        "Lantern Laboratory",
        "Lantern Observatories",
        "Lantern Society",
        "Lantern Association",
        "Lantern Foundation",
        "Lantern Academy",
        "Lantern College",
        "Lantern School",
        "Department Lantern",
        "Lantern Ministry",
        "Lantern Council",
        "Lantern Museum",
        "Lantern Corporation",
        "Lantern Company",
        "Lantern Inc.",
        "Lantern Ltd",
        "Lantern LLC",
        "Lantern GmbH",
        "NASA Lantern",
        "ESA Lantern",
        "Lantern Press",
        "Lantern News",
        "Lantern Network",
        "Lantern Magazine",
        "The Conversation",
        "Lantern Example.com",
        "Lantern Example.org",
        "Lantern Example.net",
    ],
)
def test_an_organisation_is_no_person(organisation: str) -> None:
    assert names(organisation) == []
    assert not is_name(organisation, linked=True)


@pytest.mark.parametrize("name", ["Vanesa Bell", "Inca Lopez", "Ada Newsome", "Ada St.Netley"])
def test_a_name_may_begin_as_an_organisation_does(name: str) -> None:
    assert names(name) == [name]


@pytest.mark.parametrize("desk", ["Example Staff", "Lantern Team", "Lantern Desk", "Lantern Editors", "Editors Desk"])
def test_a_desk_is_an_author_where_the_byline_links_it(desk: str) -> None:
    assert is_name(desk, linked=True)
    assert not is_name(desk)


def test_a_link_that_says_who_they_are_and_not_their_name_is_no_author() -> None:
    assert not is_name("Editors", linked=True)


def test_a_name_has_six_words_and_sixty_characters_at_most() -> None:
    assert is_name("Ada Bell Cole Dunn Elm Fern")
    assert not is_name("Ada Bell Cole Dunn Elm Fern Gray")
    assert is_name(f"Ada {'B' * 56}")
    assert not is_name(f"Ada {'B' * 57}")
