"""Numbers inside of WaveNets: what they expect of the next code, and codes drawn at the edges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.families.wavenet.draw import SAMPLER
from approx_build.families.wavenet.parameters import WaveNetParameters
from approx_build.numerics.stream import Stream
from tests.etude.spread import Numbers, spread, weights

NARROW = WaveNetParameters(
    dilations=(1, 2, 4, 8), residual_channels=8, dilation_channels=12, skip_channels=16
)
SCALAR = WaveNetParameters(
    dilations=(1, 3),
    filter_width=3,
    residual_channels=12,
    dilation_channels=9,
    skip_channels=20,
    quantization_channels=128,
    use_biases=False,
    scalar_input=True,
    initial_filter_width=10,
)
WIDE = WaveNetParameters(
    dilations=(1, 2),
    residual_channels=72,
    dilation_channels=130,
    skip_channels=300,
    quantization_channels=250,
)
LEAST = WaveNetParameters(dilations=(1,), residual_channels=1, dilation_channels=1, skip_channels=1)

ON_THE_EDGE = (
    *(54_418, 151_146, 1_014_106, 1_359_718, 1_593_851, 4_470_014, 5_625_441, 5_953_794),
    *(1336, 28_459, 99_914, 147_825, 189_663, 228_374, 585_146, 595_254),
)
"""Words of a stream so near to the border between two codes that the first eight give another code
when the classes of a group are added backwards, the others when the groups are."""


def expectations() -> Numbers:
    """What networks expect after codes, as narrow and as wide as products have shapes for."""
    for network in (NARROW, SCALAR, WIDE):
        heard = [
            ((spread(f"heard {n}", n) + 1) * 0.5 * network.quantization_channels).astype(np.uint8)
            for n in (40, 33, 7)
        ]
        yield from SAMPLER.logits(weights(network.tensor_shapes()), network, heard)


def draws() -> Numbers:
    """Codes drawn, some of them where the order of the sums behind them decides."""
    still = {name: np.zeros(size, np.float32) for name, size in LEAST.tensor_shapes().items()}
    still["post2.bias"] = (3.0 * spread("logits", 256)).astype(np.float32)
    edges = [ClipRequest(Stream.named("probe", "edge").key, 1, first_draw=n) for n in ON_THE_EDGE]
    others = [
        ClipRequest(Stream.named("probe", n).key, 2000, temperature=t, top_k=k, towards_silence=s)
        for n, (t, k, s) in enumerate([(1.0, None, 0.0), (0.8, 200, 0.0), (1.3, None, 0.7)])
    ]
    yield from SAMPLER.sample(still, LEAST, [*edges, *others])


PROBES: dict[str, Callable[[], Numbers]] = {
    "families/wavenet/reference.py": expectations,
    "kernels/csrc/core/draw.h": draws,
}
