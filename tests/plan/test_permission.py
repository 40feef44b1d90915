"""Nothing of a refused corpus gets into a graph that can be built, whatever builds the graph."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from approx_build.errors import BuildError, ConsentError
from approx_build.plan.catalog import Catalog
from approx_build.plan.check import CheckedPiece, check, check_without_consent
from approx_build.plan.evaluation import add_stages, lower_evaluation
from approx_build.plan.graph import Graph, Kind
from approx_build.plan.lower import lower
from approx_build.plan.takes import Networks
from approx_build.score.load import read_piece
from approx_build.score.takes import Take
from tests.plan.conftest import TODAY
from tests.space import Space

CONSENT, TIDE = "models/corpora/tones/consent.yaml", "pieces/tide.yaml"
LOW = "models/corpora/tones/low.wav"
TAKE = Take.model_validate({"model": "tiny", "length_s": 0.5})

ACTIONS: dict[str, Callable[[Networks], object]] = {
    "prepare": lambda n: n.prepared(n.catalog.model("tiny"), LOW),
    "material": lambda n: n.material("tiny"),
    "train": lambda n: n.run("tiny", None),
    "checkpoint": lambda n: n.checkpoint("tiny", 0, None),
    "take": lambda n: n.clip("t", TAKE, "stream"),
    "stages": lambda n: add_stages(n, "tiny", 0, "stream"),
    "evaluate": lambda n: lower_evaluation(n, "tiny", 1, 0.5),
    "sound": lambda n: n.sound(LOW),
    "sound of a take": lambda n: n.sound(LOW, "tiny"),
}


@pytest.fixture
def refused(project: Space) -> Space:
    project.edit(CONSENT, "valid_until: null", "valid_until: 2021-01-31")
    return project


@pytest.mark.parametrize("action", ACTIONS)
def test_no_action_is_made_from_a_refused_corpus(refused: Space, action: str) -> None:
    networks = Networks(Graph(), Catalog(refused.root, TODAY))
    with pytest.raises(ConsentError, match=r"consent\.yaml:8:14: consent ended on 2021-01-31"):
        ACTIONS[action](networks)
    assert not networks.graph.actions
    assert not networks.graph.leaves


def test_a_piece_that_nobody_checked_is_not_lowered(refused: Space) -> None:
    score, catalog = read_piece(refused.root / TIDE).score, Catalog(refused.root, TODAY)
    assert score
    with pytest.raises(ConsentError, match="consent ended on 2021-01-31"):
        lower(CheckedPiece(score, catalog))


def test_a_piece_that_was_checked_before_a_withdrawal_is_not_lowered_after(project: Space) -> None:
    checked = check(project.root / TIDE, Catalog(project.root, TODAY))
    project.edit(CONSENT, "valid_until: null", "valid_until: 2021-01-31")
    with pytest.raises(ConsentError, match="consent ended on 2021-01-31"):
        lower(replace(checked, catalog=Catalog(project.root, TODAY)))


def test_a_graph_made_for_upkeep_has_every_kind_and_is_never_built(refused: Space) -> None:
    lowered = lower(check_without_consent(refused.root / TIDE, Catalog(refused.root, TODAY)))
    assert {Kind.TRAIN, Kind.TAKE, Kind.STEM} <= lowered.graph.kinds().keys()
    for graph in (lowered.graph, lowered.graph.needed(["piece/whole"])):
        with pytest.raises(BuildError, match="made without asking for consent"):
            graph.check_permitted()


def test_a_recording_is_one_by_whatever_path_it_is_reached(refused: Space) -> None:
    folder = refused.root / "models/corpora/tones"
    (folder / "older").mkdir()
    (folder / "older/take.wav").write_bytes(b"")
    sounds = refused.root / "sounds"
    sounds.mkdir()
    os.symlink(folder / "low.wav", sounds / "mine.wav")
    os.symlink(folder, sounds / "shelf")
    catalog = Catalog(refused.root, TODAY)
    found = {path: catalog.recording_at(path) for path in (
        "sounds/mine.wav", "sounds/shelf/high.wav", "models/corpora/tones/older/take.wav",
    )}  # fmt: skip
    assert [*found.values()] == ["tones/low", "tones/high", "tones/older/take"]
    for path in found:
        with pytest.raises(ConsentError):
            Networks(Graph(), catalog).sound(path)


def test_a_prepared_recording_that_two_models_share_needs_consent_for_each(project: Space) -> None:
    text = (project.root / "models/tiny.yaml").read_text()
    project.write("models/wee.yaml", text.replace("model: tiny", "model: wee"))
    project.edit(CONSENT, "models: null", "models: [tiny]")
    networks = Networks(Graph(), Catalog(project.root, TODAY))
    networks.prepared(networks.catalog.model("tiny"), LOW)
    with pytest.raises(ConsentError, match="not agreed for model 'wee'"):
        networks.prepared(networks.catalog.model("wee"), LOW)


def test_a_recording_reached_through_a_link_is_named_as_the_recording(project: Space) -> None:
    folder = project.root / "sounds"
    folder.mkdir()
    os.symlink(project.root / LOW, folder / "mine.wav")
    assert Networks(Graph(), Catalog(project.root, TODAY)).sound("sounds/mine.wav") == f"file:{LOW}"


def test_a_file_that_is_no_recording_needs_no_consent(refused: Space) -> None:
    graph = Graph()
    assert Networks(graph, Catalog(refused.root, TODAY)).sound("sounds/bell.wav")
    assert graph.leaves == {"file:sounds/bell.wav": str(Path("sounds/bell.wav"))}
