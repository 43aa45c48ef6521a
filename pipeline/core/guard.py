"""Steps of a process that must not take the others down with them."""

from __future__ import annotations

from collections.abc import Callable

import structlog

_log = structlog.get_logger(__name__)


def guarded(what: str, step: Callable[[], object]) -> None:
    """Do a step; whatever goes wrong in it is logged, and what follows is done all the same.

    Args:
        what: The step, for the log.
        step: Does it.
    """
    try:
        step()
    except Exception:  # noqa: BLE001 -- boundary: a full disk must not keep segments from closing
        _log.exception("step failed", step=what)
