"""The recordings of a corpus: which exist, their length, and their digest.

Every file that libsndfile reads counts, except withdrawn ones. No file is dropped without notice:
one that cannot be used stops the work with its name and the reason.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePath

from approx_build.audio import wav
from approx_build.errors import AudioError
from approx_build.files.leftovers import is_leftover
from approx_build.files.names import alike, clash, normal
from approx_build.files.readlog import ReadLog
from approx_build.numerics.portable import absolute
from approx_build.visible import Lines

SUFFIXES = {".aif", ".aifc", ".aiff", ".au", ".caf", ".flac", ".mp3", ".oga", ".ogg", ".opus"}
SUFFIXES |= {".rf64", ".snd", ".w64", ".wav"}
SILENT = 1e-4
"""A recording whose loudest sample is below this (-80 dBFS) contains nothing to learn."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One file of a corpus: `name` is corpus/name, `digest` the SHA-256 of its bytes."""

    name: str
    path: Path
    digest: str


def list_recordings(
    folder: Path, withdrawn: Collection[str], log: ReadLog | None = None
) -> list[Recording]:
    """The recordings of the corpus in `folder`, by name, without those `withdrawn`.

    `withdrawn` has names without the corpus, as in the consent record (`Consent.withdrawn_by`).
    AudioError when there are none, or two with one name.
    """
    log = log or ReadLog()
    files = recording_files(folder, log)
    kept = [name for name in sorted(files) if name not in withdrawn]
    if not kept:
        raise AudioError(f"{folder}: every recording in this folder was withdrawn")
    return [_recording(folder.name, files[name], log) for name in kept]


def recording_files(folder: Path, log: ReadLog | None = None) -> dict[str, Path]:
    """The files of a corpus that are recordings, withdrawn or not, by name; errors as above."""
    found = named(sound_files(folder, log))
    if found.clashes:
        raise AudioError(Lines.of(f"{path}: {why}" for path, why in found.clashes.items()))
    return found.paths


@dataclass(frozen=True, slots=True)
class Named:
    """Files by the names of their recordings, and why other files cannot have these names."""

    paths: dict[str, Path]
    clashes: dict[Path, str]


def named(paths: Iterable[Path]) -> Named:
    """Files whose names are those of recordings; names must differ in more than case."""
    first: dict[str, Path] = {}
    clashes = {}
    for path in paths:
        # On many disks, names that differ only in case are one name.
        other = first.setdefault(alike(path.stem), path)
        if other != path:
            clashes[path] = clash(path.name, other.name)
    return Named({recording_name(path): path for path in first.values()}, clashes)


def recording_name(path: PurePath) -> str:
    """The name of the recording in a file, without its corpus."""
    return normal(path.stem)


def sound_files(folder: Path, log: ReadLog | None = None) -> list[Path]:
    """The files in `folder` that are recordings by their names; errors as above."""
    if not folder.is_dir():
        raise AudioError(f"{folder}: there is no such corpus folder")
    files = [folder / name for name in (log or ReadLog()).files_in(folder)]
    # The order of names in a folder depends on the file system.
    paths = sorted(path for path in files if is_recording(path.name))
    if not paths:
        kinds = ", ".join(sorted(SUFFIXES))
        raise AudioError(f"{folder}: no recordings in this folder (files ending in {kinds})")
    return paths


def is_recording(name: str) -> bool:
    """Whether a file with this name is a recording, and not a file that a system added."""
    return PurePath(name).suffix.lower() in SUFFIXES and not is_leftover(name)


def corpus_digest(recordings: Sequence[Recording]) -> str:
    """SHA-256 over the names and digests of the recordings, in the order of names."""
    listed = sorted((recording.name, recording.digest) for recording in recordings)
    return sha256(json.dumps(listed, separators=(",", ":")).encode()).hexdigest()


def check_recording(path: Path) -> None:
    """Read the file at `path` to its end; AudioError when it is no sound, damaged or silent."""
    peak = 0.0
    for start, stop in wav.blocks(path):
        peak = max(peak, float(absolute(wav.read(path, start, stop).data).max()))
    if peak < SILENT:
        raise _silent(path)


def mixing(channels: int) -> str:
    """A description of how two or more channels are converted for a network."""
    return "mixed to mono" if channels == 2 else f"{channels} channels mixed to mono"


def _silent(path: Path) -> AudioError:
    return AudioError(f"{path}: silent: no sample reaches -80 dBFS")


def _recording(corpus: str, path: Path, log: ReadLog) -> Recording:
    try:
        digest = log.reading(path).digest
    except OSError as error:
        raise AudioError(f"{path}: cannot be read ({error.strerror})") from None
    return Recording(f"{corpus}/{recording_name(path)}", path, digest)


UNITS = (("h", 3600.0), ("min", 60.0), ("s", 1.0))


@dataclass(frozen=True, slots=True)
class Hours:
    """Seconds as recorded, as prepared, and as augmented training windows."""

    recorded_s: float
    prepared_s: float
    heard_s: float

    @property
    def factor(self) -> float:
        """The ratio of trained to prepared sound; 0 when there is none."""
        return self.heard_s / self.prepared_s if self.prepared_s else 0.0

    def __str__(self) -> str:
        recorded, prepared, used = map(length, (self.recorded_s, self.prepared_s, self.heard_s))
        times = f" ({self.factor:.1f} times as much)" if self.heard_s else ""
        return f"{recorded} recorded, {prepared} prepared, {used} as training windows{times}"


def length(seconds: float) -> str:
    """A length in the largest unit of which it is at least one."""
    unit, size = next((one for one in UNITS if seconds >= one[1]), UNITS[-1])
    return f"{seconds / size:.1f} {unit}"
