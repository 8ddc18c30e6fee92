"""The one parser of dates: what pages, feeds, sitemaps and HTTP headers write -> times in UTC.

A strict grammar: a text is understood as a whole or not at all, because a missing date is better than a wrong one. It
reads ISO 8601, RFC 5322, RFC 9110, RFC 9557, Unix times and what people write in English, German, French, Spanish,
Italian, Portuguese and Dutch; days in the Scandinavian languages, Finnish, Polish, Czech, Hungarian, Romanian, Turkish,
Indonesian, Russian, Ukrainian, Greek, Arabic, Chinese, Japanese and Korean, and the digits of any script. Not read:
names of zones that mean several (IST), 04/03/2025, years of two digits but in RFC 822's form, contradictions. The day
of the week is not compared with the date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from spacenews.clock import utcnow
from spacenews.extraction.text import clean

MAX_LENGTH = 90  # characters of a date with everything around it
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)  # that a date of publication may lie in the future: clocks differ

MONTHS = (
    "january januar janvier enero gennaio janeiro januari jan janner janv ene gen",
    "february februar fevrier febrero febbraio fevereiro februari feb fevr fev",
    "march marz mars marzo marco maart mar maerz mrz mrt",
    "april avril abril aprile apr avr abr",
    "may mai mayo maggio maio mei mag",
    "june juni juin junio giugno junho jun giu",
    "july juli juillet julio luglio julho jul juil lug",
    "august aout agosto augustus aug ago",
    "september septembre septiembre setiembre settembre setembro sept sep sett set",
    "october oktober octobre octubre ottobre outubro oct okt ott out",
    "november novembre noviembre novembro nov",
    "december dezember decembre diciembre dicembre dezembro dec dez dic",
)
MORE_MONTHS = (  # the case that stands in dates; not "listopada", which is November in Polish and October in Croatian
    "ianuarie stycznia ledna tammikuuta ocak января січня ιανουαριου يناير",
    "februarie lutego unora helmikuuta subat февраля лютого φεβρουαριου فبراير",
    "marts marcius martie marca brezna maaliskuuta mart maret марта березня μαρτιου مارس",
    "aprilis aprilie kwietnia dubna huhtikuuta nisan апреля квітня απριλιου ابريل",
    "maj majus maja kvetna toukokuuta mayıs мая травня μαιου مايو",
    "junius iunie czerwca cervna kesakuuta haziran июня червня ιουνιου يونيو",
    "julius iulie lipca cervence heinakuuta temmuz июля липня ιουλιου يوليو",
    "augusti augusztus sierpnia srpna elokuuta agustos agustus августа серпня αυγουστου اغسطس",
    "szeptember septembrie wrzesnia zari syyskuuta eylul сентября вересня σεπτεμβριου سبتمبر",
    "octombrie pazdziernika rijna lokakuuta ekim октября жовтня οκτωβριου اكتوبر",
    "noiembrie listopadu marraskuuta kasım ноября листопада νοεμβριου نوفمبر",
    "decembrie grudnia prosince joulukuuta aralık desember декабря грудня δεκεμβριου ديسمبر",
)
WEEKDAYS = (  # "mar" of martes, mardi and martedì is a month as well: see _day
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so "
    "lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim "
    "lunes martes miercoles jueves viernes sabado domingo mie jue vie sab dom "
    "lunedi martedi mercoledi giovedi venerdi sabato domenica gio "
    "segunda terca quarta quinta sexta feira seg ter qua qui sex "
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo"
)
HOURS_OF_ZONE = {  # east of Greenwich; names that are used for one zone only, or that RFC 5322 defines
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("west", "bst", "cet", "mez"), 1),
    **dict.fromkeys(("cest", "mesz", "eet", "sast"), 2),
    "eest": 3, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5, "aest": 10, "acdt": 10.5, "aedt": 11,
    "nzst": 12, "nzdt": 13, "brt": -3, "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7,
    "pst": -8, "akdt": -8, "akst": -9, "hst": -10,
}  # fmt: skip
REGION_OF_ZONE = {  # standard or summer time, whichever the date has
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
    "msk": "Europe/Moscow",
}  # fmt: skip

_MONTH = {
    name: number
    for number, names in enumerate(zip(MONTHS, MORE_MONTHS, strict=True), 1)
    for name in " ".join(names).split()
}
_EAST_ASIAN_DAY = re.compile(
    r"([0-9]{4})\s?[年년]\s?([0-9]{1,2})\s?[月월]\s?([0-9]{1,2})\s?[日일](?:\s?[(（][^\W\d_]{1,3}[)）])?"
)
_EAST_ASIAN_TIME = re.compile(r"([0-9]{1,2})\s?[時时点시]\s?([0-9]{1,2})\s?[分분]")
_FILLERS = {*WEEKDAYS.split(), "of", "the", "de", "del", "г", "года", "року"}
_LEADING = {"on", "am", "le", "el", "il", "op", "den"}

# What most machines write goes to datetime.fromisoformat, ten times as fast as the rest: a sitemap has 50,000 dates.
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])?)?"
)
_RFC_5322 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) "
    r"(?:GMT|([+-](?:0[0-9]|1[0-4])[0-5][0-9]))"
)
_UNIX = re.compile(r"([0-9]{10})(?:[0-9]{3}|\.[0-9]+)?")  # seconds or milliseconds since 1970
_COMPACT = re.compile(r"^([0-9]{8})([0-9]{6})(?![0-9])")  # 20250304100000
_TIME = re.compile(
    r"""
    (?:(?<![^ ,])(?:at|um|om|kl|as|a\ las|a|alle\ ore|alle|ore)\.?\ )?
    (?:
        (?<=[0-9])t\ ?                                          # ISO 8601: after its T
        (?P<iso_hour>[0-9]{2})
        (?: :?(?P<iso_minute>[0-9]{2}) (?: :?(?P<iso_second>[0-9]{2}) (?:[.,][0-9]+)? )? )?
      |
        (?<![0-9a-z.:+/-])                                      # as people write it
        (?P<hour>[0-9]{1,2})
        (?: (?: [:.] | \ ?h\ ? ) (?P<minute>[0-9]{2}) (?: :(?P<second>[0-9]{2}) (?:[.,][0-9]+)? )?
          | \ ?h(?![a-z]) | (?=\ ?[ap]\.?\ ?m\b) | (?=\ ?uhr\b) )
    )
    (?![.:]?[0-9])
    (?: \ ?(?P<half>[ap])\.?\ ?m\b\.? )?
    (?: \ ?(?:uhr|uur|h|hrs|hours)\b )?
    """,
    re.VERBOSE,
)
_ZONE = re.compile(
    r"""
    \ ?(?:
        (?: (?P<prefix>utc|gmt)\ ? )? (?P<sign>[+-]) (?P<hours>[0-9]{1,2})
        (?: (?: : | (?<=[0-9]{2}) ) (?P<minutes>[0-5][0-9]) (?: :00 )? )? (?![0-9:])
      | \[(?P<region>[a-z_]+(?:/[a-z_-]+)*)\]                   # RFC 9557
      | \((?P<comment>[^()]*)\)                                 # RFC 5322
      | (?P<name>[a-z]+(?:/[a-z_-]+)*)\b
    )
    """,
    re.VERBOSE,
)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} $")
_YEAR = re.compile(r"[0-9]{4}(?:-[0-9]{1,2}-[0-9]{1,2})?")
_ORDINAL = re.compile(r"(?<=[0-9])(?:st|nd|rd|th|ere?|o|a)\b")
_WEEK = re.compile(r"([0-9]{4})-?w([0-9]{2})-?([1-7])")
_NUMERIC = re.compile(r"(?P<first>[0-9]{1,4})(?P<gap>[./-])(?P<second>[0-9]{1,2})(?P=gap)(?P<third>[0-9]{1,4})")
_TOKEN = re.compile(r"[0-9]+(?:([./-])[0-9]+)(?:\1[0-9]+)*|[0-9]+|[^\W\d_]+|[^\s,.;@|·•–—/-]")


def parse_time(text: str, zone: str | None = None, formats: Sequence[str] = ()) -> str | None:
    """Return a time as the records write it; None if it is not understood, before 1990 or more than a day ahead.

    *zone* (IANA) is that of times that name none: without it they are not understood. *formats* (strptime, without %Z)
    come first.
    """
    moment = parse_datetime(text, zone, formats)
    if moment is None or not EARLIEST <= moment <= utcnow() + AHEAD:
        return None
    return f"{moment.isoformat()[:19]}Z"


def first_time(texts: Iterable[str], zone: str | None = None, formats: Sequence[str] = ()) -> str | None:
    """Return the first time that names its zone, or is in the site's *zone*; else the first one, taken for UTC."""
    texts = list(texts)
    read = (parse_time(text, where, formats) for where in (zone, "UTC") for text in texts)
    return next(filter(None, read), None)


