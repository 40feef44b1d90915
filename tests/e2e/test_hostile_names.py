"""Names that command a terminal, forge a line or hide a word: no command lets one through.

Every command of the program is run, so a new one is tested without a word here.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from approx_build.cli.app import app
from tests.space import Outcome, Space

EVIL = "x\x1b[2J\x07\x9b31m\u202e\u2066\u200b\u2028\x7fy\nverified: all is right"
FORGED = "verified: all is right"
YAML = json.dumps(EVIL)
"""Every character that YAML refuses is written as an escape there."""
FILE = "a\x1b[2J\u202e\x9b\nverified: all is right"

ARGUMENTS: dict[str, tuple[str, ...]] = {
    "piece": ("pieces/tide.yaml",),
    "target": (EVIL,),
    "part": (EVIL,),
    "model": ("tiny",),
    "name": (EVIL,),
    "names": (EVIL,),
    "corpus": ("tones",),
    "files": (f"{FILE}.wav",),
    "run": (EVIL,),
    "first": (EVIL,),
    "second": (EVIL,),
    "text": (EVIL,),
    "recordings": (EVIL,),
    "folder": (EVIL,),
}
"""What is given for each argument of a command, by its name."""


def commands(group: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command of the program with its words."""
    for name, command in group.commands.items():
        words = (*above, name)
        if hasattr(command, "commands"):
            yield from commands(command, words)
        else:
            yield words, command


EVERY = dict(commands(get_command(app)))
LONG = {("verify",), ("evaluate",)}
"""These take seconds; what they print passes the same function."""


@pytest.fixture(scope="module")
def hostile(shipped: Space, tmp_path_factory: pytest.TempPathFactory) -> Space:
    """A rendered project that has such names wherever a text is free."""
    space = shipped.copy(tmp_path_factory.mktemp("hostile") / "project\n\x1b[2J\u202e")
    space.edit("pieces/tide.yaml", "piece: tide", f"piece: tide\nnote: {YAML}\ncomposer: {YAML}")
    space.edit("pieces/tide/1-foam.yaml", "movement: foam", f"movement: {YAML}")
    space.edit("pieces/tide/1-foam.yaml", "for: gull, text: cry", f"for: {YAML}, text: {YAML}")
    consent = "models/corpora/tones/consent.yaml"
    for field in ("sound: sines, made by a test", "agreed: everything", "contact: the test"):
        space.edit(consent, field, f"{field.partition(':')[0]}: {YAML}")
    space.run("render", "pieces/tide.yaml", "--jobs", "1")
    return space


def hidden(text: str) -> set[str]:
    kinds = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return {one for one in text if unicodedata.category(one) in kinds} - {"\n"}


def assert_plain(done: Outcome) -> None:
    for text in (done.out.replace("\r\n", "\n"), done.err):
        assert not hidden(text), text
        assert not [line for line in text.splitlines() if line.startswith(FORGED)], text


def given(command: Any) -> list[str]:
    words: list[str] = []
    for param in command.params:
        if param.param_type_name == "argument":
            words += ARGUMENTS[param.name]
    return words


@pytest.mark.parametrize("words", [w for w in EVERY if w not in LONG], ids=" ".join)
def test_no_command_prints_a_hidden_character_or_a_forged_line(
    hostile: Space, words: tuple[str, ...]
) -> None:
    command = EVERY[words]
    assert_plain(hostile.run(*words, *given(command), code=None))
    if any("--json" in param.opts for param in command.params):
        assert_plain(hostile.run(*words, *given(command), "--json", code=None))


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_a_command_line_that_is_wrong_is_refused_in_plain_letters(
    hostile: Space, words: tuple[str, ...]
) -> None:
    assert_plain(hostile.run(*words, f"--{EVIL}", code=2))


def test_pages_show_every_character(hostile: Space) -> None:
    hostile.run("runs", "page", code=None)
    pages = [*(hostile.root / "renders").rglob("*.html")]
    shown = (hostile.root / "renders/tide/index.html").read_text(encoding="utf-8")
    assert shown.count(r"x\x1b[2J\x07\x9b31m\u202e\u2066\u200b\u2028\x7fy") > 4
    for page in pages:
        assert not hidden(page.read_text(encoding="utf-8")) - {"\t"}, page


def test_no_file_of_a_render_has_such_a_name(hostile: Space) -> None:
    for path in (hostile.root / "renders").rglob("*"):
        assert not hidden(path.name) | ({"\n"} & set(path.name)), path


def test_a_recording_and_a_folder_with_such_names_are_listed_plainly(
    space: Space, tmp_path: Path
) -> None:
    tones = space.root / "models/corpora/tones"
    (tones / f"{FILE}.wav").write_bytes((tones / "low.wav").read_bytes())
    (tones / f"{FILE}.txt").write_text("notes")
    (space.root / "models/corpora" / FILE).mkdir()
    for words in (["list"], ["list", "tones"], ["inspect", "tones"], ["withdraw", "tones"]):
        assert_plain(space.run("corpus", *words, code=None))
        if words[0] != "inspect":
            assert_plain(space.run("corpus", *words, "--json", code=None))
    assert_plain(space.run("plan", "pieces/tide.yaml", code=None))
