"""Augmentation: varies a training window each time a network trains on it.

A window is augmented in this order: start, pitch and time, filters, polarity, channels, gain,
noise. All values are drawn again for each window, each kind from its own stream, so that an
additional kind changes nothing in the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from approx_build.corpus.filters import Filters, white
from approx_build.corpus.time_pitch import Warp
from approx_build.errors import ModelError
from approx_build.numerics.portable import absolute, gain, power
from approx_build.numerics.stream import Stream

Sound = NDArray[np.float32]

PIVOT_HZ = (250.0, 2000.0)
"""The pivot frequency of a tilt is between these."""

Semitones = Annotated[float, Field(ge=-12, le=12)]
Factor = Annotated[float, Field(ge=0.5, le=2)]
Hertz = Annotated[float, Field(ge=10, le=96_000)]
TiltDb = Annotated[float, Field(ge=-24, le=24)]
GainDb = Annotated[float, Field(ge=-60, le=24)]
NoiseDbfs = Annotated[float, Field(ge=-120, le=-20)]
Share = Annotated[float, Field(ge=0, le=1)]
OfWindows = Annotated[float, Field(ge=0, le=1, description="share of windows that it changes")]

Between = tuple[float, float]


class _Section(BaseModel):
    """Frozen; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Probability(_Section):
    """The share of windows to which each range applies."""

    pitch: OfWindows = 1.0
    stretch: OfWindows = 1.0
    varispeed: OfWindows = 1.0
    highpass: OfWindows = 1.0
    lowpass: OfWindows = 1.0
    tilt: OfWindows = 1.0
    gain: OfWindows = 1.0
    noise: OfWindows = 1.0


