"""The rule that defines the bits of every kernel, in NumPy (docs/numerics-of-kernels.md).

Plain float32 arithmetic with one rounding per operation and sums from left to right; only the terms
of a product are fused. The C kernels must equal it bit for bit; without a compiler, it replaces
them.
"""

from __future__ import annotations

import numpy as np

from approx_build.errors import ModelError
from approx_build.kernels.fused import add_in_order
from approx_build.kernels.tensors import Floats

_BLOCK_FLOATS = 1 << 18
"""Products stored at once, in float64; they should fit into the cache."""

GELU_OVER = (
    *(-8.417393731e-11, 5.638659709e-8, 8.680846539e-6, 1.679297266e-4),
    *(4.805611585e-3, 3.233805352e-2, 3.989422944e-1),
)
GELU_UNDER = (2.094544052e-6, 8.216972802e-5, 1.926740417e-3, 2.833293534e-2, 2.477264977e-1, 1.0)
"""P and Q of `gelu`, by descending power."""


def f32(value: float) -> np.float32:
    """A float32 constant."""
    return np.float32(value)


def product(x: Floats, weights: Floats, bias: Floats | None = None) -> Floats:
    """y [B, N] = bias [N] + x [B, 0] w [0, N] + …, strictly in this order, one rounding a term."""
    total = np.zeros((len(x), weights.shape[1]), np.float32)
    if bias is not None:
        total += bias  # starts at 0, so that a bias of -0 counts as 0
    return product_onto(total, x, weights)


def product_onto(total: Floats, x: Floats, weights: Floats) -> Floats:
    """total [B, N] + x [B, 0] w [0, N] + …, strictly in this order, one rounding a term."""
    inputs = len(weights)
    block = max(1, _BLOCK_FLOATS // max(1, total.size))
    wide_x, wide_weights = x.T.astype(np.float64), weights.astype(np.float64)
    for start in range(0, inputs, block):
        part = slice(start, min(start + block, inputs))
        products = wide_x[part, :, None] * wide_weights[part, None, :]  # exact
        total = add_in_order(total, products)
    return total + f32(0)  # a term that is too small for a float may leave -0


def exp(x: Floats) -> Floats:
    """e^x, x clipped to [-87, 87]: expf of the Cephes library (Moshier, 1992)."""
    # Within these bounds e^x is a normal float32 number.
    x = np.where(x > f32(87), f32(87), x)
    x = np.where(x < f32(-87), f32(-87), x)
    # Adding and subtracting 1.5 · 2^23 rounds to a whole number without a library function.
    magic = f32(12582912.0)
    shifted = x * f32(1.44269504) + magic
    n = shifted - magic
    r = (x - n * f32(0.693359375)) + n * f32(2.12194440e-4)
    p = r * f32(1.9875691500e-4) + f32(1.3981999507e-3)
    for coefficient in (8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1):
        p = p * r + f32(coefficient)
    mantissa = ((p * r) * r + r) + f32(1)
    # Minus the bits of 1.5 · 2^23, the bits of `shifted` are the whole number itself.
    exponent = shifted.view(np.int32) - np.int32(0x4B400000)
    power = ((exponent + np.int32(127)) << np.int32(23)).view(np.float32)
    return np.asarray(mantissa * power, np.float32)


def gated(f: Floats, g: Floats) -> Floats:
    """tanh(f) sigmoid(g) = (e^2f - 1) / ((e^2f + 1) (e^-g + 1)), |f| <= 9 and |g| <= 30."""
    # Beyond these bounds, tanh is 1 in float32, and the sigmoid 1 or below 1e-13.
    f = np.where(f > f32(9), f32(9), f)
    f = np.where(f < f32(-9), f32(-9), f)
    g = np.where(g > f32(30), f32(30), g)
    g = np.where(g < f32(-30), f32(-30), g)
    a, b = exp(f + f), exp(-g)
    return np.asarray((a - f32(1)) / ((a + f32(1)) * (b + f32(1))), np.float32)


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + e^-x), |x| <= 30."""
    x = np.where(x > f32(30), f32(30), x)
    x = np.where(x < f32(-30), f32(-30), x)
    return np.asarray(f32(1) / (exp(-x) + f32(1)), np.float32)


def tanh(x: Floats) -> Floats:
    """(e^2x - 1) / (e^2x + 1), |x| <= 9."""
    x = np.where(x > f32(9), f32(9), x)
    x = np.where(x < f32(-9), f32(-9), x)
    a = exp(x + x)
    return np.asarray((a - f32(1)) / (a + f32(1)), np.float32)


def gelu(x: Floats) -> Floats:
    """x Phi(x) with Phi(z) = 1/2 + z P(z^2) / Q(z^2), |z| <= 5.5 (csrc/core/functions.h)."""
    z = np.where(x > f32(5.5), f32(5.5), x)
    z = np.where(z < f32(-5.5), f32(-5.5), z)
    square = z * z
    over, under = (_polynomial(coefficients, square) for coefficients in (GELU_OVER, GELU_UNDER))
    return np.asarray(x * ((z * over) / under + f32(0.5)), np.float32)


def _polynomial(coefficients: tuple[float, ...], x: Floats) -> Floats:
    """Horner's rule; coefficients by descending power."""
    result = np.full_like(x, f32(coefficients[0]))
    for coefficient in coefficients[1:]:
        result = result * x + f32(coefficient)
    return result


def relu(x: Floats) -> Floats:
    """x if it is not negative, else 0."""
    return np.where(x < f32(0), f32(0), x)


def leaky_relu(x: Floats, slope: float) -> Floats:
    """x where it is not negative, else x times `slope`."""
    return np.where(x < f32(0), x * f32(slope), x)


def philox_block(counter: int, key: tuple[int, int]) -> list[int]:
    """The four words of Philox4x64-10 at `counter` (256 bits) under `key`."""
    mask = (1 << 64) - 1
    c = [counter >> shift & mask for shift in (0, 64, 128, 192)]
    k0, k1 = key
    for _ in range(10):
        a, b = 0xD2E7470EE14C6C93 * c[0], 0xCA5A826395121157 * c[2]
        c = [(b >> 64) ^ c[1] ^ k0, b & mask, (a >> 64) ^ c[3] ^ k1, a & mask]
        k0, k1 = (k0 + 0x9E3779B97F4A7C15) & mask, (k1 + 0xBB67AE8584CAA73B) & mask
    return c


def uniform(key: tuple[int, int], index: int) -> np.float32:
    """Word `index` of the stream as a number in [0, 1): its top 24 bits times 2^-24."""
    word = philox_block(index // 4, key)[index % 4]
    return f32((word >> 40) * 2.0**-24)


def refuse_flush_to_zero() -> None:
    """ModelError when another library has set flush-to-zero, which would change the samples."""
    tiny = np.array([1e-38], np.float32)
    if (tiny * np.float32(0.01))[0] == 0:
        raise ModelError(
            "this thread flushes subnormal numbers to zero (a library built with fast-math set "
            "that), and samples that NumPy computes here would differ; run it elsewhere"
        )
