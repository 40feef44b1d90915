"""A campaign: many seeded trials of every target, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from zlib import crc32

from tests.fuzz.targets import READ, REFUSED, TARGETS, Bench, Outcome, ended


@dataclass
class Tally:
    """What became of the trials of one target."""

    counts: Counter[str] = field(default_factory=Counter)
    bugs: list[tuple[int, Outcome]] = field(default_factory=list)

    @property
    def trials(self) -> int:
        """All of them."""
        return self.counts.total()

    @property
    def read_share(self) -> float:
        """The share that was read, and not refused."""
        return self.counts[READ] / max(self.trials, 1)


def random_of(name: str, seed: int) -> Random:
    """The randomness of one trial of a target."""
    return Random(crc32(name.encode()) * 2**32 + seed)


def run(
    bench: Bench,
    seeds: Iterable[int],
    names: Iterable[str] = TARGETS,
    say: Callable[[str], None] = lambda text: None,
) -> dict[str, Tally]:
    """Every seed of every target; says each bug as it is found."""
    every, found = list(seeds), dict[str, Tally]()
    for name in names:
        tally = found.setdefault(name, Tally())
        for seed in every:
            outcome = ended(TARGETS[name], bench, random_of(name, seed))
            tally.counts[outcome.how if outcome.is_good else "anything else"] += 1
            if not outcome.is_good:
                tally.bugs.append((seed, outcome))
                say(f"{name}, seed {seed}: {outcome.how}\n{outcome.said[-3000:]}")
    return found


COLUMNS = (READ, REFUSED, "anything else")


def table(found: dict[str, Tally]) -> str:
    """A row for each target."""
    rows = [f"| input | trials | {' | '.join(COLUMNS)} | share read |", "|---|" + "---|" * 5]
    for name, tally in found.items():
        counts = " | ".join(str(tally.counts[column]) for column in COLUMNS)
        rows.append(f"| {name} | {tally.trials} | {counts} | {tally.read_share:.0%} |")
    total = sum((tally.counts for tally in found.values()), Counter[str]())
    counts = " | ".join(str(total[column]) for column in COLUMNS)
    share = total[READ] / max(total.total(), 1)
    rows.append(f"| **all** | {total.total()} | {counts} | {share:.0%} |")
    return "\n".join(rows)
