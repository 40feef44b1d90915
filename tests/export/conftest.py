"""A small rendered piece that the tests of exports share, and how they export it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from approx_build.export.base import ExportOptions
from approx_build.project.export import ExportResult
from approx_build.project.project import Project
from approx_build.project.settings import Settings
from tests.space import FOAM, Space

TEMPO = """\
tempo: [ { at: 0, bpm: 180, ramp: true }, { at: bar 2, bpm: 240 } ]
meter: [ { at: bar 1, meter: 3/4 }, { at: bar 2, meter: 4/4 } ]
sections: { A: bar 1, B: bar 2 }
"""
CUES = """\
cues:
  - { at: 0.5, for: gull, text: cry }
  - { at: bar 2.1, for: Ève Ωmega, text: "answer, =softly" }
  - { at: B + 1 beat, text: all }
"""
FACTS = """\
composer: Zoë Quill
players: [Ève Ωmega, gull]
year: 2031
instrumentation: gulls and fixed media
note: A tide comes in.
"""
DEFAULTS: dict[str, dict[str, object]] = {"submission": {"rules": "concert-call"}}
"""The options that a purpose needs."""
Exporting = Callable[..., ExportResult]


@pytest.fixture(scope="session")
def coast(shipped: Space, tmp_path_factory: pytest.TempPathFactory) -> Space:
    """The project with a tempo map, cues and words, rendered once. Copy it to change it."""
    space = shipped.copy(tmp_path_factory.mktemp("coast") / "project")
    head, _, _ = FOAM.partition("cues:")
    space.write("pieces/tide/1-foam.yaml", head + TEMPO + CUES)
    space.edit("pieces/tide.yaml", "piece: tide\n", f"piece: tide\n{FACTS}")
    space.render()
    return space


@pytest.fixture(scope="session")
def exported(coast: Space, tmp_path_factory: pytest.TempPathFactory) -> Exporting:
    """The piece exported for a purpose, once for all tests, which change nothing in it."""
    folder = tmp_path_factory.mktemp("exported")

    @cache
    def export(purpose: str) -> ExportResult:
        options = ExportOptions(**DEFAULTS.get(purpose, {}))  # type: ignore[arg-type]
        project = Project.open(coast.root, Settings())
        return project.export("tide", folder / purpose, purpose, options)

    return export


@pytest.fixture
def exporting(coast: Space, tmp_path: Path) -> Exporting:
    """Exports the piece for a purpose into a folder named after it."""

    def export(purpose: str, to: str = "", **given: object) -> ExportResult:
        options = DEFAULTS.get(purpose, {}) | given
        project = Project.open(coast.root, Settings())
        return project.export(
            "tide",
            tmp_path / (to or purpose),
            purpose,
            ExportOptions(**options),  # type: ignore[arg-type]
        )

    return export
