"""A piece of one movement of three minutes whose stems show any drift: a null and clicks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from approx_build.audio import wav
from approx_build.audio.loudness import measure
from approx_build.figures.thumbnail import sketch
from approx_build.report.data import EventReport, MovementReport, PieceReport, StemReport
from approx_build.report.stream import master_stream, sheet_samples, stem_stream
from tests.report.sample import RATE, streamed

SAMPLES = 180 * RATE
LOUD = 1 << 21
EVENTS = 3000
SHEET = sheet_samples(2)
CLICKS = [0, 1, 4000, *(n * SHEET + d for n in range(1, 8) for d in (-1, 0, 1)), SAMPLES - 1]
"""Samples of the clicks: the ends, and both sides of the border between two sheets."""


def piece(folder: Path) -> PieceReport:
    """Noise, the same noise upside down, and clicks; the master has the clicks alone."""
    noise = np.random.default_rng(1).integers(-LOUD, LOUD, (2, SAMPLES), np.int32)
    clicks = np.zeros((2, SAMPLES), np.int32)
    clicks[:, CLICKS] = LOUD
    sounds = {"noise": noise, "against": -noise, "clicks": clicks}
    events = tuple(
        EventReport(f"event-{place}", "play", place * 0.05, 0.04) for place in range(EVENTS)
    )
    stems = tuple(
        StemReport(name, "", _stream(folder, stem_stream("1", name), data), events=events)
        for name, data in sounds.items()
    )
    master = _stream(folder, master_stream("1"), clicks)
    file = wav.ClipFile.at(folder / f"{master}.wav")
    movement = MovementReport(
        number=1,
        slug="1",
        title="clicks",
        length_s=SAMPLES / RATE,
        audio="1.wav",
        sketch=sketch(file, 40, 20),
        facts=measure(file.path),
        samples=SAMPLES,
        stream=master,
        stems=stems,
    )
    return PieceReport(title="clicks", movements=(movement,), rate=RATE, channels=2)


def _stream(folder: Path, name: str, data: np.ndarray) -> str:
    path = folder / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    wav.write_pcm24(path, data, RATE)
    return streamed(folder, name, wav.ClipFile.at(path))
