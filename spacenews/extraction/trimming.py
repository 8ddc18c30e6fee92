"""Removes what stands around the text in an element that no selector names: bylines, dates, buttons, other stories."""

from __future__ import annotations

import re
from collections.abc import Iterable

from spacenews.extraction.blocks import RawBlock
from spacenews.extraction.text import CLOSING_MARKS, SENTENCE_ENDS, clean, latin_length, squashed

PROSE = 60  # characters from which a paragraph that ends like a sentence is text
AFTER = 0.7  # of the characters of a story that come before a heading that may end it
FEWEST_CARDS = 3  # of other stories that are a row of them
SHORTEST_TEASER, LONGEST_TEASER = 30, 400  # characters
SHORTEST_TITLE = 12  # characters of a headline
LAST = 5  # blocks of a story that may say who wrote it
LONGEST_END = 60  # characters of a heading that ends a story

_SENTENCE = re.compile(rf"[{SENTENCE_ENDS}:;；：؛][{CLOSING_MARKS}]*$")
_ENDS = (  # how a heading begins that ends a story
    r"most (?:popular|read|viewed|shared|commented)|related\b|recommended|top stories|trending|next up|up next"
    r"|more (?:from|stories|news|articles|great)\b|read (?:more|next|also)|keep reading|what to read next|discover more"
    r"|latest (?:news|stories|articles|posts)|popular (?:posts|articles|now)|recent posts|other news|partner news"
    r"|(?:leave a|post a) (?:reply|comment)|\d* ?comments?\b|join the (?:conversation|discussion)|about the authors?"
    r"|share this|sign up\b|subscribe\b|newsletter|follow us|promoted|sponsored|around the web|from the web"
    r"|you (?:may|might) (?:also|like|be interested)|don[’']t miss|see also|tags?:|filed under|disclaimer\b"
    r"|organizations in this story|more like this"
    r"|leia (?:mais|também)|veja (?:mais|também)|notícias relacionadas|mais lidas|comentários"
    r"|lesen sie (?:auch|mehr)|mehr zum thema|das könnte (?:sie|dich)|weitere (?:artikel|themen)|kommentare\b"
    r"|à lire (?:aussi|également)|lire (?:aussi|également)|sur le même (?:sujet|thème)|articles (?:liés|similaires)"
    r"|commentaires|leer más|lee también|(?:también )?te puede interesar|(?:noticias|artículos) relacionad[oa]s"
    r"|comentarios|leggi anche|potrebbe(?:ro)? interessarti|articoli correlati|commenti\b|lees (?:ook|meer)"
    r"|czytaj (?:także|też|również)|zobacz (?:także|też|również)|komentarze|läs (?:också|mer|även)|læs også"
    r"|ilgili haberler|комментарии|читайте также|смотрите также|похожие|相关(?:阅读|新闻|文章|推荐)|相關(?:新聞|文章)"
    r"|延伸阅读|延伸閱讀|推荐阅读|関連(?:記事|ニュース|リンク)|あわせて読みたい|관련 ?기사"
)
_END = re.compile(_ENDS, re.IGNORECASE)
_BUTTON = (
    r"(?:share|tweet|submit|facebook|twitter|google\+?|whatsapp|e-?mail|print|reddit|pocket|flipboard|linkedin|pinterest"
    r"|save|copy link|comments?)"
)
_NOTHING = re.compile(
    r"advert(?:isement)?|iklan|anzeige|publicidade?|publicité|close|caption|read more|back to \w+|sharing is caring!?"
    rf"|updated|\d+ ?/ ?\d+|{_BUTTON}(?:[ ,|·]+{_BUTTON})*",
    re.IGNORECASE,
)


