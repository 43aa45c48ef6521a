"""Who is who from frame to frame: boxes become tracks with an identity and a beginning."""

from pipeline.tracking.base import Tracker
from pipeline.tracking.byte_tracker import ByteTracker, TrackerConfig

__all__ = ["ByteTracker", "Tracker", "TrackerConfig"]
