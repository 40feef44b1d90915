"""Evaluations in the graph: the same takes from every checkpoint of a model, beside its corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from approx_build.audio.stream import stream_key
from approx_build.canonical import Json
from approx_build.corpus.evaluation import held_out_samples, spread
from approx_build.corpus.memorisation import SearchTerms
from approx_build.plan.clips import Range, add_clip
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.plan.lower import PREVIEW_SEED, Preview
from approx_build.plan.movement import add_sketch
from approx_build.plan.networks import Networks
from approx_build.report.evaluation import COLUMNS, ROWS, TOP_DB
from approx_build.score.takes import Take


@dataclass(frozen=True)
class Excerpt:
    """A stretch of a recording and its picture, as targets."""

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
    """All that the page of a model shows; `corpus` is the evaluation of what is held out."""

    model: str
    length_s: float
    networks: Networks
    corpus: str = ""
    excerpts: list[Excerpt] = field(default_factory=list)
    checkpoints: dict[int, Evaluated] = field(default_factory=dict)

    def targets(self) -> list[str]:
        """Everything that is to be brought up to date."""
        shown = [excerpt.shown for excerpt in self.excerpts]
        shown += [take for one in self.checkpoints.values() for take in one.takes]
        evaluations = [one.evaluation for one in self.checkpoints.values()]
        every = [self.corpus, *evaluations, *(t for one in shown for t in (one.take, one.sketch))]
        return [*every, f"models/{self.model}/run"]


def lower_evaluation(
    networks: Networks, model: str, takes: int, length_s: float
) -> LoweredEvaluation:
    """Add `takes` takes of every kept step, and what sets them beside the corpus.

    The first take of 3 s is the one that the page of a piece shows.
    """
    lowered = LoweredEvaluation(model, length_s, networks)
    sounds = _recordings(networks, model)
    lowered.corpus = _evaluation(lowered, "corpus", sounds, ())
    lowered.excerpts = _excerpts(lowered, list(sounds), takes)
    for step in networks.catalog.model(model).kept_steps:
        drawn = tuple(_take(lowered, step, number) for number in range(1, takes + 1))
        target = _evaluation(lowered, str(step), sounds, [take.take for take in drawn])
        lowered.checkpoints[step] = Evaluated(drawn, target)
    return lowered


def add_stretch(lowered: LoweredEvaluation, recording: str, start_s: float) -> Excerpt:
    """Add the stretch of a recording, as long as a take, that begins nearest to `start_s`."""
    graph, catalog = lowered.networks.graph, lowered.networks.catalog
    whole_s = catalog.recording_length_s(recording) or lowered.length_s
    length_s = min(lowered.length_s, whole_s)
    start_s = round(min(max(0.0, start_s), whole_s - length_s), 3)
    source = graph.add_leaf(catalog.recording_path(recording))
    rate = catalog.model(lowered.model).network.rate
    span = Range(start_s, None if length_s == whole_s else length_s)
    clip = add_clip(graph, source, rate, span, channels=1)
    return Excerpt(recording, start_s, _shown(graph, clip))


def _recordings(networks: Networks, model: str) -> dict[str, str]:
    """Each recording of the corpus at the network's rate, mixed down: name -> target."""
    spec, graph, catalog = networks.catalog.model(model), networks.graph, networks.catalog
    return {
        one.name: add_clip(
            graph, graph.add_leaf(catalog.relative(one.path)), spec.network.rate, channels=1
        )
        for one in catalog.corpus(spec.corpus)
    }


def _evaluation(
    lowered: LoweredEvaluation, name: str, sounds: Mapping[str, str], takes: Sequence[str]
) -> str:
    spec = lowered.networks.catalog.model(lowered.model)
    training, rate = spec.training, spec.network.rate
    inputs = {f"recording.{place:04}": sound for place, sound in enumerate(sounds.values())}
    inputs |= {f"take.{place:04}": take for place, take in enumerate(takes)}
    if takes:
        inputs["corpus"] = lowered.corpus
    params: dict[str, Json] = {
        "rate": rate,
        "held_out": held_out_samples(training.window, training.held_out_s, rate),
        "recordings": list(sounds),
        "search": SearchTerms.of_takes(lowered.length_s).model_dump(mode="json"),
    }
    target = f"models/{lowered.model}/evaluation/{name}"
    return lowered.networks.graph.add(Action(target, Kind.EVALUATE, params, inputs))


def _take(lowered: LoweredEvaluation, step: int, number: int) -> Preview:
    target = f"models/{lowered.model}/evaluation/{step}/{number}"
    said = {"model": lowered.model, "step": step, "length_s": lowered.length_s}
    stream = stream_key("take", PREVIEW_SEED, number)
    lowered.networks.clip(target, Take.model_validate(said), stream)
    return _shown(lowered.networks.graph, target)


def _excerpts(lowered: LoweredEvaluation, names: Sequence[str], count: int) -> list[Excerpt]:
    """Stretches from the middle of recordings, spread over the corpus."""
    known = [lowered.networks.catalog.recording_length_s(name) for name in names]
    lengths_s = [lowered.length_s if one is None else one for one in known]
    found = spread(lengths_s, count, lowered.length_s)
    return [add_stretch(lowered, names[place], start_s) for place, start_s in found]


def _shown(graph: Graph, sound: str) -> Preview:
    target = f"{sound}/thumbnail"
    if target not in graph.actions:
        add_sketch(graph, target, sound, COLUMNS, ROWS, TOP_DB)
    return Preview(sound, target)
