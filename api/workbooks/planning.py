"""What a workbook would change, worked out before anything is.

A row says what shall be so. One that says what is so already changes nothing, which makes an import
repeatable; a column that is not there, and a school, place or camera without a row, is not touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ValidationError

from api.audit.changes import differences
from api.organisations.schemas import (
    CommunityCreate,
    PlaceWrite,
    SchoolCreate,
)
from api.register.schemas import RecordWrite
from api.workbooks.reading import Errors, ReadSheet, Row
from api.workbooks.schemas import RowAction, RowChange, SheetName
from api.workbooks.writing import storable

Key = tuple[str, ...]
_REQUIRED = ("string_too_short", "missing")


@dataclass(frozen=True, slots=True)
class Known:
    """Everything in scope as the workbook would hold it, by what names a row.

    Attributes:
        rows: By sheet and key.
        may_organise: Whether communities, schools and places may be changed.
    """

    rows: Mapping[SheetName, Mapping[Key, Mapping[str, object]]]
    may_organise: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One row to be written.

    Attributes:
        change: What it changes.
        key: What names it.
        write: All of it, checked.
        place: For a camera, the name of its place.
    """

    change: RowChange
    key: Key
    write: BaseModel
    place: str = ""


@dataclass(slots=True)
class Plan:
    """What is to be written, in order, and what needs nothing."""

    steps: list[Step] = field(default_factory=list)
    unchanged: int = 0


def plan(sheets: Sequence[ReadSheet], known: Known, errors: Errors) -> Plan:
    """Work out what to write.

    Args:
        sheets: What was read.
        known: What is so.
        errors: Takes what cannot be taken.
    """
    made = Plan()
    planner = _Planner(known, errors, made)
    for sheet in sheets:
        planner.take(sheet)
    return made


class _Planner:
    def __init__(self, known: Known, errors: Errors, made: Plan) -> None:
        self._known = known
        self._errors = errors
        self._made = made
        self._names = {name: set(known.rows[name]) for name in SheetName}
        """What there is, and will be once the rows so far are written."""

    def take(self, sheet: ReadSheet) -> None:
        """Plan one sheet."""
        name = SheetName(sheet.sheet.name)
        seen: dict[Key, int] = {}
        good: list[tuple[Row, Key, Mapping[str, object]]] = []
        for row in sheet.rows:
            key = tuple(str(row.cells[each]) for each in sheet.sheet.keys)
            if key in seen:
                self._errors.add(sheet, row.number, sheet.sheet.keys[-1], "duplicate", key[-1])
                continue
            seen[key] = row.number
            old = self._known.rows[name].get(key)
            good.append((row, key, _merged(old, row)))
        if name is SheetName.SCHOOLS or name is SheetName.CAMERAS:
            self._check_codes(sheet, name, good)
        for row, key, new in good:
            self._take_row(sheet, name, row, key, new)

    def _check_codes(
        self,
        sheet: ReadSheet,
        name: SheetName,
        rows: Sequence[tuple[Row, Key, Mapping[str, object]]],
    ) -> None:
        """No two of one number, those without a row included."""
        named = {key for _, key, _ in rows}
        holders = {
            str(old["code"]): 0
            for key, old in self._known.rows[name].items()
            if old.get("code") and key not in named
        }
        for row, _, new in rows:
            code = str(new.get("code") or "")
            if not code:
                continue
            if code in holders:
                fault = "duplicate" if holders[code] else "taken"
                self._errors.add(sheet, row.number, "code", fault, code)
            holders[code] = row.number

    def _take_row(
        self, sheet: ReadSheet, name: SheetName, row: Row, key: Key, new: Mapping[str, object]
    ) -> None:
        old = self._known.rows[name].get(key)
        before = self._errors.count
        for column, code in self._unknown(name, key, new):
            self._errors.add(sheet, row.number, column, code, new.get(column))
        place = str(new.get("place") or "")
        write = _checked(sheet, row, name, new, self._errors)
        if self._errors.count > before or write is None:
            return
        self._names[name].add(key)
        fields = differences(
            old or {}, {**_told(write), **({"place": place} if "place" in new else {})}
        )
        if old is not None and not fields:
            self._made.unchanged += 1
            return
        if name is not SheetName.CAMERAS and not self._known.may_organise:
            self._errors.add(sheet, row.number, sheet.sheet.keys[-1], "not_allowed", key[-1])
            return
        action = RowAction.CREATED if old is None else RowAction.CHANGED
        change = RowChange(
            sheet=name, row=row.number, action=action, subject=" · ".join(key), fields=fields
        )
        self._made.steps.append(Step(change, key, write, place))

    def _unknown(
        self, name: SheetName, key: Key, new: Mapping[str, object]
    ) -> Iterator[tuple[str, str]]:
        """Columns that name what there is not."""
        match name:
            case SheetName.SCHOOLS:
                community = new.get("community_id")
                if community and (community,) not in self._names[SheetName.COMMUNITIES]:
                    yield "community_id", "unknown_community"
            case SheetName.PLACES:
                if key[:1] not in self._names[SheetName.SCHOOLS]:
                    yield "school_id", "unknown_school"
            case SheetName.CAMERAS:
                if key[:1] not in self._names[SheetName.SCHOOLS]:
                    yield "school_id", "unknown_school"
                elif key not in self._names[name]:
                    yield "camera_id", "unknown_camera"
                elif (place := new.get("place")) and (
                    (key[0], str(place)) not in self._names[SheetName.PLACES]
                ):
                    yield "place", "unknown_place"


def _merged(old: Mapping[str, object] | None, row: Row) -> Mapping[str, object]:
    """What shall be so: what is, but for what the row says otherwise."""
    if old is None:
        return dict(row.cells)
    told = {key: value for key, value in row.cells.items() if not _is_same(old.get(key), value)}
    return {**old, **told}


def _is_same(old: object, new: object) -> bool:
    if isinstance(old, str) and isinstance(new, str):
        return storable(old).strip().replace("\r\n", "\n") == new
    return old == new


_WRITES: Mapping[SheetName, type[BaseModel]] = {
    SheetName.COMMUNITIES: CommunityCreate,
    SheetName.SCHOOLS: SchoolCreate,
    SheetName.PLACES: PlaceWrite,
    SheetName.CAMERAS: RecordWrite,
}


def _checked(
    sheet: ReadSheet, row: Row, name: SheetName, new: Mapping[str, object], errors: Errors
) -> BaseModel | None:
    """The row as it would be written over the wire, by the same rules."""
    model = _WRITES[name]
    fields = {key: value for key, value in new.items() if key in model.model_fields}
    for key in ("code", "community_id"):
        if fields.get(key) == "":
            fields[key] = None
    if fields.get("time_zone") == "":
        del fields["time_zone"]
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            key = str(each["loc"][0]) if each["loc"] else "longitude"
            value = fields.get(key)
            code = "invalid"
            if not each["loc"]:
                code = "one_of_two"
            elif each["type"] in _REQUIRED or value in (None, ""):
                code = "required"
            errors.add(sheet, row.number, key, code, value)
        return None


def _told(write: BaseModel) -> dict[str, object]:
    return write.model_dump(mode="json", exclude={"place_id"})
