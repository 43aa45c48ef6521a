"""The picture of an alert: where it was not allowed, and who was there.

No legend and no text burnt in: the console says the rest in the reader's language. Zone in amber,
lightly filled; the box in red; both on a dark halo, so that they stay readable on snow and at
night, at 480 lines and at 1080.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.core.errors import EvidenceError
from pipeline.core.frame import Bgr

_ZONE_BGR = (0, 176, 255)
_BOX_BGR = (48, 48, 240)
_HALO_BGR = (24, 24, 24)
_FILL_SHARE = 0.14
_SUBPIXEL_BITS = 4
JPEG_QUALITY = 88


def draw_snapshot(
    picture: Bgr,
    *,
    zone_norm: Sequence[tuple[float, float]] = (),
    box_norm_xyxy: tuple[float, float, float, float] | None = None,
    is_line: bool | None = None,
    quality: int = JPEG_QUALITY,
) -> bytes:
    """The picture with zone and box, as JPEG.

    Args:
        picture: (height, width, 3) BGR, blurred already if it is to be; not changed.
        zone_norm: Fractions of width and height; fewer than two draw nothing.
        box_norm_xyxy: Left, top, right, bottom as fractions; may reach outside, is clipped.
        is_line: The points are a line to cross and not a zone's corners; when not said, two
            points are a line, three and more a zone.
        quality: JPEG's, 1–100.

    Raises:
        EvidenceError: The picture cannot be encoded.
    """
    drawn = draw(picture, zone_norm=zone_norm, box_norm_xyxy=box_norm_xyxy, is_line=is_line)
    return encode_jpeg(drawn, quality)


def draw(
    picture: Bgr,
    *,
    zone_norm: Sequence[tuple[float, float]] = (),
    box_norm_xyxy: tuple[float, float, float, float] | None = None,
    is_line: bool | None = None,
) -> Bgr:
    """A copy of the picture with zone and box; arguments as in ``draw_snapshot``."""
    drawn = picture.copy()
    height, width = drawn.shape[:2]
    thick = max(2, round(height / 360))
    if len(zone_norm) >= 2:
        is_open = len(zone_norm) == 2 if is_line is None else is_line
        _draw_zone(drawn, zone_norm, thick, is_polygon=not is_open)
    if box_norm_xyxy is not None:
        x1, x2 = sorted((box_norm_xyxy[0], box_norm_xyxy[2]))
        y1, y2 = sorted((box_norm_xyxy[1], box_norm_xyxy[3]))
        # The line stays visible when the box reaches outside.
        inset = thick / 2
        corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float64) * (width, height)
        corners[:, 0] = corners[:, 0].clip(inset, width - 1 - inset)
        corners[:, 1] = corners[:, 1].clip(inset, height - 1 - inset)
        _outline(drawn, corners, _BOX_BGR, thick, is_closed=True)
    return drawn


def encode_jpeg(picture: Bgr, quality: int = JPEG_QUALITY) -> bytes:
    """The picture as JPEG.

    Raises:
        EvidenceError: It cannot be encoded.
    """
    try:
        done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    except cv2.error as error:
        raise EvidenceError(
            f"the snapshot could not be encoded ({error.err})",
            remedy="Report this with the camera's picture size",
        ) from error
    if not done:
        raise EvidenceError(
            "the snapshot could not be encoded",
            remedy="Report this with the camera's picture size",
        )
    return bytes(data)


def _draw_zone(
    drawn: Bgr, zone_norm: Sequence[tuple[float, float]], thick: int, *, is_polygon: bool
) -> None:
    height, width = drawn.shape[:2]
    points = np.asarray(zone_norm, np.float64) * (width, height)
    if is_polygon:
        # Only the zone's own rectangle is blended: at 1080p the whole picture takes 10 x as long.
        x1, y1 = np.floor(points.min(axis=0)).astype(int).clip(0)
        x2, y2 = np.ceil(points.max(axis=0)).astype(int) + 1
        part = drawn[y1:y2, x1:x2]
        if part.size:
            filled = part.copy()
            moved = points - (x1, y1)
            cv2.fillPoly(
                filled, [_fixed(moved)], _ZONE_BGR, lineType=cv2.LINE_AA, shift=_SUBPIXEL_BITS
            )
            cv2.addWeighted(filled, _FILL_SHARE, part, 1 - _FILL_SHARE, 0, dst=part)
    _outline(drawn, points, _ZONE_BGR, thick, is_closed=is_polygon)
    if not is_polygon:
        for point in points:
            centre = tuple(int(v) for v in _fixed(point))
            for radius, colour in ((thick * 2.5, _HALO_BGR), (thick * 1.8, _ZONE_BGR)):
                cv2.circle(
                    drawn,
                    centre,
                    round(radius * (1 << _SUBPIXEL_BITS)),
                    colour,
                    -1,
                    lineType=cv2.LINE_AA,
                    shift=_SUBPIXEL_BITS,
                )


def _outline(
    drawn: Bgr,
    points: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    colour: tuple[int, int, int],
    thick: int,
    *,
    is_closed: bool,
) -> None:
    for line, paint in ((thick + 2, _HALO_BGR), (thick, colour)):
        cv2.polylines(
            drawn,
            [_fixed(points)],
            is_closed,
            paint,
            line,
            lineType=cv2.LINE_AA,
            shift=_SUBPIXEL_BITS,
        )


def _fixed(
    points: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """Pixels as OpenCV's fixed-point numbers."""
    return np.rint(points * (1 << _SUBPIXEL_BITS)).astype(np.int32)
