"""Footage of a recorder for somebody else: fetched as gaps are healed, handed over as our own is.

It is written into a folder beside the file that is wanted, which is gone afterwards whatever
happens.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from api.contract.footage.spans import Span, clip
from api.contract.retention import GapCause
from pipeline.core.clock import Clock
from pipeline.devices.device import Channel, Coverage, Device
from pipeline.devices.errors import CapabilityMissingError, DeviceUnreachableError
from pipeline.healing.answers import check_answered
from pipeline.healing.gaps import pieces, sort_out
from pipeline.healing.loan import RESERVE_BYTES
from pipeline.healing.playing import played
from pipeline.healing.stage import Stage, prove
from pipeline.recorders.errors import ExportError, storage_error
from pipeline.recorders.export import Exported, Rework, export
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.retention import RetentionPolicy
from pipeline.recorders.segments import Origin

_DEVICE = "recorder"
_NO_NAME = re.compile(r"[^a-z0-9]+")


def find_channel(device: Device, wanted: str) -> Channel:
    """A camera by its number or name at the recorder.

    Raises:
        CapabilityMissingError: It has none, or several of that name.
        DeviceError: It does not say.
    """
    channels = device.channels()
    found = [each for each in channels if each.id == wanted]
    found = found or [each for each in channels if each.name == wanted]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{each.id} {each.name}".strip() for each in channels)
    what = "it has several cameras of that name" if found else "it has no such camera"
    raise CapabilityMissingError(what, where=wanted, remedy=f"Cameras there: {known}")


def export_fetched(
    device: Device,
    channel: Channel,
    window: Span,
    out: Path,
    *,
    zone: ZoneInfo,
    clock: Clock,
    watermark: Rework | None = None,
) -> Exported:
    """Write one file of what a recorder has of a camera's interval.

    Args:
        device: The recorder.
        channel: The camera there.
        window: What is wanted.
        out: The file to write; it appears whole or not at all.
        zone: The school's.
        clock: Time.
        watermark: Words for every picture, which is then encoded again.

    Raises:
        ConfigError: The words do not fit the picture.
        DeviceError: The recorder does not answer, or does not play.
        EvidenceError: No picture can be decoded, for a watermark.
        ExportError: It has no footage of that time, or the file exists or cannot be written.
        FootageError: What it plays back does not decode.
        StorageError: The disk refuses.
    """
    if out.exists():
        raise ExportError(
            "the file exists", where=str(out), remedy="Choose another name; nothing is overwritten"
        )
    coverage = device.coverage(channel.id, window)
    check_answered(coverage)
    held = sort_out(window, coverage).held
    if not held:
        raise ExportError(
            "the recorder has no footage of this time",
            where=f"{channel.id} {channel.name}".strip(),
            remedy="See what it has with `mingan recorder probe`",
        )
    camera = _NO_NAME.sub("-", f"channel-{channel.id}".lower()).strip("-")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        root = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise storage_error(error, str(out.parent)) from error
    try:
        settings = RecorderSettings(root, zone, reserve_bytes=0)
        recorder = Recorder(settings, {camera: RetentionPolicy(0)}, clock)
        try:
            recorder.index.mark_complete()  # of an empty folder: there is nothing to look through
            offset_s = device.clock_offset().seconds
            for piece in sorted(pieces(held)):
                _check_room(root)
                _fetch(recorder, device, channel, camera, piece, offset_s)
            done = export(
                root, recorder.index, camera, window, out, clock.utc_s(), watermark=watermark
            )
        finally:
            recorder.stop()
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return replace(
        done, gaps=tuple(replace(gap, cause=_cause(gap.span, coverage)) for gap in done.gaps)
    )


def _fetch(
    recorder: Recorder, device: Device, channel: Channel, camera: str, piece: Span, offset_s: float
) -> None:
    """Play a piece back; each file is proven."""
    settings = recorder.settings
    origin = Origin(_DEVICE, channel.id)
    with closing(Stage(settings.root, camera, piece, origin, settings.segment_s)) as stage:
        try:
            with closing(played(device, channel.id, piece, offset_s)) as packets:
                for packet, info in packets:
                    stage.take(packet, info)
        except DeviceUnreachableError:
            # Some recorders fall silent where others end; what came before is good.
            if not stage.has_begun:
                raise
        for path, segment in stage.finished(is_over=True):
            prove(path)
            recorder.adopt(path, segment)


def _check_room(root: Path) -> None:
    """Leave some of the disk to everybody else.

    Raises:
        ExportError: There is none.
    """
    if shutil.disk_usage(root).free < RESERVE_BYTES:
        raise ExportError(
            "the disk is nearly full",
            where=str(root.parent),
            remedy="Make room, or choose a folder on another disk",
        )


def _cause(gap: Span, coverage: Coverage) -> GapCause:
    doubted = clip((each.span for each in coverage.unknown), gap)
    return GapCause.NOT_VERIFIED if doubted else GapCause.NO_FILE
