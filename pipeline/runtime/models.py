"""Which models a camera's analysis uses, and whether it may."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from models.manifest import ManifestError, load_manifest
from pipeline.core.errors import ModelError
from pipeline.geometry.site import SiteConfig
from pipeline.inference.attributes import load_classifier
from pipeline.inference.detector import load_detector
from pipeline.inference.finds import Finds
from pipeline.inference.several import SeveralDetectors, joined_classes, require_known_licence
from pipeline.inference.still_things import UNKNOWN_OBJECT
from pipeline.inference.tiles import TiledDetector
from pipeline.runtime.analysis import TRACKING_SCORE
from pipeline.runtime.config import AnalysisConfig, config_sha256
from pipeline.runtime.episodes import Provenance, UsedModel
from pipeline.runtime.lanes import Tells, require_lanes


@dataclass(frozen=True, slots=True)
class Abilities:
    """What an analysis's models can tell.

    Attributes:
        class_names: Of all its detectors, and what needs no model.
        attributes: Of people; empty if no rule asks.
        lanes: The same classes by who looks at the same pictures: the main model with every unbound
            one and what needs no model, then each bound model.
    """

    class_names: tuple[str, ...]
    attributes: tuple[str, ...]
    lanes: tuple[tuple[str, ...], ...]


def abilities(config: AnalysisConfig) -> Abilities:
    """What the models of an analysis can tell; looks at manifests only.

    Raises:
        ModelError: A model is not known, or its terms are not and nobody took it; ``where`` is the
            key in the analysis.
        ConfigError: Two detectors find the same class, or one that finds people is bound.
    """
    further = config.further_models
    named = [("model", config.model)]
    named += [(f"more_models[{i}]", each.model) for i, each in enumerate(further)]
    if config.needs_attributes():
        named.append(("attributes_model", config.attributes_model))
    manifests = []
    for key, model_id in named:
        try:
            manifest = load_manifest(model_id)
        except ManifestError as error:
            raise ModelError(error.what, where=key, remedy=error.remedy) from error
        require_known_licence(manifest, config.accept_unknown_licence)
        manifests.append(manifest)
    attributes = manifests.pop().classes if config.needs_attributes() else ()
    for i, (each, manifest) in enumerate(zip(further, manifests[1:], strict=True)):
        sizes = manifest.input.allowed_sizes
        if each.input is not None and each.input not in sizes:
            raise ModelError(
                f"{each.model} was not measured at {each.input[0]}x{each.input[1]}",
                where=f"more_models[{i}].input",
                remedy="Choose from: " + ", ".join(f"[{w}, {h}]" for w, h in sizes),
            )
    seen = [*(m.classes for m in manifests), (UNKNOWN_OBJECT,)]
    names = joined_classes(seen)
    of_bound = [m.classes for m, each in zip(manifests[1:], further, strict=True) if each.is_bound]
    elsewhere = {name for classes in of_bound for name in classes}
    lanes = (tuple(name for name in names if name not in elsewhere), *of_bound)
    require_lanes(config, lanes)
    return Abilities(names, attributes, lanes)


@dataclass(frozen=True, slots=True)
class OpenModels:
    """The models of one analysis, ready to look.

    Attributes:
        detector: Finds the boxes on every picture.
        classifier: Tells attributes of people; None if no rule asks.
        made_by: Named in each alert.
        bound: The detectors of the bound models, in the configuration's order.
    """

    detector: Finds
    classifier: Tells | None
    made_by: Provenance
    bound: tuple[Finds, ...] = ()


@contextmanager
def open_models(
    config: AnalysisConfig, site: SiteConfig, *, threads: int = 1
) -> Iterator[OpenModels]:
    """Load an analysis's models for one thread; they are closed at the end.

    Raises:
        ModelError: A model cannot be used, or may not.
        ConfigError: Two detectors find the same class.
    """
    abilities(config)
    with ExitStack() as opened:
        first, *others = (
            opened.enter_context(
                load_detector(model_id, threads=threads, input_size=size, score=TRACKING_SCORE)
            )
            for model_id, size in detectors_of(config)
        )
        classifier = None
        if config.needs_attributes():
            classifier = load_classifier(config.attributes_model, threads=threads)
            opened.callback(classifier.close)
        made_by = Provenance(
            first.model_id,
            first.model_sha256,
            config_sha256(config, site),
            f"{classifier.model_id} {classifier.model_sha256}" if classifier else "",
            tuple(UsedModel(o.model_id, o.model_sha256, o.class_names) for o in others),
        )
        sees, bound = in_lanes(config, [first, *others])
        yield OpenModels(sees, classifier, made_by, bound)


def detectors_of(config: AnalysisConfig) -> list[tuple[str, tuple[int, int] | None]]:
    """Id and input size of each detector, the first one's first."""
    further = ((each.model, each.input) for each in config.further_models)
    return [(config.model, config.model_input), *further]


def in_lanes(config: AnalysisConfig, detectors: Sequence[Finds]) -> tuple[Finds, tuple[Finds, ...]]:
    """What looks at every picture, as one detector, and the bound ones.

    Args:
        config: The analysis.
        detectors: In the order of :func:`detectors_of`.
    """
    first, *others = detectors
    main: Finds = first if config.tiles is None else TiledDetector(first, [config.tiles])
    named = list(zip(others, config.further_models, strict=True))
    unbound = [detector for detector, each in named if not each.is_bound]
    bound = tuple(detector for detector, each in named if each.is_bound)
    return SeveralDetectors([main, *unbound]) if unbound else main, bound
