"""`ops`, `families`, `schema`, and the command line itself: everything is told."""

from __future__ import annotations

import json
import re

import pytest

from approx_build.families.base import FAMILIES
from approx_build.ops.base import OPS
from tests.space import Space


@pytest.mark.parametrize(("command", "registry"), [("ops", OPS), ("families", FAMILIES)])
def test_everything_registered_is_listed_with_its_parameters(
    project: Space, command: str, registry: object
) -> None:
    rows = json.loads(project.run(command, "--json").out)
    names = registry.names()  # type: ignore[attr-defined]
    assert [row["name"] for row in rows] == list(names)
    for row in rows:
        assert row["summary"]
        assert row["version"] >= 1
        assert all(field["description"] for field in row["parameters"]), row["name"]
    text = project.run(command).out
    for row in rows:
        assert f"{row['name']}: " in text


def test_families_tell_how_takes_are_drawn(project: Space) -> None:
    rows = {row["name"]: row for row in json.loads(project.run("families", "--json").out)}
    text = project.run("families").out
    for family in FAMILIES:
        row = rows[family.model_fields["family"].default]
        assert [one["name"] for one in row["sampling"]] == list(family.sampling_model.model_fields)
        assert all(one["description"] for one in row["sampling"])
        assert row["ways"] == sorted(family.ways)
        assert f"  ways of making takes from sound: {', '.join(row['ways'])}\n" in text
    assert "(ddim, iplms, heun, lms, " in text


def test_the_schema_is_json(project: Space) -> None:
    schema = json.loads(project.run("schema").out)
    assert "$schema" in schema


COMMANDS = [
    "render", "check", "plan", "why", "verify", "export", "compose", "train",
    "take", "evaluate", "init", "allow", "schema", "ops", "families", "runs", "corpus", "store",
]  # fmt: skip
OF_CORPUS = ["add", "list", "prepare", "inspect", "withdraw"]
OF_STORE = ["check", "sizes", "gc"]
OF_RUNS = ["list", "show", "compare", "note", "export", "page"]


@pytest.mark.parametrize(
    "command",
    [
        *COMMANDS,
        *(f"corpus {name}" for name in OF_CORPUS),
        *(f"runs {name}" for name in OF_RUNS),
        *(f"store {name}" for name in OF_STORE),
    ],
)
def test_every_command_has_help_for_each_option(project: Space, command: str) -> None:
    text = project.run(*command.split(), "--help").out
    _, *rows = re.split(r"\n  (?=-)", text.partition("Commands:")[0])
    assert rows
    for row in rows:
        assert len(re.split(r"  +|\n", row.strip())) > 1, f"{command}: {row}"


@pytest.mark.parametrize(
    ("above", "names"),
    [([], COMMANDS), (["corpus"], OF_CORPUS), (["runs"], OF_RUNS), (["store"], OF_STORE)],
)
def test_the_commands_are_frozen(project: Space, above: list[str], names: list[str]) -> None:
    text = project.run(*above, "--help").out
    assert re.findall(r"^  ([a-z]+) ", text.partition("Commands:")[2], re.MULTILINE) == names


def test_the_version_is_reported(project: Space) -> None:
    from approx_build import __version__

    assert project.run("--version").out == f"approx-build {__version__}\n"
