"""Takes made of sound, in a score: varied, inpainted, extended, between; the same bits however."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.store.store import Store
from tests.space import WAVE, Space, project

TIDE = "pieces/tide.yaml"
LOW = "recording: tones/low, start_s: 0.1"
TAKES = f"""\
  wash: {{ model: wave, count: 2, length_s: 0.1 }}
  ghost: {{ model: wave, count: 2, length_s: 0.15, vary: {{ {LOW}, noise_level: 0.2 }} }}
  mended: {{ model: wave, length_s: 0.1, inpaint: {{ {LOW}, missing_s: [[0.02, 0.05]] }},
            sampling: {{ resampling_times: 2 }} }}
  longer: {{ model: wave, length_s: 0.2, extend: {{ take: cry, clip: 2, length_s: 0.08 }} }}
  bridge: {{ model: wave, count: 3, length_s: 0.07,
            between: {{ first: {{ take: ghost, clip: 2 }}, second: {{ {LOW} }} }} }}
  echo: {{ model: tiny, length_s: 0.1, prime: {{ take: longer, start_s: 0.1 }} }}
"""
EVENT = "{ at: 0.6, id: last,"
HEARD = (
    "{ at: 0, salad: { from: [wash, ghost, mended, longer, bridge, echo], length_s: 0.5, "
    "max_grain_s: 0.1 }, gain_db: -30 }"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Space:
    """A project whose piece has takes of every kind, rendered, its networks shipped."""
    space = project(tmp_path_factory.mktemp("made") / "project")
    space.write("models/wave.yaml", WAVE)
    space.edit(TIDE, "movements:", f"{TAKES}movements:")
    space.edit("pieces/tide/2-sand.yaml", f"      - {EVENT}", f"      - {HEARD}\n      - {EVENT}")
    space.run("train", "wave", "--ship")
    space.run("train", "tiny", "--ship")
    space.render("--jobs", "2")
    return space


@pytest.fixture
def space(made: Space, tmp_path: Path) -> Space:
    """A copy of it to change, with nothing built."""
    home = tmp_path / "project"
    shutil.copytree(made.root, home, ignore=shutil.ignore_patterns(".approx", "renders"))
    return Space(home)


def clip(space: Space, take: str, number: int = 1) -> Clip:
    """A clip of a take of the piece, as it was drawn last."""
    store = Store(space.root / ".approx")
    record = store.records.get(store.journal.latest()[f"piece/takes/{take}/{number}"].key)
    assert record is not None
    return wav.read(store.objects.path(record.digest))


def low(space: Space) -> Clip:
    """What the takes are made of, in stereo as the network hears it."""
    whole = wav.read(space.root / "models/corpora/tones/low.wav")
    return whole.like(np.repeat(whole.data[:, 800:], 2, axis=0))


def test_a_variation_is_the_sound_and_is_not(made: Space) -> None:
    sound, first, second = low(made).data[:, :1200], clip(made, "ghost"), clip(made, "ghost", 2)
    assert first.data.shape == (2, 1200)
    for one in (first.data, second.data):
        assert 0.3 < np.corrcoef(one.reshape(-1), sound.reshape(-1))[0, 1] < 0.999
    assert not np.array_equal(first.data, second.data)


def test_an_inpainting_keeps_every_sample_that_is_not_missing(made: Space) -> None:
    sound, found = low(made).data[:, :800], clip(made, "mended").data
    is_kept = np.ones(800, bool)
    is_kept[160:400] = False
    np.testing.assert_array_equal(found[:, is_kept], sound[:, is_kept])
    assert (found[:, ~is_kept] != sound[:, ~is_kept]).mean() > 0.9


def test_an_extension_of_another_network_s_take_begins_with_it(made: Space) -> None:
    cry, found = clip(made, "cry", 2).data[:, :640], clip(made, "longer").data
    assert found.shape == (2, 1600)
    np.testing.assert_array_equal(found[:, :640], np.repeat(cry, 2, axis=0))
    assert np.abs(found[:, 640:]).max() > 0.001


def test_in_betweens_are_in_order(made: Space) -> None:
    """Each is nearer to the first sound than the next one is."""
    first = clip(made, "ghost", 2).data[:, :560]
    away = [float(((clip(made, "bridge", n).data - first) ** 2).sum()) for n in (1, 2, 3)]
    assert away == sorted(away)


def test_the_report_shows_what_a_network_was_trained_on(made: Space) -> None:
    page = (made.root / "renders/tide/index.html").read_text(encoding="utf-8")
    for word in ("varied", "inpainted", "continued", "interpolated"):
        assert word in page


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (("--jobs", "1"), {}),
        (("--jobs", "2", "--capped"), {}),
        pytest.param(("--jobs", "8"), {}, marks=pytest.mark.slow),
        pytest.param(("--jobs", "2"), {"APPROX_KERNEL": "reference"}, marks=pytest.mark.slow),
    ],
    ids=["one job", "the plainest instructions", "eight jobs", "the NumPy reference"],
)
def test_all_of_it_comes_out_the_same(
    space: Space, words: tuple[str, ...], environment: dict[str, str]
) -> None:
    out = space.run("verify", TIDE, *words, **environment).out
    assert out.strip().endswith("movements match pieces/tide.lock")


@pytest.mark.slow
def test_a_render_that_was_killed_continues_to_the_same(made: Space, space: Space) -> None:
    process = space.process("render", TIDE, "--jobs", "2", APPROX_KERNEL="reference")
    records = space.root / ".approx/records"
    while len(list(records.glob("*/*"))) < 8:
        assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()
    space.render("--jobs", "1", "--locked")
    assert space.digests() == made.digests()


def test_a_clip_more_draws_that_one_alone(space: Space) -> None:
    space.render()
    space.edit(TIDE, "ghost: { model: wave, count: 2,", "ghost: { model: wave, count: 3,")
    drawn = {target for target in space.render().ran() if target.startswith("piece/takes/")}
    assert drawn == {"piece/takes/ghost/3"}


def test_what_a_take_is_made_of_is_drawn_first_and_again_when_it_changes(space: Space) -> None:
    space.render()
    space.edit(TIDE, "cry: { model: tiny, count: 3,", "cry: { model: tiny, seed: 9, count: 3,")
    drawn = {target for target in space.render().ran() if target.startswith("piece/takes/")}
    expected = {f"piece/takes/cry/{number}" for number in (1, 2, 3)}
    assert drawn == expected | {"piece/takes/longer/1", "piece/takes/echo/1"}


def test_rendering_them_imports_no_torch(space: Space) -> None:
    code = (
        "import sys\nfrom tests.space import Space\nfrom pathlib import Path\n"
        f"Space(Path({str(space.root)!r})).render()\n"
        "print([name for name in ('torch', 'torchaudio') if name in sys.modules])"
    )
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-c", code],
        env=space.environ(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_withdrawn_sound_stops_what_is_made_of_it(space: Space) -> None:
    consent = "models/corpora/tones/consent.yaml"
    space.edit(consent, "valid_until: null", "valid_until: null\nwithdrawn: { low: 2020-02-02 }")
    said = space.fails("render", TIDE)
    assert "ghost" in said
    assert "mended" in said
    assert "was withdrawn on 2020-02-02" in said
