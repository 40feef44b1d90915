"""Requests: one for each clip to generate, with checks of their values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import ModelError

Codes = NDArray[np.uint8]
Progress = Callable[[int, int], None]
"""Called with the number of finished samples and of all samples, including primes."""


class SamplingCancelled(Exception):  # noqa: N818 (an answer to the caller's own request)
    """The caller asked to stop; no clip was generated."""


@dataclass(frozen=True, eq=False)
class ClipRequest:
    """A clip of `length` samples, generated with the stream `key` (32 hexadecimal digits).

    Sample t uses word `first_draw + t` of the stream. `prime` [samples] is run through the network
    first and is not part of the clip. `temperature` divides the logits: a number, or a curve
    [length]; at 0 the most likely class is chosen. Only the `top_k` most likely classes can be
    chosen, with all that tie with the last of them. `towards_silence` subtracts `towards_silence *
    ((class - middle) / middle) ** 2` from the logits before the temperature: that many nats from
    the loudest classes, none from silence.
    """

    key: str
    length: int
    prime: Codes | None = None
    temperature: float | NDArray[np.floating] = 1.0
    top_k: int | None = None
    towards_silence: float = 0.0
    first_draw: int = 0

    @property
    def prime_codes(self) -> Codes:
        """The prime [samples], empty when there is none."""
        return np.zeros(0, np.uint8) if self.prime is None else np.ascontiguousarray(self.prime)

    @property
    def curve(self) -> NDArray[np.float32]:
        """The temperature [1] or [length]."""
        # Contiguous, because the C code reads plain memory.
        return np.ascontiguousarray(np.atleast_1d(self.temperature), np.float32)

    @property
    def steps(self) -> int:
        """Samples to run through the network: prime and clip."""
        return len(self.prime_codes) + self.length

    def check(self, classes: int) -> None:
        """ModelError when the request is impossible."""
        self._check_key()
        for name, value in (("length", self.length), ("first_draw", self.first_draw)):
            if value < 0:
                raise ModelError(f"{name}: {value}; must not be negative")
        self._check_prime(classes)
        self._check_temperature()
        if self.top_k is not None and self.top_k < 1:
            raise ModelError(f"top_k: {self.top_k}; must be at least 1")
        if not (np.isfinite(self.towards_silence) and self.towards_silence >= 0):
            raise ModelError(f"towards_silence: {self.towards_silence}; must be 0 or more")

    def _check_key(self) -> None:
        if not re.fullmatch(r"[0-9a-fA-F]{32}", self.key):
            raise ModelError(f"key: {self.key!r}; must be 32 hexadecimal digits")

    def _check_prime(self, classes: int) -> None:
        codes = self.prime_codes
        if codes.ndim != 1 or codes.dtype != np.uint8:
            raise ModelError(f"prime: {codes.dtype} {list(codes.shape)}; must be uint8 [samples]")
        if codes.size and int(codes.max()) >= classes:
            raise ModelError(f"prime: code {int(codes.max())}; must be below {classes}")

    def _check_temperature(self) -> None:
        curve = np.asarray(self.temperature)
        if curve.ndim > 1 or (curve.ndim == 1 and len(curve) != self.length):
            raise ModelError(
                f"temperature: shape {list(curve.shape)}; must be a number or [{self.length}]"
            )
        if not (np.isfinite(self.curve).all() and (self.curve >= 0).all()):
            raise ModelError("temperature: must be 0 or more and finite")
