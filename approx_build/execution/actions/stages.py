"""STAGES: pictures of a take on its way from noise to sound, on one scale of levels.

Off the path of a sample: it draws pictures.
"""

from __future__ import annotations

from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result
from approx_build.families.base import FAMILIES
from approx_build.training.checkpoint import read_checkpoint


def make(context: ActionContext) -> Result:
    """Step, noise level and thumbnail of each stage, in order, as JSON."""
    from approx_build.figures.thumbnail import sketches

    params = context.params
    network = FAMILIES.get(params["family"]).model_validate(params["network"])
    weights = read_checkpoint(context.input("checkpoint"), network.tensor_shapes())
    sampling = network.sampling(params["sampling"])

    def progress(done: int, total: int) -> None:
        context.report(done / max(total, 1))

    stages = network.stages(
        weights, context.stream, sampling, params["count"], context.run.device, progress
    )
    # One call for all, because the stages share one scale of levels.
    drawn = sketches([stage.clip for stage in stages], params["columns"], params["rows"])
    return context.keep_json(
        [
            {
                "step": stage.step,
                "noise_level": stage.noise_level,
                "noise_share": stage.noise_share,
                "sketch": sketch.as_json(),
            }
            for stage, sketch in zip(stages, drawn, strict=True)
        ]
    )
