"""A page and its site -> the raw values of each field, the most trustworthy first.

The site's selector comes first, then JSON-LD, then Open Graph and meta.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from itertools import chain, islice
from typing import Any

from lxml import etree
from scrapy.http import TextResponse
from scrapy.utils.response import get_base_url

from spacenews import urls
from spacenews.extraction.any_page import dates_in_address, is_article_page, own_text, shown_dates
from spacenews.extraction.blocks import BlockExtractor, RawBlock, without_second_forms
from spacenews.extraction.bylines import (
    begins_with_by,
    is_name,
    is_single_name,
    is_wire,
    names,
    names_behind_by,
    without_by,
)
from spacenews.extraction.density import Density
from spacenews.extraction.elements import ElementClassifier, ElementRole
from spacenews.extraction.headlines import MAX_HEADINGS, Headline, headlines, site_name
from spacenews.extraction.images import RawImage, read_image
from spacenews.extraction.metadata import PageMetadata, as_list, as_text, as_url
from spacenews.extraction.microdata import Microdata
from spacenews.extraction.page_address import page_address
from spacenews.extraction.selectors import names_in, select, select_first, text_of
from spacenews.extraction.stories import Owner, Stories
from spacenews.extraction.streamed import is_streamed, put_in_place
from spacenews.extraction.surroundings import surroundings
from spacenews.extraction.text import MAX_TITLE, clean, plain, squashed, squashed_text
from spacenews.extraction.visibility import classes_of
from spacenews.items import Placement
from spacenews.site import ANY_PAGE, Css, Site
from spacenews.urls import join_url

_FALLBACK_BODY = (  # names that most publishing systems use, then the element that HTML has for it
    "[itemprop~=articleBody]",
    ".entry-content, .post-content, .article-content, .article-body, .article__body, .story-body",
    "article",
)
_PUBLISHED = ("article:published_time", "pub_date", "parsely-pub-date", "date", "dc.date", "datepublished")
_DATED = ("time", "date", "span", "p", "div", "li", "em", "small", "abbr", "a", "td")  # may show one
_UPDATED = ("article:modified_time", "og:updated_time", "lastmod", "datemodified")
_SHOWN_AUTHORS = (  # how publishing systems mark authors, the most certain first
    "a[rel~=author]",
    ".author-name, .authorName, .author__name, .byline-name, .byline__name, .entry-author-name, .author.vcard .fn",
    "[class$=author-name], [class$=author__name]",
    ".byline a[href*='/author'], .author a, .byline a",
    "a[href*='/author/'], a[href*='/authors/'], a[href*='/contributor/'], a[href*='/contributors/']",
    ".byline, .post-author, .entry-author, .article-author, .author, [class$=__author], address",
)
_FIGURES = "figure, [class*=featured-image]"
_LINES = ("p", "div", "span", "em", "i", "strong", "b", "small", "address", "cite", "li", "h2", "h3", "h4", "h5", "h6")
MAX_LINES = 60  # elements behind a headline of which one may be the byline
MAX_AUTHORS = 10  # elements that are named like an author, and elements in one of them
MAX_SHOWN_AUTHORS = 3  # of more, all but the first are those of other stories
_POST_ID = re.compile(r"[?&]p=(\d+)|\bpost-?id-(\d+)|\bpost-(\d+)\b")
_ENDINGS = re.compile(r"(?:\.\w{2,5}){1,2}$")  # .jpg, .jpg.webp
_SIZE = re.compile(r"[-_]?\d{2,4}x\d{2,4}$|-scaled$")
MAX_BOXES = 100  # cards, lists of suggestions, or boxes of authors that are looked into
BEGINNING = 40  # letters of a description that may be those of the text
FEWEST_STORIES = 3  # of a list of them
MAX_LEADS = 20  # elements that are read for a lead picture
_TOO_LITTLE = 0.5  # of the prose of a page: an element that holds less is not the article
_NEARLY_ALL = 0.85  # of it: of several elements with the same name, one that holds less is not alone
_A_LITTLE = 0.02  # of it: one that holds less has the headline but not the text
_START = 30  # letters of a paragraph by which it is known again
_WHOLE_BODY = 200  # characters from which JSON-LD's articleBody counts as an article


@dataclass
class AuthorMention:
    """A name that the page gives as an author's, with what it says about the person."""

    name: str
    url: str = ""
    title: str = ""
    bio: str = ""


