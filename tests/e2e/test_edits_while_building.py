"""Edits made while a render runs: the next render builds them, whatever was edited and when."""

from __future__ import annotations

import functools
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from approx_build.cli.fast_path import nothing_to_do
from approx_build.plan import check
from approx_build.project import build_state as remember
from approx_build.project import delivered, render
from approx_build.project.piece import Piece
from approx_build.store.objects import Objects
from tests.e2e.edits import (
    BELL,
    BELLS,
    DRAWN,
    FOAM,
    MODEL,
    MOVEMENT,
    PAGE,
    SHIPPED,
    TIDE,
    WAV,
    Edit,
    added,
    as_if_old,
    flipped,
    is_light,
    outcome,
    project,
    put_back,
    relocked,
    removed,
    replaced,
)
from tests.space import Space

Moment = Callable[[Callable[[], None]], Any]
"""Makes a patch that calls what it is given at some moment of a render."""


READ: Mapping[str, Edit] = {
    "piece": replaced(TIDE, "gain_db: -6", "gain_db: -9"),
    "movement": replaced(FOAM, "gain_db: -6", "gain_db: -9"),
    "consent": replaced(f"{BELLS}/consent.yaml", "everything", "everythink"),
    "recording": flipped(f"{BELLS}/ding.wav"),
    "file": flipped(BELL),
    "new recording": added(f"{BELLS}/zing.wav"),
    "recording removed": removed(f"{BELLS}/dong.wav"),
}
"""Edits of what a render reads: a build from nothing comes out otherwise after each."""

MADE: Mapping[str, Edit] = {
    "wav": flipped(WAV),
    "page": flipped(PAGE),
    "lock": relocked,
    "wav removed": removed(WAV),
}
"""Edits of what a render delivers: the next puts them right."""


def after(name: str, of: object, path: str = "") -> Moment:
    """A moment: when a function has returned for the first time, of a file `path` if one."""

    def hook(act: Callable[[], None]) -> Any:
        real = getattr(of, name)

        @functools.wraps(real)
        def wrapped(*args: Any, **more: Any) -> Any:
            found = real(*args, **more)
            if not path or str(args[0]).endswith(path):
                act()
            return found

        return mock.patch.object(of, name, wrapped)

    return hook


def before(name: str, of: object) -> Moment:
    """A moment: when a function is called for the first time."""

    def hook(act: Callable[[], None]) -> Any:
        real = getattr(of, name)

        @functools.wraps(real)
        def wrapped(*args: Any, **more: Any) -> Any:
            act()
            return real(*args, **more)

        return mock.patch.object(of, name, wrapped)

    return hook


MOMENTS = {
    "the scores are read": after("read_piece", check),
    "all is planned": after("open", Piece),
    "all is built": after("build_targets", render),
    "a file is delivered": after("materialise", Objects),
    "all is delivered": before("remember", render),
    "the state is written": before("write_state", remember),
}


