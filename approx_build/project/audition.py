"""`take`: audition a model by drawing takes outside any score."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from approx_build.cli.messages import say
from approx_build.errors import UsageError
from approx_build.project.build import build_targets
from approx_build.project.paths import named_from, near
from approx_build.project.piece import takes_environment
from approx_build.project.resume import new_runs
from approx_build.project.settings import Options
from approx_build.project.train import named_model
from approx_build.store.delivery import check_folder

if TYPE_CHECKING:
    from approx_build.plan.catalog import Catalog
    from approx_build.plan.takes import Networks
    from approx_build.score.takes import Take
    from approx_build.training.model import ModelSpec
    from approx_build.ways.sound import Sound


import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from approx_build.score.takes import Take


@dataclass(frozen=True)
class TakeAsked:
    """What was asked for; `ways` has the sounds of each way, `options` what ways ask besides."""

    model: str
    step: int | None
    length_s: float
    count: int
    seed: int
    controls: Mapping[str, Any]
    sampling: tuple[str, ...]
    ways: Mapping[str, tuple[str, ...]]
    options: Mapping[str, object]

    @property
    def differences(self) -> str:
        """What tells the files from those of a plain take."""
        from approx_build.ways.command_line import label

        short = (f"{name}={_short(value)}" for name, value in self.controls.items())
        pairs = (pair.replace("_", "-").replace("=", "-") for pair in (*short, *self.sampling))
        return "".join([*(f"-{pair}" for pair in pairs), label(self.ways, self.options)])

    def take(self, model: str, step: int) -> Take:
        """The take of a score that says the same; UsageError when there can be none."""
        from pydantic import ValidationError

        from approx_build.score.takes import Take
        from approx_build.ways.command_line import fields
        from approx_build.yaml_source import problems_of, strictly

        given: dict[str, Any] = {
            "model": model,
            "step": step,
            "count": self.count,
            "length_s": self.length_s,
            "seed": self.seed,
            "sampling": dict(map(_pair, self.sampling)),
            **self.controls,
            **fields(self.ways, self.options),
        }
        try:
            return strictly(Take, given)
        except ValidationError as error:
            loc, message, _ = problems_of(error, Take, given)[0]
            raise UsageError(f"{option(loc)}: {message}" if loc else message) from None


def option(loc: tuple[str | int, ...]) -> str:
    """The option that a place in a take comes from."""
    from approx_build.ways.command_line import option_of

    if loc[0] == "sampling":
        return " ".join(["--sampling", *map(str, loc[1:])])
    return option_of(loc) or f"--{str(loc[0]).replace('_', '-')}"


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _pair(text: str) -> tuple[str, Any]:
    """A control and its value: a number, true, false, null, or a word."""
    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError(f"--sampling {text}: write NAME=VALUE, as steps=50")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def take(asked: TakeAsked, options: Options) -> None:
    """Draw, and write a WAV and a spectrogram of each clip."""
    from approx_build.plan.catalog import Catalog
    from approx_build.plan.graph import Graph
    from approx_build.plan.takes import Networks
    from approx_build.project.dependents import permit
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
        targets = files.values()
        built = build_targets(networks.graph, targets, store, root, options, log=catalog.log)
        built.check()
        for path, target in files.items():
            store.objects.materialise(built.records[target].digest, out / path)
            print(near(out / path))


def _add(networks: Networks, catalog: Catalog, model: str, asked: TakeAsked) -> dict[str, str]:
    """Add the clips and their pictures; file name -> target."""
    from approx_build.plan.conditioning import add_sounds
    from approx_build.plan.graph import Action, Kind
    from approx_build.plan.streams import take_stream

    spec = catalog.model(model)
    step = spec.last_step if asked.step is None else asked.step
    if step not in catalog.steps(model):
        kept = ", ".join(map(str, sorted(catalog.steps(model))))
        raise UsageError(f"--step {step}: {model} keeps the steps {kept}")
    take = asked.take(model, step)
    _check(take, spec, catalog)

    def recording(sound: Sound) -> str:
        return networks.graph.add_leaf(catalog.recording_path(str(sound.recording)))

    sounds = add_sounds(networks.graph, take, spec.network, recording)
    files = {}
    for number in range(1, asked.count + 1):
        stem = f"step-{step}-seed-{asked.seed}{asked.differences}-{number}"
        stream = take_stream(0, "", "", asked.seed, number)
        target = networks.clip(f"audition/{stem}", take, stream, sounds, number)
        files[f"{stem}.wav"] = target
        params = {"look": "spectrogram", "title": f"{model}, step {step}, clip {number}"}
        picture = Action(f"audition/{stem}/picture", Kind.FIGURE, params, {"sound": target})
        files[f"{stem}.png"] = networks.graph.add(picture)
    return files


def _check(take: Take, spec: ModelSpec, catalog: Catalog) -> None:
    """UsageError when the take cannot be drawn; ConsentError when its sound may not be used."""
    from approx_build.plan.take_checks import problems
    from approx_build.project.dependents import permit

    for path, sound in take.sounds():
        name, words = str(sound.recording), f"{option(path)} {sound.recording}"
        if day := catalog.withdrawal(name):
            raise UsageError(f"{words}: {name!r} was withdrawn on {day}; choose another")
        if name not in catalog.recordings():
            raise UsageError(f"{words}: there is no recording {name!r}")
        permit(catalog, name.partition("/")[0])
    for loc, message, _ in problems(take, spec, {}, catalog):
        raise UsageError(f"{option(loc)}: {message}")
