"""Later renders: what is run again after an edit, and what is not."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from approx_build.cli.fast_path import nothing_to_do
from approx_build.store.store import Store
from tests.space import Space, tone

FOAM, SAND, TIDE = "pieces/tide/1-foam.yaml", "pieces/tide/2-sand.yaml", "pieces/tide.yaml"
CONSENT, PAGE = "models/corpora/tones/consent.yaml", "renders/tide/index.html"
HEAVY = {
    "torch",
    "numpy",
    "scipy",
    "soundfile",
    "matplotlib",
    "pydantic",
    "ruamel",
    "typer",
    "rich",
}


def of_movement(slug: str, *parts: str) -> set[str]:
    """What is made of a movement from its stems on."""
    own = {f"{slug}/{name}" for name in ("mix", "master", "measure", "sketch", "spectrogram")}
    stems = {f"{slug}/stems/{part}" for part in parts}
    return own | {f"{s}{look}" for s in stems for look in ("", "/measure", "/sketch")}


def test_the_second_run_does_nothing(built: Space) -> None:
    outcome = built.render()
    assert outcome.ran() == set()
    assert outcome.out.splitlines()[-1] == "nothing to do"
    assert outcome.out.splitlines()[1].startswith("1  foam ")


@pytest.fixture(scope="module")
def remembered(rendered: Space, tmp_path_factory: pytest.TempPathFactory) -> Space:
    """A project whose render is remembered; tests leave it as it was."""
    space = rendered.copy(tmp_path_factory.mktemp("remembered") / "project")
    space.render()
    return space


def test_nothing_to_do_imports_nothing_heavy(remembered: Space) -> None:
    outcome = remembered.start("render", TIDE, PYTHONPROFILEIMPORTTIME="1")
    assert outcome.out.splitlines()[-1] == "nothing to do"
    imported = {line.rpartition("|")[2].strip() for line in outcome.err.splitlines()}
    assert "approx_build.execution.up_to_date" in imported
    assert not {name for name in imported if name.partition(".")[0] in HEAVY}


def test_a_changed_file_is_noticed(remembered: Space) -> None:
    for path in (FOAM, TIDE, "models/tiny.yaml", CONSENT, PAGE, "pieces/tide.lock"):
        text = (remembered.root / path).read_text()
        assert is_light(remembered)
        remembered.write(path, text + " \n")
        assert not is_light(remembered), path
        remembered.write(path, text)
        assert is_light(remembered), path


def test_files_that_come_or_go_are_noticed(remembered: Space) -> None:
    assert is_light(remembered)
    (remembered.root / "renders/tide/2-sand.wav").unlink()
    assert not is_light(remembered)
    assert "1 file written" in remembered.render().out
    assert is_light(remembered)
    extra = remembered.write("models/corpora/tones/more.flac", "")
    assert not is_light(remembered)
    extra.unlink()
    assert is_light(remembered)


def test_a_gain_edited_makes_that_stem_and_what_follows(built: Space) -> None:
    built.edit(FOAM, "    gain_db: -6\n", "    gain_db: -7\n")
    outcome = built.render()
    assert outcome.ran() == of_movement("1-foam", "shore") | {"piece/whole"}
    sheets = {f"1-foam/{s}/{f}" for s in ("master", "stems/shore") for f in ("0", "index")}
    files = {"1-foam.wav", "tide.wav", "index.html", "stems/1-foam/shore.wav", *sheets}
    assert f"{len(files) + 1} files written" in outcome.out


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (FOAM, "movement: foam", "movement: foam # said again"),
        (FOAM, "{ at: 0.5, for: gull, text: cry }", "{at: 0.5,   for: gull, text: 'cry'}"),
        (TIDE, "seed: 3", "seed: 3 # three"),
        (FOAM, "length: 1.5", 'length: "0:01.500"'),
        ("models/tiny.yaml", "family: wavenet", "family: wavenet # by ibab"),
    ],
)
def test_a_comment_or_another_way_to_write_makes_nothing(
    built: Space, path: str, old: str, new: str
) -> None:
    built.edit(path, old, new)
    outcome = built.render()
    assert outcome.ran() == set()
    assert outcome.out.splitlines()[-1] == "nothing to do"


def test_a_new_line_changes_only_the_lines_that_the_page_names(built: Space) -> None:
    built.edit(FOAM, "movement: foam", "# said again\nmovement: foam")
    outcome = built.render()
    assert outcome.ran() == set()
    assert "1 file written" in outcome.out
    assert f"{FOAM}:11:9" in (built.root / "renders/tide/index.html").read_text()


def test_a_title_edited_draws_its_picture_and_the_page(built: Space) -> None:
    built.edit(FOAM, "movement: foam", "movement: froth")
    outcome = built.render()
    assert outcome.ran() == {"1-foam/spectrogram"}
    assert "froth" in (built.root / "renders/tide/index.html").read_text()


HOLD = (
    "      - { at: 0.9, hold: { from: cry, clip: 2, rate_hz: 6, length_s: 0.5 }, gain_db: -12 }\n"
)
SALAD = (
    "      - { at: 0, salad: { from: [cry, early], length_s: 0.8, max_grain_s: 0.3 },"
    " gain_db: -12 }\n"
)


@pytest.mark.parametrize(
    ("old", "new", "made"),
    [
        (HOLD, HOLD + HOLD.replace("at: 0.9", "at: 0.3").replace("rate_hz: 6", "rate_hz: 5"), 1),
        (HOLD, HOLD.replace("at: 0.9", "at: 0.95"), 0),
        (HOLD, "", 0),
        (SALAD, SALAD + SALAD.replace("at: 0", "at: 0.7"), 1),
        (HOLD, HOLD + HOLD.replace("at: 0.9", "at: 0.2"), 0),
    ],
    ids=["added", "moved", "removed", "drawn again", "doubled"],
)
def test_an_event_added_moved_or_removed_changes_no_other(
    built: Space, old: str, new: str, made: int
) -> None:
    built.edit(FOAM, old, new)
    ran = built.render().ran()
    assert len({target for target in ran if "/events/" in target}) == made
    rest = {target for target in ran if "/events/" not in target}
    assert rest == of_movement("1-foam", "spray") | {"piece/whole"}


def test_an_event_before_another_leaves_its_randomness(built: Space) -> None:
    before = built.digests()
    text = (built.root / SAND).read_text()
    first, second = [line for line in text.splitlines() if line.strip().startswith("- {")]
    built.write(SAND, text.replace(first, "?").replace(second, first).replace("?", second))
    assert built.render().ran() == set()
    assert built.digests() == before


def test_more_takes_draw_only_the_new_ones(built: Space) -> None:
    before = built.digests()
    built.edit(TIDE, "count: 3", "count: 7")
    ran = built.render().ran()
    assert {t for t in ran if t.startswith("piece/takes/")} == {
        f"piece/takes/cry/{n}" for n in (4, 5, 6, 7)
    }
    after = built.digests()
    assert {t: after[t] for t in before if "/takes/" in t} == {
        t: digest for t, digest in before.items() if "/takes/" in t
    }


def test_a_seed_redraws_its_event_alone(built: Space) -> None:
    built.edit(SAND, "id: last,", "id: last, seed: 5,")
    ran = built.render().ran()
    assert {target for target in ran if "/events/" in target} == {"2-sand/events/grain/last"}
    rest = of_movement("2-sand", "grain") | {"piece/whole"}
    # The movement is its only stem, so its numbers need not be taken twice.
    assert ran - {"2-sand/events/grain/last"} == rest - {"2-sand/measure"}


def test_a_seed_of_the_piece_redraws_everything_that_has_none(built: Space) -> None:
    before = built.digests()
    built.edit(TIDE, "seed: 3", "seed: 4")
    built.render()
    after = built.digests()
    same = {target for target in before if before[target] == after[target]}
    assert same == {t for t in before if t.startswith("models/")} | {"1-foam/stems/shore"}


def test_what_comes_out_equal_stops_there(built: Space) -> None:
    path = built.sound("pieces/tide/bell.wav", tone(300, 0.2))
    built.edit(SAND, "from: tones/high", "from: { file: bell.wav }")
    built.render()
    data = path.read_bytes()
    # A chunk that no sound depends on: other bytes, the same samples.
    size = int.from_bytes(data[4:8], "little") + 12
    chunk = b"note" + (4).to_bytes(4, "little") + b"loud"
    path.write_bytes(data[:4] + size.to_bytes(4, "little") + data[8:] + chunk)
    assert {target.partition("/")[0] for target in built.render().ran()} == {"clips"}


def test_other_outputs_are_filled_from_the_same_store(built: Space) -> None:
    outcome = built.render("--out", "elsewhere")
    assert outcome.ran() == set()
    assert "22 files written" in outcome.out
    assert (built.root / "elsewhere/tide/tide.wav").exists()


def test_a_damaged_object_is_made_again_and_only_it(built: Space) -> None:
    digest = built.lock()["movements"]["1-foam/master"]["digest"]
    path = built.root / ".approx/objects" / digest[:2] / digest[2:]
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    outcome = built.render()
    assert outcome.ran() == {"1-foam/master"}
    assert built.lock()["movements"]["1-foam/master"]["digest"] == digest


def test_damage_to_what_the_page_shows_is_put_right(built: Space) -> None:
    before, page = built.digests(), (built.root / PAGE).read_bytes()
    store = Store(built.root / ".approx")
    latest = store.journal.latest()
    for target in ("1-foam/sketch", "1-foam/measure", "models/tiny/run"):
        record = store.records.get(latest[target].key)
        assert record is not None
        damage(store.objects.path(record.digest))
        assert target in built.render().ran()
        assert (built.digests(), (built.root / PAGE).read_bytes()) == (before, page)


def damage(path: Path) -> None:
    """Turn one bit round in the middle of a file."""
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_an_edited_render_is_put_right(built: Space) -> None:
    path = built.root / "renders/tide/1-foam.wav"
    right = path.read_bytes()
    path.write_bytes(right[:-1])
    assert "1 file written" in built.render().out
    assert path.read_bytes() == right


def is_light(space: Space) -> bool:
    """Whether a render would be answered before anything heavy is imported."""
    with redirect_stdout(StringIO()):
        return nothing_to_do(["render", str(space.root / TIDE)])
