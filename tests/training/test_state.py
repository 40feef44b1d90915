from __future__ import annotations

from pathlib import Path

import pytest
import torch

from approx_build.errors import ModelError
from approx_build.training.record import CurvePoint
from approx_build.training.state import STATE_NAME, TrainingState, load_state


def test_a_state_comes_back_as_it_was(tmp_path: Path) -> None:
    tensors = {
        "a": torch.arange(6.0).reshape(2, 3),
        "b.c": torch.tensor([0.1]),
        "a2": torch.zeros(9),
    }
    average = {name: tensor + 1 for name, tensor in tensors.items()}
    state = TrainingState(
        "m", tensors, average, {"a.mean": tensors["a"] * 2}, step=7, recent=[0.1, 1 / 3]
    )
    state.curve.append(CurvePoint(step=0, train=None, held_out=1 / 3))
    state.save(tmp_path)
    read = load_state(tmp_path, "m")
    assert read is not None
    assert (read.step, read.recent, read.curve) == (7, [0.1, 1 / 3], state.curve)
    for group in ("weights", "average", "optimizer"):
        was, now = getattr(state, group), getattr(read, group)
        assert list(was) == list(now)
        assert all(torch.equal(was[name], now[name]) for name in was)


def test_no_state_is_none_and_another_s_is_refused(tmp_path: Path) -> None:
    assert load_state(tmp_path, "m") is None
    TrainingState("m", {"a": torch.zeros(1)}, {}, {}).save(tmp_path)
    with pytest.raises(ModelError, match="the state of another training"):
        load_state(tmp_path, "other")


def test_a_broken_state_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / STATE_NAME).write_bytes(b"half")
    with pytest.raises(ModelError, match=STATE_NAME):
        load_state(tmp_path, "m")
