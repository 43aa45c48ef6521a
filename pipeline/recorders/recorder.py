"""The recorder of one box: every camera's packets to disk, and the truth about what is there.

Cameras' readers hand packets over and never wait for the disk: a bounded queue stands between,
and one thread writes for all. When the disk is slower than the cameras for longer than the queue
lasts, a camera's waiting packets are given up, and the hole has a cause (``disk_slow``).

Use::

    recorder = Recorder(settings, policies, clock)
    recorder.start()
    feed = recorder.camera("gate")
    feed.add(packet, info)                  # each packet, in decoding order
    feed.session_ended("timeout", "…")      # each time a connection ends or cannot be had
    recorder.status("gate")                 # hourly, and when ``recorder.changed()`` says so
    recorder.stop()
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from api.contract.footage.spans import Span, clip, merge, total_s
from api.contract.footage.verdict import DEFAULT_SEAM_S
from api.contract.retention import GapCause, RetentionStatus
from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.recorders.age_clock import AgeClock
from pipeline.recorders.camera_feed import CameraFeed
from pipeline.recorders.camera_recorder import CameraRecorder
from pipeline.recorders.disk import Disk, LocalDisk
from pipeline.recorders.errors import FootageIndexError, StorageError
from pipeline.recorders.footage_status import FootageFacts, judged_window, retention_status
from pipeline.recorders.forecast import Forecast
from pipeline.recorders.housekeeping import Housekeeper, Room
from pipeline.recorders.open_index import open_index
from pipeline.recorders.rebuild import Rebuild
from pipeline.recorders.recovered import written_at
from pipeline.recorders.recovery import Recovered, recover
from pipeline.recorders.retention import NO_PROMISE, RetentionPolicy
from pipeline.recorders.root_lock import RootLock
from pipeline.recorders.segments import LifePoint, Segment, ignore, move_in
from pipeline.recorders.shelf import Piece, Timeline, timeline_of

INDEX_NAME = "index.sqlite"
_GATHER_S = 0.2
"""Packets wait so long to be written together: waking for each of 25 a second and camera costs more
than writing them."""
_LIVE_LAG_S = 30.0
_FORECAST_EVERY_S = 3600.0
_PIECES = 64
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RecorderSettings:
    """How a box records.

    Attributes:
        root: Folder of the recordings, on the disk meant for them.
        zone: The school's.
        reserve_bytes: Left free on that disk.
        max_bytes: Of all footage; None when only the disk is the limit.
        emergency_bytes: Room made when the disk says it is full although by its own account
            there is room, as with a quota.
        segment_s: Length of a segment.
        queue_bytes: Packets one camera may have waiting for the disk.
        retry_s: How long a refusing disk is left alone.
        housekeeping_s: How often room is made.
        index_path: The index; in the root when None.
    """

    root: Path
    zone: ZoneInfo
    reserve_bytes: int = 2 * 1024**3
    max_bytes: int | None = None
    emergency_bytes: int = 256 * 1024**2
    segment_s: float = 60.0
    queue_bytes: int = 16 * 1024**2
    retry_s: float = 10.0
    housekeeping_s: float = 60.0
    index_path: Path | None = None


@dataclass(frozen=True, slots=True)
class _Arrived:
    packet: EncodedPacket
    info: StreamInfo


@dataclass(frozen=True, slots=True)
class _Ended:
    cause: GapCause
    detail: str
    at_s: float


class Recorder:
    """Records cameras and answers for their footage.

    Args:
        settings: How.
        policies: What each camera was promised; those without one were promised nothing.
        clock: Time.
        disk: Where to write.
        reached: Called at each point of a segment's life; for tests.

    A disk that cannot be written when it is made is a state like any other: nothing is raised,
    the status is ``unknown`` with an alarm, and it is tried again.
    """

    def __init__(
        self,
        settings: RecorderSettings,
        policies: Mapping[str, RetentionPolicy],
        clock: Clock,
        *,
        disk: Disk | None = None,
        reached: Callable[[LifePoint], None] = ignore,
    ) -> None:
        self.settings = settings
        self._policies = dict(policies)
        self._clock = clock
        self._disk = disk or LocalDisk()
        self._reached = reached
        self.index = open_index(settings.index_path or settings.root / INDEX_NAME, reached)
        self._keeper = Housekeeper(
            settings.root,
            self.index,
            self._disk,
            Room(settings.reserve_bytes, settings.max_bytes),
            settings.zone,
            reached,
        )
        self._age = AgeClock(self.index, clock)
        self._cameras: dict[str, CameraRecorder] = {}
        self._queue: deque[tuple[str, _Arrived | _Ended]] = deque()
        self._waiting_bytes: dict[str, int] = {}
        self._wants_keyframe: set[str] = set()
        self._condition = threading.Condition()
        self._write_lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._is_stopping = False
        self._next_sweep_s = float("-inf")
        self._next_forecast_s = float("-inf")
        self._forecasts: dict[str, Forecast] = {}
        self._missing_bytes = 0
        self._is_recovered = False
        self._rebuild = Rebuild(settings.root, self.index)
        self._has_orphans = False
        self._lock = RootLock(settings.root)
        self._trouble: StorageError | FootageIndexError | None = None
        self._changed: set[str] = set()

    # --- life -----------------------------------------------------------------------------

    def recover(self) -> Recovered | None:
        """Make good what the last process left; None when the disk does not let us yet."""
        now_s = self._clock.utc_s()
        with self._write_lock:
            try:
                self.index.settle()
                alive_s = self.index.last_alive_s()
                done = self._recover_files()
                self._keeper.finish_begun()
                for camera in self.index.cameras().keys() - self._cameras.keys():
                    newest_s = self.index.newest_s(camera)
                    cause = self.index.open_absence(camera)
                    if cause is None and newest_s is not None:
                        self.index.begin_absence(camera, newest_s, GapCause.WORKER_STOPPED)
                    elif cause is not None:
                        since_s = max(newest_s or 0.0, min(alive_s or now_s, now_s))
                        self.index.begin_absence(camera, since_s, GapCause.WORKER_STOPPED)
                self.index.alive(now_s)
            except (StorageError, FootageIndexError) as error:
                if self._trouble is None:
                    _log.error("recordings not recovered", error=error.line())
                self._trouble = error
                return None
            self._is_recovered = True
        if done.parts or done.adopted or done.lost or done.refused:
            _log.info(
                "recordings recovered",
                parts=len(done.parts),
                adopted=len(done.adopted),
                lost=len(done.lost),
                refused=len(done.refused),
            )
        return done

    def start(self) -> None:
        """Recover, then write in a thread of its own until ``stop``.

        Raises:
            ConfigError: Another recorder writes in this folder.
        """
        try:
            self._lock.acquire()
            self.recover()
        except StorageError as error:
            self._trouble = error
            _log.error("recordings not recovered", error=error.line())
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def stop(self, deadline_s: float = 30.0) -> None:
        """Write what waits, finish every segment, and say that the worker stopped.

        Args:
            deadline_s: How long to wait for the disk.
        """
        with self._condition:
            self._is_stopping = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(deadline_s)
            if self._thread.is_alive():
                _log.error("the disk did not take the last segments in time")
                return
        self.pump()
        now_s = self._clock.utc_s()
        for camera in list(self._cameras):
            self._take(camera, _Ended(GapCause.WORKER_STOPPED, "", now_s))
        with self._write_lock:
            self.index.close()
        self._lock.release()

    def set_policies(self, policies: Mapping[str, RetentionPolicy]) -> None:
        """Other promises, from the next sweep on."""
        with self._write_lock:
            self._policies = dict(policies)
            self._next_forecast_s = float("-inf")

    # --- packets in -------------------------------------------------------------------------

    def camera(self, camera: str) -> CameraFeed:
        """Where to put a camera's packets."""
        return CameraFeed(camera, self)

    def put(self, camera: str, packet: EncodedPacket, info: StreamInfo) -> None:
        """Queue a packet; see ``CameraFeed.add``."""
        with self._condition:
            waiting = self._waiting_bytes.get(camera, 0)
            if waiting + packet.size > self.settings.queue_bytes:
                self._give_up(camera, packet)
                return
            if camera in self._wants_keyframe:
                if not packet.is_keyframe:
                    return
                self._wants_keyframe.discard(camera)
            self._waiting_bytes[camera] = waiting + packet.size
            # Nobody is woken: a disk is as well served a few times a second, and much cheaper.
            self._queue.append((camera, _Arrived(packet, info)))

    def put_end(self, camera: str, cause: GapCause, detail: str) -> None:
        """Queue the end of a session; see ``CameraFeed.session_ended``."""
        with self._condition:
            self._queue.append((camera, _Ended(cause, detail, self._clock.utc_s())))
            self._condition.notify()

    def _give_up(self, camera: str, packet: EncodedPacket) -> None:
        """The disk is too slow: this camera's waiting packets go, and the next keyframe begins."""
        kept = deque(
            item for item in self._queue if item[0] != camera or isinstance(item[1], _Ended)
        )
        self._queue = kept
        self._waiting_bytes[camera] = 0
        self._wants_keyframe.add(camera)
        self._queue.append((camera, _Ended(GapCause.DISK_SLOW, "", packet.utc_s)))
        self._condition.notify()

    # --- the writing thread -------------------------------------------------------------------

    def pump(self) -> None:
        """Write all that waits and keep house if it is time; what the thread does in a loop."""
        while True:
            with self._condition:
                if not self._queue:
                    break
                camera, item = self._queue.popleft()
                if isinstance(item, _Arrived):
                    self._waiting_bytes[camera] -= item.packet.size
            self._take(camera, item)
        for work in (self._keep_house, self._go_on_rebuilding):
            try:
                work()
            except Exception:  # noqa: BLE001  # the boundary: recording goes on
                _log.exception("the recorder's housekeeping failed")

    def _take(self, camera: str, item: _Arrived | _Ended) -> None:
        with self._write_lock:
            try:
                self._write(self._recorder_of(camera), item)
            except Exception:  # noqa: BLE001  # the boundary: a bug costs one camera
                _log.exception("recording of a camera failed", camera=camera)
                self._let_go(camera)

    def _let_go(self, camera: str) -> None:
        """Forget a camera that met a fault of ours, and its open file until it is recovered."""
        gone = self._cameras.pop(camera, None)
        self._has_orphans = True
        with suppress(Exception):
            if gone is not None:
                gone.abandon()

    def _run(self) -> None:
        while True:
            with self._condition:
                if not self._is_stopping:
                    self._condition.wait(_GATHER_S)
                if self._is_stopping and not self._queue:
                    return
            self.pump()

    def _recorder_of(self, camera: str) -> CameraRecorder:
        found = self._cameras.get(camera)
        if found is None:
            found = self._cameras[camera] = CameraRecorder(
                camera,
                self.settings.root,
                self.index,
                self._disk,
                segment_s=self.settings.segment_s,
                retry_s=self.settings.retry_s,
                reached=self._reached,
            )
        return found

    def _write(self, camera: CameraRecorder, item: _Arrived | _Ended) -> None:
        before = camera.trouble
        if isinstance(item, _Ended):
            camera.ended(item.cause, item.detail, item.at_s)
            self._changed.add(camera.camera)
            return
        was_live = camera.live is not None
        camera.take(item.packet, item.info, self._clock.mono_ns() / 1e9)
        if (camera.trouble is None) is not (before is None) or not was_live:
            self._changed.add(camera.camera)
        if camera.trouble is not None and before is None:
            self._next_sweep_s = float("-inf")  # make room before the next try

    def _keep_house(self) -> None:
        mono_s = self._clock.mono_ns() / 1e9
        if mono_s < self._next_sweep_s:
            return
        self._next_sweep_s = mono_s + self.settings.housekeeping_s
        now_s = self._clock.utc_s()
        with self._write_lock:
            if not self._is_recovered and not self._try_again():
                return
            for camera in self._cameras.values():
                camera.settle(mono_s)
            try:
                full = any(
                    camera.trouble is not None and camera.trouble.cause is GapCause.DISK_FULL
                    for camera in self._cameras.values()
                )
                emergency = self.settings.emergency_bytes if full else 0
                waited, aged_s = self._age.waits, self._age.move()
                if self._age.waits and not waited:
                    _log.error("footage grows old slowly: is the clock right?", aged_s=aged_s)
                swept = self._keeper.sweep(self._policies, now_s, emergency, aged_s=aged_s)
                self._missing_bytes = swept.missing_bytes
                self._changed |= {d.holding.camera for d in swept.deletions if d.breaks}
                if mono_s >= self._next_forecast_s:
                    self._next_forecast_s = mono_s + _FORECAST_EVERY_S
                    self._look_ahead(now_s)
                self.index.alive(now_s)
                trouble = swept.trouble
                if self._has_orphans:  # last: what cannot be recovered costs nobody else's room
                    trouble = next(iter(self._recover_files().refused), trouble)
                if trouble is not None and self._trouble is None:
                    _log.error("a recording cannot be removed or finished", error=trouble.line())
                self._trouble = trouble
            except (StorageError, FootageIndexError) as error:
                if self._trouble is None:
                    _log.error("no room could be made", error=error.line())
                self._trouble = error

    def _recover_files(self) -> Recovered:
        """Everything but what is being written; what the disk refuses has another try."""
        busy = {c.open_part for c in self._cameras.values() if c.open_part is not None}
        done = recover(self.settings.root, self.index, self._disk, busy)
        self._has_orphans = bool(done.refused)
        return done

    def _try_again(self) -> bool:
        """What did not work at the start, because the disk did not let us."""
        try:
            self._lock.acquire()
        except (StorageError, ConfigError) as error:
            _log.warning("the recordings' folder cannot be had", error=error.line())
            return False
        return self.recover() is not None

    def _go_on_rebuilding(self) -> None:
        mono_s = self._clock.mono_ns() / 1e9
        if not self._is_recovered or self._has_orphans or not self._rebuild.is_due(mono_s):
            return  # not known is not missing
        with self._write_lock:
            if self._rebuild.step(mono_s):
                self._changed |= self.index.cameras().keys()

    def _look_ahead(self, now_s: float) -> None:
        told = self._keeper.look_ahead(self._policies, now_s)
        for camera, one in told.items():
            before = self._forecasts.get(camera)
            if before is None or before.breaks_on != one.breaks_on:
                self._changed.add(camera)
                if one.breaks_on is not None:
                    _log.warning("a promise will break", camera=camera, on=str(one.breaks_on))
        self._forecasts = told

    # --- footage from elsewhere ---------------------------------------------------------------

    def has_room(self, size_bytes: int) -> bool:
        """Whether so much can be added without anybody's promise being broken for it.

        Raises:
            StorageError: The disk does not say how full it is.
            FootageIndexError: The index cannot be read.
        """
        with self._write_lock:
            if any(camera.trouble is not None for camera in self._cameras.values()):
                return False
            return self._keeper.can_take(size_bytes, self._policies, self._clock.utc_s())

    def adopt(self, staged: Path, segment: Segment) -> Segment | None:
        """Make a whole file that was fetched from elsewhere a segment of the camera's.

        Args:
            staged: The file; on the recorder's disk.
            segment: What it is; its ``path`` does not count.

        Returns:
            None if there is footage of that time by now; the file is removed then.

        Raises:
            StorageError: The disk refuses.
            FootageIndexError: The index refuses; the file has its name and is found on start.
        """
        span = segment.span
        with self._write_lock:
            held_s = total_s(self.coverage(segment.camera, span))
            if held_s > min(DEFAULT_SEAM_S, span.seconds / 2):
                self._disk.remove(staged)
                return None
            path = move_in(staged, self.settings.root, segment, self._disk)
            self._reached(LifePoint.RENAMED)
            adopted = replace(segment, path=path)
            self.index.save(adopted)
            self._changed.add(segment.camera)
        return adopted

    # --- answers ------------------------------------------------------------------------------

    def coverage(self, camera: str, window: Span) -> list[Span]:
        """A camera's footage in a window, disjoint and in order, the open segment included.

        Raises:
            FootageIndexError: The index cannot be read: unknown, not missing.
        """
        with self._write_lock:
            spans = self.index.spans(camera, window)
            spans += self._unindexed(camera)
        return clip(merge(spans, DEFAULT_SEAM_S), window)

    def status(
        self, camera: str, policy: RetentionPolicy | None = None, now_s: float | None = None
    ) -> RetentionStatus:
        """What can be proven about a camera; ``unknown`` when the index does not answer.

        Args:
            camera: Camera id.
            policy: Instead of its own.
            now_s: Instead of the clock's UTC.
        """
        policy = policy or self._policies.get(camera, NO_PROMISE)
        now_s = self._clock.utc_s() if now_s is None else now_s
        zone = self.settings.zone
        with self._write_lock:
            as_of_s = self._as_of_s(camera, now_s)
            try:
                since_s = self._since_s(camera)
                window = judged_window(since_s, policy, as_of_s, zone)
                facts = FootageFacts(
                    camera=camera,
                    spans=[*self.index.spans(camera), *self._unindexed(camera)],
                    absences=self.index.absences(camera, window, as_of_s),
                    since_s=since_s,
                    broken=self.index.broken_promises(camera),
                    size_bytes=self.index.size_bytes(camera),
                    forecast=self._forecasts.get(camera),
                    alarms=self._alarms(camera),
                    is_unknown=self.index.is_waiting or not self.index.is_complete(),
                    recovered=written_at(self.settings.root, self.index.recovered(camera)),
                    held=[hold.span for hold in self.index.holds() if hold.camera == camera],
                )
            except FootageIndexError:
                known = self._unindexed(camera)
                facts = FootageFacts(
                    camera, known, (), None, (), 0, None, self._alarms(camera), is_unknown=True
                )
        return retention_status(facts, policy, as_of_s, zone)

    def pieces(self, camera: str, after_s: float) -> list[Piece]:
        """The next files whose footage ends after that moment, the open one included.

        Raises:
            FootageIndexError: The index cannot be read.
        """
        root = self.settings.root
        with self._write_lock:
            found = self.index.segments_after(camera, after_s, _PIECES)
            recorder = self._cameras.get(camera)
            pieces = [Piece(root / each.path, each.span) for each in found]
            if recorder is not None and len(found) < _PIECES:
                part, span = recorder.open_part, recorder.open_span
                if part is not None and span is not None and span.end_s > after_s:
                    pieces.append(Piece(root / part, span))
        return pieces

    def timeline(self, camera: str, window: Span) -> Timeline:
        """Footage and gaps of an interval, to the second; unknown when the index says nothing."""
        with self._write_lock:
            as_of_s = self._as_of_s(camera, self._clock.utc_s())
            try:
                since_s = self._since_s(camera)
                spans = [*self.index.spans(camera, window), *self._unindexed(camera)]
                absences = self.index.absences(camera, window, as_of_s)
                is_known = not self.index.is_waiting and self.index.is_complete()
            except FootageIndexError:
                return Timeline(as_of_s, tuple(clip(self._unindexed(camera), window)), (), False)
        return timeline_of(spans, absences, window, since_s, as_of_s, is_known=is_known)

    def changed(self) -> set[str]:
        """Cameras whose status changed since the last call, to be posted at once."""
        with self._write_lock:
            found, self._changed = self._changed, set()
            return found

    def hold(self, camera: str, window: Span, reason: str) -> int:
        """Keep footage as evidence, what is still to come included; the id is for ``release``."""
        return self.index.hold(camera, window, reason)

    def release(self, hold_id: int) -> None:
        """Let held footage go again."""
        self.index.release(hold_id)

    def _as_of_s(self, camera: str, now_s: float) -> float:
        """Until when footage can be there: what arrives right now is not missing."""
        live = self._live(camera)
        if live and 0 <= now_s - live[0].end_s < _LIVE_LAG_S:
            return live[0].end_s
        return now_s

    def _since_s(self, camera: str) -> float | None:
        """The camera's first picture ever."""
        since_s = self.index.cameras().get(camera)
        for span in self._unindexed(camera):
            since_s = min(since_s or span.start_s, span.start_s)
        return since_s

    def _live(self, camera: str) -> list[Span]:
        recorder = self._cameras.get(camera)
        return [recorder.live] if recorder is not None and recorder.live is not None else []

    def _unindexed(self, camera: str) -> list[Span]:
        recorder = self._cameras.get(camera)
        return recorder.unindexed() if recorder is not None else []

    def _alarms(self, camera: str) -> list[str]:
        codes: list[str] = []
        recorder = self._cameras.get(camera)
        if recorder is not None and recorder.trouble is not None:
            codes.append(recorder.trouble.cause.value)
        if isinstance(self._trouble, StorageError):
            codes.append(self._trouble.cause.value)
        if isinstance(self._trouble, FootageIndexError) or (
            recorder is not None and recorder.is_index_behind
        ):
            codes.append("index_failed")
        if self._missing_bytes:
            codes.append("no_room")
        policy = self._policies.get(camera)
        if self._age.waits and policy is not None and policy.max_days is not None:
            codes.append("expiry_waits")
        told = self._forecasts.get(camera)
        if told is not None and told.breaks_on is not None:
            codes.append("promise_will_break")
        return sorted(set(codes))
