"""Sound files: how long those of a project are, and why one cannot be used, from their headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from approx_build.errors import AudioError
from approx_build.files.names import on_disk
from approx_build.files.readlog import ReadLog

MAX_CHANNELS = 2
"""Of a sound that an event or a take works on."""


@dataclass
class SoundFiles:
    """The sound files under `root`, each header read once; what is read goes into `log`."""

    root: Path
    log: ReadLog
    _lengths_s: dict[str, float | None] = field(default_factory=dict)
    _problems: dict[str, str] = field(default_factory=dict)

    def length_s(self, path: str) -> float | None:
        """Seconds of the file at `path` from the root; None when it cannot be read."""
        self._look(path)
        return self._lengths_s[path]

    def problem(self, path: str) -> str:
        """Why the file at `path` from the root cannot be used; empty if it can, or is missing."""
        self._look(path)
        return self._problems.get(path, "")

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
