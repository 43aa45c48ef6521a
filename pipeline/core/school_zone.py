"""The school's time zone, by the name a person wrote."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.core.errors import ConfigError


def school_zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name.

    Raises:
        ConfigError: There is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(
            f"there is no time zone {name!r}",
            where="time zone",
            remedy="Write an IANA name, as Asia/Shanghai",
        ) from error
