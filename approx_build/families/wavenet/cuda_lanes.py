"""The step of a WaveNet for all clips at once on a device, and its capture as a CUDA graph.

The state, including the time, is in tensors that are changed in place and never replaced, and
nothing is read back, so one captured step can be replayed for every sample. The data for a slice of
steps are in tables [SLICE, LANES]; each step reads its own row.

Off the path of a sample: takes on a GPU have an environment of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from approx_build.audio.mulaw import amplitudes
from approx_build.engines.autoregressive.categorical import silence_distance
from approx_build.engines.autoregressive.categorical_torch import draw
from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.families.torch_device import deterministic
from approx_build.families.wavenet.parameters import WaveNetParameters
from approx_build.kernels.tensors import Floats

LANES = 64
"""Number of clips generated at once; another number is another version of the family."""
SLICE = 256
"""Steps between two times at which the CPU reads results."""
DRAWN = -1
"""Marks a code that is to be generated, in the table of given codes."""

_WARM_UP = 3


class Table(NamedTuple):
    """The data of each lane for each step of a slice, all [SLICE, LANES]."""

    given: NDArray[np.int64]
    """The next input code, regardless of the network's output, or DRAWN."""
    uniform: Floats
    divisor: Floats
    """The temperature; 1 where it is 0."""
    rank: NDArray[np.int64]
    """Rank, in ascending order, of the smallest logit that can be chosen."""


class Maps(NamedTuple):
    """The network's tensors in the form that a step multiplies; absent biases are zeros."""

    causal: Tensor
    past: Tensor
    now: Tensor
    gate_bias: Tensor
    dense: Tensor
    dense_bias: Tensor
    skip: Tensor
    skip_bias: Tensor
    post1: Tensor
    post1_bias: Tensor
    post2: Tensor
    post2_bias: Tensor

    @classmethod
    def of(
        cls, tensors: Mapping[str, Floats], network: WaveNetParameters, place: torch.device
    ) -> Maps:
        """Concatenate filter and gate, separate their newest tap, and stack all skips."""
        sizes = network.model_copy(update={"use_biases": True}).tensor_shapes()
        arrays = {name: tensors.get(name, np.zeros(size)) for name, size in sizes.items()}
        t = {n: torch.tensor(a, dtype=torch.float32, device=place) for n, a in arrays.items()}
        taps = torch.cat((t["layers.filter.weight"], t["layers.gate.weight"]), dim=3)
        gate_bias = torch.cat((t["layers.filter.bias"], t["layers.gate.bias"]), dim=1)
        return cls(
            causal=t["causal.weight"].flatten(0, 1),
            past=taps[:, :-1].flatten(1, 2),
            now=taps[:, -1].contiguous(),
            gate_bias=gate_bias[:, None],
            dense=t["layers.dense.weight"],
            dense_bias=t["layers.dense.bias"],
            skip=t["layers.skip.weight"].flatten(0, 1),
            skip_bias=t["layers.skip.bias"].sum(0),
            post1=t["post1.weight"],
            post1_bias=t["post1.bias"],
            post2=t["post2.weight"],
            post2_bias=t["post2.bias"],
        )


