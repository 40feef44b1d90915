from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from approx_build.audio.mulaw import amplitudes, encode
from approx_build.families.base import Moment
from approx_build.families.wavenet.family import WaveNet
from approx_build.families.wavenet.network import WaveNetNetwork
from approx_build.families.wavenet.parameters import Objective
from approx_build.numerics.stream import Stream

GLOROT = Objective(initialisation="glorot")

SMALL = WaveNet(
    dilations=(1, 2, 4, 1, 8),
    residual_channels=6,
    dilation_channels=5,
    skip_channels=7,
    quantization_channels=16,
)
FORMS = [
    SMALL,
    SMALL.model_copy(update={"filter_width": 3}),
    SMALL.model_copy(update={"use_biases": False}),
    SMALL.model_copy(update={"scalar_input": True, "initial_filter_width": 9}),
]
IDS = ["default", "wide", "no-biases", "scalar"]


def weights_of(network: WaveNet, dtype: torch.dtype = torch.float64) -> dict[str, torch.Tensor]:
    """Weights with biases that are not zero."""
    arrays = WaveNetNetwork(network, GLOROT).initial(Stream.named("test"))
    rng = Stream.named("biases")
    return {
        name: torch.from_numpy(array).to(dtype)
        + (torch.from_numpy(rng.uniforms(array.size)).reshape(array.shape).to(dtype) - 0.5) * 0.2
        for name, array in arrays.items()
    }


def some_codes(length: int, codes: int = 16) -> torch.Tensor:
    return torch.from_numpy((Stream.named("codes").uniforms(length) * codes).astype(np.int64))


def convolved(x: torch.Tensor, taps: torch.Tensor, dilation: int = 1) -> torch.Tensor:
    """A causal convolution of [C, T] by taps [W, in, out], zeros before the start."""
    padded = F.pad(x, ((len(taps) - 1) * dilation, 0))
    return F.conv1d(padded[None], taps.permute(2, 1, 0), dilation=dilation)[0]


