"""A scale in torch against the published form, written with torch's own layers."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.catch_a_waveform.spans import Span
from approx_build.kernels.tensors import Floats
from tests.families.catch_a_waveform.networks import loud, network

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn.utils.parametrizations import weight_norm  # noqa: E402

from approx_build.families.catch_a_waveform.torch_scale import (  # noqa: E402
    fixed,
    generated,
    judged,
    own,
    raised_rows,
)

# One thread for such small networks: more of them only wait for each other.
torch.set_num_threads(1)
NET = network("whole vectors", layers=5)
TENSORS = loud(NET)
WEIGHTS = {name: torch.from_numpy(one) for name, one in TENSORS.items()}
TOLERANCE = {"atol": 2e-5, "rtol": 2e-5}


class Published(nn.Module):
    """Head, body and tail of the published code, its convolutions without padding."""

    def __init__(self, part: str, scale: int) -> None:
        super().__init__()
        layers = NET.generator(scale) if part == "generator" else NET.critic(scale)
        self.layers = nn.ModuleDict()
        for layer in layers:
            same = layer.taps // 2 if layer.name in ("filter", "gate") else 0
            made = weight_norm(
                nn.Conv1d(layer.inputs, layer.outputs, layer.taps, 1, same, layer.dilation), dim=0
            )
            name = f"{part}.{scale}.{layer.name}"
            given = made.parametrizations.weight
            given.original0.data = WEIGHTS[f"{name}.gain"][:, None, None].clone()
            given.original1.data = WEIGHTS[f"{name}.weight"].clone()
            made.bias.data = WEIGHTS[f"{name}.bias"].clone()
            block: list[nn.Module] = [made]
            if layer.has_norm:
                norm = nn.BatchNorm1d(layer.outputs)
                norm.weight.data = WEIGHTS[f"{name}.norm.weight"].clone()
                norm.bias.data = WEIGHTS[f"{name}.norm.bias"].clone()
                if part == "generator":
                    statistics = f"statistics.{scale}.{layer.name}"
                    norm.running_mean = WEIGHTS[f"{statistics}.mean"].clone()
                    norm.running_var = WEIGHTS[f"{statistics}.variance"].clone()
                block += [norm, nn.LeakyReLU(0.2)]
            self.layers[layer.name.replace(".", "-")] = nn.Sequential(*block)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        named = dict(self.layers.items())
        gates = [named.pop(name) for name in ("filter", "gate", "out") if name in named]
        for block in named.values():
            rows = block(rows)
        if gates:
            rows = gates[2](torch.tanh(gates[0](rows)) * torch.sigmoid(gates[1](rows)))
        return torch.cat([rows[:, :, :1], rows[:, :, 1:] - 0.97 * rows[:, :, :-1]], dim=2)[:, 0]


def sound(length: int, items: int = 1) -> Floats:
    numbers = np.random.default_rng(3).standard_normal((items, length))
    return numbers.astype(np.float32)


@pytest.mark.parametrize("scale", [0, 1])
@pytest.mark.parametrize("is_training", [False, True])
def test_a_generator_is_the_published_one_away_from_its_ends(scale: int, is_training: bool) -> None:
    rows = torch.from_numpy(sound(600 + NET.left + NET.right))
    statistics = {
        layer.name: tuple(
            WEIGHTS[f"statistics.{scale}.{layer.name}.{part}"][None, :, None]
            for part in ("mean", "variance")
        )
        for layer in NET.generator(scale)
        if layer.has_norm
    }
    measure = own() if is_training else fixed(statistics)
    published = Published("generator", scale).train(is_training)
    with torch.no_grad():
        expected = published(rows[:, None])
        found = generated(WEIGHTS, NET, scale, rows, torch.zeros_like(rows), measure)
    # Its gates see zeros beyond the ends, ours see sound.
    start = NET.taps // 2 + 1
    torch.testing.assert_close(found, expected[:, start : start + 600], **TOLERANCE)


def test_a_critic_is_the_published_one() -> None:
    rows = torch.from_numpy(sound(500))
    with torch.no_grad():
        found = judged(WEIGHTS, NET, 1, rows)
        torch.testing.assert_close(found, Published("critic", 1)(rows[:, None]), **TOLERANCE)
    assert found.shape == (1, 500 - NET.field + 1)


def test_items_of_a_batch_have_statistics_of_their_own() -> None:
    rows = torch.from_numpy(sound(400, 2))
    rows[1] *= 3
    with torch.no_grad():
        both = judged(WEIGHTS, NET, 0, rows)
        torch.testing.assert_close(both[1:], judged(WEIGHTS, NET, 0, rows[1:]), **TOLERANCE)


def test_raised_rows_are_constants() -> None:
    rows = torch.from_numpy(sound(50, 2)).requires_grad_()
    made = raised_rows(rows, Span(0, 50), 1, 2, Span(2, 90))
    assert made.shape == (2, 88)
    assert not made.requires_grad