@dataclass
class RelatedStory:
    """A story that the page suggests."""

    url: str
    title: str = ""
    summary: str = ""
    teaser: list[str] = field(default_factory=list)
    picture: RawImage | None = None
    placement: Placement = "teaser"


class Page:
    """A page and its site: finds the raw values of each field."""

    def __init__(self, root: etree._Element, response: TextResponse, site: Site) -> None:
        if is_streamed(response.body):
            put_in_place(root)
        self.root = root
        self.site = site
        self.base = get_base_url(response)
        self.metadata = PageMetadata(root, response.url)
        scope = select_first(root, site.page_scope)
        self._scope: etree._Element = root if scope is None else scope
        self._names = names_in(self._scope)

    @cached_property
    def url(self) -> str:
        """The canonical URL: of those that the page gives and the one that answered, the first that is an article's."""
        found: list[str] = []
        for said in self.metadata.addresses:
            if url := urls.canonical(join_url(said, self.base), self.site):
                if urls.is_article(url, self.site):
                    return url
                found.append(url)
        return found[0] if found else self.metadata.addresses[-1]

    def post_id(self) -> list[str]:
        """Return the site's own number of the article: by the selector, a short link, the class of `body`."""
        found = [*self._texts(self.site.post_id), *self.metadata.first("parsely-post-id")]
        body = next(self.root.iter("body"), None)
        places = self.metadata.links["shortlink"] + ([classes_of(body)] if body is not None else [])
        found += [str(match[match.lastindex or 1]) for match in map(_POST_ID.search, places) if match]
        return found + ([body.get("data-post-id", "")] if body is not None else [])

    def title(self) -> list[str]:
        """Return the headline of the page, of JSON-LD, of Open Graph, of the window; last, headings that are none."""
        metadata = self.metadata
        shown, others = self._headlines
        return [
            *[headline.text for headline in shown],
            *metadata.strings("headline"),
            *(metadata.first("og:title") or self._microdata.values("headline")),
            metadata.title,
            *[other.text for other in others],
        ]

    @cached_property
    def _headlines(self) -> tuple[list[Headline], list[Headline]]:
        """The headings that may be the headline, and logos and the like."""
        site, names = self.site, self.metadata.site_names
        known = {site_name(name) for name in (site.news_site, *names, *site.host.removeprefix("www.").split("."))}
        found, is_title = self._find(site.headline), self.metadata.is_title
        if site.headline == Site.headline and not any(is_title(text_of(heading)) for heading in found[:MAX_HEADINGS]):
            found += [heading for heading in self._find("h2, h3")[:MAX_HEADINGS] if is_title(text_of(heading))]
        return headlines(found, known, is_title, self._is_home)

    def _is_home(self, href: str) -> bool:
        return page_address(join_url(href, self.base)) is None and href.strip()[:1] not in ("", "#")

    def summary(self) -> list[str]:
        """Return the deck, else the description."""
        descriptions = [*self.metadata.meta["og:description"], *self.metadata.meta["description"]]
        found = [*self._texts(self.site.deck), *self.metadata.strings("description"), *descriptions]
        return found or self._microdata.values("description")

    def published(self) -> list[str]:
        """Return when the article was published."""
        metadata = [*self._dates("datePublished"), *self.metadata.first(*_PUBLISHED)]
        found = _each(*self._times(self.site.published), *metadata) or self._microdata.values("datepublished")
        return found or self._times("time[datetime]")[:1] or self._shown_dates()

    def _shown_dates(self) -> list[str]:
        """Return the days in the address and, on a page of which no selector is known, those that it shows."""
        if self.site.published:
            return []
        shown = shown_dates(self._scope.iter(*_DATED))
        return [*dates_in_address(self.metadata.addresses[-1]), *islice(shown, 5)]

    def updated(self) -> list[str]:
        """Return when the article was last changed."""
        metadata = [*self._dates("dateModified"), *self.metadata.first(*_UPDATED)]
        return _each(*self._times(self.site.updated), *metadata) or self._microdata.values("datemodified")

    def sections(self) -> list[str]:
        """Return the breadcrumb, else the section of meta."""
        crumbs = self._texts(self.site.breadcrumb) or self.metadata.breadcrumb()
        return (
            crumbs
            or self.metadata.strings("articleSection")
            or self.metadata.first("article:section", "parsely-section")
        )

    def topics(self) -> list[str]:
        """Return the topics of the page."""
        return self._texts(self.site.topics)

    def tags(self) -> list[str]:
        """Return the tags of the page, else the keywords of JSON-LD, else of meta."""
        found = (
            self._texts(self.site.tags)
            or self.metadata.strings("keywords")
            or self.metadata.first(*self.site.meta_tags)
        )
        return [tag for text in found for tag in text.split(",")]

    def language(self) -> list[str]:
        """Return the language of JSON-LD, of the document, of meta."""
        metadata = self.metadata
        return [*metadata.strings("inLanguage"), metadata.language, *metadata.first("og:locale", "content-language")]

    # Authors

    def authors(self) -> list[AuthorMention]:
        """Return the authors in the byline, else in JSON-LD, microdata or meta; then more about the same people."""
        unlinked = (line for line in self._author_lines if next(line.iter("a"), None) is None)
        told = self._byline() or self._named() or self._item_authors() or _authors_in(unlinked)
        found = told or self._meta_authors() or self._shown_authors() or _authors_in(self._author_lines)
        known = {clean(author.name[:MAX_TITLE]).casefold() for author in found}
        more = [*self._boxes(), *map(_person, self.metadata.persons())]
        return found + [author for author in more if plain(author.name[:MAX_TITLE]).casefold() in known]

    def _byline(self) -> list[AuthorMention]:
        found = []
        for element in self._select(self.site.byline):
            href = element.get("href", "") if not isinstance(element, str) else ""
            whole = without_by(text_of(element))
            several = [whole] if href and is_name(whole, linked=True) else names(whole)
            found += [AuthorMention(name, href if len(several) == 1 else "") for name in several]
        return found

    def _named(self) -> list[AuthorMention]:
        found = []
        for node in self.metadata.authors():
            if not any("Organization" in str(kind) for kind in as_list(node.get("@type"))):
                name = plain(node["name"][:MAX_TITLE])
                is_single = "Person" in as_list(node.get("@type")) and is_single_name(name, self.site.host)
                several = [name] if is_single else names(name)
                found += [_person(node)] if len(several) == 1 else [AuthorMention(name) for name in several]
        return found

    def _item_authors(self) -> list[AuthorMention]:
        found = []
        for person in self._microdata.persons():
            several = names(person.name)
            mention = AuthorMention(several[0], person.url, person.title) if len(several) == 1 else None
            found += [mention] if mention else [AuthorMention(name) for name in several]
        return found

    @cached_property
    def _microdata(self) -> Microdata:
        container, headline = self._story[0], self._stories.headline
        around: set[etree._Element] = set()
        for inner in (container, headline):
            if inner is not None:
                around.update((inner, *inner.iterancestors()))
        return Microdata(self._select("[itemprop]"), around)

    def _meta_authors(self) -> list[AuthorMention]:
        said = self.metadata.first("author", "parsely-author", "sailthru.author", "dc.creator", "article:author", "byl")
        if not said and "written by" in map(_lower, self.metadata.meta["twitter:label1"]):
            said = self.metadata.meta["twitter:data1"]
        singles = [name for name in map(plain, said) if is_single_name(name, self.site.host)]
        return [AuthorMention(name) for text in said for name in names(text) or singles]

    def _shown_authors(self) -> list[AuthorMention]:
        """Return the authors in elements that are named so: the first kind of element that has any."""
        for css in () if self.site.byline else _SHOWN_AUTHORS:
            found: dict[str, AuthorMention] = {}
            for element in islice(self._select(css), MAX_AUTHORS):
                href = element.get("href", "")
                several = names(text_of(element)) if len(element) < MAX_AUTHORS else []
                mentions = [AuthorMention(name, href if len(several) == 1 else "") for name in several]
                mentions += map(AuthorMention, self._wires_beside(element) if several and href else [])
                for mention in mentions:
                    found.setdefault(mention.name.casefold(), mention)
            if found:
                return list(found.values())[: 1 if len(found) > MAX_SHOWN_AUTHORS else None]
        return []

    @cached_property
    def _author_lines(self) -> list[etree._Element]:
        """The lines soon after the headline that begin with "By"."""
        headline = self._stories.headline
        if self.site.byline or headline is None:
            return []
        after = islice(chain.from_iterable(below.iter(*_LINES) for below in _behind(headline)), MAX_LINES)
        return [line for line in after if len(line) < MAX_AUTHORS and begins_with_by(own_text(line).strip())]

    def _wires_beside(self, link: etree._Element) -> list[str]:
        """Return the agencies that are named beside the link of an author, as in "By Ada Lovelace and AP"."""
        around = link.getparent()
        beside = names(text_of(around)) if around is not None and len(around) < MAX_AUTHORS else []
        return list(filter(is_wire, beside))

    def _boxes(self) -> Iterator[AuthorMention]:
        site = self.site
        for box in self._select(site.author_box)[:MAX_BOXES]:
            found = select_first(box, site.author_name)
            if found is not None:
                link = "" if isinstance(found, str) else found.get("href", "")
                title, bio = _first_text(box, site.author_title), _first_text(box, site.author_bio)
                yield AuthorMention(clean(text_of(found)), link, title, bio)

    # Related stories

    def teaser_cards(self) -> Iterator[RelatedStory]:
        """Return the teaser cards after the article."""
        site = self.site
        for card in self._find(site.card)[:MAX_BOXES]:
            link = card if card.tag == "a" else select_first(card, site.card_link)
            if link is not None:
                yield RelatedStory(
                    url=link.get("href", ""),
                    title=_first_text(card, site.card_title),
                    summary=_first_text(card, site.card_deck),
                    teaser=[text_of(p) for p in select(card, site.card_text) if not _in_figure(p)],
                    picture=next(filter(None, map(_card_picture, card.iter("img"))), None),
                )

    def recommended(self) -> list[RelatedStory]:
        """Return the stories of recommendation lists."""
        links = (link for element in self._find(self.site.recommendation)[:MAX_BOXES] for link in element.iter("a"))
        return [RelatedStory(link.get("href", ""), text_of(link), placement="recommendation") for link in links]

    # Body and pictures

    def blocks(self) -> list[RawBlock]:
        """Return the blocks of the body, after a lead video that is before it."""
        before, _ = self._readers
        return [block for block in before.blocks if block.type == "embed"] + self._inside

    def blocks_from_metadata(self) -> list[RawBlock]:
        """Return `articleBody` of JSON-LD as paragraphs, unless it is cut: for a page whose text is nowhere else."""
        text = next(iter(self.metadata.strings("articleBody")), "")
        if len(text) < _WHOLE_BODY or plain(text).endswith(("…", "...")):
            return []
        return [RawBlock("paragraph", plain(line)) for line in text.splitlines()]

    def is_another_text(self, blocks: list[RawBlock]) -> bool:
        """Tell whether the page says a text of its own, `articleBody` of JSON-LD, of which *blocks* have nothing."""
        said = self.blocks_from_metadata()
        read = squashed_text(block.text for block in blocks)
        starts = [start for block in said if len(start := squashed_text([block.text])[:_START]) == _START]
        return bool(starts) and not any(start in read for start in starts)

    def pictures(self) -> list[RawImage]:
        """Return the images, the lead picture first."""
        shown = [block.picture for block in self._inside if block.picture]
        return list(dict.fromkeys([*self._lead(), *shown]))

    def _lead(self) -> list[RawImage]:
        """Return the lead picture; if the lead is a video, or is filled in by a script, the image of Open Graph."""
        before, inside = self._readers
        found = before.pictures + [raw for raw in inside.pictures if raw.role == "lead"]
        is_video = any(block.type == "embed" for block in before.blocks)
        if not (found or is_video or self.site.lead):
            return self._lead_of_metadata()
        if is_video or (not found and (before.has_lead or inside.has_lead)):
            metadata = self.metadata.first("og:image", "og:image:secure_url", "og:image:url", "twitter:image")
            shell = RawImage(metadata, "lead") if is_video else RawImage(metadata, "lead", "", *before.pictureless)
            return [shell] if metadata else []
        for raw in found[1:]:
            raw.role = "gallery"
        return found

    def _lead_of_metadata(self) -> list[RawImage]:
        """Return the picture of Open Graph or JSON-LD: that of the body if the body has it."""
        for block in islice(self._inside, MAX_LEADS):
            if block.picture and self._is_said(block.picture):
                block.picture.role = "lead"
                return [block.picture]
        return [RawImage(self._said_pictures, "lead")] if self._said_names else []

    @cached_property
    def _said_pictures(self) -> list[str]:
        """The addresses that Open Graph, else JSON-LD, gives of the page's picture."""
        metadata = self.metadata
        said = metadata.first("og:image", "og:image:secure_url", "og:image:url", "twitter:image", "twitter:image:src")
        return said or [url for value in metadata.values("image") if (url := _image_url(value))]

    @cached_property
    def _said_names(self) -> frozenset[str]:
        """The names of their files, by which a picture is known in whatever size."""
        return frozenset(filter(None, map(_file_name, self._said_pictures)))

    def _is_said(self, picture: RawImage) -> bool:
        """Tell whether a picture is one of those that the page says to be its own."""
        return not self._said_names.isdisjoint(map(_file_name, picture.sources))

    def _figure_before(self, container: etree._Element | None) -> list[etree._Element]:
        """Return the figure outside of the body that shows the picture of the metadata, with its caption."""
        if container is None or not self._said_pictures:
            return []
        inside_out = {container, *container.iterancestors()}
        for figure in self._select(_FIGURES)[:MAX_LEADS]:
            if figure not in inside_out and container not in figure.iterancestors():
                pictures = filter(None, map(_card_picture, islice(figure.iter("img"), MAX_LEADS)))
                if any(map(self._is_said, pictures)):
                    return [figure]
        return []

    @property
    def is_body_guessed(self) -> bool:
        """Whether no selector of the site says where the text is."""
        return not self.site.body

    @cached_property
    def _story(self) -> tuple[etree._Element | None, list[etree._Element]]:
        """The element that holds the text, and those of other stories.

        It is the site's; on a page that says that it is an article else a likely one.
        """
        found = self._find(self.site.body)
        if found:
            return self._stories.choose(found)
        says_so = "article" in self.metadata.meta["og:type"] or any("headline" in node for node in self.metadata.about)
        if self.site.article_pattern == ANY_PAGE and not self._is_article_page():
            return None, []
        if self.site.body:  # the site's pages are known: what has another form is no article unless it says so
            return self._stories.choose(self._find(_FALLBACK_BODY) if says_so else [])
        if not says_so and self._density.densest() is None:
            return None, []
        named = self._find(_FALLBACK_BODY)
        container, others = self._stories.choose(named)
        densest = self._density.densest(self._beginning)
        if densest is None or (others and not self._is_apart_from(densest, others)):
            return container, others
        if container is None or not (
            self._holds_the_article(container) or self._is_beside_comments(container, densest)
        ):
            return densest, []
        is_one_of_several = len(named) > 1 and densest in container.iterancestors()
        if is_one_of_several and self._density.share(container) < _NEARLY_ALL:
            return densest, []
        return container, []

    def _is_apart_from(self, element: etree._Element, others: list[etree._Element]) -> bool:
        """Tell whether an element neither lies in one of other stories nor holds one, and holds most of the prose."""
        around = {element, *element.iterancestors()}
        is_apart = around.isdisjoint(others) and not any(element in other.iterancestors() for other in others)
        return is_apart and self._density.share(element) >= _TOO_LITTLE

    def _is_beside_comments(self, container: etree._Element, densest: etree._Element) -> bool:
        """Tell whether the densest element has the name of a box, and one with a likely name holds an article."""
        density = self._density
        return density.holds_enough(container) and density.is_box(densest) and not density.is_box(container)

    def _holds_the_article(self, container: etree._Element) -> bool:
        """Tell whether an element with a likely name has the headline or most of the prose."""
        headline = self._stories.headline
        has_headline = headline is not None and container in headline.iterancestors()
        return self._density.share(container) >= (_A_LITTLE if has_headline else _TOO_LITTLE)

    def _is_article_page(self) -> bool:
        metadata = self.metadata
        times = self._find("time[datetime]")  # of any story: which one is read is not known yet
        has_date = bool(self._dates("datePublished") or metadata.first(*_PUBLISHED) or times)
        return is_article_page(metadata, metadata.addresses[-1], has_date=has_date, is_prose=lambda: self._is_prose)

    @cached_property
    def _is_prose(self) -> bool:
        """Whether the page is one text, and no list of several that lead to others."""
        densest = self._density.densest() if self._density.is_prose else None
        if densest is None:
            return False
        headings = islice(densest.iter("h1", "h2", "h3", "h4"), MAX_BOXES)
        links = [link.get("href", "") for heading in headings for link in islice(heading.iter("a"), 1)]
        return [_whose(self.metadata, self.base, self.site, link) for link in links].count("other") < FEWEST_STORIES

    @property
    def _beginning(self) -> str:
        """The letters of the description's first words, which are often those of the text; none of a short one."""
        descriptions = [*self.metadata.meta["og:description"], *self.metadata.meta["description"]]
        letters = squashed(next(iter(descriptions), ""))
        return letters[:BEGINNING] if len(letters) >= BEGINNING else ""

    @cached_property
    def _density(self) -> Density:
        return Density(self._scope)

    @cached_property
    def _stories(self) -> Stories:
        headline = next((shown.element for shown in self._headlines[0]), None)
        whose = partial(_whose, self.metadata, self.base, self.site)  # no method: the tree would go only with the cycle
        return Stories(headline, whose, self.metadata.is_title, self._scope)

    @cached_property
    def _foreign(self) -> frozenset[etree._Element]:
        """All that stands in other stories."""
        return frozenset(element for root in self._story[1] for element in root.iter())

    def _find(self, css: Css) -> list[Any]:
        """Return what a selector finds in the page."""
        return select(self._scope, css, self._names)

    def _select(self, css: Css) -> list[Any]:
        """Return what a selector finds outside of other stories."""
        found = self._find(css)
        return [value for value in found if value not in self._foreign] if self._story[1] else found

    @cached_property
    def _readers(self) -> tuple[BlockExtractor, BlockExtractor]:
        """The walks over the lead and over the body."""
        site = self.site
        marks = _marks(
            (
                ("gallery", site.gallery),
                ("caption", site.caption),
                ("credit", site.credit),
                ("excluded" if site.body else "box", "aside"),
                ("quote", site.quote),
                ("embed", site.embed),
                ("excluded", site.exclude),
            )
        )
        container = self._story[0]
        leads = self._select(site.lead)[:MAX_LEADS] if site.lead else self._figure_before(container)
        within = {lead for lead in leads if container in lead.iterancestors()}
        before = BlockExtractor(marks, leads)
        for lead in leads:
            if lead not in within:
                before.read(lead)
        inside = BlockExtractor(marks, list(within))
        if container is not None:
            others = self._stories.left_out(container)
            if self.is_body_guessed:
                others = [*others, *surroundings(container, self._stories.headline)]
            inside.read(container, others)
            if inside.has_hidden and not inside.has_text:
                inside = BlockExtractor(marks, list(within), with_hidden=True)
                inside.read(container, others)
        return before, inside

    @cached_property
    def _inside(self) -> list[RawBlock]:
        """The blocks of the body, each in one form."""
        return without_second_forms(self._readers[1].blocks)

    def _texts(self, css: Css) -> list[str]:
        return [text_of(found) for found in self._select(css)]

    def _dates(self, key: str) -> list[str]:
        values = self.metadata.all_values(key)
        return [str(value) if type(value) in (int, float) else as_text(value) for value in values]  # Unix time

    def _times(self, css: Css) -> list[str]:
        found = self._select(css)
        return [v if isinstance(v, str) else v.get("datetime") or v.get("content") or text_of(v) for v in found]


