"""Values of a command line that several commands read alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import typer


def one_value_each(arguments: Sequence[str], options: Collection[str]) -> list[str]:
    """``--rule a b`` as ``--rule a --rule b``: an option may be followed by several values.

    Args:
        arguments: A command line.
        options: Names of the options of which that holds.

    Returns:
        The command line as typer reads it.
    """
    return list(_one_value_each(arguments, options))


def _one_value_each(arguments: Sequence[str], options: Collection[str]) -> Iterator[str]:
    open_option, has_value = "", False
    for word in arguments:
        if word.startswith("-"):
            open_option, has_value = (word if word in options else ""), False
        elif open_option:
            if has_value:
                yield open_option
            has_value = True
        yield word


def frame_range(text: str) -> range:
    """``152-302`` as frames 152 to 302, both included."""
    first, _, last = text.partition("-")
    try:
        found = range(int(first), int(last or first) + 1)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not as 152-302") from error
    if found.start < 1 or not found:
        raise typer.BadParameter(f"{text!r} holds no frame; the first is 1")
    return found


def pair(text: str) -> tuple[int, int]:
    """``640x384`` as (640, 384), ``640`` as (640, 640)."""
    first, _, second = text.partition("x")
    try:
        return int(first), int(second or first)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not as 640 or 640x384") from error
