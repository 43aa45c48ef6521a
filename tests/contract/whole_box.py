"""A box's configuration in which every option is written out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from pipeline.runtime.config import BoxConfig

_RULES = Path(__file__).parents[2] / "configs" / "rules"
_ZONE = {"name": "院子", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
_RULE = {"type": "perimeter_intrusion", "zone": _ZONE}


def _camera(camera_id: str, **keys: Any) -> dict[str, Any]:
    source = {"type": "rtsp", "url": "rtsp://10.0.0.8:554/ch1"}
    return {"id": camera_id, "name": "北门: 内侧 #1", "source": source, "rules": [_RULE], **keys}


def whole_box() -> dict[str, Any]:
    """Every rule, every kind of source and recording; what is not said here has its default."""
    every_rule = [
        _camera(path.stem.replace("_", "-"), rules=yaml.safe_load(path.read_text("utf-8")))
        for path in sorted(_RULES.glob("*.yaml"))
    ]
    keeps = {"keep_days": 30, "source": "国务院令799号 §17"}
    return {
        "site": {
            "id": "school",
            "name": "学校",
            "time_zone": "Asia/Shanghai",
            "holidays": ["2026-10-01"],
            "workday_overrides": ["2026-10-10"],
        },
        "data_dir": "../var/worker",
        "api": {"url": "https://mingan.example", "token_file": "../var/api/worker.token"},
        "recorder": {"folder": "../var/recordings"},
        "devices": {
            "nvr": {
                "address": "isapi://192.168.1.64",
                "username": "viewer",
                "password_env": "MINGAN_NVR_PASSWORD",
            }
        },
        "cameras": [
            *every_rule,
            _camera(
                "secret",
                source={
                    "type": "rtsp",
                    "url": "rtsp://10.0.0.8:554/Streaming/Channels/101",
                    "substream_url": "rtsp://10.0.0.8:554/Streaming/Channels/102",
                    "username": "viewer",
                    "password_file": "/etc/mingan/gate-north",
                },
                recording={**keeps, "heal_from": {"device": "nvr", "channel": "3"}},
                more_models=[
                    "fire_smoke",
                    {
                        "model": "campus_objects",
                        "every_s": 1.0,
                        "schedule": {"workdays": ["22:00-06:00"]},
                        "zones": [_ZONE],
                    },
                ],
            ),
            _camera("film", source={"type": "file", "path": "films/gate.mp4"}),
            _camera("kept-by-nvr", recording={**keeps, "device": "nvr", "channel": "4"}),
            _camera(
                "kept-in-a-folder",
                recording={
                    **keeps,
                    "folder": "/srv/nvr",
                    "pattern": "{camera}/%Y%m%d/%H%M%S.mp4",
                },
            ),
        ],
    }


WHOLE_BOX = yaml.safe_dump(
    BoxConfig.model_validate(whole_box()).model_dump(mode="json"),
    allow_unicode=True,
    sort_keys=False,
)
"""The same with every default written out; as a file."""
