"""A recorder's footage on its way to somebody who looks at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from api.contract.footage.spans import Span
from pipeline.core.clock import ManualClock
from pipeline.devices.credentials import Credentials
from pipeline.devices.device import Coverage, Device, Recorded
from pipeline.devices.registry import open_device, parse_address
from pipeline.healing.lending import Fetching, RecorderShelf
from pipeline.healing.sources import HeldCamera
from pipeline.recorders.segments import Origin
from pipeline.recorders.shelf import Shelf
from tests.devices.script import NOW_S, Script
from tests.healing.tape import FPS, Tape, numbers_in, recorder_with

NVR = Origin("nvr", "1")
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Kept:
    """A camera whose footage a recorder keeps: a film that ends now.

    Attributes:
        tmp_path: For the box.
        camera: Its id.
        seconds: Of the film.
        script: The recorder.
        tape: Its footage.
        password: What the box believes the recorder's to be.
        channel_name: What the box believes the channel to be called.
        kind: The recorder's: ``isapi`` or ``onvif``.
        listed: What it said in the last audit; what it holds if not given.
    """

    tmp_path: Path
    camera: str = "gate"
    seconds: int = 60
    script: Script = field(default_factory=Script)
    tape: Tape = field(init=False)
    password: str = Script().password
    channel_name: str = "大门"
    kind: str = "isapi"
    listed: list[tuple[float, float]] | None = None

    def __post_init__(self) -> None:
        self.tape = Tape(NOW_S - self.seconds + 0.3, self.seconds)
        self.script.recordings = {"1": [(self.tape.begins_s, NOW_S)]}

    @property
    def clock(self) -> ManualClock:
        assert isinstance(self.script.clock, ManualClock)
        return self.script.clock

    @property
    def folder(self) -> Path:
        return self.tmp_path / "fetched"

    def audited(self, camera: str) -> Coverage | None:
        rows = self.script.recordings["1"] if self.listed is None else self.listed
        window = Span(NOW_S - 86_400.0, NOW_S)
        return Coverage(window, tuple(Recorded(Span(*row)) for row in rows), ())

    def device(self, address: str) -> Device:
        credentials = Credentials(self.script.user, self.password)
        return open_device(parse_address(address), credentials, zone=ZONE, clock=self.clock)

    @contextmanager
    def opened(self) -> Iterator[Device]:
        """The recorder itself."""
        with recorder_with(self.script, self.tape, self.kind) as address:
            device = self.device(address)
            try:
                yield device
            finally:
                device.close()

    def fetching(self, address: str) -> Fetching:
        found = Fetching(lambda name: self.device(address), self.folder, self.clock)
        found.start()
        found.follow({self.camera: HeldCamera(self.camera, NVR, self.channel_name, 900.0)})
        return found

    @contextmanager
    def shelf(self, address: str | None = None) -> Iterator[RecorderShelf]:
        """Where the camera's footage can be looked at.

        Args:
            address: Of the recorder; one that is made up if not given.
        """
        with recorder_with(self.script, self.tape, self.kind) as served:
            fetching = self.fetching(address or served)
            try:
                yield RecorderShelf(fetching, self.audited, self.clock)
            finally:
                fetching.stop()

    @property
    def files(self) -> list[Path]:
        """What lies in the folder now."""
        return list(self.folder.rglob("*.mp4*"))


def looked_at(shelf: Shelf, camera: str, from_s: float, most: int = 1000) -> list[int]:
    """Numbers of the pictures that somebody sees who looks from a moment on."""
    seen: list[int] = []
    for _ in range(most):
        pieces = shelf.pieces(camera, from_s)
        if not pieces:
            break
        for piece in pieces:
            seen += numbers_in(piece.path)
            from_s = piece.span.end_s
    return seen


def numbers_from(tape: Tape, from_s: float) -> range:
    """Numbers of a tape's pictures from a moment on."""
    return range(round((from_s - tape.begins_s) * FPS), tape.seconds * FPS)


def nobody_stops() -> threading.Event:
    return threading.Event()
