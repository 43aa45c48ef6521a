"""What ``mingan config check``, ``models`` and ``camera probe`` say."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import yaml

from models.manifest import ManifestError, Task, list_ids, list_manifests, load_manifest, verify
from pipeline.core.clock import FrameTime
from pipeline.core.errors import ConfigError, EvidenceError, ModelError, Problem
from pipeline.core.frame import Frame
from pipeline.diagnosis import StillPicture
from pipeline.evidence.snapshot import encode_jpeg
from pipeline.geometry.site import SiteConfig
from pipeline.inference.attributes import load_classifier
from pipeline.inference.detector import load_detector
from pipeline.offline.tls import check_certificate
from pipeline.rules.base import build_rule
from pipeline.runtime.config import AnalysisConfig, BoxConfig, load_box
from pipeline.runtime.lanes import lane_of
from pipeline.runtime.models import abilities
from pipeline.runtime.profile_check import describe_profile
from pipeline.runtime.rules_file import load_offline
from pipeline.video.probe import ProbeReport, probe

_OTHER_RATE = 0.03
"""Five seconds measure no less."""


def check_config(path: Path) -> str:
    """Check one configuration file, with the models and classes its rules need.

    Returns:
        One line on what it holds, and one for each rule that will disappoint.

    Raises:
        ConfigError: With one line per problem.
        ModelError: A model it names is unknown.
    """
    kind = _kind_of(path)
    if kind == "profile":
        return describe_profile(path)
    if kind == "box":
        box = checked_box(path)
        check_certificate(box.offline_view)
        rules = sum(len(camera.rules) for camera in box.cameras)
        told = [f"ok, {len(box.cameras)} cameras, {rules} rules"]
        for camera in box.cameras:
            told += _advice(camera, f"cameras[{camera.id}]")
        return "\n".join(told)
    file = load_offline(path)
    _check_rules(file.analysis, file.site, f"{path}: analysis", "analysis")
    told = [f"ok, {len(file.analysis.rules)} rules", *_advice(file.analysis, "analysis")]
    return "\n".join(told)


def checked_box(path: Path) -> BoxConfig:
    """A box's configuration with the models and classes its rules need.

    Raises:
        ConfigError: With one line per problem.
        ModelError: A model it names is unknown, or may not be used.
    """
    box = load_box(path)
    check_rules(box, path)
    return box


def check_rules(box: BoxConfig, path: Path) -> None:
    """Check that the models a box names can be used, and give its rules what these need.

    Args:
        box: With the rules of its sets.
        path: What errors call it.

    Raises:
        ConfigError: A rule or model cannot be used; ``problems`` says where in the document.
        ModelError: A model it names is unknown, or may not be used; likewise.
    """
    for index, camera in enumerate(box.cameras):
        _check_rules(camera, box.site, f"{path}: cameras[{camera.id}]", f"cameras[{index}]")


def _advice(config: AnalysisConfig, where: str) -> Iterator[str]:
    for i, rule in enumerate(config.rules):
        if rule.advice is not None:
            yield f"  {where}.rules[{i}]: {rule.advice}"


def _kind_of(path: Path) -> Literal["box", "profile", "rules"]:
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return "rules"  # whoever loads it says what is wrong
    if not isinstance(data, dict):
        return "rules"
    if "profile" in data:
        return "profile"
    return "box" if "cameras" in data else "rules"


def _check_rules(config: AnalysisConfig, site: SiteConfig, where: str, place: str) -> None:
    try:
        seen = abilities(config)
    except (ConfigError, ModelError) as error:
        raise type(error)(
            error.what,
            where=f"{where}.{error.where}",
            remedy=error.remedy,
            problems=[Problem(f"{place}.{error.where}", None, error.what, error.remedy)],
        ) from error
    for i, rule in enumerate(config.rules):
        try:
            build_rule(rule, site, seen.class_names, seen.attributes)
            lane_of(rule, config, seen.lanes)
        except ConfigError as error:
            raise ConfigError(
                error.what,
                where=f"{where}.rules[{i}]",
                remedy=error.remedy,
                problems=[Problem(f"{place}.rules[{i}]", None, error.what, error.remedy)],
            ) from error


def describe_models() -> Iterator[str]:
    """One line per model."""
    for model_id in list_ids():
        try:
            manifest = load_manifest(model_id)
        except ManifestError as error:
            yield f"{model_id}  [{error}]"
            continue
        try:
            verify(manifest)
            state = "ok"
        except ManifestError as error:
            state = error.what
        sizes = "/".join(f"{w}x{h}" for w, h in manifest.input.allowed_sizes)
        yield (
            f"{manifest.id}  v{manifest.version}  {manifest.family}  {sizes}  "
            f"{manifest.weights.size_bytes / 1e6:.1f} MB  {manifest.licence} "
            f"({manifest.licence_status})  {len(manifest.classes)} classes  [{state}]"
        )


def verify_models(ids: Sequence[str]) -> Iterator[str]:
    """Check hashes and run each model once on a grey picture.

    Raises:
        ModelError: A model cannot be used.
    """
    classifiers = {m.id for m in list_manifests() if m.task is Task.CLASSIFY}
    for model_id in ids or [manifest.id for manifest in list_manifests()]:
        if model_id in classifiers:
            yield _verify_classifier(model_id)
            continue
        with load_detector(model_id) as detector:
            found = detector.detect([_grey_frame(*detector.input_size)])[0]
            yield (
                f"{model_id}: ok, {detector.model_sha256[:16]}, "
                f"{len(found)} boxes on an empty picture"
            )


def _verify_classifier(model_id: str) -> str:
    classifier = load_classifier(model_id)
    try:
        width, height = classifier.input_size
        whole = np.array([[0, 0, width, height]], np.float32)
        answers = classifier.classify(_grey_frame(width, height), whole)
    finally:
        classifier.close()
    undecided = int((answers.answer < 0).sum())
    return (
        f"{model_id}: ok, {classifier.model_sha256[:16]}, "
        f"{undecided} of {len(classifier.names)} undecided on an empty picture"
    )


def probe_camera(
    url: str, username: str | None, password_env: str | None, seconds: float, snapshot: Path
) -> Iterator[str]:
    """Measure a camera or file.

    Raises:
        SourceError: It cannot be read; the reason says why.
        ConfigError: The password's variable is not set.
        EvidenceError: The picture cannot be written.
    """
    password = None
    if password_env is not None:
        password = os.environ.get(password_env)
        if password is None:
            raise ConfigError(
                f"environment variable {password_env} is not set", remedy="Set it, and try again"
            )
    report = probe(url, seconds=seconds, username=username, password=password)
    yield from _describe(report)
    try:
        snapshot.write_bytes(encode_jpeg(report.first_picture.bgr()))
    except OSError as error:
        raise EvidenceError(
            f"the snapshot cannot be written ({error})",
            where=str(snapshot),
            remedy="Choose another --snapshot",
        ) from error
    yield f"snapshot    {snapshot}"


def _describe(report: ProbeReport) -> Iterator[str]:
    yield f"address     {report.address}"
    yield f"codec       {report.codec}{', with B-frames' if report.has_b_frames else ''}"
    yield f"picture     {report.width}x{report.height}"
    yield (
        f"frames      {report.measured_fps:.2f}/s measured over {report.measured_s:.1f} s, "
        f"{report.announced_fps:.2f}/s announced"
    )
    sent_fps = report.sent_fps
    if sent_fps and abs(report.measured_fps / sent_fps - 1.0) > _OTHER_RATE:
        lasts_s = report.measured_fps / sent_fps
        yield (
            f"clock       stamps {report.measured_fps:.1f}/s and sends {sent_fps:.1f}/s: "
            f"a second of the camera lasts {lasts_s:.2f} s; the worker counts real seconds"
        )
    if report.gop_s is None:
        yield f"GOP         longer than {report.measured_s:.1f} s; measure with more --seconds"
    else:
        yield f"GOP         {report.gop_frames} frames, {report.gop_s:.2f} s"
    yield f"bit rate    {report.bitrate_kbit_s:.0f} kbit/s"


def _grey_frame(width: int, height: int) -> Frame:
    grey = np.full((height, width, 3), 128, np.uint8)
    return Frame("verify", FrameTime(0.0, 0.0), StillPicture(grey))
