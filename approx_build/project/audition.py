"""`take`: audition a model by drawing takes outside any score."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.errors import UsageError, argument
from approx_build.project.model import Model
from approx_build.project.observer import Observer
from approx_build.project.paths import named_from
from approx_build.project.resume import new_runs
from approx_build.project.settings import Settings
from approx_build.store.delivery import check_folder

if TYPE_CHECKING:
    from approx_build.audio.clip import Clip
    from approx_build.plan.takes import Networks
    from approx_build.score.takes import Take
    from approx_build.training.model import ModelSpec
    from approx_build.ways.sound import Sound


USUAL_S = 4.0
"""The length of a clip where none is given."""


@dataclass(frozen=True)
class TakeOptions:
    """The take to draw.

    `ways` has the sounds of a way of making takes by its name, each as CORPUS/NAME@START+LENGTH;
    `options` what that way asks besides, as its options on the command line; `controls` the
    controls of drawing that a take names itself; `sampling` others, as NAME=VALUE.
    """

    step: int | None = None
    """The checkpoint's step; the last by default."""
    length_s: float | None = None
    """The length of each clip; None: 4 s, or the longest clip of a network that makes no such."""
    count: int = 1
    seed: int = 0
    controls: Mapping[str, Any] = field(default_factory=dict)
    sampling: tuple[str, ...] = ()
    ways: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def differences(self) -> str:
        """The suffix that distinguishes the files from those of a plain take."""
        from approx_build.ways.command_line import label

        short = (f"{name}={_short(value)}" for name, value in self.controls.items())
        pairs = (pair.replace("_", "-").replace("=", "-") for pair in (*short, *self.sampling))
        return "".join([*(f"-{pair}" for pair in pairs), label(self._sounds, self.options)])

    @property
    def _sounds(self) -> Mapping[str, tuple[str, ...]]:
        return {name: (one,) if isinstance(one, str) else one for name, one in self.ways.items()}

    def take(self, model: str, step: int, default_s: float) -> Take:
        """The take of a score that says the same; UsageError when there can be none."""
        from pydantic import ValidationError

        from approx_build.score.takes import Take
        from approx_build.ways.command_line import fields
        from approx_build.yaml_source import problems_of, strictly

        given: dict[str, Any] = {
            "model": model,
            "step": step,
            "count": self.count,
            "length_s": default_s if self.length_s is None else self.length_s,
            "seed": self.seed,
            "sampling": dict(map(_pair, self.sampling)),
            **{name: _value(given) for name, given in self.controls.items()},
            **fields(self._sounds, self.options),
        }
        try:
            return strictly(Take, given)
        except ValidationError as error:
            loc, message, _ = problems_of(error, Take, given)[0]
            raise UsageError(f"{option(loc)}: {message}" if loc else message) from None


def option(loc: tuple[str | int, ...]) -> str:
    """The argument of `take` that a place in a take comes from."""
    from approx_build.ways.command_line import option_of

    if loc[0] == "sampling":
        return argument("sampling", ".".join(map(str, loc[1:])))
    return argument(option_of(loc) or str(loc[0]))


def _short(value: object) -> str:
    # Without the signs of a list, which file names had better not have.
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return "".join(sign for sign in text if sign not in "[] \"'")


def _pair(text: str) -> tuple[str, Any]:
    """A control and its value: a number, true, false, null, or a word."""
    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError(f"{argument('sampling', text)}: write NAME=VALUE, such as steps=50")
    return name, _value(value)


def _value(given: Any) -> Any:
    """What a text says, as in YAML, where `50` is a number and `cosine` a word."""
    try:
        return json.loads(given) if isinstance(given, str) else given
    except ValueError:
        return given


@dataclass(frozen=True)
class DrawnTake:
    """A clip that was drawn: its sound and its spectrogram, as files."""

    sound: Path
    picture: Path

    def clip(self) -> Clip:
        """The samples [C, T], from -1 to 1."""
        from approx_build.audio import wav

        return wav.read(self.sound)


def take(
    root: Path, name: str, settings: Settings, options: TakeOptions, observer: Observer
) -> tuple[DrawnTake, ...]:
    """Draw takes of the model `name`; writes a WAV and a spectrogram of each clip."""
    model = Model.open(root, name, settings, draws=True)
    out = settings.out or settings.out_at(root) / "takes" / name
    with named_from(root):
        files = _add(model, options, observer)
        check_folder(out)
        for words in new_runs(model.networks.graph, model.catalog, model.store.root):
            observer.remark(words)
        built = model.build(list(files.values()), observer)
        for path, target in files.items():
            model.store.objects.materialise(built.records[target].digest, out / path)
    sounds = [out / path for path in files if path.endswith(".wav")]
    return tuple(DrawnTake(sound, sound.with_suffix(".png")) for sound in sounds)


def _add(model: Model, options: TakeOptions, observer: Observer) -> dict[str, str]:
    """Add the clips and their pictures; file name -> target."""
    from approx_build.families.parameters import fitting_s
    from approx_build.plan.conditioning import add_sounds
    from approx_build.plan.graph import Action, Kind
    from approx_build.plan.streams import take_stream
    from approx_build.plan.take_checks import remark

    spec, catalog, networks = model.spec, model.catalog, model.networks
    step = spec.last_step if options.step is None else options.step
    if step not in catalog.steps(model.name):
        kept = ", ".join(map(str, sorted(catalog.steps(model.name))))
        raise UsageError(f"{argument('step', step)}: {model.name} has checkpoints at steps {kept}")
    # As a take of a score, so that it is checked by the same rules and gets the same key.
    take = options.take(model.name, step, fitting_s(spec.network, USUAL_S))
    _check(take, spec, networks)
    if words := remark(take, spec):
        observer.remark(words)

    def recording(sound: Sound) -> str:
        return networks.sound(catalog.recording_path(str(sound.recording)), model.name)

    sounds = add_sounds(networks.graph, take, spec.network, recording)
    files = {}
    for number in range(1, options.count + 1):
        stem = f"step-{step}-seed-{options.seed}{options.differences}-{number}"
        # A take with a seed of its own needs no piece, and equals that of a score with this seed.
        stream = take_stream(0, "", "", options.seed, number)
        target = networks.clip(f"audition/{stem}", take, stream, sounds, number)
        files[f"{stem}.wav"] = target
        params = {"look": "spectrogram", "title": f"{model.name}, step {step}, clip {number}"}
        picture = Action(f"audition/{stem}/picture", Kind.FIGURE, params, {"sound": target})
        files[f"{stem}.png"] = networks.graph.add(picture)
    return files


def _check(take: Take, spec: ModelSpec, networks: Networks) -> None:
    """UsageError when the take cannot be drawn; ConsentError when its sound may not be used."""
    from approx_build.plan.take_checks import problems

    catalog = networks.catalog

    for path, sound in take.sounds():
        name, words = str(sound.recording), f"{option(path)} {sound.recording}"
        # Consent first: a withdrawn recording is not listed, and "there is no recording" would be
        # wrong.
        if name.partition("/")[0] in catalog.corpus_names:
            networks.permit(take.model, name)
        if name not in catalog.recordings():
            raise UsageError(f"{words}: there is no recording {name!r}")
    for loc, message, _ in problems(take, spec, {}, catalog):
        raise UsageError(f"{option(loc)}: {message}")
