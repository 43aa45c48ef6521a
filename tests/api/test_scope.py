"""One scope: no table, no statement and no session of the command centre escapes it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    create_engine,
    delete,
    event,
    exists,
    func,
    inspect,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import aliased

from api.access.permissions import Permission
from api.access.roles import ROLES, Reach, Role, may_give
from api.access.scope import EVERYTHING, NOTHING, Scope, of_person, of_school
from api.db import (
    camera,
    compliance,
    configuration,
    exam,
    exam_keeping,
    expiry_mark,
    floor_plan,
    inspection,
    job,
    meeting,
    models,
    notice,
    order,
    organisation,
    privacy,
    report,
    saved_filter,
)
from api.db.base import Base, OfAlert, OfCamera, OfInspection, OfOrder, OfSchool
from api.db.narrowing import OutOfScopeError, ScopedSession, in_scope, narrow, owned
from tests.api.messages import T0
from tests.support.narrowed import unnarrowed

API = Path(__file__).parents[2] / "api"
_TABLES = (
    camera,
    compliance,
    configuration,
    exam,
    exam_keeping,
    expiry_mark,
    floor_plan,
    inspection,
    job,
    meeting,
    models,
    notice,
    order,
    organisation,
    privacy,
    report,
    saved_filter,
)

OF_NO_SCHOOL = {
    "access_log_head": "one row, the end of the one chain of all entries",
    "access_log_check": "one row, what was found when that chain was followed last",
    "bureaus": "one row, the district's own name",
    "communities": "names of groups of schools, which everybody may read",
    "evidence_grants": "found by a secret token of one person, then compared with their name and a"
    " file that is read in scope",
    "events": "numbered across all schools; `api.stream` hands each console those it may hear",
    "expiry_mark": "how far the command centre's own time has come",
    "footage_requirements": "what rules ask of footage, for whomever they apply to",
    "judged_profiles": "profiles of rules, as everybody may read them",
    "judgements": "who had the district judged again; of its administrators",
    "exams": "of the district; the rooms in which they are sat have their schools",
    "exam_sessions": "of exams, and as these of the district",
    "exam_duties": "who of the district's people watches a session",
    "identities": "found by what a provider vouched for, before anybody's scope is known",
    "inspection_plans": "of the district's administrators; what they make has its school",
    "jobs": "what the command centre does by itself; of district administrators",
    "meetings": "of those who are invited, of whichever school; always asked for by one's name, but"
    " by the job that looks after all of them",
    "meeting_entries": "who was in them; asked for with a meeting that was found so",
    "meeting_people": "who is invited to them; asked for with a meeting that was found so",
    "notice_channels": "whereto the district's administrators have notices sent",
    "notice_rules": "of what they have channels told",
    "notices": "messages of the district's administrators; what each tells of has its school",
    "push_subscriptions": "found by a session, or of people who were read in scope",
    "report_schedules": "of one person, always asked for by their name; the job that looks after"
    " all of them asks for each person's scope",
    "saved_filters": "of one person, always asked for by their name; it holds numbers and no rows",
    "sessions": "found by a secret token, or of a user who was read in scope",
}
"""Tables whose rows belong to no school, and why."""

IN_EVERYTHING = {
    "access/scope.py": "where it is made; who has no school is of the whole district",
    "audit/checking.py": "follows the one chain of all entries, as a job",
    "audit/command.py": "follows the one chain of all entries, from the command line",
    "auth/guards.py": "who asks is looked up before their scope is known",
    "auth/service.py": "who signs in or must choose a password has no scope yet; the first"
    " administrator and a reset password come from the command line",
    "auth/standing.py": "looks up one session by its secret",
    "auth/sessions.py": "who signs in or is enrolled has no scope yet",
    "boxes/service.py": "the own box's first words may take it to the school it names, once",
    "compliance/judging_jobs.py": "every school is judged, by whichever process is alive",
    "demo/living.py": "from the command line; the demo's boxes stand in many schools",
    "demo/removing.py": "from the command line; the schools to take away are looked up first",
    "demo/writing.py": "from the command line; makes many schools",
    "expiry.py": "what is old is deleted in every school",
    "health/endpoints.py": "a stranger is told one word: whether all is well",
    "health/service.py": "metrics for a program on this machine",
    "inspections/making.py": "looks in every school for missing forms; makes each in its own",
    "ingest/refusals.py": "counts for the box that was refused",
    "jobs/scheduler.py": "a job that runs is the command centre's own",
    "meetings/ending.py": "looks after every meeting, by whichever process is alive",
    "notices/sending.py": "a message is sent by the command centre itself, to whoever a rule names",
    "startup.py": "before the first request",
}
"""Modules that open sessions in the scope of everything, and why."""

_PASS_BY = re.compile(
    r"\b(exec_driver_sql|__table__|\.connection\(\)|metadata\.tables|AsyncSession\(|Session\(|"
    r"async_sessionmaker|from_statement|in_scope|literal_column|sqlalchemy import .*\btext\b)"
)
_MAY_PASS_BY = {"db"}


def test_every_table_is_a_schools_or_says_why_not() -> None:
    ours = {model.__tablename__ for model in owned()}
    tables = set(Base.metadata.tables)
    assert tables - ours == set(OF_NO_SCHOOL)
    assert not ours & set(OF_NO_SCHOOL)


def test_what_names_its_school_is_found_by_it() -> None:
    for model in owned():
        if "school_id" in inspect(model).columns:
            assert issubclass(model, OfSchool), model


def _sources() -> Iterator[tuple[str, str]]:
    for path in API.rglob("*.py"):
        name = path.relative_to(API)
        if name.parts[0] not in {"console", "contract"}:
            yield str(name), path.read_text("utf-8")


@pytest.mark.whole
def test_everything_is_opened_where_it_says_why() -> None:
    found = {
        name
        for name, source in _sources()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and node.id == "EVERYTHING"
    }
    assert found == set(IN_EVERYTHING)


def test_no_scope_is_made_elsewhere() -> None:
    found = {
        name
        for name, source in _sources()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Scope"
    }
    assert found == {"access/scope.py"}


def test_no_statement_passes_the_narrowing_by() -> None:
    wrong = [
        f"{name}:{number} {line.strip()}"
        for name, source in _sources()
        if Path(name).parts[0] not in _MAY_PASS_BY
        for number, line in enumerate(source.splitlines(), 1)
        if _PASS_BY.search(line)
    ]
    assert wrong == []


def test_roles_are_asked_for_nowhere_else() -> None:
    """Guards ask for permissions; which role somebody has only the room of people looks at."""
    wrong = {
        name
        for name, source in _sources()
        if re.search(r"\bRole\.[A-Z]|\.role\b(?! *[,)\]=]).*[!=]=", source)
    }
    assert wrong == {"access/roles.py", "auth/schemas.py", "auth/service.py"}


@pytest.fixture
def session() -> Iterator[Callable[[Scope], ScopedSession]]:
    """Sessions on an empty database, in the scope they are asked for."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    opened: list[ScopedSession] = []

    def in_a_scope(scope: Scope) -> ScopedSession:
        opened.append(ScopedSession(engine, info=in_scope(scope)))
        return opened[-1]

    yield in_a_scope
    for each in opened:
        each.close()
    engine.dispose()


