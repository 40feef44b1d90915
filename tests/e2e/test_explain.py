"""`plan`, `why`, `check`: what would be built and why, for people and for programs."""

from __future__ import annotations

import json

from approx_build.execution.take_batches import BASELINE
from tests.space import Space

FOAM, TIDE = "pieces/tide/1-foam.yaml", "pieces/tide.yaml"


def test_a_plan_of_a_new_piece_builds_nothing(space: Space) -> None:
    outcome = space.run("plan", TIDE, "--actions")
    assert (
        "  train       models/tiny/run: its checkpoints are shipped with the model" in outcome.out
    )
    assert "piece/whole: rebuilt if its input changes" in outcome.out
    last = outcome.out.splitlines()[-1]
    # Nothing was run yet, but what takes will need is reckoned.
    said = "47 of 47 actions to build, 46 not yet timed, up to "
    assert last.startswith(said)
    assert 54 <= int(last.removeprefix(said).removesuffix(" MB a job")) < 60
    assert not (space.root / "renders").exists()
    assert not (space.root / ".approx/objects").exists()


def test_a_plan_of_actions_says_what_changed_and_how_long_it_takes(built: Space) -> None:
    built.edit(FOAM, "    gain_db: -6\n", "    gain_db: -7\n")
    lines = built.run("plan", TIDE, "--jobs", "1", "--actions").out.splitlines()
    assert lines[0].startswith("     built ")
    assert lines[0].endswith(" s  stem        1-foam/stems/shore: params.gain_db: -6.0 -> -7.0")
    assert lines[-1].startswith("9 of 47 actions to build, about ")
    assert lines[-1].endswith(" MB a job")


def test_a_plan_of_what_is_done_reports_it(built: Space) -> None:
    assert built.run("plan", TIDE).out == "nothing to do: all 47 actions are up to date\n"
    assert "reused" in built.run("plan", TIDE, "--all").out
    assert built.run("plan", TIDE, "-m", "2").out.startswith("nothing to do: all ")


def test_a_plan_for_programs(built: Space) -> None:
    built.edit(FOAM, "    gain_db: -6\n", "    gain_db: -7\n")
    rows = json.loads(built.run("plan", TIDE, "--json").out)
    assert rows[0]["target"] == "1-foam/stems/shore"
    assert (rows[0]["kind"], rows[0]["fate"]) == ("stem", "built")
    assert rows[0]["why"] == "params.gain_db: -6.0 -> -7.0"
    assert rows[0]["seconds"] >= 0
    every = json.loads(built.run("plan", TIDE, "--json", "--all").out)
    assert len(every) == 47
    assert {row["fate"] for row in every} == {"reused", "built", "perhaps"}


def test_a_plan_reckons_the_memory_of_takes(space: Space) -> None:
    rows = json.loads(space.run("plan", TIDE, "--json").out)
    needs = [row["peak_bytes"] for row in rows if row["kind"] == "take"]
    assert len(needs) == 8
    assert all(BASELINE < need < BASELINE + (4 << 20) for need in needs)


def test_why_says_which_fields_differ(built: Space) -> None:
    built.edit(FOAM, "    gain_db: -6\n", "    gain_db: -7\n")
    lines = built.run("why", TIDE, "stems/shore").out.splitlines()
    assert lines[:3] == [
        "1-foam/stems/shore (stem): built: params.gain_db: -6.0 -> -7.0",
        f"  requested at {FOAM}:12:3",
        "  params.gain_db: -6.0 -> -7.0",
    ]
    assert lines[3].startswith("  reads 1-foam/events/shore/")
    assert lines[3].endswith(": reused")


def test_why_reports_what_is_up_to_date(built: Space) -> None:
    assert built.run("why", TIDE, "1-foam/mix").out.startswith("1-foam/mix (mix): reused: up to")


def test_why_for_programs(built: Space) -> None:
    built.edit(FOAM, "    gain_db: -6\n", "    gain_db: -7\n")
    found = json.loads(built.run("why", TIDE, "shore", "--json").out)
    assert found == {
        "target": "1-foam/stems/shore",
        "fate": "built",
        "changes": [{"field": "params.gain_db", "old": -6.0, "new": -7.0}],
    }


def test_why_asks_when_a_name_is_not_enough(built: Space) -> None:
    assert built.fails("why", TIDE, "mix", code=2) == (
        "approx-build: 'mix' is ambiguous: 1-foam/mix, 2-sand/mix; write the whole target"
    )
    assert built.fails("why", TIDE, "stems/shor", code=2).startswith(
        "approx-build: there is no target 'stems/shor'; did you mean 1-foam/stems/shore"
    )


def test_a_check_counts_what_it_looked_at(space: Space) -> None:
    outcome = space.run("check", TIDE)
    assert outcome.out == f"{TIDE}: no faults in 2 movements, 5 events, 47 actions\n"


def test_a_check_for_programs_gives_every_place(space: Space) -> None:
    space.edit(FOAM, "from: tones/low", "from: tones/lo")
    space.edit(TIDE, "model: tiny", "model: tine")
    faults = json.loads(space.run("check", TIDE, "--json", code=1).out)["faults"]
    assert [(fault["path"], fault["line"], fault["column"]) for fault in faults] == [
        (TIDE, 7, 17),
        (FOAM, 15, 34),
    ]
    assert faults[0]["message"] == "takes.cry.model: unknown model 'tine'; did you mean 'tiny'?"


def test_a_check_says_remarks(space: Space) -> None:
    space.edit(TIDE, "takes:\n", "takes:\n  spare: { model: tiny, length_s: 1 }\n")
    assert space.run("check", TIDE).out.splitlines()[:3] == [
        f"{TIDE}:7:3: takes.spare: no event uses this take",
        "  spare: { model: tiny, length_s: 1 }",
        "  ^",
    ]
