"""Reference pictures on disk, one file a camera, so that a restart does not forget them."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import structlog

from pipeline.core.frame import Bgr

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class StoredReference:
    """What a camera should show, and since when that is so.

    Attributes:
        bgr: The picture, unblurred, as it was measured.
        taken_utc_s: When it was made.
        approved_utc_s: When a person asked for it; 0.0 if the camera learned it by itself.
    """

    bgr: Bgr
    taken_utc_s: float
    approved_utc_s: float = 0.0


class ReferenceStore:
    """One file a camera, replaced as a whole; readable by the worker's user alone.

    Not JPEG: sharpness is measured on it.

    Args:
        folder: Made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, camera_id: str) -> StoredReference | None:
        """The camera's reference; None if there is none or its file is damaged."""
        path = self._path(camera_id)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
                bgr = np.asarray(held["bgr"])
                taken_s, approved_s = (float(v) for v in held["times"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            _log.error("reference picture cannot be read, learning anew", why=str(error))
            return None
        if bgr.dtype != np.uint8 or bgr.ndim != 3 or bgr.shape[2] != 3 or 0 in bgr.shape:
            _log.error("reference picture is none, learning anew", camera=camera_id)
            return None
        return StoredReference(bgr, taken_s, approved_s)

    def save(self, camera_id: str, reference: StoredReference) -> bool:
        """Keep a reference in place of the one before; answers whether the disk took it."""
        path = self._path(camera_id)
        draft = path.with_suffix(".tmp")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as f:
                np.savez_compressed(
                    f,
                    bgr=reference.bgr,
                    times=np.array([reference.taken_utc_s, reference.approved_utc_s]),
                )
                f.flush()
                os.fsync(f.fileno())
            draft.replace(path)
        except OSError as error:
            _log.error("reference picture not kept", camera=camera_id, why=str(error))
            return False
        return True

    def _path(self, camera_id: str) -> Path:
        return self._folder / f"{camera_id}.npz"