_OF_PLACES = {
    "alerts",
    "alert_evidence",
    "cameras",
    "evidence_files",
    "exam_showings",
    "places",
    "user_places",
    "work_orders",
}
"""Tables whose rows belong to places, besides those of a camera or an alert."""

_SHAPES: dict[str, Callable[[Any, Any], Any]] = {
    "rows": lambda model, _: select(model),
    "a column": lambda _, column: select(column),
    "a count": lambda model, _: select(func.count()).select_from(model),
    "a count of some": lambda model, column: select(
        func.count(column).filter(column.is_not(None))
    ).select_from(model),
    "an alias": lambda model, _: select(aliased(model)),
    "a subquery": lambda _, column: select(select(column).subquery()),
    "a common table": lambda _, column: select(select(column).cte()),
    "a value beside": lambda _, column: select(
        organisation.Bureau.id, select(func.max(column)).scalar_subquery()
    ),
    "a union": lambda _, column: select(union_all(select(column), select(column)).subquery()),
    "in a condition": lambda _, column: select(organisation.Bureau.id).where(
        exists(select(column)) | organisation.Bureau.name_zh.in_(select(column))
    ),
    "a join": lambda model, column: select(organisation.Bureau).join(model, column.is_not(None)),
    "an outer join": lambda model, column: select(organisation.Bureau, column).outerjoin(
        model, column.is_not(None)
    ),
    "a change": lambda model, column: update(model).values({column: column}),
    "a deletion": lambda model, _: delete(model),
}


@pytest.mark.parametrize("shape", _SHAPES)
@pytest.mark.parametrize("model", sorted(owned(), key=str), ids=lambda model: model.__tablename__)
def test_every_statement_on_every_table_of_schools_is_narrowed(
    session: Callable[[Scope], ScopedSession], model: type[Base], shape: str
) -> None:
    sent: list[tuple[str, Any]] = []
    event.listen(
        session(NOTHING).get_bind(),
        "before_cursor_execute",
        lambda _c, _k, sql, given, *_: sent.append((sql, given)),
    )
    column = getattr(model, inspect(model).primary_key[0].key)
    of_places = model.__tablename__ in _OF_PLACES or issubclass(model, OfCamera | OfAlert | OfOrder)
    is_form = model.__tablename__ == "inspections" or issubclass(model, OfInspection)
    for places in (None, frozenset({7}), frozenset[int]()):
        narrowed = session(of_person("me", "mine", places))
        narrowed.execute(_SHAPES[shape](model, column))
        narrowed.rollback()
        sql, given = sent[-1]
        assert re.search(rf"(?:FROM|JOIN|UPDATE) {model.__tablename__}\b", sql)
        assert unnarrowed(sql) == []
        assert "mine" in given
        is_of_orders = model.__tablename__ == "work_orders" or issubclass(model, OfOrder)
        assert ("me" in given) == ((is_of_orders or is_form) and places is not None)
        # Of forms those that one was given, wherever one stands.
        if is_form:
            continue
        # What belongs to a camera or a place is narrowed to the places too.
        is_at_places = re.search(r"place_id IN|places(_\d+)?\.id IN", sql) is not None
        assert is_at_places == (of_places and places is not None)
    assert len(sent) == 3


