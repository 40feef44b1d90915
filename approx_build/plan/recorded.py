"""Recordings as generators ask about them: their names, lengths and onsets."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from approx_build.errors import AudioError
from approx_build.files.names import on_disk
from approx_build.plan.catalog import Catalog

MOST_SEARCHED = 64
"""Recordings of a piece whose onsets are looked for; each is read for that by every check."""


@dataclass(frozen=True)
class Recorded:
    """The recordings of a catalog; what is read of them is logged there."""

    catalog: Catalog
    _onsets_s: dict[tuple[str, float], tuple[float, ...]] = field(default_factory=dict)

    def named(self, pattern: str) -> list[str]:
        """The recordings that a name or a pattern stands for, sorted."""
        return sorted(self.catalog.named(pattern))

    def recording_length_s(self, name: str) -> float | None:
        """Seconds of a recording; None for an unknown name or file, which the checks report."""
        # The catalog raises an error for a corpus that it does not have.
        return self.catalog.recording_length_s(name) if name in self._known else None

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.catalog.recordings())

    def recording_onsets_s(self, name: str, apart_s: float) -> tuple[float, ...]:
        """The onsets of a recording, seconds, ascending; none when it cannot be read.

        ValueError when more are asked for than a check can read in reasonable time.
        """
        asked = (name, apart_s)
        if asked not in self._onsets_s:
            if len(self._onsets_s) == MOST_SEARCHED:
                raise ValueError(
                    f"{name} is one too many; the attacks of at most {MOST_SEARCHED} recordings of "
                    "a piece are looked for"
                )
            self._onsets_s[asked] = ()
            with suppress(AudioError):
                self._onsets_s[asked] = self._found(name, apart_s)
        return self._onsets_s[asked]

    def _found(self, name: str, apart_s: float) -> tuple[float, ...]:
        from approx_build.audio import wav
        from approx_build.audio.onsets import onsets

        path = Path(on_disk(self.catalog.root / self.catalog.recording_path(name)))
        with self.catalog.log.watching(path):
            clip = wav.read(path)
        found = onsets(clip.data, clip.rate, round(apart_s * clip.rate))
        return tuple(onset / clip.rate for onset in found)
