"""The steps of a box's first hour, each as facts show it."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field

from api.kit.moments import Moment
from api.organisations.schemas import SchoolName


class FirstHourStep(StrEnum):
    """What is done in turn.

    ``box``: a machine is enrolled and reports. ``school``: somebody described its school.
    ``cameras``: its configuration has cameras. ``pictures``: one of them is seen, so address,
    user and password are right. ``zone``: a zone or line is drawn, more than the whole picture
    that a found camera begins with. ``alert``: a rule told of something in the picture.
    ``review``: a person judged such an alert.
    """

    BOX = "box"
    SCHOOL = "school"
    CAMERAS = "cameras"
    PICTURES = "pictures"
    ZONE = "zone"
    ALERT = "alert"
    REVIEW = "review"


class StepState(StrEnum):
    """``next`` is the first one that is not ``done``; what comes after it is ``later``."""

    DONE = "done"
    NEXT = "next"
    LATER = "later"


class FirstHourTrouble(StrEnum):
    """What keeps a step from being done, where facts tell.

    Of ``box``: ``no_box``; ``code_waits``, nobody used its code; ``code_ran_out``; ``unheard``,
    it is enrolled and silent; ``silent``, it was heard of and is not any more. Of ``cameras``:
    ``not_told``, its configuration is not known. Of ``pictures``: ``sign_in_refused`` by a camera;
    ``no_picture`` for another reason.
    """

    NO_BOX = "no_box"
    CODE_WAITS = "code_waits"
    CODE_RAN_OUT = "code_ran_out"
    UNHEARD = "unheard"
    SILENT = "silent"
    NOT_TOLD = "not_told"
    SIGN_IN_REFUSED = "sign_in_refused"
    NO_PICTURE = "no_picture"


class StepView(BaseModel):
    """One step."""

    step: FirstHourStep
    state: StepState
    count: int | None = Field(
        description="Cameras: there, seen, or with a zone drawn; null of other steps."
    )
    of: int | None = Field(description="Of so many.")
    trouble: FirstHourTrouble | None
    camera_key: int | None = Field(description="The first camera that the step waits for.")
    alert_id: UUID | None = Field(description="The alert to judge.")


class FirstHourView(BaseModel):
    """Where one box stands; without any there is the first step alone to do."""

    is_done: bool = Field(
        description="Whether any box is through: then a queue without rows is no beginning."
    )
    box_id: int | None
    box_name: str | None
    school: SchoolName | None
    steps: list[StepView] = Field(description="All, in their order.")
    as_of: Moment
