"""CHECKPOINT and TAKE: from a training run to clips."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from approx_build.audio import wav
from approx_build.errors import ModelError
from approx_build.execution.actions import checkpoint, take, train
from approx_build.execution.context import ActionContext
from approx_build.execution.take_batches import need
from approx_build.families.take_request import TakeRequest
from approx_build.machine import Available
from approx_build.plan.graph import Kind
from approx_build.store.store import Store
from approx_build.training.model import ModelSpec, load_model
from tests.execution.actions.contexts import Input, context, path_of, ramp, run_at
from tests.space import Space

SHIPPED = "models/checkpoints/tiny"


@pytest.fixture
def spec(shipped: Space) -> ModelSpec:
    return load_model(shipped.root / "models/tiny.yaml")


def checkpoint_at(store: Store, spec: ModelSpec, index: bytes, **params: Any) -> ActionContext:
    plain = {"family": "wavenet", "network": spec.network_params(), "step": 4}
    options = {"model": "models/tiny.yaml"}
    return context(store, Kind.CHECKPOINT, plain | params, {"run": index}, options)


def weights(store: Store, space: Space) -> bytes:
    return (space.root / SHIPPED / "step-000004.safetensors").read_bytes()


def take_at(
    store: Store, spec: ModelSpec, given: bytes, prime: Input | None = None, **params: Any
) -> ActionContext:
    plain: dict[str, Any] = {
        "family": "wavenet",
        "version": 1,
        "network": spec.network_params(),
        "samples": 400,
        "sampling": {"temperature": 1.0, "top_k": None, "towards_silence": 0.0},
    }
    inputs: dict[str, Input] = {"checkpoint": given} | ({} if prime is None else {"prime": prime})
    return context(store, Kind.TAKE, plain | params, inputs, stream=params.pop("stream", "a" * 32))


def test_a_step_of_the_run_is_chosen_and_checked(
    store: Store, shipped: Space, spec: ModelSpec
) -> None:
    run = train.make(run_at(store, shipped))
    index = path_of(store, run).read_bytes()
    made = checkpoint.make(checkpoint_at(store, spec, index))
    assert made.outputs["main"] == run.outputs["step-4"]
    with pytest.raises(ModelError, match="kept no checkpoint at step 3"):
        checkpoint.make(checkpoint_at(store, spec, index, step=3))
    other = spec.network_params() | {"skip_channels": 16}
    said = r"^checkpoint 4 of models/tiny\.yaml: not a checkpoint of the declared network: "
    with pytest.raises(ModelError, match=said):
        checkpoint.make(checkpoint_at(store, spec, index, network=other))


def test_takes_are_drawn_together_as_each_alone(
    store: Store, shipped: Space, spec: ModelSpec
) -> None:
    given = weights(store, shipped)
    contexts = [
        take_at(store, spec, given),
        take_at(store, spec, given, prime=ramp(100), samples=300),
        take_at(
            store, spec, given, sampling={"temperature": 0.5, "top_k": 3, "towards_silence": 1.0}
        ),
    ]
    together = [made.outputs["main"] for made in take.make_all(contexts)]
    assert together == [take.make_all([one])[0].outputs["main"] for one in contexts]
    assert len(set(together)) == 3
    clip = wav.read(store.objects.path(together[1]))
    assert (clip.rate, clip.channels, clip.length) == (8000, 1, 300)
    assert np.isfinite(clip.data).all()


def test_takes_that_do_not_fit_together_are_drawn_apart_and_are_the_same(
    store: Store, shipped: Space, spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = weights(store, shipped)
    contexts = [take_at(store, spec, given, stream=letter * 32) for letter in "abc"]
    together = [made.outputs["main"] for made in take.make_all(contexts)]
    one = TakeRequest(400, "", spec.network.sampling({}))
    there = Available(need(spec.network, [one, one]), "memory of a test")
    monkeypatch.setattr(take, "available_memory", lambda: there)
    heard: list[Any] = []
    contexts[0] = replace(contexts[0], report=heard.append)
    assert [made.outputs["main"] for made in take.make_all(contexts)] == together
    assert heard == sorted(heard)
    assert heard[-1] == 1


def test_a_take_too_large_for_memory_is_refused_before_its_weights_are_read(
    store: Store, spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take, "available_memory", lambda: Available(9000, "memory of a test"))
    with pytest.raises(ModelError, match=r"^this take needs .* 9 kB is available"):
        take.make_all([take_at(store, spec, b"no weights")])


def test_progress_is_reported(store: Store, shipped: Space, spec: ModelSpec) -> None:
    heard: list[float] = []
    plain = take_at(store, spec, weights(store, shipped))
    take.make_all([ActionContext(plain.work, store, plain.run, heard.append)])
    assert heard == sorted(heard)
    assert 0 < heard[-1] <= 1
