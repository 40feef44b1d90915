"""Known answers of fused products, Fourier transforms, filters and conversion between rates."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels import compiled, fft, fused, resampler, resampler_plan
from approx_build.kernels.compiled import VARIABLE, Kernel
from approx_build.kernels.fft_plan import Plan, plan
from approx_build.kernels.sinc import WindowedSinc
from tests.kernels.known_answers.case import Case
from tests.kernels.known_answers.numbers import Words, bits_of_doubles

Numbers = NDArray[Any]


def _by(kernel: Kernel, work: Callable[[], Numbers]) -> list[Numbers]:
    with mock.patch.dict(os.environ, {VARIABLE: str(kernel)}):
        return [work()]


def _steps(count: int, batch: int) -> list[slice]:
    """Parts of so many, or one of all."""
    step = batch or count
    return [slice(at, at + step) for at in range(0, count, step)]


def _fused_case() -> Case:
    words, count = Words("fused"), 4096
    words.add(count)
    a, b, c = words.draw(count), words.draw(count, shift=3), words.draw(count, shift=20)

    def answer(kernel: Kernel, _threads: int, _batch: int) -> list[Numbers]:
        if kernel is Kernel.REFERENCE:
            return [fused.fused(a, b, c)]
        result = np.empty_like(a)
        call = compiled.function("fused_terms", kernel)
        pointers = [one.ctypes.data_as(fft.c_void_p) for one in (a, b, c)]
        call(*pointers, fft.c_int64(count), result.ctypes.data_as(fft.c_void_p))
        return [result]

    return Case("fused", words, answer)


def _sinc_case() -> Case:
    words, count, sinc = Words("sinc"), 512, WindowedSinc(0.7, 0.9, 120.0)
    words.add(*bits_of_doubles([sinc.cut, sinc.half, sinc.quarter, sinc.peak]), count)
    places = words.draw_doubles(count, shift=-6)

    def answer(kernel: Kernel, _threads: int, batch: int) -> list[Numbers]:
        parts = [places[part] for part in _steps(count, batch)]
        return _by(kernel, lambda: np.concatenate([sinc.at(part) for part in parts]))

    return Case("sinc", words, answer)


def _plan(words: Words, of: Plan) -> None:
    words.add(of.size)
    words.counted(of.radices)
    for tables in zip(of.twiddles, of.roots, strict=True):
        for table in tables:
            words.counted(bits_of_doubles(table.ravel()))
    words.counted(of.places)
    words.counted(bits_of_doubles(of.split.ravel()))


def _fft_case(kind: str, size: int, frames: int, is_float: bool, has_window: bool = False) -> Case:
    """Frames of `size` real or complex numbers."""
    is_real, is_inverse = kind.endswith("rfft"), kind.startswith("i")
    words = Words(f"{kind}:{size}x{frames}{':float32' * is_float}{':window' * has_window}")
    _plan(words, plan(size // 2 if is_real else size))
    pairs = size // 2 + 1 if is_real else size
    rows = (2 * pairs, size if is_real else 2 * pairs)
    from_row, to_row = rows if is_inverse or not is_real else rows[::-1]
    words.add(is_real, is_inverse, is_float, from_row, to_row, frames)
    window = np.linspace(0.25, 1.5, size) if has_window else None
    words.counted([] if window is None else bits_of_doubles(window))
    drawn = words.draw if is_float else words.draw_doubles
    numbers: Numbers = drawn(frames, from_row)
    if is_inverse or not is_real:
        numbers = numbers.view(np.complex64 if is_float else np.complex128)

    def answer(kernel: Kernel, threads: int, batch: int) -> list[Numbers]:
        transform = getattr(fft, kind)
        given = {"threads": threads, **({"window": window} if is_real else {})}
        parts = [numbers[part] for part in _steps(frames, batch)]
        return _by(kernel, lambda: np.concatenate([transform(part, **given) for part in parts]))

    return Case("fft", words, answer)


def _resampled(name: str, of: resampler_plan.Plan, is_float: bool) -> tuple[Words, Numbers]:
    words = Words(name)
    _plan(words, plan(of.size))
    _plan(words, plan(of.filtered_size))
    words.counted(bits_of_doubles(of.spectrum))
    words.counted(bits_of_doubles(of.rows.ravel()))
    words.add(of.pad, of.advance, of.lead, of.num, of.den, of.up, of.down, of.taps, of.degree)
    words.add(is_float)
    return words, words.draw(SAMPLES) if is_float else words.draw_doubles(SAMPLES)


def _rate_case(name: str, of: resampler_plan.Plan, is_float: bool = False) -> Case:
    words, samples = _resampled(name, of, is_float)
    words.add(OUTPUTS, 0)

    def answer(kernel: Kernel, _threads: int, batch: int) -> list[Numbers]:
        step = 100 * batch or OUTPUTS
        parts = [(at, min(step, OUTPUTS - at)) for at in range(0, OUTPUTS, step)]
        converted = resampler.converted
        return _by(
            kernel,
            lambda: np.concatenate([converted(of, samples, count, at) for at, count in parts]),
        )

    return Case("resample", words, answer)


def _glide_case() -> Case:
    of = resampler_plan.gliding(1.5)
    words, samples = _resampled("glide", of, False)
    quarters = 3 * np.arange(OUTPUTS, dtype=np.int64)
    whole, part = quarters // 4, quarters % 4 * (resampler_plan.PARTS // 4) + (1 << 50)
    pos, rem = resampler._filtered_places(of, whole, part)
    words.add(OUTPUTS, 1, *np.stack([pos, rem], axis=1).ravel())

    def answer(kernel: Kernel, _threads: int, _batch: int) -> list[Numbers]:
        return _by(kernel, lambda: resampler.placed(of, samples, whole, part))

    return Case("resample", words, answer)


SAMPLES, OUTPUTS = 900, 450

CASES: Sequence[Case] = (
    _fused_case(),
    _sinc_case(),
    *(_fft_case(kind, 60, 13, False) for kind in ("fft", "ifft", "rfft", "irfft")),
    *(_fft_case(kind, 256, 3, True, True) for kind in ("rfft", "irfft")),
    _fft_case("rfft", 2 * 127, 2, False),
    _fft_case("fft", 1024, 1, False),
    _rate_case("rate:2/1", resampler_plan.between(2, 1)),
    _rate_case("rate:44100/48000", resampler_plan.between(44_100, 48_000), True),
    _rate_case("rate:48000/8000", resampler_plan.between(48_000, 8_000)),
    _rate_case("speed:1.2345678", resampler_plan.at_speed(1.2345678)),
    _glide_case(),
)
