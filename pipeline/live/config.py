"""What a box may show."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class LiveConfig(BaseModel):
    """Live view and playback in the console; both cost nothing while nobody looks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True
    """False: no live picture ever leaves this box."""
    playback: bool = True
    """False: no recorded picture ever leaves this box on request."""
    max_cameras: Annotated[int, Field(ge=1, le=256)] = 32
    """Cameras sent at once."""
    max_transcodes: Annotated[int, Field(ge=0, le=16)] = 2
    """Of them, how many may be transcoded because a browser does not play their codec."""
