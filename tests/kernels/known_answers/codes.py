"""Known answers of networks that draw one code after another: codes, and the logits behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from numpy.typing import NDArray

from approx_build.engines.autoregressive.lock_step import Batch, run_batch
from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.kernels.compiled import Kernel
from approx_build.numerics.stream import key_words
from tests.kernels.known_answers.case import Case
from tests.kernels.known_answers.numbers import Words, bits_of_floats

Opener = Callable[[Sequence[ClipRequest], int, Kernel], Batch]
"""Opens a batch of clips, with so many threads, that keeps its logits."""


def code_case(
    runner: str, words: Words, classes: int, requests: Sequence[ClipRequest], opened: Opener
) -> Case:
    """Clips drawn from a network, whose sizes and tensors `words` have already."""
    clips = sorted(requests, key=lambda clip: -clip.steps)
    words.add(classes, len(clips), *(n for clip in clips for n in _clip(clip, classes)))

    def answer(kernel: Kernel, threads: int, batch: int) -> Sequence[NDArray[Any]]:
        each = [[clip] for clip in clips] if batch == 1 else [clips]
        return [array for some in each for array in _results(opened(some, threads, kernel), some)]

    return Case(runner, words, answer)


def _results(batch: Batch, clips: Sequence[ClipRequest]) -> Iterator[NDArray[Any]]:
    run_batch(batch, clips)
    for codes, logits in zip(batch.codes, batch.logits, strict=True):
        yield from (codes, logits)


def _clip(clip: ClipRequest, classes: int) -> Iterator[int]:
    yield from (n - (1 << 64) * (n >> 63) for n in map(int, key_words(clip.key)))
    yield from (clip.first_draw, clip.length)
    yield from (len(clip.prime_codes), *map(int, clip.prime_codes))
    yield from (len(clip.curve), *bits_of_floats(clip.curve))
    yield from (min(clip.top_k or 0, classes), *bits_of_floats([clip.towards_silence]))
