"""EVENT: operations in turn, each with a stream of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.execution.actions import event
from approx_build.ops.base import OPS
from approx_build.plan.graph import Kind
from approx_build.plan.parts import step
from approx_build.store.store import Store
from tests.execution.actions.contexts import STREAM, context, path_of, ramp


def chain(*ops: dict[str, Any]) -> dict[str, Any]:
    return {"chain": [step(OPS.get(op["op"]).model_validate(op)) for op in ops]}


def made(store: Store, params: dict[str, Any], *clips: Clip, stream: str = STREAM) -> Clip:
    inputs = {f"source.{place:05}": clip for place, clip in enumerate(clips)}
    result = event.make(context(store, Kind.EVENT, params, inputs, stream=stream))
    found = wav.read(path_of(store, result))
    assert result.facts["peak"] == float(np.abs(found.data).max())
    return found


def test_operations_follow_each_other(store: Store) -> None:
    source = ramp(800)
    found = made(store, chain({"op": "play"}, {"op": "reverse"}), source)
    assert np.array_equal(found.data, source.data[:, ::-1])


def test_randomness_comes_from_the_stream_alone(store: Store) -> None:
    params = chain({"op": "scatter", "length_s": 0.2})
    first = made(store, params, ramp(4000))
    assert np.array_equal(first.data, made(store, params, ramp(4000)).data)
    assert not np.array_equal(first.data, made(store, params, ramp(4000), stream="f" * 32).data)


def test_clips_come_in_the_order_of_their_roles(store: Store) -> None:
    clips = [ramp(900), ramp(1800)]
    params = chain({"op": "salad", "length_s": 0.5, "max_grain_s": 0.1})
    there, back = made(store, params, *clips), made(store, params, *reversed(clips))
    assert there.length == back.length == 4000
    assert not np.array_equal(there.data, back.data)


def test_what_an_operation_cannot_do_is_its_error(store: Store) -> None:
    with pytest.raises(OpError, match="a grain of 2"):
        made(store, chain({"op": "scatter", "length_s": 3, "grain_s": 2}), ramp(800))
