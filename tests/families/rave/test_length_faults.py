"""Controls that a network cannot follow in a take, and where they stand."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.rave.draw import draw
from approx_build.families.rave.length_faults import length_faults
from approx_build.families.rave.sampling import Sampling
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import stream_key
from approx_build.ways.prime import Priming
from tests.families.rave.networks import network, weights_of


def found(*operations: dict[str, object], way: str | None = None) -> list[tuple[object, str]]:
    sampling = Sampling.model_validate({"latent": operations})
    return list(length_faults(network(), sampling, 2.0, way))


def test_a_missing_axis_is_reported_with_the_number_of_axes() -> None:
    words = "must be at most 5, the axes of the network (is 6)"
    given = {"axis": 6, "offset": 1}
    assert found({"axis": 5, "offset": 1}, given) == [(("latent", 1, "axis"), words)]


def test_times_after_the_take_are_reported_with_their_path() -> None:
    held, curve = {"hold": {"at_s": 3, "for_s": 1}}, {"axis": 1, "scale": [[0, 1], [2.5, 1]]}
    assert found(held, curve) == [
        (("latent", 0, "hold", "at_s"), "is after the take (2 s) (is 3)"),
        (("latent", 1, "scale", 1, 0), "is after the take (2 s) (is 2.5)"),
    ]
    assert not found({"hold": {"at_s": 2, "for_s": 9}})


def test_a_blend_needs_two_sounds() -> None:
    assert not found({"blend": 0.5}, way="between")
    assert found({"blend": 0.5}, way="transfer")


def test_a_prime_needs_a_prior() -> None:
    net = network()
    prime = Priming(Clip(np.zeros((1, 400), np.float32), net.rate))
    request = TakeRequest(100, stream_key("a"), Sampling(), prime)
    with pytest.raises(ModelError, match="prime: the network has no prior"):
        draw(net, weights_of(net), [request])


def test_a_take_with_faults_is_refused_with_the_first_fault() -> None:
    sampling = Sampling.model_validate({"latent": [{"axis": 6, "offset": 1}]})
    net = network()
    with pytest.raises(ModelError, match=r"latent\.0\.axis: must be at most 5"):
        draw(net, weights_of(net), [TakeRequest(100, stream_key("a"), sampling)])
