"""The demo's cameras: what they watch for, how they are now, and how long they were analysed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from api.cameras.hours import ANALYSED, HourKey, quarter_of
from api.contract import CameraState, MissingReason
from api.contract.base import CONTRACT_VERSION
from api.contract.places import PlaceKind
from api.demo.footage import FootageStory
from api.demo.marks import CODE_PREFIX
from api.demo.schools import Fault, SchoolPlan
from api.demo.world import ZONE, Words, World
from api.kit.version import VERSION
from api.organisations.subjects import KITCHEN

K = PlaceKind
_CLOTHES = ("no_chef_hat", "no_mask", "no_uniform", "no_gloves", "bare_torso", "smoking")
_RULES: dict[PlaceKind, tuple[str, ...]] = {
    K.GATE_OUTSIDE: ("illegal_parking", "crowding", "fire_lane_blocked", "fighting"),
    K.ENTRANCE: ("line_crossing", "crowding", "loitering"),
    K.GUARD_ROOM: ("off_post", "sleeping_on_post"),
    K.PERIMETER: ("perimeter_intrusion", "climbing", "loitering"),
    K.OUTDOOR_GATHERING: ("fall", "fighting", "crowding"),
    K.TEACHING_PASSAGE: ("crowding", "left_object", "fighting"),
    K.STAIRS_CORRIDOR: ("fall", "crowding", "left_object"),
    K.VALUABLES: ("loitering", "perimeter_intrusion"),
    K.UTILITY_ROOM: ("fire_smoke", "perimeter_intrusion"),
    K.CONTROL_ROOM: ("off_post", "sleeping_on_post"),
    K.FOOD_STORE: ("rodent", "unauthorized_entry"),
    K.COOKING: (*_CLOTHES, "unattended_fire", "fire_smoke"),
    K.SERVING_PREP: (*_CLOTHES[:4], "phone_use", "unauthorized_entry"),
    K.SAMPLE_ROOM: ("unauthorized_entry",),
    K.DISHWASH: ("no_uniform", "bin_uncovered", "floor_water"),
    K.ROUGH_PREP: ("no_chef_hat", "no_uniform", "floor_water", "bin_uncovered"),
    K.CUTTING: (*_CLOTHES, "phone_use"),
    K.CANTEEN_OPS: ("no_chef_hat", "smoking", "phone_use"),
    K.CANTEEN_STORE: ("rodent", "unauthorized_entry"),
    K.DINING_HALL: ("crowding", "fall", "fighting", "floor_water"),
    K.KG_ACTIVITY_ROOM: ("fall", "crowding"),
    K.DORM_ENTRANCE: ("loitering", "crowding", "line_crossing"),
    K.HAZMAT_ROOM: ("perimeter_intrusion", "fire_smoke", "loitering"),
    K.PARKING: ("illegal_parking", "fire_lane_blocked"),
    K.CHANGING_ROOM: ("loitering",),
}
_SIDES = Words("进门右上方，2.8 m 高", "Above the door to the right, 2.8 m up")
_CANTEEN, _GROUNDS = Words("食堂", "Canteen"), Words("校园", "Campus")
_VENDORS = (
    ("海康威视", "DS-2CD3T46WDV3"),
    ("大华", "IPC-HFW2433M"),
    ("宇视", "IPC-B2A5-IR"),
)
_KITCHEN_HOURS = range(5, 20)
_INTERVALS_BACK = dt.timedelta(days=3)
"""For so long analysed time is told by intervals, as the timeline of a day shows them."""
_HOUR = dt.timedelta(hours=1)
HOUR_S = 3600.0
_OFFLINE = MissingReason.OFFLINE
_HARDLY_WATCHED = 0.5
"""Below this share of the time a school's box is too slow for its cameras."""
_BUSY_SHARE = 0.02
"""Of hours in which a box could not keep up."""
_BLINDS = frozenset({Fault.COVERED})


@dataclass(frozen=True, slots=True)
class DemoCamera:
    """A camera, once the database gave it numbers.

    Attributes:
        key: Its number.
        number: Counted through its school, from 1 on.
        school: Whose.
        kind: Of its place.
        place_id: Number of its place.
        place_name: Name of its place.
        box_id: Who reports it.
        story: Its footage.
    """

    key: int
    number: int
    school: SchoolPlan
    kind: PlaceKind
    place_id: int
    place_name: str
    box_id: int
    story: FootageStory

    @property
    def id(self) -> str:
        """Its id at its school."""
        return camera_id(self.number)

    @property
    def fault(self) -> Fault | None:
        """What was planted."""
        return self.story.fault

    @property
    def rules(self) -> tuple[str, ...]:
        """What it watches for."""
        return _RULES[self.kind]


