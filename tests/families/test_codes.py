"""Requests for codes from takes."""

from __future__ import annotations

import numpy as np

from approx_build.families.base import FAMILIES
from approx_build.families.codes import Sampling, code_request
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import stream_key
from tests.families.examples import example_network


def test_a_request_has_the_controls_the_stream_and_the_prime_of_its_take() -> None:
    sampling = Sampling(temperature=0.7, top_k=5, towards_silence=2)
    prime = np.arange(3, dtype=np.uint8)
    request = code_request(
        example_network(FAMILIES.get("wavenet")),
        TakeRequest(9, stream_key("take"), sampling),
        6,
        prime,
    )
    assert (request.key, request.length, request.prime_codes.tolist()) == (
        *(stream_key("take"), 6),
        [0, 1, 2],
    )
    assert (request.temperature, request.top_k, request.towards_silence) == (0.7, 5, 2)
