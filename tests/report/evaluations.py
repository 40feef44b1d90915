"""A report of made-up evaluations and its sound files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from approx_build.corpus.recordings import Hours
from approx_build.figures.thumbnail import sketch
from approx_build.report.evaluation import (
    MEASURES,
    EvaluationReport,
    Shot,
    closest_pairs,
    pair,
    row,
    take_path,
)
from tests.report.sample import sound

STEPS = (0, 100, 2000)
LOSSES = (5.5, 3.0, 3.25)


def match(
    copied_s: float, is_memorised: bool = False, recording: str = "reeds/a"
) -> dict[str, Any]:
    return {
        "at_s": 0.5,
        "recording": recording,
        "recording_at_s": 3.25,
        "similarity": 0.95,
        "copied_s": copied_s,
        "is_memorised": is_memorised,
    }


def evaluation(far: float, *nearest: dict[str, Any] | None) -> dict[str, Any]:
    return {"measures": {one.name: far for one in MEASURES}, "nearest": list(nearest)}


def shot(folder: Path, path: str, hz: float, text: str, is_memorised: bool = False) -> Shot:
    drawn = sketch(sound(folder, path, 0.5, hz), 40, 20, -15)
    return Shot(f"{text} {path}", path, drawn, is_memorised)


def report(folder: Path, text: str = "calm", memorised: bool = True) -> EvaluationReport:
    """Three checkpoints of which the second is the nearest to the corpus and the last copies."""
    found = {
        0: evaluation(9, None, match(0)),
        100: evaluation(2, match(0.5), match(1.0)),
        2000: evaluation(3, match(2.5, memorised, text), match(1.25)),
    }
    rows = []
    for place, step in enumerate(STEPS):
        flags = [bool(one and one["is_memorised"]) for one in found[step]["nearest"]]
        shots = [
            shot(folder, take_path(step, n), 200 + step / 10 + n, text, flag)
            for n, flag in enumerate(flags)
        ]
        rows.append(row(f"step {step}", found[step], shots, step, LOSSES[place]))
    pairs = [
        pair(
            rows[STEPS.index(step)].shots[n], shot(folder, f"nearest/{step}-{n}.wav", 300, text), m
        )
        for step, n, m in closest_pairs(found)
    ]
    own = {"measures": {one.name: 1.0 for one in MEASURES}}
    excerpts = [shot(folder, f"corpus/{n}.wav", 440 + n, text) for n in (1, 2)]
    return EvaluationReport(
        model=text,
        family="wavenet",
        corpus_name=text,
        length_s=0.5,
        curves={
            "training": tuple(zip(STEPS, (5.4, 2.9, 2.0), strict=True)),
            "held out": tuple(zip(STEPS, LOSSES, strict=True)),
        },
        corpus=row(text, own, excerpts),
        rows=tuple(rows),
        pairs=tuple(pairs),
        baseline_s={"half of it at most": 0.5, text: 1.5},
        threshold_s=1.5,
        loss_unit="nats per sample",
        hours=Hours(7200, 5400, 54000),
        unused={"reeds/b": text},
    )


def beginning(folder: Path) -> EvaluationReport:
    """A training of which nothing is known yet."""
    own = {"measures": {one.name: 1.0 for one in MEASURES}}
    return EvaluationReport(
        "calm",
        "wavenet",
        "reeds",
        0.5,
        {},
        row("reeds", own, []),
        (),
        (),
        {},
        1.5,
        "nats per sample",
        is_training=True,
    )
