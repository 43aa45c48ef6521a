"""What the demo's cameras look at: the configuration of its worker."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict
from urllib.parse import unquote, urlsplit, urlunsplit

Point = tuple[float, float]
STREET_PATHS = ("gate-north", "lawn-south")
SECOND_PATHS = ("no-2-primary/gate-north",)
RECORDING_PATH = "recording"
_PASSWORD = "MINGAN_CAMERA_{}_PASSWORD"

# Fractions of the street video's picture, read off its frames: people step onto the drive from
# the 9th second on, along the footpath all the time, and over the lawn from the 50th.
_DRIVE: list[Point] = [
    (0.62, 0.40),
    (0.78, 0.31),
    (0.88, 0.25),
    (0.95, 0.25),
    (0.93, 0.36),
    (0.83, 0.42),
    (0.74, 0.46),
]
_LAWN: list[Point] = [
    (0.0, 0.50),
    (0.20, 0.49),
    (0.34, 0.54),
    (0.46, 0.60),
    (0.60, 0.71),
    (0.80, 0.86),
    (1.0, 0.97),
    (1.0, 1.0),
    (0.0, 1.0),
]
_PATH_MIDDLE: list[Point] = [(0.40, 0.38), (0.66, 0.38), (0.66, 0.58), (0.40, 0.52)]
_ACROSS_THE_PATH: list[Point] = [(0.34, 0.36), (0.30, 0.54)]
_WHOLE_PICTURE: list[Point] = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a school of the demo, and what the camera register says of its camera.

    Attributes:
        kind: Of ``api.contract.places.PlaceKind``.
        name: Its Chinese name.
        camera_id: The camera there; empty where none hangs.
        position: Where at the place it hangs.
    """

    kind: str
    name: str
    camera_id: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class School:
    """A school of the demo; one box stands in it.

    Attributes:
        id: Its id at the command centre.
        name: Its Chinese name.
        folder: Of its box, below the demo's home; empty for the home itself.
        places: Where cameras hang, and one where the rules ask for one and none does.
    """

    id: str
    name: str
    folder: str = ""
    places: tuple[Place, ...] = ()

    def home(self, demo_home: Path) -> Path:
        """Where its box keeps everything."""
        return demo_home / self.folder


