"""`corpus prepare`: recordings as the models that learn from them hear them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from approx_build.errors import UsageError
from approx_build.project.corpus.corpus import Shelf
from approx_build.project.paths import named_from
from approx_build.project.settings import Options
from approx_build.units import counted

if TYPE_CHECKING:
    from approx_build.corpus.prepared import Stretch
    from approx_build.training.model import ModelSpec


def prepare(corpus: str, model: str | None, options: Options, as_json: bool) -> None:
    """Prepare what is not prepared yet, and say of each recording what became of it."""
    from approx_build.plan.graph import Graph
    from approx_build.plan.takes import Networks
    from approx_build.project.dependents import permit
    from approx_build.project.prepared_corpus import prepared_material
    from approx_build.store.store import Store

    shelf = Shelf.there(corpus)
    told: dict[str, Any] = {}
    with named_from(shelf.root):
        for name in _learners(shelf, model):
            permit(shelf.catalog, shelf.name, name)
            store = Store(options.store_at(shelf.root))
            material = prepared_material(Networks(Graph(), shelf.catalog), name, store, options)
            spec = shelf.catalog.model(name)
            told[name] = {
                "recordings": {
                    one.recording.name: _became(one, spec) for one in material.stretches
                },
                "excluded": dict(material.excluded),
                **_windows(spec, material),
            }
    if as_json:
        print(json.dumps(told, indent=2))
        return
    for name, found in told.items():
        print("\n".join(_lines(name, found)))


def _became(one: Stretch, spec: ModelSpec) -> dict[str, Any]:
    """What became of a recording, and what was wrong with it before and after."""
    import numpy as np

    from approx_build.corpus.inspection import blemishes

    found, how, part = blemishes(one.recording.path), spec.preparation, one.part()
    done, remarks = list(one.done), []
    if how.remove_dc and round(found.dc, 4):
        done.append(f"DC offset {found.dc:.4f} removed")
    if found.clips:
        remarks.append(
            f"clipped as recorded: {counted(found.clipped, 'sample')} in "
            f"{counted(found.clips, 'run')}"
        )
    levelled = int(np.count_nonzero(np.abs(part.sound) >= 1.0)) if how.level is not None else 0
    if levelled:
        remarks.append(f"{counted(levelled, 'sample')} clipped by the level")
    return {
        "recorded_s": one.recorded_s,
        "prepared_s": part.length / spec.network.rate,
        "done": done,
        "unused": one.reason,
        "dc": found.dc,
        "clipped": found.clipped,
        "clipped_by_level": levelled,
        "remarks": remarks,
    }


def _learners(shelf: Shelf, model: str | None) -> list[str]:
    """The models that learn from the corpus, or the one that was asked for."""
    catalog = shelf.catalog
    learners = [one for one in catalog.models() if catalog.model(one).corpus == shelf.name]
    if model is None:
        if not learners:
            raise UsageError(f"no model in models/ learns from corpus {shelf.name!r}")
        return learners
    if model not in learners:
        named = ", ".join(learners) or "no model"
        raise UsageError(f"--model {model}: {named} learns from corpus {shelf.name!r}")
    return [model]


def _windows(spec: ModelSpec, material: Any) -> dict[str, Any]:
    """How many windows there are, and what is too short for one."""
    from approx_build.corpus.windows import split

    found = split(material.parts(), spec.network.rate, **spec.split_terms)
    return {"windows": found.train.count, "too_short": dict(found.unused)}


def _lines(name: str, found: dict[str, Any]) -> list[str]:
    lines = [f"{name}: {found['windows']} windows of training"]
    for recording, one in found["recordings"].items():
        what = one["unused"] or ", ".join(one["done"]) or "as it is"
        what = "; ".join([what, *one["remarks"]])
        lines.append(
            f"  {recording}  {one['recorded_s']:.1f} s -> {one['prepared_s']:.1f} s  {what}"
        )
    lines += [f"  {what}  too short: {why}" for what, why in found["too_short"].items()]
    lines += [f"  {what}  left out: {why}" for what, why in found["excluded"].items()]
    return lines
