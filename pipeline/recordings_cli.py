"""``mingan recordings``: what is kept, proven on the spot.

``audit`` needs nothing but a folder that any recorder wrote; ``check`` and ``export`` work on our
own recorder's folder. Errors are one line and exit code 2, as everywhere in ``mingan``; an audit
that finds a promise broken exits with 3.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from api.contract.footage.school_days import days_between
from api.contract.footage.spans import Span
from api.contract.footage.verdict import Requirement
from pipeline.core.clock import SystemClock
from pipeline.core.errors import ConfigError
from pipeline.core.school_zone import school_zone
from pipeline.devices.login import PASSWORD_ENV, USER_ENV
from pipeline.healing.fetched_export import export_fetched, find_channel
from pipeline.pattern_cli import USUAL, settled_pattern
from pipeline.recorder_cli import audit_recorder, open_recorder
from pipeline.recorders.audit import (
    DEFAULT_SEAM_S,
    Audit,
    AuditOrder,
    RetentionState,
    as_json,
    audit,
    moment_text,
    required_window,
    shown,
)
from pipeline.recorders.audit_report import ReportWriter
from pipeline.recorders.check import check, clock_drifts
from pipeline.recorders.disk import LocalDisk
from pipeline.recorders.export import export
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.name_pattern import FOOTAGE_YEARS
from pipeline.recorders.open_index import open_index
from pipeline.recorders.recorder import INDEX_NAME
from pipeline.recorders.root_lock import RootLock
from pipeline.recorders.stills import Stills
from pipeline.runtime.device_audit import LAG_S, DeviceOrder
from pipeline.runtime.device_words import device_json, device_lines
from pipeline.runtime.folder_stills import folder_stills, opened_hider
from pipeline.video.watermark import Watermark

recordings_app = typer.Typer(
    help="Footage: audit any folder, check and export our own.", no_args_is_help=True
)
_SHOWN = 20
BROKEN = 3
"""Exit code of an audit that did not find every promise kept; 2 is wrong input everywhere."""
_KEPT = frozenset({RetentionState.COMPLIANT, RetentionState.IMMATURE})
DEFAULT_ZONE = "Asia/Shanghai"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_Kind = Annotated[
    str | None, typer.Option(help="Of a recorder with an http address: isapi, dahua …")
]
_Username = Annotated[
    str | None, typer.Option(help=f"The recorder's user; {USER_ENV} or netrc if not given.")
]
_PasswordEnv = Annotated[
    str, typer.Option(help="Environment variable that holds the recorder's password.")
]


@recordings_app.command("audit")
def audit_command(
    to: Annotated[str, typer.Option("--to", help="End of what to look at, as 2026-11-24T00:00.")],
    require_days: Annotated[
        int, typer.Option(min=0, max=36500, help="Days of footage that must be there.")
    ],
    root: Annotated[Path | None, typer.Option(help="The folder with the recordings.")] = None,
    recorder: Annotated[
        str | None,
        typer.Option(help="Or a recorder, as isapi://host or dahua://host; without password."),
    ] = None,
    kind: _Kind = None,
    username: _Username = None,
    password_env: _PasswordEnv = PASSWORD_ENV,
    open_days: Annotated[
        bool,
        typer.Option(
            "--open-days/--index-only",
            help="Open footage of each day and camera of a recorder, or believe its index.",
        ),
    ] = True,
    pattern: Annotated[
        str | None,
        typer.Option(
            help="How its files are named: {camera}, strftime codes, *; "
            "{camera}/%Y%m%d/%H%M%S.mp4 or else guessed if not given."
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Take a guessed pattern that three files confirm.")
    ] = False,
    from_: Annotated[
        str | None,
        typer.Option("--from", help="Beginning; the required days before --to when not given."),
    ] = None,
    expect: Annotated[
        str | None,
        typer.Option(
            help="Cameras that must be there: a,b,c; or a file with one a line, "
            "with its date of installation where known (camera,2026-09-01)."
        ),
    ] = None,
    max_days: Annotated[
        int | None, typer.Option(min=1, max=36500, help="Footage must be deleted after.")
    ] = None,
    time_zone: Annotated[
        str, typer.Option(help="The school's zone, and the names' if --names-zone is not given.")
    ] = DEFAULT_ZONE,
    names_zone: Annotated[
        str | None,
        typer.Option(help="Zone of the names, as UTC; found out where the files show it."),
    ] = None,
    min_gap_s: Annotated[
        float, typer.Option(min=0.001, max=3600, help="Shorter holes are seams between files.")
    ] = DEFAULT_SEAM_S,
    as_json_: Annotated[bool, typer.Option("--json", help="One JSON object, on one line.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Also a document to hand in: out.html or out.pdf.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Of the document: zh or en.")] = "zh",
    pictures: Annotated[
        bool,
        typer.Option(
            "--pictures/--no-pictures",
            help="Two of each camera inside the document, people blurred, or none.",
        ),
    ] = True,
) -> None:
    """Prove how long footage is kept, from the files alone, whoever recorded them.

    With --recorder a recorder is asked in place of files: what it does not answer is unknown.

    Exit code 0: every camera keeps its promise, or is too new to have broken it. 3: footage is
    missing, was deleted too early or kept too long, or cannot be verified. 2: wrong input.
    """
    zone = school_zone(time_zone)
    to_s = parse_moment(to, "--to", zone)
    writer = None if report is None else ReportWriter(report, lang)
    if max_days is not None and max_days < require_days:
        raise ConfigError(
            f"{max_days} days at most and {require_days} at least cannot both be kept",
            where="--max-days",
            remedy="Make it as many as --require-days or more",
        )
    if from_ is None:
        window = required_window(to_s, require_days, zone)
    else:
        window = window_of(parse_moment(from_, "--from", zone), to_s)
    check_place(root, recorder)
    if recorder is not None and report is not None:
        raise ConfigError(
            "a document is made of a folder's audit",
            where="--report",
            remedy="Leave it away with --recorder; --json has everything",
        )
    names = zone if names_zone is None else school_zone(names_zone)
    told: list[str] = []
    answer: dict[str, object] = {}
    order = AuditOrder(
        root=root or Path(),
        pattern=pattern or (settled_pattern(root, names, yes=yes) if root else USUAL),
        window=window,
        requirement=Requirement(require_days, max_days, zone, min_gap_s),
        expected=read_expected(expect, zone) if expect is not None else {},
        names_zone=None if names_zone is None else names,
    )
    if recorder is not None:
        _, device = open_recorder(recorder, kind, username, password_env, zone)
        lag_s = LAG_S if abs(now_s() - to_s) < LAG_S else 0.0
        asked = DeviceOrder(window, order.requirement, lag_s, open_days)
        found = audit_recorder(device, asked, order.expected)
        result, told = found.as_audit(), device_lines(found.clock, found.health)
        answer["recorder"] = {
            **device_json(found.clock, found.health),
            "proven_days": {each.row.camera: each.proven_days for each in found.channels},
            "unproven_days": {each.row.camera: each.unproven_days for each in found.channels},
        }
    else:
        result = audit(order)
    if as_json_:
        typer.echo(json.dumps({**as_json(result, zone), **answer}, ensure_ascii=False))
    else:
        _show_audit(result, window, order.requirement)
        for line in told:
            typer.echo(line)
    if writer is not None:
        stills = _stills(result, order) if pictures else None
        writer.write(result, order, stills)
    if any(row.verdict.state not in _KEPT for row in result.cameras) or not result.cameras:
        raise typer.Exit(BROKEN)


def _stills(result: Audit, order: AuditOrder) -> Stills:
    with _bar("pictures of the cameras", is_wanted=True) as progress, opened_hider() as hider:
        return folder_stills(result, order, hider, progress)


def check_place(root: Path | None, recorder: str | None) -> None:
    """Stop unless one of the two says where footage is.

    Raises:
        ConfigError: Neither does, or both.
    """
    if (root is None) == (recorder is None):
        raise ConfigError(
            "one of them says where the footage is",
            where="--root, --recorder",
            remedy="Give a folder or a recorder",
        )


@recordings_app.command("check")
def check_command(
    root: Annotated[Path, typer.Option(help="The recorder's folder.")],
    index: Annotated[
        Path | None, typer.Option(help="Its index; index.sqlite in the folder when not given.")
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Put right what can be; the worker must be stopped.")
    ] = False,
    as_json_: Annotated[bool, typer.Option("--json", help="One JSON object, on one line.")] = False,
) -> None:
    """Compare our recordings with their index; exit code 1 when something does not fit."""
    with opened_index(root, index, writes=repair) as opened:
        result = check(root, opened, LocalDisk(), repair=repair)
        drifts = clock_drifts(opened)
    if as_json_:
        answer = {
            "files": result.files,
            "rows": result.rows,
            "open_problems": result.open_problems,
            "clock_drift_s_per_day": {c: round(drift, 2) for c, drift in drifts.items()},
            "findings": [
                {
                    "path": f.path,
                    "problem": f.problem.value,
                    "detail": f.detail,
                    "repaired": f.is_repaired,
                }
                for f in result.findings
            ],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for finding in result.findings:
            mended = " (repaired)" if finding.is_repaired else ""
            typer.echo(f"{finding.problem.value}: {finding.path}: {finding.detail}{mended}")
        for camera, drift in drifts.items():
            runs = "gains" if drift > 0 else "loses"
            typer.echo(f"{camera}: the camera's clock {runs} {abs(drift):.1f} s a day against ours")
        typer.echo(
            f"{result.files} files, {result.rows} rows, {len(result.findings)} findings, "
            f"{result.open_problems} open"
        )
    if result.open_problems:
        raise typer.Exit(1)


@recordings_app.command("export")
def export_command(
    camera: Annotated[
        str, typer.Option(help="Camera id; of another recorder its number or name there.")
    ],
    from_: Annotated[str, typer.Option("--from", help="Beginning, as 2026-11-24T08:00.")],
    to: Annotated[str, typer.Option("--to", help="End.")],
    out: Annotated[Path, typer.Option(help="The MP4 to write.")],
    root: Annotated[Path | None, typer.Option(help="Our recorder's folder.")] = None,
    recorder: Annotated[
        str | None,
        typer.Option(help="Or another recorder, as isapi://host or dahua://host; no password."),
    ] = None,
    kind: _Kind = None,
    username: _Username = None,
    password_env: _PasswordEnv = PASSWORD_ENV,
    index: Annotated[
        Path | None, typer.Option(help="Its index; index.sqlite in the folder when not given.")
    ] = None,
    time_zone: Annotated[str, typer.Option(help="Zone of times without an offset.")] = DEFAULT_ZONE,
    watermark: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Words for every picture: for whom, why. Encodes again, as H.264; takes time.",
        ),
    ] = None,
    audio: Annotated[
        bool, typer.Option("--audio/--no-audio", help="With the sound, where it was recorded.")
    ] = True,
    as_json_: Annotated[bool, typer.Option("--json", help="One JSON object, on one line.")] = False,
) -> None:
    """Write a camera's footage of an interval as one playable file, with its SHA-256.

    With --recorder just that interval is fetched from a recorder of another maker.
    """
    zone = school_zone(time_zone)
    check_place(root, recorder)
    window = window_of(parse_moment(from_, "--from", zone), parse_moment(to, "--to", zone))
    device = None
    if recorder is not None:
        _, device = open_recorder(recorder, kind, username, password_env, zone)
    with _bar("encoding again, with the words", is_wanted=watermark is not None) as progress:
        words = None if watermark is None else Watermark(watermark, progress)
        if device is not None:
            with closing(device):
                done = export_fetched(
                    device,
                    find_channel(device, camera),
                    window,
                    out,
                    zone=zone,
                    clock=SystemClock(),
                    watermark=words,
                )
        else:
            assert root is not None
            with opened_index(root, index, writes=False) as opened:
                done = export(
                    root, opened, camera, window, out, now_s(), watermark=words, with_sound=audio
                )
    marked = done.watermarked
    gaps = [
        {
            "start": moment_text(gap.span.start_s, zone),
            "end": moment_text(gap.span.end_s, zone),
            "seconds": round(gap.span.seconds, 3),
            "cause": gap.cause.value,
        }
        for gap in done.gaps
    ]
    if as_json_:
        answer = {
            "file": str(done.path),
            "sha256": done.sha256,
            "bytes": done.size_bytes,
            "start": moment_text(done.span.start_s, zone),
            "end": moment_text(done.span.end_s, zone),
            "gaps": gaps,
            "audio": done.has_sound,
            "watermark": None
            if marked is None
            else {
                "text": marked.text,
                "codec": "h264",
                "source_sha256": marked.source_sha256,
                "pictures_left_out": marked.left_out,
            },
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    typer.echo(f"{done.sha256}  {done.path}")
    typer.echo(
        f"{moment_text(done.span.start_s, zone)} … {moment_text(done.span.end_s, zone)}, "
        f"{done.size_bytes} bytes{', with sound' if done.has_sound else ''}"
    )
    if marked is not None:
        left_out = f", {marked.left_out} pictures left out" if marked.left_out else ""
        typer.echo(
            f"encoded again as H.264 with the words {marked.text!r}{left_out}; "
            f"the copy it was made from has SHA-256 {marked.source_sha256}"
        )
    for gap in done.gaps:
        typer.echo(
            f"gap {moment_text(gap.span.start_s, zone)} … {moment_text(gap.span.end_s, zone)} "
            f"({duration_text(gap.span.seconds)}) {gap.cause.value}"
        )


@contextmanager
def _bar(what: str, *, is_wanted: bool) -> Iterator[Callable[[float, float], None]]:
    """A progress bar on standard error, for people who wait."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        disable=not (is_wanted and console.is_terminal),
        transient=True,
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done_s, total_s: bar.update(task, completed=done_s, total=total_s or None)


