"""A person says that a camera's picture is right as it is; its box then makes it the reference.

The order travels in the answer to heartbeats until the box reports a reference that answers it, so
a lost answer costs one heartbeat and a repeated one changes nothing. An order nobody carried out
within ten minutes is dropped: what the person looked at may not be what is there by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from api.contract import HeartbeatOrders, PictureApproval, PictureFacts
from api.db.camera import Camera

ORDER_STANDS = timedelta(minutes=10)


def picture_of(camera: Camera) -> PictureFacts | None:
    """What the box last said of the camera's picture."""
    return None if camera.picture is None else PictureFacts.model_validate(camera.picture)


def approve(camera: Camera, username: str, now: datetime) -> None:
    """Note the order; one that still stands is not begun anew."""
    if is_pending(camera, now):
        return
    # To the millisecond, as the box reports it back.
    camera.picture_approved_at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    camera.picture_approved_by = username


def withdraw(camera: Camera) -> None:
    """Forget the order: only the box it was given to may answer it."""
    camera.picture_approved_at = None
    camera.picture_approved_by = None


def is_pending(camera: Camera, now: datetime) -> bool:
    """Whether an order stands that the box has not carried out yet."""
    ordered_at = camera.picture_approved_at
    if ordered_at is None or now - ordered_at > ORDER_STANDS:
        return False
    told = picture_of(camera)
    return told is None or told.approved_at is None or told.approved_at < ordered_at


def orders(cameras: Iterable[Camera], now: datetime) -> HeartbeatOrders:
    """What a box is to be told about these cameras of its own."""
    return HeartbeatOrders(
        approved_pictures=tuple(
            PictureApproval(camera_id=camera.camera_id, approved_at=camera.picture_approved_at)
            for camera in cameras
            if camera.picture_approved_at is not None and is_pending(camera, now)
        )
    )
