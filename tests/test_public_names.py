"""The public names: there, lazily, and cheap to import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import approx_build
from approx_build import errors

PACKAGE = Path(approx_build.__file__).parent
CODE = """
import sys, time
began = time.process_time()
import approx_build
print(time.process_time() - began)
print(*sys.modules)
"""


def test_importing_the_package_is_fast_and_imports_no_numpy():
    """The least of a few: what else the machine does costs no CPU of ours, but cold caches do."""
    runs = [
        subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    seconds, names = zip(*(run.stdout.splitlines() for run in runs), strict=True)
    assert min(map(float, seconds)) < 0.03
    loaded = {name.partition(".")[0] for name in names[0].split()}
    assert not loaded & {"numpy", "pydantic", "torch", "typer", "rich", "ruamel", "soundfile"}


@pytest.mark.parametrize("name", approx_build.__all__)
def test_every_public_name_is_there(name: str):
    assert getattr(approx_build, name) is not None
    assert name in dir(approx_build)


def test_the_names_for_type_checkers_are_those_that_are_given():
    (block,) = (
        node
        for node in ast.parse((PACKAGE / "__init__.py").read_text()).body
        if isinstance(node, ast.If)
    )
    typed = {
        alias.name: node.module.removeprefix("approx_build.")
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    assert typed == approx_build._HOME_OF
    assert sorted(typed) == sorted(approx_build.__all__)
    assert (PACKAGE / "py.typed").exists()


def test_every_error_that_a_user_can_cause_is_public():
    every, todo = set(), [errors.ApproxError]
    while todo:
        every.add(one := todo.pop())
        todo += one.__subclasses__()
    assert {one.__name__ for one in every if one.__module__ == errors.__name__} == {
        name for name in approx_build.__all__ if name.endswith("Error")
    }


def test_what_is_not_there_is_an_error():
    with pytest.raises(AttributeError, match="has no attribute 'Session'"):
        approx_build.Session  # noqa: B018
