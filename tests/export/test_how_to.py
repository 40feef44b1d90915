"""docs/how-to/deliver-a-piece.md: its commands run, and write the files that it names."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from approx_build.export.base import EXPORTS
from approx_build.export.festival_rules import FestivalRules, shipped
from tests.space import Space

PAGE = (Path(__file__).parents[2] / "docs/how-to/deliver-a-piece.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
[RULES] = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def delivered(coast: Space, tmp_path_factory: pytest.TempPathFactory) -> Space:
    space = coast.copy(tmp_path_factory.mktemp("delivered") / "project")
    space.write("biennale.yaml", RULES)
    for command in COMMANDS:
        program, *words = shlex.split(command)
        assert program == "approx-build"
        space.run(*words)
    return space


def test_every_purpose_is_on_the_page(delivered: Space) -> None:
    shown = {word for command in COMMANDS for word in re.findall(r"--for (\w+)", command)}
    assert shown == set(EXPORTS.names())
    assert all(f"`{name}`" in PAGE for name in shipped())
    assert all(field in PAGE for field in FestivalRules.model_fields)


def test_the_files_that_the_page_names_are_written(delivered: Space) -> None:
    written = {path.name for path in (delivered.root / "out").rglob("*") if path.is_file()}
    table = re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    named = {Path(name).name for row in table for name in re.findall(r"`([\w/-]+\.\w+)`", row)}
    named |= {Path(name).name for name in re.findall(r"`(01-foam\.\w+)`", PAGE)}
    assert len(named) > 15
    assert named <= written


def test_json_lists_the_files(delivered: Space) -> None:
    words = ("export", "pieces/tide.yaml", "--to", "out/daw", "--for", "daw", "--json")
    found = json.loads(delivered.run(*words).out)
    assert (found["purpose"], found["remarks"]) == ("daw", [])
    assert {"path", "sha256", "bytes"} == set(found["files"][0])
