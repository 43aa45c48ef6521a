"""Searches networks and addresses for cameras: bounded in time, in devices and in candidates.

Devices are asked four at a time and each by at most two questions; one account is tried at each
device, once. Where it is refused nothing else is tried there.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import structlog

from api.contract.finding import MAX_CANDIDATES, FindTrouble, FoundCamera
from pipeline.core.clock import Clock
from pipeline.core.redact import redact_url
from pipeline.devices.credentials import Credentials
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    CapabilityMissingError,
    DeviceBusyError,
    DeviceError,
    OversizeError,
    RedirectedError,
    UntrustedError,
)
from pipeline.finding.channels import DeviceFacts, FoundChannel, facts_of
from pipeline.finding.devices import MAX_DEVICES, Devices, take_unlisted
from pipeline.finding.makers import RTSP_PORT, Target, is_inside
from pipeline.finding.measuring import (
    Account,
    check_not_refused,
    measure,
    note_refused,
    unmeasured,
)
from pipeline.finding.sweep import sweep
from pipeline.finding.ws_discovery import PORT as DISCOVERY_PORT
from pipeline.finding.ws_discovery import discover

_log = structlog.get_logger(__name__)
AT_ONCE = 4
AT_ONE_DEVICE = 2
MAX_ADDRESSES = 4096
"""Of all networks of one search: at 100 a second two thirds of a minute."""
_TROUBLES: tuple[tuple[type[DeviceError], FindTrouble], ...] = (
    (UntrustedError, FindTrouble.UNTRUSTED),
    (RedirectedError, FindTrouble.REDIRECTED),
    (OversizeError, FindTrouble.OVERSIZE),
    (BrokenAnswerError, FindTrouble.BROKEN_ANSWER),
    (DeviceBusyError, FindTrouble.BUSY),
    (CapabilityMissingError, FindTrouble.CAPABILITY_MISSING),
)


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched.

    Attributes:
        networks: Where; at most ``MAX_ADDRESSES`` addresses in all.
        targets: Devices that are known already.
        account: Who signs in; None looks without.
        time_limit_s: After it nothing more is asked.
        rtsp_port: Where those listen that answer no discovery; for tests.
        discovery_port: Likewise of WS-Discovery.
    """

    networks: tuple[ipaddress.IPv4Network, ...] = ()
    targets: tuple[Target, ...] = ()
    account: Account | None = None
    time_limit_s: float = 300.0
    rtsp_port: int = RTSP_PORT
    discovery_port: int = DISCOVERY_PORT


