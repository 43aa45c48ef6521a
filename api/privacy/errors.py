"""What is wrong with a step on the registers.

::

    ConflictError              409
    ├── RequestDecidedError        answered or refused already
    ├── IdentityUncheckedError     nobody knows whether it is theirs to ask
    ├── AssessmentEndedError       ended or replaced already
    └── AssessmentKeptError        it has to be kept longer
"""

from __future__ import annotations

from api.kit.errors import ConflictError


class RequestDecidedError(ConflictError):
    """The request was answered or refused already; ``params``: ``state``, ``by``, ``at``."""

    code = "request_decided"
    title = "The request was decided already"


class IdentityUncheckedError(ConflictError):
    """What somebody else is shown of a person is the harm the register is to prevent."""

    code = "identity_unchecked"
    title = "Who asks has to be checked first"


class AssessmentEndedError(ConflictError):
    """The assessment ended or was replaced already; ``params["ended_on"]`` tells when."""

    code = "assessment_ended"
    title = "The assessment ended already"


class AssessmentKeptError(ConflictError):
    """The assessment has to be kept; ``params["keep_until"]``, empty while it is in force."""

    code = "assessment_kept"
    title = "The assessment has to be kept longer"
