"""Searches for cameras when the command centre asks, where this box's configuration allows it.

What is found goes out in small reports as it comes; when nobody waits for it any more, or none of
them arrives for a while, the search ends. The account is one of the configuration's, or came sealed
with the order: its password stays here.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import deque
from collections.abc import Callable

import structlog

from api.contract.finding import FindOrder, FindRefusal, FindReport, FoundCamera, SearchAccount
from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError, DeliveryError
from pipeline.devices.credentials import Credentials
from pipeline.finding.makers import parse_target
from pipeline.finding.measuring import Account
from pipeline.finding.search import CameraSearch, Search, outside
from pipeline.live.centre import ViewingClient
from pipeline.runtime.box_key import NotOpenedError
from pipeline.runtime.discovery_config import DiscoveryConfig

_log = structlog.get_logger(__name__)
_EVERY_S = 1.0
_A_REPORT = 8
"""Candidates in one report: some 200 kB with their pictures."""
_UNHEARD_S = 60.0


class _RefusedError(Exception):
    """An order that is not followed."""

    def __init__(self, why: FindRefusal) -> None:
        self.why = why
        super().__init__(why.value)


class FindingDesk:
    """Serves one search at a time.

    Args:
        client: The command centre.
        config: Answers what is allowed now.
        clock: Time.
        opened: Opens what was sealed to this box; may raise :class:`NotOpenedError`.
    """

    def __init__(
        self,
        client: ViewingClient,
        config: Callable[[], DiscoveryConfig],
        clock: Clock,
        opened: Callable[[str], bytes],
    ) -> None:
        self._client = client
        self._config = config
        self._opened = opened
        self._clock = clock
        self._one = threading.Lock()

    def serve(self, order: FindOrder, stop: threading.Event) -> None:
        """Search until it is done, nobody waits for it, or ``stop`` is set."""
        if not self._one.acquire(blocking=False):
            self._refuse(order, FindRefusal.BUSY)
            return
        try:
            _Serving(self._client, order, self._wish(order), self._clock, stop).run()
        except _RefusedError as refused:
            _log.warning("a search was refused", why=refused.why.value)
            self._refuse(order, refused.why)
        finally:
            self._one.release()

    def _wish(self, order: FindOrder) -> Search:
        """What is searched, inside of what is allowed."""
        allowed = self._config()
        try:
            networks = tuple(ipaddress.IPv4Network(each) for each in order.networks)
            targets = tuple(parse_target(each) for each in order.addresses)
        except (ValueError, ConfigError) as error:
            raise _RefusedError(FindRefusal.BAD_ADDRESS) from error
        wish = Search(networks, targets, time_limit_s=float(order.time_limit_s))
        if not (networks or targets) or outside(wish, tuple(allowed.networks)):
            raise _RefusedError(FindRefusal.NOT_ALLOWED)
        account = self._account(order, allowed)
        if order.sealed is not None:
            account = self._sealed_account(order.sealed, wish)
        return Search(networks, targets, account, wish.time_limit_s)

    def _sealed_account(self, sealed: str, wish: Search) -> Account:
        """Of this search alone, where it says that it may be used."""
        try:
            told = SearchAccount.model_validate_json(self._opened(sealed))
            inside = tuple(ipaddress.IPv4Network(each) for each in told.networks)
        except (NotOpenedError, ValueError) as error:
            raise _RefusedError(FindRefusal.NO_ACCOUNT) from error
        if outside(wish, inside):
            raise _RefusedError(FindRefusal.NOT_ALLOWED)
        return Account(Credentials(told.username, told.password), {})

    def _account(self, order: FindOrder, allowed: DiscoveryConfig) -> Account | None:
        if order.account is None:
            return None
        config = allowed.accounts.get(order.account)
        try:
            credentials = None if config is None else config.credentials()
        except ConfigError as error:
            _log.error("a search's account cannot be used", why=error.line())
            credentials = None
        if credentials is None:
            raise _RefusedError(FindRefusal.NO_ACCOUNT)
        # Which variable or file it is, the command centre has in the configuration itself.
        return Account(credentials, {})

    def _refuse(self, order: FindOrder, why: FindRefusal) -> None:
        try:
            report = FindReport(done=0, total=0, is_over=True, refusal=why)
            self._client.found(order.scan_id, report)
        except DeliveryError as error:
            _log.warning("a refused search was not told", why=error.line())


class _Serving:
    """One search and its reports."""

    def __init__(
        self,
        client: ViewingClient,
        order: FindOrder,
        wish: Search,
        clock: Clock,
        stop: threading.Event,
    ) -> None:
        self._client = client
        self._order = order
        self._clock = clock
        self._stop = stop
        self._search = CameraSearch(wish, clock, self._came, self._went_on)
        self._waiting: deque[FoundCamera] = deque()
        self._progress = (0, 0)
        self._refusal: FindRefusal | None = None
        self._ended = threading.Event()
        self._is_told = False
        """Whether the last word has arrived."""
        self._heard_ns = clock.mono_ns()

    def run(self) -> None:
        """Search, and report until the last word is said."""
        _log.info("search for cameras begins", scan=str(self._order.scan_id))
        threading.Thread(target=self._run_search, name="camera-search", daemon=True).start()
        try:
            while not self._stop.is_set() and not self._is_told:
                self._ended.wait(_EVERY_S)
                if not self._report(is_over=self._ended.is_set()):
                    return
        finally:
            self._search.stop()
            self._ended.wait(_UNHEARD_S)
            _log.info("search for cameras ends", scan=str(self._order.scan_id))

    def _run_search(self) -> None:
        try:
            if not self._search.run() and self._search.is_time_over:
                self._refusal = FindRefusal.TIME_OVER
        except Exception:  # noqa: BLE001 -- boundary: the search's fault is not the worker's
            self._refusal = FindRefusal.FAILED
            _log.exception("search for cameras failed")
        finally:
            self._ended.set()

    def _came(self, camera: FoundCamera) -> None:
        self._waiting.append(camera)

    def _went_on(self, done: int, total: int) -> None:
        self._progress = (done, total)

    def _report(self, *, is_over: bool) -> bool:
        """Tell what came since; answers whether to go on."""
        batch = [self._waiting.popleft() for _ in range(min(_A_REPORT, len(self._waiting)))]
        is_last = is_over and not self._waiting
        done, total = self._progress
        report = FindReport(
            done=done,
            total=total,
            cameras=tuple(batch),
            left_out=self._search.left_out,
            is_over=is_last,
            refusal=self._refusal if is_last else None,
        )
        try:
            is_wanted = self._client.found(self._order.scan_id, report)
        except DeliveryError as error:
            self._waiting.extendleft(reversed(batch))
            _log.warning("found cameras were not told", why=error.line())
            self._stop.wait(_EVERY_S)
            return self._clock.mono_ns() - self._heard_ns < _UNHEARD_S * 1e9
        self._heard_ns = self._clock.mono_ns()
        self._is_told = is_last
        return is_wanted