class Lanes:
    """`LANES` clips in lock step; `logits` [LANES, Q] are those of the last step."""

    logits: Tensor

    def __init__(
        self,
        tensors: Mapping[str, Floats],
        network: WaveNetParameters,
        place: torch.device,
        captured: bool,
    ) -> None:
        self._network, self._maps = network, Maps.of(tensors, network, place)
        classes, reach = network.quantization_channels, network.filter_width - 1
        dilations = np.array(network.dilations)[:, None]
        sizes = dilations * reach
        self._sizes = torch.tensor(sizes, device=place)
        self._starts = torch.tensor(np.cumsum(sizes)[:, None] - sizes, device=place)
        self._delays = torch.tensor(dilations * np.arange(reach, 0, -1), device=place)
        channels = network.residual_channels
        self._rings = torch.zeros(int(sizes.sum()), LANES, channels, device=place)
        self._past_codes = torch.zeros(LANES, network.causal_width, dtype=torch.long, device=place)
        self._taps = torch.arange(network.causal_width, device=place) * classes
        # One row more than there are classes: the input before the first sample is 0.
        self._values = torch.tensor(np.append(amplitudes(classes), np.float32(0)), device=place)
        self._time = torch.zeros(1, dtype=torch.long, device=place)
        self._row = torch.zeros(1, dtype=torch.long, device=place)
        self._broken = torch.zeros(LANES, dtype=torch.bool, device=place)
        self._pull = torch.zeros(LANES, classes, device=place)
        self._codes = torch.zeros(SLICE, LANES, dtype=torch.long, device=place)
        kinds = (torch.long, torch.float32, torch.float32, torch.long)
        self._table = [torch.ones(SLICE, LANES, dtype=kind, device=place) for kind in kinds]
        self._advance = _captured(self.step, place) if captured else self.step

    def begin(self, clips: Sequence[ClipRequest]) -> None:
        """Fill every lane with silence; the lanes get the pulls towards silence of `clips`."""
        classes = self._network.quantization_channels
        self._past_codes.fill_(classes if self._network.scalar_input else classes // 2)
        for state in (self._rings, self._time, self._broken):
            state.zero_()
        pull = np.zeros(LANES, np.float32)
        pull[: len(clips)] = [clip.towards_silence for clip in clips]
        self._pull.copy_(torch.from_numpy(pull[:, None] * silence_distance(classes)))

    def run(self, table: Table, steps: int) -> tuple[NDArray[np.int64], bool]:
        """Run the first `steps` rows of `table`: codes [steps, LANES]; whether all are finite."""
        for tensor, array in zip(self._table, table, strict=True):
            tensor.copy_(torch.from_numpy(array))
        self._row.zero_()
        for _ in range(steps):
            self._advance()
        # Read once per slice, because the CPU waits for the device here.
        return self._codes[:steps].cpu().numpy(), not bool(self._broken.any())

    def step(self) -> None:
        """Compute one sample of every lane, by operations on the device alone."""
        given, uniform, divisor, rank = (t.index_select(0, self._row)[0] for t in self._table)
        self.logits = self._forward()
        adjusted = (self.logits - self._pull) / divisor[:, None]
        drawn = draw(adjusted, rank, uniform)
        code = torch.where(given < 0, drawn, given)
        # Where a code is given, the logits are not used, and they may overflow.
        self._broken.logical_or_((given < 0) & ~adjusted.isfinite().all(1))
        _write(self._codes, self._row, code[None])
        self._past_codes.copy_(torch.cat((self._past_codes[:, 1:], code[:, None]), dim=1))
        self._time.add_(1)
        self._row.add_(1)

    def _forward(self) -> Tensor:
        """The logits [LANES, Q] of this step; each layer's input is written to its ring."""
        maps, x = self._maps, self._enter()
        slots = self._starts + (self._time - self._delays) % self._sizes
        past = self._rings.index_select(0, slots.flatten())
        past = past.view(*slots.shape, LANES, -1).transpose(1, 2).flatten(2)
        known = torch.baddbmm(maps.gate_bias, past, maps.past)
        inputs, outputs = [], []
        for layer in range(len(slots)):
            inputs.append(x)
            f, g = torch.addmm(known[layer], x, maps.now[layer]).chunk(2, dim=1)
            outputs.append(f.tanh() * g.sigmoid())
            x = x + torch.addmm(maps.dense_bias[layer], outputs[-1], maps.dense[layer])
        # A ring is as long as the delay of the oldest tap, so the slot of that tap is the next to
        # write.
        _write(self._rings, slots[:, 0], torch.stack(inputs))
        hidden = torch.addmm(maps.skip_bias, torch.cat(outputs, dim=1), maps.skip).relu()
        hidden = torch.addmm(maps.post1_bias, hidden, maps.post1).relu()
        return torch.addmm(maps.post2_bias, hidden, maps.post2)

    def _enter(self) -> Tensor:
        """The output of the causal layer [LANES, R]."""
        if self._network.scalar_input:
            embedded = self._values.index_select(0, self._past_codes.flatten())
            return embedded.view(LANES, -1).mm(self._maps.causal)
        rows = self._maps.causal.index_select(0, (self._past_codes + self._taps).flatten())
        return rows.view(LANES, len(self._taps), -1).sum(1)


def _write(target: Tensor, rows: Tensor, values: Tensor) -> None:
    """target[rows] = values; all rows differ.

    In deterministic mode, torch would sort the rows first, which is unnecessary here, and some
    versions of torch cannot capture that.
    """
    with deterministic("default"):
        target.index_copy_(0, rows, values)


def _captured(step: Callable[[], None], place: torch.device) -> Callable[[], None]:
    """A function that replays `step`, captured after the warm-up runs that the libraries need."""
    with torch.cuda.device(place):
        # torch requires warm-up runs on a side stream before a capture
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(_WARM_UP):
                step()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
    return graph.replay
