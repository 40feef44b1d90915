"""The rule of Fourier transforms in NumPy, with the same bits as the compiled kernels.

Each line is an operation + - * on whole arrays, for all frames and all butterflies of a stage at
once; nothing is summed along an axis, so NumPy cannot choose an order. docs/numerics-of-kernels.md
explains the rule.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels.fft_plan import Plan, Table, plan

Parts = tuple[Table, Table]
"""Real and imaginary parts."""

Complex = NDArray[np.complex128]


def fft(x: Complex) -> Complex:
    """Spectra [F, n] of complex frames [F, n]."""
    return _joined(*transformed(plan(x.shape[1]), x.real, x.imag))


def ifft(x: Complex) -> Complex:
    """Complex frames [F, n] of spectra [F, n]."""
    imaginary, real = transformed(plan(x.shape[1]), x.imag, x.real)
    scale = 1.0 / x.shape[1]
    return _joined(real * scale, imaginary * scale)


def rfft(x: Table) -> Complex:
    """Spectra [F, n / 2 + 1] of real frames [F, n], n even."""
    size = x.shape[1] // 2
    of = plan(size)
    zr, zi = transformed(of, x[:, 0::2], x[:, 1::2])
    result = np.zeros((len(x), size + 1), np.complex128)
    real, imaginary = result.real, result.imag
    real[:, 0], real[:, size] = zr[:, 0] + zi[:, 0], zr[:, 0] - zi[:, 0]
    if size % 2 == 0:
        middle = size // 2
        real[:, middle], imaginary[:, middle] = zr[:, middle], -zi[:, middle]
    low = np.arange(1, (size + 1) // 2)
    high = size - low
    cosine, sine = of.split[low, 0], of.split[low, 1]
    er, ei = (zr[:, low] + zr[:, high]) * 0.5, (zi[:, low] - zi[:, high]) * 0.5
    gr, gi = (zi[:, low] + zi[:, high]) * 0.5, (zr[:, high] - zr[:, low]) * 0.5
    tr, ti = gr * cosine - gi * sine, gr * sine + gi * cosine
    real[:, low], imaginary[:, low] = er + tr, ei + ti
    real[:, high], imaginary[:, high] = er - tr, ti - ei
    return result


def irfft(x: Complex) -> Table:
    """Real frames [F, n] of spectra [F, n / 2 + 1]; imaginary parts at both ends are ignored."""
    size = x.shape[1] - 1
    of, a, b = plan(size), x.real, x.imag
    zr, zi = np.empty((len(x), size)), np.empty((len(x), size))
    zr[:, 0], zi[:, 0] = a[:, 0] + a[:, size], a[:, 0] - a[:, size]
    if size % 2 == 0:
        middle = size // 2
        zr[:, middle], zi[:, middle] = a[:, middle] + a[:, middle], -(b[:, middle] + b[:, middle])
    low = np.arange(1, (size + 1) // 2)
    high = size - low
    cosine, sine = of.split[low, 0], of.split[low, 1]
    er, ei = a[:, low] + a[:, high], b[:, low] - b[:, high]
    pr, pi = a[:, low] - a[:, high], b[:, low] + b[:, high]
    gr, gi = pr * cosine + pi * sine, pi * cosine - pr * sine
    zr[:, low], zi[:, low] = er - gi, ei + gr
    zr[:, high], zi[:, high] = er + gi, gr - ei
    # An inverse transform is a forward one with real and imaginary parts exchanged.
    zi, zr = transformed(of, zi, zr)
    result = np.empty((len(x), 2 * size))
    scale = 1.0 / (2 * size)
    result[:, 0::2], result[:, 1::2] = zr * scale, zi * scale
    return result


def _joined(real: Table, imaginary: Table) -> Complex:
    result = np.empty(real.shape, np.complex128)
    result.real, result.imag = real, imaginary
    return result


def transformed(of: Plan, real: Table, imaginary: Table) -> Parts:
    """The forward transform of real and imaginary parts [F, n]."""
    zr, zi = np.empty(real.shape), np.empty(real.shape)
    zr[:, of.places], zi[:, of.places] = real, imaginary
    done = 1
    for radix, twiddle, root in zip(of.radices, of.twiddles, of.roots, strict=True):
        shape = (len(real), -1, radix, done)
        parts = _turned(zr.reshape(shape), zi.reshape(shape), twiddle)
        if radix == 2:
            made = _twos(parts)
        elif radix == 4:
            made = _fours(parts)
        else:
            made = _odd(parts, root)
        zr = np.stack([part[0] for part in made], axis=2).reshape(real.shape)
        zi = np.stack([part[1] for part in made], axis=2).reshape(real.shape)
        done *= radix
    return zr, zi


def _turned(xr: Table, xi: Table, twiddle: Table) -> list[Parts]:
    """Part q of each block times its twiddle factors; number 0 is unchanged."""
    parts = [(xr[:, :, 0], xi[:, :, 0])]
    for q in range(1, xr.shape[2]):
        a, b = xr[:, :, q].copy(), xi[:, :, q].copy()
        c, s = twiddle[:, q - 1, 0], twiddle[:, q - 1, 1]
        real, imaginary = a[..., 1:], b[..., 1:]
        a[..., 1:], b[..., 1:] = real * c - imaginary * s, real * s + imaginary * c
        parts.append((a, b))
    return parts


def _sum(x: Parts, y: Parts) -> Parts:
    return x[0] + y[0], x[1] + y[1]


def _difference(x: Parts, y: Parts) -> Parts:
    return x[0] - y[0], x[1] - y[1]


def _less_i(x: Parts, y: Parts) -> Parts:
    """x - i y."""
    return x[0] + y[1], x[1] - y[0]


def _plus_i(x: Parts, y: Parts) -> Parts:
    """x + i y."""
    return x[0] - y[1], x[1] + y[0]


def _twos(x: list[Parts]) -> list[Parts]:
    return [_sum(x[0], x[1]), _difference(x[0], x[1])]


def _fours(x: list[Parts]) -> list[Parts]:
    s, t = _sum(x[0], x[2]), _difference(x[0], x[2])
    u, v = _sum(x[1], x[3]), _difference(x[1], x[3])
    return [_sum(s, u), _less_i(t, v), _difference(s, u), _plus_i(t, v)]


def _odd(x: list[Parts], root: Table) -> list[Parts]:
    """Sums and differences of opposite numbers; their products are added in ascending order."""
    radix, half = len(x), len(x) // 2
    sums = [_sum(x[q], x[radix - q]) for q in range(1, half + 1)]
    differences = [_difference(x[q], x[radix - q]) for q in range(1, half + 1)]
    total = x[0]
    for one in sums:
        total = _sum(total, one)
    made = [total] * radix
    for p in range(1, half + 1):
        even = x[0]
        odd: Parts | None = None
        for q, (s, d) in enumerate(zip(sums, differences, strict=True), start=1):
            cosine, sine = root[p * q % radix]
            even = even[0] + s[0] * cosine, even[1] + s[1] * cosine
            here = d[0] * sine, d[1] * sine
            # Not added to 0, which would turn -0 into 0.
            odd = here if odd is None else _sum(odd, here)
        assert odd is not None
        made[p], made[radix - p] = _less_i(even, odd), _plus_i(even, odd)
    return made
