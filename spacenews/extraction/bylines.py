"""The names of people in a byline."""

from __future__ import annotations

import re

from spacenews.extraction.text import MAX_TITLE, clean

LONGEST_LINE = 100  # characters of a byline that is known by its "By" alone
_NO_NAME = re.compile(
    r"[\d@<>{}/]|^editors$|\b(?:e-?mail|follow|subscri|advert|contribut"
    r"|(?:ago|the author|posted|updated|published|share|(?:read|learn|view|see) (?:more|all)|comments?|copyright)\b)",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:universi\w+|institut\w*|agency|cent(?:er|re)|laborator\w+|observator\w+|society|association|foundation|academy"
    r"|college|school|clinic|hospital|department|ministry|council|museum|corporation|company|inc|ltd|llc|gmbh|nasa|esa|press|news"
    r"|network|magazine|conversation)\b|\.(?:com|org|net)\b",
    re.IGNORECASE,
)
_WIRE = re.compile(  # agencies that write the articles that others print
    r"(?:The )?(?:Associated|Canadian|Australian Associated) Press|Press (?:Association|Trust of India)"
    r"|Agence France-Presse|Reuters|Deutsche Presse-Agentur|Agencia EFE|Kyodo News|Xinhua|Bloomberg(?: News)?"
    r"|(?-i:AP|AAP|AFP|ANSA|EFE|PTI|IANS|dpa)",
    re.IGNORECASE,
)
_DESK = re.compile(r"\b(?:staff|team|desk|editors)$", re.IGNORECASE)
_POSITION = re.compile(
    r"\b(?:writer|editor|reporter|correspondent|contributor|journalist|columnist|producer|intern|freelancer)$",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(
    r"admin\w*|administrator|editors?|editorial|guest|staff|team|author|user|root|webmaster|anonymous"
)
_BY = re.compile(
    r"^\W*(?:(?:(?:words|text|story|posted|written|authored|reported|edited)\s+)?by\b"
    r"|(?:author|autor(?:in)?|auteur|autore|texte?|texto|testo|tekst|автор|текст)\s?:)[:\s]*",
    re.IGNORECASE,
)
_BY_ELSEWHERE = re.compile(  # where a whole name follows: "Von" may be part of one
    r"^(?:(?:Von|Par|Por|Di|Door|Av|Af)\s+(?=\S+\s+\S)|(?:作者|记者|記者|文)\s?[:：/／]\s?)"
)
_PARTICLE_WORDS = (  # a name may begin with
    "af al av bin da dal das de degli del della den der des di dos du el la le ten ter van von zu"
)
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_AND = re.compile(r" (?:und|et|y|e|en|og|och|и) ")  # between whole names: "Ortega y Gasset" is one
_BETWEEN_NAMES = re.compile(r" ?(?:[,;|•·/]|&|\band\b| [-–—] ) ?", re.IGNORECASE)


def names(text: str) -> list[str]:
    """Return the names of the people in a byline; no name rather than a wrong one."""
    return [name for part in _BETWEEN_NAMES.split(without_by(text)) for name in _each(part) if is_name(name)]


def _each(text: str) -> list[str]:
    several = _AND.split(text)
    return several if all(map(is_name, several)) else [text]


def names_behind_by(text: str) -> list[str]:
    """Return the names in a line that says by whom something is and little else; no other word is in lower case."""
    text = clean(text[: LONGEST_LINE + 1])
    found = names(text) if len(text) <= LONGEST_LINE and begins_with_by(text) else []
    words = (word for name in found for word in name.split())
    return [] if any(word[:1].islower() and word.rstrip("'’") not in _PARTICLES for word in words) else found


def begins_with_by(text: str) -> bool:
    """Tell whether a text begins as a byline does."""
    return bool(_BY.match(text) or _BY_ELSEWHERE.match(text))


def without_by(text: str) -> str:
    """Return a clean byline without its "By"."""
    return _BY_ELSEWHERE.sub("", _BY.sub("", clean(text[:MAX_TITLE])), count=1)


def is_name(name: str, *, linked: bool = False) -> bool:
    """Tell whether a text can be the name of a person, of a wire agency or, if the byline links it, of a desk."""
    if is_wire(name):
        return True
    if len(name) > 60 or len(name.split()) > 6 or _NO_NAME.search(name):
        return False
    if linked and _DESK.search(name):
        return True
    if name[:1].islower() and name.split(maxsplit=1)[0].rstrip("'’") not in _PARTICLES:
        return False
    is_other = _ORGANISATION.search(name) or _DESK.search(name) or _POSITION.search(name)
    return " " in name and not is_other


def is_wire(name: str) -> bool:
    """Tell whether a name is that of an agency that writes the articles that others print."""
    return _WIRE.fullmatch(name) is not None


def is_single_name(name: str, host: str) -> bool:
    """Tell whether one word that is said to be a person's is a name: not an account, and not that of the site."""
    is_word = name.isalpha() and not name[:1].islower() and not name.isupper()
    return is_word and not _NO_PERSON.fullmatch(name.lower()) and name.lower() not in host
