"""A project in a temporary folder, with a piece whose scores a test writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.errors import ScoreError
from approx_build.score.duration_checks import check_durations
from approx_build.score.load import Reading, Score, read_piece
from approx_build.score.reference_checks import check_references
from approx_build.yaml_source import in_order

PIECE = "piece: tide\nmovements: [tide/1-fog.yaml]\n"


def loaded(path: Path, root: Path | None = None) -> Score:
    """A score without faults that need no project to be found; ScoreError with those."""
    reading = read_piece(path, root)
    faults = [*reading.faults, *check_references(reading), *check_durations(reading)]
    if faults or reading.score is None:
        raise ScoreError(in_order(faults))
    return reading.score


class Project:
    """`movement(text)` writes the one movement; `faults()` is what loading finds, shortened."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "models").mkdir()
        (root / "pieces" / "tide").mkdir(parents=True)
        self.piece(PIECE)

    def write(self, path: str, text: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def piece(self, text: str) -> None:
        self.write("pieces/tide.yaml", text)

    def movement(self, text: str) -> None:
        self.write("pieces/tide/1-fog.yaml", text)

    def load(self) -> Score:
        return loaded(self.root / "pieces" / "tide.yaml")

    def read(self) -> Reading:
        return read_piece(self.root / "pieces" / "tide.yaml")

    def faults(self) -> list[str]:
        """Each fault as `1-fog.yaml:3:5: message`."""
        with pytest.raises(ScoreError) as caught:
            self.load()
        return [
            f"{f.where.path.rpartition('/')[2]}:{f.where.line}:{f.where.column}: {f.message}"
            for f in caught.value.faults
        ]
