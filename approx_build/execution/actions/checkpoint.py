"""CHECKPOINT: the weights of a run after one step, verified against the declared network."""

from __future__ import annotations

from approx_build.errors import ModelError
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result
from approx_build.families.base import FAMILIES
from approx_build.training.checkpoint import read_checkpoint


def make(context: ActionContext) -> Result:
    """The object of the step; ModelError when it does not fit the declared network."""
    digest = context.json_input("run")["checkpoints"].get(str(context.params["step"]))
    if digest is None:
        raise ModelError(f"the training run kept no checkpoint at step {context.params['step']}")
    network = FAMILIES.get(context.params["family"]).model_validate(context.params["network"])
    path = context.store.objects.path(digest)
    try:
        read_checkpoint(path, network.tensor_shapes())
    except ModelError as error:
        # An object has no name that a user knows.
        shown = f"checkpoint {context.params['step']} of {context.options['model']}"
        raise ModelError(error.message.replace(str(path), shown)) from None
    # The run has stored the object already, so this action only gives it a target of its own.
    return Result({"main": digest}, {"bytes": path.stat().st_size})
