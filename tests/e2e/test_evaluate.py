"""`evaluate`: the page by which a composer decides when a network is done."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path

import numpy as np
import pytest

from approx_build.audio import wav
from tests.e2e.test_train import wait_for_state
from tests.space import RATE, Space, tone

FOLDER = "renders/models/tiny"
WORDS = ("evaluate", "tiny", "--takes", "2", "--length-s", "0.4")


@pytest.fixture(scope="module")
def evaluated(shipped: Space, tmp_path_factory: pytest.TempPathFactory) -> Space:
    space = shipped.copy(tmp_path_factory.mktemp("evaluated") / "project")
    space.run(*WORDS)
    return space


def test_the_page_is_beside_its_sounds(evaluated: Space) -> None:
    folder = evaluated.root / FOLDER
    page = (folder / "index.html").read_text()
    named = set(re.findall(r'src="\./([^"]+)"', page))
    assert {f"takes/step-{step:06}-{n}.wav" for step in (0, 2, 4) for n in (1, 2)} <= named
    assert {"corpus/1.wav", "corpus/2.wav"} <= named
    assert {str(path.relative_to(folder)) for path in folder.rglob("*.wav")} == named
    assert wav.info(folder / "takes/step-000002-1.wav").length == 3200
    assert "the recording's" in page


def test_what_it_says_is_what_a_program_is_reported(evaluated: Space) -> None:
    outcome = evaluated.run(*WORDS)
    assert outcome.out.splitlines()[-1] == f"{FOLDER}/index.html"
    table, said = outcome.out.split("\n\n")
    assert [line.split()[0] for line in table.splitlines()[-4:]] == ["corpus", "0", "2", "4"]
    assert max(map(len, table.splitlines())) <= 100
    assert "measures" in said
    told = json.loads(evaluated.run(*WORDS, "--json").out)
    assert [row["step"] for row in told["checkpoints"]] == [0, 2, 4]
    assert all(row["measures"].keys() == told["units"].keys() for row in told["checkpoints"])
    assert all(row["memorised"] == 0 and row["loss"] for row in told["checkpoints"])
    assert (told["loss_unit"], told["is_training"], told["unused"]) == (
        "nats per sample",
        False,
        {},
    )
    assert told["hours"]["recorded_s"] == pytest.approx(1.6)
    assert told["corpus"]["measures"]["harmonicity"] > 0.9
    # Sines are alike wherever they are cut: the baseline knows.
    assert told["threshold_s"] > 0
    assert told["closest"][0]["take"].startswith("takes/step-")


def test_nothing_is_drawn_or_measured_twice(evaluated: Space, tmp_path: Path) -> None:
    space = evaluated.copy(tmp_path / "again")
    records = space.root / ".approx" / "records"
    before, page = set(records.rglob("*")), (space.root / FOLDER / "index.html").read_bytes()
    space.run(*WORDS)
    assert set(records.rglob("*")) == before
    assert (space.root / FOLDER / "index.html").read_bytes() == page
    space.run("evaluate", "tiny", "--takes", "1", "--length-s", "0.4", "--out", "elsewhere")
    assert (space.root / "elsewhere" / "index.html").is_file()


def test_a_network_that_repeats_its_corpus_is_called_clever(space: Space) -> None:
    """A baseline that knows of no repetition, and a take that is a recording: by its figures."""
    from approx_build.corpus.windows import Part, split
    from approx_build.evaluation.comparison import Corpus
    from approx_build.evaluation.memorisation import Baseline
    from tests.evaluation.test_memorisation import RATE, melody

    corpus = Corpus(split([Part("reeds/0", melody(0)[None])], RATE, RATE, 1.0), RATE)
    found = corpus.evaluate([melody(0)[None, : 3 * RATE]], Baseline((), (), 1.5))
    assert found["nearest"][0]["is_memorised"]


def test_what_it_is_beside_is_the_prepared_sound(space: Space) -> None:
    """A second of silence before the tone is not heard, so no stretch is cut from it."""
    late = np.concatenate([np.zeros(RATE), tone(200, 0.8)])
    space.sound("models/corpora/tones/low.wav", late)
    space.sound("models/corpora/tones/still.wav", np.zeros(RATE))
    told = json.loads(space.run(*WORDS, "--json").out)
    assert told["hours"]["recorded_s"] == pytest.approx(3.6)
    assert told["hours"]["prepared_s"] == pytest.approx(1.7, abs=0.02)
    assert told["unused"] == {"tones/still": "silent: no frame's RMS passes -60 dBFS"}
    page = (space.root / FOLDER / "index.html").read_text()
    assert "3.6 s recorded, 1.7 s prepared" in page
    assert "Not learnt from: tones/still (silent" in page
    for path in sorted((space.root / FOLDER / "corpus").iterdir()):
        assert np.abs(wav.read(path).data).max() > 0.3


def test_a_training_that_continues_has_a_page_so_far(space: Space) -> None:
    space.edit("models/tiny.yaml", "steps: 4", "steps: 100000")
    assert "`approx-build train tiny` starts it" in space.fails(*WORDS, "--so-far")
    assert not (space.root / FOLDER).exists()
    process = space.process("train", "tiny")
    wait_for_state(space)
    outcome = space.run(*WORDS, "--so-far")
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert outcome.out.startswith("tiny is still training\n")
    assert outcome.out.splitlines()[-1] == f"{FOLDER}/index.html"
    assert "drawing the takes of step 0" in outcome.err
    told = json.loads(space.run(*WORDS, "--so-far", "--json").out)
    assert told["is_training"]
    assert [row["step"] for row in told["checkpoints"]] == [0, 2]
    page = (space.root / FOLDER / "index.html").read_text()
    assert "still training" in page
    assert "drawing" not in space.run(*WORDS, "--so-far").err


def test_so_far_of_a_finished_training_is_its_page(evaluated: Space, tmp_path: Path) -> None:
    space = evaluated.copy(tmp_path / "again")
    page = (space.root / FOLDER / "index.html").read_bytes()
    space.run(*WORDS, "--so-far", "--out", "elsewhere")
    assert (space.root / "elsewhere" / "index.html").read_bytes() == page


def test_without_consent_nothing_is_used(space: Space) -> None:
    space.edit("models/corpora/tones/consent.yaml", "valid_until: null", "valid_until: 2020-02-01")
    assert "2020-02-01" in space.fails(*WORDS)
    assert not (space.root / FOLDER).exists()


def test_a_model_that_is_not_there_is_named(space: Space) -> None:
    assert "did you mean 'tiny'?" in space.fails("evaluate", "teeny", code=2)
