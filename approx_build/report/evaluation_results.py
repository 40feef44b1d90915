"""The evaluations of a model, collected from the results of a build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from approx_build.evaluation.comparison import spread
from approx_build.plan.evaluation import Excerpt, LoweredEvaluation, add_stretch
from approx_build.report.build_results import BuildResults
from approx_build.report.evaluated_model import EvaluatedCheckpoint, EvaluatedModel, Stretch
from approx_build.report.evaluation import closest_pairs, excerpt_path, stretch_path, take_path
from approx_build.store.objects import Objects
from approx_build.store.records import Record
from approx_build.training.model import ModelSpec


@dataclass
class Evaluations:
    """The evaluations of a model as built. Files are named by what they are."""

    lowered: LoweredEvaluation
    records: dict[str, Record]
    objects: Objects
    _excerpts: list[Excerpt] = field(default_factory=list)
    _pairs: list[tuple[int, int, Mapping[str, Any], Excerpt]] = field(default_factory=list)

    def add_stretches(self, count: int) -> list[str]:
        """Add `count` stretches of the corpus, and those that takes are shown beside; targets."""
        # A file that is no sound has an empty result, from which nothing can be cut.
        samples_of = {
            name: samples for name in self.lowered.prepared if (samples := self._samples(name))
        }
        names, rate = list(samples_of), self._spec.network.rate
        lengths_s = [samples / rate for samples in samples_of.values()]
        for place, start_s in spread(lengths_s, count, self.lowered.length_s):
            self._excerpts.append(self._stretch(names[place], start_s))
        for step, index, match in closest_pairs(self._evaluations):
            excerpt = self._stretch(match["recording"], match["recording_at_s"] - match["at_s"])
            self._pairs.append((step, index, match, excerpt))
        shown = [excerpt.shown for excerpt in (*self._excerpts, *(pair[3] for pair in self._pairs))]
        return [target for one in shown for target in (one.take, one.sketch)]

    def files(self) -> dict[str, str]:
        """The sounds of the page: path beside it -> digest."""
        targets = {
            excerpt_path(index): excerpt.shown.take for index, excerpt in enumerate(self._excerpts)
        }
        for step, evaluated in self.lowered.checkpoints.items():
            for index, take in enumerate(evaluated.takes):
                targets[take_path(step, index)] = take.take
        for step, index, _, excerpt in self._pairs:
            targets[stretch_path(step, index)] = excerpt.shown.take
        return {path: self._seen.digest(target) for path, target in targets.items()}

    def collected(self) -> EvaluatedModel:
        """What the page shows."""
        lowered, results = self.lowered, self._seen
        record = results.training(lowered.model)
        losses = {stored.step: stored.loss for stored in record.checkpoints}
        return EvaluatedModel(
            spec=self._spec,
            length_s=lowered.length_s,
            curve=record.curve,
            corpus=results.json(lowered.corpus),
            excerpts=list(map(self._shown, self._excerpts)),
            checkpoints={
                step: EvaluatedCheckpoint(
                    losses.get(step),
                    results.json(one.evaluation),
                    [results.sketch(take.sketch) for take in one.takes],
                )
                for step, one in lowered.checkpoints.items()
            },
            nearest={(step, index): self._shown(one) for step, index, _, one in self._pairs},
            hours=record.hours,
            unused=record.unused,
        )

    @property
    def _spec(self) -> ModelSpec:
        return self.lowered.networks.catalog.model(self.lowered.model)

    def _samples(self, recording: str) -> int:
        """The length of a recording's prepared sound."""
        return int(self._seen.facts(self.lowered.prepared[recording])["samples"])

    def _stretch(self, recording: str, start_s: float) -> Excerpt:
        return add_stretch(self.lowered, recording, start_s, self._samples(recording))

    @property
    def _seen(self) -> BuildResults:
        return BuildResults(self.records, self.objects)

    @property
    def _evaluations(self) -> dict[int, Mapping[str, Any]]:
        every = self.lowered.checkpoints.items()
        return {step: self._seen.json(one.evaluation) for step, one in every}

    def _shown(self, excerpt: Excerpt) -> Stretch:
        sketch = self._seen.sketch(excerpt.shown.sketch)
        return Stretch(excerpt.recording, excerpt.start_s, sketch)
