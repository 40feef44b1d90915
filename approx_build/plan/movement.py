"""A movement in the graph: its parts, their sum, its master, its numbers and pictures."""

from __future__ import annotations

from dataclasses import dataclass

from approx_build.canonical import Json
from approx_build.metric.tempo import samples
from approx_build.numerics.stream import stream_key
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.plan.parts import LoweredPart
from approx_build.score.load import LoadedMovement
from approx_build.score.schema import Expectation, Output

SILENCE_DBFS = -90.0
SOUND_DBFS = -60.0


@dataclass(frozen=True)
class Looks:
    """How a sound looks: the targets of its numbers and of its picture."""

    measure: str
    sketch: str


@dataclass(frozen=True)
class LoweredMovement:
    """A movement's targets; `looks` has one for each part."""

    movement: LoadedMovement
    parts: tuple[LoweredPart, ...]
    looks: tuple[Looks, ...]
    master: str
    measure: str
    sketch: str
    spectrogram: str

    def targets(self) -> list[str]:
        """Everything that a render of the movement brings up to date."""
        own = [self.master, self.measure, self.sketch, self.spectrogram]
        stems = [part.stem for part in self.parts]
        return [*own, *stems, *(t for look in self.looks for t in (look.measure, look.sketch))]


def add_movement(
    graph: Graph, movement: LoadedMovement, parts: list[LoweredPart], output: Output
) -> LoweredMovement:
    """Add everything from the mix on."""
    slug, where = movement.slug, movement.locate(())
    # Sorted by name: moving a part in the score must not change the key of the mix.
    mixed = sorted(part.stem for part in parts if part.is_audible) or [
        silence(graph, movement, output)
    ]
    mix = graph.add(
        Action(
            target=f"{slug}/mix",
            kind=Kind.MIX,
            # The sum of integers needs no options: levels are in the stems.
            params={},
            inputs={f"stem.{place:04}": stem for place, stem in enumerate(mixed)},
            where=where,
        )
    )
    master = graph.add(
        Action(
            target=f"{slug}/master",
            kind=Kind.MASTER,
            params={
                "gain_db": output.gain_db,
                "ceiling_dbtp": output.true_peak_dbtp,
                "dither": output.dither,
            },
            inputs={"mix": mix},
            stream=stream_key("dither", slug),
            where=where,
        )
    )
    expect = [expected(movement, item) for item in movement.model.expect]
    measure = add_measure(graph, f"{slug}/measure", master, expect)
    sketch = add_sketch(graph, f"{slug}/sketch", master)
    title = movement.model.movement
    spectrogram = Action(
        f"{slug}/spectrogram",
        Kind.FIGURE,
        {"look": "spectrogram", "title": title},
        {"sound": master},
    )
    graph.add(spectrogram)
    # Muted parts, too: the page shows what a part would sound like.
    looks = tuple(add_stem_looks(graph, part) for part in parts)
    return LoweredMovement(
        movement, tuple(parts), looks, master, measure, sketch, spectrogram.target
    )


def add_stem_looks(graph: Graph, part: LoweredPart) -> Looks:
    """The numbers and the picture of a stem."""
    return Looks(
        add_measure(graph, f"{part.stem}/measure", part.stem, []),
        add_sketch(graph, f"{part.stem}/sketch", part.stem, rows=120),
    )


def silence(graph: Graph, movement: LoadedMovement, output: Output) -> str:
    """The stem of a movement in which nothing sounds."""
    return graph.add(
        Action(
            target=f"{movement.slug}/silence",
            kind=Kind.STEM,
            params={
                "rate": output.rate,
                "channels": output.channels,
                "samples": samples(movement.length, output.rate),
                # With dither, a silent movement would be noise.
                "dither": "none",
                "gain_db": 0.0,
                "pan": 0.0,
                "events": [],
            },
            where=movement.locate(()),
            options={"name": "silence"},
        )
    )


def add_measure(graph: Graph, target: str, sound: str, expect: list[Json]) -> str:
    """Add the numbers of a sound."""
    return graph.add(Action(target, Kind.MEASURE, {"expect": expect}, {"sound": sound}))


def add_sketch(
    graph: Graph,
    target: str,
    sound: str,
    columns: int = 1400,
    rows: int = 320,
    top_db: float | None = None,
) -> str:
    """Add the picture of a sound that the page shows; `top_db` is its brightest level."""
    params: dict[str, Json] = {"look": "sketch", "columns": columns, "rows": rows}
    # Left out when unset, so that pictures without it keep their keys.
    if top_db is not None:
        params["top_db"] = top_db
    return graph.add(Action(target, Kind.FIGURE, params, {"sound": sound}))


def expected(movement: LoadedMovement, expectation: Expectation) -> Json:
    """An expectation as a range of the movement and the level to stay below, or above."""
    seconds = movement.tempo.seconds
    if expectation.range is None:
        return {"range_s": [0.0, float(movement.length)], "below_dbfs": expectation.peak_dbfs_below}
    field, edges = expectation.range
    range_s: Json = [float(seconds(edge)) for edge in edges]
    if field == "sound":
        above = expectation.above_dbfs
        return {"range_s": range_s, "above_dbfs": SOUND_DBFS if above is None else above}
    below = expectation.below_dbfs
    return {"range_s": range_s, "below_dbfs": SILENCE_DBFS if below is None else below}
