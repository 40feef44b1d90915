"""`take`: networks auditioned outside any score."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from tests.space import RATE, Space

TAKES = "renders/takes/tiny"


def drawn(space: Space, *words: str, name: str = "step-4-seed-0") -> Clip:
    """The clip that `take` draws."""
    space.run("take", "tiny", "--length-s", "0.2", *words)
    return wav.read(space.root / TAKES / f"{name}-1.wav")


def test_a_take_is_a_sound_and_its_picture(space: Space) -> None:
    outcome = space.run("take", "tiny", "--length-s", "0.2", "--count", "2", "--seed", "7")
    names = [f"{TAKES}/step-4-seed-7-{n}.{kind}" for n in (1, 2) for kind in ("wav", "png")]
    assert outcome.out.splitlines() == names
    one, two = (wav.read(space.root / name) for name in names[::2])
    assert (one.rate, one.channels, one.length) == (RATE, 1, 1600)
    assert not np.array_equal(one.data, two.data)
    assert (space.root / names[1]).read_bytes().startswith(b"\x89PNG")


def test_the_same_seed_draws_the_same_also_in_a_score(space: Space) -> None:
    space.edit("pieces/tide.yaml", "count: 3, length_s: 0.3", "count: 3, length_s: 0.2, seed: 7")
    space.render("--part", "spray")
    clip = drawn(space, "--seed", "7", "--count", "3", name="step-4-seed-7")
    from approx_build.store.store import Store

    store = Store(space.root / ".approx")
    latest = store.journal.latest()
    record = store.records.get(latest["piece/takes/cry/1"].key)
    assert record is not None
    same = wav.read(store.objects.path(record.digest))
    assert np.array_equal(clip.data, same.data)


def test_every_option_has_an_effect(space: Space) -> None:
    plain = drawn(space)
    others = [
        drawn(space, "--temperature", "0.1", name="step-4-seed-0-temperature-0.1"),
        drawn(space, "--top-k", "2", name="step-4-seed-0-top-k-2"),
        drawn(space, "--towards-silence", "50", name="step-4-seed-0-towards-silence-50"),
        drawn(space, "--prime", "tones/low@0.1+0.2", name="step-4-seed-0-primed"),
        drawn(space, "--seed", "1", name="step-4-seed-1"),
        drawn(space, "--step", "0", name="step-0-seed-0"),
    ]
    assert all(not np.array_equal(plain.data, other.data) for other in others)
    assert np.abs(others[2].data).mean() < np.abs(plain.data).mean() / 2


def test_takes_go_where_they_are_asked_to(space: Space) -> None:
    outcome = space.run("take", "tiny", "--length-s", "0.1", "--out", "listen")
    assert outcome.out.splitlines()[0] == "listen/step-4-seed-0-1.wav"
    assert (space.root / "listen/step-4-seed-0-1.wav").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--step", "3"], 2, "approx-build: --step 3: tiny has checkpoints at steps 0, 2, 4"),
        (
            ["--prime", "low"],
            2,
            "approx-build: --prime low: write CORPUS/NAME@START+LENGTH, such as",
        ),
        (["--prime", "tones/lo"], 2, "approx-build: --prime tones/lo: there is no recording"),
        (["--prime", "tones/low@0.7+0.5"], 1, "lasts 0.8 s; the range goes from 0.7 s to 1.2 s"),
        (["--towards-silence", "-1"], 2, "Invalid value for '--towards-silence'"),
        (["--temperature", "11"], 2, "--temperature: must be at most 10 (is 11)"),
        (["--count", "0"], 2, "Invalid value for '--count'"),
        (["--length-s", "0"], 2, "Invalid value for '--length-s'"),
    ],
)
def test_what_cannot_be_drawn_is_reported(
    space: Space, words: list[str], code: int, said: str
) -> None:
    assert said in space.fails("take", "tiny", *words, code=code)
