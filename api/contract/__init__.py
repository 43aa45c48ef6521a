"""The wire between worker and command centre; the one room both sides import.

Messages are facts with an identity of their own, so that sending one twice changes nothing:
an episode has a derived id and a ``revision`` that only grows, evidence is named by its content,
an analysed-time report by camera, rule and interval, a retention status by camera and moment. A
camera is named by its school and its id in it.
Delivery is at least once; writes are
idempotent; the command centre therefore sees each episode once.
"""

from api.contract.alerts import (
    ALERT_DIGEST,
    AlertEpisode,
    EpisodeState,
    EvidenceKind,
    EvidenceRef,
    RiskLevel,
)
from api.contract.base import (
    CONTRACT_VERSION,
    DEFAULT_SCHOOL_ID,
    DEFAULT_SCHOOL_NAME,
    Acknowledgement,
    WireModel,
)
from api.contract.cameras import (
    CameraClock,
    CameraFacts,
    CameraRegistration,
    CameraState,
    ClockDoubt,
    PictureFacts,
    PictureFault,
    StreamFacts,
)
from api.contract.enrolment import Enrolment, EnrolmentRequest
from api.contract.retention import (
    BrokenPromise,
    DayCompleteness,
    FootageGap,
    FootageSpan,
    GapCause,
    RecoveredSpan,
    RetentionForecast,
    RetentionState,
    RetentionStatus,
)
from api.contract.rules import RuleReadiness, RuleState, RuleWant, WantKind
from api.contract.viewing import (
    FootageAnswer,
    FootageOrder,
    PartKind,
    PlayOrder,
    VideoCodec,
    ViewAnswer,
    ViewOrder,
    ViewOrders,
    ViewPoll,
    ViewTrouble,
)
from api.contract.worker import (
    AnalysedTime,
    CameraHeartbeat,
    Heartbeat,
    HeartbeatOrders,
    MissingReason,
    MissingTime,
    PictureApproval,
    WithheldAlerts,
)

__all__ = [
    "ALERT_DIGEST",
    "CONTRACT_VERSION",
    "DEFAULT_SCHOOL_ID",
    "DEFAULT_SCHOOL_NAME",
    "Acknowledgement",
    "AlertEpisode",
    "AnalysedTime",
    "BrokenPromise",
    "CameraClock",
    "CameraFacts",
    "CameraHeartbeat",
    "CameraRegistration",
    "CameraState",
    "ClockDoubt",
    "DayCompleteness",
    "Enrolment",
    "EnrolmentRequest",
    "EpisodeState",
    "EvidenceKind",
    "EvidenceRef",
    "FootageAnswer",
    "FootageGap",
    "FootageOrder",
    "FootageSpan",
    "GapCause",
    "Heartbeat",
    "HeartbeatOrders",
    "MissingReason",
    "MissingTime",
    "PartKind",
    "PictureApproval",
    "PictureFacts",
    "PictureFault",
    "PlayOrder",
    "RecoveredSpan",
    "RetentionForecast",
    "RetentionState",
    "RetentionStatus",
    "RiskLevel",
    "RuleReadiness",
    "RuleState",
    "RuleWant",
    "StreamFacts",
    "VideoCodec",
    "ViewAnswer",
    "ViewOrder",
    "ViewOrders",
    "ViewPoll",
    "ViewTrouble",
    "WantKind",
    "WireModel",
    "WithheldAlerts",
]
