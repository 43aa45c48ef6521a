"""What somebody sees of a box: its alerts, cameras and footage, each as far as they may.

Only what is blurred is shown of alerts: an original is no file that this room can name.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from pydantic import ValidationError

from api.contract import AlertEpisode, CameraHeartbeat, EvidenceKind, FootageOrder
from api.contract.footage.school_days import local_day, midnight_s
from api.contract.offline import OfflineRight
from pipeline.core.clock import Clock
from pipeline.delivery.outbox import Message, MessageKind, Outbox
from pipeline.evidence.store import EvidenceStore
from pipeline.live.footage import answer
from pipeline.offline.accounts import AccountBook
from pipeline.offline.doorkeeper import Guest
from pipeline.offline.shown import (
    AlertView,
    Box,
    BoxCamera,
    CameraView,
    DayAlertView,
    DayView,
    OfflineView,
    SchoolView,
)

_MOST_ALERTS = 500
_MOST_SENT = 200
_SENT_FOR_S = 7 * 86400.0


class SentAlerts:
    """The newest alerts that the command centre took, as facts: their pictures are there, and go
    from here. Forgotten with the process. Thread-safe.

    Args:
        clock: Time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: deque[tuple[float, AlertEpisode]] = deque(maxlen=_MOST_SENT)

    def sent(self, message: Message) -> None:
        """The command centre took a message."""
        if message.kind is not MessageKind.ALERT:
            return
        episode = _episode(message)
        if episode is None:
            return
        with self._lock:
            others = [each for each in self._kept if each[1].id != episode.id]
            self._kept = deque([*others, (self._clock.utc_s(), episode)], maxlen=_MOST_SENT)

    def episodes(self) -> list[AlertEpisode]:
        """Those of the last week."""
        since_s = self._clock.utc_s() - _SENT_FOR_S
        with self._lock:
            return [episode for at_s, episode in self._kept if at_s >= since_s]


