from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.errors import ModelError
from approx_build.numerics.stream import stream_key

KEY = stream_key("clip")


def test_a_request_counts_its_prime_among_its_steps() -> None:
    assert ClipRequest(KEY, 5, prime=np.zeros(3, np.uint8)).steps == 8
    assert ClipRequest(KEY, 5).steps == 5


@pytest.mark.parametrize(
    "request_",
    [
        ClipRequest(KEY, 0),
        ClipRequest(KEY, 4, temperature=np.array([1, 0, 2, 0.5])),
        ClipRequest(KEY, 4, prime=np.array([0, 63], np.uint8), top_k=1, towards_silence=2.5),
    ],
)
def test_good_requests_pass(request_: ClipRequest) -> None:
    request_.check(64)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (ClipRequest("12", 4), "key: '12'; must be 32 hexadecimal digits"),
        (ClipRequest("g" * 32, 4), "must be 32 hexadecimal digits"),
        (ClipRequest("+" + "1" * 31, 4), "must be 32 hexadecimal digits"),
        (ClipRequest(KEY, -1), "length: -1; must not be negative"),
        (ClipRequest(KEY, 4, first_draw=-1), "first_draw: -1"),
        (ClipRequest(KEY, 4, prime=np.zeros(3, np.int64)), "prime: int64 .*must be uint8"),
        (ClipRequest(KEY, 4, prime=np.array([64], np.uint8)), "prime: code 64; must be below 64"),
        (ClipRequest(KEY, 4, temperature=-0.5), "temperature: must be 0 or more"),
        (ClipRequest(KEY, 4, temperature=np.nan), "temperature: must be 0 or more"),
        (ClipRequest(KEY, 4, temperature=np.ones(3)), r"temperature: shape \[3\]; .* or \[4\]"),
        (ClipRequest(KEY, 4, top_k=0), "top_k: 0; must be at least 1"),
        (ClipRequest(KEY, 4, towards_silence=-1.0), "towards_silence: -1.0; must be 0 or more"),
    ],
)
def test_what_cannot_be_drawn_is_refused(request_: ClipRequest, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        request_.check(64)
