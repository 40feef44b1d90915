"""Probes: numbers inside of the modules of samples, before rounding hides most of their bits.

Takes of a WaveNet are codes, clips float32, stems integers: a last bit that changes before that is
rarely seen in the étude, and would be heard in somebody's piece one day all the same. A probe gives
the numbers of one module of the package as they are there. They are pinned beside the étude.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.audio import curve, envelope, mix, mulaw, normal, pan, portable, truepeak, window
from approx_build.audio.clip import Clip
from approx_build.audio.dither import quantised
from approx_build.audio.stream import Stream
from approx_build.diffusion import schedules
from approx_build.kernels import unet, wavenet
from approx_build.kernels.clip_request import ClipRequest
from approx_build.kernels.unet_weights import UNetShape
from approx_build.kernels.wavenet_weights import Shape
from tests.etude.sources import digest_of_text
from tests.etude.study import Made

Numbers = Iterator[NDArray[Any]]
Floats = NDArray[np.float64]


ON_THE_EDGE = (
    *(54_418, 151_146, 1_014_106, 1_359_718, 1_593_851, 4_470_014, 5_625_441, 5_953_794),
    *(1336, 28_459, 99_914, 147_825, 189_663, 228_374, 585_146, 595_254),
)
"""Words of a stream so near to the border between two codes that the first eight give another code
when the classes of a group are added backwards, the others when the groups are."""


def spread(name: str, *size: int) -> Floats:
    """Numbers from -1 to 1 by a stream of a name."""
    count = int(np.prod(size))
    return 2.0 * Stream.named("probe", name).uniforms(count).reshape(size) - 1.0


def functions() -> Numbers:
    """Every portable function of arrays."""
    x = np.concatenate([spread("near", 4000) * 40.0, spread("nearer", 2000) * 1e-3, [0.0, 1.0]])
    for _, function in sorted(vars(portable).items()):
        if wrapped := getattr(function, "__wrapped__", None):
            arguments = len(inspect.signature(wrapped).parameters)
            yield np.asarray(function(*(portable.absolute(x), x)[2 - arguments :]))
    z = spread("complex", 2, 500).astype(np.float32)
    yield portable.magnitude(z[0] + 1j * z[1])


def windows() -> Numbers:
    """Every envelope."""
    for make in (window.hann, window.fade_in, window.equal_power_fade_in):
        yield from (make(size) for size in (1, 7, 64, 441, 1000))
    yield window.faded(300, 41)


def places() -> Numbers:
    """The factors of both laws of pan."""
    across = np.linspace(-1.0, 1.0, 401)
    yield pan.equal_power(across)
    yield pan.balance(across)


def curves() -> Numbers:
    """Levels and fades that move."""
    moving = curve.Curve.of([(0.01, -30.0), (0.03, 3.0), (0.03, -6.0), (0.05, 0.0)], 8000)
    yield moving.at(0, 500)
    yield curve.gains(moving, 30, 450)
    yield from (curve.fade(500, 90, 130, shape, 0, 500) for shape in curve.FadeShape)


def sums() -> Numbers:
    """A part's events added up, before they are rounded."""
    loud = [Clip(spread(name, 1, 400).astype(np.float32) * 2.0**20, 8000) for name in "abcd"]
    placed = [
        mix.Placed(name, clip, onset, pan=curve.Curve.of(place, 8000), fade_in=40)
        for name, clip, onset, place in zip(
            "wzxy", loud, (20, 20, 20, 0), (-0.7, 0.2, 0.9, 0.4), strict=True
        )
    ]
    yield from mix.part_blocks(placed, 600, 8000)


