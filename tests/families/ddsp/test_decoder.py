"""The decoder: blocks of frames are the whole, and every form runs on every kernel."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.ddsp.decoder import Decoder
from approx_build.kernels.compiled import available
from tests.families.ddsp.networks import network
from tests.families.examples import plain_weights

FORMS = {
    "solo": {},
    "ae": {"form": "ae", "timbre_channels": 5},
    "no stacks": {"stack_layers": 0},
    "controls beside": {"rejoin": "controls", "share_stacks": True},
}


@pytest.mark.parametrize("name", list(FORMS))
def test_every_kernel_computes_the_bits_of_the_reference_also_in_blocks(name: str) -> None:
    net = network(**FORMS[name])
    weights, frames = plain_weights(net), 40
    rng = np.random.default_rng(2)
    sound = rng.uniform(-0.3, 0.3, 4000).astype(np.float32)
    heard = {key: rng.random((frames, 1)).astype(np.float32) for key in ("pitch", "loudness")}
    found = []
    for kernel in available():
        decoder, inputs = Decoder(net, weights, kernel), dict(heard)
        if net.form == "ae":
            inputs["timbre"] = decoder.timbre(sound, frames)
        whole, last = decoder.controls(inputs, decoder.start())
        state, parts = decoder.start(), []
        for part in (slice(0, 13), slice(13, None)):
            said, state = decoder.controls({key: one[part] for key, one in inputs.items()}, state)
            parts.append(said)
        np.testing.assert_array_equal(np.concatenate(parts), whole)
        np.testing.assert_array_equal(state, last)
        found.append(whole)
    for one in found[1:]:
        np.testing.assert_array_equal(one, found[0])


def test_pitch_and_loudness_can_share_a_stack() -> None:
    net = network(share_stacks=True)
    assert not [name for name in net.tensor_shapes() if name.startswith("loudness.")]
    decoder = Decoder(net, plain_weights(net))
    low, high = (np.full((4, 1), value, np.float32) for value in (0.2, 0.9))
    one, _ = decoder.controls({"pitch": low, "loudness": high}, decoder.start())
    other, _ = decoder.controls({"pitch": high, "loudness": low}, decoder.start())
    assert (one != other).any()
