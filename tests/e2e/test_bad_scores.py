# ruff: noqa: E501 (a table with one case to a line)
"""Scores that cannot be: what `check` says of them, to the letter and to the column."""

from __future__ import annotations

import pytest

from tests.effort import cpu_s
from tests.space import FOAM as FOAM_TEXT
from tests.space import Space

FOAM, SAND, TIDE = "pieces/tide/1-foam.yaml", "pieces/tide/2-sand.yaml", "pieces/tide.yaml"
MODEL = "models/tiny.yaml"
HOLD = "parts.spray.events[1].hold"

EDITS = [
    # Names that nothing has.
    (FOAM, "from: cry, clip", "from: cri, clip", f"{FOAM}:11:34: {HOLD}.from: unknown take 'cri'; did you mean 'cry'?"),
    (TIDE, "model: tiny", "model: tinny", f"{TIDE}:7:17: takes.cry.model: unknown model 'tinny'; did you mean 'tiny'?"),
    (FOAM, "tones/low", "tones/lo", f"{FOAM}:15:34: parts.shore.events[0].play.from: corpus 'tones' has no recording 'lo'; did you mean 'low'?"),
    (FOAM, "tones/low", "tunes/low", f"{FOAM}:15:34: parts.shore.events[0].play.from: unknown corpus 'tunes'; did you mean 'tones'?"),
    (FOAM, "tones/low", "tones/x*", f"{FOAM}:15:34: parts.shore.events[0].play.from: no recording matches 'tones/x*'"),
    (FOAM, "from: tones/low", "from: { part: shor }", f"{FOAM}:15:42: parts.shore.events[0].play.from.part: unknown part 'shor'; did you mean 'shore'?"),
    (FOAM, "hold:", "hald:", f"{FOAM}:11:20: parts.spray.events[1].hald: unknown operation 'hald'; did you mean 'hold'?"),
    (FOAM, "harmonic:", "harmonics:", f"{FOAM}:15:73: parts.shore.events[0].through[0].harmonics: unknown operation 'harmonics'; did you mean 'harmonic'?"),
    (FOAM, "rate_hz", "rate_h", f"{FOAM}:11:48: {HOLD}.rate_h: unknown field; did you mean 'rate_hz'?"),
    (TIDE, "gap_s", "gap", f"{TIDE}:5:1: gap: unknown field; did you mean 'gap_s'?"),
    (FOAM, "step: 0", "step: 3", f"{FOAM}:5:31: takes.early.step: 'tiny' has no checkpoint at step 3; there are: 0, 2, 4"),
    (FOAM, "clip: 2", "clip: 9", f"{FOAM}:11:34: {HOLD}.from: take 'cry' has 3 clips (clip is 9)"),
    (MODEL, "family: wavenet", "family: wavenot", f"{MODEL}:2:9: family: unknown family 'wavenot'; did you mean 'wavenet'?"),
    (MODEL, "corpus: tones", "corpus: tunes", f"{MODEL}:3:9: corpus: unknown corpus 'tunes'; did you mean 'tones'?"),
    (MODEL, "skip_channels", "skip_chanels", f"{MODEL}:9:3: network.skip_chanels: unknown field; did you mean 'skip_channels'?"),
    (MODEL, "model: tiny", "model: teeny", f"approx-build: {MODEL}: declares model 'teeny'; it must be 'tiny'"),
    # Times and sizes that cannot be.
    (FOAM, "length_s: 0.2", "length_s: 2", f"{FOAM}:5:54: takes.early.length_s: the take is longer than the movement (0:01.5)"),
    (TIDE, "length_s: 0.3", "length_s: 2", f"{TIDE}:7:43: takes.cry.length_s: the take is longer than every movement (0:01.5)"),
    (FOAM, "at: 0.9", "at: -0.9", f"{FOAM}:11:15: parts.spray.events[1].at: must not be negative (is -0.9)"),
    (FOAM, "at: 0.9", 'at: "99:99"', f"{FOAM}:11:15: parts.spray.events[1].at: seconds go from 00 to 59 after minutes (is '99:99')"),
    (FOAM, "at: 0.9", "at: 1e300", f"{FOAM}:11:15: parts.spray.events[1].at: is longer than a day (1e+300)"),
    (FOAM, "at: 0.9", "at: 1.4", f"{FOAM}:11:26: {HOLD}: ends at 0:01.9; the movement ends at 0:01.5"),
    (FOAM, "at: 0.9", "at: 2", f"{FOAM}:11:15: parts.spray.events[1].at: begins at 0:02; the movement ends at 0:01.5"),
    (FOAM, "length: 1.5", "length: -1", f"{FOAM}:3:9: length: must not be negative (is -1)"),
    (FOAM, "length: 1.5", "length: 1e300", f"{FOAM}:3:9: length: is longer than a day (1e+300)"),
    (FOAM, "length: 1.5", "length: 1.5\ntempo: 0", f"{FOAM}:4:8: tempo: must be at least 1 (is 0)"),
    (TIDE, "rate: 8000", "rate: 10", f"{TIDE}:4:17: output.rate: must be at least 8000 (is 10)"),
    # Circles.
    (
        TIDE,
        "  cry: { model: tiny, count: 3, length_s: 0.3 }",
        "  cry: { model: tiny, count: 3, length_s: 0.3, prime: { take: sob } }\n"
        "  sob: { model: tiny, length_s: 0.3, prime: { take: cry } }",
        f"{TIDE}:7:63: takes.cry.prime.take: takes depend on each other in a circle: cry → sob → cry",
    ),
    # Files.
    (TIDE, "tide/2-sand.yaml", "tide/3-mud.yaml", f"{TIDE}:8:31: movements[1]: pieces/tide/3-mud.yaml: there is no such file; did you mean 'tide/2-sand.yaml'?"),
    (TIDE, "tide/2-sand.yaml", "../../x.yaml", f"{TIDE}:8:31: movements[1]: is outside the project, the folder 'project'"),
    (TIDE, "tide/2-sand.yaml", "tide/1-foam.yaml", f"{TIDE}:8:31: movements[1]: gives the name '1-foam' as 'tide/1-foam.yaml' does; rename one file"),
    (SAND, "from: tones/high", "from: { file: bell.wav }", f"{SAND}:8:55: parts.grain.events[1].scatter.from.file: there is no file 'bell.wav' beside this score"),
    (SAND, "from: tones/high", "from: { file: ../../../x.wav }", f"{SAND}:8:55: parts.grain.events[1].scatter.from.file: is outside the project, the folder 'project'"),
    # YAML.
    (FOAM, "length: 1.5", "length: 1.5\nlength: 2", f"{FOAM}:4:1: length: written twice; first on line 3"),
    (FOAM, "    pan: -0.3", "\tpan: -0.3", f"{FOAM}:8:1: a tab is used for indentation; use spaces"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "old", "new", "said"), EDITS, ids=[edit[3] for edit in EDITS])
