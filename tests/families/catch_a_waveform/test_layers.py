"""The convolutions of a scale: what they lose at the ends, and their tensors."""

from __future__ import annotations

from approx_build.families.catch_a_waveform import layers


def test_dilations_double_from_layer_to_layer() -> None:
    for make in (layers.generator, layers.critic):
        dilated = [layer for layer in make(4, 8, 9) if layer.name not in ("filter", "gate", "out")]
        assert [layer.dilation for layer in dilated] == [1, 2, 4, 8, 16, 32, 64, 128]
        assert sum(layer.lost for layer in dilated) == 2040
        assert [layer.has_norm for layer in dilated] == [True] * 7 + [False]


def test_a_convolution_has_a_gain_for_each_output_and_perhaps_a_norm() -> None:
    head, *_, out = layers.generator(4, 3, 5)
    assert head.shapes("generator.0") == {
        "generator.0.head.weight": (4, 1, 5),
        "generator.0.head.gain": (4,),
        "generator.0.head.bias": (4,),
        "generator.0.head.norm.weight": (4,),
        "generator.0.head.norm.bias": (4,),
    }
    assert out.shapes("g")["g.out.weight"] == (1, 4, 1)
    assert "g.out.norm.weight" not in out.shapes("g")
