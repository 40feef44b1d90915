from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from approx_build.errors import ModelError
from approx_build.training import state as module
from approx_build.training.ledger.record import CurvePoint
from approx_build.training.state import (
    STATE_NAME,
    TrainingState,
    load_state,
    newest_metadata,
    state_at,
)


def test_a_state_comes_back_as_it_was(tmp_path: Path) -> None:
    tensors = {
        "a": torch.arange(6.0).reshape(2, 3),
        "b.c": torch.tensor([0.1]),
        "a2": torch.zeros(9),
    }
    average = {name: tensor + 1 for name, tensor in tensors.items()}
    state = TrainingState(
        "m", tensors, average, {"a.mean": tensors["a"] * 2}, step=7, recent={"loss": [0.1, 1 / 3]}
    )
    state.curve.append(CurvePoint(step=0, train=None, held_out=1 / 3))
    state.save(tmp_path)
    read = load_state(tmp_path, "m")
    assert read is not None
    assert (read.step, read.recent, read.curve) == (7, {"loss": [0.1, 1 / 3]}, state.curve)
    for group in ("weights", "average", "optimizer"):
        was, now = getattr(state, group), getattr(read, group)
        assert list(was) == list(now)
        assert all(torch.equal(was[name], now[name]) for name in was)


def small(step: int) -> TrainingState:
    weights, average = {"a": torch.ones(2)}, {"a": torch.zeros(2)}
    return TrainingState("m", weights, average, {}, {"model": "tiny"}, step=step)


def test_the_removal_of_a_state_survives_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[list[str]] = []
    monkeypatch.setattr(module, "sync_folder", lambda folder: synced.append(os.listdir(folder)))
    small(1).save(tmp_path)
    synced.clear()
    TrainingState.remove(tmp_path)
    assert synced == [[]]
    TrainingState.remove(tmp_path / "never begun")


def test_no_state_is_none_and_neither_is_another_s(tmp_path: Path) -> None:
    assert load_state(tmp_path, "m") is None
    small(1).save(tmp_path)
    assert load_state(tmp_path, "other") is None
    with pytest.raises(ModelError, match="it is the state of another training"):
        state_at(tmp_path / STATE_NAME, "other")


def test_the_newest_state_that_is_whole_and_not_too_late_serves(tmp_path: Path) -> None:
    for step in (3, 7):
        small(step).save(tmp_path)
    assert [step_of(load_state(tmp_path, "m", most=most)) for most in (None, 7, 6, 2)] == [
        *(7, 7, 3, None)
    ]
    (tmp_path / STATE_NAME).write_bytes(b"half")
    assert step_of(load_state(tmp_path, "m")) == 3
    notes = newest_metadata(tmp_path)
    assert notes is not None
    assert notes["step"] == 3


def step_of(state: TrainingState | None) -> int | None:
    return state.step if state else None


def test_a_state_from_before_there_were_players_comes_back(tmp_path: Path) -> None:
    state = small(3)
    state.recent = [0.25, 0.5]  # type: ignore[assignment]
    state.save(tmp_path)
    read = load_state(tmp_path, "m")
    assert read is not None
    assert read.recent == {"loss": [0.25, 0.5]}


def test_a_flip_of_any_bit_of_any_byte_is_noticed(tmp_path: Path) -> None:
    small(3).save(tmp_path)
    path = tmp_path / STATE_NAME
    data = path.read_bytes()
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :])
        with pytest.raises(ModelError):
            state_at(path, "m")
    # Notes are read alone too, and hold a digest of their own.
    notes = data.index(b'\\"step\\": 3') + 10
    assert data[notes : notes + 1] == b"3"
    path.write_bytes(data[:notes] + b"4" + data[notes + 1 :])
    assert newest_metadata(tmp_path) is None
