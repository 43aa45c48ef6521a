"""The file that an audit of a folder is handed in as."""

from __future__ import annotations

from pathlib import Path

from api.contract.paper.page import html_page
from api.contract.paper.typesetting import (
    NoFontError,
    NoTypesetterError,
    Typesetter,
    TypesettingError,
)
from api.contract.vocabulary import Language
from pipeline.core.errors import ConfigError
from pipeline.recorders.audit import Audit, AuditOrder
from pipeline.recorders.audit_document import audit_document
from pipeline.recorders.stills import Stills


class ReportWriter:
    """Writes an audit as HTML or PDF; what it needs is looked for before the audit begins.

    Raises:
        ConfigError: If the name or the language is none it knows, or a PDF cannot be set here.
    """

    def __init__(self, path: Path, lang: str) -> None:
        if lang not in ("zh", "en"):
            raise ConfigError(f"{lang!r} is no language", where="--lang", remedy="Write zh or en")
        self._language: Language = "en" if lang == "en" else "zh"
        self._path = path
        self._typesetter: Typesetter | None = None
        if path.suffix == ".pdf":
            try:
                self._typesetter = Typesetter()
            except NoTypesetterError as error:
                remedy = "pip install 'mingan[pdf]', or name an .html file"
                raise ConfigError("Typst is missing", where="--report", remedy=remedy) from error
            except NoFontError as error:
                remedy = "Install fonts-noto-cjk, or name an .html file"
                raise ConfigError(
                    "no font with Chinese is here", where="--report", remedy=remedy
                ) from error
        elif path.suffix != ".html":
            raise ConfigError(
                f"{path.name} is neither .html nor .pdf",
                where="--report",
                remedy="Name out.html or out.pdf",
            )

    def write(self, result: Audit, order: AuditOrder, stills: Stills | None = None) -> None:
        """Write it.

        Args:
            result: The audit.
            order: What was asked.
            stills: Pictures of its cameras; no word of pictures without.

        Raises:
            ConfigError: If the file cannot be written.
        """
        document = audit_document(result, order, self._language, stills)
        try:
            if self._typesetter is None:
                content = html_page(document).encode()
            else:
                content = self._typesetter.pdf(document)
            self._path.write_bytes(content)
        except (OSError, TypesettingError) as error:
            raise ConfigError(
                f"the report cannot be written ({error})",
                where=f"--report {self._path}",
                remedy="Name a file in a folder that this user may write",
            ) from error
