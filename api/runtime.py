"""What a running command centre owns, wired once and reached through the app's state."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.access.scope import Scope
from api.audit import service as audit
from api.audit.key import read_key
from api.auth.last_use import LastUse
from api.auth.oidc.provider import Provider
from api.auth.passwords import FirstAdmin, Passwords
from api.auth.throttle import LoginThrottle
from api.bus.base import CommittedEvents
from api.bus.fanout import Bus
from api.bus.relay import RedisRelay, connect
from api.bus.work import AtCommit, UnitOfWork, unit_of_work
from api.coverage.profiles import Profiles, load_profiles
from api.db.engine import Database
from api.db.models import AccessLogEntry
from api.discovery.book import ScanBook
from api.evidence.store import EvidenceStore
from api.exams.package_store import PackageStore
from api.kit.metrics import Metrics
from api.kit.moments import Clock
from api.meetings.engine import Engine
from api.orders.deadlines import Deadlines, load_deadlines
from api.privacy.deadlines import RequestDeadlines
from api.privacy.deadlines import load_deadlines as load_request_deadlines
from api.settings import Settings
from api.viewing.hub import Hub


class Runtime:
    """Settings and long-lived objects of one app."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.database = Database(settings.async_database_url)
        self.bus = Bus(settings.subscriber_queue)
        self.relay: RedisRelay | None = None
        if settings.redis_url is not None:
            self.relay = RedisRelay(connect(settings.redis_url.get_secret_value()), self.bus)
        self.viewing = Hub(max_viewers=settings.max_viewers)
        self.scans = ScanBook(self.viewing.finds)
        self.evidence = EvidenceStore(
            settings.data_dir / "evidence",
            settings.evidence_max_bytes,
            settings.evidence_leaves_free_bytes,
        )
        self.exam_packages = PackageStore(
            settings.data_dir / "exam-packages", settings.evidence_leaves_free_bytes
        )
        self.passwords = Passwords(settings.password_time_cost, settings.password_memory_kib)
        self.throttle = LoginThrottle(settings.login_failures)
        self.last_use = LastUse(self.work)
        self.oidc: Provider | None = None
        if settings.oidc is not None:
            self.oidc = Provider(settings.oidc, settings.oidc_client_secret)
        self.meetings: Engine | None = None
        """The engine of video meetings; a start knows its secrets."""
        self.metrics = Metrics()
        self.first_admin: FirstAdmin | None = None
        self._audit_key: bytes | None = None
        self._deadlines: Deadlines | None = None
        self._request_deadlines: RequestDeadlines | None = None
        self._profiles: Profiles | None = None
        self._at_commit = AtCommit(self.bus, self._relay, self._seal)

    def end_streams(self) -> None:
        """End the answers that would never end by themselves, also those yet to come."""
        self.bus.close()
        self.viewing.close()

    def close_threads(self) -> None:
        """Take no more work that needs threads."""
        self.passwords.close()
        self.evidence.close()
        self.exam_packages.close()

    def work(self, scope: Scope) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work on what is in scope."""
        return unit_of_work(self.database, scope, self._at_commit, self.clock)

    @property
    def audit_key(self) -> bytes:
        """The access log's key, read when it is first needed; made by a start."""
        if self._audit_key is None:
            self._audit_key = read_key(self.settings.audit_key_path)
        return self._audit_key

    @property
    def deadlines(self) -> Deadlines:
        """How long schools have for a work order, read when it is first needed."""
        if self._deadlines is None:
            self._deadlines = load_deadlines(self.settings.order_deadlines_file)
        return self._deadlines

    @property
    def request_deadlines(self) -> RequestDeadlines:
        """Within how many days requests are answered, read when it is first needed."""
        if self._request_deadlines is None:
            file = self.settings.request_deadlines_file
            self._request_deadlines = load_request_deadlines(file)
        return self._request_deadlines

    @property
    def profiles(self) -> Profiles:
        """What cameras are asked for, read when it is first needed."""
        if self._profiles is None:
            self._profiles = load_profiles(self.settings.compliance_profiles)
        return self._profiles

    async def _seal(self, session: AsyncSession, entries: Sequence[AccessLogEntry]) -> None:
        await audit.seal(session, self.audit_key, entries)

    def _relay(self, committed: CommittedEvents) -> None:
        if self.relay is not None:
            self.relay.send(committed)


def runtime_of(request: Request) -> Runtime:
    """The runtime of the app that serves this request."""
    runtime = request.app.state.runtime
    assert isinstance(runtime, Runtime)
    return runtime


async def _runtime(request: Request) -> Runtime:
    # What is not a coroutine FastAPI hands to a thread, and each request would wait for one.
    return runtime_of(request)


RuntimeDep = Annotated[Runtime, Depends(_runtime)]
