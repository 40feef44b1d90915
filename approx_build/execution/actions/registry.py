"""The table of action kinds: the module that runs each kind."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from approx_build.execution.context import Desk, RunOptions
from approx_build.execution.work import Report, Result, Work
from approx_build.plan.graph import Kind
from approx_build.store.store import Store

MAKERS = {
    Kind.PREPARE: "prepare",
    Kind.TRAIN: "train",
    Kind.CHECKPOINT: "checkpoint",
    Kind.STAGES: "stages",
    Kind.CLIP: "clip",
    Kind.EVENT: "event",
    Kind.STEM: "stem",
    Kind.MIX: "mix",
    Kind.MASTER: "master",
    Kind.PIECE: "piece",
    Kind.MEASURE: "measure",
    Kind.EVALUATE: "evaluate",
    Kind.FIGURE: "figure",
}
"""The module of `approx_build.execution.actions` whose `make` makes one action of a kind."""


def run_actions(
    batch: Sequence[Work], store: Store, options: RunOptions, report: Report
) -> list[Result]:
    """Run one action, or several takes of one checkpoint together."""
    desks = [Desk(work, store, options, report) for work in batch]
    if desks[0].work.action.kind is Kind.TAKE:
        from approx_build.execution.actions.take import make_all

        return make_all(desks)
    return [_module(desk.work.action.kind).make(desk) for desk in desks]


def _module(kind: Kind):  # type: ignore[no-untyped-def] # a module has no better type
    return importlib.import_module(f"approx_build.execution.actions.{MAKERS[kind]}")
