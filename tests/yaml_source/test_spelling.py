from __future__ import annotations

from approx_build.yaml_source.spelling import choices, suggestion


def test_a_misspelt_name_is_recognised() -> None:
    assert suggestion("hald", ["hold", "salad"]) == "; did you mean 'hold'?"
    assert suggestion("Length", ["length_s", "start_s"]) == "; did you mean 'length_s'?"
    assert suggestion("zebra", ["hold", "salad"]) == ""


def test_when_nothing_is_close_the_names_are_listed() -> None:
    assert choices("zebra", ["hold", "salad"]) == "; there are: hold, salad"
    assert choices("zebra", []) == ""
    assert choices("zebra", [f"n{i}" for i in range(20)]).endswith("n11, …")
