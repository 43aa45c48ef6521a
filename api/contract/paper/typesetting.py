"""A :class:`Document` as PDF/A-2b, set by Typst.

The text goes to Typst as JSON: no name of a school is ever read as markup. The same document gives
the same bytes. Typst takes silently whatever font it finds, so the font is looked for first; and
PDF/A forbids a character without a glyph, so such a character is printed as 〓, the mark that
Chinese printers put where a type is missing.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from api.contract.paper.document import Document, Picture, Strip

FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "SimSun",
)
"""Families with Chinese, the first that is there is taken."""
INSTALLED_FONTS = Path(sys.prefix) / "share" / "mingan" / "fonts"
"""Where ``scripts/setup`` and the image put a font on a machine that has none."""
MISSING_GLYPH = "〓"
_TEMPLATE = Path(__file__).with_name("document.typ")
_STANDARD = "a-2b"


class TypesettingError(Exception):
    """A PDF that cannot be made; ``code`` is of the vocabulary's ``problem``."""

    code: ClassVar[str] = "pdf_failed"


class NoTypesetterError(TypesettingError):
    """Typst is not installed."""

    code = "no_typesetter"


class NoFontError(TypesettingError):
    """No font with Chinese is there."""

    code = "no_font"


def typesetter() -> ModuleType:
    """Typst.

    Raises:
        NoTypesetterError: If it is not installed.
    """
    try:
        return importlib.import_module("typst")
    except ImportError as error:
        raise NoTypesetterError("Typst is missing: pip install 'mingan[pdf]'") from error


class Typesetter:
    """Typst with the fonts of this machine, of this installation and of some folders.

    Args:
        folders: Looked through for fonts besides where the system keeps them.

    Raises:
        NoTypesetterError: If Typst is not installed.
        NoFontError: If there is no font with Chinese.
    """

    def __init__(self, folders: Sequence[Path] = (), *, has_system_fonts: bool = True) -> None:
        self._typst: Any = typesetter()
        there = [str(folder) for folder in (*folders, INSTALLED_FONTS) if folder.is_dir()]
        self._fonts = self._typst.Fonts(has_system_fonts, False, there)
        families = set(self._fonts.families())
        found = [name for name in FONTS if name in families]
        if not found:
            raise NoFontError(
                "no font with Chinese: install fonts-noto-cjk, or put a font into "
                + (" or ".join(str(folder) for folder in folders) or "the system's folder")
            )
        self.font: str = found[0]

    def pdf(self, document: Document) -> bytes:
        """The document.

        Raises:
            TypesettingError: If it cannot be set.
        """
        with tempfile.TemporaryDirectory(prefix="mingan-pdf-") as name:
            root = Path(name)
            (root / "document.typ").write_bytes(_TEMPLATE.read_bytes())
            text = json.dumps(self._told(document, root), ensure_ascii=False)
            try:
                return self._compile(root, text, document)
            except self._typst.TypstError:
                # Now, and only now, each rare character is tried by itself.
                return self._compile(root, self._printable(text), document)

    def _compile(self, root: Path, text: str, document: Document) -> bytes:
        (root / "document.json").write_text(text, "utf-8")
        made = self._typst.compile(
            root / "document.typ",
            root=root,
            font_paths=self._fonts,
            pdf_standards=_STANDARD,
            # Typst refuses parts of a second.
            timestamp=document.made_at.replace(microsecond=0),
        )
        assert isinstance(made, bytes)
        return made

    def _told(self, document: Document, root: Path) -> dict[str, object]:
        told: dict[str, object] = {
            "fonts": [self.font],
            **{each.name: getattr(document, each.name) for each in dataclasses.fields(document)},
            "made_at": document.made_at.isoformat(),
            "figures": [dataclasses.asdict(figure) for figure in document.figures],
            "tables": [dataclasses.asdict(table) for table in document.tables],
        }
        return {
            **told,
            "drawings": _files(document.drawings, root, "drawing"),
            "pictures": _files(document.pictures, root, "picture"),
            "strips": _bands(document.strips, root),
        }

    def _printable(self, text: str) -> str:
        for character in sorted({each for each in text if not _is_common(each)}):
            if not self._has_glyph(character):
                text = text.replace(character, MISSING_GLYPH)
        # JSON writes control characters as \\u00XX; none of them has a glyph.
        return _without_controls(text)

    def _has_glyph(self, character: str) -> bool:
        source = f'#set text(font: "{self.font}")\n#sys.inputs.character'
        try:
            self._typst.compile(
                source.encode(),
                font_paths=self._fonts,
                sys_inputs={"character": character},
                pdf_standards=_STANDARD,
                timestamp=0,
            )
        except self._typst.TypstError:
            return False
        return True


def _files(pictures: Sequence[Picture], root: Path, kind: str) -> list[dict[str, str | None]]:
    """Pictures as Typst reads them: each by the name of its file."""
    told: list[dict[str, str | None]] = []
    for number, picture in enumerate(pictures):
        file = None if picture.jpeg is None else f"{kind}-{number}.jpg"
        if file is not None and picture.jpeg is not None:
            (root / file).write_bytes(picture.jpeg)
        told.append({"title": picture.title, "caption": picture.caption, "file": file})
    return told


def _bands(strips: Sequence[Strip], root: Path) -> list[dict[str, str]]:
    """Strips, each band by the name of its file."""
    told = []
    for number, strip in enumerate(strips):
        svg = strip.svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        (root / f"strip-{number}.svg").write_text(svg, "utf-8")
        told.append({"title": strip.title, "text": strip.text, "file": f"strip-{number}.svg"})
    return told


def _is_common(character: str) -> bool:
    """Whether every font with Chinese has it."""
    return " " <= character <= "~" or "\u4e00" <= character <= "\u9fa5"


def _without_controls(text: str) -> str:
    def clean(value: object) -> object:
        if isinstance(value, str):
            return "".join(each if each >= " " or each == "\n" else MISSING_GLYPH for each in value)
        if isinstance(value, dict):
            return {key: clean(inner) for key, inner in value.items()}
        return [clean(inner) for inner in value] if isinstance(value, list) else value

    return json.dumps(clean(json.loads(text)), ensure_ascii=False)
