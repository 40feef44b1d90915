"""Known sound at the rates of all scales."""

from __future__ import annotations

import numpy as np

from approx_build.families.catch_a_waveform.known import KnownSound, at_rate
from approx_build.families.catch_a_waveform.spans import Span, origin_s
from tests.families.catch_a_waveform.networks import network

NET = network()
BEGIN = origin_s(NET) * NET.rate


def sine(hertz: float, length: int = 4000) -> np.ndarray:
    return (np.sin(np.arange(length) * 2 * np.pi * hertz / NET.rate) / 2).astype(np.float32)


def test_an_excerpt_is_silent_beyond_the_ends() -> None:
    known = KnownSound(NET, sine(100))
    found = known.excerpt(2, Span(BEGIN - 50, BEGIN + 4050))
    assert not found[:50].any()
    assert not found[-50:].any()
    np.testing.assert_array_equal(found[50:-50], known.sound)


def test_a_lower_rate_has_the_same_moments() -> None:
    low = at_rate(sine(100), 4000, 1000)
    assert len(low) == 1000
    np.testing.assert_allclose(low[100:900], sine(100)[::4][100:900], atol=1e-4)
    known = KnownSound(NET, sine(100))
    start = origin_s(NET) * 1000
    np.testing.assert_array_equal(known.excerpt(0, Span(start, start + 1000)), low)


def test_what_is_known_stays_and_what_is_missing_is_made() -> None:
    known = KnownSound(NET, sine(100), ((1000, 2000),))
    made = np.full(4000, 0.125, np.float32)
    whole = known.joined(2, Span(BEGIN, BEGIN + 4000), made)
    np.testing.assert_array_equal(whole[:1000], known.sound[:1000])
    np.testing.assert_array_equal(whole[2000:], known.sound[2000:])
    np.testing.assert_array_equal(whole[1400:1600], made[1400:1600])
    # A tone goes on across the join, and fades into what is made.
    assert abs(whole[1001] - known.sound[1001]) < 0.01


def test_the_missing_sound_itself_reaches_no_scale() -> None:
    first, second = sine(100), sine(100)
    second[1000:2000] = 0.9
    span = Span(origin_s(NET) * 1000 - 20, origin_s(NET) * 1000 + 1020)
    a, b = (KnownSound(NET, sound, ((1000, 2000),)).excerpt(0, span) for sound in (first, second))
    np.testing.assert_array_equal(a, b)
