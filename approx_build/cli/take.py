"""`take`: audition a model by drawing takes outside any score."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from approx_build.cli.building import build_targets
from approx_build.cli.continuation import new_runs
from approx_build.cli.options import Options
from approx_build.cli.outcome import near, say
from approx_build.cli.places import named_from
from approx_build.cli.session import takes_environment
from approx_build.cli.train import named_model
from approx_build.errors import UsageError
from approx_build.store.delivery import check_folder

if TYPE_CHECKING:
    from approx_build.families.base import Family
    from approx_build.plan.catalog import Catalog
    from approx_build.plan.networks import Networks


@dataclass(frozen=True)
class TakeAsked:
    """What was asked for on the command line."""

    model: str
    step: int | None
    length_s: float
    count: int
    seed: int
    temperature: float | None
    top_k: int | None
    towards_silence: float | None
    prime: str | None

    @property
    def terms(self) -> dict[str, float]:
        """How to draw, where that is not left to the model."""
        given = {
            "temperature": self.temperature,
            "top_k": self.top_k,
            "towards_silence": self.towards_silence,
        }
        return {name: value for name, value in given.items() if value is not None}

    @property
    def differences(self) -> str:
        """What tells the files from those of a plain take."""
        terms = [f"-{name.replace('_', '-')}-{value:g}" for name, value in self.terms.items()]
        return "".join([*terms, "-primed" if self.prime else ""])


def take(asked: TakeAsked, options: Options) -> None:
    """Draw, and write a WAV and a spectrogram of each clip."""
    from approx_build.cli.reach import permit
    from approx_build.plan.catalog import Catalog
    from approx_build.plan.graph import Graph
    from approx_build.plan.networks import Networks
    from approx_build.store.store import Store

    name, root = named_model(asked.model)
    catalog = Catalog(root, date.today())
    networks = Networks(Graph(), catalog, dict(takes_environment(options.device)))
    out = options.out or options.out_at(root) / "takes" / name
    with named_from(root):
        permit(catalog, catalog.model(name).corpus, name)
        files = _add(networks, catalog, name, asked)
        check_folder(out)
        store = Store(options.store_at(root))
        for words in new_runs(networks.graph, catalog, store.root):
            say(options, words)
        built = build_targets(networks.graph, files.values(), store, root, options)
        built.check()
        for path, target in files.items():
            store.objects.materialise(built.records[target].digest, out / path)
            print(near(out / path))


def _add(networks: Networks, catalog: Catalog, model: str, asked: TakeAsked) -> dict[str, str]:
    """Add the clips and their pictures; file name -> target."""
    from approx_build.plan.graph import Action, Kind
    from approx_build.plan.streams import take_stream
    from approx_build.score.takes import Take

    spec = catalog.model(model)
    step = spec.last_step if asked.step is None else asked.step
    if step not in catalog.steps(model):
        kept = ", ".join(map(str, sorted(catalog.steps(model))))
        raise UsageError(f"--step {step}: {model} keeps the steps {kept}")
    plain = {"model": model, "step": step, "length_s": asked.length_s, "seed": asked.seed}
    shape = Take.model_validate(plain | asked.terms)
    prime = _prime(networks, catalog, asked.prime, spec.network)
    files = {}
    for number in range(1, asked.count + 1):
        stem = f"step-{step}-seed-{asked.seed}{asked.differences}-{number}"
        stream = take_stream(0, "", "", asked.seed, number)
        target = networks.clip(f"audition/{stem}", shape, stream, prime)
        files[f"{stem}.wav"] = target
        params = {"look": "spectrogram", "title": f"{model}, step {step}, clip {number}"}
        picture = Action(f"audition/{stem}/picture", Kind.FIGURE, params, {"sound": target})
        files[f"{stem}.png"] = networks.graph.add(picture)
    return files


def _prime(networks: Networks, catalog: Catalog, text: str | None, network: Family) -> str | None:
    """A prime written as CORPUS/NAME@START+LENGTH."""
    from approx_build.cli.reach import permit
    from approx_build.plan.clips import Range, add_clip

    if text is None:
        return None
    found = re.fullmatch(r"([^@]+/[^@]+)(?:@(\d+(?:\.\d+)?)(?:\+(\d+(?:\.\d+)?))?)?", text)
    if not found:
        raise UsageError(f"--prime {text}: write CORPUS/NAME@START+LENGTH, as accordion/runs@2+0.5")
    recording, start, length = found.groups()
    if day := catalog.withdrawal(recording):
        raise UsageError(f"--prime {text}: {recording!r} was withdrawn on {day}; choose another")
    if recording not in catalog.recordings():
        raise UsageError(f"--prime {text}: there is no recording {recording!r}")
    permit(catalog, recording.partition("/")[0])
    source = networks.graph.add_leaf(catalog.recording_path(recording))
    span = Range(float(start) if start else None, float(length) if length else None)
    return add_clip(networks.graph, source, network.rate, span, channels=network.channels)
