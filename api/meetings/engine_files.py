"""What the engine is started with: four files that the command centre writes at each start.

Debian's own configuration has a known secret, a demo room that anybody may enter, and every plugin
switched on; nothing of it is used. Here the engine listens on this machine alone, asks for secrets
that nobody typed, has no room until one is made, and loads two plugins and one transport.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from api.kit.errors import DataFolderError
from api.meetings.settings import MeetingSettings

SECRET = "secret"  # noqa: S105 -- a file's name
SESSION_TIMEOUT_S = 60
"""Of a person whose browser asks for nothing any more."""
_UNUSED_PLUGINS = (
    "audiobridge",
    "duktape",
    "echotest",
    "lua",
    "nosip",
    "recordplay",
    "sip",
    "streaming",
    "textroom",
    "videocall",
    "voicemail",
)
_UNUSED_TRANSPORTS = ("mqtt", "nanomsg", "pfunix", "rabbitmq", "websockets")


@dataclass(frozen=True, slots=True, repr=False)
class EngineSecrets:
    """What the engine asks for; all follow from one file, so nothing else must be kept."""

    api: str
    """Of whoever brings a person into a room."""
    admin: str
    """Of whoever asks what there is."""
    rooms: str
    """Of whoever makes a room."""
    _key: bytes

    def of_room(self, room: int) -> str:
        """What one asks a room to change or end with."""
        return _derived(self._key, f"room {room}")


def _derived(key: bytes, purpose: str) -> str:
    return hmac.new(key, purpose.encode(), hashlib.sha256).hexdigest()


def _read_or_make(path: Path) -> bytes:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
    except FileExistsError:
        pass
    return path.read_bytes()


def engine_secrets(folder: Path) -> EngineSecrets:
    """The secrets of an engine whose files are in a folder; made when there are none.

    Raises:
        DataFolderError: If they can be neither read nor written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = _read_or_make(folder / SECRET)
    except OSError as error:
        raise _unwritable(folder, error) from error
    if len(key) != 32:
        raise DataFolderError(
            "is no secret of the meetings' engine",
            where=str(folder / SECRET),
            remedy="Remove it, start the command centre, then the engine",
        )
    api, admin, rooms = (_derived(key, purpose) for purpose in ("api", "admin", "rooms"))
    return EngineSecrets(api, admin, rooms, key)


def _unwritable(folder: Path, error: OSError) -> DataFolderError:
    return DataFolderError(
        f"the folder of the meetings' engine cannot be written ({error.strerror})",
        where=str(folder),
        remedy="Correct its owner",
    )


def write_engine_files(folder: Path, settings: MeetingSettings) -> EngineSecrets:
    """Write the engine's configuration into a folder, which is then given to it with ``-F``.

    Raises:
        DataFolderError: If it cannot be written.
    """
    known = engine_secrets(folder)
    files = {
        "janus.jcfg": _core(settings, known),
        "janus.transport.http.jcfg": _http(settings),
        "janus.plugin.videoroom.jcfg": _rooms(known),
    }
    try:
        for name, text in files.items():
            _replace(folder / name, text)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return known


def _replace(path: Path, text: str) -> None:
    """Write a file that is never found by half, and read by nobody else."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    new.replace(path)


def _list(prefix: str, names: tuple[str, ...]) -> str:
    return ",".join(f"libjanus_{prefix}{name}.so" for name in names)


def _core(settings: MeetingSettings, known: EngineSecrets) -> str:
    mapping = ""
    if settings.public_address is not None:
        mapping = f'\n\tnat_1_1_mapping = "{settings.public_address}"\n\tkeep_private_host = true'
    return f"""general: {{
	server_name = "mingan"
	api_secret = "{known.api}"
	admin_secret = "{known.admin}"
	session_timeout = {SESSION_TIMEOUT_S}
	debug_level = 3
	debug_colors = false
	debug_timestamps = true
	hide_dependencies = true
}}
certificates: {{
}}
media: {{
	rtp_port_range = "{settings.media_port_first}-{settings.media_port_last}"
}}
nat: {{
	nice_debug = false
	ignore_mdns = true{mapping}
}}
plugins: {{
	disable = "{_list("", _UNUSED_PLUGINS)}"
}}
transports: {{
	disable = "{_list("", _UNUSED_TRANSPORTS)}"
}}
loggers: {{
	disable = "libjanus_jsonlog.so"
}}
events: {{
	broadcast = false
}}
"""


def _http(settings: MeetingSettings) -> str:
    return f"""general: {{
	json = "compact"
	base_path = "/janus"
	http = true
	port = {settings.engine_port}
	ip = "127.0.0.1"
	https = false
}}
admin: {{
	admin_base_path = "/admin"
	admin_http = true
	admin_port = {settings.admin_port}
	admin_ip = "127.0.0.1"
	admin_https = false
}}
certificates: {{
}}
"""


def _rooms(known: EngineSecrets) -> str:
    return f"""general: {{
	admin_key = "{known.rooms}"
	lock_rtp_forward = true
	events = false
	string_ids = false
}}
"""
