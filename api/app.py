"""The app factory: wires rooms, middleware and background tasks into one ASGI app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from api import openapi, startup
from api.alerts.endpoints import router as alerts
from api.audit.endpoints import router as audit
from api.auth.endpoints import router as auth
from api.auth.gate import OPEN_PATHS, Gate
from api.auth.oidc.endpoints import router as oidc
from api.auth.people_endpoints import router as people
from api.boxes.endpoints import enrolment
from api.boxes.endpoints import router as boxes
from api.cameras.endpoints import router as cameras
from api.compliance.endpoints import router as compliance
from api.compliance.verdict_endpoints import router as verdicts
from api.configurations.credential_endpoints import from_boxes as box_credentials
from api.configurations.credential_endpoints import router as credentials
from api.configurations.endpoints import router as configurations
from api.configurations.preview_endpoints import router as previews
from api.configurations.rule_set_endpoints import router as rule_sets
from api.configurations.settings_endpoints import router as box_settings
from api.configurations.worker_endpoints import router as box_configurations
from api.coverage.endpoints import router as coverage
from api.discovery.endpoints import router as discovery
from api.discovery.worker_endpoints import router as found_cameras
from api.evidence.endpoints import router as evidence
from api.exams.endpoints import router as exams
from api.exams.keeping_endpoints import router as exam_keeping
from api.exams.patrol_endpoints import router as exam_patrol
from api.exams.sitting_endpoints import router as exam_sittings
from api.exams.worker_endpoints import router as exam_orders
from api.first_hour.endpoints import router as first_hour
from api.floor_plans.endpoints import router as floor_plans
from api.floor_plans.picture_endpoints import router as floor_plan_pictures
from api.floor_plans.views import PICTURES
from api.frontend import ConsoleFiles
from api.health.endpoints import router as health
from api.ingest import refusals
from api.ingest.endpoints import router as ingest
from api.ingest.outdated import router as outdated
from api.inspections.endpoints import router as inspections
from api.inspections.overview_endpoints import router as inspection_overview
from api.inspections.photograph_endpoints import PHOTOGRAPHS as INSPECTION_PHOTOGRAPHS
from api.inspections.photograph_endpoints import router as inspection_photographs
from api.jobs.endpoints import router as jobs
from api.kit import problems
from api.kit.http import BodyLimit, RequestMetrics, SecurityHeaders
from api.kit.moments import Clock, utc_now
from api.kit.version import VERSION
from api.meetings.endpoints import router as meetings
from api.meetings.entry_endpoints import router as meeting_entries
from api.notices.endpoints import router as notices
from api.notices.push_endpoints import router as push
from api.offline.worker_endpoints import router as offline
from api.orders.endpoints import router as orders
from api.orders.photograph_endpoints import PHOTOGRAPHS
from api.orders.photograph_endpoints import router as photographs
from api.orders.photographs import MAX_BYTES
from api.orders.step_endpoints import router as order_steps
from api.organisations.endpoints import router as organisations
from api.precision.endpoints import router as precision
from api.privacy.endpoints import router as privacy
from api.recordings.endpoints import router as recordings
from api.register.endpoints import router as register
from api.reports.endpoints import router as reports
from api.reports.paper_endpoints import router as inspection_papers
from api.reports.schedule_endpoints import router as report_schedules
from api.rules.endpoints import router as rules
from api.runtime import Runtime
from api.saved_filters.endpoints import router as saved_filters
from api.settings import Settings
from api.stream.endpoints import router as stream
from api.viewing.endpoints import router as live
from api.viewing.worker_endpoints import router as views
from api.workbooks.endpoints import router as workbooks

_BODIES_AT_ONCE = 16
"""Largest bodies that may lie in memory together."""
_SIGN_IN_BYTES = 16 * 1024
_DESCRIPTION = (
    "The command centre of Mingan 明安: takes what workers report, drives alerts through human "
    "review, tells what is really watched. Failures are `application/problem+json`; clients "
    "translate their `code`."
)


_ROUTERS = (
    auth,
    oidc,
    people,
    alerts,
    evidence,
    cameras,
    rules,
    compliance,
    verdicts,
    precision,
    coverage,
    floor_plans,
    floor_plan_pictures,
    reports,
    inspection_papers,
    report_schedules,
    stream,
    live,
    recordings,
    orders,
    order_steps,
    photographs,
    inspections,
    inspection_overview,
    inspection_photographs,
    exams,
    exam_patrol,
    exam_sittings,
    meetings,
    meeting_entries,
    exam_keeping,
    notices,
    push,
    privacy,
    saved_filters,
    organisations,
    register,
    workbooks,
    boxes,
    configurations,
    credentials,
    box_settings,
    previews,
    first_hour,
    rule_sets,
    discovery,
    audit,
    jobs,
    health,
    ingest,
    box_credentials,
    box_configurations,
    views,
    found_cameras,
    exam_orders,
    offline,
    enrolment,
    outdated,
)


def create_app(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    announce: Callable[[str], None] | None = None,
) -> FastAPI:
    """Make the app. Nothing is opened or written before its lifespan starts.

    Args:
        settings: See :class:`api.settings.Settings`.
        clock: Where the present moment comes from.
        announce: Takes the two lines that tell the first administrator's password, once;
            default prints them to standard output.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        runtime = app.state.runtime
        assert isinstance(runtime, Runtime)
        async with startup.running(runtime, announce or startup.print_line):
            yield

    app = FastAPI(
        title="Mingan command centre",
        version=VERSION,
        description=_DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    runtime = Runtime(settings, clock)
    app.state.runtime = runtime
    for router in _ROUTERS:
        app.include_router(router)
    problems.install(app)
    refusals.install(app)
    _guard(app, runtime)
    # The router's default is asked last, so a wrong method on an API route stays 405.
    # Over a school's line the console's scripts are what a first page waits for.
    app.router.default = GZipMiddleware(ConsoleFiles(settings.console_path))

    def describe() -> dict[str, Any]:
        return openapi.describe(app)

    app.openapi = describe  # type: ignore[method-assign]  # FastAPI's documented way
    return app


def _guard(app: FastAPI, runtime: Runtime) -> None:
    """What every request passes before a room answers it; the last named is the outermost."""
    settings = runtime.settings
    app.add_middleware(
        BodyLimit,
        max_bytes=settings.body_max_bytes,
        larger_bytes=dict.fromkeys((PHOTOGRAPHS, INSPECTION_PHOTOGRAPHS, PICTURES), MAX_BYTES),
        at_once=_BODIES_AT_ONCE,
        exempt_prefix=("/api/v2/ingest/evidence/", "/api/v2/ingest/exams/packages/"),
        open_paths=OPEN_PATHS,
        open_max_bytes=_SIGN_IN_BYTES,
    )
    app.add_middleware(Gate, runtime=runtime)
    app.add_middleware(RequestMetrics, metrics=runtime.metrics)
    app.add_middleware(SecurityHeaders)