@contextmanager
def opened_index(root: Path, index: Path | None, *, writes: bool) -> Iterator[FootageIndex]:
    """The index of a recorder's folder.

    Raises:
        ConfigError: There is no such folder, or a recorder is writing in it.
    """
    if not root.is_dir():
        raise ConfigError(
            "there is no such folder", where=f"--root {root}", remedy="Check the path"
        )
    path = index or root / INDEX_NAME
    if not writes and not path.is_file():
        raise ConfigError(
            "there is no index",
            where=str(path),
            remedy="Name it with --index, or make one with `mingan recordings check --repair`",
        )
    lock = RootLock(root)
    if writes:
        lock.acquire()
    try:
        opened = open_index(path) if writes else FootageIndex(path)
        try:
            opened.settle()
            yield opened
        finally:
            opened.close()
    finally:
        lock.release()


def parse_moment(text: str, option: str, zone: ZoneInfo) -> float:
    """A moment a person wrote, seconds since the epoch; without an offset it is the school's time.

    Raises:
        ConfigError: It is no moment.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{text!r} is no moment", where=option, remedy="Write it as 2026-11-24T08:00"
        ) from error
    if moment.year not in FOOTAGE_YEARS:
        raise ConfigError(
            f"there is no footage of the year {moment.year}",
            where=option,
            remedy="Write it as 2026-11-24T08:00",
        )
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()


def window_of(from_s: float, to_s: float) -> Span:
    """The window between two moments.

    Raises:
        ConfigError: The second is not later.
    """
    if from_s >= to_s:
        raise ConfigError("--from is not before --to", where="--from", remedy="Exchange them")
    return Span(from_s, to_s)


def read_expected(text: str, zone: ZoneInfo) -> dict[str, float | None]:
    """Cameras with their installation, from ``a,b`` or a file of lines ``camera[,date]``.

    Raises:
        ConfigError: The file cannot be read, a date is none, or nothing is named.
    """
    where = "--expect"
    cameras: dict[str, float | None] = {}
    path = Path(text)
    if "/" in text or path.is_file() or path.suffix in (".csv", ".txt"):
        try:
            lines = path.read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"the list of cameras cannot be read ({error})",
                where=f"{where} {text}",
                remedy="Give a UTF-8 file of lines camera[,date]",
            ) from error
        for number, line in enumerate(lines, start=1):
            name, _, installed = (part.strip() for part in line.partition(","))
            if name and not name.startswith("#"):
                at = f"{text}:{number}"
                cameras[name] = parse_moment(installed, at, zone) if installed else None
    else:
        cameras = {name.strip(): None for name in text.split(",") if name.strip()}
        dates = [name for name in cameras if _DATE.fullmatch(name)]
        if dates:
            raise ConfigError(
                f"{dates[0]} is a date and no camera",
                where=f"{where} {text}",
                remedy="Write cameras with their dates into a file, one a line: camera,2026-09-01",
            )
    if not cameras:
        raise ConfigError("it names no camera", where=f"{where} {text}", remedy="Write cam1,cam2")
    return cameras


def _show_audit(result: Audit, window: Span, requirement: Requirement) -> None:
    console = Console()
    zone = requirement.zone
    days = days_between(window.start_s, window.end_s, zone)
    table = Table(
        title=f"{moment_text(window.start_s, zone)} … "
        f"{moment_text(window.end_s, zone)} ({days:.2f} days), "
        f"{requirement.days} required"
    )
    for heading in ("camera", "state", "complete", "proven days", "gaps", "longest gap"):
        table.add_column(heading, justify="left" if heading in ("camera", "state") else "right")
    for row in result.cameras:
        longest_s = max((gap.span.seconds for gap in row.gaps), default=0.0)
        table.add_row(
            shown(row.camera),
            row.verdict.state.value,
            # Rounded down: 99.99 % is not all.
            f"{int(row.verdict.completeness * 10_000) / 100:.2f} %",
            f"{int(row.verdict.proven_days * 100) / 100:.2f}",
            str(len(row.gaps)),
            duration_text(longest_s) if row.gaps else "",
        )
    console.print(table)
    if not result.cameras:
        console.print("No file fits the pattern.", style="bold")
    for row in result.cameras:
        for gap in row.gaps[:_SHOWN]:
            files = ", ".join(shown(finding.path) for finding in gap.files[:3])
            console.print(
                f"{shown(row.camera)}: {moment_text(gap.span.start_s, zone)} … "
                f"{moment_text(gap.span.end_s, zone)} ({duration_text(gap.span.seconds)}) "
                f"{gap.cause.value}{': ' + files if files else ''}",
                highlight=False,
                markup=False,
                soft_wrap=True,
            )
        if len(row.gaps) > _SHOWN:
            console.print(
                f"{shown(row.camera)}: {len(row.gaps) - _SHOWN} gaps more (--json has all)"
            )
    for finding in result.findings[:_SHOWN]:
        console.print(
            f"{finding.kind}: {shown(finding.path)}: {finding.detail}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    if len(result.findings) > _SHOWN:
        console.print(f"{len(result.findings) - _SHOWN} findings more (--json has all)")


def duration_text(seconds: float) -> str:
    """A length in the two largest units that fit, rounded down; tenths below a minute.

    >>> duration_text(79_009.9), duration_text(58.04), duration_text(3600), duration_text(90_061)
    ('21 h 56 min', '58.0 s', '1 h', '1 d 1 h')
    """
    if seconds < 60:
        return f"{int(seconds * 10) / 10:.1f} s"
    parts: list[tuple[int, str]] = []
    left = int(seconds)
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count or parts:
            parts.append((count, unit))
    return " ".join(f"{count} {unit}" for count, unit in parts[:2] if count)


def now_s() -> float:
    """The machine's time; commands are the one place where it is read directly."""
    return SystemClock().utc_s()
