from __future__ import annotations

import json
from pathlib import Path

import pytest

from approx_build.errors import ModelError
from approx_build.training.ledger.record import (
    COPY_NAME,
    RECORD_NAME,
    CurvePoint,
    StoredStep,
    TrainingRecord,
    manifest_digest,
    read_record,
    record_at,
    whole_record,
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
        StoredStep(step=step, loss=5.5, file=f"step-{step:06d}.safetensors", digest=f"{step:064x}")
        for step in (0, 30)
    ],
)


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    assert read_record(tmp_path) is None
    RECORD.write(tmp_path)
    assert read_record(tmp_path) == RECORD


def test_a_record_without_a_digest_is_read_and_damage_is_seen_where_it_shows(
    tmp_path: Path,
) -> None:
    path = tmp_path / RECORD_NAME
    older = json.dumps(RECORD.model_dump(mode="json"))
    path.write_text(older)
    assert read_record(tmp_path) == RECORD
    for before, after in (
        ('"unused"', '"unuqed"'),
        ("0" * 64, "x" + "0" * 63),
        ('"step"', '"step'),
    ):
        path.write_text(older.replace(before, after, 1))
        with pytest.raises(ModelError, match=r"record\.json: not a training record .*; restore it"):
            read_record(tmp_path)


def test_a_flip_of_any_bit_of_any_byte_is_noticed_and_the_copy_serves(tmp_path: Path) -> None:
    RECORD.write(tmp_path)
    RECORD.write(tmp_path, COPY_NAME)
    path = tmp_path / RECORD_NAME
    data = path.read_bytes()
    for place in range(len(data) - 1):  # the last is a newline, which says nothing
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :])
        with pytest.raises(ModelError):
            record_at(path)
        assert whole_record(tmp_path) == RECORD
    assert whole_record(tmp_path, manifest_digest(RECORD.manifest)) == RECORD
    assert whole_record(tmp_path, "another") is None


def test_checkpoints_are_found_by_step_and_the_last_by_default() -> None:
    assert RECORD.checkpoint(0).digest == "0" * 64
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
