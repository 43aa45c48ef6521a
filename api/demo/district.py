"""The demo's bureau, schools, places, boxes and cameras."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from api.contract.places import PlaceKind
from api.db.camera import Camera, CameraRecord, Worker
from api.db.models import User
from api.db.order import Duty
from api.db.organisation import Box, Bureau, Community, Membership, Place, School
from api.demo import cameras, people
from api.demo.cameras import DemoCamera
from api.demo.footage import story_of
from api.demo.marks import MARK_EN, MARK_ZH, PREFIX
from api.demo.place_names import PLACE_NAMES
from api.demo.schools import BUREAU, COMMUNITIES, Fault, SchoolPlan
from api.demo.world import ZONE, Words, World, holidays_of, terms_of
from api.demo.writing import Writer

_HEARD_SINCE = dt.timedelta(days=400)
_CT_DAYS, _FLOOR_DAYS = 90, 30


def marked(words: Words) -> Words:
    """A name with the mark of the demo."""
    return Words(words.zh + MARK_ZH, words.en + MARK_EN)


async def write_district(
    writer: Writer, schools: Sequence[SchoolPlan], hashes: dict[str, str]
) -> list[DemoCamera]:
    """Write it; answers its cameras.

    Args:
        writer: Whereto.
        schools: Which.
        hashes: Of passwords of whoever may sign in.
    """
    world = writer.world
    if not await writer.repository.has_bureau():
        name = marked(BUREAU)
        await writer.put(Bureau, [{"name_zh": name.zh, "name_en": name.en}])
    await writer.put(Community, _communities(world))
    await writer.put(School, [_school(world, each) for each in schools])
    await writer.put(Membership, (_membership(world, each) for each in schools))
    await writer.put(User, people.user_rows(world, schools, hashes))
    await writer.put(Duty, people.duty_rows(schools))
    found: list[DemoCamera] = []
    for school in schools:
        found += await _write_school(writer, school)
    writer.announce(f"{len(schools)} schools, {len(found)} cameras")
    return found


def _communities(world: World) -> Iterator[dict[str, Any]]:
    for number, words in enumerate(COMMUNITIES, 1):
        name = marked(words)
        yield {
            "community_id": f"{PREFIX}community-{number}",
            "name_zh": name.zh,
            "name_en": name.en,
            "created_at": world.begin - _HEARD_SINCE,
            "closed_at": None,
        }


def _school(world: World, school: SchoolPlan) -> dict[str, Any]:
    closed_at = None
    if school.closed_days_ago is not None:
        closed_at = world.ago(days=school.closed_days_ago)
    return {
        "school_id": school.id,
        "community_id": school.community_id,
        "code": school.code,
        "name_zh": school.marked.zh,
        "name_en": school.marked.en,
        "type": school.type,
        "pupils": school.pupils,
        **{flag: school.has(flag) for flag in _FLAGS},
        "time_zone": ZONE.key,
        "terms": [each.model_dump(mode="json") for each in terms_of(world)],
        "holidays": [str(each) for each in holidays_of(world)],
        "workdays": [],
        "created_at": world.begin - _HEARD_SINCE,
        "described_at": world.begin - _HEARD_SINCE,
        "closed_at": closed_at,
    }


_FLAGS = ("boarding", "canteen", "ct_key_target", "hazmat", "parking")


def _membership(world: World, school: SchoolPlan) -> dict[str, Any]:
    return {
        "school_id": school.id,
        "from_at": world.begin - _HEARD_SINCE,
        "community_id": school.community_id,
        "to_at": None,
    }


async def _write_school(writer: Writer, school: SchoolPlan) -> list[DemoCamera]:
    world = writer.world
    kinds = (*school.places, *school.bare)
    names = {kind: world.say(PLACE_NAMES[kind]) for kind in kinds}
    place_ids = await writer.numbered(Place, [_place(world, school, k, names[k]) for k in kinds])
    at = dict(zip(kinds, place_ids, strict=True))
    [box_id] = await writer.numbered(Box, [_box(world, school)])
    await writer.put(Worker, [cameras.worker_row(world, school, box_id)])
    asked = _CT_DAYS if school.has("ct_key_target") else _FLOOR_DAYS
    hung: list[tuple[int, PlaceKind, Any]] = []
    for number, kind in enumerate(school.places, 1):
        fault = school.faults.get(kind)
        # A trespass is told by its place; its footage is in order.
        planted = None if fault is Fault.FORBIDDEN else fault
        story = story_of(world, f"{school.id} {kind}", asked, planted, school.gaps_a_month)
        hung.append((number, kind, story))
    keys = await writer.numbered(
        Camera,
        [
            cameras.camera_row(world, school, number, kind, names[kind], box_id, story)
            for number, kind, story in hung
        ],
    )
    found = [
        DemoCamera(key, number, school, kind, at[kind], names[kind], box_id, story)
        for key, (number, kind, story) in zip(keys, hung, strict=True)
    ]
    await writer.put(CameraRecord, (cameras.record_row(world, each) for each in found))
    return found


def _place(world: World, school: SchoolPlan, kind: PlaceKind, name: str) -> dict[str, Any]:
    created_at = world.begin - _HEARD_SINCE
    return {"school_id": school.id, "kind": kind, "name": name, "created_at": created_at}


def _box(world: World, school: SchoolPlan) -> dict[str, Any]:
    # Made up, and not of any token: nobody reports as this box.
    token = f"5a3b1e{school.number:058x}"
    return {
        "school_id": school.id,
        "name": world.say(Words("分析主机（示例）", "Box (Sample)")),
        "token_sha256": token,
        "created_at": world.begin - _HEARD_SINCE,
        "rotated_at": None,
        "revoked_at": None,
        "refused": 0,
        "refused_at": None,
        "refused_code": None,
    }
