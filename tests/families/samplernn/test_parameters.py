from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from approx_build.errors import ScoreError
from approx_build.families.samplernn import SampleRNN
from approx_build.families.samplernn.parameters import PRESETS
from approx_build.training.model import ModelSpec, load_model, model_of

DIRECT = {"preset": "mehri", "frame_sizes": [16], "layers": 3}
"""The two-tier form of Mehri et al."""


@pytest.mark.parametrize(
    ("network", "count"),
    [
        ({"preset": "prism"}, 78_057_728),
        ({"preset": "prism", "layers": 2}, 52_867_328),
        ({"preset": "deepsound"}, 51_842_304),
        ({"preset": "mehri"}, 18_722_048),
        ({}, 432_000),
        ({"width": 64, "embedding": 32}, 121_920),
    ],
)
def test_every_form_has_its_published_size(network: dict[str, object], count: int) -> None:
    assert SampleRNN.model_validate(network).parameter_count == count


def gains(network: SampleRNN) -> int:
    """Gains of weight normalisation that Mehri et al. train: one for each output of a map."""
    width, tiers = network.width, range(len(network.frame_sizes))
    maps = [width] * (1 + network.hidden_layers) + [network.codes]
    for tier in tiers:
        maps += [width] * network.has_input(tier) + [6 * width] * network.layers
        maps += [network.ratio(tier) * width]
    return sum(maps)


def test_with_the_gains_of_weight_normalisation_the_published_counts_are_whole() -> None:
    three, two = SampleRNN(preset="mehri"), SampleRNN.model_validate(DIRECT)
    assert three.parameter_count + gains(three) == 18_744_832
    assert two.parameter_count + gains(two) == 39_243_264


def test_deepsound_s_gains_run_over_the_inputs_of_its_upsampling() -> None:
    """Its README's network: two input maps, two upsamplings, three maps of the last tier."""
    network = SampleRNN(preset="deepsound")
    assert network.parameter_count + 2 * 1024 + 2 * 1024 + 2 * 1024 + 256 == 51_848_704


def test_prism_s_tiers_have_their_published_sizes() -> None:
    shapes = SampleRNN(preset="prism").tensor_shapes()
    sizes = {
        part: sum(math.prod(s) for name, s in shapes.items() if name.startswith(part))
        for part in ("tiers.1", "tiers.0", ("mlp", "embedding"))
    }
    assert list(sizes.values()) == [29_451_264, 41_985_024, 6_621_440]


def test_shapes_follow_the_sizes() -> None:
    shapes = SampleRNN(frame_sizes=(2, 6), width=5, embedding=3, layers=2, codes=9).tensor_shapes()
    assert shapes["tiers.0.upsample.weight"] == (2, 5, 5)
    assert shapes["tiers.1.upsample.bias"] == (3, 5)
    assert shapes["tiers.1.input.weight"] == (6, 5)
    assert shapes["tiers.1.gru.1.input.weight"] == (5, 15)
    assert shapes["tiers.0.start"] == (2, 5)
    assert shapes["mlp.input.weight"] == (2, 3, 5)
    assert shapes["mlp.hidden.weight"] == (1, 5, 5)
    assert shapes["mlp.output.weight"] == (5, 9)


def test_the_form_decides_which_tensors_there_are() -> None:
    prism, mehri = (SampleRNN(preset=name).tensor_shapes() for name in ("prism", "mehri"))
    assert "tiers.0.start" not in prism
    assert "tiers.0.upsample.bias" not in prism
    assert prism["mlp.hidden.weight"] == (2, 1024, 1024)
    assert "tiers.0.input.weight" in mehri
    assert "tiers.1.input.weight" not in mehri
    assert mehri["tiers.1.gru.0.input.weight"] == (8, 3072)
    assert "tiers.1.gru.0.state.bias" not in mehri


