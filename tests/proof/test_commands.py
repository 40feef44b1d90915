"""Commands of a trial: how they end is seen, whatever they do."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.proof.commands import Outcome, Running


def start(tmp_path: Path, code: str) -> Running:
    out, err = tmp_path / "out", tmp_path / "err"
    with open(out, "wb") as o, open(err, "wb") as e:
        process = subprocess.Popen(
            [sys.executable, "-S", "-c", code], stdout=o, stderr=e, start_new_session=True
        )
    process.returncode = 0  # it is waited for by `Running`
    return Running(process.pid, ("run",), out, err, time.monotonic())


def test_a_command_that_does_not_end_is_stopped_and_reported_to_hang(tmp_path: Path) -> None:
    outcome = start(tmp_path, "import time; time.sleep(600)").end(limit_s=0.5)
    assert outcome.hung
    assert outcome.code == -9


def test_a_process_that_outlives_its_command_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.proof.commands.ORPHANS_S", 0.2)
    running = start(tmp_path, "import os, time\nif os.fork() == 0: time.sleep(600)")
    assert running.end().orphans


@pytest.mark.parametrize(
    ("said", "is_raw"),
    [
        ("Traceback (most recent call last):\n  File ...", True),
        ("KeyError: 'main'", True),
        ("a.yaml:1:2: OSError: [Errno 5] Input/output error", True),
        ("Exception ignored in: <function ...>", True),
        ("approx-build: the disk is full: x could not be written", False),
        ("models/tiny.yaml:3:1: an error of the training", False),
    ],
)
def test_words_for_programmers_are_recognised(said: str, is_raw: bool) -> None:
    assert bool(Outcome((), 1, "", said).raw) is is_raw


def test_an_end_without_a_word_is_not_calm() -> None:
    assert not Outcome((), 1, "", "").is_calm
    assert Outcome((), 1, "", "approx-build: no").is_calm
    assert Outcome((), 143, "", "").is_calm
