"""Links that a project brings and that lead out of it: refused by name, until they are allowed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.space import Space

TIDE = "pieces/tide.yaml"
TONES = "models/corpora/tones"
RENDER, CHECK = ["render", TIDE], ["check", TIDE]


def led_out(space: Space, path: str) -> Path:
    """Move what is at `path` out of the project and link to it; where it is now."""
    source = space.root / path
    target = space.root.parent / "disk" / Path(path).name
    target.parent.mkdir(exist_ok=True)
    if source.exists():
        shutil.move(source, target)
    else:
        target.mkdir()
        source.parent.mkdir(parents=True, exist_ok=True)
    source.symlink_to(target)
    return target


def seen(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file and folder below a folder: when it was changed, and what it holds."""
    every = [folder, *sorted(folder.rglob("*"))]
    return {
        str(path): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in every
    }


READ = {
    TIDE: CHECK,
    "pieces/tide/1-foam.yaml": CHECK,
    "pieces/tide": CHECK,
    "pieces": CHECK,
    "models/tiny.yaml": CHECK,
    "models": CHECK,
    TONES: CHECK,
    f"{TONES}/consent.yaml": CHECK,
    f"{TONES}/low.wav": RENDER,
    "models/checkpoints/tiny/record.json": RENDER,
    "models/checkpoints/tiny/step-000002.safetensors": RENDER,
    "models/checkpoints/tiny": RENDER,
}
WRITTEN = {
    "renders": RENDER,
    "renders/tide": RENDER,
    "renders/tide/stems": RENDER,
    "renders/tide/tide.wav": RENDER,
    "pieces/tide.lock": ["render", TIDE, "--locked"],
    ".approx": RENDER,
    ".approx/objects": RENDER,
    ".approx/records": RENDER,
    ".approx/drafts": RENDER,
    ".approx/use": RENDER,
    "renders/ledger": ["runs", "page"],
    "renders/corpora": ["corpus", "inspect", "tones"],
    "renders/takes": ["take", "tiny", "--length-s", "0.2"],
    "renders/models": ["evaluate", "tiny", "--takes", "1", "--length-s", "0.2"],
    "models/corpora/others": ["corpus", "add", "others", "high.wav"],
    "models/corpora": ["corpus", "add", "others", "high.wav"],
    "pieces/new": ["init", "new"],
}


@pytest.mark.parametrize("path", [*READ, *WRITTEN])
def test_a_link_out_of_the_project_is_refused_by_its_name(
    built: Space, path: str, tmp_path: Path
) -> None:
    words = READ.get(path) or WRITTEN[path]
    shutil.copyfile(built.root / TONES / "high.wav", built.root / "high.wav")
    if path in READ or path in (".approx/drafts", ".approx/use"):
        # So that everything is read and made again.
        shutil.rmtree(built.root / ".approx/records")
        shutil.rmtree(built.root / ".approx/states")
    target = led_out(built, path)
    before = seen(tmp_path / "disk")
    outcome = built.run(*words, code=None)
    said = outcome.out + outcome.err
    assert outcome.code in (1, 2), said
    assert f"is a link to {target}" in said
    folder = target if target.is_dir() else target.parent
    assert f"approx-build allow {folder}" in said
    assert seen(tmp_path / "disk") == before
    built.run("allow", str(folder))
    built.run(*words)


def test_a_journal_that_is_a_link_is_not_appended_to(built: Space, tmp_path: Path) -> None:
    (tmp_path / "diary").write_text("mine")
    for name in ("journal", "memo.json", "removed", "leases", "format"):
        (built.root / ".approx" / name).unlink(missing_ok=True)
        (built.root / ".approx" / name).symlink_to(tmp_path / "diary")
    shutil.rmtree(built.root / ".approx/records")
    built.run(*RENDER, code=None)
    built.run("store", "check", "--repair", code=None)
    assert (tmp_path / "diary").read_text() == "mine"


def test_notes_of_a_run_are_not_written_through_a_link(built: Space, tmp_path: Path) -> None:
    built.edit("models/tiny.yaml", "seed: 3", "seed: 4")
    built.run("train", "tiny")
    (run,) = [path.stem for path in (built.root / "models/ledger").glob("*.json")]
    diary = tmp_path / "diary"
    diary.write_text("mine\n")
    notes = built.root / f"models/ledger/{run}.notes.jsonl"
    notes.symlink_to(diary)
    said = built.fails("runs", "note", run, "a remark")
    assert f"{notes.name} is a link to {diary}" in said
    assert diary.read_text() == "mine\n"
    assert "cannot be read" in built.run("runs", "list", code=None).err
    # What takes a name replaces the link itself; here the entry of the run is rewritten.
    built.run("allow", str(tmp_path))
    built.run("runs", "note", run, "a remark")
    assert "a remark" in diary.read_text()


def test_shipping_copies_no_file_that_a_link_leads_to(space: Space, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    folder = space.root / "models/checkpoints/tiny"
    (folder / "notes.txt").symlink_to(tmp_path / "secret")
    space.edit("models/tiny.yaml", "seed: 3", "seed: 4")
    space.run("train", "tiny", "--ship")
    assert (folder / "notes.txt").is_symlink()
    assert (folder / "record.json").is_file()


def test_a_fast_render_through_a_new_link_is_left_to_the_whole_command(
    built: Space, tmp_path: Path
) -> None:
    assert built.run(*RENDER).out.endswith("nothing to do\n")
    target = led_out(built, f"{TONES}/low.wav")
    said = built.fails(*RENDER)
    assert f"low.wav is a link to {target}" in said
    built.run("allow", str(target.parent))
    built.run(*RENDER)
    assert built.run(*RENDER).out.endswith("nothing to do\n")


def test_a_child_passes_the_links_that_its_parent_passes(built: Space) -> None:
    shutil.rmtree(built.root / ".approx")
    target = led_out(built, f"{TONES}/low.wav")
    said = built.start(*RENDER, "--jobs", "2", code=1).err
    assert f"low.wav is a link to {target}" in said
    built.run("allow", str(target.parent))
    built.start(*RENDER, "--jobs", "2")
    built.start("verify", TIDE, "--jobs", "2")
