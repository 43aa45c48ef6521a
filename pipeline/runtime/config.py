"""What a box is told to do: its site, its cameras, their rules, and where to report."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from api.contract.base import DEFAULT_SCHOOL_ID, DEFAULT_SCHOOL_NAME, Identifier
from api.contract.text import StorableText
from pipeline.core.errors import ConfigError
from pipeline.diagnosis import DiagnosisConfig
from pipeline.geometry import ScheduleConfig, SiteConfig, ZoneConfig
from pipeline.live.config import LiveConfig
from pipeline.offline.config import OfflineViewConfig
from pipeline.rules import AnyRuleConfig
from pipeline.rules.economy import EconomyConfig
from pipeline.runtime import enrolment
from pipeline.runtime.api_config import ApiConfig, nameless, why
from pipeline.runtime.device_config import DeviceConfig
from pipeline.runtime.discovery_config import DiscoveryConfig
from pipeline.runtime.recording_config import RecordingConfig
from pipeline.runtime.rule_sets import MAX_RULES, joined, load_sets
from pipeline.runtime.yaml_file import load_yaml
from pipeline.video.gate import GateConfig

_URL_WITH_PASSWORD = re.compile(
    r"^[a-z]+://[^/@:]*:(?:[^/@]*@|(?!\d{1,5}(?:[/?#]|$)).*@)", re.IGNORECASE
)
"""Also one with a slash in the password, which no address may have and people write."""
_NAME_OF_VARIABLE = re.compile(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")
"""As services write them; anything else may be the password itself, typed into the wrong key."""
_RTSP_URL = r"^rtsps?://[^\s/?#]+([/?#]\S*)?$"


class Strict(BaseModel):
    """Refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RtspSourceConfig(Strict):
    """A camera or recorder channel reached by RTSP over TCP.

    The password comes from the environment or a file, never from this file.
    """

    type: Literal["rtsp"]
    url: Annotated[str, StringConstraints(pattern=_RTSP_URL, max_length=512)]
    substream_url: Annotated[
        str | None,
        StringConstraints(pattern=_RTSP_URL, max_length=512),
        Field(description="A smaller stream of the same view, analysed in place of the main one"),
    ] = None
    username: str | None = None
    password_env: str | None = None
    password_file: Path | None = None
    open_timeout_s: Annotated[float, Field(gt=0, le=60)] = 10.0
    read_timeout_s: Annotated[float, Field(gt=0, le=60)] = 8.0

    @model_validator(mode="after")
    def _keeps_secrets_out(self) -> RtspSourceConfig:
        if any(_URL_WITH_PASSWORD.match(url) for url in (self.url, self.substream_url or "")):
            raise ValueError(
                "the address contains a password; write it without, and give `username` with "
                "`password_env` or `password_file`"
            )
        if self.username and not (self.password_env or self.password_file):
            raise ValueError("`username` needs `password_env` or `password_file`")
        return self

    @model_validator(mode="after")
    def _ports_exist(self) -> RtspSourceConfig:
        for url in filter(None, (self.url, self.substream_url)):
            try:
                _ = urlsplit(url).port
            except ValueError as error:
                raise ValueError(f"the address's host or port is wrong ({error})") from error
        return self

    def password(self) -> str | None:
        """The camera's password.

        Raises:
            ConfigError: It is not where the configuration says.
        """
        if self.password_env:
            value = os.environ.get(self.password_env)
            if value is None:
                named = (
                    self.password_env if _NAME_OF_VARIABLE.match(self.password_env) else "it names"
                )
                raise ConfigError(
                    f"the environment variable {named} is not set",
                    where="password_env",
                    remedy="Set it in the service's environment, or use password_file",
                )
            return value
        if self.password_file:
            try:
                return self.password_file.read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(
                    f"the file it names cannot be read ({why(error)})",
                    where="password_file",
                    remedy="Name a file that holds the password, not the password itself; it has "
                    "mode 600 and is owned by the worker's user",
                ) from nameless(error)
        return None


class FileSourceConfig(Strict):
    """A recording, played once at its own pace as if it were a camera."""

    type: Literal["file"]
    path: Path


SourceConfig = Annotated[RtspSourceConfig | FileSourceConfig, Field(discriminator="type")]


def streams_of(
    source: RtspSourceConfig | FileSourceConfig,
) -> tuple[RtspSourceConfig | FileSourceConfig, RtspSourceConfig | None]:
    """What is analysed, and the main stream where that is another one."""
    if isinstance(source, FileSourceConfig) or source.substream_url is None:
        return source, None
    return source.model_copy(update={"url": source.substream_url}), source


