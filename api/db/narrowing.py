"""Narrows every statement of a session to the session's scope.

The condition is added by the database layer and not by each query: a query that forgets it does not
exist. What a table belongs to is said once, where it is declared (:mod:`api.db.base`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ClauseElement, ColumnElement, Executable, Table, and_, event, exists, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import visitors

from api.access.scope import Scope
from api.db.base import (
    Base,
    OfAlert,
    OfBox,
    OfCamera,
    OfInspection,
    OfOrder,
    OfPlace,
    OfSchool,
)

NARROWED = "mingan_narrowed"
"""Execution option of a statement that was narrowed; tests look at what became of it."""
_SCOPE = "scope"
_PARENTS: dict[type[object], tuple[str, str, str]] = {
    OfCamera: ("camera_key", "cameras", "id"),
    OfBox: ("box_id", "boxes", "id"),
    OfPlace: ("place_id", "places", "id"),
    OfAlert: ("alert_id", "alerts", "id"),
    OfOrder: ("order_id", "work_orders", "id"),
    OfInspection: ("inspection_id", "inspections", "id"),
}
"""By what a row that names no school itself is known to be a school's: column, table, its key."""


_PLACES = {"places": "id", "camera_records": "place_id", "user_places": "place_id"}
"""Tables that name the place themselves, and in which column."""


@dataclass(frozen=True, slots=True)
class _Here:
    """What somebody is there for who is there for some places alone."""

    places: list[int]
    username: str | None


class OutOfScopeError(RuntimeError):
    """A row of another school was about to be written: a fault of the program."""


class ScopedSession(Session):
    """A session that reads what its scope covers and nothing else; it must be given one."""

    @property
    def scope(self) -> Scope:
        """Of whose rows it may know."""
        found = self.info.get(_SCOPE)
        assert isinstance(found, Scope), "a session is opened in a scope"
        return found


def in_scope(scope: Scope) -> dict[str, Scope]:
    """The ``info`` of a session opened in a scope."""
    return {_SCOPE: scope}


def narrow(session: Session, scope: Scope) -> None:
    """Let a session know of this scope alone from now on; the rows it has are forgotten."""
    session.expunge_all()
    session.info.update(in_scope(scope))


def covers(session: AsyncSession, school_id: str | None) -> bool:
    """Whether a session may know what belongs to this school, or to none."""
    scope = session.sync_session.info[_SCOPE]
    assert isinstance(scope, Scope)
    return scope.covers(school_id)


@contextmanager
def within_school(session: AsyncSession, school_id: str) -> Iterator[None]:
    """Let a session know of one school alone for a while, of what it may know."""
    info = session.sync_session.info
    scope = info[_SCOPE]
    assert isinstance(scope, Scope)
    info[_SCOPE] = scope.within(school_id)
    try:
        yield
    finally:
        info[_SCOPE] = scope


def owned() -> list[type[Base]]:
    """The tables whose rows belong to schools."""
    models: list[type[Base]] = [mapper.class_ for mapper in Base.registry.mappers]
    return [model for model in models if issubclass(model, (OfSchool, *_PARENTS))]


@lru_cache(maxsize=4096)
def _criteria(scope: Scope) -> dict[str, LoaderCriteriaOption]:
    """What narrows the rows of each table, by its name."""
    assert scope.school_ids is not None
    # What a relationship loads stands in no statement until it is compiled.
    assert not any(mapper.relationships for mapper in Base.registry.mappers)
    wanted = sorted(scope.school_ids)
    # A list is never empty in SQL; no place has the number 0.
    places = None if scope.place_ids is None else sorted(scope.place_ids) or [0]
    here = None if places is None else _Here(places, scope.username)
    return {
        model.__tablename__: with_loader_criteria(
            model, _condition(model, wanted, here), include_aliases=True
        )
        for model in owned()
    }


def _narrowing(scope: Scope, statement: Executable) -> list[LoaderCriteriaOption]:
    """Of the tables that stand in a statement: each option more costs each execution time."""
    criteria = _criteria(scope)
    assert isinstance(statement, ClauseElement)
    named = {each.name for each in visitors.iterate(statement) if isinstance(each, Table)}
    return [criteria[name] for name in sorted(named) if name in criteria]


def options_of(scope: Scope) -> tuple[LoaderCriteriaOption, ...]:
    """Options of a statement that narrow it as a session of that scope does.

    For a session that asks on behalf of other people.
    """
    return () if scope.school_ids is None else tuple(_criteria(scope).values())


