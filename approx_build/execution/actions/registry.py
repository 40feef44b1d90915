"""Action kinds: the module of a kind has its name, and runs when an action of it is due."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from approx_build.execution.context import ActionContext, RunOptions
from approx_build.execution.work import Report, Result, Work
from approx_build.plan.graph import Kind
from approx_build.store.store import Store


def run_actions(
    batch: Sequence[Work], store: Store, options: RunOptions, report: Report
) -> list[Result]:
    """Run one action by its module's `make`, or takes of one checkpoint by `make_all`."""
    contexts = [ActionContext(work, store, options, report) for work in batch]
    if contexts[0].work.action.kind is Kind.TAKE:
        # Imported when needed: a worker that generates nothing must not load the families.
        from approx_build.execution.actions.take import make_all

        return make_all(contexts)
    return [_module(context.work.action.kind).make(context) for context in contexts]


def _module(kind: Kind):  # type: ignore[no-untyped-def] # a module has no better type
    return importlib.import_module(f"approx_build.execution.actions.{kind.value}")
