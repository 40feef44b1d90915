"""The report of one movement: its sound, its parts, their events, its cues and expectations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from approx_build.plan.movement import Looks, LoweredMovement
from approx_build.plan.parts import LoweredPart
from approx_build.report.build_results import BuildResults
from approx_build.report.data import (
    CueReport,
    ExpectationReport,
    MovementReport,
    StemReport,
)
from approx_build.report.event import event_reports
from approx_build.report.provenance import Provenance
from approx_build.report.stream import master_stream, stem_stream
from approx_build.score.movement import LoadedMovement
from approx_build.score.schema import Cue


def movement_report(
    lowered: LoweredMovement,
    results: BuildResults,
    provenance: Provenance,
    rate: int,
    loudness: Mapping[str, tuple[float | None, ...]],
) -> MovementReport:
    """The report of a movement."""
    movement, model = lowered.movement, lowered.movement.model
    outcomes = results.json(lowered.measure)["expect"]
    return MovementReport(
        number=movement.number,
        slug=movement.slug,
        title=model.movement,
        length_s=float(movement.length),
        audio=f"{movement.slug}.wav",
        sketch=results.sketch(lowered.sketch),
        facts=results.measured(lowered.measure),
        samples=results.facts(lowered.master)["samples"],
        stream=master_stream(movement.slug),
        loudness=loudness[movement.slug],
        tempo=_tempo(movement),
        note=model.note or "",
        master=_master(results.facts(lowered.master)),
        stems=tuple(
            _stem(movement, part, look, results, provenance, rate)
            for part, look in zip(lowered.parts, lowered.looks, strict=True)
        ),
        cues=tuple(sorted((_cue(movement, cue) for cue in model.cues), key=lambda c: c.at_s)),
        expectations=tuple(_expectation(outcome) for outcome in outcomes),
    )


def _tempo(movement: LoadedMovement) -> str:
    marks = movement.model.tempo
    if not marks:
        return ""
    beats = " → ".join(f"{mark.bpm:g}" for mark in marks)
    meter = movement.model.meter[0].meter if movement.model.meter else "4/4"
    return f"♩ = {beats}, {meter}"


def _master(facts: Mapping[str, Any]) -> str:
    if not facts["reduction_db"]:
        return "the exact sum of the stems: no true peak reached the ceiling"
    return (
        f"the ceiling lowered peaks by up to {facts['reduction_db']:.1f} dB, "
        f"for {facts['limited_s']:.1f} s in all"
    )


def _stem(
    movement: LoadedMovement,
    part: LoweredPart,
    look: Looks,
    results: BuildResults,
    provenance: Provenance,
    rate: int,
) -> StemReport:
    return StemReport(
        name=part.name,
        audio=f"stems/{movement.slug}/{part.name}.wav" if part.is_audible else "",
        stream=stem_stream(movement.slug, part.name) if part.is_audible else "",
        sketch=results.sketch(look.sketch),
        facts=results.measured(look.measure),
        settings=_settings(part),
        silent="" if part.is_audible else ("muted" if part.part.mute else "another part has solo"),
        events=event_reports(movement, part, results, provenance, rate),
        composed=tuple(
            line for one in movement.written if one.part == part.name for line in one.log
        ),
        origins=provenance.of_part(part.stem),
    )


def _settings(part: LoweredPart) -> str:
    gain, pan = part.part.gain_db.written(), part.part.pan.written()
    settings = [f"gain {gain:g} dB" if isinstance(gain, (int, float)) else "gain moves"]
    settings.append(f"pan {pan:g}" if isinstance(pan, (int, float)) else "pan moves")
    return ", ".join(settings)


def _cue(movement: LoadedMovement, cue: Cue) -> CueReport:
    seconds = movement.tempo.seconds(cue.at)
    place = ""
    if movement.model.tempo:
        bar, beat = movement.tempo.bar_beat(seconds)
        place = f"bar {bar}, beat {float(beat):g}"
    return CueReport(float(seconds), cue.text, cue.player or "", place)


def _expectation(outcome: Mapping[str, Any]) -> ExpectationReport:
    start, stop = outcome["range_s"]
    if "above_dbfs" in outcome:
        text, found = f"above {outcome['above_dbfs']:g}", outcome["quietest_dbfs"]
    else:
        text, found = f"below {outcome['below_dbfs']:g}", outcome["peak_dbfs"]
    text = f"{text} dBFS from {start:g} s to {stop:g} s"
    return ExpectationReport(
        text, outcome["is_met"], "digital silence" if found is None else f"{found:g} dBFS"
    )