class Augmentation(_Section):
    """The `augmentation:` of a model. A range is `[low, high]`; null: unchanged."""

    shift: Share = Field(
        1.0, description="largest shift of a window's start, share of the window's length"
    )
    pitch_semitones: tuple[Semitones, Semitones] | None = Field(
        None, description="range of transposition at the same speed, semitones"
    )
    stretch: tuple[Factor, Factor] | None = Field(
        None, description="range of factors of length at the same pitch"
    )
    varispeed_semitones: tuple[Semitones, Semitones] | None = Field(
        None, description="range of transposition with speed, as on a tape, semitones"
    )
    highpass_hz: tuple[Hertz, Hertz] | None = Field(
        None, description="range of the high-pass corner, 12 dB per octave, Hz"
    )
    lowpass_hz: tuple[Hertz, Hertz] | None = Field(
        None, description="range of the low-pass corner, 12 dB per octave, Hz"
    )
    tilt_db: tuple[TiltDb, TiltDb] | None = Field(
        None, description="range of the tilt of the spectrum, treble less bass, dB"
    )
    polarity: Share = Field(0.0, description="share of windows with inverted polarity")
    swap_channels: Share = Field(0.0, description="share of windows with left and right swapped")
    gain_db: tuple[GainDb, GainDb] | None = Field(None, description="range of gain, dB")
    noise_dbfs: tuple[NoiseDbfs, NoiseDbfs] | None = Field(
        None, description="range of the RMS of added white noise, dBFS"
    )
    probability: Probability = Field(
        default_factory=Probability, description="share of windows that each range changes"
    )

    @model_validator(mode="after")
    def _ranges_rise(self) -> Augmentation:
        for name, (low, high), _ in self._ranges():
            if low > high:
                raise ValueError(f"{name} goes from {low:g} to {high:g}; the lower comes first")
        if self.highpass_hz and self.lowpass_hz and self.highpass_hz[1] > self.lowpass_hz[0]:
            raise ValueError(
                f"highpass_hz reaches {self.highpass_hz[1]:g} Hz, above the {self.lowpass_hz[0]:g} "
                "Hz where lowpass_hz begins; nothing would be left between them"
            )
        return self

    def check(self, rate: int, channels: int) -> None:
        """ModelError when a network of `rate` Hz and `channels` cannot be trained with it."""
        for name, between in (("highpass_hz", self.highpass_hz), ("lowpass_hz", self.lowpass_hz)):
            if between and between[1] >= rate / 2:
                raise ModelError(
                    f"augmentation.{name}: reaches {between[1]:g} Hz; "
                    f"sound at {rate} Hz has frequencies below {rate / 2:g} Hz"
                )
        if self.swap_channels and channels != 2:
            raise ModelError(
                f"augmentation.swap_channels: needs two channels; the network has {channels}"
            )

    @property
    def changes_time_or_pitch(self) -> bool:
        """Whether windows are resampled or stretched."""
        return any((self.pitch_semitones, self.stretch, self.varispeed_semitones))

    def window(self, sound: Sound, start: int, size: int, rate: int, rng: Stream) -> Sound:
        """The augmented window [C, size] that begins at `start` of a part's `sound` [C, T], T >= 1.

        It never leaves the part: a window that would begins earlier, and one that is longer than
        the part continues with its mirror image. With any range, the result does not exceed full
        scale: louder windows are scaled down, including their noise. A function of its arguments:
        `rng` is not advanced.
        """
        warp, filters = self._warp(rng), self._filters(rng)
        # Each kind draws from its own child of `rng`, so the order of these calls is free.
        start = self._start(start, size, sound.shape[1] - warp.source(size), rng)
        margin = filters.margin(rate)
        warped = warp.window(sound, start - warp.source(margin), size + 2 * margin, rate)
        if margin:
            filtered = filters.filtered(warped, rate)[:, margin : margin + size]
            return self._levelled(filtered, rng)
        return self._levelled(warped.astype(np.float64), rng)

    def described(self) -> str:
        """The augmentations as text: «pitch ±2 st, gain −6..0 dB, polarity 50 %»."""
        words = []
        if self.shift:
            share = "" if self.shift == 1 else f"{_percent(self.shift)} of "
            words.append(f"start within {share}a window")
        for name, between, probability in self._ranges():
            chance = "" if probability == 1 else f" ({_percent(probability)})"
            words.append(f"{_named(name, between)}{chance}")
        if self.polarity:
            words.append(f"polarity {_percent(self.polarity)}")
        if self.swap_channels:
            words.append(f"channels swapped {_percent(self.swap_channels)}")
        return ", ".join(words) or "none"

    def _ranges(self) -> Iterator[tuple[str, Between, float]]:
        """Name, range and probability of each range that is set."""
        chance = self.probability
        ranges = (
            ("pitch_semitones", self.pitch_semitones, chance.pitch),
            ("stretch", self.stretch, chance.stretch),
            ("varispeed_semitones", self.varispeed_semitones, chance.varispeed),
            ("highpass_hz", self.highpass_hz, chance.highpass),
            ("lowpass_hz", self.lowpass_hz, chance.lowpass),
            ("tilt_db", self.tilt_db, chance.tilt),
            ("gain_db", self.gain_db, chance.gain),
            ("noise_dbfs", self.noise_dbfs, chance.noise),
        )
        return ((name, between, share) for name, between, share in ranges if between is not None)

    def _start(self, start: int, size: int, last: int, rng: Stream) -> int:
        """The start moved by a random amount, but not beyond `last`."""
        start = min(start, max(0, last))
        shifts = min(round(self.shift * size), last - start + 1)
        # At least one place, also where the part is shorter than the window.
        return start + rng.child("shift").index(max(1, shifts))

    def _warp(self, rng: Stream) -> Warp:
        chance = self.probability
        higher = _drawn(self.pitch_semitones, chance.pitch, rng.child("pitch"))
        faster = _drawn(self.varispeed_semitones, chance.varispeed, rng.child("varispeed"))
        longer = _drawn_evenly(self.stretch, chance.stretch, rng.child("stretch"))
        pitch = _ratio(higher)
        return Warp(pitch * _ratio(faster), pitch * (1.0 if longer is None else longer))

    def _filters(self, rng: Stream) -> Filters:
        chance, turn = self.probability, rng.child("tilt")
        tilt_db = _drawn(self.tilt_db, chance.tilt, turn)
        # From a child, because the first numbers of `turn` are those of the tilt.
        pivot_hz = _in_octaves(PIVOT_HZ, turn.child("pivot").uniform())
        return Filters(
            _drawn_evenly(self.highpass_hz, chance.highpass, rng.child("highpass")),
            _drawn_evenly(self.lowpass_hz, chance.lowpass, rng.child("lowpass")),
            None if tilt_db is None else (tilt_db, pivot_hz),
        )

    def _levelled(self, sound: NDArray[np.float64], rng: Stream) -> Sound:
        """Apply polarity, channels, gain and noise, and scale to full scale what is too loud."""
        chance = self.probability
        if rng.child("polarity").uniform() < self.polarity:
            sound = -sound
        if rng.child("swap").uniform() < self.swap_channels:
            sound = sound[::-1]
        gain_db = _drawn(self.gain_db, chance.gain, rng.child("gain"))
        if gain_db is not None:
            sound = sound * gain(gain_db)
        hiss = rng.child("noise")
        noise_dbfs = _drawn(self.noise_dbfs, chance.noise, hiss)
        if noise_dbfs is not None:
            sound = sound + gain(noise_dbfs) * white(hiss.child("samples"), *sound.shape)
        # Without ranges nothing makes a window louder, and it stays as it was prepared.
        if any(self._ranges()):
            sound = sound / max(1.0, float(absolute(sound).max()))
        return np.ascontiguousarray(sound, dtype=np.float32)


def _drawn(between: Between | None, probability: float, rng: Stream) -> float | None:
    """A uniform random number of a range; None without a range, or with the rest of the
    probability.
    """
    if between is None:
        return None
    # Always both: another probability must not change the values of the windows it leaves in.
    chance, place = rng.uniforms(2)
    low, high = between
    return low + (high - low) * float(place) if chance < probability else None


def _drawn_evenly(between: Between | None, probability: float, rng: Stream) -> float | None:
    """As `_drawn`, but uniform in octaves."""
    if between is None:
        return None
    place = _drawn((0.0, 1.0), probability, rng)
    return None if place is None else _in_octaves(between, place)


def _in_octaves(between: Between, place: float) -> float:
    """The number at `place`, from 0 to 1, along a range measured in octaves."""
    low, high = between
    return low * float(power(high / low, place))


def _ratio(semitones: float | None) -> float:
    """The frequency ratio of an interval; 1 for None."""
    return 1.0 if semitones is None else float(power(2.0, semitones / 12))


_UNITS = {"semitones": "st", "hz": "Hz", "db": "dB", "dbfs": "dBFS"}


def _named(field: str, between: Between) -> str:
    """A range as text: «pitch ±2 st»."""
    name, _, unit = field.partition("_")
    low, high = (f"{number:g}".replace("-", "−") for number in between)
    span = low if low == high else f"{low}..{high}"
    if between[0] == -between[1] != 0:
        span = f"±{high}"
    return f"{name} {span} {_UNITS.get(unit, '')}".rstrip()


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
