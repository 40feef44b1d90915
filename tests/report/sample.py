"""A report of a made-up piece, its sound files, and one whose every word is hostile."""

import dataclasses
from pathlib import Path

import numpy as np

from approx_build.audio import wav
from approx_build.audio.loudness import loudness_curve, measure
from approx_build.corpus.recordings import Hours
from approx_build.figures.thumbnail import sketch
from approx_build.report.data import (
    CheckpointReport,
    ConsentReport,
    CueReport,
    DenoisingReport,
    EventReport,
    ExpectationReport,
    MovementReport,
    NetworkReport,
    NoteReport,
    Origin,
    PieceReport,
    RecordingUse,
    StageReport,
    StemReport,
)
from approx_build.report.stream import master_stream, sheet, sheet_samples, stem_stream

RATE = 8000
HOSTILE = "\"'><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>{{ 7 * 7 }}"


def sound(folder: Path, name: str, length_s: float, hz: float) -> wav.ClipFile:
    t = np.arange(round(length_s * RATE)) / RATE
    data = np.stack([np.sin(2 * np.pi * hz * t) * np.sin(np.pi * t / 2) ** 2] * 2) * 0.25
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    wav.write_pcm24(path, np.rint(data * 2**23).astype(np.int32), RATE)
    return wav.ClipFile.at(path)


def streamed(folder: Path, name: str, source: wav.ClipFile) -> str:
    """The stream `name` of a sound, written to `folder`."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    for number, (start, stop) in enumerate(wav.blocks(source.path, sheet_samples(2))):
        samples = wav.read_pcm24_ints(source.path, start, stop)
        (folder / name / f"{number:04}.css").write_bytes(sheet(samples))
    return name


def stem(folder: Path, slug: str, name: str, hz: float, text: str) -> StemReport:
    source = sound(folder, f"stems/{slug}/{name}.wav", 20, hz)
    recording = Origin("recording", "accordion/phrase-3", consent="accordion")
    chain = Origin(
        "take", text, "seed 11", origins=(Origin("network", text, origins=(recording,)),)
    )
    return StemReport(
        name=name if text == "calm" else text,
        audio=f"stems/{slug}/{name}.wav" if text == "calm" else "javascript:window.hacked=3",
        stream=streamed(folder, stem_stream(slug, name), source)
        if text == "calm"
        else "javascript:window.hacked=4",
        sketch=sketch(source, 100, 20),
        facts=measure(source.path),
        settings="−3 dB, pan −0.2",
        events=(
            EventReport("opening", "salad", 0.5, 6, {"max_grain_s": 1.0, text: [text]}, (text,)),
            EventReport(
                "",
                "hold",
                4,
                15.5,
                {"rate_hz": 6},
                ("haze clip 3",),
                (text,),
                settings={"gain_db": -3},
                seed="11",
                takes=(text,),
                origins=(chain, recording),
                where="pieces/a.yaml:7:9",
                yaml=f"- {{ at: 4, hold: {text} }}",
            ),
        ),
        origins=(chain,),
    )


def movement(folder: Path, number: int, title: str, text: str) -> MovementReport:
    slug = f"{number}-movement"
    source = sound(folder, f"{slug}.wav", 20, 220 * number)
    return MovementReport(
        number=number,
        slug=slug,
        title=title,
        length_s=20,
        audio=f"{slug}.wav",
        sketch=sketch(source, 200, 60),
        facts=measure(source.path),
        samples=source.length,
        stream=streamed(folder, master_stream(slug), source),
        loudness=tuple(loudness_curve(source.path)),
        tempo="♩ = 60",
        note=text,
        master=text,
        stems=(stem(folder, slug, "machine", 330, text), stem(folder, slug, "fog", 110, text)),
        cues=(CueReport(5, "answer the low reed", "accordion", "bar 2"), CueReport(12.5, text)),
        expectations=(
            ExpectationReport("silence from 0:06 to 0:08", True),
            ExpectationReport("peak below −20 dBFS", False, text),
        ),
    )


def network(folder: Path, text: str) -> NetworkReport:
    checkpoints = []
    for step in (0, 100, 4600):
        source = sound(folder, f"takes/{step}.wav", 1, 100 + step)
        drawn = sketch(source, 40, 20, top_db=-10)
        checkpoints.append(CheckpointReport(step, 2.5, "ab" * 32, drawn, f"takes/{step}.wav"))
    stages = (
        StageReport(step, level, 1.0 - step / 10, drawn)
        for step, level in ((0, 1.0), (5, 0.5), (10, 0.0))
    )
    curve = tuple((step, 5.5 - step / 1000) for step in range(0, 4000, 3))
    return NetworkReport(
        name=text,
        family="wavenet",
        corpus="accordion",
        configuration={"dilations": [1, 2, 4] * 9, "scalar_input": False, text: None},
        facts={"seconds": 12.5},
        curves={"training": curve, text: curve[::50]},
        loss_unit=text,
        hours=Hours(7200, 5400, 54000),
        unused={f"accordion/{text}": text},
        checkpoints=tuple(checkpoints),
        denoising=DenoisingReport(4600, tuple(stages)),
        players={"critic": curve, f"critic.{text}": curve[::50]},
    )


def report(folder: Path, text: str = "calm") -> PieceReport:
    """A piece of two movements with all its sound files in `folder`; `text` wherever it fits."""
    whole = sound(folder, "whole.wav", 42, 55)
    return PieceReport(
        rate=RATE,
        channels=2,
        gap=2 * RATE,
        title="approximations" if text == "calm" else text,
        movements=tuple(movement(folder, n, f"{text} {n}", text) for n in (1, 2)),
        composer=text,
        players=("accordion", text),
        year="2023",
        instrumentation=text,
        note=f"{text}\n\n{text}",
        length_s=42,
        gap_s=2,
        audio="whole.wav",
        notes=(NoteReport("1-movement", 3.5, text), NoteReport("2-movement", 1, "softer")),
        notes_path="pieces/calm.notes.yaml",
        facts=measure(whole.path),
        networks=(network(folder, text),),
        consents=(
            ConsentReport(
                corpus="accordion",
                sound=text,
                people=(text,),
                agreed=text,
                agreed_on="2026-01-01",
                licence="MIT",
                recordings=(
                    RecordingUse("accordion/phrase-3", "accordion", 42, (text,), "cd" * 32),
                ),
            ),
        ),
        built={"seed": 7, text: text},
    )


def bare(folder: Path) -> PieceReport:
    """A piece of which there is as little to tell as there can be."""
    one = movement(folder, 1, "alone", "calm")
    one = dataclasses.replace(one, stems=(), cues=(), expectations=(), note="", master="", tempo="")
    return PieceReport(title="bare", movements=(one,), rate=RATE, channels=2)
