"""`corpus prepare`: the recordings of a corpus, prepared for the models that use them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.errors import UsageError, argument
from approx_build.project.corpus.corpus import Corpus
from approx_build.project.model import Model
from approx_build.project.observer import Observer
from approx_build.project.paths import named_from
from approx_build.project.settings import Settings
from approx_build.units import counted

if TYPE_CHECKING:
    from approx_build.corpus.prepared import Material, Stretch
    from approx_build.training.model import ModelSpec


@dataclass(frozen=True)
class PreparedRecording:
    """What became of a recording; `unused` says why nothing did."""

    recorded_s: float
    prepared_s: float
    done: list[str]
    unused: str
    dc: float
    """The DC offset of the recording, from -1 to 1."""
    clipped: int
    """Samples clipped in the recording."""
    clipped_by_level: int
    """Samples clipped by the level that preparation sets."""
    remarks: list[str]


@dataclass(frozen=True)
class Preparation:
    """A corpus prepared for a model; recordings left out have a reason."""

    recordings: dict[str, PreparedRecording]
    excluded: dict[str, str]
    windows: int
    """How many windows of training there are."""
    too_short: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return asdict(self)


def prepare(
    root: Path, name: str, model: str | None, settings: Settings, observer: Observer
) -> dict[str, Preparation]:
    """Prepare what is not prepared yet, for each model that learns from the corpus, or for one."""
    corpus = Corpus.there(root, name, settings.today)
    found = {}
    with named_from(root):
        for learner in _learners(corpus, model):
            opened = Model.open(root, learner, settings)
            found[learner] = _preparation(opened, opened.material(observer))
    return found


def _learners(corpus: Corpus, model: str | None) -> list[str]:
    """The models that learn from the corpus, or the one that was asked for."""
    catalog = corpus.catalog
    learners = [one for one in catalog.models() if catalog.model(one).corpus == corpus.name]
    if model is None:
        if not learners:
            raise UsageError(f"no model in models/ uses corpus {corpus.name!r}")
        return learners
    if model not in learners:
        named = ", ".join(learners) or "no model"
        raise UsageError(f"{argument('model', model)}: {named} uses corpus {corpus.name!r}")
    return [model]


def _preparation(model: Model, material: Material) -> Preparation:
    from approx_build.corpus.windows import split

    spec, rate = model.spec, model.spec.network.rate
    windows = split(material.parts(), rate, **spec.split_terms)
    return Preparation(
        recordings={one.recording.name: _recording(one, spec) for one in material.stretches},
        excluded=dict(material.excluded),
        windows=windows.train.count,
        too_short=dict(windows.unused),
    )


def _recording(one: Stretch, spec: ModelSpec) -> PreparedRecording:
    """What became of a recording, and what was wrong with it before and after."""
    import numpy as np

    from approx_build.corpus.inspection import defects

    found, settings, part = defects(one.recording.path), spec.preparation, one.part()
    done, remarks = list(one.done), []
    if settings.remove_dc and round(found.dc, 4):
        done.append(f"DC offset {found.dc:.4f} removed")
    if found.clips:
        samples, runs = counted(found.clipped, "sample"), counted(found.clips, "run")
        remarks.append(f"clipped as recorded: {samples} in {runs}")
    levelled = 0
    if settings.level is not None:
        levelled = int(np.count_nonzero(np.abs(part.sound) >= 1.0))
    if levelled:
        remarks.append(f"{counted(levelled, 'sample')} clipped by the level")
    return PreparedRecording(
        recorded_s=one.recorded_s,
        prepared_s=part.length / spec.network.rate,
        done=done,
        unused=one.reason,
        dc=found.dc,
        clipped=found.clipped,
        clipped_by_level=levelled,
        remarks=remarks,
    )
