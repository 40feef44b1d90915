"""Prepared sound of a training: its recordings, and the sound prepared from each.

No recording is dropped without notice: it is used, or `unused` contains the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.audio.wav_writer import write_float
from approx_build.corpus.preparation import Preparation, Sound, description, prepared, silent_words
from approx_build.corpus.recordings import Recording, list_recordings
from approx_build.corpus.windows import Part
from approx_build.errors import AudioError, ModelError
from approx_build.files.writing import make_folders
from approx_build.visible import Lines
from approx_build.yaml_source import suggestion


@dataclass(frozen=True, slots=True)
class Stretch:
    """A recording and its prepared sound: a float WAV at `path`; `done` describes the preparation.

    `reason` is the reason if nothing of it remains.
    """

    recording: Recording
    path: Path
    recorded_s: float
    done: tuple[str, ...] = ()
    reason: str = ""

    def part(self) -> Part:
        """The sound, mapped from its file."""
        return Part(self.recording.name, wav.mapped(self.path))


@dataclass(frozen=True, slots=True)
class Material:
    """The recordings of a corpus as prepared for one model, and those it does not use."""

    corpus: str
    stretches: tuple[Stretch, ...]
    excluded: Mapping[str, str] = field(default_factory=dict)

    @property
    def recordings(self) -> list[Recording]:
        """The recordings that the model may use, by name."""
        return [stretch.recording for stretch in self.stretches]

    @property
    def recorded_s(self) -> float:
        """Seconds of sound as recorded."""
        return sum(stretch.recorded_s for stretch in self.stretches)

    @property
    def done(self) -> dict[str, str]:
        """What was done to each recording that was changed."""
        return {s.recording.name: ", ".join(s.done) for s in self.stretches if s.done}

    @property
    def unused(self) -> dict[str, str]:
        """The empty or excluded recordings, with the reason."""
        empty = {s.recording.name: s.reason for s in self.stretches if s.reason}
        return {**self.excluded, **empty}

    def parts(self) -> list[Part]:
        """The sound of each recording that is not empty."""
        return [stretch.part() for stretch in self.stretches if not stretch.reason]


def chosen(
    recordings: Sequence[Recording], how: Preparation, model: str, gone: Collection[str] = ()
) -> list[Recording]:
    """The recordings that are not excluded; ModelError when an exclusion names none of them.

    `gone` are withdrawn ones, without the corpus; exclusions may still name them.
    """
    # Exclusions name recordings without their corpus.
    names = {recording.name.partition("/")[2] for recording in recordings}
    if unknown := sorted(how.exclude.keys() - names - {*gone}):
        hints = "".join(suggestion(name, names) for name in unknown)
        raise ModelError(
            f"model {model!r} excludes {', '.join(unknown)}: no such recording in the corpus"
            + (hints or f"; there are: {', '.join(sorted(names)[:12])}")
        )
    return [one for one in recordings if one.name.partition("/")[2] not in how.exclude]


def prepare_recording(path: Path, rate: int, channels: int, how: Preparation) -> Sound:
    """The sound of one recording prepared [C, T]; no samples if its file is not a sound.

    `gathered` reports the faults of all such files at once.
    """
    try:
        return prepared(wav.read(path), rate, channels, how)
    except AudioError:
        return np.zeros((channels, 0), np.float32)


def write_prepared(path: Path, sound: Sound, rate: int) -> None:
    """Write prepared sound as a float WAV."""
    write_float(path, Clip(sound, rate))


def stretch_of(
    recording: Recording, path: Path, rate: int, channels: int, how: Preparation
) -> Stretch:
    """A recording and its prepared sound at `path`, described by the headers of both.

    AudioError when the recording is no sound: if nothing remains, it is read again.
    """
    length = int(wav.mapped(path).shape[1])
    if length == 0:
        wav.read(recording.path)
    found = wav.info(recording.path)
    done = description((found.rate, found.channels, found.length), rate, channels, length, how)
    reason = "" if length else silent_words(how)
    return Stretch(recording, path, found.length / found.rate, done, reason)


def gathered(
    corpus: str,
    prepared: Iterable[tuple[Recording, Path]],
    rate: int,
    channels: int,
    how: Preparation,
    excluded: Mapping[str, str],
) -> Material:
    """Recordings and their prepared sound; AudioError with the names of all that are not sound."""
    stretches, faults = [], []
    for recording, path in prepared:
        try:
            stretches.append(stretch_of(recording, path, rate, channels, how))
        except AudioError as error:
            faults.append(error.message)
    if faults:
        raise AudioError(Lines.of([*faults, LEAVE_OUT]))
    return Material(corpus, tuple(stretches), dict(excluded))


def prepare_corpus(
    folder: Path,
    work: Path,
    rate: int,
    channels: int,
    how: Preparation,
    model: str = "",
    withdrawn: Collection[str] = (),
) -> Material:
    """The whole corpus, prepared into files under `work`, without a builder.

    AudioError with all recordings that cannot be read, and a way to leave them out.
    """
    make_folders(work)
    made = []
    for recording in chosen(list_recordings(folder, withdrawn), how, model):
        made.append((recording, work / f"{recording.name.partition('/')[2]}.wav"))
        sound = prepare_recording(recording.path, rate, channels, how)
        write_prepared(made[-1][1], sound, rate)
    return gathered(folder.name, made, rate, channels, how, how.exclude)


LEAVE_OUT = "repair the files, or leave them out: `preparation: { exclude: { NAME: why } }`"
