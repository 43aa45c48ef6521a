"""Health for people and probes, metrics for Prometheus."""

from __future__ import annotations

from fastapi import Response

from api.access.scope import EVERYTHING
from api.auth.guards import MaybePerson, Scraper
from api.health import service
from api.health.schemas import Health, HealthStatus
from api.kit.errors import BadTokenError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep

router = RoomRouter(tags=["health"])


@router.get(
    "/api/v1/health",
    operation_id="health_get",
    summary="Health",
    response_model_exclude_none=True,
    responses={503: {"model": Health, "description": "The database cannot be used."}},
)
async def get_health(response: Response, person: MaybePerson, runtime: RuntimeDep) -> Health:
    """`{status}` for anyone; version, database and workers in scope for those signed in."""
    health = await service.health(runtime, EVERYTHING if person is None else person.scope)
    if health.status is HealthStatus.FAILING:
        response.status_code = 503
    response.headers["Cache-Control"] = "no-store"
    return health if person is not None else Health(status=health.status)


@router.get(
    "/metrics",
    operation_id="metrics_get",
    summary="Metrics in Prometheus text format",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **problems(BadTokenError),
    },
)
async def get_metrics(box: Scraper, runtime: RuntimeDep) -> Response:
    """For this machine without a proxy in between; with a worker's token, of its school alone."""
    return Response(
        await service.metrics(runtime, None if box is None else box.scope),
        media_type="text/plain; version=0.0.4; charset=utf-8",
    )
