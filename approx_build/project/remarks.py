"""Remarks about a render: levels, expectations, silence, conversions, trainings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from approx_build.units import counted

if TYPE_CHECKING:
    from approx_build.execution.result import Built
    from approx_build.plan.lower import LoweredPiece
    from approx_build.plan.movement import LoweredMovement
    from approx_build.store.records import Record

SILENT = 1e-3
"""An event whose loudest sample is below this (-60 dBFS) is worth a remark."""


@dataclass(frozen=True)
class Levels:
    """The length and levels of a movement; levels of silence are None."""

    number: int
    slug: str
    title: str
    length_s: float
    integrated_lufs: float | None
    true_peak_dbtp: float | None
    sample_peak_dbfs: float | None
    reduction_db: float
    """How far the ceiling lowered the loudest moment."""

    @property
    def words(self) -> str:
        """The movement and its levels in one line."""
        minutes, seconds = divmod(self.length_s, 60)
        lowered = self.reduction_db
        ceiling = f", lowered by up to {lowered:.1f} dB" if lowered else ""
        return (
            f"{self.number}  {self.title:<34} {minutes:.0f}:{seconds:06.3f}  "
            f"{level(self.integrated_lufs, 'LUFS')}  "
            f"{level(self.true_peak_dbtp, 'dBTP')}  "
            f"{level(self.sample_peak_dbfs, 'dBFS')}{ceiling}"
        )


def level(value: float | None, unit: str) -> str:
    """A level with its unit; silence has none."""
    return f"{value:6.1f} {unit}" if value is not None else f"     — {unit}"


def levels(movements: Iterable[LoweredMovement], built: Built) -> Iterator[Levels]:
    """The levels of the movements that were built."""
    for one in movements:
        record = built.records.get(one.measure)
        if record is not None:
            facts: Mapping[str, Any] = record.facts
            yield Levels(
                one.movement.number,
                one.movement.slug,
                one.movement.model.movement,
                facts["length_s"],
                facts["integrated_lufs"],
                facts["true_peak_dbtp"],
                facts["sample_peak_dbfs"],
                cast(float, built.records[one.master].facts["reduction_db"]),
            )


def unmet_expectations(movements: Iterable[LoweredMovement], built: Built) -> Iterator[str]:
    """The expectations of the score that are not met, each with its place."""
    for one in movements:
        record = built.records.get(one.measure)
        outcomes: Any = record.facts["expect"] if record else []
        for index, outcome in enumerate(outcomes):
            if not outcome["is_met"]:
                where = one.movement.locate(("expect", index))
                yield f"{where}: {_unmet(outcome)}"


def _unmet(outcome: Mapping[str, Any]) -> str:
    """The expectation and the measured value."""
    start, stop = outcome["range_s"]
    span = f"from {start:g} s to {stop:g} s"
    if "above_dbfs" in outcome:
        found = outcome["quietest_dbfs"]
        level = "silent" if found is None else f"{found:g} dBFS"
        return (
            f"every second must be above {outcome['above_dbfs']:g} dBFS {span}, "
            f"but the quietest is {level}"
        )
    peak = outcome["peak_dbfs"]
    return f"the level must be below {outcome['below_dbfs']:g} dBFS {span}, but is {peak:g} dBFS"


def remarks_on(lowered: LoweredPiece, built: Built) -> list[str]:
    """Lost files, remarks about trainings, conversions of rates, and silent events."""
    records = built.records.items()
    lost = [line for target, record in records for line in lost_files(target, record)]
    # Only of trainings that ran now: a reused one was reported when it ran.
    training_lines = [
        line for target in built.ran for line in training_remarks(target, built.records[target])
    ]
    return [*lost, *training_lines, *_conversions(built), *_silent_events(lowered, built)]


def _conversions(built: Built) -> Iterator[str]:
    counts: Counter[tuple[int, int]] = Counter()
    for record in built.records.values():
        if record.facts.get("converted") and "source_rate" in record.facts:
            counts[int(str(record.facts["source_rate"])), int(str(record.facts["rate"]))] += 1
    each = [
        f"{counted(count, 'sound')} of {source} Hz to {rate} Hz"
        for (source, rate), count in sorted(counts.items())
    ]
    if each:
        yield f"converted: {', '.join(each)}"


def _silent_events(lowered: LoweredPiece, built: Built) -> Iterator[str]:
    """The events of mixed parts that make next to no sound, with their places."""
    for one in lowered.movements:
        # A part that is not mixed may be silent on purpose.
        for part in (part for part in one.parts if part.is_audible):
            for placed in part.events:
                record = built.records.get(placed.target)
                if record is not None and float(str(record.facts["peak"])) < SILENT:
                    where = lowered.graph.actions[placed.target].where
                    sources = ", ".join(source.name for source in placed.sources[:3])
                    yield f"{where}: this event is silent, because its sources are: {sources}"


def lost_files(target: str, run: Record) -> Iterator[str]:
    """The shipped files of a run that are missing or damaged while the store still has them."""
    found = run.facts.get("lost")
    yield from (f"{target}: {words}" for words in (found if isinstance(found, list) else []))


def training_remarks(target: str, run: Record) -> Iterator[str]:
    """What a training run did to recordings before it used them, and which it did not use."""
    if run.facts.get("is_shipped"):
        return
    done, unused = _by_recording(run, "converted"), _by_recording(run, "unused")
    ways = Counter(way for each in done.values() for way in each.split(", ") if _is_a_way(way))
    counts = [f"{counted(count, 'recording')} ({way})" for way, count in sorted(ways.items())]
    if counts:
        yield f"{target}: used after conversion: {', '.join(counts)}"
    for name, reason in unused.items():
        yield f"{target}: not used: {name}: {reason}"


def _by_recording(run: Record, fact: str) -> dict[str, str]:
    """A fact that is words by recording; empty where a record has another form of it."""
    found = run.facts.get(fact)
    return cast("dict[str, str]", found) if isinstance(found, dict) else {}


def _is_a_way(words: str) -> bool:
    """Whether the text describes a conversion that several recordings share."""
    return not words.endswith(" of silence left out")
