"""Lowering: a validated piece becomes a graph of actions, and the files that it publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from approx_build.plan.check import CheckedPiece
from approx_build.plan.evaluation import PREVIEW_SEED, Preview, Stages, add_stages
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.plan.movement import LoweredMovement, add_movement, add_sketch
from approx_build.plan.parts import Parts, source_target
from approx_build.plan.sources import ScopedTake, Sources
from approx_build.plan.streams import take_stream
from approx_build.plan.takes import Networks
from approx_build.score.load import LoadedMovement, Score
from approx_build.score.takes import Take


@dataclass
class LoweredPiece:
    """The graph of a piece, and what in it is what."""

    score: Score
    graph: Graph
    networks: Networks
    movements: list[LoweredMovement] = field(default_factory=list)
    previews: dict[str, dict[int, Preview]] = field(default_factory=dict)
    """Model -> step -> a take drawn after that step, always with the same numbers."""
    stages: dict[str, Stages] = field(default_factory=dict)
    """Model -> how noise becomes sound after the last step that the piece uses."""
    whole: str | None = None
    published: dict[str, str] = field(default_factory=dict)
    """Path under the renders folder -> target."""


def lower(piece: CheckedPiece, environment: Mapping[str, str] | None = None) -> LoweredPiece:
    """The graph of a piece that passed all checks; ConsentError, should it ask for more."""
    graph = Graph(is_permitted=piece.is_permitted)
    networks = Networks(graph, piece.catalog, dict(environment or {}), piece.score.slug)
    lowered = LoweredPiece(piece.score, graph, networks)
    for movement in piece.score.movements:
        _lower_movement(lowered, movement)
    # The whole of a single movement would be the same file under another name.
    if len(lowered.movements) > 1:
        lowered.whole = _join(lowered)
    # After the movements, which note what models they use.
    _add_stages(lowered)
    _add_previews(lowered)
    return lowered


def _lower_movement(lowered: LoweredPiece, movement: LoadedMovement) -> None:
    piece, output = lowered.score.piece, lowered.score.piece.output
    sources = Sources(
        lowered.networks,
        takes_in_scope(lowered.score, movement),
        lambda part: source_target(movement, part),
        cache(lambda written: movement.file_path(lowered.score.root, written)),
        piece.seed,
        output.rate,
    )
    parts = Parts(sources, movement, output, piece.seed).add_all()
    done = add_movement(lowered.graph, movement, parts, output)
    lowered.movements.append(done)
    folder, slug = lowered.score.slug, movement.slug
    lowered.published[f"{folder}/{slug}.wav"] = done.master
    lowered.published[f"{folder}/spectrograms/{slug}.png"] = done.spectrogram
    for part in parts:
        # The published stems must sum to the mix, which has no muted parts.
        if part.is_audible:
            lowered.published[f"{folder}/stems/{slug}/{part.name}.wav"] = part.stem


def takes_in_scope(score: Score, movement: LoadedMovement) -> Mapping[str, ScopedTake]:
    """All takes that a movement can use, by name; its own replace takes of the piece."""
    shared = {
        name: ScopedTake("", name, take, score.locate(None, ("takes", name), key=True))
        for name, take in score.piece.takes.items()
    }
    own = {
        name: ScopedTake(movement.slug, name, take, movement.locate(("takes", name), key=True))
        for name, take in movement.model.takes.items()
    }
    return shared | own


def _join(lowered: LoweredPiece) -> str:
    """The whole piece with its gaps."""
    output, score = lowered.score.piece.output, lowered.score
    target = lowered.graph.add(
        Action(
            target="piece/whole",
            kind=Kind.PIECE,
            params={"gap": round(score.piece.gap_s * output.rate)},
            inputs={f"movement.{i:03}": m.master for i, m in enumerate(lowered.movements)},
            where=score.locate(None, ()),
        )
    )
    lowered.published[f"{score.slug}/{score.slug}.wav"] = target
    return target


def _add_stages(lowered: LoweredPiece) -> None:
    """The beginning of a preview as it becomes sound, of every network that makes it of noise."""
    networks = lowered.networks
    for model, steps in sorted(networks.used.items()):
        if networks.catalog.model(model).network.has_stages:
            # With the stream of the preview, so that the pictures show a sound that can be played.
            lowered.stages[model] = add_stages(networks, model, max(steps), _preview_stream())


def _add_previews(lowered: LoweredPiece) -> None:
    """The same take from every checkpoint of every network that the piece uses."""
    networks = lowered.networks
    for model in sorted(networks.used):
        lowered.previews[model] = {
            step: _preview(lowered, model, step)
            for step in networks.catalog.model(model).kept_steps
        }


def _preview(lowered: LoweredPiece, model: str, step: int) -> Preview:
    target = f"models/{model}/preview/{step}"
    length_s = lowered.networks.catalog.model(model).network.preview_s
    take = Take.model_validate({"model": model, "step": step, "length_s": length_s})
    lowered.networks.clip(target, take, _preview_stream())
    lowered.published[f"{lowered.score.slug}/networks/{model}/step-{step:06}.wav"] = target
    sketch = add_sketch(lowered.graph, f"{target}/sketch", target, columns=360, rows=200)
    return Preview(target, sketch)


def _preview_stream() -> str:
    # With a seed of its own, a take needs neither the piece's seed nor a name.
    return take_stream(0, "", "", PREVIEW_SEED, 1)
