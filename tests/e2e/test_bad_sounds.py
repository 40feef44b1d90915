"""Recordings and sound files that cannot be used, and odd ones that can."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.space import Space, tone

SAND, TIDE = "pieces/tide/2-sand.yaml", "pieces/tide.yaml"
LOW, BELL = "models/corpora/tones/low.wav", "pieces/tide/bell.wav"
THIRD = "models/corpora/tones/third.wav"

Spoil = Callable[[Space, str], object]


def corrupt(space: Space, path: str) -> None:
    (space.root / path).write_bytes(b"RIFF\xff\0\0\0WAVEgarbage" * 20)


def foreign(space: Space, path: str) -> None:
    (space.root / path).write_bytes(b"no sound at all" * 99)


def truncated(space: Space, path: str) -> None:
    whole = space.sound(path, tone(200, 0.8)).read_bytes()
    (space.root / path).write_bytes(whole[:5000])


def without_bytes(space: Space, path: str) -> None:
    (space.root / path).write_bytes(b"")


def without_samples(space: Space, path: str) -> None:
    space.sound(path, np.zeros(0))


def silent(space: Space, path: str) -> None:
    space.sound(path, np.zeros(6400))


def of_eight_channels(space: Space, path: str) -> None:
    space.sound(path, np.tile(tone(200, 0.8)[:, None], (1, 8)))


def not_a_number(space: Space, path: str) -> None:
    data = tone(200, 0.8)
    data[1000] = np.nan
    space.sound(path, data, subtype="FLOAT")


SPOILT: list[tuple[Spoil, str, str]] = [
    (corrupt, "not a usable WAV file: it has no sound in it (no data chunk)", ""),
    (foreign, "not a sound file that can be read (Format not recognised.)", ""),
    (truncated, "truncated: its header promises 0.80 s, 7844 bytes are missing", ""),
    (without_bytes, "the file is empty (0 bytes)", ""),
    (without_samples, "the file is empty: it has no samples", ""),
    (not_a_number, "sample 1000 is not a number (NaN or infinite)", ""),
    # Of the last two, silence is left out and said, and of channels a network hears the mean.
    (silent, "", "there is only silence in this range"),
    (of_eight_channels, "the file has 8 channels; at most 2 can be used", ""),
]
NAMES = [spoil.__name__ for spoil, _, _ in SPOILT]


@pytest.mark.parametrize(("spoil", "said", "_"), SPOILT[:-2], ids=NAMES[:-2])
def test_a_recording_that_cannot_be_learnt_from_is_named(
    space: Space, spoil: Spoil, said: str, _: str
) -> None:
    # No event uses it, so that only the training finds it.
    spoil(space, THIRD)
    said = f"{TIDE}:7:3: models/tiny/run: {THIRD}: {said}"
    assert any(line.startswith(said) for line in space.fails("render", TIDE).splitlines())
    assert not (space.root / "renders").exists()


def test_a_silent_recording_is_left_out_and_reported(space: Space) -> None:
    silent(space, LOW)
    said = space.run("train", "tiny").out
    assert "models/tiny/run: not used: tones/low: silent: no frame's RMS passes -60 dBFS" in said


def test_a_corpus_without_a_sound_is_refused(space: Space) -> None:
    for name in (LOW, LOW.replace("low", "high")):
        silent(space, name)
    said = space.fails("train", "tiny")
    assert "the corpus is empty after preparation: tones/high: silent: " in said
    assert "tones/low: silent: no frame's RMS passes -60 dBFS" in said


@pytest.mark.parametrize(("spoil", "said", "placed"), SPOILT, ids=NAMES)
def test_a_file_that_cannot_be_used_is_named_with_the_event(
    built: Space, spoil: Spoil, said: str, placed: str
) -> None:
    built.sound(BELL, tone(300, 0.3))
    built.edit(SAND, "from: tones/high", "from: { file: bell.wav }")
    spoil(built, BELL)
    said = f"{BELL}: {placed or said}"
    lines = [line for line in built.fails("render", TIDE).splitlines() if said in line]
    assert len(lines) == 1
    # What only the samples tell is found by the render.
    at = "9: clips/pieces/tide/bell/" if spoil is not_a_number else "47: parts.grain.events[1]."
    assert lines[0].startswith(f"{SAND}:8:{at}")


def test_a_recording_of_192_khz_is_converted_and_that_is_reported(space: Space) -> None:
    space.sound(LOW, tone(200, 0.8, 192_000), 192_000)
    outcome = space.render()
    assert "models/tiny/run" in outcome.ran()
    assert outcome.out.splitlines()[:2] == [
        "models/tiny/run: used after conversion: 1 recording (192000 Hz to 8000 Hz)",
        "converted: 1 sound of 192000 Hz to 8000 Hz",
    ]
    spectrum = np.abs(np.fft.rfft(space.ints("tide/stems/1-foam/shore.wav")[0, 2000:6000]))
    assert spectrum.argmax() == round(200 / (8000 / 4000))


def test_a_stereo_recording_is_heard_in_stereo_and_learnt_in_mono(space: Space) -> None:
    sides = np.stack([tone(200, 0.8), np.zeros(6400)], axis=1)
    space.sound(LOW, sides)
    outcome = space.render()
    assert "used after conversion: 1 recording (mixed to mono)" in outcome.out
    left, right = space.ints("tide/stems/1-foam/shore.wav")
    assert np.abs(left).max() > 100 * np.abs(right).max()


def test_a_folder_without_recordings_is_reported(space: Space) -> None:
    for name in ("low.wav", "high.wav"):
        (space.root / "models/corpora/tones" / name).unlink()
    none = (
        "models/corpora/tones: no recordings in this folder "
        "(files ending in .aif, .aifc, .aiff, .au, .caf, .flac, .mp3, .oga, .ogg, .opus, .rf64, "
        ".snd, .w64, .wav)"
    )
    first = space.check().splitlines()[0]
    assert first.startswith(
        f"pieces/tide/1-foam.yaml:15:34: parts.shore.events[0].play.from: {none}; "
    )
    assert f"also used at {SAND}:" in first
    for path in ("pieces/tide/1-foam.yaml", SAND):
        text = (space.root / path).read_text()
        space.write(path, text.replace("tones/low", "cry").replace("tones/high", "cry"))
    assert space.check() == f"{TIDE}:7:3: {none}"


def test_two_recordings_of_one_name_are_refused(space: Space) -> None:
    space.sound("models/corpora/tones/low.flac", tone(200, 0.8))
    first = space.check().splitlines()[0]
    said = "models/corpora/tones/low.wav: has the same name as low.flac; rename one; also used at"
    assert said in first
