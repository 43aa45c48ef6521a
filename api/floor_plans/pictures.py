"""Makes the picture of a plan out of whatever bytes somebody sent, as photographs are made."""

from __future__ import annotations

from api.floor_plans.errors import BadPlanPictureError
from api.orders.decoding import decode_drawing
from api.orders.errors import BadPhotographError
from api.orders.photographs import Photograph

_OTHERS = {b"%PDF-": "pdf", b"AC10": "cad"}
"""How what plans are mostly kept as begins: PDF, and drawings of AutoCAD since 1997."""


async def decode(sent: bytes) -> Photograph:
    """Decode a JPEG, PNG or WebP, and encode it anew.

    Raises:
        BadPlanPictureError: If it is none of them, has too many pixels, or cannot be decoded.
    """
    for head, why in _OTHERS.items():
        if sent.startswith(head):
            raise BadPlanPictureError("not a picture", params={"why": why})
    try:
        return await decode_drawing(sent)
    except BadPhotographError as error:
        why = error.params["why"]
        why = "not_a_picture" if why == "not_a_photograph" else why
        raise BadPlanPictureError(error.detail, params={"why": why}) from error
