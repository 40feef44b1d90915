"""`init`: a new piece that renders as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.audio import wav
from tests.space import Space


def test_a_fresh_folder_renders(tmp_path: Path) -> None:
    space = Space(tmp_path)
    outcome = space.run("init", "Tide & Sand: a 'study'")
    assert outcome.out.splitlines() == [
        "wrote pieces/tide-sand-a-study.yaml",
        "wrote pieces/tide-sand-a-study/1-first.yaml",
        "next: approx-build render pieces/tide-sand-a-study.yaml",
    ]
    rendered = space.run("render", "pieces/tide-sand-a-study.yaml")
    assert "this movement has no events, so it is silent" in rendered.out
    found = wav.info(tmp_path / "renders/tide-sand-a-study/1-first.wav")
    assert (found.rate, found.channels, found.length) == (44_100, 2, 12 * 44_100)
    page = (tmp_path / "renders/tide-sand-a-study/index.html").read_text()
    assert "Tide &amp; Sand" in page


def test_a_project_with_a_model_gives_the_piece_a_voice(space: Space) -> None:
    space.run("init", "hello")
    score = (space.root / "pieces/hello/1-first.yaml").read_text()
    assert "model: tiny" in score
    space.write("pieces/hello/1-first.yaml", score.replace("length_s: 3 }", "length_s: 0.5 }"))
    space.run("render", "pieces/hello.yaml", "--part", "machine")
    part = wav.read(space.root / "renders/previews/hello/1-first/machine.wav").data
    assert part.shape == (2, 12 * 44_100)
    assert part.any()


@pytest.mark.parametrize("name", ["true", "No", "null", "2024", "on", "inf"])
def test_a_piece_may_have_a_name_that_yaml_takes_for_something_else(
    tmp_path: Path, name: str
) -> None:
    space = Space(tmp_path)
    space.run("init", name)
    assert "no faults" in space.run("check", f"pieces/{name.lower()}.yaml").out


@pytest.mark.parametrize("name", ["a\udcff", "a\nb", "a\x1b", "…"])
def test_a_name_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    assert "cannot be a piece's name" in Space(tmp_path).fails("init", name, code=2)
    assert not (tmp_path / "pieces").exists()


def test_a_piece_can_be_started_elsewhere(tmp_path: Path) -> None:
    Space(tmp_path).run("init", "hello", "--in", "music")
    assert (tmp_path / "music/pieces/hello.yaml").exists()
    assert (tmp_path / "music/models").is_dir()
    checked = Space(tmp_path).run("check", "music/pieces/hello.yaml").out
    assert "no faults in 1 movement, 0 events, 6 actions" in checked


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tide", "pieces/tide.yaml exists already; choose another name"),
        ("?!", "'?!' cannot be a piece's name; use letters or digits"),
    ],
)
def test_nothing_that_exists_is_touched(space: Space, name: str, said: str) -> None:
    before = (space.root / "pieces/tide.yaml").read_bytes()
    assert space.fails("init", name, code=2) == f"approx-build: {said}"
    assert (space.root / "pieces/tide.yaml").read_bytes() == before
