"""``mingan outbox``: messages the command centre refused for good, and sending them again.

It works on the outbox's file, also while the worker runs: what is sent again goes with the next
round.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.core.clock import SystemClock
from pipeline.core.errors import ConfigError
from pipeline.delivery.outbox import OUTBOX_NAME, Outbox

outbox_app = typer.Typer(
    help="Messages the command centre refused: see them, send them again.", no_args_is_help=True
)
_DataDir = Annotated[Path, typer.Option(help="The worker's data_dir.")]


@contextmanager
def _opened(data_dir: Path) -> Iterator[Outbox]:
    path = data_dir / OUTBOX_NAME
    if not path.is_file():
        raise ConfigError(
            "there is no outbox here",
            where=str(path),
            remedy="Write --data-dir as data_dir stands in the box's configuration",
        )
    outbox = Outbox(path, SystemClock())
    try:
        yield outbox
    finally:
        outbox.close()


@outbox_app.command("list")
def list_command(
    data_dir: _DataDir,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, on one line.")] = False,
) -> None:
    """Show what was refused: its number, when it was made, what it is, and the answer."""
    with _opened(data_dir) as outbox:
        refused = outbox.refused_messages()
        pending = outbox.backlog().pending
    shown = [
        {
            "number": message.seq,
            "at": datetime.fromtimestamp(message.created_utc_s, UTC).isoformat(timespec="seconds"),
            "kind": message.kind.value,
            "key": message.key,
            "why": message.why,
        }
        for message in refused
    ]
    if as_json:
        typer.echo(json.dumps({"pending": pending, "refused": shown}, ensure_ascii=False))
        return
    for each in shown:
        typer.echo("{number}  {at}  {kind}  {key}  {why}".format_map(each))
    typer.echo(f"{len(shown)} refused, {pending} waiting")


@outbox_app.command("resend")
def resend_command(
    data_dir: _DataDir,
    numbers: Annotated[
        list[int] | None, typer.Argument(help="As `list` shows them; all when none is given.")
    ] = None,
) -> None:
    """Let refused messages wait for delivery again; prints how many."""
    with _opened(data_dir) as outbox:
        known = {message.seq for message in outbox.refused_messages()}
        if unknown := sorted(set(numbers or ()) - known):
            raise ConfigError(
                f"no refused message has the number {unknown[0]}",
                remedy="See `mingan outbox list`",
            )
        typer.echo(outbox.resend(set(numbers or known)))
