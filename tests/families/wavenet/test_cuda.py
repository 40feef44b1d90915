"""Drawing on a device, tried on the CPU, where the steps run without a graph.

No GPU was had: the last test here and the last of `test_cuda_lanes` need one, are skipped
without one, and have not been run.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from approx_build.engines.autoregressive.request import ClipRequest, Codes, SamplingCancelled
from approx_build.errors import ModelError
from approx_build.families.wavenet import WaveNet
from approx_build.families.wavenet.draw import SAMPLER
from approx_build.kernels.tensors import Weights
from approx_build.numerics.stream import Stream, stream_key
from tests.engines.autoregressive.requests import requests
from tests.families.wavenet.networks import PLAIN, SHAPES, random_weights


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads of torch on a busy machine wait for each other at every operation."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def sample(
    weights: Weights, network: WaveNet, clips: list[ClipRequest], **more: object
) -> list[Codes]:
    from approx_build.families.wavenet.cuda import sample_on_device

    return sample_on_device(weights, network, clips, "cpu", **more)  # type: ignore[arg-type]


def assert_equal(found: list[Codes], expected: list[Codes]) -> None:
    assert [len(codes) for codes in found] == [len(codes) for codes in expected]
    for a, b in zip(found, expected, strict=True):
        assert a.dtype == np.uint8
        np.testing.assert_array_equal(a, b)


def peaked(weights: Weights) -> dict[str, np.ndarray]:
    """Weights whose logits lie so far apart that rounding cannot change a draw."""
    return {**weights, "post2.weight": weights["post2.weight"] * np.float32(64)}


@pytest.mark.parametrize("name", SHAPES)
def test_peaked_clips_are_those_of_the_reference(name: str) -> None:
    shape = SHAPES[name]
    weights = peaked(random_weights(shape))
    clips = requests(7, 60, shape.quantization_channels)
    expected = SAMPLER.sample(weights, shape, clips, kernel="reference")
    assert len(np.unique(np.concatenate(expected))) > 1
    assert_equal(sample(weights, shape, clips), expected)


@pytest.mark.parametrize("prime", [0, 1, 255, 256, 300])
def test_temperature_zero_is_the_reference_however_prime_and_slices_meet(prime: int) -> None:
    codes = (np.arange(prime) * 37 % 256).astype(np.uint8)
    clip = ClipRequest(stream_key("greedy"), 260, prime=codes, temperature=0.0)
    weights = random_weights(PLAIN)
    assert_equal(sample(weights, PLAIN, [clip]), SAMPLER.sample(weights, PLAIN, [clip]))


def test_sample_t_is_drawn_with_word_t_of_its_stream() -> None:
    shape = WaveNet(dilations=(1, 2), skip_channels=8)
    weights = {name: np.zeros(size, np.float32) for name, size in shape.tensor_shapes().items()}
    keys = [stream_key("word", number) for number in range(3)]
    prime = np.zeros(11, np.uint8)
    clips = [ClipRequest(key, 300, prime[: 5 * i], first_draw=3 * i) for i, key in enumerate(keys)]
    for clip, codes in zip(clips, sample(weights, shape, clips), strict=True):
        # All classes are as likely: the class is the top 8 bits of the word.
        words = Stream(clip.key).words_at(clip.first_draw, 300)
        np.testing.assert_array_equal(codes, words >> np.uint64(56))


def test_a_clip_does_not_depend_on_its_neighbours() -> None:
    weights = peaked(random_weights(PLAIN))
    clips = requests(9, 20)
    together = sample(weights, PLAIN, clips)
    assert_equal([sample(weights, PLAIN, [clip])[0] for clip in clips], together)


def test_more_clips_than_lanes_are_drawn_lanes_by_lanes() -> None:
    weights = peaked(random_weights(PLAIN))
    clips, told = requests(70, 6), []
    found = sample(weights, PLAIN, clips, progress=lambda *pair: told.append(pair))
    assert_equal(found, SAMPLER.sample(weights, PLAIN, clips))
    total = sum(clip.steps for clip in clips)
    assert told == [(sum(clip.steps for clip in clips[:64]), total), (total, total)]


def test_top_k_draws_only_the_likeliest() -> None:
    weights = random_weights(PLAIN)
    prime = (np.arange(40) * 11).astype(np.uint8)
    clips = [
        ClipRequest(stream_key("top", i), 1, prime[: i + 1], temperature=50.0, top_k=3)
        for i in range(40)
    ]
    said = SAMPLER.logits(weights, PLAIN, [np.append(c.prime_codes, np.uint8(0)) for c in clips])
    ranks = [
        int(np.count_nonzero(logits[-1] > logits[-1][codes[0]]))
        for logits, codes in zip(said, sample(weights, PLAIN, clips), strict=True)
    ]
    assert set(ranks) == {0, 1, 2}


def test_an_empty_clip_and_no_clip_at_all() -> None:
    weights = random_weights(PLAIN)
    empty = ClipRequest("0" * 32, 0, prime=np.array([1, 2], np.uint8))
    assert_equal(sample(weights, PLAIN, [empty]), [np.zeros(0, np.uint8)])
    assert sample(weights, PLAIN, []) == []


def test_a_declared_network_is_taken_as_it_is() -> None:
    network = WaveNet(dilations=(1, 2, 4), skip_channels=16, filter_width=3)
    weights = random_weights(network)
    clips = [ClipRequest(stream_key("declared"), 12, temperature=0.0)]
    assert_equal(sample(weights, network, clips), SAMPLER.sample(weights, network, clips))


def test_cancelling_stops_between_slices() -> None:
    told: list[tuple[int, int]] = []
    with pytest.raises(SamplingCancelled):
        sample(
            random_weights(PLAIN),
            PLAIN,
            [ClipRequest("0" * 32, 600)],
            progress=lambda *pair: told.append(pair),
            cancelled=lambda: True,
        )
    assert told == [(256, 600)]


def test_a_device_too_small_is_reported_with_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    from approx_build.families.wavenet import cuda

    far = PLAIN.model_copy(update={"dilations": (1 << 20, 1 << 20)})
    weights = random_weights(far)
    monkeypatch.setattr(cuda, "_free_bytes", lambda place: 8 * 10**9)
    with pytest.raises(ModelError, match=r"need about 17\.7\d GB, 8\.00 GB are free"):
        sample(weights, far, [ClipRequest("0" * 32, 1)])


def test_the_estimate_covers_what_the_lanes_hold() -> None:
    import torch

    from approx_build.families.wavenet.cuda import needed_bytes
    from approx_build.families.wavenet.cuda_lanes import Lanes

    for shape in SHAPES.values():
        lanes = Lanes(random_weights(shape), shape, torch.device("cpu"), captured=False)
        held = [v for v in vars(lanes).values() if isinstance(v, torch.Tensor)]
        held += [*lanes._maps, *lanes._table]
        assert sum(tensor.nbytes for tensor in held) <= needed_bytes(shape)


def test_a_device_that_is_not_there_is_refused() -> None:
    import torch

    from approx_build.families.wavenet.cuda import sample_on_device

    absent = f"cuda:{torch.cuda.device_count()}"
    weights, clips = random_weights(PLAIN), [ClipRequest("0" * 32, 1)]
    with pytest.raises(ModelError, match="torch finds no such CUDA device; use the CPU"):
        sample_on_device(weights, PLAIN, clips, absent)


def test_faults_of_weights_and_requests_are_those_of_the_kernels() -> None:
    weights = random_weights(PLAIN)
    with pytest.raises(ModelError, match="clip 2: length: -1"):
        sample(weights, PLAIN, [ClipRequest("0" * 32, 1), ClipRequest("0" * 32, -1)])
    with pytest.raises(ModelError, match=r"post1\.bias: tensor missing"):
        sample({n: w for n, w in weights.items() if n != "post1.bias"}, PLAIN, [])


def test_a_network_that_overflows_is_refused() -> None:
    weights = random_weights(PLAIN)
    weights["post2.weight"] = np.full_like(weights["post2.weight"], 3e38)
    with pytest.raises(ModelError, match="output is not finite"):
        sample(weights, PLAIN, [ClipRequest("0" * 32, 4)])


def test_a_gpu_draws_the_peaked_clips_of_the_reference_time_and_again() -> None:
    import torch

    from approx_build.families.wavenet.cuda import sample_on_device

    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    shape = SHAPES["three taps, odd sizes"]
    weights = peaked(random_weights(shape))
    clips = requests(70, 300, shape.quantization_channels)
    drawn = sample_on_device(weights, shape, clips)
    assert_equal(drawn, SAMPLER.sample(weights, shape, clips))
    assert_equal(sample_on_device(weights, shape, clips), drawn)
