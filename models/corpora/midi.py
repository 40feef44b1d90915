"""Notes as Standard MIDI Files, played by FluidSynth through a sound font.

Times are seconds; a file is written at 120 beats per minute with 480 ticks a beat, so one
second is 960 ticks. Reverb and chorus are off: rooms belong to the piece, not to the corpus.
"""

from __future__ import annotations

import struct
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

RATE = 44100
TICKS_PER_S = 960
EXPRESSION = 11
"""The MIDI controller that stands for the bellows."""

DECAY = 36
"""The sound font's generator that stands for the length of a note's decay."""

CENTS_OF_WHEEL, STEPS_OF_WHEEL = 200, 8192
"""The pitch wheel bends by two semitones, in so many steps up or down."""

SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")


@dataclass
class Line:
    """The notes and controls of one instrument. Notes: (start_s, length_s, key, velocity)."""

    program: int
    channel: int = 0
    notes: list[tuple[float, float, int, int]] = field(default_factory=list)
    controls: list[tuple[float, int, int]] = field(default_factory=list)
    bends: list[tuple[float, float]] = field(default_factory=list)

    def note(self, start_s: float, length_s: float, key: int, velocity: int) -> None:
        """One note."""
        self.notes.append((start_s, length_s, key, velocity))

    def expression(self, start_s: float, value: float) -> None:
        """The bellows' pressure from here on, 0 to 127."""
        self.controls.append((start_s, EXPRESSION, max(0, min(127, round(value)))))

    def bend(self, start_s: float, cents: float) -> None:
        """The pitch of all notes from here on, cents from equal temperament."""
        self.bends.append((start_s, cents))

    def lengthen_decay(self, timecents: int) -> None:
        """Lets notes ring longer: 1200 is twice as long. To be called before any other control."""
        value = STEPS_OF_WHEEL + timecents // 2
        for controller, data in ((99, 120), (98, DECAY), (38, value & 0x7F), (6, value >> 7)):
            self.controls.append((len(self.controls) / TICKS_PER_S, controller, data))

    def swell(self, start_s: float, length_s: float, low: float, high: float) -> None:
        """The bellows from `low` up to `high` and back, in 24 steps a swell."""
        for step in range(25):
            arch = 1 - abs(2 * step / 24 - 1)
            self.expression(start_s + length_s * step / 24, low + (high - low) * arch)

    def play(self) -> NDArray[np.float64]:
        """The line through FluidSynth as mono samples [T] at 44.1 kHz."""
        return play([self])


def play(lines: Sequence[Line], *, left_only: bool = False) -> NDArray[np.float64]:
    """Lines on channels of their own through FluidSynth as mono samples [T] at 44.1 kHz.

    The font's left and right of one note may be a cent apart; added up, they sweep like a comb.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "line.mid"), Path(folder, "line.wav")
        source.write_bytes(_midi_file(lines))
        subprocess.run(_command(source, target), check=True)
        samples, rate = sf.read(target, always_2d=True)
    assert rate == RATE
    heard = samples[:, 0] if left_only else samples.mean(axis=1)
    return np.asarray(heard, dtype=np.float64)


def _command(source: Path, target: Path) -> list[str]:
    options = ["-ni", "-q", "-g", "0.6", "-R", "0", "-C", "0", "-r", str(RATE)]
    return ["fluidsynth", *options, "-O", "s24", "-F", str(target), str(SOUND_FONT), str(source)]


def _midi_file(lines: Sequence[Line]) -> bytes:
    track = b"\x00\xff\x51\x03" + (500_000).to_bytes(3, "big")
    now = 0
    for at, _, message in sorted(event for line in lines for event in _events(line)):
        track += _variable_length(at - now) + message
        now = at
    track += _variable_length(TICKS_PER_S) + b"\xff\x2f\x00"
    header = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480)
    return header + b"MTrk" + struct.pack(">I", len(track)) + track


def _events(line: Line) -> list[tuple[int, int, bytes]]:
    """Time in ticks, rank among events of the same time, message."""
    events = [(0, 0, bytes([0xC0 | line.channel, line.program]))]
    for at, controller, value in line.controls:
        events.append((_ticks(at), 1, bytes([0xB0 | line.channel, controller, value])))
    for at, cents in line.bends:
        wheel = STEPS_OF_WHEEL + round(cents * STEPS_OF_WHEEL / CENTS_OF_WHEEL)
        events.append((_ticks(at), 1, bytes([0xE0 | line.channel, wheel & 0x7F, wheel >> 7])))
    for start, length, key, velocity in line.notes:
        # Ends sort before starts, so that a repeated key is released before it sounds again.
        events.append((_ticks(start + length), 0, bytes([0x80 | line.channel, key, 0])))
        events.append((_ticks(start), 2, bytes([0x90 | line.channel, key, velocity])))
    return events


def _ticks(seconds: float) -> int:
    return round(seconds * TICKS_PER_S)


def _variable_length(number: int) -> bytes:
    """A number in sevens of bits, most significant first, as MIDI files count time."""
    parts = [number & 0x7F]
    while number := number >> 7:
        parts.append(0x80 | (number & 0x7F))
    return bytes(reversed(parts))
