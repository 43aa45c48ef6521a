"""Narrows every statement of a session to the session's scope.

The condition is added by the database layer and not by each query: a query that forgets it does not
exist. What a table belongs to is said once, where it is declared (:mod:`api.db.base`).
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import ColumnElement, Table, event, exists
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption

from api.access.scope import Scope
from api.db.base import Base, OfAlert, OfBox, OfCamera, OfSchool

NARROWED = "mingan_narrowed"
"""Execution option of a statement that was narrowed; tests look at what became of it."""
_SCOPE = "scope"
_PARENTS: dict[type[object], tuple[str, str, str]] = {
    OfCamera: ("camera_key", "cameras", "id"),
    OfBox: ("box_id", "boxes", "id"),
    OfAlert: ("alert_id", "alerts", "id"),
}
"""By what a row that names no school itself is known to be a school's: column, table, its key."""


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


def owned() -> list[type[Base]]:
    """The tables whose rows belong to schools."""
    models: list[type[Base]] = [mapper.class_ for mapper in Base.registry.mappers]
    return [model for model in models if issubclass(model, (OfSchool, *_PARENTS))]


@lru_cache(maxsize=4096)
def _criteria(school_ids: frozenset[str]) -> tuple[LoaderCriteriaOption, ...]:
    wanted = sorted(school_ids)
    return tuple(
        with_loader_criteria(model, _condition(model, wanted), include_aliases=True)
        for model in owned()
    )


def _condition(model: type[Base], wanted: list[str]) -> ColumnElement[bool]:
    columns = Base.metadata.tables[model.__tablename__].c
    if issubclass(model, OfSchool):
        return model.school_id.in_(wanted)  # type: ignore[attr-defined, no-any-return]
    [(column, table, key)] = [how for kind, how in _PARENTS.items() if issubclass(model, kind)]
    parent: Table = Base.metadata.tables[table]
    assert column in columns
    # Found by the parent's key, row by row: a list of all a school's alerts would be long.
    return (
        exists()
        .where(parent.c[key] == getattr(model, column), parent.c.school_id.in_(wanted))
        .correlate_except(parent)
    )


@event.listens_for(ScopedSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    session = state.session
    assert isinstance(session, ScopedSession)
    school_ids = session.scope.school_ids
    if school_ids is None or state.is_insert or state.is_column_load or state.is_relationship_load:
        return
    state.statement = state.statement.options(*_criteria(school_ids))
    state.update_execution_options(**{NARROWED: True})


@event.listens_for(ScopedSession, "before_flush")
def _refuse(session: Session, _context: UOWTransaction, _instances: object) -> None:
    assert isinstance(session, ScopedSession)
    scope = session.scope
    for row in session.new:
        school_id = getattr(row, "school_id", None) if isinstance(row, OfSchool) else None
        if school_id is not None and not scope.covers(school_id):
            raise OutOfScopeError(f"{type(row).__name__} of {school_id}")
