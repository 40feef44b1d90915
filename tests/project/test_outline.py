"""The outline of a plan names what changed as the score does, and nothing that did not."""

from __future__ import annotations

import pytest

from approx_build.store.store import Store
from tests.space import Space, tone

TIDE, FOAM, SAND = "pieces/tide.yaml", "pieces/tide/1-foam.yaml", "pieces/tide/2-sand.yaml"
MODEL = "models/tiny.yaml"
REPORT = "the report"
SCATTER = "id: last, scatter: { from: tones/high, length_s: 0.3 }"


def outlined(space: Space, *words: str) -> list[str]:
    """The lines of a plan before those on the report."""
    lines = space.run("plan", TIDE, *words).out.splitlines()
    return lines[: lines.index(REPORT)] if REPORT in lines else lines[:-1]


def test_a_new_piece_has_a_line_for_each_part(space: Space) -> None:
    assert outlined(space) == [
        "the piece",
        f"  take cry: new, 3 clips to generate ({TIDE}:7)",
        "movement 1, foam",
        f"  take early: new, 2 clips to generate ({FOAM}:5)",
        f"  part spray: new, 2 events ({FOAM}:7)",
        f"  part shore: new, 1 event ({FOAM}:12)",
        "movement 2, sand",
        f"  part grain: new, 2 events ({SAND}:5)",
    ]


def test_what_is_done_has_no_outline(built: Space) -> None:
    assert outlined(built) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        pytest.param(
            SAND,
            "id: last, scatter: { from: tones/high, length_s: 0.3 }",
            "id: last, scatter: { from: tones/high, length_s: 0.4 }",
            [
                "movement 2, sand",
                f"  part grain, event last at 0:00.600 (scatter): length_s 0.3 → 0.4 ({SAND}:8)",
                "  rebuilt: stem grain, mix, master",
            ],
            id="a parameter of an operation",
        ),
        pytest.param(
            SAND,
            SCATTER,
            f"{SCATTER}, seed: 12",
            [
                "movement 2, sand",
                f"  part grain, event last at 0:00.600 (scatter): another seed ({SAND}:8)",
                "  rebuilt: stem grain, mix, master",
            ],
            id="a seed",
        ),
        pytest.param(
            SAND,
            "at: 0.6, id: last",
            "at: 0.5, id: last",
            [
                "movement 2, sand",
                "  part grain, event last at 0:00.500 (scatter): "
                f"onset 0:00.600 → 0:00.500 ({SAND}:8)",
                "  rebuilt: stem grain, mix, master",
            ],
            id="a moved event",
        ),
        pytest.param(
            SAND,
            "gain_db: -9 }",
            "gain_db: [[0, -9], [0.2, -20]], fade_out_s: 0.1 }",
            [
                "movement 2, sand",
                "  part grain, event last at 0:00.600 (scatter): "
                f"fade_out 0:00.000 → 0:00.100, gain_db changed ({SAND}:8)",
                "  rebuilt: stem grain, mix, master",
            ],
            id="a curve and a fade",
        ),
        pytest.param(
            FOAM,
            "    gain_db: -6\n",
            "    gain_db: -7\n",
            [
                "movement 1, foam",
                f"  part shore: gain_db −6 → −7 ({FOAM}:12)",
                "  rebuilt: stem shore, mix, master",
            ],
            id="the level of a part",
        ),
        pytest.param(
            FOAM,
            "early: { model: tiny, step: 0, count: 2",
            "early: { model: tiny, step: 0, count: 2, temperature: 0.8",
            [
                "movement 1, foam",
                f"  take early: sampling.temperature 1 → 0.8; 2 clips to generate again ({FOAM}:5)",
                "  rebuilt: stem spray, mix, master",
            ],
            id="a control of a take",
        ),
        pytest.param(
            FOAM,
            "{ at: 0.9, hold: { from: cry, clip: 2, rate_hz: 6,",
            "{ at: 0.9, hold: { from: cry, clip: 2, rate_hz: 7,",
            [
                "movement 1, foam",
                f"  part spray, event at 0:00.900 (hold): new or changed ({FOAM}:11)",
                "  part spray: 1 event of the last build is gone",
                "  rebuilt: stem spray, mix, master",
            ],
            id="an event without an id",
        ),
        pytest.param(
            TIDE,
            "output: { rate: 8000 }",
            "output: { rate: 8000, true_peak_dbtp: -2 }",
            [
                "movement 1, foam",
                "  rebuilt: master",
                "movement 2, sand",
                "  rebuilt: master",
            ],
            id="the output of the piece",
        ),
    ],
)
def test_a_change_is_named_where_it_is_written(
    built: Space, path: str, old: str, new: str, expected: list[str]
) -> None:
    built.edit(path, old, new)
    assert outlined(built) == expected


def test_an_untrained_model_and_a_changed_recording_have_headings(built: Space) -> None:
    built.edit(MODEL, "steps: 4", "steps: 5")
    built.sound("models/corpora/tones/high.wav", tone(510, 0.8))
    lines = outlined(built)
    assert lines[0] == "the models"
    assert lines[1].startswith("  model tiny: trains (checkpoints[2] 4 → 5, ")
    assert lines[2:4] == [
        "the recordings",
        "  models/corpora/tones/high.wav: its contents changed",
    ]


def test_a_plan_of_one_movement_leaves_out_the_others(space: Space) -> None:
    assert [line for line in outlined(space, "-m", "2") if not line.startswith(" ")] == [
        "the piece",
        "movement 2, sand",
    ]


def test_a_result_that_was_removed_is_made_again(built: Space) -> None:
    objects = Store(built.root / ".approx").objects
    objects.path(built.digests()["2-sand/stems/grain"]).unlink()
    assert outlined(built)[:2] == [
        "movement 2, sand",
        f"  part grain: its result is no longer in the store ({SAND}:5)",
    ]
