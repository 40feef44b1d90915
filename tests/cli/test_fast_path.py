"""The light path: which command lines it answers, and how it finds the project."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from approx_build.cli.fast_path import nothing_to_do, parse_render, project_root
from approx_build.score.paths import project_root as as_the_score_finds_it
from tests.space import Space


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("APPROX_STORE", raising=False)
    (tmp_path / "models").mkdir()
    (tmp_path / "pieces").mkdir()
    return tmp_path


def test_a_plain_render_is_answered(here: Path) -> None:
    piece, store, out, is_quiet = parse_render(["render", "pieces/a.yaml"]) or ("",) * 4
    assert piece == str(here / "pieces/a.yaml")
    assert (store, out) == (str(here / ".approx"), str(here / "renders"))
    assert is_quiet is False


@pytest.mark.parametrize(
    "words",
    [
        ["--store", "s", "a.yaml", "--out=o"],
        ["a.yaml", "--out", "o", "--store=s", "--jobs", "2", "-q"],
        ["--locked", "-j", "3", "--store=s", "--out=o", "--quiet", "a.yaml", "--keep-going"],
    ],
)
def test_places_are_read_wherever_they_stand(here: Path, words: list[str]) -> None:
    found = parse_render(["render", *words])
    assert found is not None
    assert found[:3] == (str(here / "a.yaml"), str(here / "s"), str(here / "o"))


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["check", "a.yaml"],
        ["render"],
        ["render", "a.yaml", "b.yaml"],
        ["render", "a.yaml", "--movement", "1"],
        ["render", "a.yaml", "-m", "1"],
        ["render", "a.yaml", "--part", "x"],
        ["render", "a.yaml", "--device", "cuda"],
        ["render", "a.yaml", "--help"],
        ["render", "a.yaml", "--check-files"],
        ["render", "a.yaml", "--nix"],
    ],
)
def test_everything_else_is_left_to_the_full_command_line(here: Path, words: list[str]) -> None:
    assert parse_render(words) is None
    assert not nothing_to_do(words)


def test_a_store_may_be_named_by_the_environment(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPROX_STORE", str(here / "fast"))
    found = parse_render(["render", "a.yaml"])
    assert found is not None
    assert found[1] == str(here / "fast")


def test_without_a_finished_render_there_is_something_to_do(here: Path) -> None:
    assert not nothing_to_do(["render", "pieces/a.yaml"])


@pytest.mark.parametrize("path", ["pieces/a.yaml", "a.yaml", "pieces/deep/er/a.yaml", "../a.yaml"])
def test_the_project_is_the_one_the_score_finds(here: Path, path: str) -> None:
    # The rule is written twice, so that the light path imports nothing.
    assert project_root(os.path.abspath(path)) == str(as_the_score_finds_it(Path(path)))


def test_what_a_killed_builder_left_is_removed_by_a_render_with_nothing_to_do(built: Space) -> None:
    for _ in range(2):
        assert built.run("render", "pieces/tide.yaml").out.endswith("nothing to do\n")
    # No process ever had this number.
    draft = built.root / ".approx/drafts" / f"{socket.gethostname()}+0+4194999+1+ab"
    draft.write_bytes(b"half an object")
    state = built.root / ".approx/states/12345678.4194999"
    state.parent.mkdir(exist_ok=True)
    state.write_bytes(b"half a state")
    assert built.run("render", "pieces/tide.yaml").out.endswith("nothing to do\n")
    assert not draft.exists()
    assert not state.exists()
