"""``mingan upgrade``: signed releases of a box, tried before they stay, with a way back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from api.contract.signing_keys import KeyFileError, make_key, read_key
from pipeline.core.errors import UpgradeError
from pipeline.upgrades.manifest import Manifest
from pipeline.upgrades.package import Package, pack
from pipeline.upgrades.package import Progress as Told
from pipeline.upgrades.releases import LAUNCHER, Releases
from pipeline.upgrades.signing import checked_public, public_of

upgrade_app = typer.Typer(
    help="Signed upgrades of a box: pack, check, install, go back.", no_args_is_help=True
)
_Releases = Annotated[
    Path, typer.Option(help="Folder of the box's releases, as /var/lib/mingan/releases.")
]
_Keys = Annotated[
    list[str] | None, typer.Option(help="Public key to believe; may be given more than once.")
]


@upgrade_app.command("key")
def key_command(
    file: Annotated[Path, typer.Argument(help="Where to keep the private key.")],
) -> None:
    """Make the key that signs upgrades; prints its public half, for the boxes."""
    with _told():
        typer.echo(public_of(make_key(file)))


@upgrade_app.command("pack")
def pack_command(
    out: Annotated[Path, typer.Argument(help="The package, as mingan-0.2.0.upgrade.")],
    wheels: Annotated[Path, typer.Option(help="Folder of all wheels, Mingan's among them.")],
    key: Annotated[Path, typer.Option(help="Private key, of `mingan upgrade key`.")],
    days: Annotated[int, typer.Option(min=1, max=730, help="How long boxes take it.")] = 180,
) -> None:
    """Pack and sign a release for boxes with this Python, on machines as this one."""
    with _told():
        signing = read_key(key)
    with _bar("packing") as progress:
        manifest = pack(out, wheels, signing, now=datetime.now(UTC), days=days, progress=progress)
    typer.echo(_described(manifest))


@upgrade_app.command("verify")
def verify_command(
    package: Annotated[Path, typer.Argument(help="A package.")],
    key: _Keys = None,
    releases: Annotated[
        Path | None, typer.Option(help="Believe the keys of this folder of releases.")
    ] = None,
) -> None:
    """Whether a package is whole and signed; nothing is installed."""
    if not key and releases is None:
        raise typer.BadParameter("name a public key, or a folder of releases", param_hint="--key")
    keys = [checked_public(each) for each in key or ()]
    keys += Releases(releases).keys() if releases is not None else ()
    with Package(package, keys) as opened, _bar("checking") as progress:
        opened.check(progress)
        manifest = opened.manifest
    typer.echo(_described(manifest))


@upgrade_app.command("prepare")
def prepare_command(
    releases: _Releases,
    key: Annotated[
        list[str],
        typer.Option(help="Public key whose upgrades this box takes; may be given more than once."),
    ],
) -> None:
    """Make a box's folder of releases, or give it other keys; prints what the service starts."""
    folder = Releases(releases)
    folder.prepare(key, Path(sys.executable).resolve())
    typer.echo(folder.folder / LAUNCHER)


@upgrade_app.command("install")
def install_command(
    package: Annotated[Path, typer.Argument(help="A package.")],
    releases: _Releases,
    config: Annotated[Path, typer.Option(help="The box's configuration.")],
    one_way: Annotated[
        bool, typer.Option("--one-way", help="Even if there is no way back from it.")
    ] = False,
) -> None:
    """Build a release beside the running one, check it, and let it start next.

    It is on trial then: it stays once it has watched as many cameras as before, and was heard by
    the command centre, for two minutes. Otherwise the box goes back by itself.
    """
    from pipeline.runtime.data_folder import file_formats
    from pipeline.upgrades.installing import Box, install

    folder = Releases(releases)
    console = Console(stderr=True)
    with Package(package, folder.keys()) as opened, _bar("packages") as progress:
        done = install(
            opened,
            folder,
            Box(config.absolute(), file_formats()),
            now=datetime.now(UTC),
            is_one_way=one_way,
            step=lambda what: console.print(f"{what} …"),
            progress=progress,
        )
    how = "on trial" if done.trial is not None else "the first one here"
    typer.echo(f"{done.version}: {how}; it runs from the worker's next start on")


@upgrade_app.command("status")
def status_command(
    releases: _Releases,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Which release runs, whether it is on trial, and which one was left and why."""
    folder = Releases(releases)
    folder.keys()
    standing = folder.standing()
    if as_json:
        told = {
            "current": standing.current,
            "previous": standing.previous,
            "trial": None if standing.trial is None else standing.trial.model_dump(),
            "went_back": None if standing.went_back is None else standing.went_back.model_dump(),
            "releases": standing.releases,
        }
        typer.echo(json.dumps(told))
        return
    typer.echo(f"current   {standing.current or '-'}")
    typer.echo(f"previous  {standing.previous or '-'}")
    if (trial := standing.trial) is not None:
        typer.echo(f"on trial  begun {trial.starts} times, wants {trial.cameras} cameras")
    if (left := standing.went_back) is not None:
        typer.echo(f"left      {left.version}: {left.why}")


@upgrade_app.command("back")
def back_command(releases: _Releases) -> None:
    """Let the release before the current one start next."""
    from pipeline.upgrades.installing import go_back

    folder = Releases(releases)
    folder.keys()
    typer.echo(f"{go_back(folder)}: it runs from the worker's next start on")


@upgrade_app.command("formats")
def formats_command() -> None:
    """The forms of files that this release keeps, as JSON; an upgrade asks for it."""
    from pipeline.runtime.data_folder import file_formats

    typer.echo(json.dumps(file_formats()))


@contextmanager
def _told() -> Iterator[None]:
    """Errors of a key's file as this command line tells them."""
    try:
        yield
    except KeyFileError as error:
        raise UpgradeError(error.what, where=error.where, remedy=error.remedy) from error


def _described(manifest: Manifest) -> str:
    return (
        f"Mingan {manifest.version}, Python {manifest.python}, {manifest.platform}: "
        f"{len(manifest.wheels)} packages, {manifest.size / 2**20:.0f} MB, "
        f"until {manifest.expires_at:%Y-%m-%d}"
    )


@contextmanager
def _bar(what: str) -> Iterator[Told]:
    columns = (TextColumn("{task.description}"), BarColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
