"""The page of a model whose training continues: takes and measures of the checkpoints so far.

Takes, measures and page are the same as for the finished run. Results are cached beside the page,
by the digest of their checkpoint, so that the next page draws only the takes of new checkpoints.
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
from approx_build.families.take_request import TakeRequest
from approx_build.figures.thumbnail import COLUMNS, ROWS, TOP_DB, Sketch, sketch
from approx_build.files.json_text import parse_json
from approx_build.files.opening import read_bounded
from approx_build.numerics.stream import stream_key
from approx_build.plan.evaluation import PREVIEW_SEED
from approx_build.report.evaluated_model import (
    EvaluatedCheckpoint,
    EvaluatedModel,
    Stretch,
    evaluation_report,
)
from approx_build.report.evaluation import (
    EvaluationReport,
    closest_pairs,
    excerpt_path,
    stretch_path,
    take_path,
)
from approx_build.report.page import evaluation_page
from approx_build.store.delivery import part_of, write
from approx_build.store.objects import Objects
from approx_build.training.checkpoint import is_intact, read_checkpoint, whole_file
from approx_build.training.ledger.record import (
    CurvePoint,
    StoredStep,
    TrainingRecord,
    whole_record,
)
from approx_build.training.model import ModelSpec
from approx_build.training.state import newest_metadata

PAGE_NAME = "index.html"
_VERSION = 1
"""Raise it when cached evaluations would have other results."""


@dataclass(frozen=True)
class UnfinishedRun:
    """The training in a folder of checkpoints, at `step` now; without a record it continues."""

    curve: Sequence[CurvePoint] = ()
    checkpoints: Sequence[StoredStep] = ()
    step: int = 0
    record: TrainingRecord | None = None


def unfinished_run(folder: Path) -> UnfinishedRun:
    """The run in `folder`: by its record, or by its state if it has no record yet."""
    record = whole_record(folder)
    if record is not None:
        last = record.checkpoints[-1].step
        return UnfinishedRun(record.curve, record.checkpoints, last, record)
    notes = newest_metadata(folder)
    if notes is None:
        return UnfinishedRun()
    return UnfinishedRun(
        [CurvePoint(**point) for point in notes["curve"]],
        [StoredStep(**stored) for stored in notes["checkpoints"]],
        notes["step"],
    )


def _discard(words: str) -> None:
    """Ignore the text."""


@dataclass
class TrainingPage:
    """Writes the page of one training into `out`; `on_activity` is called with what is being done.

    `objects` may have copies of checkpoints whose files are damaged; others are left out.
    """

    model: ModelSpec
    material: Material
    out: Path
    takes: int = 4
    length_s: float = 3.0
    device: str = "cpu"
    on_activity: Callable[[str], None] = _discard
    objects: Objects | None = None

    def __post_init__(self) -> None:
        rate = self.model.network.rate
        self._terms = SearchTerms.of_takes(self.length_s)
        self._sounds = {part.recording: part.sound for part in self.material.parts()}
        self._split = split(self.material.parts(), rate, **self.model.split_terms)
        self._corpus = Corpus(self._split, rate, self._terms)
        # The sound itself, not its files: the preparation of the model changes it, too.
        every = sha256()
        for name, sound in self._sounds.items():
            every.update(name.encode() + sound.tobytes())
        self._digest = every.hexdigest()

    def write(self, folder: Path) -> EvaluationReport:
        """Evaluate the new checkpoints in `folder`; returns what the page shows."""
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
        report = evaluation_report(self._collected(run, itself, found))
        write(self.out / PAGE_NAME, evaluation_page(report).encode())
        return report

    def _whole(self, folder: Path, run: UnfinishedRun) -> UnfinishedRun:
        """The run with its undamaged checkpoints only; reports the others."""
        whole = []
        for stored in run.checkpoints:
            if self._path(folder, stored) is not None:
                whole.append(stored)
            else:
                self.on_activity(
                    f"{folder / stored.file}: missing or damaged, so step {stored.step} is "
                    "left out; the next `train` restores it"
                )
        return replace(run, checkpoints=whole)

    def _path(self, folder: Path, stored: StoredStep) -> Path | None:
        path = folder / stored.file
        if self.objects is None:
            return path if is_intact(path, stored.digest) else None
        return whole_file(path, stored.digest, self.objects)

    def _kept(self, name: str, of: str, make: Any) -> Evaluation:
        """The cached evaluation in `name` if its digest and terms are the same; else a new one."""
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
        # The folder is the user's: whatever is wrong with the file, the evaluation is made again.
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
        self.on_activity(f"drawing the takes of step {stored.step}")
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

    def _collected(
        self, run: UnfinishedRun, itself: Evaluation, found: Mapping[int, Evaluation]
    ) -> EvaluatedModel:
        losses = {stored.step: stored.loss for stored in run.checkpoints}
        return EvaluatedModel(
            spec=self.model,
            length_s=self.length_s,
            curve=run.curve,
            corpus=itself,
            excerpts=self._excerpts(),
            checkpoints={
                step: EvaluatedCheckpoint(losses[step], one, self._takes(step, one))
                for step, one in found.items()
            },
            nearest={
                (step, index): self._nearest(step, index, match)
                for step, index, match in closest_pairs(found)
            },
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

    def _excerpts(self) -> list[Stretch]:
        """Stretches from recordings throughout the corpus."""
        names, rate = list(self._sounds), self.model.network.rate
        lengths_s = [sound.shape[1] / rate for sound in self._sounds.values()]
        found = spread(lengths_s, self.takes, self.length_s)
        return [
            self._stretch(names[place], start_s, excerpt_path(index))
            for index, (place, start_s) in enumerate(found)
        ]

    def _takes(self, step: int, evaluation: Evaluation) -> list[Sketch]:
        return [self._sketch(take_path(step, at)) for at in range(len(evaluation["nearest"]))]

    def _nearest(self, step: int, index: int, match: Mapping[str, Any]) -> Stretch:
        start_s = match["recording_at_s"] - match["at_s"]
        return self._stretch(match["recording"], start_s, stretch_path(step, index))

    def _stretch(self, recording: str, start_s: float, path: str) -> Stretch:
        """As much of a recording's prepared sound as a take lasts, near `start_s`."""
        sound, rate = self._sounds[recording], self.model.network.rate
        start, stop = stretch(start_s, self.length_s, sound.shape[1], rate)
        self._write(path, Clip(sound[:, start:stop], rate))
        return Stretch(recording, start / rate, self._sketch(path))

    def _sketch(self, path: str) -> Sketch:
        return sketch(wav.ClipFile.at(self.out / path), COLUMNS, ROWS, TOP_DB)

    def _write(self, path: str, clip: Clip) -> None:
        """Write a sound beside the page, whole or not at all."""
        target = self.out / path
        with part_of(target) as part:
            wav.write_float(part, clip)
            part.replace(target)
