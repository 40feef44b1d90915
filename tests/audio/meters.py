"""Meters of true peaks that are not ours: ffmpeg's ebur128, and an ideal one."""

from math import gcd

import numpy as np


def db(value):
    return 20 * np.log10(value)


def ffmpeg_peak(sound, rate, measured_at=192_000):
    """What ffmpeg's ebur128 reads of a sound [C, T], dB: libswresample's default filter.

    Kaiser window of beta 9 over 32 taps, one filter for each phase that occurs.
    """
    common = gcd(rate, measured_at)
    phases, step = measured_at // common, rate // common
    away = np.arange(32)[None] - 15 - np.arange(phases)[:, None] / phases
    taps = np.sinc(away) * np.i0(9 * np.sqrt(np.maximum(1 - (away / 16) ** 2, 0)))
    taps /= taps.sum(axis=1, keepdims=True)
    places = np.arange(sound.shape[1] * phases // step) * step
    highest = 0.0
    for channel in np.pad(sound, ((0, 0), (15, 16))):
        windows = np.lib.stride_tricks.sliding_window_view(channel, 32)
        found = np.einsum("ij,ij->i", windows[places // phases], taps[places % phases])
        highest = max(highest, np.abs(found).max())
    return db(highest)


def ideal_peak(sound, times=16):
    """What a meter reads that interpolates a sound [C, T] without fault, silence around it, dB."""
    padded = np.pad(sound, ((0, 0), (4000, 4001)))
    size = padded.shape[1] // 2 * 2 - 1
    spectrum = np.fft.rfft(padded[:, :size])
    return db(np.abs(np.fft.irfft(spectrum * times, size * times)).max())
