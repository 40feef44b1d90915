"""A generator of another package, added through its entry point: that of the how-to page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from approx_build.score.generators.base import GENERATORS
from tests.entry_points import ROOT, installed
from tests.space import Space, project

PAGE = ROOT / "docs" / "how-to" / "add-a-generator.md"
ENTRY_POINTS = "[approx_build.generators]\nchanges = bell_changes:Changes\n"
BELLS = """\
score: 1
movement: tower
length: 12
takes: { bell: { model: tiny, count: 4, length_s: 0.2 } }
parts:
  ring:
    compose:
      - { at: 1, changes: { bells: bell } }
"""
SCORE = "pieces/tower/1-bells.yaml"


@pytest.fixture
def tower(tmp_path: Path) -> Space:
    """A project with a piece that uses the generator of the page, which is installed."""
    block = re.search(r"<!-- example generator -->\n```python\n(.*?)```", PAGE.read_text(), re.S)
    assert block
    package = tmp_path / "bell_changes"
    package.mkdir()
    (package / "__init__.py").write_text(block[1])
    site = tmp_path / "site"
    site.mkdir()
    space = project(tmp_path / "project")
    space.environment["PYTHONPATH"] = installed(site, "bell-changes", ENTRY_POINTS, package)
    space.write("pieces/tower.yaml", "score: 1\npiece: tower\nmovements: [tower/1-bells.yaml]\n")
    space.write(SCORE, BELLS)
    return space


def test_the_family_is_not_installed_here() -> None:
    assert "changes" not in GENERATORS


def test_scores_the_schema_and_compose_know_it(tower: Space) -> None:
    log = tower.start("compose", "pieces/tower.yaml", "ring", "--log").out.splitlines()
    assert log[:3] == ["1 2 3 4", "2 1 4 3", "2 4 1 3"]
    assert log[-1] == log[0]
    events = tower.start("compose", "pieces/tower.yaml", "ring").out.splitlines()
    assert events[5] == (
        '  - { at: "0:02", id: "changes-stroke5", play: { from: { take: bell, clip: 2 } } } '
        "# stroke 5, bell 2"
    )
    assert "changes" in json.loads(tower.start("schema").out)["$defs"]["Composition"]["properties"]


def test_its_mistakes_are_reported_at_their_lines(tower: Space) -> None:
    tower.edit(SCORE, "bells: bell", "bells: bull")
    said = tower.start("check", "pieces/tower.yaml", code=1).err
    assert f"{SCORE}:8:36: parts.ring.compose[0].changes.bells: there is no take 'bull'" in said
    tower.edit(SCORE, "length: 12", "length: 3")
    tower.edit(SCORE, "bells: bull", "bells: bell")
    said = tower.start("check", "pieces/tower.yaml", code=1).err
    assert "stroke 9, bell 2 begins at 0:03; the movement ends at 0:03" in said
