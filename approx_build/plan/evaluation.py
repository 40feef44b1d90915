"""Evaluations in the graph: the same takes from every checkpoint of a model, beside its corpus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from approx_build.canonical import Json
from approx_build.evaluation.comparison import stretch
from approx_build.evaluation.memorisation import SearchTerms
from approx_build.figures.thumbnail import COLUMNS, ROWS, TOP_DB
from approx_build.numerics.stream import stream_key
from approx_build.plan.clips import Range, add_clip
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.plan.movement import add_sketch
from approx_build.plan.takes import Networks
from approx_build.score.takes import Take


@dataclass(frozen=True)
class Excerpt:
    """A stretch of a recording, in the time of its prepared sound, and its picture, as targets."""

    recording: str
    start_s: float
    shown: Preview


@dataclass(frozen=True)
class Evaluated:
    """The takes of a checkpoint and their evaluation, as targets."""

    takes: tuple[Preview, ...]
    evaluation: str


@dataclass
class LoweredEvaluation:
    """All that the page of a model shows; `corpus` is the evaluation of what is held out.

    `prepared` is the sound that the model learns from: target by recording.
    """

    model: str
    length_s: float
    networks: Networks
    prepared: dict[str, str]
    corpus: str = ""
    checkpoints: dict[int, Evaluated] = field(default_factory=dict)

    def targets(self) -> list[str]:
        """Everything that is to be brought up to date."""
        shown = [take for one in self.checkpoints.values() for take in one.takes]
        evaluations = [one.evaluation for one in self.checkpoints.values()]
        every = [self.corpus, *evaluations, *(t for one in shown for t in (one.take, one.sketch))]
        return [*every, f"models/{self.model}/run"]


def lower_evaluation(
    networks: Networks, model: str, takes: int, length_s: float
) -> LoweredEvaluation:
    """Add `takes` takes of every kept step, and what sets them beside the corpus.

    The first take of 3 s is the one that the page of a piece shows.
    """
    lowered = LoweredEvaluation(model, length_s, networks, networks.material(model))
    lowered.corpus = _evaluation(lowered, "corpus", ())
    for step in networks.catalog.model(model).kept_steps:
        drawn = tuple(_take(lowered, step, number) for number in range(1, takes + 1))
        target = _evaluation(lowered, str(step), [take.take for take in drawn])
        lowered.checkpoints[step] = Evaluated(drawn, target)
    return lowered


def add_stretch(
    lowered: LoweredEvaluation, recording: str, start_s: float, samples: int
) -> Excerpt:
    """Add as much of a recording as a take lasts, from nearest to `start_s`.

    `samples` is the length of its prepared sound, which only its preparation tells.
    """
    graph, rate = lowered.networks.graph, lowered.networks.catalog.model(lowered.model).network.rate
    # Whole samples first: equal stretches of a recording then share one clip.
    start, stop = stretch(start_s, lowered.length_s, samples, rate)
    span = Range(start / rate, (stop - start) / rate)
    clip = add_clip(graph, lowered.prepared[recording], rate, span)
    return Excerpt(recording, start / rate, _shown(graph, clip))


def _evaluation(lowered: LoweredEvaluation, name: str, takes: Sequence[str]) -> str:
    spec, sounds = lowered.networks.catalog.model(lowered.model), lowered.prepared
    inputs = {f"prepared.{place:04}": sound for place, sound in enumerate(sounds.values())}
    inputs |= {f"take.{place:04}": take for place, take in enumerate(takes)}
    if takes:
        # The takes are compared with what the held-out recordings reach against the corpus itself.
        inputs["corpus"] = lowered.corpus
    params: dict[str, Json] = {
        "rate": spec.network.rate,
        "split": spec.split_terms,
        "recordings": list(sounds),
        "search": SearchTerms.of_takes(lowered.length_s).model_dump(mode="json"),
    }
    target = f"models/{lowered.model}/evaluation/{name}"
    return lowered.networks.graph.add(Action(target, Kind.EVALUATE, params, inputs))


def _take(lowered: LoweredEvaluation, step: int, number: int) -> Preview:
    target = f"models/{lowered.model}/evaluation/{step}/{number}"
    fields = {"model": lowered.model, "step": step, "length_s": lowered.length_s}
    stream = stream_key("take", PREVIEW_SEED, number)
    lowered.networks.clip(target, Take.model_validate(fields), stream)
    return _shown(lowered.networks.graph, target)


def _shown(graph: Graph, sound: str) -> Preview:
    target = f"{sound}/thumbnail"
    # Several takes may be shown beside one stretch of a recording.
    if target not in graph.actions:
        add_sketch(graph, target, sound, COLUMNS, ROWS, TOP_DB)
    return Preview(sound, target)


STAGE_COUNT = 6
"""Pictures from noise to sound, at most."""
STAGE_COLUMNS, STAGE_ROWS = 240, 160


@dataclass(frozen=True)
class Stages:
    """How noise becomes sound after a step of training, as a target."""

    step: int
    target: str


def add_stages(networks: Networks, model: str, step: int, stream: str) -> Stages:
    """Add the stages of the take that the model, by its own controls, begins with `stream`."""
    spec = networks.catalog.model(model)
    params: dict[str, Json] = {
        "family": spec.family,
        "version": spec.family_version,
        "network": spec.network_params(),
        "sampling": spec.sampling.model_dump(mode="json"),
        "count": STAGE_COUNT,
        "columns": STAGE_COLUMNS,
        "rows": STAGE_ROWS,
    }
    # Only when set: an empty field would change the keys of all portable takes.
    if networks.environment:
        params["environment"] = networks.environment
    inputs = {"checkpoint": networks.checkpoint(model, step, None)}
    target = f"models/{model}/stages/{step}"
    return Stages(step, networks.graph.add(Action(target, Kind.STAGES, params, inputs, stream)))


PREVIEW_SEED = 18
"""Seed of the takes that reports show of every checkpoint.

A `take` of the same model, step and seed, as long as the family's `preview_s`, has equal samples.
"""


@dataclass(frozen=True)
class Preview:
    """A take and its picture, as targets."""

    take: str
    sketch: str
