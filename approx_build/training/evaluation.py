"""The page of a training that is still going on: what its checkpoints so far draw and measure.

Takes, measures and page are those that the finished run will have. Everything is kept beside the
page under the digest of its checkpoint, so that a page made again draws what is new alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.audio.stream import stream_key
from approx_build.corpus.evaluation import Corpus, Evaluation, held_out_samples, spread
from approx_build.corpus.memorisation import Baseline, SearchTerms, TrainingSound
from approx_build.families.base import TakeRequest
from approx_build.report.evaluation import (
    COLUMNS,
    ROWS,
    TOP_DB,
    EvaluationReport,
    Pair,
    Row,
    Shot,
    baseline_told,
    closest_pairs,
    excerpt_path,
    pair,
    row,
    stretch_path,
    stretch_title,
    take_path,
)
from approx_build.report.evaluation_page import evaluation_page
from approx_build.report.sketch import sketch
from approx_build.store.delivery import write
from approx_build.training.checkpoint import read_about, read_checkpoint
from approx_build.training.model import ModelSpec
from approx_build.training.record import CurvePoint, StoredStep, loss_curves, read_record
from approx_build.training.state import STATE_NAME

PREVIEW_SEED = 18
"""Of the takes: the seed of the previews on the page of a piece."""
_VERSION = 1
"""Raised when an evaluation that was kept would come out otherwise."""


@dataclass(frozen=True)
class RunSoFar:
    """What a folder of checkpoints tells of its training."""

    curve: Sequence[CurvePoint]
    checkpoints: Sequence[StoredStep]
    is_training: bool


def run_so_far(folder: Path) -> RunSoFar:
    """The run in `folder` by its record, or while there is none by the state it keeps."""
    record = read_record(folder)
    if record is not None:
        return RunSoFar(record.curve, record.checkpoints, is_training=False)
    if not (folder / STATE_NAME).exists():
        return RunSoFar((), (), is_training=True)
    notes = read_about(folder / STATE_NAME)
    return RunSoFar(
        [CurvePoint(**point) for point in notes["curve"]],
        [StoredStep(**stored) for stored in notes["checkpoints"]],
        is_training=True,
    )


@dataclass
class TrainingPage:
    """Writes the page of one training into `out`; recordings are at the network's rate."""

    model: ModelSpec
    recordings: Sequence[TrainingSound]
    out: Path
    takes: int = 4
    length_s: float = 3.0
    device: str = "cpu"

    def __post_init__(self) -> None:
        rate, training = self.model.network.rate, self.model.training
        self._terms = SearchTerms.of_takes(self.length_s)
        held_out = held_out_samples(training.window, training.held_out_s, rate)
        self._corpus = Corpus(self.recordings, rate, held_out, self._terms)
        self._sounds = {sound.name: sound.samples for sound in self.recordings}
        every = sha256()
        for sound in self.recordings:
            every.update(sound.name.encode() + sound.samples.tobytes())
        self._digest = every.hexdigest()

    def write(self, folder: Path) -> Path:
        """Evaluate what is new of the checkpoints in `folder`; returns the page's file."""
        run = run_so_far(folder)
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
        path = self.out / "index.html"
        write(path, evaluation_page(self._report(run, itself, found)).encode())
        return path

    def _kept(self, name: str, of: str, make: Any) -> Evaluation:
        """The evaluation in `name` if it is `of` this and of these terms; else made and kept."""
        terms = {
            "version": _VERSION,
            "of": of,
            "corpus": self._digest,
            "takes": self.takes,
            "length_s": self.length_s,
            "sampling": self.model.sampling.model_dump(mode="json"),
            "family_version": self.model.family_version,
        }
        path = self.out / name
        if path.exists():
            kept = json.loads(path.read_bytes())
            if kept["terms"] == terms:
                return dict(kept["evaluation"])
        evaluation: Evaluation = make()
        text = json.dumps({"terms": terms, "evaluation": evaluation}, indent=1, sort_keys=True)
        write(path, text.encode())
        return evaluation

    def _evaluated(self, folder: Path, stored: StoredStep, baseline: Baseline) -> Evaluation:
        """Draw the takes of a checkpoint and evaluate them."""
        network = self.model.network
        weights = read_checkpoint(folder / stored.file, network.tensor_shapes())
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
        return self._corpus.evaluate([clip.data[0] for clip in clips], baseline)

    def _report(
        self, run: RunSoFar, itself: Evaluation, found: Mapping[int, Evaluation]
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
            baseline_s=baseline_told(itself["baseline"]),
            threshold_s=itself["baseline"]["threshold_s"],
            is_training=run.is_training,
        )

    def _excerpts(self) -> list[Shot]:
        """Stretches spread over the recordings."""
        sounds, rate = self.recordings, self.model.network.rate
        found = spread([one.samples.size / rate for one in sounds], self.takes, self.length_s)
        return [
            self._stretch(sounds[place].name, start_s, excerpt_path(index))
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
        """As much of a recording as a take lasts, from nearest to `start_s`."""
        sound, rate = self._sounds[recording], self.model.network.rate
        size = min(sound.size, round(self.length_s * rate))
        start = min(max(0, round(round(start_s, 3) * rate)), sound.size - size)
        self._write(path, Clip(np.array(sound[start : start + size])[None], rate))
        return self._shot(stretch_title(recording, start / rate), path)

    def _shot(self, title: str, path: str, is_memorised: bool = False) -> Shot:
        sound = wav.ClipFile.at(self.out / path)
        return Shot(title, path, sketch(sound, COLUMNS, ROWS, TOP_DB), is_memorised)

    def _write(self, path: str, clip: Clip) -> None:
        """Write a sound beside the page, whole or not at all."""
        target = self.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}")
        wav.write_float(temporary, clip)
        temporary.replace(target)
