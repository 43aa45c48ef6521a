"""Carries out what the command centre asks about exams: holds hours, makes packages, sends them.

Hours that are held outlive every rule of deletion until the command centre names them no more; a
box that hears nothing keeps them.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import structlog

from api.contract.exam_orders import (
    ExamOrders,
    HeldHours,
    PackageOrder,
    PackageSending,
    PackageTrouble,
)
from api.contract.exam_package.errors import PackageError
from api.contract.exam_package.manifest import (
    MANIFEST_NAME,
    MAX_MANIFEST_BYTES,
    MAX_SEGMENTS,
    segment_name,
)
from api.contract.exam_package.writing import Source, collect_package
from api.contract.footage.spans import Span
from pipeline.core.clock import Clock
from pipeline.core.errors import DeliveryError
from pipeline.core.guard import guarded
from pipeline.delivery.client import CentreClient, RefusedError
from pipeline.recorders.exam_footage import footage_of
from pipeline.recorders.footage_status import utc_moment
from pipeline.recorders.recorder import Recorder

PACKAGES_NAME = "exam-packages"
_ASK_EVERY_S = 20.0
_LAST_SEGMENT_S = 900.0
"""So long after a session its last segment is waited for, where a camera is still recorded."""
_SPARE_BYTES = 1 << 30
_HELD = "exam"
"""Begins the reason of holds of exams in the recorder's index; others are left alone."""
_BLOCK = 1 << 20
_log = structlog.get_logger(__name__)


class ExamDesk:
    """Asks, and does what it is told.

    Args:
        recorder: Whose footage it is.
        data_dir: The worker's folder; packages lie in it.
        client: The command centre.
        clock: Time.
    """

    def __init__(
        self, recorder: Recorder, data_dir: Path, client: CentreClient, clock: Clock
    ) -> None:
        self._recorder = recorder
        self._root = data_dir / PACKAGES_NAME
        self._client = client
        self._clock = clock
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="exams", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self, deadline_s: float) -> None:
        """Ask no more; what is being copied or sent is taken up again by the next process."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(deadline_s)
        self._client.close()

    def ask(self) -> bool:
        """Ask once and do what is said; answers whether the command centre said anything."""
        try:
            orders = self._client.exam_orders()
        except DeliveryError as error:
            _log.debug("not heard about exams", why=error.line())
            return False
        guarded("held hours of exams", lambda: self._hold(orders.held))
        guarded("old packages of exams", lambda: self._remove(orders))
        for order in orders.make:
            if self._over.is_set():
                break
            self._guarded(order.package_id, partial(self._make, order))
        for sending in orders.send:
            if self._over.is_set():
                break
            self._guarded(sending.package_id, partial(self._send, sending))
        return True

    def _run(self) -> None:
        while not self._over.is_set():
            guarded("orders about exams", self.ask)
            self._over.wait(_ASK_EVERY_S)

    def _guarded(self, package_id: UUID, step: Callable[[], None]) -> None:
        def delivered() -> None:
            try:
                step()
            except DeliveryError as error:
                _log.warning("package of an exam waits", package=str(package_id), why=error.line())

        guarded("package of an exam", delivered)

    # --- holds ------------------------------------------------------------------------------

    def _hold(self, held: tuple[HeldHours, ...]) -> None:
        wanted = {
            (each.camera_id, round(each.from_at.timestamp()), round(each.to_at.timestamp()))
            for each in held
        }
        for hold in self._recorder.index.holds():
            if hold.reason != _HELD:
                continue
            key = (hold.camera, round(hold.span.start_s), round(hold.span.end_s))
            if key in wanted:
                wanted.remove(key)
            else:
                self._recorder.release(hold.id)
                _log.info("footage of an exam is held no more", camera=hold.camera)
        for camera, start_s, end_s in sorted(wanted):
            self._recorder.hold(camera, Span(start_s, end_s), _HELD)
            _log.info("footage of an exam is held", camera=camera)

    # --- packages ---------------------------------------------------------------------------

    def _folder(self, package_id: UUID) -> Path:
        return self._root / package_id.hex

    def _remove(self, orders: ExamOrders) -> None:
        if not self._root.is_dir():
            return
        kept = {each.hex for each in orders.keep} | {each.package_id.hex for each in orders.make}
        for folder in self._root.iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _make(self, order: PackageOrder) -> None:
        folder = self._folder(order.package_id)
        if not folder.is_dir():
            if not self._is_over(order):
                return
            self._client.report_exam_package(order.package_id)
            trouble, detail = self._collect(order, folder)
            if trouble is not None:
                self._client.report_exam_package(order.package_id, trouble, detail)
                return
        written = (folder / MANIFEST_NAME).read_bytes()
        if len(written) > MAX_MANIFEST_BYTES:
            self._client.report_exam_package(order.package_id, PackageTrouble.TOO_LARGE)
            return
        self._client.bring_exam_manifest(order.package_id, written)
        _log.info("package of an exam is made", package=str(order.package_id))

    def _is_over(self, order: PackageOrder) -> bool:
        """Whether the last segment of the session is written, or will not come any more."""
        end_s = order.facts.ends_at.timestamp()
        if self._clock.utc_s() > end_s + _LAST_SEGMENT_S:
            return self._recorder.index.is_complete()
        newest = [self._recorder.index.newest_s(each.camera_id) for each in order.facts.cameras]
        is_written = all(each is None or each >= end_s for each in newest)
        return is_written and self._recorder.index.is_complete()

    def _collect(self, order: PackageOrder, folder: Path) -> tuple[PackageTrouble | None, str]:
        known = self._recorder.index.cameras()
        strange = [each.camera_id for each in order.facts.cameras if each.camera_id not in known]
        if strange:
            return PackageTrouble.NOT_RECORDED_HERE, ", ".join(strange)
        now_s = self._clock.utc_s()
        root = self._recorder.settings.root
        sources, missing = footage_of(self._recorder.index, root, order.facts, now_s)
        if len(sources) > MAX_SEGMENTS:
            return PackageTrouble.TOO_LARGE, str(len(sources))
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            # What an interrupted attempt left.
            shutil.rmtree(folder.with_name(folder.name + ".part"), ignore_errors=True)
            needed = _bytes_of(sources) + _SPARE_BYTES
            if shutil.disk_usage(self._root).free < needed:
                return PackageTrouble.NO_ROOM, f"{needed} bytes"
            collect_package(folder, order.facts, sources, missing, utc_moment(now_s))
        except PackageError as error:
            return PackageTrouble.UNREADABLE, error.what
        except OSError as error:
            return PackageTrouble.UNREADABLE, error.strerror or ""
        return None, ""

    def _send(self, sending: PackageSending) -> None:
        folder = self._folder(sending.package_id)
        for number in sending.numbers:
            if self._over.is_set():
                return
            path = folder / segment_name(number)
            if not path.is_file():
                _log.error("segment of a package is gone", package=str(sending.package_id))
                return
            try:
                self._client.bring_exam_segment(sending.package_id, number, _parts(path))
            except RefusedError as error:
                _log.error("segment of a package not taken", why=error.line())
                return


def _bytes_of(sources: list[Source]) -> int:
    return sum(each.path.stat().st_size for each in sources)


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
