"""The page of a model: what it tells, well formed, escaped, and the same again."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.report.evaluation import MEASURES, shown
from approx_build.report.page import evaluation_page
from tests.report.evaluations import beginning, report
from tests.report.sample import HOSTILE
from tests.report.test_page import Reader


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> str:
    return evaluation_page(report(tmp_path_factory.mktemp("page")))


def test_the_page_shows_all_there_is(calm: str) -> None:
    text = " ".join(" ".join(Reader(calm).text).split())
    for words in (
        *(measure.title for measure in MEASURES),
        *("step 0", "step 2 000", "loss 3.250", "memorised", "nothing need come"),
        "the recording's 3.25 s: alike by 0.950, the same for 2.50 s",
        "longer than 1.50 s are called memorised",
        "2.0 h recorded, 1.5 h prepared, 15.0 h as training windows (10.0 times as much)",
        "Not learnt from: reeds/b (calm)",
    ):
        assert words in text


def test_every_sound_is_beside_the_page_and_no_link_leaves_it(calm: str, tmp_path: Path) -> None:
    made = report(tmp_path)
    links = [link for link in Reader(calm).links if not link.startswith(("#", "data:"))]
    assert len(links) == 2 + 6 + 2
    assert all(link.startswith("./") and (tmp_path / link).is_file() for link in links)
    assert evaluation_page(made) == evaluation_page(report(tmp_path))


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    read = Reader(evaluation_page(report(tmp_path, HOSTILE)))
    assert read.tags.count("script") == 1
    assert HOSTILE in read.text
    assert "49" not in "".join(read.text[:40])


def test_none_memorised_shows_the_closest_as_such(tmp_path: Path) -> None:
    text = " ".join(Reader(evaluation_page(report(tmp_path, memorised=False))).text)
    assert "the closest: not memorised" in text
    assert "nothing is memorised" in text


def test_a_training_that_begins_has_a_page(tmp_path: Path) -> None:
    text = " ".join(Reader(evaluation_page(beginning(tmp_path))).text)
    assert "still training" in text
    assert "Nothing measured yet" in text
    assert "no take sounds for as long as a passage" in text


def test_values_have_their_digits_and_a_true_minus() -> None:
    by_name = {measure.name: measure for measure in MEASURES}
    assert shown(by_name["rms_dbfs"], -18.64) == "−18.6"
    assert shown(by_name["silent"], 0.415) == "42"
    assert shown(by_name["flatness"], 0.0014) == "0.001"