def limits() -> Numbers:
    """A limiter's gain over time."""
    required = envelope.unity(16_000)
    required[[40, 90, 95, 300]] = [envelope.UNITY // n for n in (2, 3, 7, 5)]
    cells = envelope.smoothed(required, envelope.Shape.at(44_100))
    yield cells
    yield envelope.factors(cells, 0, 16_000)


def peaks() -> Numbers:
    """The filters of peaks between samples, and what they find."""
    yield np.array(truepeak.strict_filters()[:3])
    yield truepeak.between(spread("peaks", 2, 500), truepeak.strict_filters())


def codes() -> Numbers:
    """Samples of codes, and codes of samples."""
    for count in (16, 128, 256):
        yield mulaw.decode(np.arange(count), count)
        yield mulaw.encode(spread("codes", 4000), count)


def normals() -> Numbers:
    """Numbers of a normal distribution."""
    yield normal.of_words(Stream.named("probe", "words").words(20_000))


def integers() -> Numbers:
    """Sound as integers, with dither and without."""
    sound = spread("quiet", 2, 4000) * 2.0**-18
    yield quantised(sound, Stream.named("probe", "dither"), 7)
    yield quantised(sound, None)


def levels() -> Numbers:
    """The noise levels of every schedule."""
    made = (
        *(schedules.crash(20), schedules.linear(20), schedules.log(20)),
        *(schedules.karras(20, 0.01, 90.0, 6.0), schedules.polyexponential(20, 0.01, 90.0, 1.3)),
    )
    for one in made:
        yield np.array([(level.time, level.alpha, level.sigma, level.ratio) for level in one])


def expectations() -> Numbers:
    """What WaveNets expect after codes, as narrow and as wide as products have shapes for."""
    narrow = Shape((1, 2, 4, 8), 2, 8, 12, 16)
    scalar = Shape((1, 3), 3, 12, 9, 20, 128, False, True, 10)
    wide = Shape((1, 2), 2, 72, 130, 300, 250)
    for shape in (narrow, scalar, wide):
        heard = [
            ((spread(f"heard {n}", n) + 1) * 0.5 * shape.quantization_channels).astype(np.uint8)
            for n in (40, 33, 7)
        ]
        yield from wavenet.logits(weights(shape.tensors()), shape, heard)


def draws() -> Numbers:
    """Codes drawn, some of them where the order of the sums behind them decides."""
    shape = Shape((1,), 2, 1, 1, 1)
    still = {name: np.zeros(size, np.float32) for name, size in shape.tensors().items()}
    still["post2.bias"] = (3.0 * spread("logits", 256)).astype(np.float32)
    edges = [ClipRequest(Stream.named("probe", "edge").key, 1, first_draw=n) for n in ON_THE_EDGE]
    others = [
        ClipRequest(Stream.named("probe", n).key, 2000, temperature=t, top_k=k, towards_silence=s)
        for n, (t, k, s) in enumerate([(1.0, None, 0.0), (0.8, 200, 0.0), (1.3, None, 0.7)])
    ]
    yield from wavenet.sample(still, shape, [*edges, *others])


def velocities() -> Numbers:
    """What U-Nets say of noise, with several heads of attention and without, wide and narrow."""
    for shape, length in (
        (UNetShape(2, (20, 72, 33, 64), 3), 136),
        (UNetShape(1, (5, 136, 66), 1), 76),
        (UNetShape(2, (6, 10, 7), 0), 532),
    ):
        network = unet.prepare(weights(shape.tensors()), shape)
        sound = spread("sound", 2, shape.channels, length).astype(np.float32)
        yield unet.forward(network, sound, np.array([0.3, 1.0]))


def weights(sizes: Mapping[str, tuple[int, ...]]) -> dict[str, NDArray[np.float32]]:
    """Weights of no meaning that keep numbers near 1."""
    found = {}
    for name, size in sizes.items():
        fan = float(np.prod(size)) / max(size) if len(size) > 1 else 4.0
        scale = 2.0 / float(np.sqrt(max(1.0, fan)))
        found[name] = (scale * spread(name, *size)).astype(np.float32)
    return found


PROBES: dict[str, Callable[[], Numbers]] = {
    "audio/portable.py": functions,
    "audio/window.py": windows,
    "audio/pan.py": places,
    "audio/curve.py": curves,
    "audio/mix.py": sums,
    "audio/envelope.py": limits,
    "audio/truepeak.py": peaks,
    "audio/mulaw.py": codes,
    "audio/normal.py": normals,
    "audio/dither.py": integers,
    "diffusion/schedules.py": levels,
    "kernels/wavenet.py": expectations,
    "kernels/src/draw.h": draws,
    "kernels/unet.py": velocities,
}
"""The module, or the C file, whose numbers each probe gives."""


def probed() -> dict[str, Made]:
    """The digest of each probe's numbers, and as its key that of what is asked here."""
    found, asked = {}, digest_of_text(Path(__file__).name, Path(__file__).read_text())
    for file, probe in PROBES.items():
        digest = sha256()
        for numbers in probe():
            digest.update(np.ascontiguousarray(numbers).tobytes())
        found[file] = Made(asked, digest.hexdigest())
    return found