def parse_datetime(text: str, zone: str | None = None, formats: Sequence[str] = ()) -> datetime | None:
    """Return a time in UTC, as *parse_time* reads it and however far it lies in the past or the future.

    Of a local time that exists twice the first one is meant; one that a change to summer time leaves out is read with
    the offset from before the change.
    """
    text = text.strip()
    if len(text) > 4 * MAX_LENGTH:
        return None
    moment = _by_format(text, formats) or _by_machine(text) or _by_hand(text)
    if moment is None or moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None and zone is None:
        return None
    return _in_utc(moment, moment.tzinfo or _zone(zone or "UTC"))


def _in_utc(local: datetime, zone: tzinfo) -> datetime | None:
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:  # at the ends of what a datetime can hold
        return None


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


def _by_format(text: str, formats: Sequence[str]) -> datetime | None:
    for pattern in formats:
        if "%Z" in pattern:  # reads the name of a zone and forgets it
            continue
        try:
            return datetime.strptime(clean(text), pattern)  # noqa: DTZ007 - the zone is looked at later
        except ValueError:
            continue
    return None


def _by_machine(text: str) -> datetime | None:
    """Read the forms of which a program that writes dates produces nearly all."""
    if match := _RFC_5322.fullmatch(text):
        day, month, year, clock, offset = match.groups()
        text = f"{year}-{_MONTH.get(month.lower(), 0):02}-{day}T{clock}{offset or 'Z'}"
    elif match := _UNIX.fullmatch(text):
        return datetime.fromtimestamp(int(match[1]), UTC)
    elif not _ISO.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _by_hand(text: str) -> datetime | None:
    """Read a date with or without time and zone, in any order in which people write them."""
    text = clean(text)
    if not text or len(text) > MAX_LENGTH:
        return None
    text = _EAST_ASIAN_TIME.sub(r"\1:\2", _EAST_ASIAN_DAY.sub(r"\1-\2-\3 ", _with_digits(text)))
    text = _COMPACT.sub(r"\1t\2", _folded(text))
    clock = _TIME.search(text)
    if clock:
        before, after = text[: clock.start()], text[clock.end() :]
    else:  # a zone may follow the day: xs:date of XML Schema
        end = max((year.end() for year in _YEAR.finditer(text)), default=len(text))
        before, after = text[:end], text[end:]
    if clock and after[:1] in ("+", "-") and not (clock["iso_hour"] or clock["second"] or _ISO_DAY.search(before)):
        return None  # 10:00-11:00 is more likely from ten to eleven than in a zone
    zones, after = _zones(after)
    day = _day(f"{before} {after}" if clock else before + after, old_form=bool(clock and zones))
    since_midnight = _since_midnight(clock)
    if zones is None or day is None or since_midnight is None:
        return None
    try:
        local = datetime.combine(day, time()) + since_midnight
    except OverflowError:
        return None
    moments = {_in_utc(local, zone) for zone in zones}
    return local if not zones else moments.pop() if len(moments) == 1 else None


