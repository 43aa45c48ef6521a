"""``mingan recordings hold``: footage that must not be deleted, whatever its age and the disk.

A hold is a row of the recorder's index, so it may be made and let go while the worker records.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.core.errors import ConfigError
from pipeline.core.school_zone import school_zone
from pipeline.recorders.audit import moment_text
from pipeline.recordings_cli import DEFAULT_ZONE, opened_index, parse_moment, window_of

holds_app = typer.Typer(help="Keep footage from being deleted.", no_args_is_help=True)
_Root = Annotated[Path, typer.Option(help="The recorder's folder.")]
_Index = Annotated[
    Path | None, typer.Option(help="Its index; index.sqlite in the folder when not given.")
]
_Zone = Annotated[str, typer.Option(help="Zone of times without an offset.")]


@holds_app.command("add")
def add_command(
    root: _Root,
    camera: Annotated[str, typer.Option(help="Camera id.")],
    from_: Annotated[str, typer.Option("--from", help="Beginning, as 2026-11-24T08:00.")],
    to: Annotated[str, typer.Option("--to", help="End; may be still to come.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the list.")],
    index: _Index = None,
    time_zone: _Zone = DEFAULT_ZONE,
) -> None:
    """Hold a camera's footage of an interval; prints the number that lets it go again."""
    zone = school_zone(time_zone)
    window = window_of(parse_moment(from_, "--from", zone), parse_moment(to, "--to", zone))
    with opened_index(root, index, writes=False) as opened:
        known = opened.cameras()
        if camera not in known:
            raise ConfigError(
                f"no camera {camera!r} was ever recorded here",
                where="--camera",
                remedy=f"Write one of {', '.join(known) or 'none yet'}",
            )
        typer.echo(opened.hold(camera, window, reason))


@holds_app.command("list")
def list_command(
    root: _Root,
    index: _Index = None,
    time_zone: _Zone = DEFAULT_ZONE,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, on one line.")] = False,
) -> None:
    """Show what is held, and why."""
    zone = school_zone(time_zone)
    with opened_index(root, index, writes=False) as opened:
        holds = opened.holds()
    told = [
        {
            "id": hold.id,
            "camera": hold.camera,
            "start": moment_text(hold.span.start_s, zone),
            "end": moment_text(hold.span.end_s, zone),
            "reason": hold.reason,
        }
        for hold in holds
    ]
    if as_json:
        typer.echo(json.dumps({"holds": told}, ensure_ascii=False))
        return
    for each in told:
        typer.echo("{id}  {camera}  {start} … {end}  {reason}".format_map(each))


@holds_app.command("release")
def release_command(
    root: _Root,
    number: Annotated[int, typer.Argument(help="As `add` and `list` tell it.")],
    index: _Index = None,
) -> None:
    """Let held footage go: from now on it is deleted when its time is up."""
    with opened_index(root, index, writes=False) as opened:
        if number not in {hold.id for hold in opened.holds()}:
            raise ConfigError(
                f"nothing is held under the number {number}",
                remedy="See `mingan recordings hold list`",
            )
        opened.release(number)
