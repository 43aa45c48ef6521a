"""The two lines between a supervisor and its processes: JSON, one message a line.

Down the child's standard input come its configuration, first and whenever it changes, and orders.
Up its standard output go heartbeats and "something waits in the outbox". The child ends when the
line down ends: nobody is left behind when a supervisor is killed.
"""

from __future__ import annotations

import os
import queue
import threading
from typing import BinaryIO

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from api.contract import CameraHeartbeat, HeartbeatOrders, PictureApproval
from pipeline.runtime.changes import Followed
from pipeline.runtime.config import BoxConfig

_log = structlog.get_logger(__name__)


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def line(self) -> bytes:
        """As it goes over the line."""
        return self.model_dump_json(exclude_unset=True).encode() + b"\n"


class Down(_Message):
    """From the supervisor: a configuration, orders, or both."""

    box: BoxConfig | None = None
    orders: HeartbeatOrders | None = None


class Up(_Message):
    """From a process: that it lives, with its cameras; ``wakes`` if something waits.

    ``refused`` says why it did not take a configuration.
    """

    cameras: tuple[CameraHeartbeat, ...] | None = None
    wakes: bool = False
    refused: str = ""


class ParentLink:
    """The child's end; an ``Outlet`` and the source of its configuration.

    Args:
        down: Where messages come from.
        up: Where they go.
        stop: Set when the supervisor is gone.
    """

    def __init__(self, down: BinaryIO, up: BinaryIO, stop: threading.Event) -> None:
        self._down = down
        self._up = up
        self._stop = stop
        self._boxes: queue.SimpleQueue[BoxConfig] = queue.SimpleQueue()
        self._orders: queue.SimpleQueue[HeartbeatOrders] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._cameras: tuple[CameraHeartbeat, ...] | None = None
        self._wakes = False
        self._refused = ""
        self._has_something = threading.Event()
        self._is_over = False
        threading.Thread(target=self._listen, name="parent-down", daemon=True).start()
        self._speaker = threading.Thread(target=self._speak, name="parent-up", daemon=True)

    def first_box(self) -> BoxConfig | None:
        """Wait for the configuration; None if the supervisor is gone before it came."""
        while not self._stop.is_set():
            try:
                return self._boxes.get(timeout=0.2)
            except queue.Empty:
                continue
        return None

    def look(self) -> BoxConfig | None:
        """The newest configuration that came since the last look."""
        newest = None
        while not self._boxes.empty():
            newest = self._boxes.get()
        return newest

    def took(self, followed: Followed) -> None:
        """Say if a configuration was not taken."""
        if followed.is_taken:
            return
        with self._lock:
            self._refused = followed.problem or "not taken"
        self._has_something.set()

    def start(self) -> None:
        """Begin to speak."""
        self._speaker.start()

    def wake(self) -> None:
        """Something new waits in the outbox; never blocks."""
        with self._lock:
            self._wakes = True
        self._has_something.set()

    def follow(self, config: BoxConfig) -> None:
        """The supervisor had it first."""

    def beat(self, cameras: tuple[CameraHeartbeat, ...]) -> HeartbeatOrders:
        """Tell that this process lives, and hear what is to be done."""
        with self._lock:
            self._cameras = cameras
        self._has_something.set()
        approved: list[PictureApproval] = []
        while not self._orders.empty():
            approved += self._orders.get().approved_pictures
        return HeartbeatOrders(approved_pictures=tuple(approved))

    def stop(self, deadline_s: float) -> None:
        """Say what is left to say."""
        self._is_over = True
        self._has_something.set()
        if self._speaker.is_alive():
            self._speaker.join(deadline_s)

    def _speak(self) -> None:
        while not self._is_over or self._has_something.is_set():
            if not self._has_something.wait(1.0):
                continue
            self._has_something.clear()
            with self._lock:
                message = Up(cameras=self._cameras, wakes=self._wakes, refused=self._refused)
                self._cameras, self._wakes, self._refused = None, False, ""
            try:
                self._up.write(message.line())
                self._up.flush()
            except OSError:
                self._stop.set()
                return

    def _listen(self) -> None:
        for line in self._down:
            try:
                message = Down.model_validate_json(line)
            except ValidationError as error:
                _log.error("a message of the supervisor is not understood", why=str(error)[:500])
                continue
            if message.box is not None:
                self._boxes.put(message.box)
            if message.orders is not None:
                self._orders.put(message.orders)
        self._stop.set()


def standard_link(stop: threading.Event) -> ParentLink:
    """The link over this process' standard input and output.

    Whatever else is printed goes to standard error from now on, so that no library's word on
    standard output is taken for a message.
    """
    up = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Not sys.stdin: a thread that waits on it keeps the interpreter from ending.
    return ParentLink(os.fdopen(os.dup(0), "rb"), up, stop)
