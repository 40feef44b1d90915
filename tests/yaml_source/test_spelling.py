from __future__ import annotations

import pytest

from approx_build.yaml_source.spelling import choices, misspelt, suggestion


def test_a_misspelt_name_is_recognised() -> None:
    assert suggestion("hald", ["hold", "salad"]) == "; did you mean 'hold'?"
    assert suggestion("Length", ["length_s", "start_s"]) == "; did you mean 'length_s'?"
    assert suggestion("zebra", ["hold", "salad"]) == ""


def test_when_nothing_is_close_the_names_are_listed() -> None:
    assert choices("zebra", ["hold", "salad"]) == "; there are: hold, salad"
    assert choices("zebra", []) == ""
    assert choices("zebra", [f"n{i}" for i in range(20)]).endswith("n11, …")


@pytest.mark.parametrize(
    ("word", "known", "name"),
    [
        ("erly", ["early", "late"], "early"),
        ("eraly", ["early", "late"], "early"),
        ("earlyy", ["early", "late"], "early"),
        ("EARLY", ["early", "late"], "early"),
        ("“early”", ["early"], "early"),
        ("gain", ["gain_db", "pan"], "gain_db"),
        ("fade", ["fade_in", "fade_out"], ""),
        ("loud", ["sound"], ""),
        ("v2", ["v1"], ""),
        ("take2", ["take1"], ""),
        ("eary", ["early", "earl"], ""),
        ("", ["a"], ""),
    ],
)
def test_only_a_slip_of_one_letter_is_certain(word: str, known: list[str], name: str) -> None:
    assert misspelt(word, known) == name


def test_names_of_other_programs_are_known() -> None:
    assert suggestion("volume", ["gain_db", "pan"]) == "; did you mean 'gain_db'?"
    assert suggestion("volume", ["pan"]) == ""
