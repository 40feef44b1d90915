"""The program runs in an interpreter that the environment of its user does not change."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def started(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "approx_build", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONWARNINGS": "error"},
        {"PYTHONOPTIMIZE": "2"},
        {"PYTHONINSPECT": "1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=lambda found: next(iter(found)),
)
def test_variables_change_no_output(tmp_path: Path, environment: dict[str, str]) -> None:
    for words in (["ops", "--json"], ["--help"]):
        plain, other = started(tmp_path, *words), started(tmp_path, *words, **environment)
        assert (other.returncode, other.stdout, other.stderr) == (0, plain.stdout, b"")


def test_names_of_files_are_utf_8_in_every_locale(tmp_path: Path) -> None:
    (tmp_path / "models/corpora/\u00e9tude").mkdir(parents=True)
    c = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    plain, other = started(tmp_path, "corpus", "list"), started(tmp_path, "corpus", "list", **c)
    assert "\u00e9tude" in other.stdout.decode()
    assert other.stdout == plain.stdout


@pytest.mark.parametrize("words", [["runs", "list"], ["render", "x.yaml"], ["check", "x.yaml"]])
def test_a_working_folder_that_was_deleted_is_refused_in_words(
    tmp_path: Path, words: list[str]
) -> None:
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" -P -m approx_build "$@"'
    done = subprocess.run(
        ["sh", "-c", script, sys.executable, *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "approx-build: the working folder was deleted; change to another folder\n"
    )
