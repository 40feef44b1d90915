from __future__ import annotations

import signal
from pathlib import Path

import pytest
import torch

from approx_build.errors import ModelError
from approx_build.training.ledger.record import manifest_digest
from approx_build.training.parameters import Parent
from approx_build.training.parent import parent_path, read_parent, write_parent
from approx_build.training.state import load_state
from tests.corpus.sounds import small_corpus
from tests.training.models import TINY, tiny_model, trained
from tests.training.test_loop import digests, stop_at

SHAPES = {"b": (2,), "a": (1, 3)}


def groups() -> dict[str, dict[str, torch.Tensor]]:
    weights = {"a": torch.ones(1, 3), "b": torch.zeros(2)}
    return {"weights": weights, "average": weights, "optimizer": {"a.mean": torch.ones(1, 3)}}


def test_a_parent_has_a_place_in_the_project() -> None:
    named = parent_path(Parent(run="tiny-0123abcd", step=7))
    assert named == "models/parents/tiny-0123abcd-step-7.safetensors"


def test_what_was_kept_is_read_in_the_order_of_the_network(tmp_path: Path) -> None:
    path = tmp_path / "p.safetensors"
    write_parent(path, groups(), {"run": "tiny-0123abcd"})
    found = read_parent(path, SHAPES, "cpu")
    assert list(found["weights"]) == ["b", "a"]
    assert found["optimizer"]["a.mean"].tolist() == [[1.0, 1.0, 1.0]]


def test_a_checkpoint_that_is_a_parent_may_lack_players_that_do_not_draw(tmp_path: Path) -> None:
    path, more = tmp_path / "p.safetensors", {"critic": (3,), **SHAPES}
    write_parent(path, groups(), {})
    assert list(read_parent(path, more, "cpu", SHAPES)["weights"]) == ["b", "a"]
    with pytest.raises(ModelError, match=r"has another network \(first difference: critic\)"):
        read_parent(path, more, "cpu")


def test_a_parent_that_is_none_or_of_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.safetensors"
    with pytest.raises(ModelError, match=r"p\.safetensors: the parent's weights cannot be read"):
        read_parent(path, SHAPES, "cpu")
    write_parent(path, groups(), {})
    with pytest.raises(ModelError, match=r"has another network \(first difference: a\)"):
        read_parent(path, {"b": (2,), "a": (1, 4)}, "cpu")


def test_going_on_under_other_settings_begins_where_the_parent_was(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path / "tones")
    model = tiny_model(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        trained(model, corpus, tmp_path / "old", stop_at(20, signal.SIGINT))
    whole = trained(model, corpus, tmp_path / "whole")
    manifest = model.manifest(whole.corpus_digest)
    state = load_state(tmp_path / "old", manifest_digest(manifest))
    assert state is not None
    path = tmp_path / "p.safetensors"
    kept = {name: getattr(state, name) for name in ("weights", "average", "optimizer")}
    write_parent(path, kept, {})
    text = TINY.replace("seed: 3", "seed: 3\n  parent: { run: tiny-0123abcd, step: 20 }")
    child = tiny_model(tmp_path, text.replace("steps: 40", "steps: 20"))
    record = trained(child, corpus, tmp_path / "new", parent=path)
    losses = {point.step: point.held_out for point in whole.curve}
    assert losses[21] < record.curve[0].held_out < losses[14]  # it begins where step 20 ended
    assert record.manifest["training"]["parent"] == {"run": "tiny-0123abcd", "step": 20}
    again = trained(child, corpus, tmp_path / "again", parent=path)
    assert digests(again) == digests(record)