class ClipConfig(Strict):
    """Seconds of video kept around the moment an alert is raised."""

    pre_s: Annotated[float, Field(ge=0, le=30)] = 5.0
    post_s: Annotated[float, Field(ge=0, le=30)] = 5.0


class RecorderConfig(Strict):
    """Where this box keeps footage; used when a camera has `recording`."""

    folder: Path
    reserve_gb: Annotated[float, Field(ge=0)] = 2.0
    """Left free on that disk."""
    max_gb: Annotated[float, Field(gt=0)] | None = None
    """Of all footage; the disk alone is the limit if not given."""


ModelInput = Annotated[
    tuple[Annotated[int, Field(ge=64, le=2048)], Annotated[int, Field(ge=64, le=2048)]] | None,
    Field(
        description="Width and height the model sees, one of its manifest's sizes; if not given its"
        " usual one, without padding where a smaller one shows the picture as large"
    ),
]


def _are_several(tiles: tuple[int, int] | None) -> tuple[int, int] | None:
    if tiles == (1, 1):
        raise ValueError("one tile is the whole picture. Leave tiles away, or write as [2, 1]")
    return tiles


Tiles = Annotated[
    tuple[Annotated[int, Field(ge=1, le=4)], Annotated[int, Field(ge=1, le=4)]] | None,
    AfterValidator(_are_several),
    Field(
        description="Columns and rows: the main model looks at the whole picture and at so many"
        " overlapping parts of it, for small people in a wide scene; each part costs one more look"
    ),
]


class MoreModelConfig(Strict):
    """A further detector; bound to a rate, hours or zones, it has tracker and rules of its own."""

    model: Identifier
    input: ModelInput = None
    every_s: Annotated[
        float | None,
        Field(gt=0, le=4, description="Seconds between two looks; each analysed picture if none"),
    ] = None
    """Never more than 4: over 5 s between two pictures no rule can say that anything went on."""
    schedule: Annotated[
        ScheduleConfig, Field(description="When it looks, in the school's time")
    ] = "always"
    zones: Annotated[
        list[ZoneConfig],
        Field(max_length=16, description="Boxes with their middle elsewhere do not count"),
    ] = []

    @property
    def is_bound(self) -> bool:
        """Whether it may look at other pictures than the main model, or at less of them."""
        return self.every_s is not None or self.schedule != "always" or bool(self.zones)


def _kind_of_entry(value: object) -> str:
    return "bound" if isinstance(value, dict | MoreModelConfig) else "id"


MoreModel = Annotated[
    Annotated[Identifier, Tag("id")] | Annotated[MoreModelConfig, Tag("bound")],
    Discriminator(_kind_of_entry),
]
"""A model's id, or the id with what it is bound to."""


class AnalysisConfig(Strict):
    """What is looked for in one picture."""

    model: Identifier = "campus_objects"
    model_input: ModelInput = None
    tiles: Tiles = None
    more_models: Annotated[
        list[MoreModel],
        Field(max_length=4, description="Further detectors; what they find is seen as well"),
    ] = []
    accept_unknown_licence: Annotated[
        list[Identifier],
        Field(description="Models used although the terms of their training data are unknown"),
    ] = []
    attributes_model: Annotated[
        Identifier,
        Field(description="Tells hat, mask and uniform; loaded only if a rule asks for one"),
    ] = "kitchen_attributes"
    analysis_fps: Annotated[float, Field(gt=0, le=30)] = 5.0
    blur_people: bool = True
    gate: GateConfig = GateConfig(mode="always")
    economy: EconomyConfig = EconomyConfig()
    diagnosis: DiagnosisConfig = DiagnosisConfig(enabled=False)
    rule_sets: Annotated[
        list[Path],
        Field(max_length=8, description="Ready-made rules, as rules/sets/gate.yaml; see there"),
    ] = []
    rules: Annotated[list[AnyRuleConfig], Field(max_length=MAX_RULES)] = []

    @property
    def further_models(self) -> list[MoreModelConfig]:
        """The further detectors; one named by its id alone is bound to nothing."""
        return [
            MoreModelConfig(model=each) if isinstance(each, str) else each
            for each in self.more_models
        ]

    @property
    def floored_gate(self) -> GateConfig:
        """The gate, which shows a resting camera's pictures as often as a model's rate asks.

        A little oftener: keyframes that come just so often are a rounding error early.
        """
        rates = [0.9 * one.every_s for one in self.further_models if one.every_s is not None]
        floor_s = min([self.gate.min_analysis_interval_s, *rates])
        return self.gate.model_copy(update={"min_analysis_interval_s": floor_s})

    def needs_attributes(self) -> bool:
        """Whether a rule asks for attributes of people."""
        return any(rule.required_attributes for rule in self.rules)

    @model_validator(mode="after")
    def _looks_for_something(self) -> AnalysisConfig:
        if not self.rules and not self.rule_sets:
            raise ValueError("nothing is looked for; add `rules`, or name a set as `rule_sets`")
        return self

    @model_validator(mode="after")
    def _rule_ids_differ(self) -> AnalysisConfig:
        seen: set[str] = set()
        for rule in self.rules:
            name = rule.id or rule.type
            if name in seen:
                raise ValueError(
                    f"two rules are called `{name}`; give each of them an `id` of its own"
                )
            seen.add(name)
        return self


