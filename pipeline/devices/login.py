"""Where a device's user and password come from: never from the arguments of a command.

In this order: the user given with the environment variable of its password; a netrc file's entry of
the host; a person who is asked. Nothing of it is an answer too: some devices ask for no login.
"""

from __future__ import annotations

import netrc
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.core.errors import ConfigError
from pipeline.devices.credentials import Credentials
from pipeline.devices.registry import DeviceAddress

USER_ENV = "MINGAN_RECORDER_USER"
PASSWORD_ENV = "MINGAN_RECORDER_PASSWORD"  # noqa: S105 -- the name of a variable
NETRC_ENV = "NETRC"


def find_credentials(
    address: DeviceAddress,
    environment: Mapping[str, str],
    username: str | None = None,
    password_env: str = PASSWORD_ENV,
    ask: Callable[[str], str] | None = None,
) -> Credentials | None:
    """Credentials for a device; None when there are none anywhere.

    Args:
        address: The device's.
        environment: The process's.
        username: As it was given; ``MINGAN_RECORDER_USER`` otherwise.
        password_env: Which variable holds the password.
        ask: Asks a person for the password of a user; None when nobody is there.

    Raises:
        ConfigError: There is a user without a password, or the netrc file cannot be read.
    """
    user = username or environment.get(USER_ENV)
    password = environment.get(password_env)
    if user and password is not None:
        return Credentials(user, password)
    found = _in_netrc(address, environment, user)
    if found is not None:
        return found
    if user and ask is not None:
        return Credentials(user, ask(user))
    if user:
        raise ConfigError(
            "there is a user and no password",
            where=str(address),
            remedy=f"Put it into {password_env}, or with the user into a netrc file",
        )
    return None


def _in_netrc(
    address: DeviceAddress, environment: Mapping[str, str], user: str | None
) -> Credentials | None:
    named = environment.get(NETRC_ENV)
    path = Path(named) if named else Path(environment.get("HOME", "/nonexistent")) / ".netrc"
    if not named and not path.is_file():
        return None
    try:
        entry = netrc.netrc(str(path)).hosts.get(urlsplit(address.base_url).hostname or "")
    except (OSError, netrc.NetrcParseError) as error:
        # The parser's own words may hold what stood in the line.
        what = error.strerror if isinstance(error, OSError) else f"line {error.lineno} is wrong"
        raise ConfigError(
            f"it cannot be read ({what})",
            where=str(path),
            remedy="Write lines: machine HOST login USER password PASSWORD; mode 600",
        ) from None
    if entry is None or (user and entry[0] != user):
        return None
    return Credentials(entry[0], entry[2] or "")
