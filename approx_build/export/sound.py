"""Sounds of an export: renders in another rate, depth or format, with one gain for all of them.

The resampler and the dither are those of renders. Sound that keeps its rate, its 24 bits and its
gain keeps its samples to the bit. Other integers get triangular dither from a stream that the file
names, so each file has the same bytes at every export.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import floor, gcd
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.audio.dither import Quantiser
from approx_build.audio.loudness import decibels, integrated_lufs
from approx_build.audio.resample import resample_range
from approx_build.audio.truepeak import true_peak
from approx_build.files.writing import remove, rewritten
from approx_build.numerics import portable
from approx_build.numerics.stream import Stream

if TYPE_CHECKING:
    from approx_build.export.rendered import RenderedPiece


@dataclass(frozen=True)
class SoundFormat:
    """How sounds are written: wav or flac, rate in Hz, bits (32 are floats), and gain."""

    file_format: str
    rate: int
    bits: int
    gain_db: float = 0.0

    @property
    def suffix(self) -> str:
        """The suffix of its files."""
        return f".{self.file_format}"

    @property
    def words(self) -> str:
        """The format for people."""
        depth = "32-bit floats" if self.bits == 32 else f"{self.bits} bits"
        return f"{self.file_format.upper()}, {self.rate} Hz, {depth}"


@dataclass(frozen=True)
class Gain:
    """The gain of every sound of an export, dB; `wanted_db` would reach the loudness asked for."""

    db: float = 0.0
    wanted_db: float = 0.0

    def words(self, loudness_lufs: float | None) -> str:
        """The gain for a level sheet."""
        gain = f"Gain of this export: {self.db:+.2f} dB on every file."
        if loudness_lufs is None:
            return gain
        target = f"Target of all movements together: {loudness_lufs:g} LUFS. {gain}"
        return f"{target} {self.shortfall}".rstrip()

    @property
    def shortfall(self) -> str:
        """Why the gain is smaller than it should be; empty when it is not."""
        if self.db == self.wanted_db:
            return ""
        missing = f"{self.wanted_db - self.db:.2f} dB"
        return f"The true peak ceiling of the piece allows no more; {missing} are missing."


@dataclass
class Sounds:
    """Converts sounds to a rate and keeps the results in `scratch` as floats."""

    rate: int
    scratch: Path
    _made: dict[Path, Path] = field(default_factory=dict)
    _count: int = 0

    def at_rate(self, source: Path) -> Path:
        """A file with the sound of `source` at the rate; `source` itself when it has it."""
        found = wav.info(source)
        if found.rate == self.rate:
            return source
        if source not in self._made:
            self._count += 1
            path = self.scratch / f"{self._count:04}.wav"
            with wav.FloatWriter(path, self.rate, found.channels) as writer:
                for clip in _converted(source, self.rate):
                    writer.write(clip.data)
            self._made[source] = path
        return self._made[source]

    def forget(self, source: Path) -> None:
        """Remove what was made of a source that is not needed any more."""
        if made := self._made.pop(source, None):
            remove(made)

    def gain(self, piece: RenderedPiece, loudness_lufs: float | None) -> Gain:
        """The gain that brings all movements together to a loudness, dB.

        It is one gain for the piece, which keeps the balance of its movements, and so small that
        no true peak exceeds the ceiling of the piece. Without a loudness it lowers only peaks that
        the conversion of the rate has raised above the ceiling.
        """
        if loudness_lufs is None and self.rate == piece.rate:
            return Gain()
        masters = [self.at_rate(one.sound) for one in piece.movements]
        now = integrated_lufs(masters) if loudness_lufs is not None else None
        wanted = loudness_lufs - now if now is not None and loudness_lufs is not None else 0.0
        peak = decibels(max(map(_peak, masters)))
        if peak is None or peak + wanted <= piece.ceiling_dbtp:
            return Gain(wanted, wanted)
        # A hundredth less: peaks are rounded to hundredths, and dither can raise them.
        return Gain(floor((piece.ceiling_dbtp - peak) * 100 - 1) / 100, wanted)


def write_sound(path: Path, source: Path, form: SoundFormat, name: str, after: bytes = b"") -> None:
    """Write the sound of `source`, whose rate is that of `form`, to `path`.

    `name` names the stream of its dither; `after` are chunks that follow the samples of a WAV.
    AudioError when a sample does not fit.
    """
    gain = float(portable.gain(form.gain_db)) if form.gain_db else 1.0
    blocks = (
        wav.read(source, start, stop).data.astype(np.float64) * gain
        for start, stop in wav.blocks(source)
    )
    write_blocks(path, blocks, form, wav.info(source).channels, name, after)


def write_blocks(
    path: Path,
    blocks: Iterable[NDArray[np.float64]],
    form: SoundFormat,
    channels: int,
    name: str,
    after: bytes = b"",
) -> None:
    """Write blocks of sound [C, T] as they are; the rest as of `write_sound`."""
    stream = Stream.named("export", name)
    quantiser = Quantiser(name, form.rate, stream, min(form.bits, 24))
    with rewritten(path) as file, _writer(file, form, channels, after) as writer:
        for data in blocks:
            writer.write(data if form.bits == 32 else quantiser.block(data))
    quantiser.finish()


def write_whole(path: Path, sources: Sequence[Path], form: SoundFormat, gap_s: float) -> None:
    """Write exported movements in order, with silence of `gap_s` between them."""
    gap = round(gap_s * form.rate)
    channels = wav.info(sources[0]).channels
    with rewritten(path) as file, _writer(file, form, channels, b"") as writer:
        for number, source in enumerate(sources):
            for start in range(0, gap if number else 0, wav.BLOCK):
                silence = np.zeros((channels, min(wav.BLOCK, gap - start)), np.int32)
                writer.write(silence.astype(np.float32) if form.bits == 32 else silence)
            for start, stop in wav.blocks(source):
                is_float = form.bits == 32
                # As they were written: nothing is rounded or dithered twice.
                writer.write(
                    wav.read(source, start, stop).data
                    if is_float
                    else wav.read_ints(source, start, stop)
                )


def _converted(source: Path, rate: int) -> Iterator[Clip]:
    """The sound of a file at a rate, block by block."""
    found = wav.info(source)
    # Whole periods of both rates: the blocks have the bits of one conversion.
    period = found.rate // gcd(found.rate, rate)
    size = max(1, wav.BLOCK // period) * period
    for start in range(0, found.length, size):
        stop = min(start + size, found.length)
        yield resample_range(partial(wav.read, source), found.length, found.rate, rate, start, stop)


def _peak(path: Path) -> float:
    return true_peak(lambda start, stop: wav.read(path, start, stop).data, wav.info(path).length)


def _writer(file: BinaryIO, form: SoundFormat, channels: int, after: bytes) -> Any:
    if form.file_format == "flac":
        return _FlacWriter(file, form.rate, channels, form.bits)
    if form.bits == 32:
        return wav.FloatWriter(file, form.rate, channels, after)
    return wav.IntWriter(file, form.rate, channels, form.bits, after)


class _FlacWriter:
    """A FLAC of integers of 16 or 24 bits, without tags."""

    def __init__(self, file: BinaryIO, rate: int, channels: int, bits: int) -> None:
        import soundfile

        self._shift = 32 - bits
        self._file = soundfile.SoundFile(
            file, "w", rate, channels, subtype=f"PCM_{bits}", format="FLAC"
        )

    def write(self, block: NDArray[np.integer]) -> None:
        # soundfile takes integers at full scale of 32 bits.
        self._file.write(np.ascontiguousarray(block.astype(np.int32).T << self._shift))

    def __enter__(self) -> _FlacWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
