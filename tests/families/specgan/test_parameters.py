"""The published numbers of parameters, the layers of each size, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from approx_build.families.parameters import numbers_in
from approx_build.families.specgan.parameters import PRESETS, SpecGANParameters

COUNTS: dict[str, tuple[dict[str, Any], int, int]] = {
    "published": ({}, 19_065_345, 17_427_969),
    "small": ({"preset": "small"}, 1_502_337, 1_092_993),
    "half as wide": ({"width": 32}, 5_180_673, 4_361_985),
    "four seconds": ({"length": 65_536, "window": 512, "hop": 256}, 73_149_953, 69_875_201),
    "four layers": (
        {"length": 4096, "window": 128, "hop": 64, "width": 16},
        *(476_161, 271_489),
    ),
    "four narrow layers": (
        {"length": 4096, "window": 128, "hop": 64, "width": 8},
        *(170_881, 68_545),
    ),
}
"""Of each network its parameters, and the numbers of its generator and its critic."""


def network(**given: Any) -> SpecGANParameters:
    return SpecGANParameters.model_validate(given)


@pytest.mark.parametrize("name", COUNTS)
def test_networks_have_the_published_counts(name: str) -> None:
    given, generator, critic = COUNTS[name]
    net = network(**given)
    shapes = net.training_shapes()
    counts = {
        part: numbers_in({n: shape for n, shape in shapes.items() if n.startswith(f"{part}.")})
        for part in ("generator", "critic", "moments")
    }
    assert counts == {"generator": generator, "critic": critic, "moments": 2 * net.bins}
    assert net.parameter_count == generator + 2 * net.bins


@pytest.mark.parametrize("frames", [8, 16, 64, 128, 512])
@pytest.mark.parametrize("window", [32, 64, 256, 1024])
def test_layers_double_the_first_cells_to_the_spectrogram(frames: int, window: int) -> None:
    net = network(length=frames * window // 2, window=window, hop=window // 2, width=4)
    first = net.first_cells
    assert min(first) == 4
    assert (first[0] << net.layers, first[1] << net.layers) == (frames, window // 2)
    assert net.widths[-2:] == (4, 1)
    assert all(a == 2 * b for a, b in zip(net.widths[:-2], net.widths[1:-1], strict=True))


def test_the_published_spectrogram_is_of_128_frames_and_128_bins() -> None:
    net = network()
    assert (net.frames, net.bins, net.first_cells, net.layers) == (128, 128, (4, 4), 5)
    assert net.before == 1


def test_presets_give_what_is_not_given() -> None:
    for preset, values in PRESETS.items():
        net = network(preset=preset)
        assert {name: getattr(net, name) for name in values} == values
    assert network(preset="small", width=8).width == 8


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"length": 16_000}, r"16000 samples; .* the nearest is 16384 \(1.02 s\)"),
        ({"length": 100}, "at least 1024, 8 hops; the nearest is 1024"),
        ({"window": 200}, r"window: 200 .* from 32 to 4096; the nearest is 256"),
        ({"window": 8192}, "the nearest is 4096"),
        ({"hop": 100}, "hop: 100 .* an eighth of the window; the nearest is 128"),
        ({"hop": 256}, "the nearest is 128"),
        ({"hop": 16}, "the nearest is 32"),
        ({"taps": 4}, "taps: 4; must be odd: 3 or 5"),
        ({"width": 6}, "multiple of 4"),
        ({"sample_rate": 500}, "greater than or equal to 1000"),
    ],
)
def test_what_no_network_can_have_is_refused_with_what_it_can(
    given: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        network(**given)


def test_windows_are_clips() -> None:
    network().check_training_window(16_384)
    with pytest.raises(ValueError, match=r"must be 16384, .* \(is 8192\)"):
        network().check_training_window(8192)