AnalysisT = TypeVar("AnalysisT", bound=AnalysisConfig)


class CameraConfig(AnalysisConfig):
    """One camera of the box."""

    id: Identifier
    name: Annotated[StorableText, StringConstraints(min_length=1, max_length=128)]
    location: Annotated[StorableText, StringConstraints(max_length=128)] = ""
    enabled: bool = True
    source: SourceConfig
    clip: ClipConfig = ClipConfig()
    gate: GateConfig = GateConfig()
    """A camera is decoded only while something moves; a recording analysed offline, in full."""
    recording: RecordingConfig | None = None
    diagnosis: DiagnosisConfig = DiagnosisConfig()

    @property
    def is_recorded_here(self) -> bool:
        """Whether this box writes the camera's footage."""
        recording = self.recording
        return recording is not None and recording.folder is None and recording.device is None

    @property
    def keeps_audio(self) -> bool:
        """Whether this box writes the camera's sound, too."""
        recording = self.recording
        return recording is not None and self.is_recorded_here and recording.audio == "keep"


class BoxSiteConfig(SiteConfig):
    """The school this box stands in; an enrolled box's is the one it was enrolled at."""

    id: Identifier = DEFAULT_SCHOOL_ID
    name: Annotated[StorableText, StringConstraints(min_length=1, max_length=128)] = (
        DEFAULT_SCHOOL_NAME
    )


class InferenceConfig(Strict):
    """How the models share the cores of this box."""

    backend: Annotated[
        Literal["onnx", "openvino"],
        Field(description="Runtime of the models; openvino needs its extra"),
    ] = "onnx"
    threads: Annotated[
        int | None, Field(ge=1, le=256, description="Pictures looked at at a time; one a core")
    ] = None
    max_batch: Annotated[
        int, Field(ge=1, le=64, description="Pictures of several cameras in one run of a model")
    ] = 1
    max_wait_ms: Annotated[
        float, Field(ge=0, le=100, description="Longest wait for a batch that began to form")
    ] = 4.0


class BoxConfig(Strict):
    """Everything one box is told."""

    site: BoxSiteConfig = BoxSiteConfig()
    worker_id: Identifier = "box-1"
    data_dir: Path
    api: ApiConfig
    recorder: RecorderConfig | None = None
    devices: Annotated[
        dict[Identifier, DeviceConfig],
        Field(max_length=64, description="Recorders of other makers, by a name of your own"),
    ] = {}
    discovery: DiscoveryConfig = DiscoveryConfig()
    live: LiveConfig = LiveConfig()
    offline_view: OfflineViewConfig = OfflineViewConfig()
    inference: InferenceConfig = InferenceConfig()
    processes: Annotated[
        Annotated[int, Field(ge=1, le=64)] | Literal["auto"],
        Field(description="Processes that analyse; auto is one a core"),
    ] = 1
    cameras: Annotated[
        list[CameraConfig],
        Field(max_length=256, description="None on a new box, which searches for them"),
    ]

    @model_validator(mode="after")
    def _footage_has_a_place(self) -> BoxConfig:
        recorded = [camera.id for camera in self.cameras if camera.is_recorded_here]
        if recorded and self.recorder is None:
            raise ValueError(
                f"camera `{recorded[0]}` is to be recorded, but there is no `recorder`; "
                "add `recorder: {folder: …}`"
            )
        return self

    @model_validator(mode="after")
    def _passwords_come_unseen(self) -> BoxConfig:
        if self.offline_view.enabled and not self.api.is_private:
            raise ValueError(
                "with `offline_view` the command centre sends what tells people's passwords, in "
                "the clear over http; give an https address as `url` of `api`"
            )
        return self

    @model_validator(mode="after")
    def _devices_are_there(self) -> BoxConfig:
        for camera in self.cameras:
            recording = camera.recording
            heal_from = None if recording is None else recording.heal_from
            for named in (
                None if recording is None else recording.device,
                None if heal_from is None else heal_from.device,
            ):
                if named is not None and named not in self.devices:
                    raise ValueError(
                        f"camera `{camera.id}` names the device `{named}`, which is not among "
                        "`devices`"
                    )
        return self

    @model_validator(mode="after")
    def _camera_ids_differ(self) -> BoxConfig:
        seen: set[str] = set()
        for camera in self.cameras:
            if camera.id in seen:
                raise ValueError(f"two cameras are called `{camera.id}`; ids must differ")
            seen.add(camera.id)
        return self


