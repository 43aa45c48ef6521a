"""What ``mingan camera find`` says: cameras of networks and addresses, measured, as ready YAML."""

from __future__ import annotations

import base64
import ipaddress
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.contract.finding import FoundCamera, FoundStream
from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError
from pipeline.devices.credentials import Credentials
from pipeline.finding.makers import parse_target
from pipeline.finding.measuring import Account
from pipeline.finding.search import MAX_ADDRESSES, CameraSearch, Search
from pipeline.runtime.config import BoxConfig, load_box
from pipeline.runtime.device_config import AccountConfig

PASSWORD_ENV = "MINGAN_CAMERA_PASSWORD"  # noqa: S105 -- the name of a variable


@dataclass(frozen=True, slots=True)
class FindQuestion:
    """What was asked on the command line.

    Attributes:
        addresses: As ``hikvision://192.168.1.64``.
        networks: As ``192.168.1.0/24``.
        config: A box's, whose networks and accounts may be used; None is none.
        account: Of its accounts, or without one a user.
        password_env: Holds that user's password.
        time_limit_s: Of the search.
        pictures: Folder for a coarse picture of each; None writes none.
    """

    addresses: Sequence[str]
    networks: Sequence[str]
    config: Path | None
    account: str | None
    password_env: str
    time_limit_s: float
    pictures: Path | None


@dataclass(frozen=True, slots=True)
class FindResult:
    """What came of it.

    Attributes:
        cameras: Candidates, as they were found.
        left_out: Candidates beyond the bound.
        is_whole: Whether everything was asked in time.
    """

    cameras: tuple[FoundCamera, ...]
    left_out: int
    is_whole: bool


def account_of(config: AccountConfig) -> Account | None:
    """An account of a configuration, its password read anew; None of one without a user.

    Raises:
        ConfigError: The password is not where the configuration says.
    """
    credentials = config.credentials()
    if credentials is None:
        return None
    written = (
        {"password_env": config.password_env}
        if config.password_env
        else {"password_file": str(config.password_file)}
    )
    return Account(credentials, written)


def find_cameras(
    question: FindQuestion,
    clock: Clock,
    told: Callable[[int, int], None],
    environment: Mapping[str, str] = os.environ,
    ask: Callable[[str], str] | None = None,
) -> FindResult:
    """Search as the command line asked.

    Raises:
        ConfigError: An address, a network, the configuration or the account is wrong.
        OSError: A picture cannot be written.
    """
    box = None if question.config is None else load_box(question.config)
    networks = tuple(_network(each) for each in question.networks)
    targets = tuple(parse_target(each) for each in question.addresses)
    if box is not None and not networks and not targets:
        networks = tuple(box.discovery.networks)
    if not networks and not targets:
        raise ConfigError(
            "there is nothing to search",
            remedy="Give --network 192.168.1.0/24, an address, or a --config that names networks",
        )
    if sum(each.num_addresses for each in networks) > MAX_ADDRESSES:
        raise ConfigError(
            f"these networks have more than {MAX_ADDRESSES} addresses",
            remedy="Name smaller ones, one after the other",
        )
    account = _account(question, box, environment, ask)
    found: list[FoundCamera] = []
    wish = Search(networks, targets, account, question.time_limit_s)
    search = CameraSearch(wish, clock, found.append, told)
    is_whole = _run(search)
    if question.pictures is not None:
        _write_pictures(question.pictures, found)
    return FindResult(tuple(found), search.left_out, is_whole)


def described(found: FindResult) -> Iterator[str]:
    """One block a candidate, its YAML last, and a line on the whole."""
    for camera in found.cameras:
        yield f"{camera.key}  {camera.maker} {camera.model}  {camera.name}".rstrip()
        for role, stream in (("main", camera.main), ("sub ", camera.sub)):
            if stream is not None:
                yield f"  {role}      {_stream(stream)}"
        if camera.clock_ahead_s is not None:
            yield f"  clock     {camera.clock_ahead_s:+.1f} s"
        if camera.troubles:
            yield f"  trouble   {', '.join(camera.troubles)}"
        if camera.yaml is not None:
            yield camera.yaml.rstrip()
    rest = f", {found.left_out} more left out" if found.left_out else ""
    ended = "" if found.is_whole else "; not everything was asked in time"
    yield f"{len(found.cameras)} cameras{rest}{ended}"


def as_json(found: FindResult) -> str:
    """The same for a machine; pictures are left out."""
    return json.dumps(
        {
            "cameras": [
                each.model_dump(mode="json", exclude={"thumbnail"}) for each in found.cameras
            ],
            "left_out": found.left_out,
            "is_whole": found.is_whole,
        },
        ensure_ascii=False,
    )


def _run(search: CameraSearch) -> bool:
    """In a thread of its own, so that Ctrl-C ends it between two questions."""
    whole: list[bool] = []
    thread = threading.Thread(target=lambda: whole.append(search.run()), daemon=True)
    thread.start()
    try:
        thread.join()
    except KeyboardInterrupt:
        search.stop()
        thread.join()
    return bool(whole and whole[0])


def _network(text: str) -> ipaddress.IPv4Network:
    try:
        return ipaddress.IPv4Network(text, strict=False)
    except ValueError as error:
        raise ConfigError(
            f"it is no network ({error})", where="--network", remedy="Write it as 192.168.1.0/24"
        ) from None


def _account(
    question: FindQuestion,
    box: BoxConfig | None,
    environment: Mapping[str, str],
    ask: Callable[[str], str] | None,
) -> Account | None:
    name = question.account
    if name is None:
        return None
    if box is not None:
        known = box.discovery.accounts.get(name)
        if known is None:
            raise ConfigError(
                f"the configuration has no account {name!r}",
                where="discovery.accounts",
                remedy=f"It has: {', '.join(sorted(box.discovery.accounts)) or 'none'}",
            )
        return account_of(known)
    password = environment.get(question.password_env)
    if password is None and ask is not None:
        password = ask(name)
    if password is None:
        raise ConfigError(
            f"environment variable {question.password_env} is not set",
            remedy="Set it, and try again",
        )
    return Account(Credentials(name, password), {"password_env": question.password_env})


def _stream(stream: FoundStream) -> str:
    gop = "GOP unknown" if stream.gop_s is None else f"GOP {stream.gop_s:.1f} s"
    return (
        f"{stream.codec} {stream.width}x{stream.height} {stream.fps:.1f}/s, {gop}, "
        f"{stream.bitrate_kbit_s:.0f} kbit/s  {stream.url}"
    )


def _write_pictures(folder: Path, found: Sequence[FoundCamera]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, camera in enumerate(found, start=1):
        if camera.thumbnail is not None:
            (folder / f"{number:03d}.jpg").write_bytes(base64.b64decode(camera.thumbnail))