def camera_id(number: int) -> str:
    """A camera's id at its school."""
    return f"cam-{number:02}"


def rules_of(kind: PlaceKind) -> tuple[str, ...]:
    """What a camera at such a place watches for."""
    return _RULES[kind]


def worker_row(world: World, school: SchoolPlan, box_id: int) -> dict[str, Any]:
    """A box's program. It is noted as lost already, so that its silence is told to nobody."""
    chance = world.chance("worker", school.id)
    return {
        "box_id": box_id,
        "worker_id": f"box-{school.number:02}",
        "version": VERSION,
        "contract_version": CONTRACT_VERSION,
        "started_at": world.ago(days=chance.randint(6, 40)),
        "sent_at": world.end,
        "last_seen_at": world.end,
        "lost_at": world.end,
        "outbox_pending": 0,
        "outbox_bytes": 0,
        "outbox_refused": 0,
        "disk_free_bytes": chance.randint(300, 900) * 10**9,
        "disk_total_bytes": 8 * 10**12,
        "cpu_busy": round(chance.uniform(0.25, 0.7), 2),
        "rules": None,
    }


def camera_row(
    world: World,
    school: SchoolPlan,
    number: int,
    kind: PlaceKind,
    place: str,
    box_id: int,
    story: FootageStory,
) -> dict[str, Any]:
    """What its box last said of a camera."""
    begun_at = dt.datetime.fromtimestamp(story.life_ms / 1000, dt.UTC)
    is_off = story.fault is Fault.OFFLINE or school.closed_days_ago is not None
    is_slow = school.watched < _HARDLY_WATCHED
    since = world.ago(hours=5) if is_off else world.ago(days=2, hours=number % 9)
    picture = None
    if story.fault in _BLINDS:
        fault = {"fault": "occlusion", "since": world.ago(hours=3).isoformat()}
        reference = world.ago(days=20).isoformat()
        picture = {"faults": [fault], "reference_at": reference, "approved_at": None}
    seen_at = since if is_off or is_slow else world.end
    return {
        "school_id": school.id,
        "camera_id": camera_id(number),
        "box_id": box_id,
        "retired_at": None,
        "name": place,
        "location": world.say(_CANTEEN if kind in KITCHEN else _GROUNDS),
        "source": f"rtsp://192.0.2.{number}/Streaming/Channels/101",
        "rules": list(rules_of(kind)),
        "config_sha256": f"{school.number:02}" * 32,
        "created_at": begun_at,
        "registered_at": begun_at,
        "worker_id": f"box-{school.number:02}",
        "reported_at": world.end,
        "state": CameraState.NOT_WATCHING if is_off or is_slow else CameraState.WATCHING,
        "reason": "timeout" if is_off else "overloaded" if is_slow else "",
        "detail": "",
        "since": max(since, begun_at),
        "last_frame_at": since if is_off else world.end,
        "last_analysed_at": seen_at,
        "stream": {"codec": "h264", "width": 1920, "height": 1080, "fps": 25.0},
        "frames_analysed": 1_000_000 + 7919 * number,
        "frames_dropped": 13 * number,
        "reconnects": number % 4,
        "analysis_fps": 5.0,
        "analysis_fps_configured": 5.0,
        "picture": picture,
        "clock": _clock(world, story),
        "picture_approved_at": None,
        "picture_approved_by": None,
        "withheld": None,
    }


def _clock(world: World, story: FootageStory) -> dict[str, Any]:
    is_slow = story.fault is Fault.SLOW_CLOCK
    return {
        "offset_s": -420.0 if is_slow else 0.2,
        "drift_s_per_day": -1.1 if is_slow else 0.01,
        "measured_at": world.ago(minutes=2).isoformat(),
        "doubt": None,
    }