class AnalysisFile(Strict):
    """What ``mingan analyze`` is told: the same analysis, without cameras."""

    site: SiteConfig = SiteConfig()
    analysis: AnalysisConfig


def load_box(path: Path) -> BoxConfig:
    """Read a box's configuration; relative paths in it are relative to its folder.

    Raises:
        ConfigError: One line per problem, each with file, line, key and remedy.
    """
    return placed(load_yaml(path, BoxConfig), path.resolve().parent)


def placed(box: BoxConfig, base: Path) -> BoxConfig:
    """A box's configuration as it runs, made of what stands in its file.

    Args:
        box: As it was read.
        base: Folder that its relative paths are relative to.

    Raises:
        ConfigError: A rule set cannot be read, or what the box was enrolled as.
    """
    api = box.api.model_copy(
        update={
            "token_file": _below(base, box.api.token_file),
            "ca_file": _below(base, box.api.ca_file),
        }
    )
    cameras = [
        _with_sets(base, camera).model_copy(
            update={
                "source": _source_below(base, camera.source),
                "recording": _recording_below(base, camera.recording),
            }
        )
        for camera in box.cameras
    ]
    recorder = box.recorder
    if recorder is not None:
        recorder = recorder.model_copy(update={"folder": base / recorder.folder})
    return _as_enrolled(
        box.model_copy(
            update={
                "data_dir": base / box.data_dir,
                "api": api,
                "recorder": recorder,
                "devices": {name: each.below(base) for name, each in box.devices.items()},
                "discovery": _discovery_below(base, box.discovery),
                "offline_view": box.offline_view.below(base),
                "cameras": cameras,
            }
        )
    )


def _as_enrolled(box: BoxConfig) -> BoxConfig:
    """The same box under the school it was enrolled at, if it was."""
    known = enrolment.read(box.data_dir)
    if known is None:
        return box
    token = {"token_file": box.data_dir / enrolment.TOKEN_NAME, "token_env": None}
    return box.model_copy(
        update={
            "api": box.api.model_copy(update={"url": known.url, **token}),
            "site": box.site.model_copy(update={"id": known.school_id, "name": known.school_name}),
        }
    )


def load_analysis(path: Path) -> AnalysisFile:
    """Read the configuration of an offline analysis.

    Raises:
        ConfigError: One line per problem, each with file, line, key and remedy.
    """
    file = load_yaml(path, AnalysisFile)
    analysis = _with_sets(path.resolve().parent, file.analysis)
    return file.model_copy(update={"analysis": analysis})


def _with_sets(base: Path, config: AnalysisT) -> AnalysisT:
    """The same configuration with the rules and models of its sets in it."""
    if not config.rule_sets:
        return config
    sets = load_sets(base, config.rule_sets)
    named = {one.model for one in config.further_models}
    more = dict.fromkeys(model for one in sets for model in one.more_models if model not in named)
    return config.model_copy(
        update={
            "rule_sets": [],
            "rules": joined(config.rules, sets),
            "more_models": [*config.more_models, *more],
        }
    )


def config_sha256(config: AnalysisConfig, site: SiteConfig) -> str:
    """Hash of all that decides what is alerted, so that an alert names its configuration.

    A camera's address and its credentials are left out.
    """
    kept = {
        "analysis": config.model_dump(mode="json", exclude={"source", "recording", "rule_sets"}),
        "time_zone": site.time_zone,
        "holidays": sorted(day.isoformat() for day in site.holidays),
        "workday_overrides": sorted(day.isoformat() for day in site.workday_overrides),
    }
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _below(base: Path, path: Path | None) -> Path | None:
    return None if path is None else base / path


def _recording_below(base: Path, recording: RecordingConfig | None) -> RecordingConfig | None:
    if recording is None:
        return None
    return recording.model_copy(update={"folder": _below(base, recording.folder)})


def _discovery_below(base: Path, discovery: DiscoveryConfig) -> DiscoveryConfig:
    accounts = {name: each.below(base) for name, each in discovery.accounts.items()}
    return discovery.model_copy(update={"accounts": accounts})


def _source_below(base: Path, source: RtspSourceConfig | FileSourceConfig) -> object:
    if isinstance(source, FileSourceConfig):
        return source.model_copy(update={"path": base / source.path})
    return source.model_copy(update={"password_file": _below(base, source.password_file)})
