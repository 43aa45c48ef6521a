"""Tells the command centre what the configuration says about each camera."""

from __future__ import annotations

from collections.abc import Iterable

from api.contract import CameraRegistration
from pipeline.core.redact import redact_url
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.runtime.config import (
    BoxSiteConfig,
    CameraConfig,
    RtspSourceConfig,
    config_sha256,
)


def register(outbox: Outbox, cameras: Iterable[CameraConfig], site: BoxSiteConfig) -> None:
    """Put each camera's registration into the outbox; never an address's credentials."""
    for camera in cameras:
        source = camera.source
        address = source.url if isinstance(source, RtspSourceConfig) else source.path.name
        registration = CameraRegistration(
            school_id=site.id,
            camera_id=camera.id,
            name=camera.name,
            location=camera.location,
            source=redact_url(address)[:256],
            rules=tuple(rule.type for rule in camera.rules),
            config_sha256=config_sha256(camera, site),
            school_name=site.name,
        )
        outbox.put(MessageKind.CAMERA, camera.id, registration.model_dump_json().encode())
