"""The published counts of parameters, part by part."""

from __future__ import annotations

from approx_build.families.parameters import numbers_in
from approx_build.families.rave.parameters import RAVEParameters
from approx_build.families.rave.presets import PRESETS

MEASURED = (".norm.mean", ".norm.log_variance")
"""Statistics, which the published counts leave out."""


def network(name: str, **changes: object) -> RAVEParameters:
    return RAVEParameters.model_validate({**PRESETS[name], **changes})


def counted(net: RAVEParameters, part: str) -> int:
    shapes = net.training_shapes().items()
    return numbers_in({n: s for n, s in shapes if n.startswith(part) and not n.endswith(MEASURED)})


def counts(net: RAVEParameters) -> tuple[int, int, int]:
    encoder, decoder, discriminator = (
        counted(net, part) for part in ("encoder.", "decoder.", "discriminator.")
    )
    return encoder, decoder, discriminator


def test_v1_has_the_published_counts() -> None:
    assert counts(network("v1")) == (4_834_176, 12_778_193, 7_751_619)
    small = counts(network("v1", capacity=16, noise_channels=16))
    assert small == (426_720, 976_577, 486_387)


def test_v2_has_the_published_counts() -> None:
    assert counts(network("v2")) == (16_056_928, 15_479_072, 27_130_952)


def test_noise_adds_its_published_count_to_v2() -> None:
    assert counted(network("noise"), "decoder.") == 15_634_720


def test_v2_small_has_the_published_counts_less_what_its_noise_cannot_use() -> None:
    """The published branch has 32 magnitudes where its blocks have room for 5."""
    encoder, decoder, discriminator = counts(network("v2_small"))
    assert (encoder, discriminator) == (3_945_904, 6_791_720)
    assert decoder + 64 * 4 * 16 * (32 - 5) == 3_816_608


def test_a_capacity_of_16_has_the_published_count() -> None:
    encoder, decoder, _ = counts(network("v2", capacity=16))
    assert encoder + decoder == 1_129_520


def test_the_setting_for_two_cores_has_its_counts() -> None:
    net = network("small", sample_rate=11025, ratios=(4, 4, 2))
    assert counts(net)[:2] == (251_632, 262_824)
    assert net.hop == 512


def test_every_preset_is_a_network() -> None:
    for name in PRESETS:
        assert network(name).parameter_count > 0
