"""What a workbook would change, and what is wrong with it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field

from api.audit.changes import Change


class SheetName(StrEnum):
    """The sheets."""

    COMMUNITIES = "communities"
    SCHOOLS = "schools"
    PLACES = "places"
    CAMERAS = "cameras"


class CellError(BaseModel):
    """What is wrong in one cell."""

    sheet: str = Field(description="As the workbook names it.", examples=["学校"])
    row: int = Field(description="As the spreadsheet numbers it; 0 for the sheet as a whole.")
    column: str = Field(description="Its letter; empty for the row.", examples=["C"])
    title: str = Field(description="The column's heading in Chinese.")
    title_en: str
    code: str = Field(description="Of the vocabulary's `workbook_error`.", examples=["taken"])
    value: str = Field(description="What stands there, shortened.")


class RowAction(StrEnum):
    """What becomes of a row."""

    CREATED = "created"
    CHANGED = "changed"


class RowChange(BaseModel):
    """What one row would change."""

    sheet: SheetName
    row: int
    action: RowAction
    subject: str = Field(description="Whom it concerns.", examples=["第一小学 · gate-north"])
    fields: list[Change]


class ImportReport(BaseModel):
    """What a workbook would change, or has changed."""

    created: int
    changed: int
    unchanged: int = Field(description="Rows that say what is so already.")
    changes: list[RowChange] = Field(description="The first of them.")
    error_count: int
    errors: list[CellError] = Field(description="The first of them.")
    is_applied: bool
