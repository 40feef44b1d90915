"""The trials: the class of each seed, and running it."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.proof import crowds, damage, faults, learning, volumes
from tests.proof.bench import Bench
from tests.proof.commands import How
from tests.proof.context import Context, Problem, Result
from tests.proof.projects import Variant

Run = Callable[[Context, random.Random, int], None]
HOWS = (
    *(How.ALONE,) * 11,
    *(How.FORKED,) * 6,
    *(How.SPAWNED,) * 2,
    How.REAL,
)
VARIANTS = (*(Variant.SHIPPED,) * 3, Variant.TRAINED, Variant.WAVE)


@dataclass(frozen=True)
class Row:
    """A class of trials: a row of the table."""

    name: str
    run: Run
    share: int
    variants: tuple[Variant, ...] = VARIANTS
    hows: tuple[How, ...] = HOWS


ROWS = (
    Row("killed or terminated", faults.kill, 8),
    Row("power cut", faults.power_cut, 6, hows=(How.ALONE, How.ALONE, How.FORKED)),
    Row("stored file damaged", damage.damaged, 13),
    Row("system call fails", faults.failing_call, 4),
    Row("2 to 6 builders at once", crowds.builders, 2),
    Row("edited during a build", crowds.edited, 4),
    Row("disk full", volumes.full, 2),
    Row("disk read-only", volumes.read_only, 1),
    Row("clock jumps", faults.clock, 1),
    Row("training disturbed", learning.training, 2, (Variant.TRAINED,)),
    Row("verify terminated", faults.verify, 1, (Variant.SHIPPED,)),
)


@dataclass(frozen=True)
class Trial:
    """What a seed decides before anything is drawn."""

    seed: int
    row: Row
    variant: Variant
    how: How
    turn: int
    """How many trials of its class come before it."""


def trial(seed: int) -> Trial:
    """The trial of a seed, from 1 on: classes come in turn, each by its share."""
    pattern = _pattern()
    round_, place = divmod(seed - 1, len(pattern))
    row = pattern[place]
    turn = round_ * row.share + pattern[:place].count(row)
    chance = random.Random(f"how {seed}")
    variant, how = chance.choice(row.variants), chance.choice(row.hows)
    if row.run is damage.damaged:
        variant = damage.needed_variant(turn)
    return Trial(seed, row, variant, how, turn)


def _pattern() -> list[Row]:
    """Every row as often as its share says, spread out."""
    places = [
        ((index + 0.5) / row.share, number, row)
        for number, row in enumerate(ROWS)
        for index in range(row.share)
    ]
    return [row for _, _, row in sorted(places, key=lambda place: place[:2])]


def run_trial(bench: Bench, seed: int, planted: str = "", history: Path | None = None) -> Result:
    """Run the trial of a seed; what happened is written to `history` when something is wrong."""
    one = trial(seed)
    began = time.monotonic()
    context = Context(bench, seed, one.variant, one.how, planted)
    context.result.row = one.row.name
    try:
        one.row.run(context, random.Random(seed), one.turn)
    except Exception:
        # The harness itself failed, perhaps over something that the program left.
        context.note(traceback.format_exc())
        context.result.problems.append(Problem("harness", traceback.format_exc().strip()[-300:]))
    context.result.seconds = round(time.monotonic() - began, 2)
    if history is not None and context.result.problems:
        context.write_history(history)
    context.clear()
    return context.result
