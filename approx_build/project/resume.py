"""Going on: what is done about the last run of a model that has changed since."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from approx_build.errors import ModelError, UsageError, argument
from approx_build.files.opening import TEXT_BYTES, read_bounded
from approx_build.plan.catalog import Catalog
from approx_build.plan.graph import Graph, Kind
from approx_build.plan.key import Difference, differences
from approx_build.store.delivery import write
from approx_build.store.store import Store
from approx_build.training.parent import keep_parent, parent_path
from approx_build.training.previous_runs import EarlierRun, last_run, run_of
from approx_build.training.run_lock import trainer
from approx_build.training.torch_requirement import missing_torch
from approx_build.visible import Lines
from approx_build.yaml_source.insertion import inserted

MOST = 12
"""Changes that are listed one by one."""


class Choice(Enum):
    """What to do when a model changed since its last run."""

    ASK = ""
    CONTINUE = "continue"
    NEW = "new"

    def __str__(self) -> str:
        return argument("choice", self.name)


def apply_choice(catalog: Catalog, model: str, store: Store, choice: Choice) -> str:
    """Apply the choice about the model's last run; returns a description.

    ModelError that says what changed, when there is a choice and none was made.
    """
    manifest = catalog.manifest(model)
    own = run_of(store.root, manifest)
    # The model did not change, so its own run simply continues.
    if own is not None or catalog.shipped_run(model, manifest):
        if choice is not Choice.ASK:
            progress = _progress_text(own) if own else "is shipped with the model"
            raise UsageError(f"{choice}: model {model!r} did not change: its run {progress}")
        return ""
    last = last_run(store.root, model, catalog.root / catalog.shipped_path(model))
    if choice is Choice.CONTINUE:
        if last is None:
            raise UsageError(f"{choice}: there is no earlier run of model {model!r}")
        return _continue_run(catalog, model, last, store)
    # A training of days must not begin anew because of a small edit, without a question.
    if choice is Choice.ASK and last and _is_left(catalog, model, last):
        raise ModelError(_question(catalog, model, last))
    return ""


def new_runs(graph: Graph, catalog: Catalog, store: Path) -> Iterator[str]:
    """A remark for each training that starts again although an unfinished run exists."""
    for action in graph:
        if action.kind is not Kind.TRAIN or action.options["is_shipped"]:
            continue
        model = action.target.split("/")[1]
        if run_of(store, catalog.manifest(model)) is not None:
            continue
        last = last_run(store, model, catalog.root / catalog.shipped_path(model))
        if last and _is_left(catalog, model, last):
            yield (
                f"{action.target}: starts a new run; the model changed since its run {last.name}, "
                f"which {_progress_text(last)} "
                f"(`approx-build train {model}` with {Choice.CONTINUE} continues from it)"
            )


def _is_left(catalog: Catalog, model: str, run: EarlierRun) -> bool:
    """Whether a run is unfinished and the model does not continue it yet."""
    parent = catalog.model(model).training.parent
    is_continued = parent is not None and parent.run == run.name
    return not run.is_done and run.step > 0 and not is_continued


def _question(catalog: Catalog, model: str, run: EarlierRun) -> str:
    changes = differences(run.manifest, catalog.manifest(model))
    return Lines.of(
        [
            f"model {model!r} changed since its run {run.name}, which {_progress_text(run)}:",
            *_described(changes),
            f"`approx-build train {model}` with {Choice.CONTINUE} continues from its weights, "
            "with the model as it is now,",
            f"`approx-build train {model}` with {Choice.NEW} starts a new run; "
            "if you undo the change, the run continues as it was",
        ]
    )


def _continue_run(catalog: Catalog, model: str, run: EarlierRun, store: Store) -> str:
    """Make the run the model's parent, in the project's files."""
    if missing := missing_torch():
        raise UsageError(f"{Choice.CONTINUE} needs {missing}")
    changes = differences(run.manifest, catalog.manifest(model))
    if others := [change for change in changes if change.field.startswith("network")]:
        head = (
            f"{Choice.CONTINUE}: run {run.name} has another network, and a run can continue only "
            "with the network that it started with:"
        )
        new = f"`approx-build train {model}` with {Choice.NEW} starts a new run"
        raise ModelError(Lines.of([head, *_described(others), new]))
    shapes = catalog.model(model).network.tensor_shapes()
    corpus = catalog.model(model).corpus
    parent = keep_parent(catalog.root, run, shapes, corpus, store.objects)
    shown = catalog.model_path(model)
    # The file itself is rewritten: a link to it stays a link.
    path = (catalog.root / shown).resolve()
    text = read_bounded(path, TEXT_BYTES).decode()
    pairs: dict[str, str | int] = {"run": parent.run, "step": parent.step}
    try:
        changed = inserted(text, "training", "parent", pairs)
    except ValueError:
        line = f"parent: {{ run: {parent.run}, step: {parent.step} }}"
        raise ModelError(f"{shown}: write `{line}` into its `training:` by hand") from None
    write(path, changed.encode())
    lost = f" (its state at step {run.step} is damaged)" if parent.step < run.step else ""
    return (
        f"{model} continues from step {parent.step} of run {parent.run}{lost}: "
        f"wrote {parent_path(parent)}, which {shown} now names; commit both"
    )


def _progress_text(run: EarlierRun) -> str:
    """The progress of a run as text."""
    if run.is_done:
        return f"is done ({run.step} steps)"
    at = f"step {run.step} of {run.steps}"
    process = trainer(run.folder)
    return f"is at {at} and still running (process {process})" if process else f"stopped at {at}"


def _described(changes: list[Difference]) -> list[str]:
    """Changes, a line each."""
    lines = [
        "corpus: its recordings changed" if change.field == "corpus_digest" else str(change)
        for change in changes
    ]
    more = [f"and {len(lines) - MOST} more"] if len(lines) > MOST else []
    return [f"  {line}" for line in [*lines[:MOST], *more]]
