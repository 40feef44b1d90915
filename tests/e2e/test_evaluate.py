"""`evaluate`: the page by which a composer decides when a network is done."""

from __future__ import annotations

import json
import re

import pytest

from approx_build.audio import wav
from tests.space import Space

FOLDER = "renders/models/tiny"
WORDS = ("evaluate", "tiny", "--takes", "2", "--length-s", "0.4")


@pytest.fixture(scope="module")
def evaluated(shipped: Space, tmp_path_factory: pytest.TempPathFactory) -> Space:
    space = shipped.copy(tmp_path_factory.mktemp("evaluated") / "project")
    space.run(*WORDS)
    return space


def test_the_page_stands_beside_its_sounds(evaluated: Space) -> None:
    folder = evaluated.root / FOLDER
    page = (folder / "index.html").read_text()
    named = set(re.findall(r'src="\./([^"]+)"', page))
    assert {f"takes/step-{step:06}-{n}.wav" for step in (0, 2, 4) for n in (1, 2)} <= named
    assert {"corpus/1.wav", "corpus/2.wav"} <= named
    assert {str(path.relative_to(folder)) for path in folder.rglob("*.wav")} == named
    assert wav.info(folder / "takes/step-000002-1.wav").length == 3200
    assert "the recording's" in page


def test_what_it_says_is_what_a_program_is_told(evaluated: Space) -> None:
    outcome = evaluated.run(*WORDS)
    assert outcome.out.splitlines()[-1] == f"{FOLDER}/index.html"
    assert "measures" in outcome.out
    told = json.loads(evaluated.run(*WORDS, "--json").out)
    assert [row["step"] for row in told["checkpoints"]] == [0, 2, 4]
    assert told["corpus"]["measures"]["harmonicity"] > 0.9
    # Sines are alike wherever they are cut: the baseline knows.
    assert told["threshold_s"] > 0
    assert told["closest"][0]["take"].startswith("takes/step-")


def test_nothing_is_drawn_or_measured_twice(evaluated: Space, tmp_path) -> None:  # type: ignore[no-untyped-def]
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
    from approx_build.corpus.evaluation import Corpus
    from approx_build.corpus.memorisation import Baseline
    from approx_build.corpus.windows import Part, split
    from tests.corpus.test_memorisation import RATE, melody

    corpus = Corpus(split([Part("reeds/0", melody(0)[None])], RATE, RATE, 1.0), RATE)
    found = corpus.evaluate([melody(0)[None, : 3 * RATE]], Baseline((), (), 1.5))
    assert found["nearest"][0]["is_memorised"]


def test_without_consent_nothing_is_heard(space: Space) -> None:
    space.edit("models/corpora/tones/consent.yaml", "valid_until: null", "valid_until: 2020-02-01")
    assert "2020-02-01" in space.fails(*WORDS)
    assert not (space.root / FOLDER).exists()


def test_a_model_that_is_not_there_is_named(space: Space) -> None:
    assert "there are: tiny" in space.fails("evaluate", "teeny", code=2)
