"""A rule that forbids or leaves out something, and fits nothing, stops all that it is a rule of."""

from __future__ import annotations

import pytest

from tests.space import Space

TIDE, FOAM = "pieces/tide.yaml", "pieces/tide/1-foam.yaml"
MODEL, CONSENT = "models/tiny.yaml", "models/corpora/tones/consent.yaml"


def consent(line: str) -> tuple[str, str, str]:
    return CONSENT, "contact: the test", f"contact: the test\n{line}"


RULES = [
    (*consent("withdrawn: { lo: 2021-01-01 }"), "10:14: there is no recording 'lo'; did you mean"),
    (*consent("withdrawn: { Low: 2021-01-01 }"), "10:14: there is no recording 'Low'; did you"),
    (*consent("withdrawn: { lo*: 9021-01-01 }"), "10:14: there is no recording 'lo*'"),
    (*consent("removed: [low]"), "10:11: the file of recording 'low' is still there"),
    (*consent("removed: [gone]"), "10:11: recording 'gone' is not withdrawn; give its day"),
    (
        *consent("performers: [{ name: A, plays: b, recordings: [low, hihg] }]"),
        "10:53: no recording matches 'hihg'; did you mean 'high'?",
    ),
    (
        *consent("performers: [{ name: A, plays: b, recordings: [q*] }]"),
        "10:48: no recording matches 'q*'",
    ),
    (CONSENT, "models: null", "models: [tinny]", "7:18: not agreed for model 'tiny'; agreed for"),
    (
        MODEL,
        "corpus: tones",
        "corpus: tones\npreparation: { exclude: { lowe: hum } }",
        "4:16: model 'tiny' excludes lowe: no such recording in the corpus; did you mean 'low'?",
    ),
]  # fmt: skip
"""A file, what is written in it instead of what, and the first thing that is said."""


@pytest.mark.parametrize(("path", "old", "new", "said"), RULES)
def test_a_rule_that_fits_nothing_stops_training_and_rendering(
    built: Space, path: str, old: str, new: str, said: str
) -> None:
    built.edit(path, old, new)
    commands = [[verb, TIDE] for verb in ("check", "plan", "render", "verify")]
    commands += [["train", "tiny"], ["take", "tiny"], ["evaluate", "tiny"]]
    for words in (*commands, ["corpus", "prepare", "tones"]):
        assert built.fails(*words).startswith(f"{path}:{said}"), words


def test_a_rule_that_fits_a_withdrawn_or_removed_recording_is_kept(space: Space) -> None:
    lines = 'withdrawn: { low: 2021-01-01, "gone 2": 2021-01-01 }\nremoved: ["gone 2"]\n'
    lines += (
        'performers: [{ name: A, plays: b, recordings: [low, "gone*"] }, { name: B, plays: c }]'
    )
    space.edit(*consent(lines))
    space.edit(MODEL, "corpus: tones", "corpus: tones\npreparation: { exclude: { low: hum } }")
    space.edit(FOAM, "from: tones/low", "from: tones/high")
    assert "no faults" in space.run("check", TIDE).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["render", TIDE, "--movement", "9"], "--movement 9: there is no such movement"),
        (["plan", TIDE, "--movement", "foam"], "--movement foam: there is no such movement"),
        (["verify", TIDE, "--movement", "9"], "--movement 9: there is no such movement"),
        (["render", TIDE, "--part", "x"], "--part x: none of the chosen movements has"),
        (["take", "tiny", "--step", "7"], "--step 7: tiny has checkpoints at steps 0, 2, 4"),
        (["corpus", "prepare", "tones", "--model", "x"], "--model x: tiny uses corpus"),
        (["corpus", "withdraw", "tones", "lo"], "no recording 'lo'; did you mean 'low'?"),
        (["corpus", "withdraw", "tones", "--performer", "x"], "--performer x: "),
        (["store", "gc", "--forget", "x", "--dry-run"], "--forget x: no project or piece"),
    ],
)
def test_an_option_that_fits_nothing_is_refused(
    rendered: Space, words: list[str], said: str
) -> None:
    assert said in rendered.fails(*words, code=2)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('{ silence: ["0:02", "0:03"] }', "0:02 is after the movement's end (0:01.5)"),
        ("{ silence: [1, 1] }", "silence"),
        ("{ silence: [1, 0.5] }", "silence"),
    ],
)
def test_an_expectation_of_nothing_is_a_fault(space: Space, written: str, said: str) -> None:
    space.edit(FOAM, "cues:", f"expect: [{written}]\ncues:")
    found = space.check()
    assert "expect[0]" in found
    assert said in found
