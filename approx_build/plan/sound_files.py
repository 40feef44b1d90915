"""Sound files: how long those of a project are, and why one cannot be used, from their headers."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from approx_build.errors import AudioError
from approx_build.files.names import on_disk
from approx_build.files.readlog import ReadLog

BLOCK = 1 << 14
MOST_HEARD = 500
MAX_CHANNELS = 2
"""Of a sound that an event or a take works on."""


@dataclass
class SoundFiles:
    """The sound files under `root`, each header read once; what is read goes into `log`."""

    root: Path
    log: ReadLog
    _lengths_s: dict[str, float | None] = field(default_factory=dict)
    _problems: dict[str, str] = field(default_factory=dict)
    _silent: dict[tuple[str, float, float | None], bool] = field(default_factory=dict)

    def length_s(self, path: str) -> float | None:
        """Seconds of the file at `path` from the root; None when it cannot be read."""
        self._look(path)
        return self._lengths_s[path]

    def problem(self, path: str) -> str:
        """Why the file at `path` from the root cannot be used; empty if it can, or is missing."""
        self._look(path)
        return self._problems.get(path, "")

    def is_silent(self, path: str, start_s: float, length_s: float | None) -> bool:
        """Whether a range of the file at `path` is only silence; False if it cannot be read.

        False, too, after so many ranges that reading their first samples would take seconds.
        """
        asked = (path, start_s, length_s)
        if asked not in self._silent and len(self._silent) < MOST_HEARD:
            self._silent[asked] = False
            with suppress(AudioError, OSError):
                self._silent[asked] = self._has_only_zeros(*asked)
        return self._silent.get(asked, False)

    def _has_only_zeros(self, path: str, start_s: float, length_s: float | None) -> bool:
        from approx_build.audio import wav

        file = Path(on_disk(self.root / path))
        with self.log.watching(file):
            found = wav.info(file)
            start = round(start_s * found.rate)
            most = found.length - start
            stop = start + (most if length_s is None else round(length_s * found.rate))
            if not 0 <= start < stop <= found.length:
                return False  # reported by the check of durations
            # Nearly always the first samples of a sound tell.
            for first in range(start, stop, BLOCK):
                if wav.read(file, first, min(first + BLOCK, stop)).data.any():
                    return False
        return True

    def _look(self, path: str) -> None:
        from approx_build.audio import wav

        if path in self._lengths_s:
            return
        self._lengths_s[path] = None
        file = Path(on_disk(self.root / path))
        try:
            with self.log.watching(file):
                found = wav.info(file)
            self._lengths_s[path] = found.length / found.rate
            if found.channels > MAX_CHANNELS:
                words = (
                    f"the file has {found.channels} channels; at most {MAX_CHANNELS} can be used"
                )
                self._problems[path] = f"{path}: {words}"
        except AudioError as error:
            if file.exists():
                self._problems[path] = error.message.replace(str(file), path)
