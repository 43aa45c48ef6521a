"""From what a rule says to the episode on the wire, across restarts.

An open episode is kept in the outbox's file, in the same transaction as the message about it.
After a crash the next process finds it: a violation that still lasts continues the episode, one
that does not closes it at its last qualifying moment. So a restart neither doubles nor loses one.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

import structlog
from pydantic import ValidationError

from api.contract import (
    DEFAULT_SCHOOL_ID,
    AlertEpisode,
    EpisodeState,
    EvidenceRef,
    RiskLevel,
)
from api.contract.identity import episode_id
from pipeline.core.events import EventKind, RuleEvent
from pipeline.delivery.outbox import Outbox
from pipeline.diagnosis import Fault

_log = structlog.get_logger(__name__)
Slot = tuple[str, str, str]
_REMEMBERED = 1024
"""Episodes kept in memory so that late evidence finds the latest revision of its own, as they were
written: 1.5 kB each, where an object of many parts takes 8.5 and a box's first days grow by it."""
_FAULTS = frozenset(fault.value for fault in Fault)
_FAULT_RESUME_S = 600.0
"""A fault of the picture is told once a minute, and needs minutes to be believed again."""


class Raises(Protocol):
    """What an alert takes from the rule that raised it, or from what stands in its place."""

    @property
    def risk_level(self) -> RiskLevel:
        """Risk class of its alerts."""

    @property
    def required_classes(self) -> frozenset[str]:
        """Classes it looks at; they tell which detector decided."""

    @property
    def required_attributes(self) -> frozenset[str]:
        """Attributes it asks for."""

    @property
    def shape_norm(self) -> tuple[tuple[float, float], ...]:
        """Zone corners or line points, fractions of the picture; may be none."""


