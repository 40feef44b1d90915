"""Names are the same on every disk and in every text: keys, targets, pages and sound are equal."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from approx_build.plan.catalog import Catalog
from approx_build.plan.check import check
from approx_build.plan.graph import Graph
from approx_build.plan.lower import lower
from approx_build.plan.takes import Networks
from tests.plan.conftest import TODAY
from tests.space import Space

TIDE, SAND, CONSENT = (
    "pieces/tide.yaml",
    "pieces/tide/2-sand.yaml",
    "models/corpora/tones/consent.yaml",
)
BELL = "Glöckchen 2"
NOTICE = """\
sources:
  - { name: Bjørn, made_by: Ö, licence: MIT, notice: Größe.txt }
performers:
  - { name: Zoë, plays: Glöckchen, recordings: [low, high, "Glöckchen*"] }
withdrawn: { "fällt weg": 2021-01-01 }
removed: ["fällt weg"]
"""


def music(project: Space) -> Space:
    """Without networks, so that nothing has to be trained; with letters of all kinds."""
    low = (project.root / "models/corpora/tones/low.wav").read_bytes()
    for path in (
        f"models/corpora/tones/{BELL}.wav",
        "models/corpora/tones/é.wav",
        "Bänder/Tür.wav",
    ):
        target = project.root / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(low)
    project.write("models/corpora/tones/Größe.txt", "thanks")
    project.edit(CONSENT, "contact: the test\n", f"contact: the test\n{NOTICE}")
    project.edit(
        "models/tiny.yaml", "corpus: tones", "corpus: tones\npreparation: { exclude: { é: short } }"
    )
    project.write(TIDE, "piece: Flöte\noutput: { rate: 8000 }\nmovements: [tide/2-süß.yaml]\n")
    project.write("pieces/tide/2-süß.yaml", (
        "movement: süß\nlength: 3\nparts:\n  a:\n    events:\n"
        f"      - {{ at: 0, play: {{ from: \"tones/{BELL}\" }} }}\n"
        "      - { at: 1, play: { from: { file: ../../Bänder/Tür.wav } } }\n"
        "      - { at: 2, play: { from: \"tones/Gl?ckchen*\" } }\n"
    ))  # fmt: skip
    return project


def decomposed(project: Space, names: bool, texts: bool) -> Space:
    """The project with its names on the disk, or its texts, as macOS writes them."""
    for path in sorted(project.root.rglob("*"), reverse=True):
        if texts and path.suffix in (".yaml", ".txt"):
            path.write_text(unicodedata.normalize("NFD", path.read_text()))
        if names:
            path.rename(path.with_name(unicodedata.normalize("NFD", path.name)))
    return project


def planned(project: Space) -> object:
    """Everything that fixes keys, and every name of a target."""
    catalog = Catalog(project.root, TODAY)
    networks = Networks(Graph(), catalog)
    networks.run("tiny", None)
    graph = lower(check(project.root / TIDE, catalog)).graph
    return [
        catalog.recordings(),
        catalog.manifest("tiny"),
        *sorted(
            (one.target, one.params, one.inputs, one.options, one.stream) for one in networks.graph
        ),
        *sorted((one.target, one.params, one.inputs, one.options, one.stream) for one in graph),
        sorted(graph.leaves.items()),
    ]


@pytest.mark.parametrize(("names", "texts"), [(True, False), (False, True), (True, True)])
def test_a_project_is_the_same_whatever_form_disk_and_texts_have(
    project: Space, tmp_path: Path, names: bool, texts: bool
) -> None:
    first = music(project)
    second = decomposed(first.copy(tmp_path / "other"), names, texts)
    assert planned(second) == planned(first)
    outcomes = [space.run("render", TIDE) for space in (first, second)]
    assert outcomes[0].err == outcomes[1].err == ""
    lists = [space.run("corpus", "list", "tones", "--json").out for space in (first, second)]
    assert unicodedata.normalize("NFC", lists[1]) == lists[0]
    for path in ("pieces/tide.lock", "renders/tide/2-suss.wav", "renders/tide/index.html"):
        assert (second.root / path).read_bytes() == (first.root / path).read_bytes(), path
    assert "nothing to do" in second.run("render", TIDE).out


@pytest.mark.parametrize("other", ["Low", unicodedata.normalize("NFD", "ä"), "ä"])
def test_two_recordings_that_are_one_name_elsewhere_are_both_named(
    project: Space, other: str
) -> None:
    first = "low" if other == "Low" else unicodedata.normalize("NFC", "ä")
    low = (project.root / "models/corpora/tones/low.wav").read_bytes()
    for name, suffix in ((first, "wav"), (other, "flac" if other == first else "wav")):
        (project.root / f"models/corpora/tones/{name}.{suffix}").write_bytes(low)
    said = project.check()
    assert f"{first}.wav" in said
    assert f"{other}." in said
    assert "rename one" in said
    assert "rename one" in project.run("corpus", "list", "tones").out


@pytest.mark.parametrize("other", ["Tür.wav", "TÜR.wav", "tür.WAV"])
def test_two_sound_files_that_are_one_name_elsewhere_are_both_named(
    project: Space, other: str
) -> None:
    low = (project.root / "models/corpora/tones/low.wav").read_bytes()
    for name in ("tür.wav", other):
        (project.root / f"pieces/tide/{name}").write_bytes(low)
    project.edit(SAND, "from: tones/high", "from: { file: tür.wav }")
    assert f"'tür.wav' has the name of {other} in another case; rename one" in project.check()


@pytest.mark.parametrize(("path", "other"), [(TIDE, "Tide.yaml"), (SAND, "2-SAND.yaml")])
def test_two_scores_that_are_one_name_elsewhere_are_both_named(
    project: Space, path: str, other: str
) -> None:
    (project.root / path).with_name(other).write_text("")
    name = path.rpartition("/")[2]
    assert f"{name}: has the name of {other} in another case; rename one" in project.check()


def test_models_and_corpora_that_are_one_name_elsewhere_are_both_named(project: Space) -> None:
    project.write("models/Tiny.yaml", "")
    assert "models/tiny.yaml and models/Tiny.yaml differ in case alone" in project.check()
    (project.root / "models/Tiny.yaml").unlink()
    (project.root / "models/corpora/Tones").mkdir()
    assert "tones: differs from Tones in case alone; rename one" in project.check()


def test_people_that_differ_in_case_alone_are_both_named(project: Space) -> None:
    performers = "performers: [{ name: Ada, plays: reeds }, { name: ADA, plays: bells }]\n"
    project.edit(CONSENT, "agreed: everything\n", f"agreed: everything\n{performers}")
    assert "'Ada' and 'ADA' differ in case alone; write one name" in project.check()
    project.edit(CONSENT, "ADA", "Ada")
    project.edit(TIDE, "seed: 3", "players: [Gull, Crow]\nseed: 3")
    assert "'Gull' and 'gull' differ in case alone; write one name" in project.check()
    project.edit(TIDE, "Gull", "gull")
    assert "no faults" in project.run("check", TIDE).out
