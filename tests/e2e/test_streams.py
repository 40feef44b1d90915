"""Closed, full and broken streams: no traceback, no lost work, and an exit code that is true."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from typer.main import get_command

from approx_build.cli.app import app
from tests.e2e.test_hostile_names import commands
from tests.space import Space

EVERY = [words for words, _ in commands(get_command(app))]
RENDER = ("render", "pieces/tide.yaml", "--jobs", "1", "--movement", "2")
RESULT = "renders/tide/2-sand.wav"


def shell(space: Space, words: tuple[str, ...], streams: str) -> tuple[int, str]:
    """Exit code of the command, and what it said."""
    script = f'{{ "$@" {streams}; echo $? >&9; }} 9>code'
    if "|" in streams:
        script = f'{{ {{ "$@"; echo $? >&9; }} {streams}; }} 9>code'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *space.command(*words)],
        cwd=space.root,
        env=space.environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    return int((space.root / "code").read_text()), said


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help_that_is_lost_is_a_failure_of_every_command(
    project: Space, words: tuple[str, ...]
) -> None:
    code, said = shell(project, (*words, "--help"), ">/dev/full")
    assert code == 1
    assert said == (
        "approx-build: standard output cannot be written (no space left on device); "
        "the work is done\n"
    )


@pytest.mark.parametrize("streams", [">&- 2>&- <&-", ">/dev/full 2>/dev/full", "2>&-"])
def test_a_refusal_has_its_code_wherever_it_goes(project: Space, streams: str) -> None:
    assert shell(project, ("render", "--nothing"), streams) == (2, "")
    assert shell(project, ("check", "nothing.yaml"), streams) == (1, "")


@pytest.mark.parametrize(
    ("streams", "code"),
    [
        *((">&-", 0), ("2>&-", 0), (">&- 2>&- <&-", 0), ("2>/dev/full", 0)),
        *((">/dev/full", 1), (">/dev/full 2>&-", 1), ("| true", 0)),
    ],
)
def test_a_render_is_done_whatever_becomes_of_its_words(
    space: Space, streams: str, code: int
) -> None:
    assert shell(space, RENDER, streams)[0] == code
    assert (space.root / RESULT).read_bytes()[:4] == b"RIFF"


def test_a_folder_and_a_recording_that_are_no_utf_8_are_used_like_any_other(space: Space) -> None:
    corpora = os.fsencode(space.root / "models/corpora")
    shutil.copytree(corpora + b"/tones", corpora + b"/odd")
    os.rename(corpora + b"/odd/low.wav", corpora + b"/odd/l\xe9.wav")
    odd = os.fsencode(space.root) + b"\xe9"
    os.rename(space.root, odd)
    there = Space(type(space.root)(os.fsdecode(odd)))
    assert r"l\xe9.wav" in there.start("corpus", "list", "odd").out
    assert "written to renders" in there.start(*RENDER).out
