"""One cell: from what the program knows to what stands there, and back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping

from api.contract.vocabulary import Language, vocabulary
from api.workbooks.sheets import Column, Kind

Written = str | int | float | dt.date | None
_EXACT_DIGITS = 15
"""So many digits of a number a spreadsheet keeps."""
_BREAK = re.compile(r"[\n\r,，、;；]+")
_SPAN = re.compile(r"^(\S+?)\s*[~～至]\s*(\S+)$")
_TERM = re.compile(r"^(?P<name>.+?)\s+(?P<first>\S+?)\s*[~～至]\s*(?P<last>\S+)$")
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_MOST_DAYS = 1000
_ZERO_TIME = dt.time()


class UnreadableError(ValueError):
    """A cell that cannot be read; ``code`` is of the vocabulary's ``workbook_error``."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def written(column: Column, value: object, language: Language) -> Written:
    """What is put into a cell.

    Args:
        column: Its column.
        value: As JSON would hold it.
        language: Of the words.
    """
    if value is None:
        return None
    match column.kind:
        case Kind.FLAG:
            return vocabulary().yes_no[str(value).lower()].text(language)
        case Kind.CHOICE:
            words = column.choices or {}
            return words[str(value)].text(language) if str(value) in words else str(value)
        case Kind.DAY:
            return dt.date.fromisoformat(str(value))
        case Kind.DAYS:
            assert isinstance(value, list)
            return "\n".join(_spans(dt.date.fromisoformat(day) for day in value))
        case Kind.TERMS:
            assert isinstance(value, list)
            return "\n".join(f"{t['name']} {t['first_day']}~{t['last_day']}" for t in value)
        case Kind.INTEGER | Kind.NUMBER:
            assert isinstance(value, int | float)
            return value
        case Kind.TEXT:
            return str(value)


def _spans(days: Iterable[dt.date]) -> list[str]:
    found: list[list[dt.date]] = []
    for day in sorted(days):
        if found and (day - found[-1][-1]).days == 1:
            found[-1].append(day)
        else:
            found.append([day])
    return [f"{run[0]}~{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in found]


def read(column: Column, value: object) -> object:
    """What a cell says, as JSON would hold it; None of an empty one.

    Raises:
        UnreadableError: If it says nothing that could stand there.
    """
    if isinstance(value, str):
        value = value.strip().replace("\r\n", "\n")
    if value is None or value == "":
        return _EMPTY.get(column.kind)
    match column.kind:
        case Kind.TEXT:
            return _text(value)
        case Kind.FLAG:
            return _word(vocabulary().yes_no, value, "not_yes_or_no") == "true"
        case Kind.CHOICE:
            return _word(column.choices or {}, value, "unknown_word")
        case Kind.INTEGER | Kind.NUMBER:
            return _number(value, is_whole=column.kind is Kind.INTEGER)
        case Kind.DAY:
            return _day(value).isoformat()
        case Kind.DAYS:
            return [day.isoformat() for day in _days(value)]
        case Kind.TERMS:
            return _terms(value)


_EMPTY: Mapping[Kind, object] = {Kind.TEXT: "", Kind.FLAG: False, Kind.DAYS: [], Kind.TERMS: []}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        # A long number was rounded before the file was saved: what it was is not known any more.
        if abs(value) >= 10**_EXACT_DIGITS:
            raise UnreadableError("digits_lost")
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, dt.datetime) and value.time() == _ZERO_TIME:
        return value.date().isoformat()
    return str(value)


def _word(words: Mapping[str, object], value: object, code: str) -> str:
    wanted = str(value).strip().casefold()
    for key, term in words.items():
        if wanted in {key.casefold(), *(str(text).casefold() for _, text in _texts(term))}:
            return key
    raise UnreadableError(code)


def _texts(term: object) -> list[tuple[str, str]]:
    return [(language, getattr(term, language)) for language in ("zh", "en")]


def _number(value: object, *, is_whole: bool) -> int | float:
    try:
        number = float(value) if isinstance(value, str | int | float) else float("nan")
    except ValueError as error:
        raise UnreadableError("not_a_number") from error
    if isinstance(value, bool) or not abs(number) < 10**_EXACT_DIGITS:
        raise UnreadableError("not_a_number")
    if not is_whole:
        return number
    if number != int(number):
        raise UnreadableError("not_a_number")
    return int(number)


def _day(value: object) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    match = _DAY.match(str(value).strip())
    if match is None:
        raise UnreadableError("not_a_day")
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as error:
        raise UnreadableError("not_a_day") from error


def _days(value: object) -> list[dt.date]:
    if isinstance(value, dt.date):
        return [_day(value)]
    found: set[dt.date] = set()
    try:
        for part in _parts(value):
            span = _SPAN.match(part)
            first, last = (_day(span[1]), _day(span[2])) if span else (_day(part),) * 2
            if not 0 <= (last - first).days < _MOST_DAYS:
                raise UnreadableError("not_days")
            found |= {first + dt.timedelta(days=n) for n in range((last - first).days + 1)}
    except UnreadableError as error:
        raise UnreadableError("not_days") from error
    return sorted(found)


def _terms(value: object) -> list[dict[str, str]]:
    found = []
    for part in _parts(value):
        match = _TERM.match(part)
        if match is None:
            raise UnreadableError("not_a_term")
        try:
            first, last = _day(match["first"]), _day(match["last"])
        except UnreadableError as error:
            raise UnreadableError("not_a_term") from error
        if last < first:
            raise UnreadableError("not_a_term")
        found.append({"name": match["name"], "first_day": f"{first}", "last_day": f"{last}"})
    return sorted(found, key=lambda term: term["first_day"])


def _parts(value: object) -> list[str]:
    return [part.strip() for part in _BREAK.split(str(value)) if part.strip()]
