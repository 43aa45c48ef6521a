"""Picture files of an evaluation: found by name, decoded, or left out with a reason.

People bring folders nobody has looked through. A file that is no picture must not end an
evaluation of a thousand others, and must not vanish from its figures without a word either.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.core.errors import ConfigError
from pipeline.core.frame import Bgr

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
_JPEG, _SCAN, _END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND"
_PNG_TAIL = 4096
"""Where its end is looked for: some programs write a little behind it."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A picture that was left out.

    Attributes:
        picture: Its name, as the labels or the folder have it.
        reason: Why, for people.
    """

    picture: str
    reason: str


class PictureFolder:
    """The pictures below a folder.

    Args:
        root: The folder.

    Raises:
        ConfigError: There is no such folder.
    """

    def __init__(self, root: Path) -> None:
        require_folder(root, "--images")
        self.root = root
        self._by_file_name: dict[str, Path | None] | None = None

    def files(self) -> list[Path]:
        """All pictures, by their suffix, in order of their paths.

        Raises:
            ConfigError: There is none.
        """
        found = sorted(p for p in self.root.rglob("*") if p.suffix.lower() in SUFFIXES)
        if not found:
            raise ConfigError(
                "no picture is in this folder",
                where=str(self.root),
                remedy=f"Name a folder with {', '.join(sorted(SUFFIXES))} as --images",
            )
        return found

    def find(self, name: str) -> Path | None:
        """The file of a name relative to the folder; None if there is none.

        Labels often name sub folders that the pictures no longer lie in, or the other way round:
        a file name that occurs once below the folder is taken wherever it lies. As on Windows,
        where many labels come from, ``\\`` separates too, and case makes no difference.
        """
        name = name.replace("\\", "/")
        direct = self.root / name
        if direct.is_file():
            return direct
        if self._by_file_name is None:
            self._by_file_name = {}
            for path in self.root.rglob("*"):
                if path.suffix.lower() in SUFFIXES:
                    inside = str(path.relative_to(self.root)).casefold()
                    for known in {inside, path.name.casefold()}:
                        twice = known in self._by_file_name
                        self._by_file_name[known] = None if twice else path
        inside = name.casefold()
        found = self._by_file_name.get(inside)
        return found or self._by_file_name.get(Path(inside).name)


def require_folder(path: Path, option: str) -> None:
    """Refuse what is no folder.

    Raises:
        ConfigError: Says which option named it.
    """
    if not path.is_dir():
        raise ConfigError(
            "there is no such folder",
            where=str(path),
            remedy=f"Name an existing folder as {option}",
        )


def read_picture(path: Path) -> Bgr | str:
    """The pixels (height, width, 3) of a file of any depth and colour space, or why there are none.

    Grey, 16-bit, CMYK and transparent pictures become 8-bit blue-green-red. Half a picture is
    none: its grey rest would be judged as scenery.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if not content:
        return "empty file"
    if content.startswith(_JPEG):
        scan = content.rfind(_SCAN)
        if scan >= 0 and content.find(_END, scan) < 0:
            return "truncated JPEG"
    if content.startswith(_PNG) and _PNG_END not in content[-_PNG_TAIL:]:
        return "truncated PNG"
    try:
        decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        decoded = None
    if decoded is None or not decoded.size:
        return "no picture, or one that cannot be decoded"
    return np.asarray(decoded, np.uint8)


def require_some_left(skipped: list[Skipped], left: int, where: Path) -> None:
    """Refuse an evaluation of nothing.

    Raises:
        ConfigError: Nothing is left; names the first picture and its reason.
    """
    if left:
        return
    first = f"; the first: {skipped[0].picture}: {skipped[0].reason}" if skipped else ""
    raise ConfigError(
        f"none of the {len(skipped)} pictures can be used{first}",
        where=str(where),
        remedy="Name the folder of the labelled pictures as --images",
    )
