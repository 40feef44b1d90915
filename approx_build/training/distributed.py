"""Ranks: the other processes of a training that several share, started and ended by the first.

Each calls `main` with the arguments TASK RANK SIZE, where TASK is a file of JSON that says what is
trained, on what, and where they meet. What a rank says lies beside it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from approx_build.corpus.prepared import Material, Stretch
from approx_build.corpus.recordings import Recording
from approx_build.errors import ModelError
from approx_build.families.base import FAMILIES
from approx_build.process.child import Child, report_ready, start
from approx_build.process.scratch import scratch
from approx_build.training.callbacks import Resources
from approx_build.training.ledger.record import TrainingRecord
from approx_build.training.loop import train
from approx_build.training.model import ModelSpec, declared
from approx_build.training.process_group import joined

END_S, LAST_WORDS_S = 30.0, 15.0


def train_shared(
    model: ModelSpec, material: Material, out_dir: Path, resources: Resources, processes: int
) -> TrainingRecord:
    """Train by `processes` processes, this one among them.

    ModelError when another of them dies; the last saved state is kept.
    """
    if processes == 1:
        return train(model, material, out_dir, resources)
    with scratch("approx-ranks-") as folder:
        meeting, task = folder / "meeting", folder / "task.json"
        task.write_text(json.dumps(_task(model, material, out_dir, resources, meeting)))
        with _others(task, processes) as others:
            try:
                _await(others)
                with joined(meeting, 0, processes, resources.device) as share:
                    return train(model, material, out_dir, replace(resources, share=share))
            # torch raises RuntimeError when another process is gone.
            except RuntimeError as error:
                raise _reported_error(others, task, error) from error


@contextmanager
def _others(task: Path, processes: int) -> Iterator[list[Child]]:
    others = []
    try:
        for rank in range(1, processes):
            with open(task.with_name(f"{rank}.log"), "wb") as log:
                others.append(start(__name__, str(task), str(rank), str(processes), output=log))
        yield others
        for other in others:
            other.wait(END_S)
    finally:
        for other in others:
            # Those that wait for others inside torch answer nothing else.
            other.process.kill()
        for other in others:
            other.end()


def _await(others: list[Child]) -> None:
    """Wait until all are about to join: joining waits long, and deaf, for one that has died."""
    for other in others:
        if not other.ready():
            other.wait(LAST_WORDS_S)
            raise RuntimeError("a process of the training ended before its start")


def _reported_error(
    others: list[Child], task: Path, error: RuntimeError
) -> ModelError | RuntimeError:
    """What to raise when processes could not go on together."""
    # Those that have ended come first: the others fail only because they lost one of these.
    for rank, other in sorted(enumerate(others, 1), key=lambda each: each[1].code is None):
        code = other.wait(LAST_WORDS_S)
        if code is None:
            continue
        log = task.with_name(f"{rank}.log").read_text(errors="replace").strip().splitlines()
        last = f": {log[-1]}" if log else ""
        return ModelError(
            f"process {rank} of the training ended (exit status {code}){last}; "
            "the last saved state is kept: run again to continue"
        )
    return error


def _task(
    model: ModelSpec, material: Material, out_dir: Path, resources: Resources, meeting: Path
) -> dict[str, Any]:
    stretches = [
        {
            "name": s.recording.name,
            "source": str(s.recording.path),
            "digest": s.recording.digest,
            "path": str(s.path),
            "recorded_s": s.recorded_s,
            "reason": s.reason,
        }
        for s in material.stretches
    ]
    return {
        "model": model.model_dump(mode="json"),
        "corpus": material.corpus,
        "stretches": stretches,
        "out": str(out_dir),
        "parent": str(resources.parent) if resources.parent else None,
        "device": resources.device,
        "threads": resources.threads,
        "meeting": str(meeting),
    }


def main() -> None:
    """Be one of the processes, to the end of the training."""
    rank, size = int(sys.argv[2]), int(sys.argv[3])
    task = json.loads(Path(sys.argv[1]).read_text())
    stretches = tuple(
        Stretch(
            Recording(s["name"], Path(s["source"]), s["digest"]),
            Path(s["path"]),
            s["recorded_s"],
            reason=s["reason"],
        )
        for s in task["stretches"]
    )
    material = Material(task["corpus"], stretches)
    parent = Path(task["parent"]) if task["parent"] else None
    report_ready()
    with joined(Path(task["meeting"]), rank, size, task["device"]) as share:
        resources = Resources(
            threads=task["threads"],
            device=task["device"],
            share=share,
            parent=parent,
        )
        model = declared(FAMILIES.get(task["model"]["family"])).model_validate(task["model"])
        train(model, material, Path(task["out"]), resources)
