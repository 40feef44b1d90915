"""The shipped piece: its score is without faults, and its lock can be rebuilt from nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIECE = "pieces/approximations.yaml"
ONE_JOB, TWO_JOBS = ("--jobs", "1"), ("--jobs", "2")
LENGTHS_S = {1: 202, 2: 115, 3: 74, 4: 180, 5: 65}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "approx_build", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_score_of_the_piece_has_no_faults() -> None:
    done = run("check", PIECE, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["faults"] == []


def test_the_movements_have_the_lengths_of_the_printed_score() -> None:
    from tests.score.scores import loaded

    score = loaded(ROOT / PIECE)
    assert {one.number: one.length for one in score.movements} == LENGTHS_S
    gaps = float(score.piece.gap_s) * (len(score.movements) - 1)
    assert sum(LENGTHS_S.values()) + gaps == 11 * 60 + 38


@pytest.mark.slow
@pytest.mark.parametrize(
    ("movement", "how"),
    [
        ("2", TWO_JOBS),  # a diffusion network's takes last longest
        *(("3", how) for how in (ONE_JOB, TWO_JOBS, (*TWO_JOBS, "--capped"))),
        ("5", TWO_JOBS),  # takes that continue takes
    ],
    ids=str,
)
def test_a_movement_rebuilt_from_nothing_is_as_in_the_lock(
    movement: str, how: tuple[str, ...], tmp_path: Path
) -> None:
    places = ("--store", str(tmp_path / "store"))
    done = run("verify", PIECE, "--movement", movement, "--json", *how, *places)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["differences"] == []
    assert told["compared"] >= 10
