"""SampleRNN's torch code against the sampler, against torch's GRU, and by its gradients."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from approx_build.families.base import Moment
from approx_build.families.samplernn import SampleRNN
from approx_build.families.samplernn.draw import SAMPLER
from approx_build.families.samplernn.network import SampleRNNNetwork
from approx_build.families.samplernn.parameters import Objective
from approx_build.numerics.stream import Stream
from tests.families.samplernn.networks import PLAIN, SHAPES, random_weights

FRAME = PLAIN.top_frame


def tensors(network: SampleRNN, dtype: torch.dtype = torch.float64) -> dict[str, Tensor]:
    return {n: torch.from_numpy(w).to(dtype) for n, w in random_weights(network).items()}


def codes(network: SampleRNN, frames: int, count: int = 1) -> Tensor:
    """Random codes after a frame of silence."""
    numbers = np.random.default_rng(3).integers(
        0, network.codes, (count, frames * network.top_frame)
    )
    silence = np.full((count, network.top_frame), network.codes // 2)
    return torch.from_numpy(np.concatenate([silence, numbers], axis=1))


def near(found: Tensor, expected: Tensor) -> None:
    """Equal but for the order in which a product of another shape adds, in float64."""
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", SHAPES)
def test_all_tiers_at_once_compute_what_the_sampler_computes_step_by_step(name: str) -> None:
    shape = SHAPES[name]
    pitch_and_loudness = codes(shape, 5, count=2)
    for dtype, within in ((torch.float64, 1e-4), (torch.float32, 2e-4)):
        said, _ = SampleRNNNetwork(shape).run(tensors(shape, dtype), pitch_and_loudness)
        stepwise = SAMPLER.logits(
            random_weights(shape),
            shape,
            [one[shape.top_frame :].numpy().astype(np.uint8) for one in pitch_and_loudness],
        )
        np.testing.assert_allclose(said.numpy(), np.stack(stepwise), rtol=0, atol=within)


@pytest.mark.parametrize("reset", ["after", "before"])
def test_two_windows_with_states_handed_on_equal_one_of_double_length(reset: str) -> None:
    network = PLAIN.model_copy(update={"reset": reset})
    net, weights, pitch_and_loudness = (
        SampleRNNNetwork(network),
        tensors(network),
        codes(network, 6, 2),
    )
    half = 3 * FRAME
    whole, ended = net.run(weights, pitch_and_loudness)
    first, states = net.run(weights, pitch_and_loudness[:, : FRAME + half])
    second, last = net.run(weights, pitch_and_loudness[:, half:], states)
    near(torch.cat([first, second], dim=1), whole)
    for a, b in zip(last, ended, strict=True):
        near(a, b)


def test_chunks_change_no_logits() -> None:
    net, weights, pitch_and_loudness = SampleRNNNetwork(PLAIN), tensors(PLAIN), codes(PLAIN, 8)
    whole, _ = net.run(weights, pitch_and_loudness)
    cut, _ = net.run(weights, pitch_and_loudness, chunk=2 * FRAME)
    near(cut, whole)
    late, _ = net.run(weights, pitch_and_loudness, skipped=3 * FRAME)
    near(late, whole[:, 3 * FRAME :])


class Seen(SampleRNNNetwork):
    """A network whose tiers hear levels that can have gradients."""

    def pitch_and_loudness(
        self, weights: dict[str, Tensor], row: Tensor, **means: int
    ) -> tuple[Tensor, Tensor]:
        """Logits, and what the tiers heard of each code."""
        kept: list[Tensor] = []

        class Table:
            def to(_, *where: object) -> Table:  # noqa: N805
                return self_table

            def __getitem__(_, at: Tensor) -> Tensor:  # noqa: N805
                if not kept:
                    kept.append(levels[at].clone().requires_grad_())
                return kept[0]

        levels, self_table = self._levels.double(), Table()
        self._levels = self_table  # type: ignore[assignment]
        logits, _ = self.run(weights, row, **means)
        return logits, kept[0]


def reached(chunk: int | None, row: int) -> list[int]:
    """From which places of the window gradients come to the logits of one place, through tiers."""
    logits, pitch_and_loudness = Seen(PLAIN).pitch_and_loudness(
        tensors(PLAIN), codes(PLAIN, 6), chunk=chunk
    )  # type: ignore[arg-type]
    [gradient] = torch.autograd.grad(logits[0, row].square().sum(), [pitch_and_loudness])
    return [int(i) for i in torch.nonzero(gradient[0]).flatten()]


def test_tiers_hear_whole_frames_before_a_code_and_none_of_its_own() -> None:
    """Place F + t is code t's own; the middle tier's frames of 2 end where they end."""
    for row in (0, 1, 7, 12, 23):
        assert reached(None, row) == list(range((FRAME + row) // 2 * 2))


def test_gradients_do_not_leave_a_chunk() -> None:
    """A chunk of 12 samples: of the last of them, no gradient before its frames begin."""
    assert min(reached(12, 11)) == 0
    assert min(reached(12, 12)) == 12
    assert min(reached(12, 23)) == 12
    assert min(reached(12, 24)) == 24


def test_the_loss_of_a_chunk_gives_no_gradient_to_the_first_states() -> None:
    weights = {name: w.requires_grad_() for name, w in tensors(PLAIN).items()}
    starts = [weights["tiers.0.start"], weights["tiers.1.start"]]
    example = {"codes": codes(PLAIN, 8)}
    for warm_up, moves in ((0, True), (1, False)):
        net = SampleRNNNetwork(PLAIN, Objective(chunk=12, warm_up=warm_up))
        found = torch.autograd.grad(net.loss(weights, example), starts, allow_unused=True)
        assert all((one is not None and bool(one.any())) == moves for one in found)


def test_the_loss_is_the_mean_of_what_comes_after_the_warm_up() -> None:
    weights, example = tensors(PLAIN), {"codes": codes(PLAIN, 8, 2)}
    logits, _ = SampleRNNNetwork(PLAIN).run(weights, example["codes"])
    each = -torch.log_softmax(logits, dim=2).gather(2, example["codes"][:, FRAME:, None])
    for warm_up, skipped in ((0, 0), (1, 12), (3, 36), (99, 36)):
        loss = SampleRNNNetwork(PLAIN, Objective(chunk=7, warm_up=warm_up)).loss(weights, example)
        assert float(loss) == pytest.approx(float(each[:, skipped:].mean()), abs=1e-12)


def test_chunks_are_whole_frames_of_the_top_tier() -> None:
    chunks = {n: SampleRNNNetwork(PLAIN, Objective(chunk=n)).chunk for n in (1, 6, 7, 512)}
    assert chunks == {1: 6, 6: 6, 7: 12, 512: 516}


@pytest.mark.parametrize("name", SHAPES)
def test_a_network_of_zeros_finds_all_codes_as_likely(name: str) -> None:
    shape = SHAPES[name]
    weights = {name: torch.zeros_like(w) for name, w in tensors(shape).items()}
    loss = SampleRNNNetwork(shape).loss(weights, {"codes": codes(shape, 3)})
    assert float(loss) == pytest.approx(math.log(shape.codes), abs=1e-12)


@pytest.mark.parametrize("name", ["plain", "prism", "mehri", "deepsound"])
def test_the_first_weights_find_all_codes_about_as_likely(name: str) -> None:
    net = SampleRNNNetwork(SHAPES[name])
    weights = {n: torch.from_numpy(w) for n, w in net.initial(Stream.named("first")).items()}
    loss = float(net.loss(weights, {"codes": codes(SHAPES[name], 40)}))
    assert loss == pytest.approx(math.log(SHAPES[name].codes), abs=0.3)
    assert {n: tuple(w.shape) for n, w in weights.items()} == SHAPES[name].tensor_shapes()


def test_an_example_is_the_codes_of_a_window_whatever_the_moment() -> None:
    net, sound = SampleRNNNetwork(SHAPES["mehri"]), np.linspace(-1, 1, 9, dtype=np.float32)
    found = net.example(sound[None], Stream.named("x"), Moment(3, is_finetuning=True))
    assert list(found["codes"]) == [0, 32, 64, 96, 128, 160, 192, 224, 255]
    assert found["codes"].dtype == np.int64


def test_stacks_of_matrices_have_the_numbers_of_their_tensors() -> None:
    for shape in SHAPES.values():
        sizes = shape.tensor_shapes()
        stacks = SampleRNNNetwork(shape).matrices()
        assert "mlp.output.weight" not in stacks
        for name, (count, rows, columns, _) in stacks.items():
            assert count * rows * columns == math.prod(sizes[name])


@pytest.mark.parametrize("name", ["plain", "mehri"])
def test_a_lower_precision_of_products_gives_about_the_same_loss_and_gradients(name: str) -> None:
    net, pitch_and_loudness = (
        SampleRNNNetwork(SHAPES[name], Objective(chunk=12)),
        codes(SHAPES[name], 8),
    )
    found = []
    for is_low in (False, True):
        first = net.initial(Stream.named("first")).items()
        weights = {name: torch.from_numpy(array).requires_grad_() for name, array in first}
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_low):
            loss = net.loss(weights, {"codes": pitch_and_loudness})
        given = torch.autograd.grad(loss, list(weights.values()), materialize_grads=True)
        found.append((float(loss.detach()), torch.cat([one.flatten() for one in given])))
    (loss, exact), (low_loss, low) = found
    assert low_loss == pytest.approx(loss, rel=0.02)
    assert float(torch.cosine_similarity(exact, low.float(), dim=0)) > 0.99
