from __future__ import annotations

from pathlib import Path

from approx_build.score.recovery import recover
from approx_build.score.schema import Movement
from approx_build.yaml_source import read_source


def test_what_is_wrong_is_left_out_and_the_rest_keeps_its_places(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "movement: a\nlength: 10\ncolour: red\ncues:\n- {at: x y, text: y}\n- {at: 1, text: y}\n"
    )
    saved = recover(Movement, read_source(path, "a"))
    assert [fault.message.split(":")[0] for fault in saved.faults] == ["cues[0].at", "colour"]
    assert saved.model is not None
    assert len(saved.model.cues) == 1
    assert set(saved.dropped) == {("colour",), ("cues", 0)}
    fault = saved.source.fault(("cues", 0, "text"), "late")
    assert (fault.where.line, fault.message) == (6, "cues[1].text: late")


def test_without_a_needed_field_nothing_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("movement: a\nlength: x\n")
    saved = recover(Movement, read_source(path, "a"))
    assert saved.model is None
    assert len(saved.faults) == 1
