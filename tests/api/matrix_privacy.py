"""How the operations of privacy are called on what is one's own, and what is another's."""

from __future__ import annotations

from typing import Any

from tests.api.district import ASSESSMENT, REQUEST
from tests.api.matrix_row import Row


def _request(name: str, body: Any = None) -> Row:
    return Row("object", lambda of: {"request_id": of.requests[name]}, lambda _: body)


def _assessment(name: str, body: Any = None, status: int = 200) -> Row:
    return Row("object", lambda of: {"assessment_id": of.assessments[name]}, lambda _: body, status)


PRIVACY: dict[str, Row] = {
    "privacy_assessments_create": Row(
        "object", body=lambda of: {**ASSESSMENT, "school_id": of.school_id}, status=201
    ),
    "privacy_assessments_csv": Row("list"),
    "privacy_assessments_delete": _assessment("delete", status=204),
    "privacy_assessments_end": _assessment("end", {"ended_on": ASSESSMENT["assessed_on"]}),
    "privacy_assessments_get": _assessment("get"),
    "privacy_assessments_list": Row("list"),
    "privacy_requests_answer": _request("answer", {"outcome": "shown"}),
    "privacy_requests_create": Row(
        "object", body=lambda of: {**REQUEST, "school_id": of.school_id}, status=201
    ),
    "privacy_requests_csv": Row("list"),
    "privacy_requests_get": _request("get"),
    "privacy_requests_list": Row("list"),
    "privacy_requests_put": _request("put", REQUEST),
    "privacy_requests_refuse": _request("refuse", {"outcome": "others are in the picture"}),
}
