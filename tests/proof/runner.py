"""A runner: runs the trials whose seeds it reads, in turn, and prints the result of each.

`python -m tests.proof.runner WORK NUMBER`, started with the shim; a line of its input is a seed
and, perhaps, the name of a planted bug.
"""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from tests.proof import volumes
from tests.proof.bench import RENDER, Bench
from tests.proof.campaign import say
from tests.proof.commands import adopt_orphans, import_everything
from tests.proof.projects import Variant
from tests.proof.trials import run_trial
from tests.space import Space


def main(work: str, number: str) -> None:
    """Serve until there are no more seeds."""
    adopt_orphans()
    bench = Bench(Path(work), number)
    bench.may_mount = volumes.isolate()
    _warm_up(bench)
    import_everything()
    say("ready")
    for line in sys.stdin:
        seed, _, planted = line.strip().partition(" ")
        result = run_trial(bench, int(seed), planted, bench.work / f"history-{seed}.txt")
        say(json.dumps(asdict(result)))


def _warm_up(bench: Bench) -> None:
    """Build once in this process: what is imported or opened late is there for every fork.

    Nothing is trained here: torch's autograd does not work in forks of a process that used it.
    """
    with bench.scratch() as place:
        shutil.copytree(bench.cold(Variant.WAVE), place.root, dirs_exist_ok=True)
        Space(place.root).run(*RENDER)


if __name__ == "__main__":
    # Whoever gives seeds may be killed.
    with suppress(BrokenPipeError):
        main(*sys.argv[1:])
