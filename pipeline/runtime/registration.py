"""Tells the command centre what the configuration says about each camera."""

from __future__ import annotations

from collections.abc import Iterable

from api.contract import CameraRegistration, School
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
    school = School(school_id=site.id, name=site.name)
    for camera in cameras:
        source = camera.source
        address = source.url if isinstance(source, RtspSourceConfig) else source.path.name
        registration = CameraRegistration(
            camera_id=camera.id,
            name=camera.name,
            location=camera.location,
            source=redact_url(address)[:256],
            rules=tuple(rule.type for rule in camera.rules),
            config_sha256=config_sha256(camera, site),
            school=school,
        )
        outbox.put(MessageKind.CAMERA, camera.id, registration.model_dump_json().encode())
