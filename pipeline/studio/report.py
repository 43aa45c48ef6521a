"""The printed report of an offline analysis: pictures, a timeline, counts; one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.contract.vocabulary import Language, vocabulary
from pipeline.runtime.episodes import Provenance
from pipeline.runtime.version import version
from pipeline.studio.analyze import Found, Recording
from pipeline.studio.texts import texts

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class _Bar:
    """One episode on the timeline, in per cent of the recording."""

    left: float
    width: float
    risk: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class _Row:
    """One rule of one recording."""

    title: str
    zone: str
    count: int
    total: str
    bars: tuple[_Bar, ...]


def write_report(
    target: Path,
    recordings: Sequence[Recording],
    made_by: Provenance,
    *,
    language: Language,
    blurred: bool,
    schedules_ignored: bool,
    analysis_fps: float,
) -> None:
    """Write the report beside the pictures it shows.

    Args:
        target: The HTML file.
        recordings: What was found.
        made_by: Model and configuration.
        language: Of the report.
        blurred: Whether people in the pictures are blurred.
        schedules_ignored: Whether schedules could not be applied.
        analysis_fps: Pictures a second that were asked for.
    """
    words = vocabulary()
    html = _ENVIRONMENT.get_template("report.html.j2").render(
        lang="zh-CN" if language == "zh" else "en",
        t=texts(language),
        risk={key: term.text(language) for key, term in words.risk.items()},
        recordings=[
            {
                "facts": recording,
                "length": clock(recording.duration_s),
                "rows": _rows(recording, language),
                "ticks": _ticks(recording.duration_s),
                "cards": [_card(recording, f, language) for f in recording.found],
                "analysed_fps": _rate(recording),
                "decoded_share": f"{recording.frames_decoded / max(recording.packets, 1):.0%}",
            }
            for recording in recordings
        ],
        total=sum(len(r.found) for r in recordings),
        made_by=made_by,
        blurred=blurred,
        schedules_ignored=schedules_ignored,
        analysis_fps=analysis_fps,
        version=version(),
    )
    target.write_text(html, "utf-8")


def clock(seconds: float) -> str:
    """Media time as people write it, ``1:02:03.4`` or ``2:03.4``.

    >>> clock(123.44), clock(3723.0)
    ('2:03.4', '1:02:03.0')
    """
    tenths = round(seconds * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{head}:{tenths / 10:04.1f}"


def _rate(recording: Recording) -> str:
    length_s = recording.duration_s
    return f"{recording.frames_analysed / length_s:.1f}" if length_s > 0 else "0"


def _title(found: Found, language: Language) -> str:
    term = vocabulary().rules.get(found.episode.rule)
    return term.text(language) if term else found.episode.rule


def _rows(recording: Recording, language: Language) -> list[_Row]:
    groups: dict[tuple[str, str], list[tuple[int, Found]]] = {}
    for number, found in enumerate(recording.found, 1):
        key = (found.episode.rule_id, found.episode.zone)
        groups.setdefault(key, []).append((number, found))
    length_s = max(recording.duration_s, 0.001)
    return [
        _Row(
            title=_title(members[0][1], language),
            zone=zone,
            count=len(members),
            total=clock(sum(f.end_s - f.start_s for _, f in members)),
            bars=tuple(
                _Bar(
                    left=100 * f.start_s / length_s,
                    width=max(0.4, 100 * (f.end_s - f.start_s) / length_s),
                    risk=f.episode.risk.value,
                    label=f"{clock(f.start_s)} – {clock(f.end_s)}",
                    anchor=f"{recording.key}-{number}",
                )
                for number, f in members
            ),
        )
        for (_, zone), members in sorted(groups.items())
    ]


def _ticks(length_s: float) -> list[tuple[float, str]]:
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
    step_s = next((s for s in steps if length_s / s <= 10), 28800)
    count = int(length_s / step_s)
    return [
        (100 * i * step_s / max(length_s, 0.001), clock(i * step_s)[:-2]) for i in range(count + 1)
    ]


def _card(recording: Recording, found: Found, language: Language) -> dict[str, object]:
    number = recording.found.index(found) + 1
    classes = vocabulary().object_class
    return {
        "anchor": f"{recording.key}-{number}",
        "number": number,
        "title": _title(found, language),
        "zone": found.episode.zone,
        "risk": found.episode.risk.value,
        "start": clock(found.start_s),
        "end": clock(found.end_s),
        "lasted": f"{found.end_s - found.start_s:.1f} s",
        "score": f"{found.episode.score:.2f}",
        "objects": found.episode.track_count,
        "classes": ", ".join(
            classes[c].text(language) if c in classes else c for c in found.episode.classes
        ),
        "snapshot": found.snapshot,
    }
