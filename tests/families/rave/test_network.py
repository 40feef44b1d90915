"""What players lower in which phase, and the sound of the torch network."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from approx_build.families.base import Moment
from approx_build.families.players import Turn
from approx_build.families.rave.network import RAVENetwork
from approx_build.families.rave.objective import Objective
from approx_build.families.rave.parameters import PQMF_TAPS, RAVEParameters
from approx_build.families.rave.torch_layers import run_stack
from approx_build.numerics.stream import Stream
from tests.families.rave.networks import FORMS, network, noise, weights_of

WINDOW = 2048
TURNS = {
    "distance": Turn("autoencoder", "distance"),
    "discriminator": Turn("discriminator", "adversarial"),
    "autoencoder": Turn("autoencoder", "adversarial"),
}


def batch(net: RAVEParameters, sound: np.ndarray | None = None) -> dict[str, torch.Tensor]:
    sound = noise(WINDOW) if sound is None else sound
    example = RAVENetwork(net).example(sound[None], Stream.named("example"), Moment(10))
    return {name: torch.from_numpy(np.asarray(array))[None] for name, array in example.items()}


def terms_of(form: str, turn: str) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """The terms of a turn, and the gradients of their sum."""
    net = network(form)
    leaves = {n: torch.from_numpy(a).requires_grad_() for n, a in weights_of(net).items()}
    terms = dict(RAVENetwork(net).losses(leaves, batch(net), TURNS[turn]))
    grads = torch.autograd.grad(sum(terms.values()), list(leaves.values()), allow_unused=True)
    return terms, {n: g for n, g in zip(leaves, grads, strict=True) if g is not None and g.any()}


def test_bands_can_be_converted_back_to_sound() -> None:
    net = RAVENetwork(network())
    sound = torch.from_numpy(noise(4096))[None]
    back = net.to_sound(net.to_bands(sound))
    inside = slice(PQMF_TAPS[4], -PQMF_TAPS[4])
    missed = (back - sound)[0, inside]
    assert -10 * torch.log10(missed.square().mean() / sound[0, inside].square().mean()) > 59


@pytest.mark.parametrize("form", list(FORMS))
def test_the_first_phase_changes_encoder_and_decoder_but_no_discriminator(form: str) -> None:
    terms, gradients = terms_of(form, "distance")
    expected = {"spectrum", "bands", "regulariser"} | ({"statistics"} if "v1" in form else set())
    assert set(terms) == expected
    assert all(torch.isfinite(term) and term > 0 for term in terms.values())
    for name in network(form).training_shapes():
        is_noise_of_v1 = "v1" in form and ".noise." in name
        moves = name.startswith(("encoder.", "decoder.")) and not is_noise_of_v1
        assert (name in gradients) == moves, name


@pytest.mark.parametrize("form", ["v1", "v2"])
def test_the_second_phase_changes_no_encoder_weight(form: str) -> None:
    terms, gradients = terms_of(form, "autoencoder")
    assert set(terms) == {"spectrum", "bands", "adversarial", "features"}
    assert not [name for name in gradients if name.startswith("encoder.")]
    decoder = [name for name in network(form).tensor_shapes() if name.startswith("decoder.")]
    assert gradients.keys() >= set(decoder)


@pytest.mark.parametrize("form", ["v1", "v2"])
def test_the_turn_of_the_discriminators_changes_only_them(form: str) -> None:
    terms, gradients = terms_of(form, "discriminator")
    assert set(terms) == {"hinge"}
    own = {n for n in network(form).training_shapes() if n.startswith("discriminator.")}
    # Where scores are within 1 of 0, a bias may move both sides of the hinge alike.
    biases = {name for name in own if name.endswith(".bias")}
    assert own - biases <= gradients.keys() <= own


def test_a_discriminator_with_zero_scores_has_a_hinge_loss_of_2_per_network() -> None:
    net = network()
    tensors = {n: torch.from_numpy(a) for n, a in weights_of(net).items()}
    for one in net.discriminators:
        tensors[f"{one.names[-1]}.weight"] = torch.zeros(1, one.widths[-1], 1)
        tensors[f"{one.names[-1]}.bias"] = torch.zeros(1)
    terms = RAVENetwork(net).losses(tensors, batch(net), TURNS["discriminator"])
    assert float(terms["hinge"]) == pytest.approx(2 * len(net.discriminators))


def test_the_loss_of_a_batch_is_the_mean_of_its_items() -> None:
    net = network()
    tensors = {n: torch.from_numpy(a) for n, a in weights_of(net).items()}
    one, other = batch(net), batch(net, noise(WINDOW, 5, 0.05))
    both = {name: torch.cat((one[name], other[name])) for name in one}
    for turn in TURNS.values():
        terms, first, second = (
            RAVENetwork(net).losses(tensors, x, turn) for x in (both, one, other)
        )
        for name, term in terms.items():
            torch.testing.assert_close(term, (first[name] + second[name]) / 2, rtol=1e-4, atol=1e-5)


def test_weight_normalisation_does_not_change_initial_weights() -> None:
    net = network()
    first = RAVENetwork(net).initial(Stream.named("weights"))
    for name, gain in first.items():
        if name.endswith(".gain"):
            weight = first[name.replace(".gain", ".weight")]
            np.testing.assert_allclose(np.sqrt((weight**2).sum(axis=(1, 2))), gain, rtol=1e-5)
    limit = 1 / np.sqrt(4 * 7)
    assert 0.9 * limit < np.abs(first["encoder.first.weight"]).max() <= limit


def test_norms_learn_the_statistics_of_the_sound() -> None:
    """Their gradient is 0 once they are right, and points there before."""
    net = RAVENetwork(network("v1"))
    tensors = {n: torch.from_numpy(a) for n, a in weights_of(net.params).items()}
    bands = net.to_bands(batch(net.params)["sound"])
    for _ in range(len(net.params.encoder)):
        # One norm after the other: each depends on those before it.
        output = bands
        for layer in net.params.encoder:
            before = output
            bare = {**tensors}
            if layer.has_norm:
                for part, value in (("weight", 1.0), ("bias", 0.0), ("mean", 0.0)):
                    bare[f"{layer.name}.norm.{part}"] = torch.full((layer.outputs,), value)
                bare[f"{layer.name}.norm.log_variance"] = torch.full(
                    (layer.outputs,), float(np.log(1 - 1e-5))
                )
                raw = run_stack(bare, (layer,), before)
                tensors[f"{layer.name}.norm.mean"] = raw.mean(dim=(0, 2))
                tensors[f"{layer.name}.norm.log_variance"] = (
                    raw.var(dim=(0, 2), correction=0) + 1e-5
                ).log()
            output = run_stack(tensors, (layer,), before)
    statistics: list[torch.Tensor] = []
    net.encode(tensors, bands, statistics)
    assert len(statistics) == 2
    assert all(float(one) < 1e-9 for one in statistics)


def test_a_sound_delayed_by_one_latent_has_latents_delayed_by_one() -> None:
    net = RAVENetwork(network())
    tensors = {n: torch.from_numpy(a) for n, a in weights_of(net.params).items()}
    hop, margin = net.params.hop, net.params.encoder_margin
    sound = torch.from_numpy(noise(64 * hop))[None]
    later = torch.nn.functional.pad(sound, (hop, 0))[:, : 64 * hop]
    one, other = (net.encode(tensors, net.to_bands(x))[0] for x in (sound, later))
    torch.testing.assert_close(
        other[..., margin + 1 : 64 - margin],
        one[..., margin : 63 - margin],
        atol=1e-5,
        rtol=1e-5,
    )


def test_held_out_windows_are_decoded_from_the_means_of_latents() -> None:
    net = RAVENetwork(network())
    example = net.clean(noise(WINDOW)[None], Stream.named("a"))
    tensors = {n: torch.from_numpy(a) for n, a in weights_of(net.params).items()}
    there = {name: torch.from_numpy(np.asarray(array))[None] for name, array in example.items()}
    before = float(net.loss(tensors, there))
    there["normal"] = there["normal"] + 3
    assert float(net.loss(tensors, there)) == before


def test_the_weight_of_the_regulariser_depends_on_the_number_of_windows() -> None:
    net = RAVENetwork(network(), Objective(beta=1.0, first_beta=0.01, beta_windows=100))
    betas = [
        float(net.example(noise(WINDOW)[None], Stream.named("a"), Moment(position))["beta"])
        for position in (0, 50, 100)
    ]
    np.testing.assert_allclose(betas, [0.01, 0.1, 1.0], rtol=1e-5)


def test_axes_are_measured_from_the_means_of_latents() -> None:
    net = RAVENetwork(network())
    tensors = {n: torch.from_numpy(a) for n, a in weights_of(net.params).items()}
    sounds = [noise(WINDOW, seed, 0.1 * seed)[None] for seed in range(1, 6)]
    found = net.measured(tensors, sounds)
    means = [net.encode(tensors, net.to_bands(torch.from_numpy(x)))[0][0].T for x in sounds]
    latents = torch.cat(means).numpy()
    np.testing.assert_allclose(found["latent.mean"], latents.mean(axis=0), rtol=1e-5)
    along = (latents - found["latent.mean"]) @ found["latent.axes"].T
    np.testing.assert_allclose(along.std(axis=0), found["latent.deviation"], rtol=1e-3, atol=1e-5)