def _condition(model: type[Base], wanted: list[str], here: _Here | None) -> ColumnElement[bool]:
    columns = Base.metadata.tables[model.__tablename__].c
    by_place = None if here is None else _at(model, here)
    if issubclass(model, OfSchool):
        by_school = _of_schools(model, wanted)
        return by_school if by_place is None else and_(by_school, by_place)
    [(column, table, key)] = [how for kind, how in _PARENTS.items() if issubclass(model, kind)]
    parent: Table = Base.metadata.tables[table]
    assert column in columns
    conditions = [parent.c[key] == getattr(model, column), _of_schools(parent.c, wanted)]
    if here is not None and issubclass(model, OfAlert):
        conditions.append(_camera_at(parent.c.camera_key, here.places))
    if here is not None and issubclass(model, OfOrder):
        conditions.append(_order_at(parent.c, here))
    if here is not None and issubclass(model, OfInspection):
        conditions.append(parent.c.inspector == here.username)
    # Found by the parent's key, row by row: a list of all a school's alerts would be long.
    by_parent = exists().where(*conditions).correlate_except(parent)
    return by_parent if by_place is None else and_(by_parent, by_place)


def _of_schools(row: Any, wanted: list[str]) -> ColumnElement[bool]:
    """That a row is one of these schools', or theirs to inspect."""
    found: ColumnElement[bool] = row.school_id.in_(wanted)
    if hasattr(row, "visitor_school_id"):
        return or_(found, row.visitor_school_id.in_(wanted))
    return found


def _at(model: type[Base], here: _Here) -> ColumnElement[bool] | None:
    """That a row is of these places; None of a row that is of its school as a whole, or whose
    parent says it.
    """
    columns, places = Base.metadata.tables[model.__tablename__].c, here.places
    if model.__tablename__ in _PLACES:
        return getattr(model, _PLACES[model.__tablename__]).in_(places)  # type: ignore[no-any-return]
    if model.__tablename__ == "cameras":
        return _camera_at(model.id, places)  # type: ignore[attr-defined]
    if model.__tablename__ == "work_orders":
        return _order_at(model, here)
    if model.__tablename__ == "inspections":
        return model.inspector == here.username  # type: ignore[attr-defined,no-any-return]
    if "camera_key" in columns:
        return _camera_at(model.camera_key, places)  # type: ignore[attr-defined]
    if model.__tablename__ == "alert_evidence":
        return _alert_at(model.alert_id, places)  # type: ignore[attr-defined]
    if model.__tablename__ == "evidence_files":
        named = Base.metadata.tables["alert_evidence"].alias("names_it")
        return (
            exists()
            .where(
                named.c.sha256 == model.sha256,  # type: ignore[attr-defined]
                named.c.school_id == model.school_id,  # type: ignore[attr-defined]
                _alert_at(named.c.alert_id, places),
            )
            .correlate_except(named)
        )
    return None


def _camera_at(camera_key: ColumnElement[int], places: list[int]) -> ColumnElement[bool]:
    record = Base.metadata.tables["camera_records"].alias("at_place")
    return (
        exists()
        .where(record.c.camera_key == camera_key, record.c.place_id.in_(places))
        .correlate_except(record)
    )


def _alert_at(alert_id: ColumnElement[UUID], places: list[int]) -> ColumnElement[bool]:
    alert = Base.metadata.tables["alerts"].alias("alert_at")
    return (
        exists()
        .where(alert.c.id == alert_id, _camera_at(alert.c.camera_key, places))
        .correlate_except(alert)
    )


def _order_at(order: Any, here: _Here) -> ColumnElement[bool]:
    """What somebody or their duty was given, and what is about an alert of their places."""
    source = Base.metadata.tables["order_sources"].alias("about_it")
    duty = Base.metadata.tables["duties"].alias("has_it")
    is_about = exists().where(
        source.c.order_id == order.id, _alert_at(source.c.alert_id, here.places)
    )
    is_duty = exists().where(
        duty.c.school_id == order.school_id,
        duty.c.subject == order.subject,
        duty.c.username == here.username,
    )
    return or_(
        order.assignee == here.username,
        and_(order.assignee.is_(None), is_duty.correlate_except(duty)),
        is_about.correlate_except(source),
    )


@event.listens_for(ScopedSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    session = state.session
    assert isinstance(session, ScopedSession)
    scope = session.scope
    if scope.school_ids is None or state.is_insert or state.is_column_load:
        return
    state.statement = state.statement.options(*_narrowing(scope, state.statement))
    state.update_execution_options(**{NARROWED: True})


@event.listens_for(ScopedSession, "before_flush")
def _refuse(session: Session, _context: UOWTransaction, _instances: object) -> None:
    assert isinstance(session, ScopedSession)
    scope = session.scope
    for row in session.new:
        school_id = getattr(row, "school_id", None) if isinstance(row, OfSchool) else None
        if school_id is not None and not scope.covers(school_id):
            raise OutOfScopeError(f"{type(row).__name__} of {school_id}")