_GATE = Place("entrance", "北门", STREET_PATHS[0], "门柱东侧，3 m 高")
FIRST = School(
    "demo-school",
    "示范学校",
    places=(
        _GATE,
        Place("outdoor_gathering", "南草坪", STREET_PATHS[1], "教学楼南墙，4 m 高"),
        Place("cooking", "食堂烹饪间"),
    ),
)
SECOND = School(
    "no-2-primary",
    "第二小学",
    folder="no-2-primary",
    places=(_GATE, Place("perimeter", "西围墙")),
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who may sign in to the demo besides the administrator.

    Attributes:
        username: Their name.
        role: What they are.
        school: The only school they see; None for the district.
    """

    username: str
    role: str
    school: School | None = None


PEOPLE = (
    SignIn("reviewer", "district_reviewer"),
    SignIn("school-2", "school_manager", SECOND),
)


class Zone(TypedDict):
    """A named polygon."""

    name: str
    polygon: list[Point]


class Source(TypedDict):
    """Where a camera's pictures come from."""

    type: str
    url: str
    username: NotRequired[str]
    password_env: NotRequired[str]


class Camera(TypedDict):
    """One camera of the configuration."""

    id: str
    name: str
    location: str
    source: Source
    model: str
    analysis_fps: int
    rules: list[dict[str, object]]
    recording: NotRequired[dict[str, object]]


def street_cameras(rtsp_port: int) -> list[Camera]:
    """Two views of the street video, each with rules that its people break."""
    gate, lawn = STREET_PATHS
    cameras = [
        _camera(
            gate,
            "北门",
            "学校出入口",
            _local(rtsp_port, gate),
            [_intrusion({"name": "车行道", "polygon": _DRIVE})],
        ),
        _camera(
            lawn,
            "南草坪",
            "室外活动区",
            _local(rtsp_port, lawn),
            [
                _intrusion({"name": "草坪", "polygon": _LAWN}),
                {
                    "type": "line_crossing",
                    "line": {"name": "步道", "points": _ACROSS_THE_PATH},
                },
                {
                    "type": "loitering",
                    "zone": {"name": "步道中段", "polygon": _PATH_MIDDLE},
                    "min_s": 8.0,
                },
            ],
        ),
    ]
    return [_recorded(camera) for camera in cameras]


def second_school_cameras(rtsp_port: int) -> list[Camera]:
    """A north gate of another school: the same id as the first school's, another rule."""
    return [
        _recorded(
            _camera(
                STREET_PATHS[0],
                "北门",
                "学校出入口",
                _local(rtsp_port, SECOND_PATHS[0]),
                [_intrusion({"name": "步道", "polygon": _PATH_MIDDLE})],
            )
        )
    ]


def recording_cameras(rtsp_port: int) -> list[Camera]:
    """One camera that shows somebody's recording; anyone anywhere in it is an intruder."""
    source = _local(rtsp_port, RECORDING_PATH)
    return [_camera(RECORDING_PATH, "录像", "", source, [_everywhere()])]


def real_cameras(urls: Sequence[str]) -> list[Camera]:
    """One camera for each address; anyone anywhere in the picture is an intruder."""
    cameras = []
    for number, url in enumerate(urls, start=1):
        parts = urlsplit(url)
        source: Source = {"type": "rtsp", "url": url}
        if parts.username is not None:
            # The password goes to the worker by its environment, never into the file.
            bare = parts._replace(netloc=parts.netloc.rpartition("@")[2])
            source = {
                "type": "rtsp",
                "url": urlunsplit(bare),
                "username": unquote(parts.username),
                "password_env": _PASSWORD.format(number),
            }
        cameras.append(_camera(f"camera-{number}", f"摄像机 {number}", "", source, [_everywhere()]))
    return cameras


def passwords(urls: Sequence[str]) -> dict[str, str]:
    """The environment variables that ``real_cameras`` names."""
    return {
        _PASSWORD.format(number): unquote(urlsplit(url).password or "")
        for number, url in enumerate(urls, start=1)
        if urlsplit(url).username is not None
    }


def write_config(
    home: Path, console: str, cameras: Sequence[Camera], school: School = FIRST
) -> Path:
    """Write the configuration of a school's worker.

    The first school's box stands beside the command centre and uses the token that lies there; the
    other's is the one its enrolment brings. JSON is YAML, and the standard library writes it.
    """
    folder = school.home(home)
    folder.mkdir(parents=True, exist_ok=True)
    token = home / "api" / "worker.token" if school == FIRST else folder / "worker" / "box.token"
    config: dict[str, object] = {
        "site": {"id": school.id, "name": school.name, "time_zone": "Asia/Shanghai"},
        "data_dir": str(folder / "worker"),
        "api": {"url": console, "token_file": str(token)},
        "cameras": cameras,
    }
    if any("recording" in camera for camera in cameras):
        config["recorder"] = {"folder": str(folder / "footage")}
    path = folder / "box.yaml"
    path.write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def keep_password(kept: Path, password: str) -> None:
    """Write a password into a file that only its owner reads."""
    kept.touch(mode=0o600)
    kept.write_text(password + "\n", "utf-8")


def _recorded(camera: Camera) -> Camera:
    return {**camera, "recording": {"keep_days": 30, "source": "国务院令799号 §17"}}


def _camera(
    camera_id: str, name: str, location: str, source: Source, rules: list[dict[str, object]]
) -> Camera:
    return {
        "id": camera_id,
        "name": name,
        "location": location,
        "source": source,
        "model": "campus_objects",
        "analysis_fps": 5,
        "rules": rules,
    }


def _local(port: int, path: str) -> Source:
    return {"type": "rtsp", "url": f"rtsp://127.0.0.1:{port}/{path}"}


def _intrusion(zone: Zone) -> dict[str, object]:
    return {"type": "perimeter_intrusion", "zone": zone, "dwell_s": 1.0, "clear_s": 2.0}


def _everywhere() -> dict[str, object]:
    return _intrusion({"name": "全画面", "polygon": _WHOLE_PICTURE})
