"""Settings of the command centre: command line, then environment, then YAML file, then defaults.

A wrong key or value stops the start with one line that names it; a setting that is silently
ignored would be found out only when it mattered.
"""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, SecretStr, StringConstraints, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from sqlalchemy.engine import make_url

from api.auth.oidc.settings import OidcSettings
from api.kit.errors import SettingsError
from api.meetings.settings import MeetingSettings

ENV_PREFIX = "MINGAN_API_"
WORKER_TOKEN_ENV = "MINGAN_WORKER_TOKEN"  # noqa: S105 -- a variable's name
_SECRET_KEYS = ("worker_token", "admin_password", "oidc_client_secret")
Network = IPv4Network | IPv6Network
PushHost = Annotated[str, StringConstraints(pattern=r"^\.?[a-z0-9-]+(\.[a-z0-9-]+)+$")]


class Settings(BaseSettings):
    """Everything a person may set; see each field."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    data_dir: Path = Path("data")
    """Database, evidence and the worker token live here."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """0 takes any free port and prints it."""
    database_url: SecretStr | None = None
    """SQLAlchemy URL with an async driver; default is ``mingan.db`` in the data folder."""
    redis_url: SecretStr | None = None
    """``redis://``, ``rediss://`` or ``unix://``: joins several processes on one PostgreSQL: each
    hears at once what another took. Without it they ask the database every second."""
    worker_token: SecretStr | None = None
    """Also from ``MINGAN_WORKER_TOKEN``; default is made up and kept in ``worker.token``."""
    worker_token_file: Path | None = None
    """Default is ``worker.token`` in the data folder."""
    audit_key_file: Path | None = None
    """Default is ``audit.key`` in the data folder; several processes on one database share one."""
    admin_password: SecretStr | None = None
    """Password of the first administrator, 10 to 256 characters; default is made up and printed
    once."""
    oidc: OidcSettings | None = None
    """A provider of OpenID Connect to sign in with: see ``docs/guide/single-sign-on.md``."""
    oidc_client_secret: SecretStr | None = None
    """What the provider gave with ``client_id``; a public client has none."""
    meetings: MeetingSettings | None = None
    """An engine of video meetings on this machine: see ``docs/guide/meetings.md``. Its files are
    written into ``meetings`` in the data folder; there are none without it."""
    session_hours: Annotated[float, Field(gt=0, le=24 * 31)] = 12.0
    cookie_secure: bool = False
    """Set it wherever the console is served over HTTPS."""
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    """Addresses or networks of reverse proxies, as ``127.0.0.1, 10.0.0.0/28``; only they may say
    (``X-Forwarded-For``) for whom they ask."""
    offline_view: bool = False
    """Whether boxes that ask may let people of their school in while their line is cut: they are
    told what tells these people's passwords, which so lies on a disk in the school."""
    networks_allowed: Annotated[tuple[Network, ...], NoDecode] = ()
    """Networks besides the public ones, as ``10.20.0.0/16``, where people may have the command
    centre connect to: a webhook or a mail server of the district's own."""
    push_hosts: Annotated[tuple[PushHost, ...], NoDecode] = ()
    """Services that wake people's browsers, as ``fcm.googleapis.com, .push.apple.com``; without
    any nobody is told in a browser. They stand abroad, and are told no text."""
    console_url: Annotated[str, Field(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")] | None = None
    """Where people open the console, as ``https://mingan.example.edu.cn``; notices link to it."""
    max_connections: Annotated[int, Field(ge=16)] = 1000
    """At once; fewer where the service may open fewer files."""
    max_connections_per_address: Annotated[int, Field(ge=8)] = 200
    """Of one address, which may be a whole school's; proxies of ``trusted_proxies`` are exempt."""
    lost_after_s: Annotated[float, Field(ge=1)] = 30.0
    """A worker silent for longer is lost, and so are its cameras."""
    analysed_window_h: Annotated[float, Field(gt=0, le=24 * 31)] = 24.0
    evidence_max_bytes: Annotated[int, Field(ge=1)] = 200 * 1024 * 1024
    evidence_leaves_free_bytes: Annotated[int, Field(ge=0)] = 512 * 1024 * 1024
    """Evidence and photographs of work orders are refused where less would stay free on the disk,
    which the database needs too."""
    body_max_bytes: Annotated[int, Field(ge=1024)] = 4 * 1024 * 1024
    """Largest request body other than evidence."""
    compliance_profiles: Annotated[list[Path], Field(min_length=1)] | None = None
    """YAML files of what cameras are asked for, as configs/compliance; default are those
    shipped."""
    exam_key_file: Path | None = None
    """The bureau's key, as `mingan exam key` makes it. With it packages of exam rooms are signed
    when their box has made them; without it they wait for a signature made elsewhere."""
    order_deadlines_file: Path | None = None
    """YAML table of how long a school has for a work order; default is the one shipped."""
    request_deadlines_file: Path | None = None
    """YAML table of days to answer who was filmed; default is the one shipped."""
    undo_s: Annotated[float, Field(ge=0)] = 10.0
    grant_s: Annotated[float, Field(gt=0)] = 120.0
    """How long an opened original may be fetched."""
    keep_false_positive_days: Annotated[int, Field(ge=30)] = 30
    """Pictures and clips of alerts judged false, from their judgement. Alarm records are kept for
    30 days (常教安〔2017〕3号); beyond that there is no purpose left."""
    keep_unjudged_days: Annotated[int, Field(ge=30)] = 90
    """Pictures and clips of alerts nobody judged: as long as the longest footage (反恐怖主义法
    §32)."""
    keep_confirmed_days: Annotated[int, Field(ge=30)] | None = None
    """Pictures and clips of confirmed alerts, from their judgement; default keeps them."""
    keep_records_days: Annotated[int, Field(ge=30)] = 730
    """What is written of alerts that nobody confirmed, for statistics."""
    keep_access_log_days: Annotated[int, Field(ge=183)] = 365
    """网络安全法 §21(三) demands six months at least."""
    keep_analysed_days: Annotated[int, Field(ge=32)] = 92
    """Minutes of analysed time: as long as the longest footage they are shown beside."""
    keep_exam_days: Annotated[int, Field(ge=183)] = 365
    """Who saw which exam room on a screen, and packages on their boxes, from the session's end; a
    hold outlasts it. Footage of exams is kept for half a year at least."""
    keep_privacy_years: Annotated[int, Field(ge=3, le=30)] = 3
    """Requests of those who were filmed, from their decision, and impact assessments, from their
    end: three years at least (个人信息保护法 §56)."""
    keep_reports_days: Annotated[int, Field(ge=30)] = 365
    """Files of reports, from when they were made; what is known of them stays, so that a copy on
    paper can be verified."""
    report_attachments: bool = False
    """Whether PDFs of scheduled reports go with the mail about them. Off: pictures of minors may
    stand in them, and in a mailbox nothing hides, logs or deletes them."""
    events_keep: Annotated[int, Field(ge=1)] = 10_000
    events_keep_h: Annotated[float, Field(gt=0)] = 24.0
    subscriber_queue: Annotated[int, Field(ge=1)] = 256
    stream_recheck_s: Annotated[float, Field(gt=0)] = 15.0
    """How often an open stream makes sure that its session still stands."""
    max_viewers: Annotated[int, Field(ge=1)] = 64
    """Consoles that may show live pictures at once."""
    login_failures: Annotated[int, Field(ge=1)] = 5
    """Failed sign-ins per user and address in a quarter of an hour before 429."""
    password_time_cost: Annotated[int, Field(ge=1)] = 3
    password_memory_kib: Annotated[int, Field(ge=8)] = 65536
    console_dir: Path | None = None
    """The built console; default is the one shipped with the code."""
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"

    @field_validator("admin_password")
    @classmethod
    def _usable_password(cls, password: SecretStr | None) -> SecretStr | None:
        # As for every other user; a longer one could never be typed at the sign-in.
        if password is not None and not 10 <= len(password.get_secret_value()) <= 256:
            raise ValueError("must have 10 to 256 characters")
        return password

    @field_validator("trusted_proxies", "networks_allowed", "push_hosts", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("database_url")
    @classmethod
    def _async_driver(cls, url: SecretStr | None) -> SecretStr | None:
        known = ("sqlite+aiosqlite://", "postgresql+psycopg://")
        if url is not None and not url.get_secret_value().startswith(known):
            raise ValueError(f"must start with {' or '.join(known)}")
        return url

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings

    @property
    def async_database_url(self) -> str:
        """The database's URL; may hold a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{(self.data_dir / 'mingan.db').resolve()}"

    @property
    def sqlite_path(self) -> Path | None:
        """The database's file, if it is one."""
        url = make_url(self.async_database_url)
        is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        return Path(str(url.database)).resolve() if is_file else None

    @property
    def console_address(self) -> str:
        """Where people open the console, without a slash at its end; empty if nobody said."""
        return (self.console_url or "").rstrip("/")

    @property
    def token_path(self) -> Path:
        """Where the generated worker token is kept."""
        return self.worker_token_file or self.data_dir / "worker.token"

    @property
    def meetings_path(self) -> Path:
        """Where the files of the meetings' engine are written."""
        return self.data_dir / "meetings"

    @property
    def audit_key_path(self) -> Path:
        """Where the key of the access log is kept."""
        return self.audit_key_file or self.data_dir / "audit.key"

    @property
    def anchors_path(self) -> Path:
        """Where heads of the access log are kept."""
        return self.data_dir / "audit-anchors.jsonl"

    @property
    def console_path(self) -> Path:
        """Where the built console is looked for."""
        return self.console_dir or Path(__file__).parent / "console" / "dist"


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise SettingsError(
            f"cannot be read ({error.strerror})",
            where=str(path),
            remedy="Name a readable file with --config",
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError("is not UTF-8", where=str(path), remedy="Save it as UTF-8") from error
    try:
        values = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        # The error's own text quotes the line, and so the password in it.
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise SettingsError(
            f"is not valid YAML ({problem})",
            where=f"{path}{line}",
            remedy="Check indentation and quotes on this line",
        ) from error
    if not isinstance(values, dict):
        raise SettingsError(
            "must map keys to values", where=str(path), remedy="Write lines like `port: 8000`"
        )
    for key in _SECRET_KEYS:
        if key in values:
            raise SettingsError(
                "a secret does not belong into a configuration file",
                where=f"{path}: {key}",
                remedy=f"Set {ENV_PREFIX}{key.upper()} instead",
            )
    return values


def _complain(error: ValidationError, path: Path | None, from_file: set[str]) -> SettingsError:
    first = error.errors(include_url=False, include_input=False)[0]
    key = str(first["loc"][0]) if first["loc"] else "?"
    if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
        known = ", ".join(sorted(Settings.model_fields))
        what, remedy = "is not a known setting", f"Known settings: {known}"
    else:
        what, remedy = str(first["msg"]), "Correct this value"
    inner = "".join(f".{part}" for part in first["loc"][1:])
    where = f"{path}: {key}{inner}" if key in from_file else f"{key} ({ENV_PREFIX}{key.upper()})"
    return SettingsError(what, where=where, remedy=remedy)


def load_settings(config: Path | None = None, **overrides: Any) -> Settings:
    """Read the settings.

    Args:
        config: YAML file, if any.
        overrides: Values of the command line; ``None`` means not given.

    Raises:
        SettingsError: On an unknown key or an unusable value; names the key and the remedy.
    """
    known = {f"{ENV_PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.upper().startswith(ENV_PREFIX) and name.upper() not in known:
            raise SettingsError(
                "is not a known setting",
                where=name,
                remedy=f"Unset it; known are {', '.join(sorted(known))}",
            )
    file_values = _read_yaml(config) if config is not None else {}
    given = {key: value for key, value in overrides.items() if value is not None}
    token = os.environ.get(WORKER_TOKEN_ENV)
    if token and f"{ENV_PREFIX}WORKER_TOKEN" not in os.environ:
        given.setdefault("worker_token", token)
    in_env = {key for key in Settings.model_fields if f"{ENV_PREFIX}{key.upper()}" in os.environ}
    from_file = {key for key in file_values if key not in given and key not in in_env}
    values = {key: value for key, value in file_values.items() if key in from_file} | given
    try:
        return Settings(**values)
    except ValidationError as error:
        raise _complain(error, config, from_file) from error


__all__ = ["ENV_PREFIX", "WORKER_TOKEN_ENV", "Settings", "load_settings"]
