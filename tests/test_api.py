"""docs/api.md: its examples run, and it names everything that is public."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import approx_build
from approx_build import OPS, Observer, Project
from approx_build.execution.executors.local import in_process
from approx_build.project.project import Corpora
from approx_build.project.runs import Runs
from approx_build.project.store.verbs import ProjectStore
from tests.space import project

PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def registered() -> Iterator[None]:
    """Operations that an example registers are gone afterwards."""
    before = dict(vars(OPS))
    kept = {name: dict(value) for name, value in before.items() if isinstance(value, dict)}
    yield
    for name, value in kept.items():
        vars(OPS)[name].clear()
        vars(OPS)[name].update(value)


def test_every_example_runs(tmp_path: Path, registered: None) -> None:
    space = project(tmp_path / "project")
    names: dict[str, Any] = {"__name__": "__main__"}
    said = []
    with (
        contextlib.chdir(space.root),
        mock.patch.object(os, "fsync", return_value=None),
        mock.patch("approx_build.execution.executors.local.Processes", in_process),
    ):
        for example in EXAMPLES:
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(example, "docs/api.md", "exec"), names)
            said.append(out.getvalue())
    rendered, takes, drawn, grown, ledger, refused = said
    assert re.search(r"^1-foam/master: \d+\.\d s; \d+ actions left$", rendered, re.MULTILINE)
    assert re.search(r"^foam 1\.5 s -?[\d.]+ LUFS$", rendered, re.MULTILINE)
    assert "piece/takes/cry/1 8000 (1, 2400)\n" in takes
    assert re.search(r"step-4-seed-7-1\.wav 0\.2 [\d.e-]+$", drawn.strip())
    assert grown == "0.2 0.8\n"
    assert re.search(r"^tiny-\w+ 4 steps \d+\.\d s [\d.]+ \w+", ledger)
    assert ledger.splitlines()[-1].endswith(" columns")
    assert refused == "ebb: there is no such file\n"


@pytest.mark.parametrize("kind", [Project, Corpora, Runs, ProjectStore])
def test_every_method_is_on_the_page(kind: type) -> None:
    own = [name for name in vars(kind) if not name.startswith("_")]
    methods = [name for name in own if inspect.isroutine(getattr(kind, name))]
    assert methods
    for name in methods:
        assert f"`{name}(" in PAGE, name
    for name in set(own) - set(methods) - set(kind.__dataclass_fields__):
        assert f"`Project.{name}`" in PAGE, name


def test_every_method_of_the_observer_is_on_the_page() -> None:
    for name, _ in inspect.getmembers(Observer, inspect.isfunction):
        assert f"`{name}(" in PAGE, name


def test_every_public_name_is_on_the_page() -> None:
    assert not [name for name in approx_build.__all__ if not re.search(rf"\b{name}\b", PAGE)]