def test_what_is_given_goes_before_what_a_preset_says() -> None:
    network = SampleRNN(preset="prism", width=32, mlp="deepsound", codes=64)
    assert (network.width, network.mlp, network.codes) == (32, "deepsound", 64)
    assert network.frame_sizes == (16, 64)
    again = SampleRNN.model_validate_json(network.model_dump_json())
    assert again == network


def test_a_preset_says_nothing_that_is_the_house_s_default() -> None:
    house = SampleRNN().model_dump()
    for preset in PRESETS.values():
        assert all(house[name] != value for name, value in preset.items())


def test_codes_enter_directly_from_two_frames_back() -> None:
    assert SampleRNN().receptive_field == 31
    assert SampleRNN(preset="prism").receptive_field == 127


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ((4, 18), "18 is no multiple of 4 above it; each size must divide the next: 16 or 20"),
        ((4, 4), "4 is no multiple of 4 above it; each size must divide the next: 8 or 12"),
        ((16, 4), "each size must divide the next: 32 or 48"),
    ],
)
def test_frames_that_do_not_nest_are_refused_with_the_nearest(
    sizes: tuple[int, ...], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        SampleRNN(frame_sizes=sizes)


@pytest.mark.parametrize("sizes", [(), (2, 4, 8), (0, 4), (4, 5000)])
def test_tiers_are_two_or_three_of_frames_that_can_be(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError):
        SampleRNN(frame_sizes=sizes)


def test_an_unknown_preset_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="'house', 'prism', 'deepsound' or 'mehri'"):
        SampleRNN.model_validate({"preset": "lstm"})


@pytest.mark.parametrize("size", [32, 48, 6144])
def test_windows_of_whole_frames_can_be_learned(size: int) -> None:
    SampleRNN().check_training_window(size)


@pytest.mark.parametrize(
    ("size", "nearest"), [(2, "32"), (16, "32"), (31, "32"), (33, "32 or 48"), (200, "192 or 208")]
)
def test_other_windows_are_refused_with_the_nearest(size: int, nearest: str) -> None:
    with pytest.raises(ValueError, match=rf"multiple of 16.*: {nearest} \(is {size}\)"):
        SampleRNN().check_training_window(size)


def declared_in_yaml(folder: Path, network: str, window: int = 96) -> ModelSpec:
    text = f"model: reeds\nfamily: samplernn\ncorpus: tones\nnetwork: {network}\n"
    path = folder / "reeds.yaml"
    path.write_text(f"{text}training: {{steps: 9, window: {window}}}\n", encoding="utf-8")
    return load_model(path)


def test_a_model_in_yaml_has_the_network_it_declares(tmp_path: Path) -> None:
    model = declared_in_yaml(tmp_path, "{frame_sizes: [4, 12], width: 24}")
    assert model.network == SampleRNN(frame_sizes=(4, 12), width=24)
    mehri = declared_in_yaml(tmp_path, "{preset: mehri, layers: 2}")
    assert mehri.network == SampleRNN(preset="mehri", layers=2)
    again = model_of(mehri.manifest("0" * 64), model="reeds", corpus="tones")
    assert again.network == mehri.network


@pytest.mark.parametrize(
    ("network", "window", "words"),
    [
        ("{frame_sizes: [4, 18]}", 96, "each size must divide the next: 16 or 20"),
        ("{frame_sizes: 4}", 96, "frame_sizes: needs a list"),
        ("{frame_sizes: [4, x]}", 96, "frame_sizes"),
        ("{preset: lstm}", 96, "network.preset"),
        ("{preset: 7}", 96, "network.preset"),
        ("{cell: lstm}", 96, "cell"),
        ("{}", 100, "training.window: must be a multiple of 16.*: 96 or 112"),
    ],
)
def test_faults_in_yaml_are_reported_with_their_place(
    network: str, window: int, words: str, tmp_path: Path
) -> None:
    with pytest.raises(ScoreError, match=words) as refused:
        declared_in_yaml(tmp_path, network, window)
    assert re.search(r"reeds\.yaml:[45]:", str(refused.value))
