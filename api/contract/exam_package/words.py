"""A verdict on a package as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.contract.exam_package.manifest import Manifest
from api.contract.exam_package.verifying import PackageSource, PackageVerdict
from api.contract.vocabulary import Language, vocabulary


def described(verdict: PackageVerdict, language: Language) -> Iterator[str]:
    """Line by line: what it is, whose it is, each fault, the verdict."""
    words = vocabulary()

    def word(key: str, **values: object) -> str:
        return words.package_word[key].text(language).format(**values)

    if verdict.manifest is not None:
        yield from _contents(verdict.manifest, language)
    source = words.package_source[verdict.source].text(language)
    if verdict.source is PackageSource.NOT_VERIFIED:
        source += {"zh": "：", "en": ": "}[language] + word("without_key")
    yield source
    if verdict.fingerprint is not None:
        yield word("signer", fingerprint=verdict.fingerprint)
    for finding in verdict.findings:
        text = words.package_fault[finding.fault].text(language)
        yield "  " + text.format(number=finding.number, detail=finding.detail)
    if verdict.findings:
        yield word("not_intact", count=len(verdict.findings))
    else:
        yield word("intact")


def _contents(manifest: Manifest, language: Language) -> Iterator[str]:
    words, facts = vocabulary(), manifest.facts
    zone = _zone(facts.time_zone)

    def word(key: str, **values: object) -> str:
        return words.package_word[key].text(language).format(**values)

    def moment(at: datetime) -> str:
        return at.astimezone(zone).isoformat(sep=" ", timespec="seconds")

    yield word("room", exam=facts.exam, session=facts.session, school=facts.school, room=facts.room)
    yield word("window", start=moment(facts.starts_at), end=moment(facts.ends_at))
    for camera in facts.cameras:
        if camera.clock_offset_s is None:
            yield word("clock_unknown", camera=camera.name)
        else:
            yield word("clock", camera=camera.name, offset=f"{camera.clock_offset_s:+.1f}")
    names = {camera.camera_id: camera.name for camera in facts.cameras}
    for gap in manifest.missing:
        yield word(
            "gap",
            camera=names.get(gap.camera_id, gap.camera_id),
            start=moment(gap.starts_at),
            end=moment(gap.ends_at),
            cause=words.gap_cause[gap.cause].text(language),
        )
    yield word("viewings", count=len(facts.viewings))
    yield word("chain", count=manifest.count, head=manifest.head)


def _zone(name: str) -> ZoneInfo:
    """UTC where this machine does not know the zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
