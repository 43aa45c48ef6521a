"""``mingan recordings``: what is kept, proven on the spot.

``audit`` needs nothing but a folder that any recorder wrote; ``check`` and ``export`` work on our
own recorder's folder. Errors are one line and exit code 2, as everywhere in ``mingan``.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from pipeline.core.clock import SystemClock
from pipeline.core.errors import ConfigError
from pipeline.recorders.audit import (
    DEFAULT_SEAM_S,
    Audit,
    AuditOrder,
    as_json,
    audit,
    moment_text,
    required_window,
)
from pipeline.recorders.school_days import days_between, school_zone
from pipeline.recorders.spans import Span
from pipeline.recorders.verdict import Requirement

recordings_app = typer.Typer(
    help="Footage: audit any folder, check and export our own.", no_args_is_help=True
)
_SHOWN = 20
_ZONE = "Asia/Shanghai"


@recordings_app.callback()
def recordings() -> None:
    """Keep the command's name even when it is the only one."""


@recordings_app.command("audit")
def audit_command(
    root: Annotated[Path, typer.Option(help="The folder with the recordings.")],
    to: Annotated[str, typer.Option("--to", help="End of what to look at, as 2026-11-24T00:00.")],
    require_days: Annotated[
        int, typer.Option(min=0, max=36500, help="Days of footage that must be there.")
    ],
    pattern: Annotated[
        str, typer.Option(help="How its files are named: {camera}, strftime codes, *.")
    ] = "{camera}/%Y%m%d/%H%M%S.mp4",
    from_: Annotated[
        str | None,
        typer.Option("--from", help="Beginning; the required days before --to when not given."),
    ] = None,
    expect: Annotated[
        str | None,
        typer.Option(
            help="Cameras that must be there: a,b,c or a file with one a line, "
            "each with its date of installation if known (camera,2026-09-01)."
        ),
    ] = None,
    max_days: Annotated[
        int | None, typer.Option(min=1, max=36500, help="Footage must be deleted after.")
    ] = None,
    time_zone: Annotated[str, typer.Option(help="The school's zone, and the names'.")] = _ZONE,
    min_gap_s: Annotated[
        float, typer.Option(min=0.001, max=3600, help="Shorter holes are seams between files.")
    ] = DEFAULT_SEAM_S,
    as_json_: Annotated[bool, typer.Option("--json", help="One JSON object, on one line.")] = False,
) -> None:
    """Prove how long footage is kept, from the files alone, whoever recorded them."""
    zone = school_zone(time_zone)
    to_s = parse_moment(to, "--to", zone)
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
    order = AuditOrder(
        root=root,
        pattern=pattern,
        window=window,
        requirement=Requirement(require_days, max_days, zone, min_gap_s),
        expected=read_expected(expect, zone) if expect is not None else {},
    )
    result = audit(order)
    if as_json_:
        typer.echo(json.dumps(as_json(result, zone), ensure_ascii=False))
    else:
        _show_audit(result, order)


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
    if "/" in text or path.is_file():
        try:
            lines = path.read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"the list of cameras cannot be read ({error})", where=f"{where} {text}"
            ) from error
        for number, line in enumerate(lines, start=1):
            name, _, installed = (part.strip() for part in line.partition(","))
            if name and not name.startswith("#"):
                at = f"{text}:{number}"
                cameras[name] = parse_moment(installed, at, zone) if installed else None
    else:
        cameras = {name.strip(): None for name in text.split(",") if name.strip()}
    if not cameras:
        raise ConfigError("it names no camera", where=f"{where} {text}", remedy="Write cam1,cam2")
    return cameras


def _show_audit(result: Audit, order: AuditOrder) -> None:
    console = Console()
    zone = order.requirement.zone
    days = days_between(order.window.start_s, order.window.end_s, zone)
    table = Table(
        title=f"{moment_text(order.window.start_s, zone)} … "
        f"{moment_text(order.window.end_s, zone)} ({days:.2f} days), "
        f"{order.requirement.days} required"
    )
    for heading in ("camera", "state", "complete", "proven days", "gaps", "longest gap"):
        table.add_column(heading, justify="left" if heading in ("camera", "state") else "right")
    for row in result.cameras:
        longest_s = max((gap.span.seconds for gap in row.gaps), default=0.0)
        table.add_row(
            row.camera,
            row.verdict.state.value,
            # Rounded down: 99.99 % is not all.
            f"{int(row.verdict.completeness * 10_000) / 100:.2f} %",
            f"{int(row.verdict.proven_days * 100) / 100:.2f}",
            str(len(row.gaps)),
            f"{longest_s:.1f} s" if row.gaps else "",
        )
    console.print(table)
    if not result.cameras:
        console.print("No file fits the pattern.", style="bold")
    for row in result.cameras:
        for gap in row.gaps[:_SHOWN]:
            files = ", ".join(finding.path for finding in gap.files[:3])
            console.print(
                f"{row.camera}: {moment_text(gap.span.start_s, zone)} … "
                f"{moment_text(gap.span.end_s, zone)} {gap.span.seconds:.1f} s "
                f"{gap.cause.value}{': ' + files if files else ''}",
                highlight=False,
                markup=False,
                soft_wrap=True,
            )
        if len(row.gaps) > _SHOWN:
            console.print(f"{row.camera}: {len(row.gaps) - _SHOWN} gaps more (--json has all)")
    for finding in result.findings[:_SHOWN]:
        console.print(
            f"{finding.kind}: {finding.path}: {finding.detail}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    if len(result.findings) > _SHOWN:
        console.print(f"{len(result.findings) - _SHOWN} findings more (--json has all)")


def now_s() -> float:
    """The machine's time; commands are the one place where it is read directly."""
    return SystemClock().utc_s()
