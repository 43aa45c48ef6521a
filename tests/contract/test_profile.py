"""What a compliance profile may say, and what the shipped one says."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.contract.profile import Level, ProfileError, Reading, Subject, load_profile
from pipeline.core.errors import ConfigError
from pipeline.runtime.check import check_config

SHIPPED = Path(__file__).resolve().parents[2] / "configs" / "compliance" / "cn-school.yaml"


def _changed(tmp_path: Path, change: dict[str, Any]) -> Path:
    told = yaml.safe_load(SHIPPED.read_text("utf-8")) | change
    file = tmp_path / "profile.yaml"
    file.write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    return file


def _place(row_id: str, place: str, **more: Any) -> dict[str, Any]:
    told = {"id": row_id, "place": place, "level": "must", "text": "order_799"}
    return {**told, "reading": "unverified", **more}


def _days(row_id: str, days: int, **more: Any) -> dict[str, Any]:
    told = {"id": row_id, "days": days, "applies_to": "footage", "text": "order_799"}
    return {**told, "reading": "unverified", **more}


def test_the_shipped_one_calls_nothing_law_that_was_not_read() -> None:
    profile = load_profile(SHIPPED)
    rows = (*profile.durations, *profile.placements, *profile.forbidden)
    read = {row.id for row in rows if row.reading is Reading.VERIFIED}
    kitchen = {"food_store", "cooking", "serving_prep", "dedicated_room", "sample_room"}
    law = {"law_floor", "ct_target", "alarm_log", "pia_record", "private_rooms"}
    assert read == kitchen | law | {"dishwash"}
    assert all(row.clause for row in rows if row.id in read)
    nap_room = next(row for row in profile.placements if row.id == "kg_nap_room")
    assert nap_room.level is Level.LEGAL_REVIEW


def test_days_for_logs_are_not_days_of_footage() -> None:
    profile = load_profile(SHIPPED)
    footage = {row.id: row.days for row in profile.durations if row.applies_to is Subject.FOOTAGE}
    assert footage == {"law_floor": 30, "ct_target": 90, "bureau_policy": 90}


def test_it_holds_from_its_day_to_the_day_before_its_end(tmp_path: Path) -> None:
    profile = load_profile(_changed(tmp_path, {"until_day": dt.date(2027, 1, 1)}))
    days = [dt.date(2025, 3, 31), dt.date(2025, 4, 1), dt.date(2026, 12, 31), dt.date(2027, 1, 1)]
    assert [profile.is_in_force(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"durations": [_days("a", 30), _days("b", 20, limit="at_most", when="canteen")]},
            r"a asks for 30 days of footage and b allows 20",
        ),
        ({"placements": [_place("a", "moon")]}, r"placements\.0\.place: .*gate_outside"),
        (
            {"placements": [_place("a", "cooking"), _place("b", "cooking", level="should")]},
            "b and a ask differently for cooking",
        ),
        ({"placements": [_place("a", "toilet")]}, "toilet is asked for and forbidden"),
        ({"placements": [_place("a", "cooking", text="hearsay")]}, "a: there is no text hearsay"),
        ({"placements": [_place("a", "cooking"), _place("a", "cutting")]}, "a names 2 rows"),
        (
            {"placements": [_place("a", "cooking", reading="verified")]},
            "its clause has to be named",
        ),
        ({"until_day": dt.date(2025, 4, 1)}, "until_day lies before from_day"),
        ({"placements": [_place("a", "cooking", of=[])]}, "at least 1 item"),
        ({"days": 90}, "days: Extra inputs"),
    ],
)
def test_what_contradicts_itself_is_refused_where_it_stands(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    file = _changed(tmp_path, change)
    with pytest.raises(ProfileError, match=said):
        load_profile(file)
    with pytest.raises(ConfigError, match=said):
        check_config(file)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"days": 30, "months": 1}, "exactly one"),
        ({"months": 1}, "footage is counted in days"),
        ({"days": 30, "when": "present"}, "speaks of places"),
        ({"days": 0}, "greater than or equal to 1"),
    ],
)
def test_a_length_is_one_number(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    row = {"id": "a", "applies_to": "footage", "text": "order_799", "reading": "partial", **more}
    with pytest.raises(ProfileError, match=said):
        load_profile(_changed(tmp_path, {"durations": [row]}))


@pytest.mark.parametrize("content", [b"profile: [", b"\xff\xfe", b"profile: x", b"- 1"])
def test_what_is_no_profile_is_said_so(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "profile.yaml"
    file.write_bytes(content)
    with pytest.raises(ProfileError, match=r"profile\.yaml"):
        load_profile(file)


def test_the_check_tells_each_requirement_and_what_was_not_read() -> None:
    told = check_config(SHIPPED).splitlines()
    assert told[0].startswith("ok, Schools and kindergartens")
    by_id = {line.split(":")[0].strip(): line for line in told[1:]}
    assert "footage for 30 days" in by_id["law_floor"]
    assert "not shown as law" not in by_id["law_floor"]
    assert "logs for 6 months" in by_id["net_log"]
    assert "partial, not shown as law" in by_id["net_log"]
    assert "dorm_entrance, must, schools alone if boarding" in by_id["dorm_entrance"]
    assert "asks nothing yet" in by_id["db3212"]
