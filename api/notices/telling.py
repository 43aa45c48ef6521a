"""From what happens to messages that wait.

Whoever changes something says so with :func:`tell` in the same unit of work: one row, a job, that
stands or falls with the change. The job finds the rules that want it and adds it to messages, each
with a job of its own (:mod:`api.notices.sending`). A message that nobody began to send takes in
what comes meanwhile: that makes digests, and 5,000 alerts confirmed at once are few messages.

School and supervisor hear of an order at the same moment, since one job tells both.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from api.access.roles import Role
from api.bus.work import UnitOfWork
from api.contract import RiskLevel
from api.contract.vocabulary import Language
from api.db.notice import Notice, NoticeChannel, NoticeItem, NoticeRule
from api.db.organisation import School
from api.jobs import service as jobs
from api.jobs.kinds import ClaimedJob, JobKind
from api.notices import texts
from api.notices.channels.registry import KINDS
from api.notices.people import Subject, who_may_know
from api.notices.push_repository import PushRepository
from api.notices.repository import SEND, NoticeRepository, Whom
from api.notices.schemas import ChannelKind, NoticeEvent
from api.notices.timing import Hours, Window, window
from api.organisations import service as organisations
from api.organisations.schemas import SchoolName

if TYPE_CHECKING:
    from api.runtime import Runtime

TELL = "notice"
_DEAD_JOBS = "notice_dead_jobs"
_LOOK_FOR_DEAD_EVERY_S = 60.0
_KEPT = timedelta(days=92)
_LEASE_S = 12.0
"""What a killed process had begun is begun again soon."""


@dataclass(frozen=True, slots=True)
class Told:
    """What happened.

    Attributes:
        event: What.
        about: The alert, the order, the box or the job.
        key: Names this occurrence: telling it again within a week changes nothing.
        school_id: Whose; None of what is the district's own.
        risk: Its class, if it has one.
        facts: What else a text says: ``rule``, ``order_id``, ``inspection_kind``, ``due_at``,
            ``box``, ``job_kind``, ``report_kind``, ``period``, ``meeting``, ``meeting_reason``.
    """

    event: NoticeEvent
    about: str
    key: str
    school_id: str | None = None
    risk: RiskLevel | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def _key(event: NoticeEvent, key: str) -> str:
    return f"{event} {key}"[:128]


async def tell(work: UnitOfWork, told: Told, *, after_s: float = 0.0) -> None:
    """Have people told, once the unit of work is committed.

    Args:
        work: It stands or falls with it.
        told: What happened.
        after_s: How long it may still be taken back by :func:`take_back`.
    """
    await tell_all(work, [told], after_s=after_s)


async def tell_all(work: UnitOfWork, told: Iterable[Told], *, after_s: float = 0.0) -> None:
    """Have people told of many things that happened at once, as :func:`tell` of one."""
    payloads = {_key(each.event, each.key): _payload(each, work.now) for each in told}
    due_at = work.now + timedelta(seconds=after_s)
    await jobs.ask_all(work, TELL, payloads, due_at=due_at)


def _payload(told: Told, now: datetime) -> dict[str, str]:
    payload = {"event": str(told.event), "about": told.about, "at": now.isoformat()}
    payload |= {} if told.school_id is None else {"school_id": told.school_id}
    payload |= {} if told.risk is None else {"risk": str(told.risk)}
    return {**told.facts, **payload}


async def take_back(work: UnitOfWork, event: NoticeEvent, key: str) -> None:
    """Have people not told of what was taken back, unless they were."""
    await jobs.withdraw(work, TELL, _key(event, key))


@dataclass(frozen=True, slots=True)
class _Known:
    """What happened, and where."""

    facts: Mapping[str, str]
    school: School | None

    @property
    def school_name(self) -> SchoolName | None:
        return None if self.school is None else organisations.name_of(self.school)

    @property
    def zone(self) -> str:
        return organisations.DEFAULT_ZONE if self.school is None else self.school.time_zone

    @property
    def subject(self) -> Subject:
        event = NoticeEvent(self.facts["event"])
        return Subject(event, self.facts.get("school_id"), self.facts["about"][:64])

    def window(self, now: datetime, rule: NoticeRule) -> Window:
        hours = Hours.of(rule.hours_from, rule.hours_to)
        return window(now, self.facts.get("risk"), hours, rule.digest_min, self.zone)


def _wants(rule: NoticeRule, facts: Mapping[str, str]) -> bool:
    school_id, risk = facts.get("school_id"), facts.get("risk")
    return (
        rule.is_enabled
        and facts["event"] in rule.events
        and (not rule.risks or risk is None or risk in rule.risks)
        and (not rule.school_ids or school_id in rule.school_ids)
    )


def _reaches(rule: NoticeRule, channel: NoticeChannel, school_id: str | None) -> bool:
    """Whether a rule names the channel, which is the district's or of the school concerned."""
    if channel.school_id is not None and channel.school_id != school_id:
        return False
    return channel.id in rule.channel_ids or (rule.to_school and channel.school_id is not None)


