"""What a render says when it is done: levels, files, conversions, and what was not met."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from approx_build.project.piece import Session
from approx_build.project.settings import Options
from approx_build.units import duration

if TYPE_CHECKING:
    from approx_build.execution.result import Built
    from approx_build.plan.movement import LoweredMovement
    from approx_build.project.delivered import Delivered
    from approx_build.store.records import Record
from approx_build.project.paths import near
from approx_build.units import counted


def say(options: Options, text: str) -> None:
    """Print unless asked to be quiet."""
    if text and not options.quiet:
        print(text)


def summary(session: Session, built: Built, written: list[str], news: str) -> str:
    """A line for each movement with its levels, then what was done, and `news` of the lock."""
    lines = [line for one in session.lowered.movements for line in movement_line(one, built)]
    done = f"{counted(len(built.ran), 'action')} run, {len(built.reused)} up to date, "
    done += f"{counted(len(written), 'file')} written to {near(session.out)}, "
    done += duration(built.seconds)
    if not (built.ran or built.failures or written):
        done = "nothing to do"
    return "\n".join([*lines, "; ".join(text for text in (done, news) if text)])


def read_again(session: Session, built: Built, delivered: Delivered) -> str:
    """What `--check-files` has read, in one line; empty when it was not asked for."""
    if not session.options.checks_files:
        return ""
    objects = {digest for record in built.records.values() for digest in record.outputs.values()}
    counts = {
        "input": len(session.log.files),
        "object": len(objects),
        "delivered file": len(delivered.readings),
    }
    return f"read again: {', '.join(counted(count, noun) for noun, count in counts.items())}"


def movement_line(one: LoweredMovement, built: Built) -> Iterator[str]:
    """Title, length and levels of a movement that was built."""
    record = built.records.get(one.measure)
    if record is None:
        return
    facts: Mapping[str, Any] = record.facts
    minutes, seconds = divmod(facts["length_s"], 60)
    limited = built.records[one.master].facts["reduction_db"]
    ceiling = f", lowered by up to {limited:.1f} dB" if limited else ""
    yield (
        f"{one.movement.number}  {one.movement.model.movement:<34} "
        f"{minutes:.0f}:{seconds:06.3f}  "
        f"{level(facts['integrated_lufs'], 'LUFS')}  "
        f"{level(facts['true_peak_dbtp'], 'dBTP')}  "
        f"{level(facts['sample_peak_dbfs'], 'dBFS')}{ceiling}"
    )


def level(value: float | None, unit: str) -> str:
    """A level with its unit; silence has none."""
    return f"{value:6.1f} {unit}" if value is not None else f"     — {unit}"


def lost_files(target: str, run: Record) -> Iterator[str]:
    """The shipped files of a run that are missing or damaged while the store still has them."""
    found = run.facts.get("lost")
    yield from (f"{target}: {words}" for words in (found if isinstance(found, list) else []))


def say_unmet(session: Session, built: Built) -> bool:
    """Say which expectations of the score are not met; whether there are any."""
    unmet = False
    for one in session.lowered.movements:
        record = built.records.get(one.measure)
        outcomes: Any = record.facts["expect"] if record else []
        for index, outcome in enumerate(outcomes):
            if not outcome["is_met"]:
                unmet = True
                where = one.movement.locate(("expect", index))
                start, stop = outcome["range_s"]
                print(
                    f"{where}: expected less than {outcome['below_dbfs']:g} dBFS from {start:g} s "
                    f"to {stop:g} s; found {outcome['peak_dbfs']:g} dBFS",
                    file=sys.stderr,
                )
    return unmet


def say_failures(built: Built) -> None:
    """Say what failed and what could not be built because of it."""
    for failure in built.failures:
        print(failure, file=sys.stderr)
    if built.skipped:
        count = counted(len(built.skipped), "action")
        print(f"{count} not built because of what failed", file=sys.stderr)
