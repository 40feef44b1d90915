"""What every generator promises, over the registry: its example works, twice alike, as text."""

from __future__ import annotations

import re
from inspect import isabstract
from pathlib import Path

import pytest

from approx_build.score.generators.base import GENERATORS
from approx_build.yaml_source.fields import Strict
from approx_build.yaml_source.tables import flow
from tests.score.generators.places import events, generator, place
from tests.score.scores import Project

PAGES = Path(__file__).parents[3] / "docs" / "generators"
FOG = {"count": 12, "length_s": 3.0}
HEAD = 'movement: fog\nlength: "5:00"\n'
TAKES = "takes: { fog: { model: accordionator, count: 12, length_s: 3 } }\n"


def example(name: str) -> str:
    entry = f"{{ at: bar 2, {name}: {flow(GENERATORS.get(name).example)} }}"
    return f"{HEAD}{TAKES}parts:\n  p:\n    compose:\n      - {entry}\n"


@pytest.fixture(params=GENERATORS.names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_its_example_writes_events_that_pass_every_check(name: str, project: Project) -> None:
    project.movement(example(name))
    movement = project.load().movements[0]
    assert len(movement.model.parts["p"].events) > 4
    [written] = movement.written
    assert len(written.labels) == len(written.events)
    assert written.log


def test_the_same_place_gives_the_same_events(name: str) -> None:
    made = generator(name, **GENERATORS.get(name).example)
    found = events(made, place(fog=FOG))
    assert found == events(made, place(fog=FOG))
    assert len({one.name for one in found}) == len(found)
    assert all(re.fullmatch("[a-z0-9-]{1,31}", one.name) for one in found)


def test_every_field_says_what_it_is(name: str) -> None:
    cls = GENERATORS.get(name)
    models: list[type[Strict]] = [cls, *cls.inner.values()]
    assert not isabstract(cls)
    assert cls.__doc__
    for model in models:
        assert all(field.description for field in model.model_fields.values())


def test_its_page_explains_it_and_its_examples_load(name: str, project: Project) -> None:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}: ")
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert examples
    for written in examples:
        project.movement(HEAD + written)
        assert project.load().movements[0].written
