"""How the operations of floor plans are called on what is one's own, and what is another's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.district import Objects, photograph
from tests.api.matrix_row import Row


def _plan(
    name: str,
    body: Callable[[Objects], Any] = lambda _: None,
    status: int = 200,
    content: bytes | None = None,
) -> Row:
    return Row(
        "object",
        lambda of: {"school_id": of.school_id, "plan_id": of.floor_plans[name]},
        body,
        status,
        headers=lambda _: {"If-Match": '"1"'},
        content=content,
    )


def _hung(of: Objects) -> Any:
    where = {"x": 0.5, "y": 0.5, "direction_deg": 90, "view_deg": 80, "reach": 0.2}
    return {"title_zh": "put", "cameras": [{"camera_key": of.camera_key, **where}]}


FLOOR_PLANS: dict[str, Row] = {
    "floor_plan_pictures_add": Row(
        "object",
        lambda of: {"school_id": of.school_id},
        status=201,
        content=photograph(97),
        query="?title_zh=new",
    ),
    "floor_plan_pictures_get": _plan("get"),
    "floor_plan_pictures_put": _plan("picture", content=photograph(96)),
    "floor_plans_delete": _plan("delete", status=204),
    "floor_plans_list": Row("object", lambda of: {"school_id": of.school_id}),
    "floor_plans_put": _plan("put", _hung),
}
