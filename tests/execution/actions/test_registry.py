"""Kinds of action: each has its module."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from approx_build.execution import actions
from approx_build.execution.actions.registry import run_actions
from approx_build.execution.context import RunOptions
from approx_build.plan.graph import Kind
from approx_build.store.store import Store
from tests.execution.actions.contexts import context, path_of, ramp

CLIP = {"rate": 8000, "start_s": 0.0, "length_s": None, "channels": None}


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_made_by_a_module(kind: Kind) -> None:
    module = importlib.import_module(f"approx_build.execution.actions.{kind.value}")
    assert callable(module.make_all if kind is Kind.TAKE else module.make)


def test_every_module_of_the_folder_makes_a_kind() -> None:
    modules = {name for _, name, _ in pkgutil.iter_modules(actions.__path__)}
    assert modules == {kind.value for kind in Kind} | {"registry"}


def test_work_is_done_in_its_order(store: Store) -> None:
    lengths = [100, 50, 75]
    batch = [context(store, Kind.CLIP, CLIP, {"source": ramp(length)}).work for length in lengths]
    made = run_actions(batch, store, RunOptions("."), lambda _: None)
    assert [result.facts["samples"] for result in made] == lengths
    assert all(path_of(store, result).exists() for result in made)
