"""Why the demo is not made, or not taken away."""

from __future__ import annotations

from api.kit.errors import StartError


class DemoError(StartError):
    """A person must decide or correct something first."""

    code = "demo"


class NoDemoError(DemoError):
    """There is none to do anything with."""

    code = "no_demo"

    def __init__(self) -> None:
        super().__init__("there is no demo here", remedy="Make one: mingan demo seed")
