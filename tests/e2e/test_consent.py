"""Nothing is rendered, trained or drawn without a consent that allows it."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from approx_build.errors import ConsentError
from approx_build.project import render, settings
from approx_build.project.project import Project
from tests.space import Space

TIDE, CONSENT = "pieces/tide.yaml", "models/corpora/tones/consent.yaml"
ALL = (
    f"asked for at {TIDE}:7:3; this stops model tiny; takes tide/1-foam/early, tide/cry; "
    "movements tide/1-foam, tide/2-sand"
)

REFUSED = [
    ("", "", "1:1: missing; without it corpus 'tones' cannot be used"),
    (
        "valid_until: null",
        "valid_until: 2021-01-31",
        "8:14: consent ended on 2021-01-31; ask the test to renew it",
    ),
    (
        "valid_until: null",
        "valid_until: null\nwithdrawn_on: 2021-02-01",
        "9:15: consent was withdrawn on 2021-02-01",
    ),
    ("models: null", "models: []", "7:18: not agreed for model 'tiny'; agreed for: no model"),
    ("models: null", "models: [huge]", "7:18: not agreed for model 'tiny'; agreed for: huge"),
    (
        "contact: the test",
        "contact: the test\nwithdrawn: { lo: 2020-02-01 }",
        "10:14: there is no recording 'lo'; did you mean 'low'?; "
        "if its file was deleted, name it under 'removed' too",
    ),
]


def spoil(space: Space, old: str, new: str) -> None:
    if old:
        space.edit(CONSENT, old, new)
    else:
        (space.root / CONSENT).unlink()


@pytest.mark.parametrize(("old", "new", "said"), REFUSED)
def test_nothing_is_made_without_consent(built: Space, old: str, new: str, said: str) -> None:
    """Even what was rendered before, when consent was there; every command says the same."""
    spoil(built, old, new)
    refusal = f"{CONSENT}:{said}; {ALL}"
    for command in ("render", "check", "plan", "verify"):
        assert built.fails(command, TIDE).splitlines()[0] == refusal
    assert built.fails("why", TIDE, "1-foam/mix").splitlines()[0] == refusal
    for command in ("train", "take", "evaluate"):
        assert built.fails(command, "tiny").splitlines()[0] == refusal
    assert built.fails("train", "tiny", "--plan").splitlines()[0] == refusal
    assert built.fails("corpus", "prepare", "tones").splitlines()[0] == refusal


def test_a_consent_that_has_not_begun_is_none(space: Space) -> None:
    space.edit(CONSENT, "2020-01-02", "9020-01-02")
    assert space.check().startswith(f"{CONSENT}:5:12: consent begins on 9020-01-02; today is")


def test_a_consent_for_other_pieces_does_not_do_for_this_one(space: Space) -> None:
    space.edit(CONSENT, "pieces: null", "pieces: [ebb, flow]")
    said = f"{CONSENT}:7:32: not agreed for piece 'tide'; agreed for: ebb, flow; {ALL}"
    assert space.check().splitlines()[0] == said
    # Training is not for a piece.
    assert "shipped with the model" in space.run("train", "tiny").out


def test_a_recording_used_only_as_a_source_also_needs_consent(space: Space) -> None:
    space.write("models/corpora/bells/consent.yaml", "")
    (space.root / "models/corpora/bells/consent.yaml").unlink()
    low = (space.root / "models/corpora/tones/low.wav").read_bytes()
    (space.root / "models/corpora/bells/big.wav").write_bytes(low)
    space.edit("pieces/tide/1-foam.yaml", "from: tones/low", "from: bells/b*")
    assert space.check() == (
        "models/corpora/bells/consent.yaml:1:1: missing; without it corpus 'bells' cannot be used; "
        "asked for at pieces/tide/1-foam.yaml:15:34; this stops movement tide/1-foam"
    )


def test_a_notice_that_should_travel_with_the_sound_is_missed(space: Space) -> None:
    source = "sources:\n  - { name: Sines, made_by: A test, licence: CC0-1.0, notice: SINES.txt }\n"
    space.edit(CONSENT, "agreed: everything\n", f"agreed: everything\n{source}")
    assert space.check().splitlines()[0] == (
        f"{CONSENT}:6:63: SINES.txt: missing; it must travel with the sound; {ALL}"
    )


def test_a_faulty_record_is_reported_with_its_lines(space: Space) -> None:
    space.edit(CONSENT, "agreed: everything", 'agreed: ""')
    assert space.check().splitlines() == [
        f"{CONSENT}:4:9: agreed: must not be empty; {ALL}",
        'agreed: ""',
        "        ^",
    ]


def test_programs_are_reported_the_place(space: Space) -> None:
    (space.root / CONSENT).unlink()
    told = json.loads(space.run("check", TIDE, "--json", code=1).out)
    message = f"missing; without it corpus 'tones' cannot be used; {ALL}"
    assert told == {"faults": [{"path": CONSENT, "line": 1, "column": 1, "message": message}]}


def test_nothing_is_delivered_when_consent_is_withdrawn_while_a_render_runs(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = render.build_targets

    def withdrawn_meanwhile(*given: Any, **named: Any) -> Any:
        built = real(*given, **named)
        space.edit(CONSENT, "contact: the test", "contact: the test\nwithdrawn_on: 2021-02-01")
        return built

    monkeypatch.setattr(render, "build_targets", withdrawn_meanwhile)
    said = f"{CONSENT}:10:15: consent was withdrawn on 2021-02-01; {ALL}"
    assert space.fails("render", TIDE).splitlines()[0] == said
    assert not list((space.root / "renders").rglob("*.wav"))
    assert not (space.root / "pieces/tide.lock").exists()


def test_another_edit_of_a_consent_while_a_render_runs_stops_nothing(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = render.build_targets

    def edited_meanwhile(*given: Any, **named: Any) -> Any:
        built = real(*given, **named)
        space.edit(CONSENT, "agreed: everything", "agreed: all of it")
        return built

    monkeypatch.setattr(render, "build_targets", edited_meanwhile)
    space.render()
    assert (space.root / "renders/tide/1-foam.wav").exists()


def test_a_scope_that_names_no_model_or_piece_is_reported_and_stops_nothing(space: Space) -> None:
    space.edit(CONSENT, "models: null", "models: [tiny, tinny]")
    said = "there is no model 'tinny' here; did you mean 'tiny'?"
    assert f"{CONSENT}:7:25: scope.models[1]: {said}" in space.run("check", TIDE).out
    assert said in space.run("corpus", "list", "tones").out


@pytest.mark.parametrize(
    ("today", "code"), [("2026-05-01", 1), ("2026-05-02", 0), ("2026-05-04", 0), ("2026-05-05", 1)]
)
def test_a_consent_counts_from_its_first_day_to_its_last_inclusive(
    space: Space, today: str, code: int
) -> None:
    space.edit(CONSENT, "agreed_on: 2020-01-02", "agreed_on: 2026-05-02")
    space.edit(CONSENT, "valid_until: null", "valid_until: 2026-05-04")
    on_that_day = settings.Settings(today=date.fromisoformat(today))
    with pytest.raises(ConsentError) if code else nullcontext():
        Project(space.root, on_that_day).check("tide")


@pytest.mark.parametrize("zone", ["Etc/GMT-14", "Etc/GMT+12"])
def test_every_clock_of_the_program_has_the_day_of_its_place(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a render, a training and the fast path take for today, 26 hours apart."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        days = {
            settings.today().isoformat(),
            settings.now().astimezone().date().isoformat(),
            time.strftime("%Y-%m-%d"),
        }
        offset = timedelta(hours=14 if "-" in zone else -12)
        expected = (datetime.now(UTC) + offset).date().isoformat()
    finally:
        monkeypatch.undo()
        time.tzset()
    assert days == {expected}