@dataclass(frozen=True, slots=True)
class Sight:
    """What the box knows, and whom it shows which part.

    Attributes:
        box: What can be looked at, as the configuration says now.
        outbox: Alerts that wait for the line.
        sent: Those that the command centre has.
        evidence: Pictures.
        book: The people, and how it stands with the line.
        states: The cameras' latest words, by id.
        clock: Time.
    """

    box: Callable[[], Box]
    outbox: Outbox
    sent: SentAlerts
    evidence: EvidenceStore
    book: AccountBook
    states: Callable[[], Mapping[str, CameraHeartbeat]]
    clock: Clock
    trust_days: int = field(default=7)

    def page(self, guest: Guest) -> OfflineView:
        """Line, alerts and cameras.

        Raises:
            sqlite3.Error: The outbox cannot be read.
        """
        box, line = self.box(), self.book.line()
        heard_at = None if line.heard_s is None else _utc(line.heard_s)
        return OfflineView(
            as_of=_utc(self.clock.utc_s()),
            school=school_of(box),
            time_zone=box.zone.key,
            is_cut=line.is_cut,
            heard_at=heard_at,
            ends_at=None if heard_at is None else heard_at + timedelta(days=self.trust_days),
            waiting=self.outbox.backlog().pending,
            alerts=self._alerts(guest, box),
            cameras=self._cameras(guest, box),
        )

    def picture(self, guest: Guest, sha256: str) -> Path | None:
        """A blurred picture of an alert that waits and that they may know of; None of all else.

        Raises:
            sqlite3.Error: The outbox cannot be read.
        """
        if not guest.may(OfflineRight.SEE_PICTURES):
            return None
        named = {
            each.sha256
            for episode in self._waiting(guest)
            for each in episode.evidence
            if each.kind is EvidenceKind.SNAPSHOT
        }
        path = self.evidence.path(sha256) if sha256 in named else None
        return path if path is not None and path.is_file() else None

    def camera(self, guest: Guest, key: int) -> BoxCamera | None:
        """A camera whose footage they may look at."""
        found = self.box().camera(key)
        may = guest.may(OfflineRight.PLAY_RECORDINGS)
        return found if found is not None and may and guest.knows(found.id) else None

    def day(
        self, guest: Guest, camera: BoxCamera, day: date | None, at: datetime | None
    ) -> DayView:
        """A camera's day: the one that holds the moment ``at``, today without either.

        Raises:
            sqlite3.Error: The outbox cannot be read.
            ValueError: The day is out of range.
        """
        box = self.box()
        now_s = self.clock.utc_s()
        try:
            found = day or local_day(now_s if at is None else at.timestamp(), box.zone)
            begin = _utc(midnight_s(found, box.zone))
            end = _utc(midnight_s(found + timedelta(days=1), box.zone))
        except OverflowError as error:
            raise ValueError("out of range") from error
        told = None
        if camera.shelf is not None and begin.timestamp() < now_s:
            order = FootageOrder(query_id=uuid4(), camera_id=camera.id, from_at=begin, to_at=end)
            told = answer(order, camera.shelf)
        state = self.states().get(camera.id)
        return DayView(
            camera_key=camera.key,
            school=school_of(box),
            camera_id=camera.id,
            name=camera.name,
            location=camera.location,
            state="unknown" if state is None else state.state.value,
            day=found,
            time_zone=box.zone.key,
            from_at=begin,
            to_at=end,
            as_of=_utc(now_s),
            footage_as_of=None if told is None else told.as_of,
            spans=[] if told is None else list(told.spans),
            gaps=[] if told is None else list(told.gaps),
            alerts=[
                DayAlertView.model_validate(each, from_attributes=True)
                for each in reversed(self._episodes(guest))
                if each.camera_id == camera.id and begin <= each.raised_at < end
            ],
        )

    def _alerts(self, guest: Guest, box: Box) -> list[AlertView]:
        waiting = {each.id for each in self._waiting(guest)}
        return [
            _alert(each, box, is_sent=each.id not in waiting, url=self._url(guest, each, waiting))
            for each in self._episodes(guest)
        ]

    def _url(self, guest: Guest, episode: AlertEpisode, waiting: set[UUID]) -> str | None:
        if not guest.may(OfflineRight.SEE_PICTURES) or episode.id not in waiting:
            return None
        kept = (
            each.sha256
            for each in episode.evidence
            if each.kind is EvidenceKind.SNAPSHOT and self.evidence.path(each.sha256).is_file()
        )
        sha256 = next(kept, None)
        return None if sha256 is None else f"/api/v1/offline/pictures/{sha256}"

    def _episodes(self, guest: Guest) -> list[AlertEpisode]:
        """What waits before what was sent of the same alert; the newest first."""
        if not guest.may(OfflineRight.VIEW_ALERTS):
            return []
        sent = [each for each in self.sent.episodes() if guest.knows(each.camera_id)]
        found = {each.id: each for each in (*sent, *self._waiting(guest))}
        newest = sorted(found.values(), key=lambda each: each.raised_at, reverse=True)
        return newest[:_MOST_ALERTS]

    def _waiting(self, guest: Guest) -> list[AlertEpisode]:
        if not guest.may(OfflineRight.VIEW_ALERTS):
            return []
        school_id = self.box().school_id
        messages = self.outbox.newest(MessageKind.ALERT, _MOST_ALERTS)
        read = (_episode(message) for message in messages)
        # A box that moved to another school may still hold alerts of the one before.
        return [
            each
            for each in read
            if each is not None and each.school_id == school_id and guest.knows(each.camera_id)
        ]

    def _cameras(self, guest: Guest, box: Box) -> list[CameraView]:
        if not guest.may(OfflineRight.VIEW_CAMERAS):
            return []
        states = self.states()
        plays = box.plays and guest.may(OfflineRight.PLAY_RECORDINGS)
        return [
            _camera(each, states.get(each.id), plays=plays)
            for each in box.cameras
            if guest.knows(each.id)
        ]


def school_of(box: Box) -> SchoolView:
    """The box's school, as rows name it."""
    return SchoolView(school_id=box.school_id, name=box.school_name)


def _alert(episode: AlertEpisode, box: Box, *, is_sent: bool, url: str | None) -> AlertView:
    camera = box.named(episode.camera_id) or BoxCamera(
        episode.camera_id, episode.camera_id, "", None
    )
    return AlertView(
        id=episode.id,
        rule=episode.rule,
        zone=episode.zone,
        risk=episode.risk,
        state=episode.state,
        camera_key=camera.key,
        camera_name=camera.name,
        location=camera.location,
        started_at=episode.started_at,
        raised_at=episode.raised_at,
        ended_at=episode.ended_at,
        is_sent=is_sent,
        snapshot_url=url,
    )


def _camera(camera: BoxCamera, state: CameraHeartbeat | None, *, plays: bool) -> CameraView:
    return CameraView(
        camera_key=camera.key,
        camera_id=camera.id,
        name=camera.name,
        location=camera.location,
        state="unknown" if state is None else state.state.value,
        reason="" if state is None else state.reason,
        since=None if state is None else state.since,
        has_footage=plays and camera.shelf is not None,
    )


def _episode(message: Message) -> AlertEpisode | None:
    """An alert as it waits; None of one that an older version put there and that cannot be read."""
    try:
        return AlertEpisode.model_validate_json(message.body)
    except ValidationError:
        return None


def _utc(moment_s: float) -> datetime:
    return datetime.fromtimestamp(moment_s, UTC)
