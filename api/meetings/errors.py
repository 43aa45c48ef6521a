"""What is wrong with a meeting.

::

    ApiError
    ├── ConflictError             409
    │   ├── MeetingsOffError          there is no engine by the settings
    │   ├── MeetingEndedError         it is over
    │   └── MeetingFullError          as many people are in it, or invited, as may be
    ├── ForbiddenError            403
    │   └── BadTicketError            used, too old, of somebody else or of another meeting
    ├── NotFoundError             404
    │   └── EntryGoneError            they are in the meeting no more
    └── UnavailableError          503
        └── EngineAwayError           the engine does not serve; ``params["state"]``
"""

from __future__ import annotations

from api.kit.errors import ConflictError, ForbiddenError, NotFoundError, UnavailableError


class MeetingsOffError(ConflictError):
    """The settings name no engine."""

    code = "meetings_off"
    title = "Video meetings are not switched on"


class MeetingEndedError(ConflictError):
    """Nobody comes into a meeting that is over."""

    code = "meeting_ended"
    title = "The meeting has ended"


class MeetingFullError(ConflictError):
    """``params["most"]`` people may be invited."""

    code = "meeting_full"
    title = "As many people are invited as may be"


class BadTicketError(ForbiddenError):
    """A ticket that opens nothing; it is never told why, but in the access log."""

    code = "bad_ticket"
    title = "This ticket does not open the meeting"


class EntryGoneError(NotFoundError):
    """They left, were removed, or came in again from somewhere else."""

    code = "entry_gone"
    title = "Not in the meeting any more"


class EngineAwayError(UnavailableError):
    """``params["state"]`` is an ``EngineState``."""

    code = "engine_away"
    title = "The engine of video meetings does not serve"
