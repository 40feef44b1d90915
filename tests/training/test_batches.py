from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from approx_build.families.base import Example
from approx_build.training.batches import Batches, split_material
from tests.corpus.sounds import small_corpus
from tests.training.duels import STEPS, duel
from tests.training.models import material_of, tiny_model


@pytest.fixture
def batches(tmp_path: Path) -> Batches:
    model = tiny_model(tmp_path)
    windows = split_material(model, material_of(model, small_corpus(tmp_path / "tones"))).train
    return Batches(model, model.network.network(model.objective), windows)


def digest(steps: Iterator[list[Example]]) -> list[bytes]:
    return [
        b"".join(example[name].tobytes() for example in step for name in sorted(example))
        for step in steps
    ]


def test_batches_are_the_same_for_any_number_of_workers(batches: Batches) -> None:
    alone = digest(batches.stream(1, 40))
    assert len(set(alone)) == 40
    for threads in (1, 2, 4):
        assert digest(batches.stream(1, 40, threads)) == alone


def test_a_training_that_continues_sees_what_it_would_have_seen(batches: Batches) -> None:
    assert digest(batches.stream(25, 40, 2)) == digest(batches.stream(1, 40))[24:]


def test_processes_share_a_batch_without_overlap(batches: Batches) -> None:
    whole = batches.turn(5)
    shares = [
        Batches(batches.model, batches.network, batches.windows, rank, 2).turn(5) for rank in (0, 1)
    ]
    assert [len(share) for share in shares] == [2, 1]
    for share, expected in zip(shares, (whole[::2], whole[1::2]), strict=True):
        for one, other in zip(share, expected, strict=True):
            np.testing.assert_array_equal(one["codes"], other["codes"])


def test_noise_comes_with_finetuning_alone(batches: Batches) -> None:
    def is_clean(step: int) -> bool:
        return all((e["codes"] == e["given"]).all() for e in batches.turn(step))

    assert all(is_clean(step) for step in range(1, 31))
    assert not all(is_clean(step) for step in range(31, 41))


@pytest.mark.parametrize("rank", [0, 1])
def test_every_turn_has_windows_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rank: int
) -> None:
    model = duel({"critic": {"turns": 2}}, {"alone": True}, batch=4)
    windows = split_material(model, material_of(model, small_corpus(tmp_path / "tones"))).train
    network, seen = model.network.network(model.objective), []
    monkeypatch.setattr(network, "example", lambda sound, rng, moment: seen.append(moment))
    for _ in Batches(model, network, windows, rank, 2).stream(1, STEPS):
        pass
    turns = [turn for step in range(1, STEPS + 1) for turn in model.course.turns(step)]
    assert [moment.position for moment in seen] == [*range(rank, 4 * len(turns), 2)]
    assert [moment.turn for moment in seen[::2]] == turns


def test_a_position_has_a_name_for_people(batches: Batches) -> None:
    assert batches.name(0).startswith("tones/")
    assert batches.name(0).endswith("s (epoch 0)")
    assert batches.name(10**6).endswith(f"(epoch {10**6 // batches.windows.count})")


def test_a_stream_that_is_left_ends_its_threads(batches: Batches) -> None:
    stream = batches.stream(1, 40, 2)
    next(stream)
    stream.close()
    assert next(batches.stream(1, 1)) is not None
