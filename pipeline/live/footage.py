"""Recorded pictures on order: sent as fast as they are watched, and no faster.

The footage stays on the box. A person's browser takes parts from the command centre, the command
centre says when enough of them wait, and until then nothing more is read from the disk: whoever
pauses, or closes the page, stops the reading too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from uuid import UUID

import structlog

from api.contract import (
    FootageAnswer,
    FootageGap,
    FootageOrder,
    FootageSpan,
    HeldSpan,
    PlayOrder,
    ViewAnswer,
    ViewTrouble,
)
from api.contract.footage.spans import Span
from pipeline.core.errors import DeliveryError
from pipeline.live.fragments import LivePart
from pipeline.live.path import PathMaker, ViewPath
from pipeline.recorders.errors import AwayReason, FootageAwayError, FootageIndexError
from pipeline.recorders.playback import Playback, Played
from pipeline.recorders.shelf import Shelf, Timeline, lent

_log = structlog.get_logger(__name__)
_PART_S = 1.0
_NEWS_S = 2.0
"""At the end of the footage it is looked so often whether there is more."""
_READY_S = 8.0
"""How long one question whether there is room again may wait."""
_RETRIES = 20
_RETRY_S = 0.5
_MOST = 4096
_SHORTEST_S = 0.002
_TROUBLE_OF = {
    AwayReason.BUSY: ViewTrouble.RECORDER_BUSY,
    AwayReason.REFUSED: ViewTrouble.RECORDER_REFUSED,
    AwayReason.SILENT: ViewTrouble.RECORDER_SILENT,
    AwayReason.GONE: ViewTrouble.RECORDER_GONE,
    AwayReason.CANNOT: ViewTrouble.RECORDER_CANNOT,
    AwayReason.DISK_FULL: ViewTrouble.DISK_FULL,
    AwayReason.UNREADABLE: ViewTrouble.UNREADABLE,
}
T = TypeVar("T")


class _NobodyLooksError(Exception):
    """The answer to a part said so, or the worker stops."""


class PlaySink(Protocol):
    """Who takes what is played; the command centre, or somebody at the box itself."""

    def played(
        self,
        view_id: UUID,
        part: LivePart,
        *,
        is_transcoded: bool,
        from_at: datetime,
        to_at: datetime,
    ) -> ViewAnswer:
        """Take a part; see :meth:`ViewingClient.played`."""

    def ready(self, view_id: UUID, wait_s: float) -> ViewAnswer:
        """Whether there is room for more; waits until there is, at most so long."""

    def trouble(self, view_id: UUID, trouble: ViewTrouble, reason: str = "") -> bool:
        """Hear why there are no pictures; answers whether anybody still looks."""


class FootagePlayer:
    """Serves one order to play.

    Args:
        client: Who takes it.
        order: What is looked at, and from when on.
        shelf: Where that camera's footage is.
        paths: How it is sent.
        stop: Set when nobody looks any more.
    """

    def __init__(
        self,
        client: PlaySink,
        order: PlayOrder,
        shelf: Shelf,
        paths: PathMaker,
        stop: threading.Event,
    ) -> None:
        self._client = client
        self._order = order
        self._shelf = shelf
        self._paths = paths
        self._stop = stop
        self._path: ViewPath | None = None
        self._begins_s: float | None = None
        self._sent_s = 0.0

    def run(self) -> None:
        """Send until nobody looks."""
        order = self._order
        try:
            with lent(self._shelf, order.camera_id, self._stop) as shelf:
                self._play_lent(shelf)
        except FootageIndexError as error:
            _log.warning("footage not read", camera=order.camera_id, why=error.line())
            while not self._stop.is_set():
                self._tell(ViewTrouble.UNREADABLE)
        except _NobodyLooksError:
            return
        finally:
            if self._path is not None:
                self._path.close()

    def _play_lent(self, shelf: Shelf) -> None:
        """Play, and say why footage elsewhere cannot be had while it cannot."""
        last: AwayReason | None = None
        while not self._stop.is_set():
            try:
                self._play(shelf)
            except FootageAwayError as error:
                if error.reason is not last:
                    last = error.reason
                    _log.warning(
                        "footage not fetched", camera=self._order.camera_id, why=error.line()
                    )
                self._finish_run()
                # Who lends decides when it is asked for again; until then it says the same.
                self._tell(_TROUBLE_OF[error.reason])

    def _play(self, shelf: Shelf) -> None:
        """Send from where the last picture was, until nobody looks."""
        order = self._order
        from_s = max(order.from_at.timestamp(), self._sent_s)
        playback = Playback(shelf, order.camera_id, from_s, keyframes_only=order.keyframes_only)
        for played in playback.pictures():
            if self._stop.is_set():
                return
            if played is None:
                self._finish_run()
                self._tell(ViewTrouble.NO_FOOTAGE)
            else:
                self._take(played)

    def _take(self, played: Played) -> None:
        path = self._path
        if path is None or path.info is not played.info:
            if not played.packet.is_keyframe:
                return
            self._finish_run()
            path = self._paths.make(self._order, played.info, played.packet, _PART_S)
            self._path, self._begins_s = path, played.packet.utc_s
        if path.trouble is not None:
            trouble = path.trouble
            path.close()
            self._path = None
            self._tell(trouble)
            return
        self._send(path, path.add(played.packet), played.packet.utc_s)

    def _finish_run(self) -> None:
        """What the muxer still holds of a run that ended."""
        path, self._path = self._path, None
        if path is None:
            return
        try:
            self._send(path, path.finish(), self._sent_s)
        finally:
            path.close()

    def _send(self, path: ViewPath, parts: list[LivePart], until_s: float) -> None:
        self._sent_s = max(self._sent_s, until_s)
        for part in parts:
            begins_s = self._begins_s if self._begins_s is not None else until_s
            answer = self._deliver(path, part, begins_s, until_s)
            while answer.is_wanted and not answer.is_ready:
                if self._stop.is_set():
                    raise _NobodyLooksError
                answer = self._again(lambda: self._client.ready(self._order.view_id, _READY_S))
            if not answer.is_wanted:
                raise _NobodyLooksError

    def _deliver(
        self, path: ViewPath, part: LivePart, begins_s: float, until_s: float
    ) -> ViewAnswer:
        """A part that came twice does no harm: a player writes it over itself."""
        return self._again(
            lambda: self._client.played(
                self._order.view_id,
                part,
                is_transcoded=path.is_transcoded,
                from_at=_utc(begins_s),
                to_at=_utc(max(begins_s, until_s)),
            )
        )

    def _tell(self, trouble: ViewTrouble) -> None:
        """Say why nothing comes, then look again after a while."""
        wanted = self._again(lambda: self._client.trouble(self._order.view_id, trouble))
        if not wanted or self._stop.wait(_NEWS_S):
            raise _NobodyLooksError

    def _again(self, ask: Callable[[], T]) -> T:
        """Over a bad line nothing is left out; without any line the view is given up."""
        for _ in range(_RETRIES):
            try:
                return ask()
            except DeliveryError as error:
                _log.warning("playback interrupted", camera=self._order.camera_id, why=error.line())
            if self._stop.wait(_RETRY_S):
                break
        raise _NobodyLooksError


def answer(order: FootageOrder, shelf: Shelf) -> FootageAnswer:
    """Where there is footage in the interval asked for."""
    window = Span(order.from_at.timestamp(), order.to_at.timestamp())
    return _wire(shelf.timeline(order.camera_id, window))


def _wire(timeline: Timeline) -> FootageAnswer:
    """The newest of what is too much for one answer."""
    return FootageAnswer(
        as_of=_utc(timeline.as_of_s),
        is_known=timeline.is_known,
        is_asking=timeline.is_asking,
        trouble=None if timeline.away is None else _TROUBLE_OF[timeline.away],
        spans=tuple(
            FootageSpan(from_at=_utc(s.start_s), to_at=_utc(s.end_s))
            for s in timeline.spans[-_MOST:]
            if s.seconds >= _SHORTEST_S
        ),
        gaps=tuple(
            FootageGap(
                from_at=_utc(g.span.start_s),
                to_at=_utc(g.span.end_s),
                cause=g.cause,
                detail=g.detail[:256],
            )
            for g in timeline.gaps[-_MOST:]
            if g.span.seconds >= _SHORTEST_S
        ),
        held=tuple(
            HeldSpan(
                from_at=_utc(h.span.start_s),
                to_at=_utc(h.span.end_s),
                device=h.origin.device,
                channel=h.origin.channel,
            )
            for h in timeline.held[-_MOST:]
            if h.span.seconds >= _SHORTEST_S
        ),
    )


def _utc(moment_s: float) -> datetime:
    return datetime.fromtimestamp(round(moment_s, 3), UTC)
