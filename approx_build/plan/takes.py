"""Networks in the graph: training runs, their checkpoints, and the takes drawn from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from approx_build.canonical import Json, canonical
from approx_build.errors import AudioError, Location
from approx_build.plan.catalog import Catalog
from approx_build.plan.conditioning import conditioning_terms
from approx_build.plan.consent import permit
from approx_build.plan.consent_records import CORPORA
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.plan.uses import Use
from approx_build.score.takes import Take
from approx_build.training.model import ModelSpec


def sampling_terms(spec: ModelSpec, take: Take) -> dict[str, Json]:
    """All controls of generation of a take, as JSON values."""
    own = spec.sampling.model_dump(mode="json")
    short = {name: value for name, value in take.controls.items() if name in own}
    return own | short | dict(take.sampling)


def sampling_of(spec: ModelSpec, take: Take) -> Any:
    """The controls of generation of a take; ValidationError if the family refuses them."""
    return spec.network.sampling(sampling_terms(spec, take))


def clip_terms(spec: ModelSpec, take: Take, clip: int) -> dict[str, Json]:
    """The controls of generation of clip `clip` of a take, from 1."""
    own = spec.network.clip_sampling(sampling_of(spec, take), clip, take.count)
    return sampling_terms(spec, take) | dict(own)


SHIPPED = "shipped."
"""Begins the roles of the files of a shipped run, which end in their names."""

SOUND_SETTINGS = {"silence", "remove_dc", "level"}
"""Settings of a preparation that change the sound of a recording; the others are of trainings."""


@dataclass
class Networks:
    """Adds the actions that takes need to the graph, each once."""

    graph: Graph
    catalog: Catalog
    environment: Mapping[str, Json] = field(default_factory=dict)
    """The numeric environment of takes; empty for the portable kernels, which need none."""
    piece: str | None = None
    """The piece that the graph is for, which consents may name."""
    used: dict[str, set[int]] = field(default_factory=dict)
    """The requested steps of each model."""

    def permit(self, model: str | None, recording: str | None = None) -> None:
        """ConsentError unless a model may learn from its corpus today, or be given a recording.

        Without a model: unless the recording may be played.
        """
        of = self.catalog.model(str(model)).corpus if recording is None else recording
        # Otherwise the graph is never built: it only lists what a store needs.
        if self.graph.is_permitted:
            permit(Use(of.partition("/")[0], None, model, recording, self.piece), self.catalog)

    def sound(self, path: str, model: str | None = None) -> str:
        """A sound file of the project, perhaps for a model; sounds enter the graph only here.

        ConsentError if it is a recording that may not be used in this way today.
        """
        if (recording := self.catalog.recording_at(path)) is not None:
            self.permit(model, recording)
            if not path.startswith(f"{CORPORA}/"):  # so that pages say whose it is
                path = self.catalog.recording_path(recording)
        return self.graph.add_leaf(path)

    def run(self, model: str, where: Location | None) -> str:
        """The training run of a declared model, made from the recordings of its corpus."""
        target = f"models/{model}/run"
        if target in self.graph.actions:
            return target
        spec, catalog = self.catalog.model(model), self.catalog
        self.permit(model)
        if problem := catalog.problem(spec.corpus):
            raise AudioError(problem, where)
        recordings = catalog.recordings_of(model)
        manifest = catalog.manifest(model)
        shipped = catalog.shipped_run(model, manifest)
        paths = [catalog.relative(recording.path) for recording in recordings]
        inputs = {
            f"recording.{number:04}": self.sound(path, model) for number, path in enumerate(paths)
        }
        # A shipped run needs no prepared sound, and preparing a corpus takes minutes.
        if shipped is not None:
            for path in catalog.shipped_files(model, shipped):
                role = SHIPPED + path.rpartition("/")[2]
                inputs[role] = self.graph.add_leaf(path)
        else:
            for number, path in enumerate(paths):
                inputs[f"prepared.{number:04}"] = self.prepared(spec, path, where)
            if (parent := catalog.parent_path(model)) is not None:
                inputs["parent"] = self.graph.add_leaf(parent)
        options: dict[str, Json] = {
            "model": model,
            "corpus": catalog.corpus_path(spec.corpus),
            "costs": spec.costs.model_dump(mode="json") if spec.costs else None,
            "is_shipped": shipped is not None,
            "recordings": [recording.name for recording in recordings],
            "excluded": dict(spec.preparation.exclude),
        }
        action = Action(target, Kind.TRAIN, manifest, inputs, where=where, options=options)
        return self.graph.add(action)

    def prepared(self, spec: ModelSpec, path: str, where: Location | None = None) -> str:
        """A recording, by its path in the project, as the network of a model hears it."""
        how = spec.preparation.model_dump(mode="json", include=SOUND_SETTINGS)
        network = {"rate": spec.network.rate, "channels": spec.network.channels}
        params: dict[str, Json] = {**network, "preparation": how}
        digest = sha256(canonical(params).encode()).hexdigest()[:8]
        target = f"prepared/{digest}/{path.removeprefix('models/corpora/')}"
        # Models with equal preparations share the action, and each needs consent.
        leaf = self.sound(path, spec.model)
        if target not in self.graph.actions:
            inputs = {"recording": leaf}
            self.graph.add(Action(target, Kind.PREPARE, params, inputs, where=where))
        return target

    def material(self, model: str) -> dict[str, str]:
        """The prepared sound of every recording that a model learns from: target by name."""
        spec, catalog = self.catalog.model(model), self.catalog
        self.permit(model)
        return {
            one.name: self.prepared(spec, catalog.relative(one.path))
            for one in catalog.recordings_of(model)
        }

    def checkpoint(self, model: str, step: int | None, where: Location | None) -> str:
        """The weights of `model` as they were after `step`, or after the last step."""
        spec = self.catalog.model(model)
        # The number, not None, is in the key: both ways to write the last step are one checkpoint.
        number = spec.last_step if step is None else step
        self.used.setdefault(model, set()).add(number)
        target = f"models/{model}/{number}"
        if target not in self.graph.actions:
            self.graph.add(
                Action(
                    target=target,
                    kind=Kind.CHECKPOINT,
                    params={
                        "family": spec.family,
                        "network": spec.network_params(),
                        "step": number,
                    },
                    inputs={"run": self.run(model, where)},
                    where=where,
                    options={"model": self.catalog.model_path(model)},
                )
            )
        return target

    def clip(
        self,
        target: str,
        take: Take,
        stream: str,
        sounds: Mapping[str, str] | None = None,
        number: int = 1,
        where: Location | None = None,
    ) -> str:
        """Clip `number` of a take, drawn with `stream`; `sounds` has the sounds of it by role."""
        spec = self.catalog.model(take.model)
        inputs = {"checkpoint": self.checkpoint(take.model, take.step, where), **(sounds or {})}
        params: dict[str, Json] = {
            "family": spec.family,
            "version": spec.family_version,
            "network": spec.network_params(),
            # Samples, not seconds: two ways to write one length must give one key.
            "samples": round(take.length_s * spec.network.rate),
            "sampling": clip_terms(spec, take, number),
        }
        if (terms := conditioning_terms(take, spec.network.rate, number)) is not None:
            params["derivation"] = terms
        # Only when set: an empty field would change the keys of all portable takes.
        if self.environment:
            params["environment"] = self.environment
        return self.graph.add(Action(target, Kind.TAKE, params, inputs, stream, where))