def test_a_statement_that_was_not_narrowed_is_seen() -> None:
    """The check that listens to every statement of the api's tests is no check unless it fails."""
    assert unnarrowed("SELECT count(alerts.id) FROM alerts WHERE alerts.status = ?") == ["alerts"]
    one = "SELECT 1 FROM alerts AS a JOIN alerts ON true WHERE alerts.school_id IN (?)"
    assert unnarrowed(one) == ["alerts"]
    assert unnarrowed("SELECT 1 FROM alerts WHERE alerts.school_id IN (?, ?)") == []
    assert unnarrowed("DELETE FROM alert_history WHERE id = 1") == ["alert_history"]


def test_a_row_is_fetched_by_its_key_in_scope_alone(
    session: Callable[[Scope], ScopedSession],
) -> None:
    first = session(EVERYTHING)
    for school_id in ("mine", "theirs"):
        first.add(
            organisation.Box(
                id=len(school_id), school_id=school_id, name="box", created_at=T0, refused=0
            )
        )
        first.flush()
    sessions = [session(scope) for scope in (of_school("mine"), NOTHING)]
    bind = first.connection()
    found = []
    for each in sessions:
        each.bind = bind
        found.append([each.get(organisation.Box, key) is not None for key in (4, 6)])
    assert found == [[True, False], [False, False]]


def test_a_session_that_was_narrowed_knows_no_row_of_before(
    session: Callable[[Scope], ScopedSession],
) -> None:
    met = session(EVERYTHING)
    box = organisation.Box(id=4, school_id="theirs", name="box", created_at=T0, refused=0)
    met.add(box)
    met.flush()
    narrow(met, of_school("mine"))
    assert met.get(organisation.Box, 4) is None
    assert met.scalars(select(organisation.Box)).all() == []


def test_another_schools_row_cannot_be_added(session: Callable[[Scope], ScopedSession]) -> None:
    mine = session(of_school("mine"))
    mine.add(organisation.Place(school_id="theirs", kind="gate", name="gate"))
    with pytest.raises(OutOfScopeError):
        mine.flush()


def test_a_session_without_a_scope_reads_nothing(
    session: Callable[[Scope], ScopedSession],
) -> None:
    without = session(NOTHING)
    without.info.clear()
    with pytest.raises(AssertionError, match="in a scope"):
        without.execute(select(models.Alert.id))


def test_what_is_of_the_whole_district_is_given_for_it_alone() -> None:
    """Jobs and the organisation are not narrowed, so nobody of a school may have them."""
    of_schools = [
        grant.permissions for grant in ROLES.values() if grant.reach is not Reach.DISTRICT
    ]
    unscoped = {
        Permission.SEE_JOBS,
        Permission.MANAGE_ORGANISATION,
        Permission.MANAGE_NOTICES,
        Permission.PLAN_INSPECTIONS,
    }
    assert not unscoped & frozenset().union(*of_schools)


def test_nobody_gives_away_more_than_they_have() -> None:
    manager = ROLES[Role.SCHOOL_MANAGER].permissions
    admin = ROLES[Role.DISTRICT_ADMIN].permissions
    given = {role for role in Role if may_give(manager, role, "no-1")}
    of_places = {role for role in Role if ROLES[role].reach is Reach.PLACES}
    assert given == {Role.SCHOOL_MANAGER, Role.LEADER} | of_places
    assert of_places == {Role.SCHOOL_CANTEEN, Role.SCHOOL_SECURITY, Role.CONTRACTOR}
    refused = {role for role in Role if not any(may_give(admin, role, at) for at in (None, "no-1"))}
    assert refused == set()


def test_who_is_for_some_places_may_do_only_what_is_narrowed_to_them() -> None:
    """Footage, retention, people, boxes and the log are a school's: nobody of places has them."""
    of_places = [grant for grant in ROLES.values() if grant.reach is Reach.PLACES]
    may = frozenset().union(*(grant.permissions for grant in of_places))
    narrowed = {
        Permission.VIEW_ALERTS,
        Permission.SEE_PICTURES,
        Permission.VIEW_CAMERAS,
        Permission.WATCH_LIVE,
        Permission.VIEW_ORDERS,
        Permission.RECTIFY_ORDERS,
        Permission.VIEW_INSPECTIONS,
        Permission.PERFORM_INSPECTIONS,
        # To whatever they were invited, whoever called it: narrowed to their own name.
        Permission.ATTEND_MEETINGS,
    }
    assert may == narrowed
    assert all((grant.subject is None) == (grant not in of_places) for grant in ROLES.values())
