"""The pattern of a folder's names when nobody gave one: guessed, proven, and asked about."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from pipeline.core.clock import SystemClock
from pipeline.core.errors import ConfigError
from pipeline.recorders.name_guess import Candidate, guess_pattern, recordings_in
from pipeline.recorders.name_pattern import NamePattern

USUAL = "{camera}/%Y%m%d/%H%M%S.mp4"


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def settled_pattern(
    root: Path,
    zone: ZoneInfo,
    *,
    yes: bool,
    is_asked: Callable[[], bool] = _is_terminal,
) -> str:
    """The pattern to read a folder's names by.

    Args:
        root: The folder.
        zone: Of its names.
        yes: Whether a guess that three files confirm is taken without asking.
        is_asked: Whether somebody sits there to be asked.

    Returns:
        The usual one where it reads most recordings, or there is none; else the guess.

    Raises:
        ConfigError: Nothing fits, several do, or nobody agreed.
    """
    if not root.is_dir():
        return USUAL  # whoever reads it says so
    found = recordings_in(root)
    usual = NamePattern(USUAL, zone)
    if 2 * sum(usual.read(path) is not None for path in found) >= len(found):
        return USUAL
    guess = guess_pattern(root, zone, SystemClock().utc_s())
    if not guess.candidates:
        raise ConfigError(
            _why_none(guess.rejected),
            where=f"--root {root}",
            remedy="Give --pattern; a folder above, if no name in this one says the camera",
        )
    for candidate in guess.candidates:
        for line in _told(candidate, zone):
            typer.echo(line, err=True)
    if len(guess.candidates) > 1:
        raise ConfigError(
            f"the names can be read in {len(guess.candidates)} ways, and the files do not tell "
            "which is right",
            where=f"--root {root}",
            remedy="Give one: " + " or ".join(f"--pattern '{c.pattern}'" for c in guess.candidates),
        )
    [only] = guess.candidates
    if yes and only.is_confirmed:
        return only.pattern
    if is_asked() and typer.confirm("Read the names so?", default=False, err=True):
        return only.pattern
    proof = "three files confirm" if only.is_confirmed else "no three files confirm"
    raise ConfigError(
        f"the names look like '{only.pattern}', which {proof}, and nobody agreed",
        where="--pattern",
        remedy=f"Give --pattern '{only.pattern}'" + (", or --yes" if only.is_confirmed else ""),
    )


def _why_none(rejected: tuple[Candidate, ...]) -> str:
    if not rejected:
        return "no pattern reads the names of nearly all recordings"
    return f"the names look like '{rejected[0].pattern}', but {rejected[0].against}"


def _told(candidate: Candidate, zone: ZoneInfo) -> list[str]:
    lines = [f"pattern {candidate.pattern}"]
    for each in candidate.witnesses:
        begin = datetime.fromtimestamp(each.start_s, zone)
        proof = " and ".join(each.agrees) or "nothing to compare it with"
        lines.append(f"  {each.path}: {begin:%Y-%m-%d %H:%M:%S}, {each.seconds:.0f} s; {proof}")
    return lines
