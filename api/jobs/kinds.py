"""What a kind of job is: what it does, how often, and how patient one is with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.bus.work import UnitOfWork
from api.kit.errors import CommandCentreError

if TYPE_CHECKING:
    from api.runtime import Runtime


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """One attempt at a job.

    Attributes:
        id: Its row.
        kind: See :class:`JobKind`.
        key: What it was asked for under; stays the same in every attempt, so that who hears of it
            twice can tell.
        payload: What it was asked for with.
        attempt: From 1.
        claim: Names this attempt.
    """

    id: int
    kind: str
    key: str
    payload: Mapping[str, str]
    attempt: int
    claim: str


@dataclass(frozen=True, slots=True)
class JobKind:
    """How jobs of one kind are done.

    Exactly one of ``within`` and ``run`` is given.

    Attributes:
        name: Stands in the database.
        within: Does it inside the transaction that marks it done: it takes effect once, whatever
            dies in between.
        run: Does it with transactions of its own, or outside of the database: once, or again after
            a death between its end and the mark.
        every_s: How often it recurs; None for one that is asked for.
        lease_s: For how long a silent attempt is believed to live, in seconds; kept up while it
            runs.
        attempts: After so many one that does not recur is given up.
        back_off_s: Wait after the first failed attempt; doubles up to an hour.
    """

    name: str
    within: Callable[[Runtime, UnitOfWork, ClaimedJob], Awaitable[None]] | None = None
    run: Callable[[Runtime, ClaimedJob], Awaitable[None]] | None = None
    every_s: float | None = None
    lease_s: float = 60.0
    attempts: int = 8
    back_off_s: float = 5.0

    def __post_init__(self) -> None:
        if (self.within is None) == (self.run is None):
            raise ValueError(f"job kind {self.name}: give either `within` or `run`")

    def wait_s(self, attempt: int) -> float:
        """How long to wait after this attempt failed, in seconds."""
        if self.every_s is not None:
            return self.every_s
        return float(min(3600.0, self.back_off_s * 2.0 ** (attempt - 1)))


class NotNowError(CommandCentreError):
    """Somebody outside could not be reached or did not take it: no fault of the program.

    Args:
        code: Kind of the trouble.
        after_s: How long to wait at least before the next attempt, in seconds.
    """

    def __init__(self, code: str, after_s: float = 0.0) -> None:
        super().__init__(code)
        self.trouble = code
        self.after_s = after_s


RECURRING_KEY = ""
"""The key of a recurring kind's only job."""
