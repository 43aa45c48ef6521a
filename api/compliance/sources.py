"""Which requirements are more than hearsay: a number is never presented as law unless it was read.

A policy names its source in a person's words; it counts as verified when it names title and clause
of a text that was read, and asks for just as many days as that text does.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

_FILE = Path(__file__).with_name("sources.yaml")


class Source(BaseModel):
    """A text that was read, and the days it asks for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    clause: str
    days: int


@cache
def verified_sources() -> tuple[Source, ...]:
    """The texts that were read, from their file, once."""
    return TypeAdapter(tuple[Source, ...]).validate_python(yaml.safe_load(_FILE.read_text("utf-8")))


def is_verified(required_days: int, named: str) -> bool:
    """Whether a requirement is what a text that was read says."""
    bare = re.sub(r"[\s《》]", "", named)
    return any(
        source.days == required_days
        and source.title in bare
        # A clause is named whole: §17 is not in §170 or §17a.
        and re.search(rf"{re.escape(source.clause)}(?![0-9A-Za-z])", bare) is not None
        for source in verified_sources()
    )
