"""The report of evaluations: what a build of them left behind becomes the page of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from approx_build.evaluation.comparison import spread
from approx_build.plan.evaluation import Excerpt, LoweredEvaluation, Preview, add_stretch
from approx_build.report.build_results import Seen
from approx_build.report.evaluation import (
    EvaluationReport,
    Pair,
    Row,
    Shot,
    baseline_quantiles,
    closest_pairs,
    excerpt_path,
    pair,
    row,
    stretch_path,
    stretch_title,
    take_path,
)
from approx_build.store.objects import Objects
from approx_build.store.records import Record
from approx_build.training.ledger.record import loss_curves
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

    def report(self) -> EvaluationReport:
        """Everything the page tells."""
        lowered, seen, spec = self.lowered, self._seen, self._spec
        record = seen.training(lowered.model)
        losses = {stored.step: stored.loss for stored in record.checkpoints}
        corpus = seen.json(lowered.corpus)
        excerpts = [self._excerpt(*one) for one in enumerate(self._excerpts)]
        return EvaluationReport(
            model=lowered.model,
            family=spec.family,
            corpus_name=spec.corpus,
            length_s=lowered.length_s,
            curves=loss_curves(record.curve),
            corpus=row("the corpus", corpus, excerpts),
            rows=tuple(self._row(step, losses.get(step)) for step in lowered.checkpoints),
            pairs=tuple(self._pair(*pair) for pair in self._pairs),
            baseline_s=baseline_quantiles(corpus["baseline"]),
            threshold_s=corpus["baseline"]["threshold_s"],
            loss_unit=type(spec.network).loss_unit,
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
    def _seen(self) -> Seen:
        return Seen(self.records, self.objects)

    @property
    def _evaluations(self) -> dict[int, Mapping[str, Any]]:
        every = self.lowered.checkpoints.items()
        return {step: self._seen.json(one.evaluation) for step, one in every}

    def _row(self, step: int, loss: float | None) -> Row:
        evaluation = self._seen.json(self.lowered.checkpoints[step].evaluation)
        flags = [bool(match and match["is_memorised"]) for match in evaluation["nearest"]]
        shots = [self._take(step, index, flag) for index, flag in enumerate(flags)]
        return row(f"step {step}", evaluation, shots, step, loss)

    def _take(self, step: int, index: int, is_memorised: bool) -> Shot:
        title = f"take {index + 1} at step {step}"
        take = self.lowered.checkpoints[step].takes[index]
        return self._shot(title, take_path(step, index), take, is_memorised)

    def _excerpt(self, index: int, excerpt: Excerpt) -> Shot:
        return self._shot(
            stretch_title(excerpt.recording, excerpt.start_s), excerpt_path(index), excerpt.shown
        )

    def _shot(self, title: str, path: str, shown: Preview, is_memorised: bool = False) -> Shot:
        return Shot(title, path, self._seen.sketch(shown.sketch), is_memorised)

    def _pair(self, step: int, index: int, match: Mapping[str, Any], excerpt: Excerpt) -> Pair:
        take = self._take(step, index, match["is_memorised"])
        title = stretch_title(excerpt.recording, excerpt.start_s)
        return pair(take, self._shot(title, stretch_path(step, index), excerpt.shown), match)
