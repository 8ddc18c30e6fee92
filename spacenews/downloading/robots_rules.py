"""Which rules of a robots.txt are for us: the choice of the group, as RFC 9309 has it (2.2.1).

Parsers of Python match the name of a group with any part of the user agent, so that `User-agent: news` bars spacenews;
they get the rules that are for us, as those of everybody.
"""

from __future__ import annotations

import re

from spacenews.config import product_token

READ = 500 * 1024  # bytes; RFC 9309, 2.5
_USER_AGENT = re.compile(r"user[- ]?agent\s*[:\s](.*)", re.IGNORECASE)
# With the misspellings that Protego knows. What is none of them ends no group (2.2.4): Sitemap, Host, Content-Signal.
_RULE = re.compile(
    r"(?:allow|dis+al+[ao]w|diasllow|crawl[- ]delay|request[- ]rate|visit[- ]time)\s*(?:[:\s]|$)", re.IGNORECASE
)


def own_rules(body: bytes, robot: str) -> bytes:
    """Return a robots.txt with the rules for *robot*, a product token in lower case, and for it alone, under `*`.

    Its groups are merged, whatever the case and the version behind the name; without any, those of `*` hold.
    """
    groups = _groups(_whole_lines(body).decode("utf-8-sig", "ignore"))
    name = robot if any(robot in names for names, _ in groups) else "*"
    rules = [rule for names, rules in groups if name in names for rule in rules]
    return "\n".join(["User-agent: *", *rules]).encode()


def _whole_lines(body: bytes) -> bytes:
    """Return what of *body* is read, without a line that is cut: half a path may forbid everything."""
    if len(body) <= READ:
        return body
    read = body[:READ]
    return read[: max(read.rfind(b"\n"), read.rfind(b"\r")) + 1]


def _groups(text: str) -> list[tuple[set[str], list[str]]]:
    """Return the groups of a robots.txt, each with the product tokens it names and its rules."""
    groups: list[tuple[set[str], list[str]]] = []
    for full_line in text.splitlines():
        line = full_line.partition("#")[0].strip()
        if found := _USER_AGENT.match(line):
            if not groups or groups[-1][1]:
                groups.append((set(), []))
            value = found[1].strip(" \t:")
            groups[-1][0].add("*" if re.match(r"\*(\s|$)", value) else product_token(value))
        elif groups and _RULE.match(line):
            groups[-1][1].append(line)
    return groups
