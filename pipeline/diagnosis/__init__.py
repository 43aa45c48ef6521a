"""Is the picture itself sound: covered, turned away, frozen, dark, blurred? Without a model."""

from pipeline.diagnosis.config import DiagnosisConfig, FaultTiming
from pipeline.diagnosis.diagnosis import PictureDiagnosis
from pipeline.diagnosis.faults import Fault, Findings, find_faults
from pipeline.diagnosis.reference import Reference, side_by_side
from pipeline.diagnosis.still import StillPicture, small_of
from pipeline.diagnosis.store import ReferenceStore, StoredReference

__all__ = [
    "DiagnosisConfig",
    "Fault",
    "FaultTiming",
    "Findings",
    "PictureDiagnosis",
    "Reference",
    "ReferenceStore",
    "StillPicture",
    "StoredReference",
    "find_faults",
    "side_by_side",
    "small_of",
]
