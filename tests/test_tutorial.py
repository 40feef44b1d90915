"""The tutorial works: its files have no faults, and its commands run in the order of the page."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.space import Space, tone

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^<!-- (run|file: ([^\n]*)) -->\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
RATE = 22050


def steps() -> Iterator[tuple[str, str]]:
    """What a reader does: ("", command line) or (path, text of the file), from top to bottom."""
    for kind, path, text in BLOCK.findall(PAGE):
        yield from [("", line) for line in text.splitlines()] if kind == "run" else [(path, text)]


def words(space: Space, line: str) -> list[str]:
    """The arguments of a command line of the page, its patterns replaced as a shell does."""
    program, *arguments = shlex.split(line)
    assert program == "approx-build"
    found = [sorted(space.root.glob(one)) if "*" in one else [one] for one in arguments]
    return [str(one) for several in found for one in several]


@pytest.fixture
def space(tmp_path: Path) -> Space:
    """The model that `init` chooses, as in a clone, and a folder of recordings."""
    space = Space(tmp_path, {"APPROX_CONFIG": str(tmp_path / "config.yaml")})
    space.run("allow", str(ROOT / "models"))
    for path in ("accordionator.yaml", "corpora/accordion", "checkpoints/accordionator"):
        there = tmp_path / "models" / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.symlink_to(ROOT / "models" / path)
    for name, freq_hz in (("low", 110), ("middle", 147), ("high", 220)):
        space.sound(f"recordings/{name}.wav", tone(freq_hz, 20, RATE), RATE)
    return space


def test_the_page_writes_files_and_runs_commands_of_every_kind():
    every = list(steps())
    assert len([path for path, _ in every if path]) == 4
    commands = {line.split()[1] for path, line in every if not path}
    assert commands == {"init", "render", "plan", "corpus", "train", "runs", "check"}


def test_every_file_of_the_page_is_accepted_where_the_page_uses_it(space):
    """Nothing is rendered or trained here: a score is checked where the page renders it."""
    for path, text in steps():
        arguments = [] if path else words(space, text)
        if path:
            space.write(path, text)
        elif arguments[0] in ("render", "check"):
            assert "no faults" in space.run("check", arguments[1]).out
        elif arguments[0] in ("init", "corpus") and arguments[1] != "inspect":
            space.run(*arguments)
    assert "cello: consent: valid" in space.run("corpus", "list", "cello").out


@pytest.mark.slow
def test_every_command_of_the_page_runs(space):
    for path, text in steps():
        if path:
            space.write(path, text)
        else:
            space.start(*words(space, text))
    assert (space.root / "renders" / "tide" / "1-first.wav").is_file()
    assert "done" in space.start("runs").out
