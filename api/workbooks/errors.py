"""What is wrong with a workbook as a whole; what is wrong in a cell is a ``CellError``."""

from __future__ import annotations

from api.kit.errors import InvalidError, TooLargeError


class NotAWorkbookError(InvalidError):
    """Bytes that no workbook can be read from.

    ``params["why"]`` is one of ``not_zip``, ``old_or_encrypted``, ``damaged``, ``no_sheet``.
    """

    code = "not_a_workbook"
    title = "Not an Excel workbook that can be read"


class WorkbookTooLargeError(TooLargeError):
    """More than is read: ``params["why"]`` is ``rows`` or ``bytes`` (unpacked)."""

    code = "workbook_too_large"
    title = "The workbook is too large"


class WorkbookInvalidError(InvalidError):
    """Cells that cannot be taken; nothing was changed."""

    code = "workbook_invalid"
    title = "The workbook has errors"
