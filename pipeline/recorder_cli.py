"""``mingan recorder``: ask a recorder of another maker, from the command line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from pipeline.core.clock import SystemClock
from pipeline.core.school_zone import school_zone
from pipeline.devices.device import Channel, Device
from pipeline.devices.errors import DeviceError
from pipeline.devices.login import PASSWORD_ENV, USER_ENV, find_credentials
from pipeline.devices.registry import DeviceAddress, open_device, parse_address
from pipeline.recorders.audit import moment_text
from pipeline.runtime.device_audit import (
    DeviceAudit,
    DeviceOrder,
    audit_device,
    unanswered,
    without_channel,
)
from pipeline.runtime.device_probe import ChannelProbe, DeviceProbe, probe_device
from pipeline.runtime.device_words import device_json, device_lines

recorder_app = typer.Typer(help="Ask a recorder of another maker.", no_args_is_help=True)
NOT_TOLD = 3
"""Exit code when the recorder did not tell all that was asked; 2 is wrong input everywhere."""


def open_recorder(
    url: str, kind: str | None, username: str | None, password_env: str, zone: ZoneInfo
) -> tuple[DeviceAddress, Device]:
    """The device a command names, with credentials from where they are found.

    Raises:
        ConfigError: The address is none, or a password is missing.
        DeviceError: The user name cannot be sent.
    """
    address = parse_address(url, kind)

    def ask(user: str) -> str:
        return str(typer.prompt(f"Password of {user} at {address}", hide_input=True, err=True))

    has_person = sys.stdin.isatty()
    credentials = find_credentials(
        address, os.environ, username, password_env, ask if has_person else None
    )
    return address, open_device(address, credentials, zone=zone)


def audit_recorder(device: Device, order: DeviceOrder, expected: Iterable[str]) -> DeviceAudit:
    """Audit all cameras of a device; those expected that it does not name have no footage.

    Args:
        device: It; closed afterwards.
        order: What is asked of each.
        expected: Cameras by number or name.

    Raises:
        Exit: It does not name its cameras, and nobody else does; said on standard error.
    """
    wanted = list(expected)
    try:
        with Console(stderr=True).status("", spinner="dots") as waiting:
            channels = device.channels()
            known = {word for each in channels for word in (each.id, each.name)}
            missing = [Channel(name, "", None) for name in wanted if name not in known]
            found = audit_device(
                device, channels, order, lambda name: waiting.update(f"camera {name}")
            )
    except DeviceError as error:
        typer.echo(f"error: {error.line()}", err=True)
        if not wanted:
            raise typer.Exit(NOT_TOLD) from None
        rows = [unanswered(Channel(name, "", None), order, error) for name in wanted]
        return DeviceAudit(tuple(rows), None, None, (error.line(),))
    finally:
        device.close()
    rows = [*found.channels, *(without_channel(each, order) for each in missing)]
    return replace(found, channels=tuple(rows))


@recorder_app.callback()
def _group() -> None:
    """Ask a recorder of another maker."""


@recorder_app.command("probe")
def probe_command(
    url: Annotated[
        str, typer.Argument(help="isapi://host, dahua://host:port …; without user and password.")
    ],
    kind: Annotated[str | None, typer.Option(help="Of an http address: isapi, dahua …")] = None,
    username: Annotated[
        str | None, typer.Option(help=f"The user; if not given {USER_ENV} or a netrc file.")
    ] = None,
    password_env: Annotated[
        str, typer.Option(help="Environment variable that holds the password.")
    ] = PASSWORD_ENV,
    time_zone: Annotated[str, typer.Option(help="The school's zone.")] = "Asia/Shanghai",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, on one line.")] = False,
) -> None:
    """Its cameras, clock and disks; of each camera how far footage reaches, and a picture of it.

    Exit code 0: all of it was told. 3: something was not. 2: wrong input.
    """
    zone = school_zone(time_zone)
    address, device = open_recorder(url, kind, username, password_env, zone)
    screen = Console(stderr=True)
    try:
        with screen.status("", spinner="dots") as waiting:
            found = probe_device(
                device, SystemClock().utc_s(), lambda name: waiting.update(f"camera {name}")
            )
    except DeviceError as error:
        typer.echo(f"error: {error.line()}", err=True)
        raise typer.Exit(NOT_TOLD) from None
    finally:
        device.close()
    if as_json:
        typer.echo(json.dumps(probe_json(found, zone), ensure_ascii=False))
    else:
        _show(found, address, zone)
    if not found.is_whole:
        raise typer.Exit(NOT_TOLD)


def probe_json(found: DeviceProbe, zone: ZoneInfo) -> dict[str, object]:
    """The answer for machines; times in the school's zone."""
    return {
        **device_json(found.clock, found.health),
        "channels": [_channel_json(each, zone) for each in found.channels],
        "troubles": list(found.troubles),
    }


def _channel_json(found: ChannelProbe, zone: ZoneInfo) -> dict[str, object]:
    picture = found.picture
    return {
        "id": found.channel.id,
        "name": found.channel.name,
        "online": found.channel.is_online,
        "recorded_s": round(found.recorded_s, 1),
        "oldest": None if found.oldest_s is None else moment_text(found.oldest_s, zone),
        "newest": None if found.newest_s is None else moment_text(found.newest_s, zone),
        "picture": None
        if picture is None
        else {"codec": picture.codec, "width": picture.width, "height": picture.height},
        "troubles": list(found.troubles),
    }


def _show(found: DeviceProbe, address: DeviceAddress, zone: ZoneInfo) -> None:
    console = Console()
    for line in device_lines(found.clock, found.health):
        console.print(line)
    table = Table(title=str(address))
    for heading in ("channel", "name", "online", "last 24 h", "oldest found", "picture"):
        table.add_column(heading)
    online = {True: "yes", False: "no", None: "not told"}
    for each in found.channels:
        picture = each.picture
        table.add_row(
            each.channel.id,
            each.channel.name,
            online[each.channel.is_online],
            f"{int(each.recorded_s / 360) / 10:.1f} h",
            "none" if each.oldest_s is None else moment_text(each.oldest_s, zone),
            "none" if picture is None else f"{picture.codec} {picture.width}x{picture.height}",
        )
    console.print(table)
    for each in found.channels:
        for trouble in each.troubles:
            console.print(f"{each.channel.id}: {trouble}", markup=False)
    for trouble in found.troubles:
        console.print(trouble, markup=False)
