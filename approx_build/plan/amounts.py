"""Amounts: what a piece would have to build, bounded before any other check looks at it."""

from __future__ import annotations

from collections.abc import Iterator

from approx_build.errors import Fault
from approx_build.plan.catalog import Catalog
from approx_build.score.amounts import chain_faults
from approx_build.score.load import Score
from approx_build.score.movement import LoadedMovement
from approx_build.score.source_ref import SourceRef
from approx_build.score.takes import Take
from approx_build.yaml_source import Source

# Bounds on the work of the other checks, which look at everything that a score names.
MOST_MODELS = 100
MOST_KEPT = 10_000
"""Checkpoints of all models of a piece: a preview is drawn from each."""
MOST_PATTERNS = 1000
MOST_SOUNDS = 100_000
"""Sounds that all events of a piece work on, clips of takes and matches of patterns counted."""


def check_amounts(score: Score, catalog: Catalog) -> Iterator[Fault]:
    """The first place of `score` with which it asks for more than can be built."""
    yield from chain_faults(score.piece.takes, score.piece.takes, score.source)
    for movement in score.movements:
        yield from chain_faults(movement.takes, movement.model.takes, movement.source)
    yield from _models(score, catalog)
    yield from _of_events(score, catalog)


def _of_events(score: Score, catalog: Catalog) -> Iterator[Fault]:
    patterns, sounds = set[str](), 0
    for movement in score.movements:
        for part, voice in movement.model.parts.items():
            for index, event in enumerate(voice.events):
                loc = ("parts", part, "events", index)
                patterns |= {ref.name for ref in event.sources if ref.is_pattern}
                if len(patterns) > MOST_PATTERNS:
                    text = f"more than {MOST_PATTERNS:,} patterns of recordings in this piece"
                    yield movement.source.fault(loc, text)
                    return
                sounds += sum(_sounds(ref, movement, catalog) for ref in event.sources)
                if sounds > MOST_SOUNDS:
                    text = f"with this event the piece works on {sounds:,} sounds, each clip of a "
                    text += f"take and each recording counted; at most {MOST_SOUNDS:,} are possible"
                    yield movement.source.fault(loc, text)
                    return


def _sounds(ref: SourceRef, movement: LoadedMovement, catalog: Catalog) -> int:
    # Without a clip number, a source stands for every clip of the take.
    if ref.take is not None and ref.clip is None and ref.take in movement.takes:
        return movement.takes[ref.take].count
    return len(catalog.named(ref.name)) if ref.is_pattern else 1


def _models(score: Score, catalog: Catalog) -> Iterator[Fault]:
    """The take with which there are too many models, or too many checkpoints of them."""
    used: set[str] = set()
    kept, known = 0, set(catalog.models())
    for source, name, take in _takes(score):
        # The check of names reports unknown models; here they build nothing.
        if take.model in used or take.model not in known:
            continue
        used.add(take.model)
        loc = ("takes", name, "model")
        if len(used) > MOST_MODELS:
            text = f"with this one the piece uses {len(used):,} models; at most {MOST_MODELS:,}"
            yield source.fault(loc, f"{text} are possible")
            return
        kept += len(catalog.steps(take.model))
        if kept > MOST_KEPT:
            text = f"with this one the models of the piece keep {kept:,} checkpoints; at most "
            yield source.fault(loc, f"{text}{MOST_KEPT:,} are possible, since each is listened to")
            return


def _takes(score: Score) -> Iterator[tuple[Source, str, Take]]:
    for name, take in score.piece.takes.items():
        yield score.source, name, take
    for movement in score.movements:
        for name, take in movement.model.takes.items():
            yield movement.source, name, take