@dataclass(frozen=True, slots=True)
class UsedModel:
    """One of a camera's further detectors.

    Attributes:
        model_id: Its id.
        model_sha256: Of its weights.
        class_names: What it finds.
    """

    model_id: str
    model_sha256: str
    class_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What decided an alert.

    Attributes:
        model_id: The detector.
        model_sha256: Of its weights.
        config_sha256: Of the camera's analysis.
        attributes_model: The classifier and its hash, for rules that asked it; ``""`` without one.
        more_models: Further detectors.
    """

    model_id: str
    model_sha256: str
    config_sha256: str
    attributes_model: str = ""
    more_models: tuple[UsedModel, ...] = ()

    def model_for(self, classes: frozenset[str]) -> tuple[str, str]:
        """Id and hash of the detector that finds one of the classes; of the first if none does."""
        for used in self.more_models:
            if classes.intersection(used.class_names):
                return used.model_id, used.model_sha256
        return self.model_id, self.model_sha256


def utc(seconds: float) -> datetime:
    """Seconds since the epoch as an aware datetime, to the millisecond."""
    return datetime.fromtimestamp(round(seconds, 3), UTC)


def open_episode(
    school_id: str, camera_id: str, rule: Raises, event: RuleEvent, made_by: Provenance
) -> AlertEpisode:
    """The first revision of an episode."""
    facts = dict(event.facts)
    if rule.required_attributes:
        facts["attributes_model"] = made_by.attributes_model
    model_id, model_sha256 = made_by.model_for(rule.required_classes)
    return AlertEpisode(
        id=episode_id(school_id, camera_id, event.rule_id, event.zone, event.started.utc_s),
        revision=1,
        school_id=school_id,
        camera_id=camera_id,
        rule=event.rule,
        rule_id=event.rule_id,
        zone=event.zone,
        risk=rule.risk_level,
        state=EpisodeState.OPEN,
        started_at=utc(event.started.utc_s),
        raised_at=utc(event.at.utc_s),
        ended_at=utc(event.last_seen.utc_s),
        score=event.score,
        classes=event.class_names,
        track_count=len(event.track_ids),
        box_norm_xyxy=event.box_norm_xyxy,
        zone_norm=rule.shape_norm,
        facts=facts,
        model_id=model_id,
        model_sha256=model_sha256,
        config_sha256=made_by.config_sha256,
    )


class EpisodeBook:
    """All open episodes of a worker; every change is on disk before it counts.

    Args:
        outbox: Where messages wait.
        on_change: Called after a message was put.
        school_id: The box's school.
        resume_s: How long after its last qualifying moment an episode of an earlier process may
            still be continued.
        is_ours: Of which cameras the open episodes of an earlier process are taken over; all if
            None. Where several processes share an outbox, each has cameras of its own.
    """

    def __init__(
        self,
        outbox: Outbox,
        on_change: Callable[[], None],
        *,
        school_id: str = DEFAULT_SCHOOL_ID,
        resume_s: float = 60.0,
        is_ours: Callable[[str], bool] | None = None,
    ) -> None:
        self._outbox = outbox
        self._school_id = school_id
        self._on_change = on_change
        self._resume_s = resume_s
        self._lock = threading.Lock()
        self._episodes: dict[Slot, AlertEpisode] = {}
        self._unsaved: dict[str, AlertEpisode] = {}
        self._inherited: dict[Slot, AlertEpisode] = {}
        self._latest: OrderedDict[UUID, bytes] = OrderedDict()
        self._aliases: OrderedDict[UUID, UUID] = OrderedDict()
        self.inherit(is_ours or (lambda _: True))

    def inherit(self, is_ours: Callable[[str], bool]) -> None:
        """Take over the open episodes of some cameras, as another process left them."""
        with self._lock:
            for body in self._outbox.open_episodes():
                try:
                    episode = AlertEpisode.model_validate_json(body)
                except (
                    ValidationError
                ) as error:  # of another version; a box must start all the same
                    _log.error("an open episode is not understood", why=str(error)[:300])
                    continue
                slot = _slot(episode)
                if is_ours(episode.camera_id) and slot not in self._episodes:
                    self._inherited.setdefault(slot, episode)

    def apply(
        self, camera_id: str, rule: Raises, event: RuleEvent, made_by: Provenance
    ) -> tuple[AlertEpisode, bool]:
        """Take what a rule said.

        Returns:
            The episode now, and whether it has no evidence yet and this is the moment to make it.
        """
        slot = (camera_id, event.rule_id, event.zone)
        with self._lock:
            is_new = wants_evidence = False
            known = self._episodes.get(slot)
            if event.kind is EventKind.OPENED or known is None:
                fresh = open_episode(self._school_id, camera_id, rule, event, made_by)
                before = known or self._inherited.pop(slot, None)
                if before is None:
                    before = self._ended(fresh.id)  # it is taken up again
                if before is not None and (
                    before.id in (fresh.id, self._aliases.get(fresh.id))
                    or self._continues(before, fresh)
                ):
                    known = before
                    self._remember_as(fresh.id, before.id)
                else:
                    if before is not None:
                        self._save(_closed(before))
                    known, is_new = fresh, True
                wants_evidence = is_new or (before is not None and not before.evidence)
            episode = known if is_new else merged(known, event)
            if event.kind is EventKind.CLOSED:
                episode = episode.model_copy(update={"state": EpisodeState.CLOSED})
                self._episodes.pop(slot, None)
            else:
                episode = episode.model_copy(update={"state": EpisodeState.OPEN})
                self._episodes[slot] = episode
            self._save(episode)
        self._on_change()
        if is_new:
            _log.info("alert raised", alert=str(episode.id), camera=camera_id, rule=episode.rule)
        return episode, wants_evidence

    def attach(self, episode_id: UUID, evidence: EvidenceRef) -> None:
        """Add a piece of evidence to an episode, open or closed a while ago."""
        with self._lock:
            episode = self._latest_of(episode_id)
            if episode is None:
                _log.error("evidence came too late for its alert", alert=str(episode_id))
                return
            if evidence in episode.evidence:
                return
            episode = episode.model_copy(
                update={
                    "revision": episode.revision + 1,
                    "evidence": (*episode.evidence, evidence),
                }
            )
            slot = _slot(episode)
            for held in (self._episodes, self._inherited):
                current = held.get(slot)
                if current is not None and current.id == episode.id:
                    held[slot] = episode
            self._save(episode)
        self._on_change()

    def hand_back(self, camera_id: str, rule_ids: Iterable[str]) -> None:
        """Leave open episodes to whoever watches next; nobody does in time, and they are closed."""
        rules = frozenset(rule_ids)
        with self._lock:
            for slot in [s for s in self._episodes if s[0] == camera_id and s[1] in rules]:
                self._inherited[slot] = self._episodes.pop(slot)

    def close_stale(self, now_utc_s: float) -> None:
        """Close inherited episodes that nothing continued in time."""
        with self._lock:
            for slot, episode in list(self._inherited.items()):
                pause_s = now_utc_s - episode.ended_at.timestamp()
                if pause_s > self._resume_s_of(episode):
                    del self._inherited[slot]
                    self._save(_closed(episode))
        self.retry_unsaved()

    def retry_unsaved(self) -> int:
        """Try again to write what a full or lost disk did not take.

        Returns:
            How many episodes are still only in memory.
        """
        with self._lock:
            for episode in list(self._unsaved.values()):
                self._save(episode)
            left = len(self._unsaved)
        self._on_change()
        return left

    def _ended(self, event_id: UUID) -> AlertEpisode | None:
        return self._latest_of(self._aliases.get(event_id, event_id))

    def _latest_of(self, episode_id: UUID) -> AlertEpisode | None:
        body = self._latest.get(episode_id)
        return None if body is None else AlertEpisode.model_validate_json(body)

    def _remember_as(self, event_id: UUID, episode_id: UUID) -> None:
        """After a restart a rule names an episode by its own start, not by that of the alert."""
        if event_id == episode_id:
            return
        self._aliases[event_id] = episode_id
        if len(self._aliases) > _REMEMBERED:
            self._aliases.popitem(last=False)

    def _continues(self, before: AlertEpisode, fresh: AlertEpisode) -> bool:
        pause_s = (fresh.started_at - before.ended_at).total_seconds()
        return pause_s <= self._resume_s_of(before) and before.config_sha256 == fresh.config_sha256

    def _resume_s_of(self, episode: AlertEpisode) -> float:
        return _FAULT_RESUME_S if episode.rule in _FAULTS else self._resume_s

    def _save(self, episode: AlertEpisode) -> None:
        key = str(episode.id)
        body = episode.model_dump_json().encode()
        self._latest[episode.id] = body
        self._latest.move_to_end(episode.id)
        if len(self._latest) > _REMEMBERED:
            self._latest.popitem(last=False)
        slot = _slot(episode)
        holder = self._episodes.get(slot)
        try:
            self._outbox.put_alert(
                key,
                body,
                slot=slot,
                is_open=episode.state is EpisodeState.OPEN,
                frees_slot=holder is None or holder.id == episode.id,
            )
            self._unsaved.pop(key, None)
        except sqlite3.Error as error:
            self._unsaved[key] = episode
            _log.error("alert kept in memory: the outbox cannot be written", why=str(error))


def _slot(episode: AlertEpisode) -> Slot:
    return episode.camera_id, episode.rule_id, episode.zone


def _closed(episode: AlertEpisode) -> AlertEpisode:
    return episode.model_copy(
        update={"revision": episode.revision + 1, "state": EpisodeState.CLOSED}
    )


def merged(episode: AlertEpisode, event: RuleEvent) -> AlertEpisode:
    """The next revision of an episode after one more event of its rule."""
    better = event.score > episode.score
    return episode.model_copy(
        update={
            "revision": episode.revision + 1,
            "ended_at": max(episode.ended_at, utc(event.last_seen.utc_s)),
            "score": max(episode.score, event.score),
            "box_norm_xyxy": event.box_norm_xyxy if better else episode.box_norm_xyxy,
            "classes": tuple(sorted({*episode.classes, *event.class_names})),
            "track_count": max(episode.track_count, len(event.track_ids)),
            "facts": {**episode.facts, **event.facts},
        }
    )
