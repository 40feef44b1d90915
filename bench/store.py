"""Time and memory of `store sizes`, `store gc` and `store check` on a store of many objects.

    python bench/store.py [--objects 1000 10000] [--bytes 1000]

A piece of as many events is written and built with a runner that only stores some bytes for each
action, then an edit of every second movement leaves garbage. Each command is a process of its own:
wall clock, user and system time, and its highest resident memory.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from approx_build.execution.executors.local import InProcess
from approx_build.execution.result import BuildOptions
from approx_build.execution.runner import Runner
from approx_build.execution.scheduler import build
from approx_build.execution.work import Report, Result, Work
from approx_build.plan.catalog import Catalog
from approx_build.plan.check import check
from approx_build.plan.lower import lower
from approx_build.store.projects import Use
from approx_build.store.store import Store

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
MOVEMENTS = 10
COMMANDS = (
    ("sizes", ["sizes"]),
    ("gc --dry-run", ["gc", "--dry-run", "--older-than", "0"]),
    ("check", ["check"]),
    ("gc", ["gc", "--older-than", "0"]),
)


def write_scores(root: Path, events: int, gain_db: int) -> None:
    names = [f"tide/{number}.yaml" for number in range(MOVEMENTS)]
    piece = f"score: 1\npiece: tide\nseed: 3\noutput: {{ rate: 8000 }}\nmovements: {names}\n"
    (root / "pieces/tide").mkdir(parents=True, exist_ok=True)
    (root / "pieces/tide.yaml").write_text(piece.replace("'", '"'))
    for number, name in enumerate(names):
        gain = gain_db if number % 2 else -20
        lines = [
            f"      - {{ at: {place / 100}, id: e{place}, gain_db: {gain}, "
            f"scatter: {{ from: tones/low, length_s: 0.2, density_hz: {20 - gain} }} }}"
            for place in range(events // MOVEMENTS)
        ]
        head = f"score: 1\nmovement: m{number}\nlength: {events // MOVEMENTS / 100 + 2}\n"
        text = "\n".join([f"{head}parts:\n  shore:\n    events:", *lines])
        (root / "pieces" / name).write_text(f"{text}\n")


def build_piece(root: Path, size: int) -> int:
    """Build with a runner that stores `size` bytes for each action; how many objects there are."""

    def run(batch: Sequence[Work], store: Store, options: object, report: Report) -> list[Result]:
        made = (sha256(work.key.encode()).digest() * (size // 32 + 1) for work in batch)
        return [Result({"main": store.objects.put_bytes(data[:size])}) for data in made]

    store = Store(root / ".approx")
    store.projects.note(Use(root, root / "pieces/tide.yaml"))
    path = root / "pieces/tide.yaml"
    lowered = lower(check(path, Catalog(root, date.today())))
    options = BuildOptions(root, verified=frozenset())
    with mock.patch("os.fsync"):
        executor = InProcess(Runner(run, store))
        build(lowered.graph, lowered.graph.actions, store, executor, options).check()
    return len(list(store.objects))


def measured(root: Path, words: list[str]) -> tuple[float, float, float]:
    """Wall clock and CPU seconds of a command, and its highest resident memory in MB."""
    command = [sys.executable, "-m", "approx_build", "store", *words, "--json"]
    environment, began = {**os.environ, "PYTHONPATH": str(ROOT)}, time.monotonic()
    process = subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--objects", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--bytes", type=int, default=1000)
    arguments = parser.parse_args()
    from tests.space import project

    for count in arguments.objects:
        with TemporaryDirectory() as folder:
            root = Path(folder) / "project"
            project(root)
            for gain_db in (-21, -22):
                write_scores(root, count * 2 // 3, gain_db)
                objects = build_piece(root, arguments.bytes)
            for name, words in COMMANDS:
                wall_s, cpu_s, memory_mb = measured(root, words)
                told = f"{wall_s:6.1f} s wall, {cpu_s:6.1f} s CPU, {memory_mb:5.0f} MB"
                print(f"{objects:>7} objects  {name:<14} {told}")


if __name__ == "__main__":
    main()
