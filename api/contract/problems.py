"""What the command centre answers when it does not take a request (RFC 9457)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

PROBLEM_JSON = "application/problem+json"

REFUSALS = frozenset(
    {"invalid", "hash_mismatch", "identity_mismatch", "too_large", "unsupported_media_type"}
)
"""Codes by which a message is refused for good; after every other answer it is sent again."""

DISOWNED = frozenset({"bad_token", "other_school", "school_closed"})
"""Codes by which the command centre says that a box does not speak for that school any more."""


class ProblemField(BaseModel):
    """One thing wrong with a request."""

    where: str = Field(examples=["body.score"])
    what: str = Field(examples=["Input should be less than or equal to 1"])


class Problem(BaseModel):
    """Every answer that is not a success (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "code": "bad_transition",
                    "title": "The alert's status does not allow this",
                    "status": 409,
                    "detail": "the alert is confirmed",
                    "params": {"why": "not_pending"},
                }
            ]
        }
    )

    type: str = "about:blank"
    code: str = Field(description="Stable; what a client translates.")
    title: str
    status: int
    detail: str = Field(default="", description="For an engineer, in English.")
    params: dict[str, str] = Field(
        default_factory=dict, description="Facts a translation of `code` may use."
    )
    errors: list[ProblemField] = Field(
        default_factory=list, description="For bad input: what is wrong where."
    )
