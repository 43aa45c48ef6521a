"""What people read in a notice: words and numbers, no pictures, and links that need a sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from api.contract.vocabulary import Language, Term, name_in, vocabulary
from api.notices.channels.base import Message
from api.notices.schemas import NoticeEvent
from api.organisations.schemas import SchoolName


def _term(family: Mapping[str, Term], key: str, language: Language) -> str:
    term = family.get(key)
    return key if term is None else term.text(language)


def _said(key: str, language: Language, **values: object) -> str:
    return vocabulary().notice_text[key].text(language).format(**values)


def line(
    event: NoticeEvent,
    facts: Mapping[str, str],
    school: SchoolName | None,
    zone: str,
    language: Language,
) -> str:
    """One event in one line.

    Args:
        event: What happened.
        facts: What is told of it; see :class:`api.notices.telling.Told`.
        school: Where.
        zone: Name of the school's time zone.
        language: Of the channel.
    """
    words = vocabulary()
    parts = []
    if risk := facts.get("risk"):
        parts.append(f"[{_term(words.risk, risk, language)}]")
    if school is not None:
        parts.append(name_in(language, school.name, school.name_en))
    parts.append(_term(words.notice_event, event, language))
    if rule := facts.get("rule"):
        parts.append(_term(words.rules, rule, language))
    if order_id := facts.get("order_id"):
        parts.append(_said("order", language, order_id=order_id))
    if inspection := facts.get("inspection_kind"):
        parts.append(_term(words.inspection_kind, inspection, language))
    if reason := facts.get("meeting_reason"):
        parts.append(_term(words.meeting_reason, reason, language))
    if meeting := facts.get("meeting"):
        parts.append(meeting)
    if due_at := facts.get("due_at"):
        parts.append(_said("due", language, at=_local(due_at, zone)))
    if box := facts.get("box"):
        parts.append(_said("box", language, box=box))
    if report := facts.get("report_kind"):
        parts.append(_term(words.report_kind, report, language))
    if period := facts.get("period"):
        parts.append(period)
    if kind := facts.get("job_kind"):
        parts.append(_term(words.job_kind, kind, language))
    parts.append(_local(facts["at"], zone))
    return " · ".join(parts)


def _local(moment: str, zone: str) -> str:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def subject(message: Message) -> str:
    """The subject of a mail."""
    return _said("title", message.language, count=message.count)


def as_text(message: Message, most_bytes: int) -> str:
    """A message as text of so many bytes of UTF-8 at most.

    Its number stands at its end: the same message that comes twice can be told.
    """
    language = message.language
    end = [_said("number", language, id=message.id[:8])]
    if message.console_url:
        end.insert(0, _said("open", language, url=message.console_url + _page_of(message)))
    if message.attachments:
        end.insert(0, _said("attached", language, count=len(message.attachments)))
    lines = [subject(message)]

    def left_out() -> list[str]:
        more = message.count - (len(lines) - 1)
        return [_said("more", language, count=more)] if more else []

    for item in message.items:
        lines.append(item.text)
        if len("\n".join([*lines, *left_out(), *end]).encode()) > most_bytes:
            lines.pop()
            break
    return "\n".join([*lines, *left_out(), *end])


def _page_of(message: Message) -> str:
    """The page of what a message tells of, where that is of one kind."""
    events = {item.event for item in message.items}
    pages: dict[str, str] = {
        NoticeEvent.REPORT_READY: "/reports",
        NoticeEvent.MEETING_CALLED: "/meetings",
    }
    return pages.get(events.pop(), "") if len(events) == 1 else ""


def line_of_test(language: Language) -> str:
    """What a test message says."""
    return _said("test", language)
