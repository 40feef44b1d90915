"""Probes: numbers inside of the modules of samples, before rounding hides most of their bits.

Takes of a WaveNet are codes, clips float32, stems integers: a last bit that changes before that is
rarely seen in the étude, and would be heard in somebody's piece one day all the same. A probe gives
the numbers of one module of the package as they are there. They are pinned beside the étude.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np

from approx_build.audio import curve, envelope, mix, mulaw, pan, truepeak
from approx_build.audio.clip import Clip
from approx_build.audio.dither import quantised
from approx_build.engines.diffusion import schedules
from approx_build.numerics import normal, portable, window
from approx_build.numerics.stream import Stream
from tests.etude import spread as given
from tests.etude.sources import digest_of_text
from tests.etude.spread import Numbers, spread
from tests.etude.study import ROOT, Made


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


PROBES: dict[str, Callable[[], Numbers]] = {
    "numerics/portable.py": functions,
    "numerics/window.py": windows,
    "audio/pan.py": places,
    "audio/curve.py": curves,
    "audio/mix.py": sums,
    "audio/envelope.py": limits,
    "audio/truepeak.py": peaks,
    "audio/mulaw.py": codes,
    "numerics/normal.py": normals,
    "audio/dither.py": integers,
    "engines/diffusion/schedules.py": levels,
}
"""The module, or the C file, whose numbers each probe gives; families have their own."""


def probes() -> dict[str, tuple[Callable[[], Numbers], Path]]:
    """Every probe by the file whose numbers it gives, and where the probe itself is written.

    Those of a family are the `PROBES` of tests/families/NAME/probes.py.
    """
    found = {file: (probe, Path(__file__)) for file, probe in PROBES.items()}
    for path in sorted((ROOT / "tests/families").glob("*/probes.py")):
        name = f"tests.families.{path.parent.name}.probes"
        own: dict[str, Callable[[], Numbers]] = importlib.import_module(name).PROBES
        found |= {file: (probe, path) for file, probe in own.items()}
    return found


def probed() -> dict[str, Made]:
    """The digest of each probe's numbers, and as its key that of what is asked there."""
    found = {}
    for file, (probe, path) in probes().items():
        digest = sha256()
        for numbers in probe():
            digest.update(np.ascontiguousarray(numbers).tobytes())
        found[file] = Made(_asked(path), digest.hexdigest())
    return found


def _asked(path: Path) -> str:
    """The digest of a file of probes, and of what the numbers are that are given to them."""
    files = (path, Path(given.__file__))
    texts = [digest_of_text(one.name, one.read_text(encoding="utf-8")) for one in files]
    return sha256("".join(texts).encode()).hexdigest()
