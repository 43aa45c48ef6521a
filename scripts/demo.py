"""A district on one machine: cameras, the command centre, a worker for each of two schools.

``scripts/run`` calls this after the set-up. They are separate processes that speak over the network
exactly as in a district; this file only starts, watches and stops them, and with ``--demo-seconds``
asks the command centre afterwards whether alerts with evidence arrived, and who may see them. With
a camera or recording of one's own it is one school.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import demo_processes as processes
import demo_site as site

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "demo"
CONSOLE_PORT = 8000
RTSP_PORT = 8554
RTSP_READY_S = 180.0
API_READY_S = 90.0
REPORTED_S = 15.0
_LINE = "─" * 78

Passwords = dict[site.SignIn, str | None]


class UsageError(Exception):
    """Something the caller wrote or must change; one line, exit code 2."""


class Arguments(argparse.Namespace):
    """What the command line says."""

    demo_seconds: float | None
    video: Path | None
    rtsp: list[str]
    port: int | None
    fresh: bool
    with_meetings: bool
    check_arguments_only: bool


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (try --help)")


def parse(argv: Sequence[str]) -> Arguments:
    """Read the command line.

    Raises:
        UsageError: It cannot be followed.
    """
    parser = _Parser(
        prog="scripts/run",
        allow_abbrev=False,
        description="Start Mingan: without options, two schools on a real street video.",
        epilog="Ctrl-C stops everything, a second Ctrl-C at once. State and logs: var/demo.",
    )
    cameras = parser.add_mutually_exclusive_group()
    cameras.add_argument(
        "--video", type=Path, metavar="FILE", help="serve this recording as the camera instead"
    )
    cameras.add_argument(
        "--rtsp",
        action="append",
        default=[],
        metavar="URL",
        help="watch this camera instead (rtsp://user:password@host/…); may be repeated",
    )
    parser.add_argument("--port", type=int, metavar="N", help=f"console port ({CONSOLE_PORT})")
    parser.add_argument(
        "--demo-seconds",
        type=float,
        metavar="S",
        help="stop after S seconds; exit 0 if an alert with snapshot and clip arrived, else 1",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="forget alerts, users and password of earlier runs"
    )
    parser.add_argument(
        "--with-meetings",
        action="store_true",
        help="also start the engine of video meetings (Debian's janus)",
    )
    parser.add_argument("--check-arguments-only", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv, namespace=Arguments())
    if arguments.port is not None and not 1 <= arguments.port <= 65535:
        raise UsageError(f"--port {arguments.port} is not between 1 and 65535")
    if arguments.demo_seconds is not None and not 1.0 <= arguments.demo_seconds <= 86400.0:
        raise UsageError("--demo-seconds takes a number from 1 to 86400")
    if arguments.video is not None and not arguments.video.is_file():
        raise UsageError(f"--video {arguments.video}: there is no such file")
    if arguments.with_meetings and shutil.which("janus") is None:
        raise UsageError("--with-meetings needs janus: apt-get install janus")
    for url in arguments.rtsp:
        if not url.startswith(("rtsp://", "rtsps://")):
            raise UsageError("--rtsp takes an address that begins with rtsp://")
    if arguments.port is not None and not _is_free(arguments.port):
        raise UsageError(f"--port {arguments.port} is taken by another program; choose another")
    return arguments


def main(argv: Sequence[str]) -> int:
    """Run until Ctrl-C or for some seconds; see ``--help``."""
    try:
        arguments = parse(argv)
        if arguments.check_arguments_only:
            return 0
        return _run(arguments)
    except UsageError as error:
        print(f"scripts/run: {error}", file=sys.stderr)
        return 2
    except processes.ProcessError as error:
        print(f"\nscripts/run: {error}", file=sys.stderr)
        return 1
    except processes.StopRequestedError:
        return 0


def _run(arguments: Arguments) -> int:
    if arguments.fresh:
        shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True, exist_ok=True)
    HOME.chmod(0o700)
    running = processes.Processes(HOME / "log")
    running.stop_on_signals()
    try:
        return _start_and_watch(arguments, running)
    finally:
        running.stop_all()


def _start_and_watch(arguments: Arguments, running: processes.Processes) -> int:
    videos = _videos(arguments)
    rtsp_port = _free_port(RTSP_PORT)
    console_port = arguments.port or _free_port(CONSOLE_PORT)
    console = f"http://127.0.0.1:{console_port}"
    watched = _watched(arguments, rtsp_port)

    if videos:
        _start_cameras(running, videos, rtsp_port)
    password = _start_command_centre(running, console_port, arguments.with_meetings)
    if arguments.with_meetings:
        running.start("meetings", ["janus", "-F", str(HOME / "api" / "meetings")])
    config = site.write_config(HOME, console, watched[site.FIRST], site.FIRST)
    _start_worker(running, site.FIRST, config, site.passwords(arguments.rtsp))
    started_mono = time.monotonic()

    import demo_check  # here: it needs packages that only the set-up brings

    seconds = arguments.demo_seconds
    check = None if seconds is None else demo_check.DemoCheck(console, password)
    people: Passwords = {}
    try:
        if site.SECOND in watched:
            people = _start_second_school(running, console, password, watched[site.SECOND])
    except demo_check.DistrictError as error:
        if check is not None:
            raise processes.ProcessError(f"{site.SECOND.name}: {error}") from error
        print(f"\n{site.SECOND.name} is left out: {error}", flush=True)
        del watched[site.SECOND]
    _print_address(console, password, people, watched)
    if check is None or seconds is None:
        running.wait()
        return 0
    running.wait(until_mono=started_mono + seconds, every_second=check.look_for_first_alert)
    try:
        print(check.report(list(watched), people))
    except demo_check.CheckError as error:
        print(f"\nscripts/run: {error}", file=sys.stderr)
        running.print_tails()
        return 1
    running.require_running()
    return 0


def _watched(arguments: Arguments, rtsp_port: int) -> dict[site.School, list[site.Camera]]:
    """The cameras of each school."""
    if arguments.rtsp:
        return {site.FIRST: site.real_cameras(arguments.rtsp)}
    if arguments.video is not None:
        return {site.FIRST: site.recording_cameras(rtsp_port)}
    return {
        site.FIRST: site.street_cameras(rtsp_port),
        site.SECOND: site.second_school_cameras(rtsp_port),
    }


def _videos(arguments: Arguments) -> dict[str, Path]:
    """Which file each of our own cameras shows, by the last part of its address."""
    if arguments.rtsp:
        return {}
    if arguments.video is not None:
        return {site.RECORDING_PATH: arguments.video.resolve()}
    fetched = subprocess.run(
        [ROOT / "scripts" / "fetch_demo_video"], stdout=subprocess.PIPE, text=True, check=False
    )
    if fetched.returncode != 0:
        raise UsageError("no video to show")
    video = ROOT / fetched.stdout.strip()
    return dict.fromkeys((*site.STREET_PATHS, *site.SECOND_PATHS), video)


def _start_cameras(running: processes.Processes, videos: dict[str, Path], rtsp_port: int) -> None:
    paths = [part for name, video in videos.items() for part in ("--path", f"{name}={video}")]
    server = running.start(
        "cameras",
        [sys.executable, str(ROOT / "scripts" / "demo_rtsp.py"), "--port", str(rtsp_port), *paths],
    )
    try:
        server.wait_until(
            lambda: not _is_free(rtsp_port), RTSP_READY_S, "the camera server did not open its port"
        )
    except processes.ProcessError:
        refused = server.printed("demo_rtsp.py: error: ")
        if refused is None:
            raise
        raise UsageError(refused) from None


def _start_command_centre(running: processes.Processes, port: int, with_meetings: bool) -> str:
    """Start the API and return the password of its user ``admin``."""
    password_file = HOME / "console-password"
    data = HOME / "api"
    api = running.start(
        "api",
        [_mingan(), "api", "--data-dir", str(data), "--host", "127.0.0.1", "--port", str(port)],
        extra_environment={"MINGAN_API_MEETINGS": "{}"} if with_meetings else None,
    )
    api.wait_until(
        lambda: api.printed("console: ") is not None,
        API_READY_S,
        "the command centre did not become ready",
    )
    password = api.printed("console password: ")
    if password is None and not password_file.is_file():
        password = _new_password(data, port)
    if password is not None:
        site.keep_password(password_file, password)
    return password_file.read_text("utf-8").strip()


def _start_worker(
    running: processes.Processes,
    school: site.School,
    config: Path,
    environment: Mapping[str, str] | None = None,
) -> None:
    running.start(
        f"worker-{school.folder}" if school.folder else "worker",
        [_mingan(), "worker", "--config", str(config)],
        extra_environment=environment,
    )


def _start_second_school(
    running: processes.Processes, console: str, password: str, cameras: Sequence[site.Camera]
) -> Passwords:
    """Enrol its box with a code and start it; answers who may sign in, with which password.

    Raises:
        demo_district.DistrictError: The command centre does not let us; nothing was started.
    """
    import demo_district

    config = site.write_config(HOME, console, cameras, site.SECOND)
    district = demo_district.District(console, HOME, password)
    try:
        district.enrol(site.SECOND, config, _mingan())
        people = {person: district.password_of(person) for person in site.PEOPLE}
        _start_worker(running, site.SECOND, config)
        district.describe((site.FIRST, site.SECOND), REPORTED_S)
    finally:
        district.close()
    return people


def _new_password(data: Path, port: int) -> str:
    """For a demo whose password was lost: it is printed only when it is made."""
    import demo_district

    reset = subprocess.run(
        [_mingan(), "api", "reset-password", "admin", "--data-dir", str(data)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    given = reset.stdout.partition("console password: ")[2].strip()
    return demo_district.own_password(f"http://127.0.0.1:{port}", "admin", given)


def _print_address(
    console: str,
    password: str,
    people: Passwords,
    watched: Mapping[site.School, Sequence[site.Camera]],
) -> None:
    schools = [school.name for school in watched]
    sign_ins = [("admin", password, "everything 全部")]
    for person, given in people.items():
        sees = "all schools 全部学校"
        if person.school is not None:
            others = "、".join(name for name in schools if name != person.school.name)
            sees = f"{person.school.name} only 仅本校, nothing of 看不到 {others}"
        sign_ins.append((person.username, given or "(the one you gave it 您设的密码)", sees))
    print(f"\n{_LINE}\n  Console 控制台   {console}\n\n  User 用户名   Password 密码")
    for username, shown, sees in sign_ins:
        print(f"  {username:<12}  {shown:<24}  {sees}")
    print("\n  Cameras 摄像机")
    for school, cameras in watched.items():
        named = " · ".join(f"{camera['id']} {camera['name']}" for camera in cameras)
        print(f"  {school.name}      {named}")
    print(
        f"{_LINE}\n  Logs: {(HOME / 'log').relative_to(ROOT)}    Ctrl-C stops everything\n",
        flush=True,
    )


def _mingan() -> str:
    return str(Path(sys.executable).with_name("mingan"))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _free_port(wanted: int) -> int:
    if _is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