class CameraSearch:
    """One search, which runs once.

    Args:
        search: What is searched.
        clock: Time.
        on_camera: Given each candidate; of several threads, one at a time.
        on_progress: Told how many devices were asked, and of how many.

    Attributes:
        left_out: Candidates beyond ``MAX_CANDIDATES``.
    """

    def __init__(
        self,
        search: Search,
        clock: Clock,
        on_camera: Callable[[FoundCamera], None],
        on_progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self._search = search
        self._clock = clock
        self._on_camera = on_camera
        self._on_progress = on_progress
        self._stop = threading.Event()
        self._until_ns = 0
        self._lock = threading.Lock()
        self._keys: set[str] = set()
        self._done = 0
        self.left_out = 0

    def stop(self) -> None:
        """Ask nothing more; ``run`` returns when the questions under way have ended."""
        self._stop.set()

    @property
    def is_time_over(self) -> bool:
        """Whether it ended because its time did."""
        return self._clock.mono_ns() >= self._until_ns and not self._stop.is_set()

    def run(self) -> bool:
        """Search to the end; answers whether everything was asked."""
        self._until_ns = self._clock.mono_ns() + round(self._search.time_limit_s * 1e9)
        hosts = self._devices().by_host()
        total = sum(map(len, hosts))
        self._on_progress(0, total)
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="camera-search") as pool:
            list(pool.map(partial(self._look_at_host, total=total), hosts))
        return not self._is_over()

    def _is_over(self) -> bool:
        return self._stop.is_set() or self._clock.mono_ns() >= self._until_ns

    def _devices(self) -> Devices:
        """Who was named, who answers, and who only listens."""
        wish = self._search
        found = Devices(wish.targets, MAX_DEVICES)
        if not wish.networks:
            return found
        for device in discover(wish.networks, self._clock, self._is_over, port=wish.discovery_port):
            found.answered(device)
            if found.is_full:
                break
        for host in sweep(wish.networks, wish.rtsp_port, self._clock, self._is_over):
            found.listens(host, wish.rtsp_port)
            if found.is_full:
                break
        return found

    def _look_at_host(self, targets: list[Target], total: int) -> None:
        """One after the other: what one refuses is not tried at the next."""
        listed: set[str] = set()
        for target in targets:
            self._look_at(target, total, listed)

    def _look_at(self, target: Target, total: int, listed: set[str]) -> None:
        try:
            for camera in self._cameras_of(target, listed):
                self._give(camera)
        except Exception as error:  # noqa: BLE001 -- boundary: one device's fault stays its own
            _log.exception("a device was not looked at", kind=type(error).__name__)
            self._give(unmeasured(target, FindTrouble.BROKEN_ANSWER))
        with self._lock:
            self._done += 1
            self._on_progress(self._done, total)

    def _cameras_of(self, target: Target, listed: set[str]) -> Iterator[FoundCamera]:
        account = self._search.account
        if target.maker is None:
            yield unmeasured(target, FindTrouble.NEEDS_MAKER)
            return
        if self._is_over():
            yield unmeasured(target, FindTrouble.NOT_MEASURED)
            return
        try:
            facts = self._facts_of(target, account)
        except DeviceError as error:
            _log.info(
                "a device told no cameras", where=target.authority, why=redact_url(str(error))
            )
            yield unmeasured(target, _trouble_of(error, account))
            return
        except ValueError:
            yield unmeasured(target, FindTrouble.UNREACHABLE)
            return
        look = partial(self._measured, target, facts, account)
        # One by one until a login came through: should one be refused, no other is tried.
        channels = iter(take_unlisted(facts.channels, listed))
        for channel in channels:
            camera = look(channel)
            yield camera
            if camera.main is not None:
                break
        with ThreadPoolExecutor(AT_ONE_DEVICE, thread_name_prefix="camera-channel") as pool:
            yield from pool.map(look, channels)

    def _facts_of(self, target: Target, account: Account | None) -> DeviceFacts:
        check_not_refused(target, account)
        credentials: Credentials | None = None if account is None else account.credentials
        try:
            return facts_of(target, credentials, self._clock, self._is_over)
        except AuthRefusedError as error:
            note_refused(target, account, error.what)
            raise

    def _measured(
        self, target: Target, facts: DeviceFacts, account: Account | None, channel: FoundChannel
    ) -> FoundCamera:
        return measure(target, facts, channel, account, self._clock, self._is_over)

    def _give(self, camera: FoundCamera) -> None:
        """Hand on a candidate; its key is its own, though addresses may look alike when shown."""
        with self._lock:
            if len(self._keys) >= MAX_CANDIDATES:
                self.left_out += 1
                return
            key, number = camera.key, 1
            while key in self._keys:
                number += 1
                key = f"{camera.key}~{number}"
            self._keys.add(key)
            self._on_camera(camera.model_copy(update={"key": key}))


def _trouble_of(error: DeviceError, account: Account | None) -> FindTrouble:
    if isinstance(error, AuthRefusedError):
        return FindTrouble.NEEDS_ACCOUNT if account is None else FindTrouble.AUTH_REFUSED
    for kind, trouble in _TROUBLES:
        if isinstance(error, kind):
            return trouble
    return FindTrouble.UNREACHABLE


def outside(search: Search, networks: tuple[ipaddress.IPv4Network, ...]) -> list[str]:
    """Which networks and addresses of a search are not inside those that are allowed."""
    refused = [
        str(each)
        for each in search.networks
        if not any(each.subnet_of(allowed) for allowed in networks)
    ]
    return refused + [each.host for each in search.targets if not is_inside(each.host, networks)]
