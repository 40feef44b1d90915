from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.errors import ModelError
from approx_build.training.record import (
    RECORD_NAME,
    CurvePoint,
    StoredStep,
    TrainingRecord,
    manifest_digest,
    read_record,
)

RECORD = TrainingRecord(
    model="tiny",
    family="wavenet",
    corpus="tones",
    corpus_digest="c",
    recordings={"tones/a": "d"},
    converted={},
    seed=1,
    manifest={"schema": 1},
    threads=1,
    environments=[{"torch": "2"}],
    seconds=1.5,
    curve=[CurvePoint(step=0, train=None, held_out=5.5)],
    checkpoints=[
        StoredStep(step=step, loss=5.5, file=f"step-{step:06d}.safetensors", digest=str(step))
        for step in (0, 30)
    ],
)


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    assert read_record(tmp_path) is None
    RECORD.write(tmp_path)
    assert read_record(tmp_path) == RECORD


def test_checkpoints_are_found_by_step_and_the_last_by_default() -> None:
    assert RECORD.checkpoint(0).digest == "0"
    assert RECORD.checkpoint().step == 30
    with pytest.raises(ModelError, match="model 'tiny' has no checkpoint at step 7; kept: 0, 30"):
        RECORD.checkpoint(7)


def test_a_broken_record_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / RECORD_NAME).write_text("{}")
    with pytest.raises(ModelError, match=r"record\.json: not a training record"):
        read_record(tmp_path)


def test_the_digest_of_a_manifest_heeds_values_and_not_their_order() -> None:
    assert manifest_digest({"a": 1, "b": 2}) == manifest_digest({"b": 2, "a": 1})
    assert manifest_digest({"a": 1}) != manifest_digest({"a": 2})
