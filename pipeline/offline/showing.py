"""Plays footage to people at the box, and writes down what of it they were shown, and why.

The beginning is written down before the first picture leaves, with the moment asked for; the end,
whatever ends it, with the first and the last recorded moment that was sent.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

import anyio
import anyio.to_thread
import structlog

from api.contract import PlayOrder, VideoCodec
from api.contract.offline import OfflineAction
from pipeline.live.config import LiveConfig
from pipeline.live.footage import FootagePlayer
from pipeline.live.path import PathMaker
from pipeline.offline.doorkeeper import Doorkeeper, Guest
from pipeline.offline.playing import LocalPlay
from pipeline.offline.register import UnloggedError, ViewRegister
from pipeline.offline.shown import BoxCamera, PlayWish

MOST_PLAYS = 4
"""At once: more of them at a school's box are nobody's who looks."""
_ALIVE_EVERY_S = 1.0
_END_S = 5.0
_log = structlog.get_logger(__name__)


class TooManyPlaysError(Exception):
    """As many look as may."""


class Showing:
    """Plays footage. Thread-safe.

    Args:
        door: Asked again and again whether somebody still may look.
        register: Where it is written down.
        config: How many may be transcoded.
    """

    def __init__(self, door: Doorkeeper, register: ViewRegister, config: LiveConfig) -> None:
        self._door = door
        self._register = register
        self._paths = PathMaker(config)
        self._lock = threading.Lock()
        self._plays: list[LocalPlay] = []

    def begin(
        self, guest: Guest, token: str, camera: BoxCamera, wish: PlayWish
    ) -> AsyncIterator[bytes]:
        """The answer's bytes, until the person looks away or may look no more.

        Raises:
            TooManyPlaysError: As many look as may.
            UnloggedError: It cannot be written down.
        """
        assert camera.shelf is not None, "asked for footage that is here"
        play = LocalPlay(camera.key)
        with self._lock:
            # An answer that nobody began to read is never ended by anybody.
            self._plays = [each for each in self._plays if not each.has_gone()]
            if len(self._plays) >= MOST_PLAYS:
                raise TooManyPlaysError
            self._note(OfflineAction.PLAYBACK_STARTED, guest, camera, wish, (wish.from_at, None))
            self._plays.append(play)
        order = PlayOrder(
            view_id=uuid4(),
            camera_id=camera.id,
            accepts=tuple(sorted({VideoCodec.H264, *wish.codecs})),
            from_at=wish.from_at.astimezone(UTC),
            keyframes_only=wish.keyframes_only,
        )
        player = FootagePlayer(play, order, camera.shelf, self._paths, play.stop)
        return self._frames(guest, token, camera, wish, play, player)

    async def _frames(
        self,
        guest: Guest,
        token: str,
        camera: BoxCamera,
        wish: PlayWish,
        play: LocalPlay,
        player: FootagePlayer,
    ) -> AsyncIterator[bytes]:
        thread = threading.Thread(target=player.run, name=f"offline-{camera.id}", daemon=True)
        try:
            thread.start()
            while not play.stop.is_set() and thread.is_alive():
                data = await anyio.to_thread.run_sync(partial(play.next, _ALIVE_EVERY_S))
                if self._door.guest(token) is None:
                    return
                if data:
                    yield data
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(
                    partial(self._end, guest, camera, wish, play, thread)
                )

    def _end(
        self,
        guest: Guest,
        camera: BoxCamera,
        wish: PlayWish,
        play: LocalPlay,
        thread: threading.Thread,
    ) -> None:
        play.end()
        if thread.ident is not None:
            thread.join(_END_S)
        with self._lock:
            self._plays = [each for each in self._plays if each is not play]
        seen = (play.seen_from or wish.from_at, play.seen_to or wish.from_at)
        try:
            self._note(OfflineAction.PLAYBACK_ENDED, guest, camera, wish, seen)
        except UnloggedError as error:
            _log.error("the end of a playback is not written down", why=error.line())

    def _note(
        self,
        action: OfflineAction,
        guest: Guest,
        camera: BoxCamera,
        wish: PlayWish,
        footage: tuple[datetime, datetime | None],
    ) -> None:
        self._register.note(
            action,
            guest.account.username,
            guest.client,
            camera_id=camera.id,
            from_at=footage[0],
            to_at=footage[1],
            reason=wish.reason,
        )
