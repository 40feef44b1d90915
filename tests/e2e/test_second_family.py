"""A second family through the face: trained, auditioned, heard in a piece."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest

from approx_build.audio import wav
from tests.space import WAVE, Space

TIDE, FOAM = "pieces/tide.yaml", "pieces/tide/1-foam.yaml"


@pytest.fixture
def wave(space: Space) -> Space:
    space.write("models/wave.yaml", WAVE)
    return space


def test_it_is_trained_by_the_same_service_and_listed_in_the_ledger(wave: Space) -> None:
    assert wave.run("train", "wave").out.splitlines()[-2].startswith("wave: 3 checkpoints in the ")
    assert "mean square of v" in wave.run("runs", "show", "wave").out
    assert not wave.run("train", "wave").err


def test_takes_are_auditioned_in_stereo_and_repeat_their_bits(wave: Space) -> None:
    words = ("take", "wave", "--length-s", "0.1", "--count", "2", "--prime", "tones/low@0+0.05")
    first = wave.run(*words).out.splitlines()
    clips = [wav.read(wave.root / path) for path in first if path.endswith(".wav")]
    assert [(clip.channels, clip.length) for clip in clips] == [(2, 800), (2, 800)]
    assert np.abs(clips[0].data - clips[1].data).max() > 0
    before = [path.read_bytes() for path in sorted(wave.root.rglob("renders/**/*.wav"))]
    wave.run(*words, "--store", "other")
    assert [path.read_bytes() for path in sorted(wave.root.rglob("renders/**/*.wav"))] == before


def test_a_piece_hears_it_beside_the_first_family(wave: Space) -> None:
    wave.edit(FOAM, "early: { model: tiny, step: 0,", "early: { model: wave, step: 2,")
    ran = wave.render().ran()
    assert {"models/wave/run", "models/wave/2", "1-foam/takes/early/1"} <= ran
    assert not wave.render().ran()


def test_the_page_shows_how_noise_becomes_sound(wave: Space) -> None:
    wave.edit(FOAM, "early: { model: tiny, step: 0,", "early: { model: wave, step: 2,")
    assert "models/wave/stages/2" in wave.render().ran()
    page = (wave.root / "renders/tide/index.html").read_text()
    alts = re.findall(r'alt="(Spectrogram after .*? noise at \d+ %)"', page)
    ends = [f"Spectrogram after {n} of 3 steps from noise to sound, noise at" for n in range(4)]
    assert [alt.rpartition(" at ")[0] + " at" for alt in alts] == ends
    assert (alts[0][-6:], alts[-1][-4:]) == (" 100 %", " 0 %")
    wave.edit(FOAM, "early: { model: wave, step: 2,", "early: { model: wave, step: 0,")
    assert "models/wave/stages/0" in wave.render().ran()


@pytest.mark.slow
def test_the_page_is_the_same_however_many_jobs_make_it(wave: Space) -> None:
    wave.edit(FOAM, "early: { model: tiny, step: 0,", "early: { model: wave, step: 2,")
    wave.run("train", "wave")
    pages = []
    for jobs in ("1", "2"):
        shutil.copytree(wave.root / ".approx", wave.root / jobs)
        wave.start("render", TIDE, "--jobs", jobs, "--store", jobs, "--out", f"out-{jobs}")
        pages.append((wave.root / f"out-{jobs}/tide/index.html").read_bytes())
    assert b"From noise to sound" in pages[0]
    assert pages[0] == pages[1]


def test_a_control_of_another_family_is_refused_at_its_take(wave: Space) -> None:
    wave.edit(FOAM, "early: { model: tiny, step: 0,", "early: { model: wave, temperature: 0.5,")
    assert re.search(
        rf"^{FOAM}:5:25: takes\.early\.temperature: networks of family dance-diffusion do not "
        r"have this control; "
        r"models/wave\.yaml lists its controls under `sampling`$",
        wave.fails("render", TIDE),
        re.MULTILINE,
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("window: 512, batch", "window: 256, batch", r"training\.window: must be 512, the network"),
        (
            "  window: 512\n",
            "  window: 502\n",
            r"window: 502 samples; a depth of 3 needs a multiple",
        ),
        ("attention_levels: 1", "attention_levels: 3", r"attention_levels: 3; at most 2"),
    ],
)
def test_what_does_not_fit_is_reported_at_its_line(
    wave: Space, old: str, new: str, said: str
) -> None:
    wave.edit("models/wave.yaml", old, new)
    assert re.search(rf"models/wave\.yaml:\d+:\d+: .*{said}", wave.fails("train", "wave"))


AUDITION = ("take", "wave", "--length-s", "0.1")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--vary", "tones/low@0.1", "--noise-level", "0.3"), "varied-0.3"),
        (("--inpaint", "tones/low", "--missing", "0.02-0.04"), "inpainted"),
        (("--extend", "tones/low@0.1+0.05"), "extended"),
        (("--between", "tones/low", "tones/high@0.2"), "between"),
        (("--sampling", "sampler=ddim", "--sampling", "eta=0.5"), "sampler-ddim-eta-0.5"),
    ],
)
def test_takes_of_sound_are_auditioned(wave: Space, words: tuple[str, ...], name: str) -> None:
    paths = wave.run(*AUDITION, *words, "--count", "2").out.splitlines()[::2]
    assert paths == [f"renders/takes/wave/step-4-seed-0-{name}-{n}.wav" for n in (1, 2)]
    one, two = (wav.read(wave.root / path) for path in paths)
    assert (one.channels, one.length) == (2, 800)
    assert not np.array_equal(one.data, two.data)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--vary", "tones/lo"), "--vary tones/lo: there is no recording 'tones/lo'"),
        (("--vary", "tones/low@0.1+1"), "write CORPUS/NAME@START, such as accordion/runs@2"),
        (
            ("--extend", "low"),
            "--extend low: write CORPUS/NAME@START+LENGTH, such as accordion/runs@",
        ),
        (("--noise-level", "0.3"), "--noise-level is an option of --vary"),
        (("--inpaint", "tones/low"), "--inpaint needs --missing; give both"),
        (("--missing", "0-1"), "--inpaint needs --missing; give both"),
        (("--inpaint", "tones/low", "--missing", "a"), "--missing a: write FROM-TO in seconds"),
        (
            ("--inpaint", "tones/low", "--missing", "0.05-0.04"),
            "--missing: a range must end after it",
        ),
        (("--sampling", "steps"), "--sampling steps: write NAME=VALUE, such as steps=50"),
        (("--sampling", "steps=x"), "--sampling steps: needs a whole number, is 'x'"),
        (("--sampling", "step=3"), "do not have this control; did you mean 'steps'?"),
        (("--vary", "tones/low@0.79"), "the network needs at least 500 samples, 0.0625 s"),
        (("--vary", "tones/low", "--extend", "tones/low"), "a take has one of between, extend"),
        (("--temperature", "0.5"), "--temperature: networks of family dance-diffusion do not"),
    ],
)
def test_what_cannot_be_auditioned_is_reported(
    wave: Space, words: tuple[str, ...], said: str
) -> None:
    assert said in wave.fails(*AUDITION, *words, code=2)