_TAGS = re.compile(r"(?:tags?|keywords|labels|etiquetas|schlagw(?:o|ö)rte?r?)\b", re.IGNORECASE)
_BY = re.compile(r"^(?:about |(?:written |text )?by |author:? ?)", re.IGNORECASE)
_OF_A_PERSON = re.compile(  # what follows a name, alone or with what is said about somebody
    r"[.:]?$|(?:[,(][^.]{1,80}[,)])? (?:is|was|has|covers|writes|works|joined|reports|holds|served|brings|lives|ist|est"
    r"|es|é|è)\b",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(  # of an agency: (Reporting by NAME and NAME in PLACE; editing by NAME)
    r"\(?(?:additional )?(?:reporting|writing|editing) by (?:(?:(?-i:[^\W\d_a-z])\S*+|and|by|in|from|with|for|de"
    r"|additional|reporting|writing|editing)[\s,;.()]*+)++",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"#?\d{1,3}[.):]\s")


def trimmed(blocks: list[RawBlock], title: str, authors: Iterable[str]) -> list[RawBlock]:
    """Return the blocks from the first sentence to the last, without labels and what is said about the authors."""
    blocks = [block for block in blocks if not (block.type != "image" and _NOTHING.fullmatch(_text(block)))]
    prose = [number for number, block in enumerate(blocks) if _is_prose(block)]
    if not prose:
        return blocks
    end = min(_end(blocks), _first_card(blocks))
    last = max((number for number in prose if number < end), default=prose[-1])
    while last + 1 < min(end, len(blocks)) and _belongs(blocks[last + 1]):
        last += 1
    head = [block for block in blocks[: prose[0]] if _may_begin(block, title)]
    return _without_makers(head + blocks[prose[0] : last + 1], authors)


def _without_makers(blocks: list[RawBlock], authors: Iterable[str]) -> list[RawBlock]:
    """Leave out who wrote the story, where the end of it says that."""
    names = tuple(author.casefold() for author in map(clean, authors) if author)
    for number in range(max(1, len(blocks) - LAST), len(blocks)):
        text = _text(blocks[number])
        if blocks[number].type in ("paragraph", "heading", "quote") and (
            _SIGN_OFF.fullmatch(text) or _is_about(text, names)
        ):
            return blocks[:number]
    return blocks


def _is_about(text: str, names: Iterable[str]) -> bool:
    """Tell whether a paragraph is about one of the people named, is the name, or says where to write to them."""
    said = _BY.sub("", text, count=1).casefold()
    return any(
        (said.startswith(name) and _OF_A_PERSON.match(said, len(name))) or ("@" in said and name in said)
        for name in names
    )


def _text(block: RawBlock) -> str:
    return block.text or " ".join(block.items)


def _is_prose(block: RawBlock) -> bool:
    """Tell whether a block is text: a sentence, a list or a table with text outside of links."""
    text = _text(block)
    if block.type in ("table", "code"):
        return True
    if block.type not in ("paragraph", "quote", "list") or latin_length(text) < PROSE:
        return False
    is_text = (
        block.type != "paragraph"
        or _SENTENCE.search(text)
        or (latin_length(text) > 2 * PROSE and not _TAGS.match(text))
    )
    return bool(is_text) and not _is_linked(block)


def _is_linked(block: RawBlock) -> bool:
    """Tell whether at least half of the text of a block is that of links."""
    return 2 * sum(len(" ".join(text.split())) for _, text in block.links) >= len(_text(block))


def _end(blocks: list[RawBlock]) -> int:
    """Return where a heading or the article's tags begin other content, the number of blocks if none do."""
    lengths = [len(_text(block)) for block in blocks]
    whole, before = sum(lengths), 0
    for number, block in enumerate(blocks):
        text = _text(block)
        if block.type == "paragraph" and 2 * before > whole and _TAGS.match(text) and _is_linked(block):
            return number
        if (
            block.type in ("heading", "paragraph")
            and len(text) <= LONGEST_END
            and before > AFTER * whole
            and not _SENTENCE.search(text.rstrip(":"))
            and _END.match(text)
        ):
            return number
        before += lengths[number]
    return len(blocks)


def _first_card(blocks: list[RawBlock]) -> int:
    """Return where a row of pictures with linked headlines and teasers begins that ends the page, as :func:`_end` does.

    A round-up is such a row too, but nothing else.
    """
    first, cards = len(blocks), 0
    teaser = paragraphs = 0  # characters and longer texts below the block that is looked at, up to the next card
    for number in reversed(range(1, len(blocks))):
        if paragraphs > 1 or teaser > LONGEST_TEASER:
            break
        length, title = len(_text(blocks[number])), _linked_beginning(blocks[number])
        if title and teaser + length - title >= SHORTEST_TEASER and blocks[number - 1].type == "image":
            first, cards, teaser, paragraphs = number - 1, cards + 1, 0, 0
        else:
            teaser, paragraphs = teaser + length, paragraphs + (length > SHORTEST_TEASER)
    before, whole = (sum(len(_text(block)) for block in part) for part in (blocks[:first], blocks))
    return first if cards >= FEWEST_CARDS and 2 * before > whole else len(blocks)


def _linked_beginning(block: RawBlock) -> int:
    """Return the length of the link with which a block begins, as a headline does; 0 without one."""
    if block.type not in ("heading", "paragraph") or not block.links:
        return 0
    title = clean(block.links[0][1])
    return len(title) if len(title) >= SHORTEST_TITLE and block.text.startswith(title) else 0


def _belongs(block: RawBlock) -> bool:
    """Tell whether a block after the last long sentence is text: a picture, a short sentence, one of a series."""
    if block.type in ("image", "embed", "quote"):
        return True
    if block.type == "paragraph" and _NUMBERED.match(block.text):
        return True
    return block.type in ("paragraph", "list") and bool(_SENTENCE.search(_text(block))) and not _is_linked(block)


def _may_begin(block: RawBlock, title: str) -> bool:
    """Tell whether a block before the first long sentence is one of the text."""
    if block.type in ("image", "embed"):
        return True
    text = _text(block)
    is_sentence = bool(_SENTENCE.search(text)) and len(text.split()) + latin_length(text) - len(text) > 3
    return (block.type == "heading" or is_sentence) and squashed(text) != squashed(title)
