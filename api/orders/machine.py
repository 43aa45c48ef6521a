"""The states of a work order and the steps between them.

::

    assigned ─feedback▶ feedback_received ─begin▶ rectifying ─submit▶ pending_verification ─close▶ closed
       ▲                                              ▲                      │                     │
       │                                              └───────return─────────┘                     │
       └──────────────────────────────────────reopen──────────────────────────────────────────────┘

Overdue and escalated are flags: they go with every state and change none.
"""  # noqa: E501 -- the drawing

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from api.access.permissions import Permission


class OrderState(StrEnum):
    """Where an order stands."""

    ASSIGNED = "assigned"
    FEEDBACK_RECEIVED = "feedback_received"
    RECTIFYING = "rectifying"
    PENDING_VERIFICATION = "pending_verification"
    CLOSED = "closed"


class Step(StrEnum):
    """A step a person takes on the state of an order."""

    FEEDBACK = "feedback"
    BEGIN = "begin"
    SUBMIT = "submit"
    RETURN = "return"
    CLOSE = "close"
    REOPEN = "reopen"


WITH_SCHOOL = (OrderState.ASSIGNED, OrderState.FEEDBACK_RECEIVED, OrderState.RECTIFYING)
"""It is the school's turn: only then is an order overdue, given to others, merged or split."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a step begins and ends, and who may take it.

    Attributes:
        before: The state it is taken in.
        after: The state it leads to.
        needs: Permission.
    """

    before: OrderState
    after: OrderState
    needs: Permission


EDGES: dict[Step, Edge] = {
    Step.FEEDBACK: Edge(
        OrderState.ASSIGNED, OrderState.FEEDBACK_RECEIVED, Permission.RECTIFY_ORDERS
    ),
    Step.BEGIN: Edge(
        OrderState.FEEDBACK_RECEIVED, OrderState.RECTIFYING, Permission.RECTIFY_ORDERS
    ),
    Step.SUBMIT: Edge(
        OrderState.RECTIFYING, OrderState.PENDING_VERIFICATION, Permission.RECTIFY_ORDERS
    ),
    Step.RETURN: Edge(
        OrderState.PENDING_VERIFICATION, OrderState.RECTIFYING, Permission.VERIFY_ORDERS
    ),
    Step.CLOSE: Edge(OrderState.PENDING_VERIFICATION, OrderState.CLOSED, Permission.VERIFY_ORDERS),
    Step.REOPEN: Edge(OrderState.CLOSED, OrderState.ASSIGNED, Permission.ASSIGN_ORDERS),
}

_FORWARD = (Step.FEEDBACK, Step.BEGIN, Step.SUBMIT)


def way(state: OrderState, step: Step) -> tuple[Step, ...]:
    """The steps that lead through ``step``, the ones skipped among them; empty if there are none.

    Whoever submits at once has answered and begun as well: each of these stands in the history.

    >>> [str(each) for each in way(OrderState.ASSIGNED, Step.SUBMIT)]
    ['feedback', 'begin', 'submit']
    >>> way(OrderState.CLOSED, Step.SUBMIT)
    ()
    """
    if step not in _FORWARD:
        return (step,) if EDGES[step].before is state else ()
    last = _FORWARD.index(step)
    steps = _FORWARD[: last + 1]
    for number, each in enumerate(steps):
        if EDGES[each].before is state:
            return steps[number:]
    return ()
