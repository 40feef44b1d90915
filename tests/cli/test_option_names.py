"""Messages name arguments of the Python API; the command line prints its options instead."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from approx_build.cli.app import app
from approx_build.cli.option_names import OPTIONS, option, with_options
from approx_build.errors import UsageError, argument
from approx_build.project.audition import TakeOptions
from approx_build.project.project import Project
from approx_build.project.render import RenderOptions
from approx_build.project.resume import Choice
from tests.space import Space

PACKAGE = Path(__file__).parents[2] / "approx_build"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (f"set a smaller {argument('jobs')}", "set a smaller --jobs"),
        (f"{argument('movements', 'x')}: no", "--movement x: no"),
        (f"with {argument('repair', True)}: moved", "with --repair: moved"),
        (f"`approx-build train a` with {Choice.NEW}; b", "`approx-build train a --new`; b"),
        (f"`approx-build train a`; with {Choice.NEW}", "`approx-build train a`; with --new"),
        (f"{argument('noise-level', 0.3)}: no", "--noise-level 0.3: no"),
        ("`window: 4096` fits, and a = b", "`window: 4096` fits, and a = b"),
    ],
)
def test_arguments_are_shown_as_options(message: str, shown: str) -> None:
    assert with_options(message) == shown


def options_of(command: Any) -> set[str]:
    """The options of a command, or of all commands of a group."""
    if hasattr(command, "commands"):
        return set().union(*map(options_of, command.commands.values()))
    params = command.get_params(command.make_context("x", ["--help"], resilient_parsing=True))
    return {name for param in params for name in param.opts}


def test_every_argument_in_a_message_is_an_option_of_a_command() -> None:
    every = options_of(get_command(app))
    assert set(OPTIONS.values()) <= every
    named = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "argument":
                match node.args[0]:
                    case ast.Constant(value=str(name)):
                        named.add(option(name))
    assert len(named) > 10
    assert named - {"--choice"} <= every


def test_a_call_from_python_is_refused_in_terms_of_python(space: Space) -> None:
    project = Project.open(space.root)
    with pytest.raises(UsageError, match=r"^`movements=9`: there is no such movement"):
        project.render("tide", RenderOptions(movements=("9",)))
    with pytest.raises(UsageError, match=r"^`step=3`: tiny has checkpoints at steps"):
        project.take("tiny", TakeOptions(step=3))
