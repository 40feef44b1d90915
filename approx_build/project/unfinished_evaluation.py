"""The page of a training that is still going on: what its checkpoints so far draw and measure.

Takes, measures and page are those that the finished run will have. Everything is kept beside the
page under the digest of its checkpoint, so that a page made again draws what is new alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.corpus.prepared import Material
from approx_build.corpus.recordings import Hours
from approx_build.corpus.windows import split
from approx_build.evaluation.comparison import Corpus, Evaluation, spread, stretch
from approx_build.evaluation.memorisation import Baseline, SearchTerms
from approx_build.families.base import TakeRequest
from approx_build.figures.thumbnail import COLUMNS, ROWS, TOP_DB, sketch
from approx_build.files.json_text import parse_json
from approx_build.files.opening import read_bounded
from approx_build.numerics.stream import stream_key
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
from approx_build.report.page import evaluation_page
from approx_build.store.delivery import part_of, write
from approx_build.store.objects import Objects
from approx_build.training.checkpoint import is_right, read_checkpoint, whole_file
from approx_build.training.ledger.record import (
    CurvePoint,
    StoredStep,
    TrainingRecord,
    loss_curves,
    whole_record,
)
from approx_build.training.model import ModelSpec
from approx_build.training.state import kept_about

PREVIEW_SEED = 18
"""Of the takes: the seed of the previews on the page of a piece."""
PAGE_NAME = "index.html"
_VERSION = 1
"""Raised when an evaluation that was kept would come out otherwise."""


@dataclass(frozen=True)
class UnfinishedRun:
    """What a folder of checkpoints tells of its training, at `step` now; no record: it goes on."""

    curve: Sequence[CurvePoint] = ()
    checkpoints: Sequence[StoredStep] = ()
    step: int = 0
    record: TrainingRecord | None = None


def unfinished_run(folder: Path) -> UnfinishedRun:
    """The run in `folder` by its record, or while there is none by the state it keeps."""
    record = whole_record(folder)
    if record is not None:
        last = record.checkpoints[-1].step
        return UnfinishedRun(record.curve, record.checkpoints, last, record)
    notes = kept_about(folder)
    if notes is None:
        return UnfinishedRun()
    return UnfinishedRun(
        [CurvePoint(**point) for point in notes["curve"]],
        [StoredStep(**stored) for stored in notes["checkpoints"]],
        notes["step"],
    )


def _discard(words: str) -> None:
    """Tell nobody."""


@dataclass
class TrainingPage:
    """Writes the page of one training into `out`; `tell` receives which takes are drawn.

    `objects` may have copies of checkpoints whose files are damaged; others are left out.
    """

    model: ModelSpec
    material: Material
    out: Path
    takes: int = 4
    length_s: float = 3.0
    device: str = "cpu"
    tell: Callable[[str], None] = _discard
    objects: Objects | None = None

    def __post_init__(self) -> None:
        rate = self.model.network.rate
        self._terms = SearchTerms.of_takes(self.length_s)
        self._sounds = {part.recording: part.sound for part in self.material.parts()}
        self._split = split(self.material.parts(), rate, **self.model.split_terms)
        self._corpus = Corpus(self._split, rate, self._terms)
        every = sha256()
        for name, sound in self._sounds.items():
            every.update(name.encode() + sound.tobytes())
        self._digest = every.hexdigest()

    def write(self, folder: Path) -> EvaluationReport:
        """Evaluate what is new of the checkpoints in `folder`; returns what the page tells."""
        run = self._whole(folder, unfinished_run(folder))
        itself = self._kept("corpus.json", "", self._corpus.itself)
        baseline = Baseline.load(itself["baseline"])
        found = {
            stored.step: self._kept(
                f"evaluations/step-{stored.step:06}.json",
                stored.digest,
                lambda stored=stored: self._evaluated(folder, stored, baseline),
            )
            for stored in run.checkpoints
        }
        report = self._report(run, itself, found)
        write(self.out / PAGE_NAME, evaluation_page(report).encode())
        return report

    def _whole(self, folder: Path, run: UnfinishedRun) -> UnfinishedRun:
        """The run with the checkpoints that can be drawn from; says which cannot."""
        whole = []
        for stored in run.checkpoints:
            if self._path(folder, stored) is not None:
                whole.append(stored)
            else:
                self.tell(
                    f"{folder / stored.file}: missing or damaged, so step {stored.step} is left "
                    "out; the next `train` makes it again"
                )
        return replace(run, checkpoints=whole)

    def _path(self, folder: Path, stored: StoredStep) -> Path | None:
        path = folder / stored.file
        if self.objects is None:
            return path if is_right(path, stored.digest) else None
        return whole_file(path, stored.digest, self.objects)

    def _kept(self, name: str, of: str, make: Any) -> Evaluation:
        """The evaluation in `name` if it is `of` this and of these terms; else made and kept."""
        terms = {
            "version": _VERSION,
            "of": of,
            "corpus": self._digest,
            "split": self.model.split_terms,
            "device": self.device,
            "takes": self.takes,
            "length_s": self.length_s,
            "sampling": self.model.sampling.model_dump(mode="json"),
            "family_version": self.model.family_version,
        }
        path = self.out / name
        with suppress(OSError, ValueError, LookupError, TypeError):
            kept = parse_json(read_bounded(path))
            if kept["terms"] == terms:
                return dict(kept["evaluation"])
        evaluation: Evaluation = make()
        text = json.dumps({"terms": terms, "evaluation": evaluation}, indent=1, sort_keys=True)
        write(path, text.encode())
        return evaluation

    def _evaluated(self, folder: Path, stored: StoredStep, baseline: Baseline) -> Evaluation:
        """Draw the takes of a checkpoint and evaluate them."""
        network = self.model.network
        self.tell(f"drawing the takes of step {stored.step}")
        path = self._path(folder, stored) or folder / stored.file
        weights = read_checkpoint(path, network.tensor_shapes())
        asked = [
            TakeRequest(
                round(self.length_s * network.rate),
                stream_key("take", PREVIEW_SEED, number),
                self.model.sampling,
            )
            for number in range(1, self.takes + 1)
        ]
        clips = network.draw(weights, asked, self.device, lambda done, total: None)
        for index, clip in enumerate(clips):
            self._write(take_path(stored.step, index), clip)
        return self._corpus.evaluate([clip.data for clip in clips], baseline)

    def _report(
        self, run: UnfinishedRun, itself: Evaluation, found: Mapping[int, Evaluation]
    ) -> EvaluationReport:
        losses = {stored.step: stored.loss for stored in run.checkpoints}
        return EvaluationReport(
            model=self.model.model,
            family=self.model.family,
            corpus_name=self.model.corpus,
            length_s=self.length_s,
            curves=loss_curves(run.curve),
            corpus=row("the corpus", itself, self._excerpts()),
            rows=tuple(self._row(step, losses[step], one) for step, one in found.items()),
            pairs=tuple(self._pair(*one) for one in closest_pairs(found)),
            baseline_s=baseline_quantiles(itself["baseline"]),
            threshold_s=itself["baseline"]["threshold_s"],
            loss_unit=type(self.model.network).loss_unit,
            hours=self._hours(run),
            unused=run.record.unused if run.record else self._unused,
            is_training=run.record is None,
        )

    @property
    def _unused(self) -> dict[str, str]:
        return {**self.material.unused, **self._split.unused}

    def _hours(self, run: UnfinishedRun) -> Hours:
        if run.record is not None:
            return run.record.hours
        return Hours(
            self.material.recorded_s,
            sum(sound.shape[1] for sound in self._sounds.values()) / self.model.network.rate,
            self.model.trained_s(run.step),
        )

    def _excerpts(self) -> list[Shot]:
        """Stretches spread over the recordings."""
        names, rate = list(self._sounds), self.model.network.rate
        lengths_s = [sound.shape[1] / rate for sound in self._sounds.values()]
        found = spread(lengths_s, self.takes, self.length_s)
        return [
            self._stretch(names[place], start_s, excerpt_path(index))
            for index, (place, start_s) in enumerate(found)
        ]

    def _row(self, step: int, loss: float, evaluation: Evaluation) -> Row:
        shots = [
            self._take(step, index, match) for index, match in enumerate(evaluation["nearest"])
        ]
        return row(f"step {step}", evaluation, shots, step, loss)

    def _pair(self, step: int, index: int, match: Mapping[str, Any]) -> Pair:
        start_s = match["recording_at_s"] - match["at_s"]
        stretch = self._stretch(match["recording"], start_s, stretch_path(step, index))
        return pair(self._take(step, index, match), stretch, match)

    def _take(self, step: int, index: int, match: Mapping[str, Any] | None) -> Shot:
        path = take_path(step, index)
        is_memorised = bool(match and match["is_memorised"])
        return self._shot(f"take {index + 1} at step {step}", path, is_memorised)

    def _stretch(self, recording: str, start_s: float, path: str) -> Shot:
        """As much of a recording's prepared sound as a take lasts, from nearest to `start_s`."""
        sound, rate = self._sounds[recording], self.model.network.rate
        start, stop = stretch(start_s, self.length_s, sound.shape[1], rate)
        self._write(path, Clip(sound[:, start:stop], rate))
        return self._shot(stretch_title(recording, start / rate), path)

    def _shot(self, title: str, path: str, is_memorised: bool = False) -> Shot:
        sound = wav.ClipFile.at(self.out / path)
        return Shot(title, path, sketch(sound, COLUMNS, ROWS, TOP_DB), is_memorised)

    def _write(self, path: str, clip: Clip) -> None:
        """Write a sound beside the page, whole or not at all."""
        target = self.out / path
        with part_of(target) as part:
            wav.write_float(part, clip)
            part.replace(target)
