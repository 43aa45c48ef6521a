"""What rules ask of an exam day: dated, with sources, and with what nobody has read left open."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from api.contract.base import Identifier
from api.contract.profile import ProfileError, Reading, Sourced
from api.contract.vocabulary import Term


class ExamAsked(StrEnum):
    """What a row is about; a number of days, people, rooms, seats or seconds.

    ``footage_as_evidence`` and ``sound``: 1 for yes, 0 for no.
    """

    FOOTAGE_AS_EVIDENCE = "footage_as_evidence"
    FOOTAGE_DAYS = "footage_days"
    PEOPLE_IN_CONTROL_ROOM = "people_in_control_room"
    ROOMS_A_WATCHER = "rooms_a_watcher"
    JOINT_TEST_DAYS_BEFORE = "joint_test_days_before"
    SEATS_MOST = "seats_most"
    CLOCK_TOLERANCE_S = "clock_tolerance_s"
    SOUND = "sound"


class ExamDemand(Sourced):
    """One row; without a value it is a slot that asks for nothing."""

    asks: ExamAsked
    value: float | None

    @model_validator(mode="after")
    def _was_read_if_it_is_sure(self) -> ExamDemand:
        if self.value is None and self.reading is Reading.VERIFIED:
            raise ValueError("is verified, so it says a number")
        if self.value is not None and self.value < 0:
            raise ValueError("a number is not less than 0")
        return self


class ExamProfile(BaseModel):
    """All rows, from a day on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profile: Identifier
    name: Term
    from_day: dt.date
    texts: dict[Identifier, Term]
    rows: tuple[ExamDemand, ...]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> ExamProfile:
        if faults := list(self._faults()):
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        for name, count in Counter(row.id for row in self.rows).items():
            if count > 1:
                yield f"{name} names {count} rows"
        for asked, count in Counter(row.asks for row in self.rows).items():
            if count > 1:
                yield f"{asked} is asked {count} times"
        for row in self.rows:
            if row.text not in self.texts:
                yield f"{row.id}: there is no text {row.text}"


def load_exam_profile(path: Path) -> ExamProfile:
    """Read a profile.

    Raises:
        ProfileError: If it cannot be read or does not agree with itself.
    """
    try:
        return ExamProfile.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: cannot be read") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ProfileError(f"{path}: is not valid YAML") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ProfileError(f"{path}: {where}: {first['msg']}") from error
