"""``mingan audit verify``: whether the access log is what was written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from api.access.scope import EVERYTHING
from api.audit import service
from api.audit.chain import Anchor, Fault
from api.audit.key import read_anchors
from api.kit.errors import SettingsError
from api.runtime import Runtime

_WHAT = {
    Fault.CHANGED: "entry {number} is not what it was when it was written",
    Fault.MISSING: "entry {number} was taken away",
    Fault.CUT_OFF: "the newest entries were taken away, from {number} on",
    Fault.HEAD_CHANGED: "the head (at {number}) was not written with this key",
    Fault.NOT_IN_HEAD: "entry {number} stands beyond the head",
    Fault.OTHER_HISTORY: "entry {number} is not the one that an anchor names",
}


def parse_anchor(text: str) -> Anchor:
    """Read ``COUNT:HASH``.

    Raises:
        SettingsError: If it is neither.
    """
    count, _, digest = text.partition(":")
    if not (count.isdecimal() and len(count) <= 18 and len(digest) == 64):
        raise SettingsError(
            "is not an anchor",
            where=f"--expect {text}",
            remedy="Write COUNT:HASH as verify prints it",
        )
    return Anchor(int(count), digest)


async def verify(runtime: Runtime, files: Sequence[Path], expected: Sequence[Anchor]) -> list[str]:
    """Follow the chain; answers what to print, the verdict first.

    Args:
        runtime: The command centre, not running.
        files: Files of anchors besides the data folder's own.
        expected: Anchors written down elsewhere.
    """
    anchors = list(expected)
    for path in (runtime.settings.anchors_path, *files):
        anchors += read_anchors(path)
    async with runtime.database.read(EVERYTHING) as session:
        verdict = await service.verify(session, runtime.audit_key, anchors)
    kept = verdict.head.count - verdict.deleted_count
    lines = [
        f"entries: {kept} ({verdict.deleted_count} older ones deleted when their time was up)",
        f"head: {verdict.head.count}:{verdict.head.hash}",
        f"anchors: {len(anchors)}",
    ]
    if verdict.finding is None:
        return ["intact", *lines]
    what = _WHAT[verdict.finding.fault].format(number=verdict.finding.number)
    return [f"NOT INTACT: {what}", *lines]
