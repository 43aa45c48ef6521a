"""What the demo's boxes told: footage, analysed time, alerts with their pictures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import groupby
from typing import Any

from api.contract.footage.calendar_ms import Calendar
from api.contract.footage.held import HeldFootage
from api.contract.footage.sweep import DayVerdict
from api.db.camera import (
    AnalysedHour,
    AnalysedInterval,
    AnalysedQuarter,
    MissingInterval,
    RetentionReport,
    RetentionVerdict,
)
from api.db.compliance import FootageDay, JudgingDue
from api.db.models import Alert, AlertEvidence, AlertHistory, EvidenceFile
from api.demo import cameras, footage
from api.demo.alerts import AlertRows, alerts_of
from api.demo.cameras import DemoCamera
from api.demo.schools import SchoolPlan
from api.demo.world import ZONE
from api.demo.writing import Writer
from api.evidence.store import EvidenceStore

_NO_FOOTAGE = {"spans", "days"}
_IDENTITY = {"school_id", "camera_id"}


async def write_footage(writer: Writer, hung: Sequence[DemoCamera]) -> None:
    """Facts day by day, each waiting to be judged, and what boxes said with the last of them."""
    world = writer.world
    calendar = Calendar(ZONE, world.end.astimezone(ZONE).date())
    for own in by_school(hung):
        if own[0].school.closed_days_ago is not None:
            continue
        async with writer.part():
            for camera in own:
                await _write_camera(writer, camera, calendar)
    count = writer.counts[FootageDay.__tablename__]
    writer.announce(f"footage: {count} camera-days")


async def _write_camera(writer: Writer, camera: DemoCamera, calendar: Calendar) -> None:
    facts, due, verdicts = [], [], []
    last: tuple[HeldFootage, DayVerdict] | None = None
    for day, held in footage.told(writer.world, camera.story):
        facts.append(footage.day_row(camera.key, day, camera.story))
        due.append({"camera_key": camera.key, "day": day.day, "as_of_ms": held.as_of_ms})
        verdict = footage.box_verdict(held, camera.story.asked_days, calendar)
        verdicts.append(footage.verdict_row(camera.key, day, camera.story, verdict))
        last = (held, verdict)
    await writer.put(FootageDay, facts)
    await writer.put(JudgingDue, due)
    await writer.put(RetentionVerdict, verdicts)
    if last is not None:
        await writer.put(RetentionReport, [_report(camera, *last)])


def _report(camera: DemoCamera, held: HeldFootage, verdict: DayVerdict) -> dict[str, Any]:
    status = footage.status_of(camera.story, held, verdict, camera.id, camera.school.id)
    return {
        "camera_key": camera.key,
        "as_of": status.as_of,
        "received_at": status.as_of,
        "verdict": status.model_dump_json(exclude=_NO_FOOTAGE | _IDENTITY),
        "footage": status.model_dump_json(include=_NO_FOOTAGE),
        "alarms": list(status.alarms),
        "recovered_s": status.recovered_s,
    }


async def write_analysed(writer: Writer, hung: Sequence[DemoCamera]) -> None:
    """How long cameras were really looked at."""
    world = writer.world
    for own in by_school(hung):
        async with writer.part():
            for camera in own:
                hours = list(cameras.analysed_hours(world, camera))
                await writer.put(AnalysedHour, hours)
                await writer.put(AnalysedQuarter, cameras.analysed_quarters(hours))
                both = list(cameras.analysed_intervals(world, camera))
                await writer.put(AnalysedInterval, [whole for whole, _ in both])
                missed = [each for _, each in both if each is not None]
                await writer.put(MissingInterval, missed)
    writer.announce(f"analysed time: {writer.counts[AnalysedHour.__tablename__]} hours")


async def write_alerts(
    writer: Writer,
    schools: Sequence[SchoolPlan],
    hung: Sequence[DemoCamera],
    store: EvidenceStore,
) -> dict[str, AlertRows]:
    """Alerts with what people judged; answers them by school. Their pictures are in the store."""
    found: dict[str, AlertRows] = {}
    pictures: dict[str, bytes] = {}
    for school in schools:
        own = [each for each in hung if each.school is school]
        rows = await asyncio.to_thread(alerts_of, writer.world, school, own)
        found[school.id] = rows
        pictures |= rows.pictures
    # First the bytes: what a row names is there.
    for sha256, jpeg in pictures.items():
        await store.receive(sha256, len(jpeg), _once(jpeg))
    for rows in found.values():
        async with writer.part():
            await writer.put(Alert, rows.alerts)
            await writer.put(AlertHistory, rows.history)
            await writer.put(EvidenceFile, rows.files.values())
            await writer.put(AlertEvidence, rows.evidence)
    writer.announce(f"alerts: {writer.counts[Alert.__tablename__]}, {len(pictures)} pictures")
    return found


def by_school(hung: Sequence[DemoCamera]) -> Iterator[list[DemoCamera]]:
    """Cameras of one school after the other."""
    for _, own in groupby(hung, key=lambda each: each.school.id):
        yield list(own)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
