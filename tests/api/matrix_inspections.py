"""How the operations of inspections are called on what is one's own, and what is another's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.district import Objects, photograph
from tests.api.matrix_row import Row


def _form(name: str, body: Callable[[Objects], Any] = lambda _: None, status: int = 200) -> Row:
    return Row(
        "object",
        lambda of: {"inspection_id": of.inspections[name]},
        body,
        status,
        headers=lambda of: {"If-Match": f'"{of.form_versions[name]}"'},
    )


_PLAN = {"kind": "daily", "subject": "canteen", "first_day": "2026-11-24"}
INSPECTIONS: dict[str, Row] = {
    "hazards_list": Row("list"),
    "hazards_xlsx": Row("guard"),  # In tests/api/test_inspections.py: the file is read there.
    "inspection_photographs_add": Row(
        "object",
        lambda of: {
            "inspection_id": of.inspections["photograph"],
            "item_id": of.items["photograph"],
        },
        status=201,
        content=photograph(98),
    ),
    "inspection_photographs_get": Row(
        "object",
        lambda of: {
            "inspection_id": of.inspections["photograph"],
            "photograph_id": of.form_photograph_id,
        },
    ),
    # In tests/api/test_inspection_papers.py: a PDF needs Typst and a font.
    "inspection_papers_ask": Row("guard"),
    "inspection_papers_file": Row("guard"),
    "inspection_papers_get": Row("guard"),
    "inspection_plans_create": Row("district", body=lambda _: _PLAN, status=201),
    "inspection_plans_end": Row("district", lambda _: {"plan_id": 987_654}, status=404),
    "inspection_plans_list": Row("district"),
    "inspections_answer": _form(
        "answer", lambda of: {"answers": [{"item_id": of.items["answer"], "result": "met"}]}
    ),
    "inspections_get": _form("get"),
    "inspections_give": _form("give", lambda _: {"username": None}, 204),
    "inspections_list": Row("list"),
    "inspections_sign": _form("sign", lambda _: {"signer": "李某"}),
    "inspections_table": Row("list", query="?kind=key_moment&subject=safety"),
}
