"""A box's own pages as a part of its worker: asks who may look, and serves while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import structlog

from api.contract import CameraHeartbeat
from pipeline.core.clock import Clock
from pipeline.core.errors import DeliveryError
from pipeline.core.guard import guarded
from pipeline.delivery.client import CentreClient, DisownedError
from pipeline.delivery.outbox import Message, Outbox
from pipeline.evidence.store import EvidenceStore
from pipeline.live.config import LiveConfig
from pipeline.offline.accounts import AccountBook
from pipeline.offline.config import OfflineViewConfig
from pipeline.offline.doorkeeper import Doorkeeper
from pipeline.offline.register import ViewRegister
from pipeline.offline.shown import Box
from pipeline.offline.sight import SentAlerts, Sight
from pipeline.offline.tls import check_certificate

_ASK_EVERY_S = 60.0
_ASK_AGAIN_S = 15.0
_MOST_CONNECTIONS = 64
_log = structlog.get_logger(__name__)


class OfflineDesk:
    """Lets people of the school look at this box.

    Args:
        config: Where, and how long the command centre's last word counts.
        live: What may be played.
        data_dir: The worker's data folder.
        box: What can be looked at, as the configuration says now.
        outbox: What waits for the line.
        clock: Time.
    """

    def __init__(
        self,
        config: OfflineViewConfig,
        live: LiveConfig,
        data_dir: Path,
        box: Callable[[], Box],
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._config = config
        self._live = live
        school_id = box().school_id
        self._book = AccountBook(data_dir, school_id, config.trust_days, clock)
        self._register = ViewRegister(outbox, school_id, clock)
        self._door = Doorkeeper(self._book, clock)
        self._sent = SentAlerts(clock)
        self._states: Mapping[str, CameraHeartbeat] = {}
        self.sight = Sight(
            box,
            outbox,
            self._sent,
            EvidenceStore(data_dir / "evidence"),
            self._book,
            lambda: self._states,
            clock,
            config.trust_days,
        )
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._end: Callable[[], None] = lambda: None

    def start(self, client: CentreClient) -> None:
        """Begin to ask and to serve.

        Raises:
            ConfigError: The certificate cannot be used.
        """
        check_certificate(self._config)
        serve = self._server()
        ask = threading.Thread(target=self._ask_on, args=(client,), name="offline-ask", daemon=True)
        self._threads = [ask, threading.Thread(target=serve, name="offline-view", daemon=True)]
        for thread in self._threads:
            thread.start()

    def told(self, cameras: Sequence[CameraHeartbeat]) -> None:
        """The cameras' latest words."""
        self._states = {each.camera_id: each for each in cameras}

    def sent(self, message: Message) -> None:
        """The command centre took a message."""
        self._sent.sent(message)

    def stop(self, deadline_s: float) -> None:
        """Ask and serve no more."""
        self._over.set()
        self._end()
        for thread in self._threads:
            thread.join(deadline_s)

    def ask(self, client: CentreClient) -> bool:
        """Ask once who may look; answers whether the command centre said."""
        try:
            self._book.take(client.offline_accounts())
        except DisownedError as error:
            if self._book.line().is_allowed:
                _log.warning("nobody may look at this box any more", why=error.line())
            self._book.refused()
        except DeliveryError as error:
            if not self._book.line().is_cut:
                _log.warning("not heard who may look at this box", why=error.line())
            self._book.not_heard()
            return False
        return True

    def _ask_on(self, client: CentreClient) -> None:
        while not self._over.is_set():
            guarded("who may look at this box", lambda: self.ask(client))
            self._over.wait(_ASK_AGAIN_S if self._book.line().is_cut else _ASK_EVERY_S)

    def _server(self) -> Callable[[], None]:
        # Here, so that a box that is not looked at does not pay for it.
        import uvicorn

        from pipeline.offline.app import Site, make_app
        from pipeline.offline.showing import Showing

        showing = Showing(self._door, self._register, self._live)
        site = Site(self.sight, self._door, self._register, showing, self._config.is_tls)
        config = uvicorn.Config(
            make_app(site),
            host=str(self._config.listen),
            port=self._config.port,
            log_config=None,
            access_log=False,
            server_header=False,
            # Only a proxy on this machine may say for whom it asks.
            proxy_headers=self._config.listens_on_loopback,
            forwarded_allow_ips="127.0.0.1,::1",
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=2,
            ssl_certfile=self._config.certificate_file,
            ssl_keyfile=self._config.key_file,
        )
        server = uvicorn.Server(config)

        def end() -> None:
            server.should_exit = True

        def serve() -> None:
            where = f"{self._config.listen}:{self._config.port}"
            try:
                guarded("pages of this box", server.run)
            except SystemExit:  # uvicorn's word for an address that is taken
                _log.error("this box cannot be looked at: the address is taken", address=where)

        self._end = end
        return serve
