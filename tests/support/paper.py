"""Reads reports back, with libraries that did not write them."""

from __future__ import annotations

import ctypes
import io
from dataclasses import dataclass

import numpy as np
import pypdfium2
import pypdfium2.raw as raw
from openpyxl import load_workbook


@dataclass(frozen=True, slots=True)
class ReadPdf:
    """What a PDF shows.

    Attributes:
        text: Of all pages, without the ends of lines.
        pages: How many.
        fonts: Name and whether it is embedded, of every font that text is written in.
        ink: Share of each page's pixels that are not white.
        images: Pictures on all pages.
    """

    text: str
    pages: int
    fonts: dict[str, bool]
    ink: list[float]
    images: int


def read_pdf(content: bytes) -> ReadPdf:
    document = pypdfium2.PdfDocument(content)
    text, fonts, ink, images = "", {}, [], 0
    try:
        for page in document:
            read = page.get_textpage()
            text += read.get_text_range()
            read.close()
            for found in page.get_objects(max_depth=8):
                if found.type == raw.FPDF_PAGEOBJ_TEXT:
                    name, is_embedded = _font(found)
                    fonts[name] = fonts.get(name, True) and is_embedded
                images += found.type == raw.FPDF_PAGEOBJ_IMAGE
            bitmap = page.render(scale=0.5)
            ink.append(float(np.mean(bitmap.to_numpy() < 250)))
            bitmap.close()
            page.close()
        return ReadPdf("".join(text.split("\r\n")), len(document), fonts, ink, images)
    finally:
        document.close()


def _font(found: pypdfium2.PdfObject) -> tuple[str, bool]:
    font = raw.FPDFTextObj_GetFont(found.raw)
    buffer = ctypes.create_string_buffer(256)
    raw.FPDFFont_GetBaseFontName(font, buffer, 256)
    return buffer.value.decode(), raw.FPDFFont_GetIsEmbedded(font) == 1


def read_sheets(content: bytes) -> dict[str, list[list[object]]]:
    """Rows of each sheet; a formula is told as one."""
    book = load_workbook(io.BytesIO(content))
    assert not [cell for page in book for row in page for cell in row if cell.data_type == "f"], (
        "a formula"
    )
    return {page.title: [[cell.value for cell in row] for row in page] for page in book}
