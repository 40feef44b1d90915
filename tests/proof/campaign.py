"""A campaign: seeds shared among runners, results gathered."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.proof import shim
from tests.proof.context import Problem, Result

ROOT = Path(__file__).parents[2]
SOURCES = ("approx_build", "tests/proof")
BOUNDED = 132
"""Trials of the bounded set: three rounds of all classes."""
LONGEST_S = 1200.0
"""A trial without an answer for so long hangs, or its runner does."""
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)


class _Runner:
    """A process that runs trials."""

    def __init__(self, work: Path, number: int) -> None:
        environment = {**os.environ, **ONE_THREAD, "LD_PRELOAD": str(shim.compiled(work))}
        environment["PYTHONPATH"] = str(ROOT)
        command = [sys.executable, "-m", "tests.proof.runner", str(work), str(number)]
        self.seed, self.since, self.is_ready = 0, time.monotonic(), False
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def give(self, seed: int, planted: str = "") -> None:
        """Give it a trial to run."""
        self.seed, self.since, self.is_ready = seed, time.monotonic(), False
        assert self.process.stdin is not None
        self.process.stdin.write(f"{seed} {planted}\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any] | None:
        """The result of its trial; None when it has only started."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"a runner died over the trial of seed {self.seed}")
        self.is_ready = True
        return None if line == "ready\n" else dict(json.loads(line))

    def close(self) -> None:
        """Let it end."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


class Campaign:
    """Runners at work on the projects in `work`."""

    def __init__(self, work: Path, jobs: int, is_verbose: bool = False) -> None:
        self._is_verbose = is_verbose
        self._runners = [_Runner(work, number) for number in range(1, jobs + 1)]

    def __enter__(self) -> Campaign:
        return self

    def __exit__(self, kind: object, *more: object) -> None:
        for runner in self._runners:
            if kind is not None:
                runner.process.kill()
            runner.close()

    def run(self, asked: Sequence[tuple[int, str]], kept: Kept | None = None) -> list[Result]:
        """Run trials, each a seed and perhaps a planted bug; the results in order of the seeds.

        Those in `kept` are not run again; the others are added to it.
        """
        results = [one for one in kept.read() if (one.seed, one.planted) in asked] if kept else []
        done = {(one.seed, one.planted) for one in results}
        todo = [one for one in reversed(asked) if one not in done]
        for runner in self._runners:
            if runner.is_ready and todo:
                runner.give(*todo.pop())
        while len(results) < len(asked):
            for runner in self._spoken():
                if row := runner.answer():
                    results.append(_result(row))
                    if kept:
                        kept.add(row)
                    _say(results, len(asked), self._is_verbose)
                if todo:
                    runner.give(*todo.pop())
        return sorted(results, key=lambda result: (result.seed, result.planted))

    def _spoken(self) -> list[_Runner]:
        pipes = {r.process.stdout: r for r in self._runners if r.process.stdout}
        spoken, _, _ = select.select(list(pipes), [], [], 5.0)
        for runner in self._runners:
            if not runner.is_ready and time.monotonic() - runner.since > LONGEST_S:
                raise RuntimeError(f"the trial of seed {runner.seed} does not end")
        return [pipes[pipe] for pipe in spoken]


@dataclass(frozen=True)
class Kept:
    """The results of an unfinished campaign, one on each line of `path`."""

    path: Path

    def read(self) -> list[Result]:
        """All that are there; what was cut off by a kill is none."""
        found = []
        for line in self.path.read_text().split("\n") if self.path.exists() else ():
            with suppress(ValueError):
                found.append(_result(json.loads(line)))
        return found

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a result."""
        with open(self.path, "a") as file:
            file.write(f"\n{json.dumps(row)}\n")


def sources_digest() -> str:
    """The digest of the program and of this harness."""
    files = [path for top in SOURCES for path in sorted((ROOT / top).rglob("*"))]
    found = sha256()
    for path in files:
        if path.suffix in (".py", ".c", ".h", ".so", ".html", ".css", ".js"):
            found.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return found.hexdigest()


def say(text: str) -> None:
    """Write a line for whoever watches."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _result(row: Mapping[str, Any]) -> Result:
    problems = [Problem(**each) for each in row["problems"]]
    return Result(**{**row, "problems": problems})


def _say(results: list[Result], total: int, is_verbose: bool) -> None:
    last = results[-1]
    if is_verbose:
        found = "; ".join(f"{each.column}: {each.text}" for each in last.problems) or "right"
        say(f"seed {last.seed} ({last.row}: {last.detail}): {found}")
    if is_verbose and len(results) % 50 == 0:
        say(f"{len(results)}/{total} trials")