class Once:
    """Acts once, and knows whether it did."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act, self.is_done = act, False

    def __call__(self) -> None:
        if not self.is_done:
            self.is_done = True
            self._act()


@dataclass(frozen=True)
class Studio:
    """The project rendered, and what a build from nothing makes of it after each edit.

    Its store has what those builds made, so that the tests of all moments need not run it again.
    """

    space: Space
    from_nothing: Mapping[str, Mapping[str, str]]

    @classmethod
    def made(cls, root: Path) -> Studio:
        space, after = project(root / "project"), {}
        for kind, edit in READ.items():
            edited = space.copy(root / kind)
            edit(edited)
            edited.render()
            after[kind] = outcome(edited)
        space.render()
        for kind in READ:
            shutil.copytree(root / kind / ".approx", space.root / ".approx", dirs_exist_ok=True)
        shutil.rmtree(space.root / ".approx/states", ignore_errors=True)
        return cls(space, after | dict.fromkeys(MADE, outcome(space)))


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio.made(tmp_path_factory.mktemp("studio"))


@pytest.fixture
def mine(studio: Studio, tmp_path: Path) -> Iterator[Space]:
    """A copy of the project, whose files look old."""
    with as_if_old():
        yield studio.space.copy(tmp_path / "project")


def rendered_with(space: Space, *hooks: Any) -> str:
    """Render while edits are made; it may say that a file changed or went under it."""
    with ExitStack() as stack:
        for hook in hooks:
            stack.enter_context(hook)
        said = space.run("render", TIDE, code=None)
    words = ("changed while it was being used", "cannot be read: no such file")
    assert said.code == 0 or any(each in said.err for each in words)
    return said.out


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("kind", [*READ, *MADE])
def test_an_edit_made_during_a_render_is_built_by_the_next(
    mine: Space, studio: Studio, kind: str, moment: str
) -> None:
    edit = Once(lambda: {**READ, **MADE}[kind](mine))
    rendered_with(mine, MOMENTS[moment](edit))
    assert edit.is_done
    mine.render()
    assert outcome(mine) == studio.from_nothing[kind]
    assert is_light(mine)
    assert is_light(mine)
    assert outcome(mine) == studio.from_nothing[kind]


@pytest.mark.parametrize(
    ("kind", "moment"),
    [("wav", after("materialise", Objects)), ("page", after("write", delivered, PAGE))],
    ids=["wav", "page"],
)
def test_a_new_file_edited_as_soon_as_it_is_delivered_is_put_right(
    mine: Space, studio: Studio, kind: str, moment: Moment
) -> None:
    shutil.rmtree(mine.root / "renders")
    edit = Once(lambda: MADE[kind](mine))
    rendered_with(mine, moment(edit))
    assert edit.is_done
    assert not is_light(mine)
    mine.render()
    assert outcome(mine) == studio.from_nothing[kind]


@pytest.mark.parametrize("moment", list(MOMENTS)[:3])
@pytest.mark.parametrize("kind", READ)
def test_an_edit_undone_during_the_render_leaves_no_trace(
    mine: Space, studio: Studio, kind: str, moment: str
) -> None:
    edit = Once(lambda: READ[kind](mine))
    undo = Once(lambda: put_back(mine, studio.space))
    rendered_with(mine, MOMENTS[moment](edit), MOMENTS["all is delivered"](undo))
    if not undo.is_done:  # the build ended because of the edit
        put_back(mine, studio.space)
    mine.render()
    assert outcome(mine) == studio.from_nothing["wav"]
    assert is_light(mine)


def test_an_edit_of_a_young_project_is_built_too(studio: Studio, tmp_path: Path) -> None:
    space = studio.space.copy(tmp_path / "project")
    edit = Once(lambda: READ["movement"](space))
    rendered_with(space, MOMENTS["all is planned"](edit))
    space.render()
    assert outcome(space) == studio.from_nothing["movement"]
    assert is_light(space)


def test_a_folder_models_nearer_to_the_piece_is_noticed(mine: Space) -> None:
    places = ("--store", str(mine.root / ".approx"), "--out", str(mine.root / "renders"))
    mine.render(*places)
    words = ["render", str(mine.root / TIDE), *places]
    with redirect_stdout(StringIO()):
        assert nothing_to_do(words)
        (mine.root / "pieces/models").mkdir()
        assert not nothing_to_do(words)


NETWORK: Mapping[str, Edit] = {
    "model": replaced(MODEL, "temperature: 0.9", "temperature: 0.8"),
    "record of the training": replaced(f"{SHIPPED}/record.json", '"seed": 3', '"seed": 4'),
    "checkpoint": flipped(f"{SHIPPED}/step-000004.safetensors"),
    "checkpoint removed": removed(f"{SHIPPED}/step-000002.safetensors"),
    "new checkpoint": lambda space: space.write(f"{SHIPPED}/step-000009.safetensors", "") and None,
    "new model": lambda space: space.write("models/other.yaml", "") and None,
    "notice": replaced(f"{BELLS}/NOTICE", "made", "Made"),
}
"""Edits of what networks are made of, and of what travels with a sound."""


@pytest.fixture(scope="module")
def with_network(shipped: Space, tmp_path_factory: pytest.TempPathFactory) -> Space:
    """The project with a take of a shipped network, rendered once. Copy it to use it."""
    space = project(tmp_path_factory.mktemp("network") / "project")
    shutil.copytree(shipped.root / "models", space.root / "models", dirs_exist_ok=True)
    text = (space.root / MODEL).read_text()
    space.write(MODEL, f"{text}sampling: {{ temperature: 0.9 }}\n")
    takes = "takes: { cry: { model: tiny, length_s: 0.3 } }\nparts:\n"
    space.write(FOAM, MOVEMENT.replace("parts:\n", takes) + DRAWN)
    space.render()
    shutil.rmtree(space.root / ".approx/states", ignore_errors=True)
    return space


@pytest.mark.parametrize("moment", ["all is planned", "the state is written"])
@pytest.mark.parametrize("kind", NETWORK)
def test_an_edit_of_what_a_network_is_made_of_is_noticed(
    with_network: Space, tmp_path: Path, kind: str, moment: str
) -> None:
    with as_if_old():
        space = with_network.copy(tmp_path / "project")
        edit = Once(lambda: NETWORK[kind](space))
        said = rendered_with(space, MOMENTS[moment](edit))
        assert edit.is_done
        # An edit that the build itself has read is said, and the state holds it.
        assert not is_light(space) or "; restore the file" in said


def test_another_model_is_drawn_by_the_next_render(with_network: Space, tmp_path: Path) -> None:
    space, fresh = with_network.copy(tmp_path / "mine"), with_network.copy(tmp_path / "fresh")
    NETWORK["model"](fresh)
    shutil.rmtree(fresh.root / ".approx")
    fresh.render()
    with as_if_old():
        rendered_with(space, MOMENTS["all is planned"](Once(lambda: NETWORK["model"](space))))
        space.render()
    assert outcome(space) == outcome(fresh) != outcome(with_network)


def test_a_recording_edited_after_planning_is_not_learnt_from(
    with_network: Space, tmp_path: Path
) -> None:
    space = with_network.copy(tmp_path / "project")
    for folder in (".approx", SHIPPED):
        shutil.rmtree(space.root / folder)
    edit = Once(lambda: flipped("models/corpora/tones/low.wav")(space))
    rendered_with(space, MOMENTS["all is planned"](edit))
    # The run would stand under the digest of the corpus before.
    assert not (space.root / ".approx/training").exists()


@pytest.mark.slow
def test_an_edit_made_while_processes_render_is_built_by_the_next(
    studio: Studio, tmp_path: Path
) -> None:
    space = studio.space.copy(tmp_path / "project")
    for folder in (".approx", "renders"):
        shutil.rmtree(space.root / folder)
    running = space.process("render", TIDE)
    while not (space.root / ".approx/journal").exists() and running.poll() is None:
        time.sleep(0.01)
    READ["movement"](space)
    said = running.communicate(timeout=300)
    assert running.returncode == 0, said
    assert outcome(space) == studio.from_nothing["wav"]
    assert space.start("render", TIDE).out.splitlines()[-1] != "nothing to do"
    assert outcome(space) == studio.from_nothing["movement"]
    assert space.start("render", TIDE).out.splitlines()[-1] == "nothing to do"