def test_what_is_wrong_is_reported_with_its_place(
    space: Space, path: str, old: str, new: str, said: str
) -> None:
    space.edit(path, old, new)
    lines = space.check().splitlines()
    assert lines[0] == said
    if said.startswith("pieces"):
        _, line, column, _ = said.split(":", 3)
        shown = (space.root / path).read_text().splitlines()[int(line) - 1].replace("\t", " ")
        assert lines[1:] == [shown, " " * (int(column) - 1) + "^"]


def test_every_fault_of_every_file_is_reported_in_one_run(space: Space) -> None:
    space.edit(FOAM, "tones/low", "tones/lo")
    space.edit(FOAM, "from: cry, clip", "from: cri, clip")
    space.edit(SAND, "rate_hz: 8", "rate_hz: 0")
    space.edit(TIDE, "model: tiny", "model: tinny")
    consent = "models/corpora/tones/consent.yaml"
    space.edit(consent, "valid_until: null", "valid_until: 2021-01-01")
    lines = space.check().splitlines()
    places = [line.split(": ")[0] for line in lines if line[:7] in ("pieces/", "models/")]
    assert places == [
        f"{consent}:8:14",
        f"{TIDE}:7:17",
        f"{FOAM}:11:34",
        f"{FOAM}:15:34",
        f"{SAND}:7:48",
    ]


def test_parts_that_use_each_other_are_a_circle(space: Space) -> None:
    space.edit(FOAM, "from: cry, clip: 2", "from: { part: shore }")
    space.edit(FOAM, "from: tones/low", "from: { part: spray, length_s: 1 }")
    assert space.check().splitlines()[0] == (
        f"{FOAM}:11:42: {HOLD}.from.part: parts use each other in a circle: spray → shore → spray"
    )


def test_files_that_make_one_slug_are_refused(space: Space) -> None:
    space.write("pieces/tide/1 FOAM.yaml", FOAM_TEXT)
    space.edit(TIDE, "tide/2-sand.yaml", "tide/1 FOAM.yaml")
    assert space.check().splitlines()[0] == (
        f"{TIDE}:8:31: movements[1]: gives the name '1-foam' as 'tide/1-foam.yaml' does; rename one file"
    )


def test_a_movement_may_not_take_the_name_of_the_whole_piece(space: Space) -> None:
    space.write("pieces/tide/Tide.yaml", FOAM_TEXT)
    space.edit(TIDE, "tide/2-sand.yaml", "tide/Tide.yaml")
    assert space.check().splitlines()[0] == (
        f"{TIDE}:8:31: movements[1]: gives the name 'tide', which the whole piece has; rename the file"
    )
    space.edit(TIDE, "tide/1-foam.yaml, ", "")
    space.run("check", TIDE)


def test_a_score_of_ten_megabytes_is_refused_for_little_more_than_a_good_one(space: Space) -> None:
    good = cpu_s(lambda: space.run("check", TIDE))
    space.write(FOAM, f"{FOAM_TEXT}# {'x' * 10_000_000}")
    assert space.check() == f"{FOAM}:1:1: the file is larger than 4 MiB; split it"
    assert cpu_s(space.check) < 10 * good


def test_anchors_that_explode_are_refused_for_little_more_than_a_good_score(space: Space) -> None:
    good = cpu_s(lambda: space.run("check", TIDE))
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    space.write(FOAM, "\n".join(lines))
    assert space.check().splitlines()[0] == (
        f"{FOAM}:6:15: a5[1]: with the files before it, more than 250 000 values, anchors counted "
        "in full"
    )
    assert cpu_s(space.check) < 10 * good


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("pieces/none.yaml", "approx-build: pieces/none.yaml: there is no such file"),
        ("pieces", "approx-build: pieces: is a folder; name a file"),
        ("renders/none/x.yaml", "approx-build: renders/none/x.yaml: there is no such file"),
        (
            FOAM,
            f"{FOAM}:2:1: movement: this is a movement; give the piece whose 'movements' list it: "
            "pieces/tide.yaml",
        ),
        (MODEL, f"{MODEL}:1:1: missing field 'piece'"),
    ],
)
@pytest.mark.parametrize("command", ["render", "check", "plan", "verify"])
def test_what_is_no_piece_is_reported(space: Space, command: str, path: str, said: str) -> None:
    assert space.fails(command, path).splitlines()[0] == said
    assert not (space.root / "renders").exists()
