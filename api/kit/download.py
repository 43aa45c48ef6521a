"""A file that a browser keeps: nobody between it and the command centre does."""

from __future__ import annotations

from fastapi import Response

CSV_RESPONSE: dict[int | str, dict[str, object]] = {
    200: {
        "description": "UTF-8 with byte order mark; cells never begin a formula.",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}
"""What the description says of an answer of :func:`csv_download`."""


def download(content: bytes, media_type: str, name: str) -> Response:
    """A file of that name, which must be ASCII."""
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def csv_download(text: str, name: str) -> Response:
    """A table made by :mod:`api.kit.csv_file`."""
    return download(text.encode(), "text/csv; charset=utf-8", name)
