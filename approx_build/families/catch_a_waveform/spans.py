"""Which samples of each scale a take depends on.

Samples are counted, at every rate, from one origin: a whole number of seconds before the take, so
that equal numbers are equal moments at all rates. A sample depends on its number, never on the
length of what is made with it: a longer take begins as a shorter one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from approx_build.families.catch_a_waveform.cubic import read_from
from approx_build.families.catch_a_waveform.parameters import CatchAWaveformParameters


class Span(NamedTuple):
    """Samples `start` to `stop` of a scale, counted from the origin."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """How many samples."""
        return self.stop - self.start


def given(network: CatchAWaveformParameters, made: Span) -> Span:
    """The samples that a generator reads to make a span at its rate."""
    return Span(made.start - network.left, made.stop + network.right)


def spans(network: CatchAWaveformParameters, length: int, last: int | None = None) -> list[Span]:
    """What the scales up to `last` make for a take of `length` samples at the finest rate."""
    last = network.scales - 1 if last is None else last
    rate, seconds = network.rates[last], origin_s(network)
    return _below(network, Span(0, length * rate // network.rate), last, seconds)


@lru_cache(64)
def origin_s(network: CatchAWaveformParameters) -> int:
    """Seconds from the origin to the beginning of a take."""
    coarsest = _below(network, Span(0, 1), network.scales - 1, 0)[0]
    return -(given(network, coarsest).start // network.rates[0])


def _below(network: CatchAWaveformParameters, top: Span, last: int, seconds: int) -> list[Span]:
    """Spans up to scale `last`, which makes `top`, counted from `seconds` after the origin."""
    at = seconds * network.rates[last]
    made = [Span(top.start + at, top.stop + at)]
    for scale in range(last, 0, -1):
        needed = given(network, made[0])
        low, high = network.rates[scale - 1], network.rates[scale]
        made.insert(0, Span(*read_from(low, high, *needed)))
    return made
