"""What a page tells robots: the meta element and the X-Robots-Tag header."""

from __future__ import annotations

from collections.abc import Collection, Iterator

# What pages say

VALUED = {
    "max-snippet",
    "max-image-preview",
    "max-video-preview",
    "unavailable_after",
}  # directives written name: value
MEANS = {"none": ("noindex", "nofollow")}


def is_barred(meta_robots: str | None, x_robots_tag: str | None, directives: Collection[str], robot: str) -> str | None:
    """Return the first of *directives* that a page's robots tags hold for *robot*, None when there is none.

    A header may address one robot (`otherbot: noindex, nofollow`): what follows its name is for that one alone.
    """
    said = [*_directives(meta_robots or "", robot), *_directives(x_robots_tag or "", robot)]
    meant = {word for directive in said for word in MEANS.get(directive, (directive,))}
    return next((directive for directive in directives if directive.lower() in meant), None)


def _directives(text: str, robot: str) -> Iterator[str]:
    for_us = True
    for part in text.lower().split(","):
        name, colon, rest = (piece.strip() for piece in part.partition(":"))
        if colon and name not in VALUED:
            for_us, name = name in ("*", robot.lower()), rest
        if for_us:
            yield name
