"""Known answers of DDSP: layers with norm and without, a GRU, sines and noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.families.ddsp import compiled, reference
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.tensors import Floats
from tests.kernels.known_answers.case import Case
from tests.kernels.known_answers.numbers import Words

Numbers = Sequence[NDArray[Any]]
Layer = reference.ReferenceLayer | compiled.LibraryLayer
Norm = tuple[Floats, Floats] | None


def _layer(kernel: Kernel, weight: Floats, bias: Floats, norm: Norm) -> Layer:
    if kernel is Kernel.REFERENCE:
        return reference.ReferenceLayer(weight, bias, norm)
    return compiled.LibraryLayer(kernel, weight, bias, norm)


def _drawn(words: Words, inputs: int, outputs: int, has_norm: bool) -> tuple[Floats, Floats, Norm]:
    weight, bias = words.draw(inputs, outputs, shift=inputs.bit_length() // 3), words.draw(outputs)
    if has_norm:
        return weight, bias, (words.draw(outputs), words.draw(outputs))
    words.draw()
    words.draw()
    return weight, bias, None


def _parts(rows: Floats, batch: int) -> list[Floats]:
    step = batch or len(rows)
    return [rows[at : at + step] for at in range(0, len(rows), step)]


def _layer_case(inputs: int, outputs: int, rows: int, has_norm: bool) -> Case:
    words = Words(f"ddsp:layer:{inputs}x{outputs}{':norm' * has_norm}")
    words.add(inputs, outputs, rows)
    tensors = _drawn(words, inputs, outputs, has_norm)
    x = words.draw(rows, inputs, shift=-2)

    def answer(kernel: Kernel, _threads: int, batch: int) -> Numbers:
        of = _layer(kernel, *tensors)
        return [np.concatenate([of.run(part) for part in _parts(x, batch)])]

    return Case("ddsp_layer", words, answer)


def _recur_case(inputs: int, channels: int, rows: int) -> Case:
    words = Words(f"ddsp:recur:{inputs}x{channels}")
    words.add(inputs, channels, rows)
    into = _drawn(words, inputs, 3 * channels, False)
    of_state = _drawn(words, channels, 3 * channels, False)
    x = words.draw(rows, inputs, shift=-1)

    def answer(kernel: Kernel, _threads: int, batch: int) -> Numbers:
        first, second = _layer(kernel, *into), _layer(kernel, *of_state)
        state, found = np.zeros(channels, np.float32), []
        for part in _parts(x, batch):
            states, state = second.recur(first.run(part), state)
            found.append(states)
        return [np.concatenate(found)]

    return Case("ddsp_recur", words, answer)


def _harmonics_case(frames: int, hop: int, count: int) -> Case:
    words = Words(f"ddsp:harmonics:{frames}x{hop}x{count}")
    words.add(frames, hop, count)
    phase = (np.arange(frames * hop, dtype=np.uint64) * 0x3C6EF372 + 0x80000000).astype(np.uint32)
    words.counted(phase.view(np.int32))
    given = (
        *(phase, words.draw(frames * hop), words.draw(frames + 1, count), words.draw(count)),
        *(words.draw(hop), words.draw(hop)),
    )

    def answer(kernel: Kernel, _threads: int, _batch: int) -> Numbers:
        if kernel is Kernel.REFERENCE:
            return [reference.harmonics(*given)]
        return [compiled.harmonics(kernel, *given)]

    return Case("ddsp_harmonics", words, answer)


def _noise_case(frames: int, hop: int, taps: int) -> Case:
    words = Words(f"ddsp:noise:{frames}x{hop}x{taps}")
    words.add(frames, hop, taps)
    noise, filters, begun = (
        words.draw(frames * hop),
        words.draw(frames, taps, shift=2),
        words.draw(frames * hop + taps),
    )

    def answer(kernel: Kernel, _threads: int, _batch: int) -> Numbers:
        sound = begun.copy()
        if kernel is Kernel.REFERENCE:
            reference.add_noise(noise, filters, sound)
        else:
            compiled.add_noise(kernel, noise, filters, sound)
        return [sound]

    return Case("ddsp_noise", words, answer)


CASES = [
    _layer_case(1, 40, 9, True),
    _layer_case(53, 37, 9, True),
    _layer_case(24, 19, 9, False),
    _recur_case(11, 21, 12),
    _recur_case(5, 32, 12),
    _harmonics_case(5, 37, 9),
    _harmonics_case(3, 64, 20),
    _noise_case(4, 21, 32),
]