@lru_cache(maxsize=64)
def _marks(selectors: tuple[tuple[ElementRole, Css], ...]) -> ElementClassifier:
    return ElementClassifier(selectors)


def _whose(metadata: PageMetadata, base: str, site: Site, address: str) -> Owner:
    """Tell whose an address is: the page's own, that of another article of the site, neither."""
    url = join_url(address, base)
    if metadata.is_own_address(url):
        return "own"
    canonical = urls.canonical(url, site)
    return "other" if canonical and urls.is_article(canonical, site) else ""


def _authors_in(lines: Iterable[etree._Element]) -> list[AuthorMention]:
    """Return the authors of the first line that names any behind its "By"."""
    found = (names_behind_by(text_of(line)) for line in lines)
    return list(map(AuthorMention, next(filter(None, found), [])))


def _behind(element: etree._Element) -> Iterator[etree._Element]:
    """Yield what stands behind an element: its siblings, those of the element around it, and so on."""
    for around in chain([element], element.iterancestors()):
        yield from around.itersiblings()


def _lower(text: str) -> str:
    return clean(text).lower()


def _each(*values: str) -> list[str]:
    return list(dict.fromkeys(values))


def _person(node: Mapping[str, Any]) -> AuthorMention:
    said = as_text(node)
    found = names(said)  # without a position behind it
    return AuthorMention(
        name=found[0] if len(found) == 1 else said,
        url=as_url(node.get("url")),
        title=as_text(node.get("jobTitle")),
        bio=as_text(node.get("description")),
    )


def _image_url(value: Any) -> str:
    """Return the address of an image in JSON-LD: itself, or that of an ImageObject."""
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return next((one for one in as_list(value) if isinstance(one, str)), "")


def _file_name(url: str) -> str:
    """Return the name of an image's file, without its endings and the size that some systems append."""
    return _SIZE.sub("", _ENDINGS.sub("", url.partition("?")[0].rstrip("/").rpartition("/")[2]))


def _first_text(element: etree._Element, css: Css) -> str:
    found = select_first(element, css)
    return "" if found is None else text_of(found)


def _card_picture(img: etree._Element) -> RawImage | None:
    around = next((above for above in islice(img.iterancestors(), 5) if above.tag == "picture"), None)
    return read_image(img, "", () if around is None else around.iter("source"))


def _in_figure(element: etree._Element) -> bool:
    return next(element.iterancestors("figure", "figcaption"), None) is not None
