"""`train`: train a model, or print what its training would take."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from approx_build.cli.arguments import Device, DeviceChoice, Jobs, Quiet, StoreDir, of_model
from approx_build.cli.exit_codes import Exit, fail, interrupted
from approx_build.cli.messages import print_json
from approx_build.cli.output import print_lines
from approx_build.errors import ModelError, UsageError
from approx_build.units import duration

if TYPE_CHECKING:
    from approx_build.project.resume import Choice
    from approx_build.project.train import TrainingInterrupted, TrainingResult
    from approx_build.project.training_estimate import TrainingEstimate

CONTINUE, NEW = "--continue", "--new"


def train(
    model: Annotated[str, typer.Argument(help="A model's name, or models/NAME.yaml.")],
    plan_only: Annotated[
        bool,
        typer.Option(
            "--plan", help="Estimate time, memory and cost from a few steps; keep nothing."
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the estimate as JSON.")] = False,
    continues: Annotated[
        bool,
        typer.Option(
            CONTINUE, help="If the model changed, continue from the weights of its last run."
        ),
    ] = False,
    is_new: Annotated[
        bool, typer.Option(NEW, help="If the model changed, start a new run.")
    ] = False,
    ships: Annotated[
        bool,
        typer.Option("--ship", help="Copy the checkpoints into models/checkpoints/ afterwards."),
    ] = False,
    processes: Annotated[
        int,
        typer.Option(
            "--processes", min=1, max=256, help="Number of processes that share the training."
        ),
    ] = 1,
    store: StoreDir = None,
    jobs: Jobs = None,
    device: DeviceChoice = Device.AUTO,
    quiet: Quiet = False,
) -> None:
    """Train a model, or resume its training."""
    from approx_build.cli.progress import observer_for
    from approx_build.project.settings import Settings
    from approx_build.project.train import TrainingInterrupted, TrainOptions

    settings = Settings.of(store, jobs=jobs, device=device, processes=processes)
    project, name = of_model(model, settings)
    observer = observer_for(quiet)
    if plan_only:
        return _print_estimate(project.train_plan(name, observer), json)
    options = TrainOptions(_choice(continues, is_new), ships)
    try:
        return _print_result(project.train(name, options, observer))
    except TrainingInterrupted as stopped:
        interrupted(_hint(stopped))


def _choice(continues: bool, is_new: bool) -> Choice:
    from approx_build.project.resume import Choice

    if continues and is_new:
        raise UsageError(f"{CONTINUE} and {NEW}: use one of them")
    return Choice.CONTINUE if continues else Choice.NEW if is_new else Choice.ASK


def _print_result(found: TrainingResult) -> None:
    print_lines(*found.remarks)
    where = "shipped with the model" if found.is_shipped else "in the store"
    print_lines(f"{found.model}: {found.checkpoints} checkpoints {where}, key {found.key[:12]}")
    if found.seconds is not None:
        print_lines(f"trained in {duration(found.seconds)}")
    if found.shipped_to:
        print_lines(f"shipped to {found.shipped_to}; commit it")


def _hint(stopped: TrainingInterrupted) -> str:
    """The step at which a training was interrupted, and the command that continues it."""
    words = [word for word in sys.argv[1:] if word not in (NEW, CONTINUE)]
    again = shlex.join(["approx-build", *words])
    if stopped.step is None:
        return f"before the first step; `{again}` starts again"
    at = f"at step {stopped.step} of {stopped.steps}"
    return f"{at}; the state is saved, and `{again}` resumes from it"


def _print_estimate(found: TrainingEstimate, as_json: bool) -> None:
    """Print it; exits with 1 when the training cannot be estimated, or memory does not suffice."""
    from approx_build.training.forecast import words

    if as_json:
        print_json(found.as_json())
        if found.problem:
            sys.exit(Exit.FAILED)
    elif found.problem:
        raise found.problem
    else:
        rows = words(found.forecast) if found.forecast else []
        for what, how_much in [("training", f"{found.model}, {found.training}"), *rows]:
            print_lines(f"{what:<16} {how_much}")
    if found.is_too_large:
        fail(ModelError(f"model {found.model!r}: its training needs more memory than is available"))
