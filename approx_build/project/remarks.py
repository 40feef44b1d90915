"""Remarks on what was rendered: silence, conversions, and what a model had learnt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from approx_build.project.piece import Session

if TYPE_CHECKING:
    from approx_build.execution.result import Built
    from approx_build.store.records import Record
from approx_build.cli.messages import lost_files
from approx_build.units import counted

SILENT = 1e-3
"""An event whose loudest sample is below this (-60 dBFS) is worth a remark."""


def conversions(session: Session, built: Built) -> list[str]:
    """What was converted to another rate, and what else is to be said of recordings and runs."""
    counts: Counter[tuple[int, int]] = Counter()
    for record in built.records.values():
        if record.facts.get("converted") and "source_rate" in record.facts:
            counts[int(str(record.facts["source_rate"])), int(str(record.facts["rate"]))] += 1
    told = [
        f"{counted(count, 'sound')} of {source} Hz to {rate} Hz"
        for (source, rate), count in sorted(counts.items())
    ]
    heard = [line for t in built.ran for line in learnt(t, built.records[t])]
    lost = [line for t, record in built.records.items() for line in lost_files(t, record)]
    return [*lost, *heard, *([f"converted: {', '.join(told)}"] if told else [])]


def silent_events(session: Session, built: Built) -> list[str]:
    """The events of heard parts that make next to no sound, with their places."""
    found = []
    for one in session.lowered.movements:
        for part in (part for part in one.parts if part.is_heard):
            for placed in part.events:
                record = built.records.get(placed.target)
                if record is not None and float(str(record.facts["peak"])) < SILENT:
                    where = session.lowered.graph.actions[placed.target].where
                    sources = ", ".join(source.name for source in placed.sources[:3])
                    found.append(f"{where}: this event is silent: so is what it takes of {sources}")
    return found


def learnt(target: str, run: Record) -> Iterator[str]:
    """What a training run did to recordings before it heard them, and which it did not hear."""
    if run.facts.get("is_shipped"):
        return
    done, unused = _told(run, "converted"), _told(run, "unused")
    ways = Counter(way for each in done.values() for way in each.split(", ") if _is_a_way(way))
    told = [f"{counted(count, 'recording')} ({way})" for way, count in sorted(ways.items())]
    if told:
        yield f"{target}: heard after converting: {', '.join(told)}"
    for name, reason in unused.items():
        yield f"{target}: not heard: {name}: {reason}"


def _told(run: Record, fact: str) -> dict[str, str]:
    """A fact that is words by recording; empty where a record tells it otherwise."""
    found = run.facts.get(fact)
    return cast("dict[str, str]", found) if isinstance(found, dict) else {}


def _is_a_way(words: str) -> bool:
    """Whether words tell of what many recordings have in common, and not of one's numbers."""
    return not words.endswith(" of silence left out")
