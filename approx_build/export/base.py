"""The interface of exports, their options, and their registry."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import ClassVar

from approx_build.errors import UsageError, argument
from approx_build.export.folder import ExportFolder
from approx_build.export.rendered import RenderedPiece
from approx_build.registry import Registry

FILE_FORMATS = ("wav", "flac")
BITS = (16, 24, 32)
"""Bits of a sample: integers of 16 or 24, floats of 32."""
LOWEST_RATE, HIGHEST_RATE = 8_000, 192_000


@dataclass(frozen=True)
class ExportOptions:
    """How to export. A purpose that has no use for an option refuses it."""

    movements: Sequence[str] = ()
    """Movements by number or slug; all by default."""
    file_format: str | None = None
    """wav or flac; wav by default."""
    rate: int | None = None
    """Sample rate of the files, Hz; that of the piece by default."""
    bits: int | None = None
    """16 or 24 for integers, 32 for floats; 24 by default."""
    loudness_lufs: float | None = None
    """Integrated loudness of all movements together; as rendered by default."""
    speeds: Sequence[float] = ()
    """Speeds of slower versions, as 0.75."""
    rules: str | None = None
    """The rules of a festival: the name of a shipped rule set, or a file."""

    def given(self) -> list[str]:
        """The options that have a value, besides the movements."""
        every = {field.name: getattr(self, field.name) for field in fields(self)}
        unset: Sequence[object] = (None, (), [])
        return [name for name, value in every.items() if name != "movements" and value not in unset]

    def check(self) -> None:
        """UsageError for a value that no export can have."""
        if self.file_format and self.file_format not in FILE_FORMATS:
            asked = argument("file_format", self.file_format)
            raise UsageError(f"{asked}: the formats are {' and '.join(FILE_FORMATS)}")
        if self.bits is not None and self.bits not in BITS:
            raise UsageError(f"{argument('bits', self.bits)}: choose 16, 24 or 32 (floats)")
        if self.file_format == "flac" and self.bits == 32:
            raise UsageError(f"{argument('bits', 32)}: FLAC has no floats; choose 16 or 24")
        if self.rate is not None and not LOWEST_RATE <= self.rate <= HIGHEST_RATE:
            bounds = f"{LOWEST_RATE} to {HIGHEST_RATE} Hz"
            raise UsageError(f"{argument('rate', self.rate)}: rates are {bounds}")
        if self.loudness_lufs is not None and not -60 <= self.loudness_lufs <= 0:
            asked = argument("loudness_lufs", self.loudness_lufs)
            raise UsageError(f"{asked}: a loudness is between -60 and 0 LUFS")
        for speed in self.speeds:
            if not 0.25 <= speed < 1:
                asked = argument("speeds", speed)
                raise UsageError(f"{asked}: a slower version has a speed from 0.25 to below 1")


@dataclass(frozen=True)
class Task:
    """What an export works on: the piece, the options, and the folder to fill.

    `activity` reports what is being done.
    """

    piece: RenderedPiece
    options: ExportOptions
    folder: ExportFolder
    activity: Callable[[str], None]


class Export(ABC):
    """A purpose of an export. `purpose` names it; `options` are the options that it uses."""

    purpose: ClassVar[str]
    options: ClassVar[frozenset[str]] = frozenset()

    def check(self, options: ExportOptions) -> None:
        """UsageError for options that are impossible, or without meaning for the purpose."""
        options.check()
        for name in options.given():
            if name not in self.options:
                asked = argument(name, getattr(options, name))
                raise UsageError(f"{asked}: an export for {self.purpose} has no such option")

    @abstractmethod
    def write(self, task: Task) -> tuple[str, ...]:
        """Fill the folder; returns remarks for the user. The same task gives the same bytes."""


EXPORTS: Registry[Export] = Registry("export", "approx_build.export.purposes", "purpose")
