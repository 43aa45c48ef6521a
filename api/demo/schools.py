"""Who stands in the demo's district: twelve schools of every kind, and what is wrong at each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from api.contract.places import PlaceKind, SchoolType
from api.demo.marks import CODE_PREFIX, MARK_EN, MARK_ZH, PERSON_PREFIX, PREFIX
from api.demo.world import Words


class Fault(StrEnum):
    """What is wrong with a camera, or remarkable about it; else it keeps what is asked for."""

    SHORT_GAP = "short_gap"
    """Off the network for 58 seconds, three days ago."""
    OFFLINE = "offline"
    """Off the network since five hours."""
    IMMATURE = "immature"
    """Hangs for nine days."""
    KEPT_200 = "kept_200"
    """Keeps 200 days, which this school may not."""
    UNANSWERED = "unanswered"
    """Its recorder does not answer: nothing is known."""
    SILENT = "silent"
    """Nothing was ever told of its footage."""
    DISK_FULL = "disk_full"
    """Footage had to go after 21 days: a promise was broken."""
    WORKER_STOPPED = "worker_stopped"
    """Its box stood still for ten minutes, six days ago."""
    SLOW_CLOCK = "slow_clock"
    """Its recorder's clock is seven minutes slow, so its index contradicts itself for an hour."""
    HEALED = "healed"
    """Ten minutes were missing four days ago, and fetched from the recorder the next night."""
    COVERED = "covered"
    """Somebody covered it: watched, but its picture is no good."""
    FORBIDDEN = "forbidden"
    """Hangs where none may."""


K = PlaceKind
F = Fault
_CAMPUS = (
    K.GATE_OUTSIDE,
    K.ENTRANCE,
    K.GUARD_ROOM,
    K.PERIMETER,
    K.OUTDOOR_GATHERING,
    K.TEACHING_PASSAGE,
    K.STAIRS_CORRIDOR,
    K.VALUABLES,
    K.UTILITY_ROOM,
    K.CONTROL_ROOM,
)
_KITCHEN = (
    K.FOOD_STORE,
    K.COOKING,
    K.SERVING_PREP,
    K.SAMPLE_ROOM,
    K.DISHWASH,
    K.ROUGH_PREP,
    K.CUTTING,
    K.CANTEEN_OPS,
    K.CANTEEN_STORE,
    K.DINING_HALL,
)
_NURSERY = (K.KG_ACTIVITY_ROOM,)
_BOARDING = (K.DORM_ENTRANCE,)


@dataclass(frozen=True, slots=True)
class SchoolPlan:
    """A school of the demo.

    Attributes:
        number: From 1 on.
        name: Without the mark.
        type: Its kind.
        pupils: How many.
        community: Number of its community, 1 or 2.
        flags: What holds of it, by the columns of a school.
        places: Where a camera hangs.
        bare: Places without a camera.
        faults: Of the camera at a place.
        alerts_a_day: On average, on days with school.
        watched: Share of the time in which its cameras are analysed.
        gaps_a_month: How often something ordinary interrupts a camera's footage.
        closed_days_ago: When it was closed; None of one in use.
    """

    number: int
    name: Words
    type: SchoolType
    pupils: int
    community: int
    flags: frozenset[str]
    places: tuple[PlaceKind, ...]
    faults: dict[PlaceKind, Fault]
    bare: tuple[PlaceKind, ...] = ()
    alerts_a_day: float = 1.6
    watched: float = 0.97
    gaps_a_month: float = 0.02
    closed_days_ago: int | None = None

    @property
    def id(self) -> str:
        """Its id."""
        return f"{PREFIX}{self.number:02}"

    @property
    def code(self) -> str:
        """Its official code."""
        return f"{CODE_PREFIX}{self.number:02}"

    @property
    def marked(self) -> Words:
        """Its name with the mark."""
        return Words(self.name.zh + MARK_ZH, self.name.en + MARK_EN)

    @property
    def community_id(self) -> str:
        """The id of its community."""
        return f"{PREFIX}community-{self.community}"

    def person(self, post: str) -> str:
        """Somebody's user name: the manager, cook or guard of it."""
        return f"{PERSON_PREFIX}{self.number:02}.{post}"

    def has(self, flag: str) -> bool:
        """Whether something holds of it."""
        return flag in self.flags


COMMUNITIES = (
    Words("河东共同体", "East Bank community"),
    Words("河西共同体", "West Bank community"),
)
BUREAU = Words("清河区教育局", "Qinghe District Education Bureau")


def _plan(
    number: int,
    zh: str,
    en: str,
    kind: SchoolType,
    pupils: int,
    flags: str,
    faults: dict[PlaceKind, Fault],
    *,
    without: tuple[PlaceKind, ...] = (),
    bare: tuple[PlaceKind, ...] = (),
    extra: tuple[PlaceKind, ...] = (),
    alerts_a_day: float = 1.6,
    watched: float = 0.97,
    gaps_a_month: float = 0.02,
    closed_days_ago: int | None = None,
) -> SchoolPlan:
    known = frozenset(flags.split())
    places = (
        *_CAMPUS,
        *(_KITCHEN if "canteen" in known else ()),
        *(_NURSERY if kind is SchoolType.KINDERGARTEN else ()),
        *(_BOARDING if "boarding" in known else ()),
        *((K.HAZMAT_ROOM,) if "hazmat" in known else ()),
        *((K.PARKING,) if "parking" in known else ()),
        *extra,
    )
    return SchoolPlan(
        number=number,
        name=Words(zh, en),
        type=kind,
        pupils=pupils,
        community=1 if number <= 6 else 2,
        flags=known,
        places=tuple(each for each in places if each not in (*without, *bare)),
        bare=bare,
        faults=faults,
        alerts_a_day=alerts_a_day,
        watched=watched,
        gaps_a_month=gaps_a_month,
        closed_days_ago=closed_days_ago,
    )