def logits_by_convolutions(
    network: WaveNet, weights: dict[str, torch.Tensor], given: torch.Tensor
) -> torch.Tensor:
    """ibab's form: convolutions layer by layer, skips added up [T, Q]."""
    zero = torch.zeros((), dtype=torch.float64)

    def bias(name: str, layer: int | None = None) -> torch.Tensor:
        found = weights.get(f"{name}.bias")
        if found is None:
            return zero
        return (found if layer is None else found[layer])[:, None]

    width, codes = network.causal_width, network.quantization_channels
    past = torch.cat((torch.full((width,), codes // 2), given))[:-1]
    if network.scalar_input:
        heard = torch.from_numpy(amplitudes(codes).astype(np.float64))[past][None]
    else:
        heard = F.one_hot(past, codes).T.double()
    x = convolved(heard, weights["causal.weight"])[:, width - 1 :]
    skips = zero
    for layer, dilation in enumerate(network.dilations):
        taps = {n: weights[f"layers.{n}.weight"][layer] for n in ("filter", "gate")}
        z = torch.tanh(convolved(x, taps["filter"], dilation) + bias("layers.filter", layer))
        z = z * torch.sigmoid(convolved(x, taps["gate"], dilation) + bias("layers.gate", layer))
        skips = skips + weights["layers.skip.weight"][layer].T @ z + bias("layers.skip", layer)
        x = x + weights["layers.dense.weight"][layer].T @ z + bias("layers.dense", layer)
    hidden = torch.relu(weights["post1.weight"].T @ torch.relu(skips) + bias("post1"))
    return (weights["post2.weight"].T @ hidden + bias("post2")).T


@pytest.mark.parametrize("network", FORMS, ids=IDS)
def test_the_product_form_is_the_convolution_form(network: WaveNet) -> None:
    weights, given = weights_of(network), some_codes(40)
    code = WaveNetNetwork(network)
    code._amplitudes = code._amplitudes.double()
    expected = logits_by_convolutions(network, weights, given)
    torch.testing.assert_close(
        code.logits(weights, given[None])[0], expected, rtol=1e-11, atol=1e-12
    )


@pytest.mark.parametrize("network", FORMS, ids=IDS)
def test_a_code_changes_no_logits_before_it_and_none_beyond_the_field(network: WaveNet) -> None:
    weights, given = weights_of(network), some_codes(60)
    code = WaveNetNetwork(network)
    code._amplitudes = code._amplitudes.double()
    place = 10
    changed = given.clone()
    changed[place] = (changed[place] + 5) % 16
    difference = (code.logits(weights, given[None]) - code.logits(weights, changed[None]))[0]
    difference = difference.abs().sum(dim=1)
    heard = torch.nonzero(difference).flatten()
    assert int(heard.min()) == place + 1
    assert int(heard.max()) == place + network.receptive_field


def test_causal_by_gradient() -> None:
    network = SMALL.model_copy(update={"scalar_input": True, "initial_filter_width": 3})
    weights, given = weights_of(network, torch.float32), torch.arange(16)
    code = WaveNetNetwork(network)
    code._amplitudes.requires_grad_()
    code.logits(weights, given[None])[0, 9].sum().backward()
    gradient = code._amplitudes.grad
    assert gradient is not None
    assert gradient[:9].abs().min() > 0  # codes 0 to 8 came before
    assert (gradient[9:] == 0).all()


def test_the_tensors_are_those_that_are_declared() -> None:
    for network in FORMS:
        for scheme in (GLOROT, Objective()):
            arrays = WaveNetNetwork(network, scheme).initial(Stream.named("t"))
            assert {n: a.shape for n, a in arrays.items()} == network.tensor_shapes()
            assert {a.dtype for a in arrays.values()} == {np.dtype(np.float32)}


def test_first_weights_are_glorot_uniform_with_zero_biases() -> None:
    arrays = WaveNetNetwork(WaveNet(), GLOROT).initial(Stream.named("t"))
    assert not arrays["layers.filter.bias"].any()
    filters = arrays["layers.filter.weight"]
    limit = (6 / (2 * 32 + 2 * 32)) ** 0.5
    assert np.abs(filters).max() <= limit
    assert filters.std() == pytest.approx(limit / 3**0.5, rel=0.01)


def test_the_loss_of_an_uninformed_network_is_the_logarithm_of_the_number_of_codes() -> None:
    weights = {n: torch.zeros(shape) for n, shape in SMALL.tensor_shapes().items()}
    codes = some_codes(30)
    loss = WaveNetNetwork(SMALL).loss(weights, {"codes": codes[None], "given": codes[None]})
    assert float(loss) == pytest.approx(np.log(16), rel=1e-6)


def test_the_last_dense_map_never_affects_the_output() -> None:
    weights = {n: w.requires_grad_() for n, w in weights_of(SMALL).items()}
    example = {"codes": some_codes(30)[None], "given": some_codes(30)[None]}
    WaveNetNetwork(SMALL).loss(weights, example).backward()
    gradient = weights["layers.dense.weight"].grad
    assert gradient is not None
    assert not gradient[-1].any()
    assert gradient[:-1].any()


def test_matrices_name_stacks_of_the_declared_shapes() -> None:
    shapes = SMALL.tensor_shapes()
    for name, (count, rows, columns, _) in WaveNetNetwork(SMALL).matrices().items():
        assert np.prod(shapes[name]) == count * rows * columns
        assert shapes[name][-1] == columns


def test_a_batch_is_the_mean_of_its_examples() -> None:
    code, weights = WaveNetNetwork(SMALL), weights_of(SMALL)
    codes = some_codes(60).reshape(2, 30)
    loss = code.loss(weights, {"codes": codes, "given": codes})
    each = [code.loss(weights, {"codes": one[None], "given": one[None]}) for one in codes]
    torch.testing.assert_close(loss, torch.stack(each).mean(), rtol=1e-12, atol=0)


def test_an_example_is_the_codes_of_the_sound_and_noise_comes_with_finetuning() -> None:
    code = WaveNetNetwork(WaveNet(), Objective(finetune_noise=8))
    sound = np.linspace(-0.5, 0.5, 4000, dtype=np.float32)[None]
    plain = code.example(sound, Stream.named("a"), Moment(0))
    np.testing.assert_array_equal(plain["codes"], encode(sound[0], 256))
    np.testing.assert_array_equal(plain["given"], plain["codes"])
    spreads = []
    for number in range(60):
        noisy = code.example(sound, Stream.named("a", number), Moment(0, is_finetuning=True))
        np.testing.assert_array_equal(noisy["codes"], plain["codes"])
        spreads.append(float((noisy["given"] - plain["codes"]).std()))
    assert max(spreads) <= 8.5
    assert 0.3 < np.mean([spread == 0 for spread in spreads]) < 0.7


@pytest.mark.parametrize("network", FORMS, ids=IDS)
def test_own_gradients_are_those_of_autograd(network: WaveNet) -> None:
    weights = weights_of(network, torch.float32)
    code = WaveNetNetwork(network)
    example = {"codes": some_codes(50)[None], "given": some_codes(50).flip(0)[None]}
    own = code.gradients(weights, example)
    if own is None:
        pytest.skip("the kernels are not compiled here")
    leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    loss = code.loss(leaves, example)
    expected = torch.autograd.grad(loss, list(leaves.values()), materialize_grads=True)
    assert own[0] == pytest.approx(float(loss.detach()), abs=1e-6)
    for (name, gradient), wanted in zip(own[1].items(), expected, strict=True):
        torch.testing.assert_close(gradient, wanted, rtol=1e-4, atol=1e-6, msg=name)


def test_there_are_no_own_gradients_for_other_numbers_or_without_a_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, codes = WaveNetNetwork(SMALL), some_codes(20)[None]
    example = {"codes": codes, "given": codes}
    assert code.gradients(weights_of(SMALL, torch.float64), example) is None
    monkeypatch.setenv("APPROX_KERNEL", "reference")
    assert code.gradients(weights_of(SMALL, torch.float32), example) is None
