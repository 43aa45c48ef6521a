"""Where kept credentials go in a configuration; pure.

Each goes before what the configuration says of the same camera or recorder, and only at the host
that it was sealed for, or at a neighbour of it (:mod:`pipeline.runtime.kept_credentials`). A
configuration names a password's file, never what is in it: a new password is a new file, so that
it changes its own camera alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api.contract import CredentialKind
from api.contract.configuration_secrets import is_marked
from api.contract.redaction import HIDDEN
from pipeline.runtime.config import BoxConfig, CameraConfig, RtspSourceConfig
from pipeline.runtime.credential_store import KeptCredential, Target
from pipeline.runtime.device_config import DeviceConfig
from pipeline.runtime.kept_credentials import is_near

_NAMES_PASSWORD = ("password_env", "password_file")


@dataclass(frozen=True, slots=True)
class Use:
    """A kept credential, and the file of its password."""

    kept: KeptCredential
    file: Path

    def signs_in(self) -> dict[str, object]:
        """What a source or recorder says instead."""
        if not self.kept.username:
            return {}
        return {
            "username": self.kept.username,
            "password_env": None,
            "password_file": self.file,
        }

    def fits(self, *addresses: str | None) -> bool:
        """Whether all of these are where it may be sent."""
        return all(is_near(each, self.kept.address) for each in addresses if each)


Uses = Mapping[Target, Use]


def filled(document: object, uses: Uses) -> object:
    """A version of the command centre with kept credentials where it holds markers."""
    if not isinstance(document, dict):
        return document
    found = dict(document)
    cameras, devices = document.get("cameras"), document.get("devices")
    if isinstance(cameras, list):
        found["cameras"] = [_filled_camera(each, uses) for each in cameras]
    if isinstance(devices, dict):
        found["devices"] = {
            name: _filled(each, uses.get((CredentialKind.RECORDER, str(name))))
            for name, each in devices.items()
        }
    return found


def applied(box: BoxConfig, uses: Uses, *, is_everywhere: bool = False) -> BoxConfig:
    """A configuration with kept credentials.

    Args:
        box: It.
        uses: What is kept.
        is_everywhere: Also where a password was not sealed for, to find that.
    """
    cameras = [_of_camera(each, uses, is_everywhere) for each in box.cameras]
    devices = {
        name: _of_device(device, uses.get((CredentialKind.RECORDER, name)), is_everywhere)
        for name, device in box.devices.items()
    }
    if cameras == box.cameras and devices == box.devices:
        return box
    return box.model_copy(update={"cameras": cameras, "devices": devices})


def _filled_camera(camera: object, uses: Uses) -> object:
    if not isinstance(camera, dict) or not isinstance(camera.get("source"), dict):
        return camera
    use = uses.get((CredentialKind.CAMERA, str(camera.get("id"))))
    source = _filled(camera["source"], use)
    assert isinstance(source, dict), "it was one"
    url = source.get("url")
    if use is not None and use.kept.url and is_marked(url, "url") and use.fits(str(url)):
        source = {**source, "url": use.kept.url}
    return {**camera, "source": source}


def _filled(part: object, use: Use | None) -> object:
    if use is None or not use.kept.username or not isinstance(part, dict):
        return part
    if HIDDEN not in [part.get(key) for key in _NAMES_PASSWORD]:
        return part
    rest = {key: value for key, value in part.items() if key not in _NAMES_PASSWORD}
    return {**rest, "username": use.kept.username, "password_file": str(use.file)}


def _of_camera(camera: CameraConfig, uses: Uses, is_everywhere: bool) -> CameraConfig:
    use, source = uses.get((CredentialKind.CAMERA, camera.id)), camera.source
    if use is None or not isinstance(source, RtspSourceConfig):
        return camera
    is_there = use.fits(source.url, source.substream_url)
    if not (is_there or is_everywhere):
        return camera
    update = use.signs_in()
    if use.kept.url and is_there:
        update["url"] = use.kept.url
    return camera.model_copy(update={"source": source.model_copy(update=update)})


def _of_device(device: DeviceConfig, use: Use | None, is_everywhere: bool) -> DeviceConfig:
    if use is None or not (is_everywhere or use.fits(device.address)):
        return device
    return device.model_copy(update=use.signs_in())
