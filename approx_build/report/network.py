"""The report of a network: how it was trained, takes after its steps, how noise becomes sound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from approx_build.figures.thumbnail import Sketch
from approx_build.plan.catalog import Catalog
from approx_build.plan.evaluation import Preview, Stages
from approx_build.report.build_results import BuildResults
from approx_build.report.data import (
    CheckpointReport,
    DenoisingReport,
    NetworkReport,
    StageReport,
)
from approx_build.training.ledger.curve_analysis import (
    VARIETY,
    Curve,
    by_name,
    collapse_words,
    collapsed_since,
)
from approx_build.training.ledger.record import TrainingRecord, loss_curves


def network_report(
    model: str,
    previews: Mapping[int, Preview],
    stages: Stages | None,
    catalog: Catalog,
    results: BuildResults,
) -> NetworkReport:
    """The report of a network."""
    spec = catalog.model(model)
    record = results.training(model)
    losses = {stored.step: stored.loss for stored in record.checkpoints}
    players = by_name((point.step, point.losses) for point in record.curve)
    return NetworkReport(
        name=model,
        family=spec.family,
        corpus=spec.corpus,
        configuration={
            **_short(spec.network_params()),
            "receptive_field_samples": spec.network.receptive_field,
            "parameters": spec.network.parameter_count,
        },
        facts={**_facts(record), **_collapse(players)},
        curves=loss_curves(record.curve),
        players={name: tuple(curve) for name, curve in players.items()},
        loss_unit=type(spec.network).loss_unit,
        hours=record.hours,
        unused=record.unused,
        checkpoints=tuple(
            CheckpointReport(
                step=step,
                loss=losses.get(step),
                digest=results.digest(f"models/{model}/{step}"),
                sketch=results.sketch(preview.sketch),
                audio=f"networks/{model}/step-{step:06}.wav",
            )
            for step, preview in previews.items()
        ),
        denoising=None if stages is None else _denoising(stages, results),
    )


def _collapse(players: Mapping[str, Curve]) -> dict[str, Any]:
    """That all takes are nearly alike, where the training has measured it."""
    since = collapsed_since(players.get(VARIETY, ()))
    return {} if since is None else {"warning": collapse_words(since)}


def _denoising(stages: Stages, results: BuildResults) -> DenoisingReport | None:
    """How noise becomes sound; None when the family had nothing to show of it."""
    shown = [
        StageReport(**{**stage, "sketch": Sketch.of_json(stage["sketch"])})
        for stage in results.json(stages.target)
    ]
    return DenoisingReport(stages.step, tuple(shown)) if shown else None


def _short(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters with the long list of dilations in words."""
    shown = {name: value for name, value in params.items() if name != "family"}
    dilations = shown.get("dilations")
    if dilations:
        shown["dilations"] = f"{len(dilations)} layers, {min(dilations)} to {max(dilations)}"
    return shown


def _facts(record: TrainingRecord) -> dict[str, Any]:
    environment = record.environments[-1] if record.environments else {}
    return {
        "steps": record.checkpoints[-1].step,
        "training time": f"{record.seconds / 60:.0f} min",
        "threads": record.threads,
        "seed": record.seed,
        "recordings": len(record.recordings),
        "converted": ", ".join(sorted(set(record.converted.values()))) or "nothing",
        **environment,
    }