S = SchoolType
SCHOOLS = (
    _plan(
        1,
        "清河第一实验小学",
        "Qinghe No. 1 Experimental Primary School",
        S.PRIMARY,
        1620,
        "canteen parking",
        {
            K.GATE_OUTSIDE: F.SHORT_GAP,
            K.FOOD_STORE: F.KEPT_200,
            K.CUTTING: F.IMMATURE,
            K.DINING_HALL: F.UNANSWERED,
            K.UTILITY_ROOM: F.SILENT,
            K.STAIRS_CORRIDOR: F.COVERED,
        },
        alerts_a_day=2.4,
    ),
    _plan(
        2,
        "清河高级中学",
        "Qinghe Senior High School",
        S.SENIOR_HIGH,
        2380,
        "boarding canteen ct_key_target hazmat parking",
        {
            K.PERIMETER: F.OFFLINE,
            K.DORM_ENTRANCE: F.HEALED,
            K.GUARD_ROOM: F.WORKER_STOPPED,
            K.TEACHING_PASSAGE: F.SLOW_CLOCK,
        },
        alerts_a_day=3.1,
    ),
    _plan(
        3,
        "小橘灯幼儿园",
        "Little Lantern Kindergarten",
        S.KINDERGARTEN,
        310,
        "canteen",
        {K.KG_ACTIVITY_ROOM: F.DISK_FULL},
        alerts_a_day=1.2,
    ),
    _plan(
        4,
        "柳堤小学",
        "Willow Dyke Primary School",
        S.PRIMARY,
        740,
        "",
        {},
        alerts_a_day=0.6,
        gaps_a_month=0.0,
    ),
    _plan(
        5,
        "东港学校",
        "East Harbour School",
        S.NINE_YEAR,
        1480,
        "canteen parking",
        {K.DISHWASH: F.COVERED, K.OUTDOOR_GATHERING: F.SHORT_GAP},
        without=(K.SAMPLE_ROOM,),
        alerts_a_day=2.8,
        gaps_a_month=0.4,
    ),
    _plan(
        6,
        "第三初级中学",
        "No. 3 Junior Middle School",
        S.JUNIOR_MIDDLE,
        1130,
        "canteen",
        {},
        bare=(K.CANTEEN_STORE, K.GUARD_ROOM),
        gaps_a_month=0.0,
    ),
    _plan(
        7,
        "清河第二中学",
        "Qinghe No. 2 Middle School",
        S.COMPLETE_SECONDARY,
        1960,
        "boarding canteen hazmat",
        {K.ROUGH_PREP: F.WORKER_STOPPED, K.ENTRANCE: F.DISK_FULL},
        alerts_a_day=2.2,
        gaps_a_month=0.15,
    ),
    _plan(
        8,
        "老街小学",
        "Old Street Primary School",
        S.PRIMARY,
        96,
        "",
        {},
        without=_CAMPUS[4:],
        closed_days_ago=40,
    ),
    _plan(
        9,
        "启明特殊教育学校",
        "Morning Star Special School",
        S.SPECIAL,
        120,
        "canteen",
        {},
        without=_KITCHEN[5:],
        alerts_a_day=0.1,
        watched=0.06,
    ),
    _plan(
        10,
        "清河中等专业学校",
        "Qinghe Vocational School",
        S.SECONDARY_VOCATIONAL,
        2750,
        "boarding canteen hazmat parking",
        {K.CHANGING_ROOM: F.FORBIDDEN, K.HAZMAT_ROOM: F.IMMATURE},
        extra=(K.CHANGING_ROOM,),
        alerts_a_day=2.6,
    ),
    _plan(
        11,
        "河西中心幼儿园",
        "West Bank Kindergarten",
        S.KINDERGARTEN,
        240,
        "canteen",
        {},
        alerts_a_day=0.8,
        gaps_a_month=0.0,
    ),
    _plan(
        12,
        "山前小学",
        "Foothill Primary School",
        S.PRIMARY,
        280,
        "canteen",
        {K.COOKING: F.SHORT_GAP},
        bare=(K.PERIMETER,),
        alerts_a_day=0.9,
    ),
)


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """Somebody of the district; nobody can sign in as them unless that is asked for."""

    username: str
    role: str


LEADER = PersonPlan(f"{PERSON_PREFIX}leader", "leader")
REVIEWERS = tuple(
    PersonPlan(f"{PERSON_PREFIX}{name}", "district_reviewer") for name in ("zhou", "li", "chen")
)
POSTS = {"manager": "school_manager", "cook": "school_canteen", "guard": "school_security"}
"""Of each school: post and role."""
