"""Small packages to spoil."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from nacl.signing import SigningKey

from api.contract.exam_package.keys import fingerprint_of
from api.contract.exam_package.manifest import (
    LogHead,
    MissingFootage,
    SealedCamera,
    SealingFacts,
    Viewing,
)
from api.contract.exam_package.writing import Source, collect_package, sign_package
from api.contract.retention import GapCause

BEGIN = datetime(2026, 6, 7, 1, 0, tzinfo=UTC)
NOW = BEGIN + timedelta(hours=4)
KEY = SigningKey(bytes(range(32)))
FINGERPRINT = fingerprint_of(bytes(KEY.verify_key))


def facts() -> SealingFacts:
    return SealingFacts(
        format=1,
        sitting_id=12,
        exam="2026 年高考",
        session="语文",
        school_id="no2",
        school="第二中学",
        room="第 012 考场",
        starts_at=BEGIN,
        ends_at=BEGIN + timedelta(minutes=4),
        time_zone="Asia/Shanghai",
        cameras=(
            SealedCamera(
                camera_id="room12", name="考场后", clock_offset_s=-0.4, clock_measured_at=BEGIN
            ),
        ),
        viewings=(
            Viewing(
                entry=41,
                entry_hash="a" * 64,
                at=BEGIN,
                action="live_started",
                username="wang",
                camera_id="room12",
                from_at=None,
                to_at=None,
                reason="巡看",
            ),
        ),
        showings=(),
        log_head=LogHead(count=41, hash="a" * 64),
        made_at=NOW,
    )


def sources(folder: Path, contents: list[bytes]) -> list[Source]:
    """One file a minute; the folder is the recorder's."""
    folder.mkdir(exist_ok=True)
    made = []
    for number, data in enumerate(contents):
        path = folder / f"{number}.mp4"
        path.write_bytes(data)
        at = BEGIN + timedelta(minutes=number)
        made.append(Source(path, path.name, "room12", at, at + timedelta(minutes=1)))
    return made


def package(folder: Path, contents: list[bytes], key: SigningKey | None = KEY) -> Path:
    """A package of these segments, signed unless there is no key."""
    made = folder / "package"
    gap = MissingFootage(
        camera_id="room12",
        starts_at=BEGIN + timedelta(minutes=3),
        ends_at=BEGIN + timedelta(minutes=4),
        cause=GapCause.OFFLINE,
    )
    collect_package(made, facts(), sources(folder / "recorder", contents), [gap], NOW)
    if key is not None:
        sign_package(made, key)
    return made
