"""The installed version, as told to the command centre and in reports."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version


@cache
def version() -> str:
    """Version of the installed package; ``0+unknown`` in a bare source tree."""
    try:
        return installed_version("mingan")
    except PackageNotFoundError:
        return "0+unknown"
