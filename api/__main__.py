"""``mingan api``: start the command centre, back it up, prove its log, give a new password.

What a person must correct is said in one line on standard error, with exit code 2.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
import uvicorn

from api import backup
from api.app import create_app
from api.audit import command as audit
from api.auth import service as auth
from api.kit import logging
from api.kit.alone import mask_others
from api.kit.errors import AddressError, StartError
from api.kit.memory import settle
from api.runtime import Runtime
from api.serving import server_config
from api.settings import Settings, load_settings
from api.startup import bring_up_to_date, opened, prepare_data_folder, print_line

_WARM_S = 60.0


class _Server(uvicorn.Server):
    """Ends open event streams when told to stop, since they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, runtime: Runtime, address: str) -> None:
        super().__init__(config)
        self._runtime = runtime
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print_line(f"console: {self._address}")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Not handed on: uvicorn would raise the signal again after it stopped serving, and the
        # process would die before the database is closed.
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True
        self._runtime.end_streams()


def _bind(settings: Settings) -> socket.socket:
    where = f"{settings.host}:{settings.port}"
    try:
        [family, kind, protocol, _, address] = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise AddressError(
            f"the host cannot be resolved ({error.strerror})",
            where=where,
            remedy="Correct --host",
        ) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Listening here finds a port that another process already listens on.
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise AddressError(
            f"cannot listen there ({error.strerror})",
            where=where,
            remedy="Stop the program that uses this port, or choose another with --port",
        ) from error
    listener.set_inheritable(True)
    return listener


def _shown_address(settings: Settings, listener: socket.socket) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return f"http://{host}:{listener.getsockname()[1]}"


async def _serve(settings: Settings) -> None:
    prepare_data_folder(settings)
    with _bind(settings) as listener:
        app = create_app(settings)
        # Entered here and not by uvicorn, whose way of telling a failed start is a traceback.
        async with app.router.lifespan_context(app):
            settle()
            # Routes and statements are worked out when they are first asked for; they stay too.
            asyncio.get_running_loop().call_later(_WARM_S, settle)
            server = _Server(
                server_config(app, settings),
                app.state.runtime,
                _shown_address(settings, listener),
            )
            await server.serve(sockets=[listener])


async def _reset_password(settings: Settings, username: str) -> None:
    async with opened(settings) as runtime:
        await bring_up_to_date(runtime)
        password = await auth.reset_password(runtime, username)
    print_line(f"console user: {username}")
    print_line(f"console password: {password}")


async def _verify_audit(settings: Settings, files: Sequence[Path], expected: Sequence[str]) -> int:
    async with opened(settings) as runtime:
        anchors = [audit.parse_anchor(text) for text in expected]
        lines = await audit.verify(runtime, files, anchors)
    for line in lines:
        print_line(line)
    return 0 if lines[0] == "intact" else 1


app = typer.Typer(
    help="Mingan command centre; `serve` if no command is named.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Database, evidence and worker token.")
]
_Config = Annotated[Path | None, typer.Option("--config", help="YAML file with settings.")]


def _settings(config: Path | None, data_dir: Path | None) -> Settings:
    settings = load_settings(config, data_dir=data_dir)
    logging.configure(settings.log_level)
    return settings


@app.command()
def serve(
    data_dir: _DataDir = None,
    config: _Config = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
) -> None:
    """Start the command centre."""
    settings = load_settings(config, data_dir=data_dir, host=host, port=port)
    logging.configure(settings.log_level)
    asyncio.run(_serve(settings))


@app.command("reset-password")
def reset_password(
    username: Annotated[str, typer.Argument(help="Of a person who may sign in.")],
    data_dir: _DataDir = None,
    config: _Config = None,
) -> None:
    """Give a user a new random password."""
    asyncio.run(_reset_password(_settings(config, data_dir), username))


@app.command("backup")
def write_backup(
    file: Annotated[Path, typer.Argument(help="A new file.")],
    data_dir: _DataDir = None,
    config: _Config = None,
) -> None:
    """Write database, evidence and keys into one file."""
    manifest = backup.backup(_settings(config, data_dir), file)
    print_line(f"backup: {len(manifest.files)} files, {file}")


@app.command("restore")
def restore_backup(
    file: Annotated[Path, typer.Argument(help="What backup wrote.")],
    data_dir: _DataDir = None,
    config: _Config = None,
) -> None:
    """Make a new data folder of a backup."""
    manifest = backup.restore(_settings(config, data_dir), file)
    print_line(f"restore: {len(manifest.files)} files, {file}")


@app.command("audit-verify")
def verify_audit(
    data_dir: _DataDir = None,
    config: _Config = None,
    anchors: Annotated[
        list[Path] | None, typer.Option(help="A file of anchors kept elsewhere; repeatable.")
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="COUNT:HASH", help="A head noted earlier; repeatable."),
    ] = None,
) -> None:
    """Whether the access log is what was written; exit code 1 when it is not."""
    settings = _settings(config, data_dir)
    raise typer.Exit(asyncio.run(_verify_audit(settings, anchors or (), expect or ())))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help")):
        given.insert(0, "serve")
    mask_others()
    try:
        app(given, prog_name="mingan api")
    except StartError as error:
        print(f"mingan: {error.line()}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
