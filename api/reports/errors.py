"""Why there is no report.

::

    ApiError
    ├── TooLargeError 413
    │   └── ReportTooLargeError
    ├── InvalidError 422
    │   ├── MonthNotKnownError                it is not over, or its hours were deleted
    │   └── NoCanteenError                    the school has none
    ├── ConflictError 409
    │   ├── ReportNotReadyError
    │   ├── TooManySchedulesError             of one person
    │   └── NoFontError, NoTypesetterError    PDFs cannot be made on this machine
    └── NotFoundError 404
        └── ReportGoneError                   its file is there no more
"""

from __future__ import annotations

from api.kit.errors import ConflictError, InvalidError, NotFoundError, TooLargeError


class ReportTooLargeError(TooLargeError):
    """More than one report holds."""

    code = "report_too_large"
    title = "Too much for one report"


class MonthNotKnownError(InvalidError):
    """A month that is not over, or whose hours of analysis were deleted in their time.

    Without these hours a school that was not watched would look best.
    """

    code = "month_not_known"
    title = "Not enough is known of the month"


class NoCanteenError(InvalidError):
    """A report on the canteen of a school that has none."""

    code = "no_canteen"
    title = "The school has no canteen"


class ReportNotReadyError(ConflictError):
    """It waits, is being made, or could not be made."""

    code = "report_not_ready"
    title = "The report is not ready"


class TooManySchedulesError(ConflictError):
    """As many are kept as may be; ``params["most"]``."""

    code = "too_many_schedules"
    title = "As many schedules are kept as may be"


class NoFontError(ConflictError):
    """No font with Chinese is on this machine."""

    code = "no_font"
    title = "No font with Chinese"


class NoTypesetterError(ConflictError):
    """Typst is not installed."""

    code = "no_typesetter"
    title = "Typst is not installed"


class ReportGoneError(NotFoundError):
    """The report was made, and its file is there no more."""

    code = "report_gone"
    title = "The report's file is gone"
