"""Clean runs of all guards, with nothing planted: none may give an alarm.

    python -m tests.mutations.clean [RUNS]

Each run builds the étude from nothing, by 1 to 4 processes, with another seed of hashes, every
fourth on the plainest instructions; then it asks the guards that need no store. Exits with 1 at an
alarm.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.mutations.bench import Bench, Guard
from tests.mutations.faults import FAULTS

JOBS = 4
"""Processes at most; as often the plainest instructions are used."""


def alarms(bench: Bench, number: int) -> list[str]:
    """What the guards say in run `number`, counted from 0, though there is nothing to say."""
    jobs, capped = 1 + number % JOBS, number % JOBS == JOBS - 1
    guards = {fault.guard for fault in FAULTS if "STORE" not in fault.guard.words}
    guards = {guard for guard in guards if "tests.etude.bits" not in guard.words}
    render = Guard(("-m", "tests.etude.pins", "--jobs", str(jobs)))
    asked = [(guard, bench.ask(guard, capped, seed=number)) for guard in [render, *guards]]
    return [f"{guard}: {said.text}" for guard, said in asked if not said.is_well]


def main() -> None:
    """Run, a line for each run."""
    runs, found = int(sys.argv[1]) if len(sys.argv) > 1 else 20, 0
    with tempfile.TemporaryDirectory(prefix="clean-") as folder:
        bench = Bench(Path(folder))
        for number in range(runs):
            start, said = time.monotonic(), alarms(bench, number)
            seconds, found = time.monotonic() - start, found + len(said)
            sys.stdout.write(f"run {number + 1}: {seconds:.0f} s, {len(said)} alarms\n")
            sys.stdout.writelines(f"{one}\n" for one in said)
            sys.stdout.flush()
    sys.stdout.write(f"{runs} clean runs: {found} false alarms\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
