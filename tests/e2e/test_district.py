"""The demo's district on a real command centre: the second school is enrolled once, stays apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import demo_check
import demo_district
import demo_site
import httpx
import pytest

from tests.api.messages import alert_uuid, episode, registration
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(180)]
MINGAN = str(Path(demo_check.__file__).parents[1] / ".venv" / "bin" / "mingan")
OTHER_PORT = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("district"))
    stack.start_api()
    yield stack
    stack.stop()


def _enrol(centre: Stack) -> dict[demo_site.SignIn, str | None]:
    """What scripts/run does for the second school, without its worker."""
    cameras = demo_site.second_school_cameras(centre.rtsp_port)
    config = demo_site.write_config(centre.home, centre.url, cameras, demo_site.SECOND)
    district = demo_district.District(centre.url, centre.home, centre.password)
    try:
        district.enrol(demo_site.SECOND, config, MINGAN)
        return {person: district.password_of(person) for person in demo_site.PEOPLE}
    finally:
        district.close()


def _token(centre: Stack, school: demo_site.School) -> str:
    if school == demo_site.FIRST:
        return (centre.home / "api" / "worker.token").read_text().strip()
    return (school.home(centre.home) / "worker" / "box.token").read_text().strip()


def _raise(centre: Stack, school: demo_site.School, name: str) -> None:
    """The school's box reports its north gate, and an alert there."""
    of = {"school_id": school.id}
    with httpx.Client(
        base_url=f"{centre.url}/api/v2/ingest",
        headers={"Authorization": f"Bearer {_token(centre, school)}"},
        trust_env=False,
    ) as box:
        gate = registration(school_name=school.name, **of).model_dump(mode="json")
        box.put("/cameras/gate-north", json=gate).raise_for_status()
        alert = episode(name, raised_at=datetime.now(UTC), **of).model_dump(mode="json")
        box.put(f"/alerts/{alert_uuid(name)}", json=alert).raise_for_status()


def test_the_second_school_is_enrolled_once_and_its_people_keep_their_passwords(
    centre: Stack,
) -> None:
    people = _enrol(centre)
    token = _token(centre, demo_site.SECOND)
    assert all(people.values())

    assert _enrol(centre) == people
    assert _token(centre, demo_site.SECOND) == token


def test_a_command_centre_on_another_port_enrols_the_same_box_anew(centre: Stack) -> None:
    _enrol(centre)
    path = demo_site.SECOND.home(centre.home) / "worker" / "enrolment.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"url": OTHER_PORT}))
    _enrol(centre)
    assert json.loads(path.read_text())["url"] == centre.url
    boxes = centre.sign_in().get("/boxes").json()["items"]
    of_second = [box for box in boxes if box["school"]["school_id"] == demo_site.SECOND.id]
    assert [box["state"] for box in of_second] == ["active"]


def test_a_password_that_is_not_the_demos_is_left_alone(centre: Stack) -> None:
    reviewer = demo_site.PEOPLE[0]
    kept = centre.home / f"{reviewer.username}-password"
    given = _enrol(centre)[reviewer]
    kept.unlink()
    assert _enrol(centre)[reviewer] is None
    kept.write_text("chosen by themselves\n")
    assert _enrol(centre)[reviewer] is None
    kept.write_text(f"{given}\n")
    assert _enrol(centre)[reviewer] == given


def test_places_are_there_and_cameras_hang_at_them(centre: Stack) -> None:
    _enrol(centre)
    schools = (demo_site.FIRST, demo_site.SECOND)
    for school in schools:
        _raise(centre, school, f"described at {school.id}")
    district = demo_district.District(centre.url, centre.home, centre.password)
    for _ in range(2):
        district.describe(schools, 1.0)
    district.close()
    admin = centre.sign_in()
    for school in schools:
        places = admin.get(f"/schools/{school.id}/places").json()["items"]
        assert [each["name"] for each in places] == [place.name for place in school.places]
    rows = admin.get("/register").json()["items"]
    gates = {row["school"]["school_id"]: row["place"] for row in rows}
    assert {each["name"] for each in gates.values()} == {"北门"}
    assert gates.keys() == {school.id for school in schools}


@pytest.fixture
def check(centre: Stack) -> Iterator[demo_check.DemoCheck]:
    signed_in = demo_check.DemoCheck(centre.url, centre.password)
    yield signed_in
    signed_in.close()


def test_each_sign_in_sees_its_own_of_two_cameras_with_one_id(
    centre: Stack, check: demo_check.DemoCheck
) -> None:
    people = _enrol(centre)
    for school in (demo_site.FIRST, demo_site.SECOND):
        _raise(centre, school, f"at {school.id}")
    alerts = check.alerts()
    assert sorted((each["school"]["school_id"], each["camera_id"]) for each in alerts) == [
        (demo_site.FIRST.id, "gate-north"),
        (demo_site.SECOND.id, "gate-north"),
    ]
    said = [check.sees(person, password or "", alerts) for person, password in people.items()]
    assert [" ".join(line.split()) for line in said] == [
        "reviewer sees 2 of 2 alerts, 2 of 2 cameras",
        "school-2 sees 1 of 2 alerts, 1 of 2 cameras",
    ]

    reviewer, manager = demo_site.PEOPLE
    too_much = demo_site.SignIn(reviewer.username, reviewer.role, demo_site.SECOND)
    with pytest.raises(demo_check.CheckError, match="answered 200"):
        check.sees(too_much, people[reviewer] or "", alerts)
    too_little = demo_site.SignIn(manager.username, manager.role)
    with pytest.raises(demo_check.CheckError, match="answered 404"):
        check.sees(too_little, people[manager] or "", alerts)