async def _spread(_: Runtime, work: UnitOfWork, job: ClaimedJob) -> None:
    """Add what happened to a message of each channel that a rule wants it told to."""
    facts, notices = job.payload, NoticeRepository(work.session)
    rules = [rule for rule in await notices.rules() if _wants(rule, facts)]
    if not rules:
        return
    school_id = facts.get("school_id")
    school = None
    if school_id is not None:
        school = (await notices.schools([school_id])).get(school_id)
    known = _Known(facts, school)
    for channel in await notices.lock_channels_of(school_id):
        reaching = [rule for rule in rules if _reaches(rule, channel, school_id)]
        for whom, asking in (await _recipients(work, channel, reaching, known)).items():
            windows = [known.window(work.now, rule) for rule in asking]
            # Several rules are one telling: the one that wants it soonest.
            soonest = min(windows, key=lambda each: each.until)
            await _add(work, channel, whom, known, soonest)


async def _recipients(
    work: UnitOfWork, channel: NoticeChannel, rules: Sequence[NoticeRule], known: _Known
) -> Mapping[Whom, list[NoticeRule]]:
    """Whom a channel tells, and by which rules."""
    if not KINDS[ChannelKind(channel.kind)].is_to_people:
        return {Whom(): list(rules)} if rules else {}
    roles = {Role(role) for rule in rules for role in rule.roles}
    users = await who_may_know(work.session, roles, known.subject, work.now)
    asking = {user.username: [rule for rule in rules if user.role in rule.roles] for user in users}
    if ChannelKind(channel.kind) is ChannelKind.PUSH:
        browsers = await PushRepository(work.session).of(sorted(asking), work.now)
        return {
            Whom(each.session.username, each.subscription.endpoint_sha256): asking[
                each.session.username
            ]
            for each in browsers
        }
    return {Whom(user.username): asking[user.username] for user in users if user.mail is not None}


async def _add(
    work: UnitOfWork,
    channel: NoticeChannel,
    whom: Whom,
    known: _Known,
    when: Window,
) -> None:
    notices = NoticeRepository(work.session)
    due_at = when.until
    if due_at <= work.now and channel.next_free_at is not None:
        due_at = max(due_at, channel.next_free_at)
    notice = await notices.lock_waiting(channel.id, whom, when.since, due_at)
    if notice is None:
        notice = await _begin(work, channel, whom, due_at)
    notices.add_item(_item(notice, channel, known))
    await work.session.flush()


def _item(notice: Notice, channel: NoticeChannel, known: _Known) -> NoticeItem:
    facts, event = known.facts, NoticeEvent(known.facts["event"])
    language: Language = "en" if channel.language == "en" else "zh"
    return NoticeItem(
        notice_id=notice.id,
        school_id=facts.get("school_id"),
        event=event,
        risk=facts.get("risk"),
        at=datetime.fromisoformat(facts["at"]),
        about=facts["about"][:64],
        text=texts.line(event, facts, known.school_name, known.zone, language),
    )


async def mail_to(work: UnitOfWork, username: str, told: Told) -> str | None:
    """Have one person told by mail of what they asked for themselves, whatever rules say.

    Whether they may know of it and have an address is asked when it is sent.

    Returns:
        The message's id; None while no channel writes to people.
    """
    notices = NoticeRepository(work.session)
    school = None
    if told.school_id is not None:
        school = (await notices.schools([told.school_id])).get(told.school_id)
    channels = await notices.lock_channels_of(told.school_id)
    for channel in sorted(channels, key=lambda each: each.school_id is None):
        if ChannelKind(channel.kind) is not ChannelKind.MAIL_PEOPLE:
            continue
        due_at = max(work.now, channel.next_free_at or work.now)
        notice = await _begin(work, channel, Whom(username), due_at)
        notices.add_item(_item(notice, channel, _Known(_payload(told, work.now), school)))
        await work.session.flush()
        return notice.id
    return None


async def _begin(work: UnitOfWork, channel: NoticeChannel, whom: Whom, due_at: datetime) -> Notice:
    """A new message; those sent as soon as possible keep the channel's distance."""
    notice = Notice(
        id=secrets.token_hex(16),
        channel_id=channel.id,
        username=whom.username,
        browser=whom.browser,
        created_at=work.now,
        sent_at=None,
        attempts=0,
        outcome=None,
        answer="",
    )
    await NoticeRepository(work.session).add(notice)
    await jobs.ask(work, SEND, notice.id, due_at=due_at)
    distance = timedelta(seconds=60 / channel.per_minute)
    if due_at <= max(work.now, channel.next_free_at or work.now):
        channel.next_free_at = due_at + distance
    return notice


async def _tell_of_dead_jobs(_: Runtime, work: UnitOfWork, __: ClaimedJob) -> None:
    """Tell of jobs that were given up, whoever gave them up; and forget old messages."""
    notices = NoticeRepository(work.session)
    for job in await notices.given_up_since(work.now - timedelta(days=1)):
        assert job.failed_at is not None
        await tell(
            work,
            Told(
                NoticeEvent.JOB_DEAD,
                about=f"job {job.id}",
                key=f"{job.id} {job.failed_at.isoformat()}",
                facts={"job_kind": job.kind},
            ),
        )
    await notices.forget_before(work.now - _KEPT)


def kinds() -> list[JobKind]:
    """Kinds of jobs that find whom to tell."""
    return [
        JobKind(TELL, within=_spread, lease_s=_LEASE_S),
        JobKind(_DEAD_JOBS, within=_tell_of_dead_jobs, every_s=_LOOK_FOR_DEAD_EVERY_S),
    ]
