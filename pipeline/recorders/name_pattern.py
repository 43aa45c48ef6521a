"""File names of other recorders: which camera, and when it began.

A pattern is a path below the root with ``{camera}``, ``strftime`` directives and ``*`` for
anything inside one path element, as ``{camera}/%Y%m%d/%H%M%S.mp4``. Only numbers are read, so that
a name is understood in the same way under every locale.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from pipeline.core.errors import ConfigError

_DIRECTIVES = {
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "m": r"0[1-9]|1[0-2]",
    "d": r"0[1-9]|[12]\d|3[01]",
    "j": r"\d{3}",
    "H": r"[01]\d|2[0-3]",
    "M": r"[0-5]\d",
    "S": r"[0-5]\d|60",
    "f": r"\d{1,6}",
    "z": r"[+-]\d{2}:?\d{2}|Z",
    "s": r"\d{9,11}",
}
_TOKEN = re.compile(r"\{(?P<field>[^}]*)\}|%(?P<directive>.?)|(?P<any>\*)|(?P<text>[^{%*]+|\{)")
FOOTAGE_YEARS = range(1970, 9999)
"""Nothing was recorded before; the last year is left out because of its end in other zones."""
_REMEDY = "Write it as '{camera}/%Y%m%d/%H%M%S.mp4'"
_NEEDED = ("%Y, %m, %d and %H", "or %s (seconds since 1970)")


@dataclass(frozen=True, slots=True)
class NameFacts:
    """What a file's name claims.

    Attributes:
        camera: As the name writes it.
        start_s: When it begins, seconds since the epoch.
        other_start_s: The second reading of a time the clock showed twice; None of all others.
    """

    camera: str
    start_s: float
    other_start_s: float | None = None


class NamePattern:
    """Reads names.

    Args:
        text: The pattern.
        zone: Zone of the names' times, unless they carry an offset.

    Raises:
        ConfigError: The pattern has no camera, no full time, or something unknown.
    """

    def __init__(self, text: str, zone: ZoneInfo) -> None:
        self._zone = zone
        self._directives: set[str] = set()
        if text.startswith("/"):
            raise ConfigError(
                "the pattern is no path below the root", where=f"--pattern {text}", remedy=_REMEDY
            )
        self._regex = re.compile(self._compile(text.removeprefix("./")) + r"\Z")
        self._camera_regex = _camera_prefix(text.removeprefix("./"))

    def read(self, path: str) -> NameFacts | None:
        """Camera and start; None when the name does not fit, or is no date.

        Args:
            path: Relative to the root, with ``/``.
        """
        match = self._regex.match(path)
        if match is None:
            return None
        start = self._start(match.groupdict())
        if start is None or start.year not in FOOTAGE_YEARS:
            return None
        if start.tzinfo is not None:
            return NameFacts(match["camera"], start.timestamp())
        first_s = start.replace(tzinfo=self._zone).timestamp()
        second_s = start.replace(tzinfo=self._zone, fold=1).timestamp()
        # Of a time that clocks skipped the readings are in the other order, and neither happened.
        return NameFacts(match["camera"], first_s, second_s if second_s > first_s else None)

    def camera_of(self, path: str) -> str | None:
        """The camera of a path whose name does not fit, by its folder alone."""
        match = self._camera_regex.match(path) if self._camera_regex else None
        return match["camera"] if match else None

    def _start(self, parts: dict[str, str]) -> datetime | None:
        try:
            if "s" in parts:
                start = datetime.fromtimestamp(int(parts["s"]), UTC)
            else:
                year = int(parts["Y"]) if "Y" in parts else 2000 + int(parts["y"])
                if "j" in parts:
                    start = datetime(year, 1, 1) + timedelta(days=int(parts["j"]) - 1)  # noqa: DTZ001
                    if start.year != year:
                        return None
                else:
                    start = datetime(year, int(parts["m"]), int(parts["d"]))  # noqa: DTZ001
                start = start.replace(hour=int(parts["H"]), minute=int(parts.get("M", "0")))
                start += timedelta(seconds=int(parts.get("S", "0")))
                if "z" in parts:
                    start = start.replace(tzinfo=_offset(parts["z"]))
            return start + timedelta(microseconds=int(parts.get("f", "0").ljust(6, "0")))
        except (ValueError, OverflowError):
            return None

    def _compile(self, text: str) -> str:
        regex = ""
        groups: set[str] = set()
        for token in _TOKEN.finditer(text):
            if token["field"] is not None:
                name, shape = token["field"], r"[^/]+?"
                if name != "camera":
                    raise ConfigError(
                        f"unknown field {{{name}}}", where=f"--pattern {text}", remedy=_REMEDY
                    )
            elif token["directive"] is not None:
                name = token["directive"]
                if name == "%":
                    regex += "%"
                    continue
                if name not in _DIRECTIVES:
                    raise ConfigError(
                        f"unknown directive %{name}",
                        where=f"--pattern {text}",
                        remedy="Known are " + " ".join(f"%{d}" for d in _DIRECTIVES),
                    )
                shape = _DIRECTIVES[name]
                self._directives.add(name)
            elif token["any"]:
                regex += r"[^/]*"
                continue
            else:
                regex += re.escape(token["text"])
                continue
            regex += f"(?P={name})" if name in groups else f"(?P<{name}>{shape})"
            groups.add(name)
        self._require(text, groups)
        return regex

    @staticmethod
    def _require(text: str, groups: set[str]) -> None:
        has_date = ("Y" in groups or "y" in groups) and ({"m", "d"} <= groups or "j" in groups)
        has_time = "s" in groups or (has_date and "H" in groups)
        if "S" in groups and "M" not in groups and "s" not in groups:
            has_time = False
        if "camera" not in groups or not has_time:
            missing = "{camera}" if "camera" not in groups else " ".join(_NEEDED)
            raise ConfigError(
                f"the pattern does not say {missing}", where=f"--pattern {text}", remedy=_REMEDY
            )


def _camera_prefix(text: str) -> re.Pattern[str] | None:
    """The pattern's leading folders up to the one with the camera, when they are fixed."""
    before, found, after = text.partition("{camera}/")
    if not found or "%" in before or "{" in before or not after:
        return None
    fixed = "".join(
        r"[^/]*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", before)
    )
    return re.compile(fixed + r"(?P<camera>[^/]+)/")


def _offset(text: str) -> timezone:
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
