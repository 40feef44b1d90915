"""CPU time of finding that there is nothing to do, beside ninja and doit on the same graph.

    python bench/nothing_to_do.py [--nodes 100 1000 10000] [--repeats 9]

Each node makes one file: nine in ten are events that read one of 50 recordings, the others are
stems that read ten nodes before them. Every tool builds the graph once, then runs again with
nothing to do; repeats of the tools are interleaved, each is a process of its own, and its user
and system time count from start to end, the interpreter's start included. «keys» is ours without
the sweep: the graph is made anew, every key derived and every record read.

ninja: /usr/bin/ninja or from PyPI. doit: from PyPI (`pip install .[bench]`); with its reporter off.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from unittest import mock

from approx_build.execution.executors.local import InProcess
from approx_build.execution.result import BuildOptions, Built
from approx_build.execution.runner import Runner
from approx_build.execution.scheduler import build
from approx_build.execution.up_to_date import state_path, write_state
from approx_build.execution.work import Report, Result, Work
from approx_build.files.fingerprint import RACY_NS, fingerprint
from approx_build.files.readlog import Reading, hashed
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.store.store import Store

RECORDINGS = 50
TARGETS_MS = {100: 60, 1_000: 80, 10_000: 125}
ROOT = Path(__file__).resolve().parent.parent

SWEEP = """
import sys
from approx_build.execution.up_to_date import is_up_to_date
sys.exit(not is_up_to_date(sys.argv[1], ["render"]))
"""

DODO = """
import json
DOIT_CONFIG = {{"reporter": "zero", "backend": "json"}}

def make(target):
    open(target, "w").write(target)

def task_nodes():
    for target, sources in json.load(open("graph.json")).items():
        yield {{"name": target, "file_dep": sources, "targets": [target],
               "actions": [(make, [target])]}}
"""


def layout(count: int) -> dict[str, list[str]]:
    """The files of the graph and what each is made from."""
    events = count - count // 10
    files = {f"node{index}": [f"recording{index % RECORDINGS}"] for index in range(events)}
    for index in range(events, count):
        first = (index - events) * 10 % events
        files[f"node{index}"] = [
            f"node{source}" for source in range(first, min(first + 10, events))
        ]
    return files


def write_recordings(folder: Path) -> None:
    for index in range(RECORDINGS):
        (folder / f"recording{index}").write_text(f"recording {index}")


def graph_of(files: dict[str, list[str]]) -> Graph:
    graph = Graph()
    for index in range(RECORDINGS):
        graph.add_leaf(f"recording{index}")
    for target, sources in files.items():
        roles = {f"in{i}": s if s in files else f"file:{s}" for i, s in enumerate(sources)}
        graph.add(Action(target, Kind.EVENT, {"name": target, "gain_db": -9.0}, roles))
    return graph


def write_name(
    batch: Sequence[Work], store: Store, options: object, report: Report
) -> list[Result]:
    return [Result({"main": store.objects.put_bytes(w.action.target.encode())}) for w in batch]


def build_ours(folder: Path, files: dict[str, list[str]]) -> Built:
    store, graph = Store(folder / ".approx"), graph_of(files)
    options = BuildOptions(folder, verified=frozenset())
    return build(graph, files, store, InProcess(Runner(write_name, store)), options)


def prepare_ours(folder: Path, files: dict[str, list[str]]) -> list[str]:
    # Setting up need not survive a power cut.
    with mock.patch("os.fsync"):
        built = build_ours(folder, files)
    built.check()
    store = Store(folder / ".approx")
    objects = {r.digest: store.objects.path(r.digest) for r in built.records.values()}
    recordings = [folder / f"recording{index}" for index in range(RECORDINGS)]
    # What was changed just now would be hashed again.
    time.sleep(RACY_NS / 1e9)
    at_ns = time.time_ns()
    made = {str(p): Reading(digest, fingerprint(p), at_ns) for digest, p in objects.items()}
    read = {str(path): hashed(path) for path in recordings}
    path = state_path(str(store.root), ["render"])
    write_state(path, ["render"], made | read, {})
    return [sys.executable, "-c", SWEEP, path]


def prepare_keys(folder: Path, count: int) -> list[str]:
    return [sys.executable, __file__, "--keys", str(folder), str(count)]


def prepare_ninja(folder: Path, files: dict[str, list[str]]) -> list[str] | None:
    ninja = shutil.which("ninja")
    if not ninja:
        return None
    lines = ["rule make", "  command = touch $out"]
    lines += [f"build {target}: make {' '.join(sources)}" for target, sources in files.items()]
    (folder / "build.ninja").write_text("\n".join(lines) + "\n")
    command = [ninja, "-C", str(folder)]
    subprocess.run([*command, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    return command


def prepare_doit(folder: Path, files: dict[str, list[str]]) -> list[str] | None:
    import json

    if subprocess.run([sys.executable, "-c", "import doit"], capture_output=True).returncode:
        return None
    (folder / "graph.json").write_text(json.dumps(files))
    (folder / "dodo.py").write_text(DODO.format())
    command = [
        sys.executable,
        "-m",
        "doit",
        "run",
        "-d",
        str(folder),
        "-f",
        str(folder / "dodo.py"),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return command


def cpu_ms(command: list[str]) -> float:
    """User and system time of a process and its children, milliseconds."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return (used.ru_utime + used.ru_stime) * 1e3


def measure(count: int, repeats: int, base: Path) -> dict[str, list[float]]:
    files = layout(count)
    commands: dict[str, list[str]] = {}
    makers: dict[str, Callable[[Path], list[str] | None]] = {
        "ours": lambda folder: prepare_ours(folder, files),
        "keys": lambda folder: prepare_keys(base / "ours", count),
        "ninja": lambda folder: prepare_ninja(folder, files),
        "doit": lambda folder: prepare_doit(folder, files),
    }
    for name, make in makers.items():
        (base / name).mkdir(parents=True)
        write_recordings(base / name)
        if command := make(base / name):
            commands[name] = command
    for name in commands.keys() & {"ninja", "doit"}:
        assert all((base / name / target).exists() for target in files), f"{name} did not build"
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            times[name].append(cpu_ms(command))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--nodes", type=int, nargs="+", default=list(TARGETS_MS))
    parser.add_argument("--repeats", type=int, default=9)
    arguments = parser.parse_args()
    print("nothing to do: median CPU ms (lowest–highest)")
    titles = f"{'ours':>18} {'at most':>8} {'keys':>18} {'ninja':>18} {'doit':>20}"
    print(f"{'nodes':>7} {titles}  ours/ninja")
    for count in arguments.nodes:
        with TemporaryDirectory() as folder:
            times = measure(count, arguments.repeats, Path(folder))
        cells = {
            name: f"{median(each):.0f} ({min(each):.0f}–{max(each):.0f})"
            for name, each in times.items()
        }
        ours = median(times["ours"])
        ratio = f"{ours / median(times['ninja']):.1f}" if "ninja" in times else "–"
        limit = TARGETS_MS.get(count, 0)
        print(
            f"{count:>7} {cells['ours']:>18} {limit or '–':>8} {cells['keys']:>18} "
            f"{cells.get('ninja', '–'):>18} {cells.get('doit', '–'):>20}  {ratio}"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--keys"]:
        built = build_ours(Path(sys.argv[2]), layout(int(sys.argv[3])))
        sys.exit(bool(built.ran))
    main()
