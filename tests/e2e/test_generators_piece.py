"""The piece of the generators: without faults, rendered as in its lock, and without clicks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from approx_build.audio import wav
from approx_build.project.project import Project
from approx_build.project.settings import Settings

ROOT = Path(__file__).parents[2]
PIECE = "pieces/generators.yaml"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "approx_build", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_score_has_no_faults_and_shows_every_form() -> None:
    done = run("check", PIECE, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"faults": [], "remarks": []}
    movements = Project.open(ROOT / PIECE, Settings()).piece(ROOT / PIECE).score.movements
    entries = [
        entry for one in movements for part in one.model.parts.values() for entry in part.compose
    ]
    assert {entry.generator.generator for entry in entries} == {"dice", "padberg"}
    forms = {getattr(entry.generator, "form", None) for entry in entries}
    assert forms == {None, "subject", "canon", "fugue"}


@pytest.mark.slow
def test_it_renders_as_in_its_lock_meets_its_expectations_and_has_no_clicks(
    tmp_path: Path,
) -> None:
    lock = ROOT / "pieces" / "generators.lock"
    before = lock.read_bytes()
    places = ("--store", str(tmp_path / "store"), "--out", str(tmp_path / "renders"))
    done = run("render", PIECE, "--locked", *places)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "must be" not in done.stderr
    assert lock.read_bytes() == before
    settings = Settings(store=tmp_path / "store", out=tmp_path / "renders")
    for one in Project.open(ROOT / PIECE, settings).piece(ROOT / PIECE).lowered.movements:
        for part in one.parts:
            stem = tmp_path / f"renders/generators/stems/{one.movement.slug}/{part.name}.wav"
            sound = wav.read(stem)
            onsets = [placed.onset for placed in part.events]
            assert loudest_join_db(sound.data.mean(axis=0), sound.rate, onsets) < 0, stem
    shutil.rmtree(tmp_path)


def loudest_join_db(sound: np.ndarray, rate: int, onsets: list[int]) -> float:
    """The second difference within 3 ms of an onset, relative to that of the sound around it.

    A click at a join would exceed the attacks and the sound 20 to 200 ms before and after.
    """
    rough = np.abs(np.diff(sound, n=2))
    near, far, wide = (round(seconds * rate) for seconds in (0.003, 0.02, 0.2))
    found = []
    for onset in onsets:
        join = rough[max(0, onset - near) : onset + near].max()
        after = rough[onset + far : onset + wide].max()
        before = rough[max(0, onset - wide) : max(1, onset - far)].max()
        found.append(20 * np.log10((join + 1e-9) / (max(after, before) + 1e-9)))
    return float(max(found))


def test_a_click_is_found() -> None:
    rate = 8000
    tone = np.sin(2 * np.pi * 300 * np.arange(rate) / rate)
    assert loudest_join_db(tone, rate, [4000]) < 0.1
    tone[4001] += 0.5
    assert loudest_join_db(tone, rate, [4000]) > 10
