"""Results of a build for the report: facts and pictures by target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from approx_build.audio.loudness import Facts
from approx_build.figures.thumbnail import Sketch
from approx_build.files.json_text import parse_json
from approx_build.store.objects import Objects
from approx_build.store.records import Record
from approx_build.training.ledger.record import TrainingRecord


@dataclass(frozen=True)
class BuildResults:
    """Records by target and the objects they name."""

    records: Mapping[str, Record]
    objects: Objects

    def digest(self, target: str) -> str:
        """The digest of the output of `target`."""
        return self.records[target].digest

    def facts(self, target: str) -> Mapping[str, Any]:
        """The facts in the record of `target`."""
        return self.records[target].facts

    def sketch(self, target: str) -> Sketch:
        """The picture that `target` produced."""
        return Sketch.load(self.objects.read(self.digest(target)))

    def measured(self, target: str) -> Facts:
        """The measurements that `target` produced."""
        fields = {k: v for k, v in self.json(target).items() if k != "expect"}
        spans = tuple((float(start), float(stop)) for start, stop in fields.pop("silences_s"))
        return Facts(**fields, silences_s=spans)

    def json(self, target: str) -> Any:
        """The JSON that `target` produced."""
        return parse_json(self.objects.read(self.digest(target)))

    def training(self, model: str) -> TrainingRecord:
        """How a model was trained."""
        digest = self.records[f"models/{model}/run"].outputs["record"]
        return TrainingRecord.model_validate_json(self.objects.read(digest))