def record_row(world: World, camera: DemoCamera) -> dict[str, Any]:
    """What the register says of a camera."""
    vendor, model = _VENDORS[(camera.school.number + camera.number) % len(_VENDORS)]
    manager = world.say(Words("示例联系人", "Sample contact"))
    return {
        "camera_key": camera.key,
        "place_id": camera.place_id,
        "code": f"{CODE_PREFIX}{camera.school.number:02}-{camera.number:03}",
        "vendor": vendor,
        "model": model,
        "district": world.say(Words("清河区（示例）", "Qinghe (Sample)")),
        "address": world.say(
            Words(f"学府路 {camera.school.number} 号", f"{camera.school.number} Academy Road")
        ),
        "longitude": None,
        "latitude": None,
        "position": world.say(_SIDES),
        "network": world.say(Words("校园视频专网", "Campus video network")),
        "police_station": "",
        "installed_on": dt.datetime.fromtimestamp(camera.story.life_ms / 1000, dt.UTC).date(),
        "manager": manager,
        "manager_phone": "",
        "updated_at": world.ago(days=30),
        "updated_by": camera.school.person("manager"),
    }


def analysed_hours(world: World, camera: DemoCamera) -> Iterator[dict[str, Any]]:
    """Rows of ``analysed_hours``: the camera's first rule, hour by hour."""
    for at, seconds, reason in _hours(world, camera):
        rule = camera.rules[0]
        hour = {"camera_key": camera.key, "rule_id": rule, "rule": rule, "hour_at": at}
        if seconds > 0.0:
            yield hour | {"reason": ANALYSED, "seconds": seconds}
        elif at >= world.end - _INTERVALS_BACK:
            yield hour | {"reason": ANALYSED, "seconds": 0.0}
        if reason is not None and at >= world.end - _INTERVALS_BACK:
            yield hour | {"reason": reason, "seconds": HOUR_S - seconds}


def analysed_quarters(hours: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows of ``analysed_quarters`` of those hours."""
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for hour in hours:
        quarter = hour | {"hour_at": quarter_of(hour["hour_at"]), "seconds": 0.0}
        key = tuple(quarter[name] for name in HourKey._fields)
        found.setdefault(key, quarter)["seconds"] += hour["seconds"]
    yield from found.values()


def analysed_intervals(
    world: World, camera: DemoCamera
) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Rows of ``analysed_intervals``, each with that of ``missing_intervals`` if it has one."""
    rule = camera.rules[0]
    for at, seconds, reason in _hours(world, camera, world.end - _INTERVALS_BACK):
        key = {"camera_key": camera.key, "rule_id": rule, "from_at": at}
        missing = None
        if reason is not None:
            missing = key | {"reason": reason, "seconds": HOUR_S - seconds}
        yield key | {"to_at": at + _HOUR, "rule": rule, "analysed_s": seconds}, missing


def _hours(
    world: World, camera: DemoCamera, since: dt.datetime | None = None
) -> Iterator[tuple[dt.datetime, float, MissingReason | None]]:
    """Whole hours, the seconds that were looked at, and why the others were not."""
    school, story = camera.school, camera.story
    life = dt.datetime.fromtimestamp(story.life_ms / 1000, dt.UTC)
    at = max(world.begin, since or world.begin, life).replace(minute=0, second=0, microsecond=0)
    closed = world.end
    if school.closed_days_ago is not None:
        closed = world.ago(days=school.closed_days_ago)
    day: dt.date | None = None
    draws: list[tuple[float, float]] = []
    while at + _HOUR <= min(world.end, closed):
        if at.date() != day:
            # A day's chance at once, so that it does not matter from where on it is asked.
            day = at.date()
            chance = world.chance("hours", school.id, camera.number, day)
            draws = [(chance.random(), chance.random()) for _ in range(24)]
        watched, busy = draws[at.hour]
        start_ms = round(at.timestamp() * 1000)
        if story.is_missing(start_ms, start_ms + 3_600_000):
            yield at, 0.0 if story.fault is Fault.OFFLINE else HOUR_S * 0.3, _OFFLINE
        elif camera.kind in KITCHEN and at.astimezone(ZONE).hour not in _KITCHEN_HOURS:
            yield at, 0.0, MissingReason.OUT_OF_SCHEDULE
        elif watched >= school.watched:
            is_slow = school.watched < _HARDLY_WATCHED
            yield at, 0.0, MissingReason.OVERLOADED if is_slow else _OFFLINE
        elif busy < _BUSY_SHARE:
            yield at, round(HOUR_S * (0.7 + 10 * busy)), MissingReason.OVERLOADED
        else:
            yield at, HOUR_S, None
        at += _HOUR
