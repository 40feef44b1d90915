"""The proof: many seeded faults, each of which must end in the right bytes.

`python -m tests.proof --trials 1000 --out docs/evidence/faults.md`; `python -m tests.proof --only
SEED` repeats a trial and prints all that happened in it. With `--work` what was run is kept: the
same command goes on where it was interrupted, as long as the sources are the same.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from approx_build.project.settings import cores
from tests.proof import shim
from tests.proof.bench import Bench, fast_disk
from tests.proof.campaign import BOUNDED, Campaign, Kept, say, sources_digest
from tests.proof.table import is_good, page, summary


def main() -> int:
    """Run the trials asked for; 1 when one of them found something wrong."""
    asked = _asked()
    if why_not := shim.missing():
        sys.stderr.write(f"the proof cannot be run: {why_not}\n")
        return 2
    seeds = asked.only or list(range(asked.seed, asked.seed + asked.trials))
    work = asked.work / sources_digest()[:12] if asked.work else _temporary()
    try:
        Bench(work).prepare()
        with Campaign(work, min(asked.jobs, len(seeds)), asked.verbose) as campaign:
            kept = Kept(work / "results.jsonl") if asked.work and not asked.only else None
            results = campaign.run([(seed, asked.plant) for seed in seeds], kept)
        say(summary(results))
        if asked.out:
            asked.out.parent.mkdir(parents=True, exist_ok=True)
            asked.out.write_text(page(results, _command(asked)), encoding="utf-8")
        if asked.only:
            for history in sorted(work.glob("history-*.txt")):
                say(f"\n== {history.stem}\n{history.read_text()}")
    finally:
        if not asked.work:
            shutil.rmtree(work, ignore_errors=True)
    return not is_good(results)


def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="proof-", dir=fast_disk()))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("--trials", type=int, default=BOUNDED)
    parser.add_argument("--seed", type=int, default=1, help="of the first trial")
    parser.add_argument(
        "--only", type=int, nargs="*", help="these seeds, and print all that happens"
    )
    parser.add_argument("--jobs", type=int, default=cores())
    parser.add_argument("--out", type=Path, help="write the table here")
    parser.add_argument("--work", type=Path, help="keep what was run in this folder")
    parser.add_argument("--plant", default="", help="a bug of tests/proof/plants.py")
    parser.add_argument("--verbose", action="store_true", help="a line for each trial")
    return parser.parse_args()


def _command(asked: argparse.Namespace) -> str:
    words = f"--trials {asked.trials} --seed {asked.seed} --jobs {asked.jobs} --out {asked.out}"
    return f"python -m tests.proof {words}"


if __name__ == "__main__":
    sys.exit(main())
