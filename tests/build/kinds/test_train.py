"""TRAIN: trains where it is told to."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from approx_build.build.desk import RunOptions
from approx_build.build.kinds import train


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_model_is_trained_on_the_device_that_was_asked_for(
    device: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr("approx_build.training.model.load_model", lambda path: path)
    monkeypatch.setattr("approx_build.training.loop.train", lambda *given, **named: named)
    options = {"model": "models/m.yaml", "corpus": "models/corpora/c"}
    desk: Any = SimpleNamespace(
        run=RunOptions(str(tmp_path), device, threads=3), root=tmp_path, options=options
    )
    asked.update(train._train(desk, tmp_path / "work"))
    assert asked == {"device": device, "threads": 3}