def _with_digits(text: str) -> str:
    """Return text with the digits 0 to 9 in place of those of other scripts."""
    return text if text.isascii() else "".join(str(int(char)) if char.isdecimal() else char for char in text)


def _folded(text: str) -> str:
    """Return text in lower case, without accents and with the minus sign of a keyboard."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("\u2212", "-"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def _since_midnight(clock: re.Match[str] | None) -> timedelta | None:
    """Return a time of day; 24:00 (ISO 8601) and a leap second belong to what follows."""
    if clock is None:
        return timedelta()
    hour, minute, second = (int(clock[name] or clock[f"iso_{name}"] or 0) for name in ("hour", "minute", "second"))
    half = clock["half"]
    if half and (hour > 12 or hour == 0):
        if (half == "p") != (hour > 12):  # 0:30 PM, 20:30 AM
            return None
    elif half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _zones(text: str) -> tuple[list[tzinfo] | None, str]:
    """Return the zones that a text begins with, and what follows; None for one that nobody can know."""
    zones: list[tzinfo] = []
    at = 0
    while match := _ZONE.match(text, at):
        if match["hours"]:
            if (len(match["hours"]) == 1 and not match["prefix"]) or (zone := _offset(match)) is None:
                return None, text
            zones.append(zone)
        elif zone := _named(match["name"] or match["region"] or match["comment"].strip()):
            zones.append(zone)
        elif match["name"]:  # a word of the date
            break
        elif not zones:  # a comment explains an offset, it does not replace it
            return None, text
        at = match.end()
    return zones, text[at:]


def _offset(match: re.Match[str]) -> tzinfo | None:
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    if offset > timedelta(hours=14):
        return None
    return timezone(-offset if match["sign"] == "-" else offset)


@lru_cache(maxsize=128)
def _named(name: str) -> tzinfo | None:
    if name in HOURS_OF_ZONE:
        return timezone(timedelta(hours=HOURS_OF_ZONE[name]))
    if name not in REGION_OF_ZONE and "/" not in name:
        return None
    try:
        return ZoneInfo(REGION_OF_ZONE.get(name) or name.title())
    except (KeyError, ValueError, OSError):  # no such zone, or no such file on this machine
        return None


def _day(text: str, *, old_form: bool) -> date | None:
    """Read a day without its time; *old_form*: a year of two digits is read as RFC 5322, 4.3 says."""
    text = _ORDINAL.sub("", text).strip()
    if week := _WEEK.fullmatch(text):
        return _date(date.fromisocalendar, *map(int, week.groups()))
    words = [token[0] for token in _TOKEN.finditer(text)]
    words = [word for word in words if word not in _FILLERS]
    if words and words[0] in _LEADING:
        words = words[1:]
    if len(words) == 4 and words[0] == "mar":  # mar. 4 mars 2025
        words = words[1:]
    if len(words) == 1:
        return _numeric(words[0])
    return _with_month_name(words, old_form=old_form) if len(words) == 3 else None


def _with_month_name(words: list[str], *, old_form: bool) -> date | None:
    if words[0] in _MONTH:
        month, day, year = words
    elif len(words[0]) == 4:
        year, month, day = words
    else:
        day, month, year = words
    if month not in _MONTH or not (day + year).isdecimal() or len(day) > 2:
        return None
    if len(year) == 2 and old_form and month == words[1]:
        year = f"20{year}" if int(year) < 50 else f"19{year}"
    return _date(date, int(year), _MONTH[month], int(day)) if len(year) == 4 else None


def _numeric(text: str) -> date | None:
    """Read a day in digits; 04/03/2025 may be in March or in April, 25/03/2025 only in March."""
    if len(text) == 8 and text.isdecimal():
        return _date(date, int(text[:4]), int(text[4:6]), int(text[6:]))
    if len(text) == 8 and text[4] == "-" and text.count("-") == 1:  # ISO 8601: day of the year
        return _day_of_year(int(text[:4]), int(text[5:]))
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return None
    first, second, third = (match[name] for name in ("first", "second", "third"))
    if len(first) == 4 and len(third) <= 2:
        return _date(date, int(first), int(second), int(third))
    if len(third) != 4 or len(first) > 2:
        return None
    possible = {_date(date, int(third), *pair) for pair in ((int(first), int(second)), (int(second), int(first)))}
    possible.discard(None)
    return possible.pop() if len(possible) == 1 else None


def _day_of_year(year: int, number: int) -> date | None:
    first = _date(date, year, 1, 1)
    day = first + timedelta(days=number - 1) if first and first.year < 9999 else None
    return day if day and day.year == year else None


def _date(make: Callable[..., date], *numbers: int) -> date | None:
    try:
        return make(*numbers)
    except (ValueError, OverflowError):
        return None
