"""`take`: audition a model by drawing takes outside any score."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from approx_build.cli.asked import TakeAsked, option
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
    from approx_build.plan.catalog import Catalog
    from approx_build.plan.takes import Networks
    from approx_build.score.conditioning import Heard
    from approx_build.score.takes import Take
    from approx_build.training.model import ModelSpec


def take(asked: TakeAsked, options: Options) -> None:
    """Draw, and write a WAV and a spectrogram of each clip."""
    from approx_build.cli.reach import permit
    from approx_build.plan.catalog import Catalog
    from approx_build.plan.graph import Graph
    from approx_build.plan.takes import Networks
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
    from approx_build.plan.conditioning import add_heard
    from approx_build.plan.graph import Action, Kind
    from approx_build.plan.streams import take_stream

    spec = catalog.model(model)
    step = spec.last_step if asked.step is None else asked.step
    if step not in catalog.steps(model):
        kept = ", ".join(map(str, sorted(catalog.steps(model))))
        raise UsageError(f"--step {step}: {model} keeps the steps {kept}")
    take = asked.take(model, step)
    _check(take, spec, catalog)

    def recording(sound: Heard) -> str:
        return networks.graph.add_leaf(catalog.recording_path(str(sound.recording)))

    heard = add_heard(networks.graph, take, spec.network, recording)
    files = {}
    for number in range(1, asked.count + 1):
        stem = f"step-{step}-seed-{asked.seed}{asked.differences}-{number}"
        stream = take_stream(0, "", "", asked.seed, number)
        target = networks.clip(f"audition/{stem}", take, stream, heard, number)
        files[f"{stem}.wav"] = target
        params = {"look": "spectrogram", "title": f"{model}, step {step}, clip {number}"}
        picture = Action(f"audition/{stem}/picture", Kind.FIGURE, params, {"sound": target})
        files[f"{stem}.png"] = networks.graph.add(picture)
    return files


def _check(take: Take, spec: ModelSpec, catalog: Catalog) -> None:
    """UsageError when the take cannot be drawn; ConsentError when its sound may not be used."""
    from approx_build.cli.reach import permit
    from approx_build.plan.take_checks import problems

    for path, sound in take.heard():
        name, words = str(sound.recording), f"{option(path)} {sound.recording}"
        if day := catalog.withdrawal(name):
            raise UsageError(f"{words}: {name!r} was withdrawn on {day}; choose another")
        if name not in catalog.recordings():
            raise UsageError(f"{words}: there is no recording {name!r}")
        permit(catalog, name.partition("/")[0])
    for loc, message, _ in problems(take, spec, {}, catalog):
        raise UsageError(f"{option(loc)}: {message}")
