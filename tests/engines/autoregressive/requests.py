"""Requests for clips of codes that differ in everything that a request can ask."""

from __future__ import annotations

import numpy as np

from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.numerics.stream import stream_key


def requests(count: int, length: int, classes: int = 256) -> list[ClipRequest]:
    """Clips of different lengths that ask for different things."""
    return [_request(i, length + 5 * (i % 4), classes) for i in range(count)]


def _request(i: int, length: int, classes: int) -> ClipRequest:
    curve = np.linspace(0.5, 1.5, length).astype(np.float32)
    return ClipRequest(
        key=stream_key("test", i),
        length=length,
        prime=(np.arange(i % 7) * 31 % classes).astype(np.uint8),
        temperature=(1.0, 0.7, curve, 0.0)[i % 4],
        top_k=(None, 5, None, 300, 1)[i % 5],
        towards_silence=0.4 * (i % 3),
        first_draw=i % 2,
    )
