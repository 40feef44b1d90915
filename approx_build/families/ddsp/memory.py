"""Memory and work of playing a DDSP network, and memory of its training.

Off the path of a sample: it counts memory and work.
"""

from __future__ import annotations

from collections.abc import Sequence

from approx_build.audio.pitch_path import Grid
from approx_build.families.ddsp.curves import pitch_finder
from approx_build.families.ddsp.parameters import DDSPParameters
from approx_build.families.ddsp.sampling import Sampling
from approx_build.families.ddsp.synthesis import frames_a_block, frames_needed
from approx_build.families.parameters import numbers_in
from approx_build.families.take_request import TakeRequest
from approx_build.ways.transfer import TransferConditioning

_FLOAT, _DOUBLE = 4, 8
_OF_A_FRAME = 6
"""Curves that are stored for a take: pitch, loudness and the inputs of the network."""
_OF_A_DIP = 200
"""Bytes of a frame of a source: its dips, and copies of them."""
_AT_ONCE = 128 * 3 * 7
"""Numbers per lag that are processed together in the search for the pitch."""
_PACKING = 4
"""Multiply-adds that take as long as packing or copying one weight."""


def drawing_bytes(
    network: DDSPParameters, takes: Sequence[TakeRequest[Sampling]]
) -> dict[str, int]:
    """Bytes, by item, of playing `takes` one after another."""
    frames = max((frames_needed(network, take.length) for take in takes), default=0)
    block = frames_a_block(network) * network.hop
    reverb = -(-network.reverb_taps // block) * (block + 1)
    has_source = any(isinstance(take.conditioning, TransferConditioning) for take in takes)
    widest = max(network.hidden_channels, 3 * network.recurrent_channels, network.output_inputs)
    return {
        "weights": _FLOAT * network.parameter_count,
        "packed weights": _FLOAT * _packed(network),
        "curves": _OF_A_FRAME * _DOUBLE * frames,
        "source": _source(network, frames) if has_source else 0,
        "layers": 6 * _FLOAT * (frames_a_block(network) + network.lookahead) * widest,
        "reverberation": 4 * _DOUBLE * reverb,
        "clips": _FLOAT * sum(take.length for take in takes),
    }


def _source(network: DDSPParameters, frames: int) -> int:
    """Memory of finding the pitch of a source, mostly the predecessors of states."""
    finder = pitch_finder(network)
    bins = Grid(network.lowest_hz, network.highest_hz, 1 / network.frame_rate).bins
    return _DOUBLE * _AT_ONCE * finder.longest + (2 * 2 * bins + _OF_A_DIP) * frames


def _packed(network: DDSPParameters) -> int:
    shapes = network.tensor_shapes()
    return numbers_in({n: s for n, s in shapes.items() if not n.startswith("reverb.")})


def cost(network: DDSPParameters, samples: int, sampling: Sampling) -> float:
    """Multiply-adds of `samples`: those of the network, of sines and of noise, for each frame."""
    weights = _packed(network)
    frames = samples / network.hop
    of_sample = 8 * network.harmonics + network.taps
    reverb = 0.0 if sampling.dry else network.reverb_taps / 32
    return frames * weights + samples * (of_sample + reverb) + _PACKING * weights


def activation_bytes(network: DDSPParameters, size: int) -> int:
    """Memory that autograd needs for a window of `size` samples, including temporary arrays."""
    frames = size // network.hop + 1
    layers = (len(network.stacks) + 1) * network.stack_layers * 4 * network.hidden_channels
    of_frame = layers + 10 * network.recurrent_channels + 8 * network.controls
    tone = 43 * network.harmonics * size // 10
    noise = 6 * frames * (network.hop + network.taps)
    spectra = 6 * 12 * size
    reverb = 10 * (size + network.reverb_taps)
    return _FLOAT * (frames * of_frame + tone + noise + spectra + reverb)
