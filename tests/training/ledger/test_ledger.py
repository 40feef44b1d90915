from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest

from approx_build.errors import StoreError, UsageError
from approx_build.training.ledger.entry import LedgerEntry, Note
from approx_build.training.ledger.ledger import (
    NOTES,
    Ledger,
    append_note,
    find,
    read_ledger,
    write_entry,
)
from tests.training.ledgers import NOON, done, fresh


def note(text: str) -> Note:
    return Note(text=text, on=NOON.date())


def named(*runs: str) -> list[LedgerEntry]:
    return [fresh().model_copy(update={"run": run}) for run in runs]


def test_a_ledger_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_ledger(tmp_path / "none") == Ledger()
    assert Ledger().next_number == 1


def test_entries_come_back_as_they_were_written(tmp_path: Path) -> None:
    entry = done()
    path = write_entry(tmp_path / "models" / "ledger", entry)
    assert path.name == f"{entry.run}.json"
    assert read_ledger(path.parent) == Ledger((entry,))
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_file_is_made_for_version_control(tmp_path: Path) -> None:
    text = write_entry(tmp_path, done(performers=("Zoë",))).read_text(encoding="utf-8")
    assert text.endswith("\n}\n")
    assert "Zoë" in text
    found = json.loads(text)
    assert text == json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert "notes" not in found


def test_runs_are_in_the_order_they_were_begun_whatever_the_clock_said(tmp_path: Path) -> None:
    for number, rate in ((2, 0.1), (1, 0.2), (3, 0.05)):
        write_entry(tmp_path, done(rate, number=number))
    ledger = read_ledger(tmp_path)
    assert [entry.number for entry in ledger.entries] == [1, 2, 3]
    assert ledger.next_number == 4


def test_a_damaged_file_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    good, bad = done(0.1), done(0.2)
    write_entry(tmp_path, good)
    path = write_entry(tmp_path, bad)
    for content in (path.read_bytes()[:100], b"", b"[]", b'{"ledger": 9}', b"\xff\x00"):
        path.write_bytes(content)
        ledger = read_ledger(tmp_path)
        assert [entry.run for entry in ledger.entries] == [good.run]
        (trouble,) = ledger.damaged
        assert trouble.startswith(f"{path}: not an entry of the ledger (")
        assert trouble.endswith("restore it from version control, or remove it")


def test_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    write_entry(tmp_path, done()).rename(tmp_path / "reed-00000000.json")
    ledger = read_ledger(tmp_path)
    assert not ledger.entries
    assert "it must be named" in ledger.damaged[0]


def test_notes_are_in_the_order_they_were_written(tmp_path: Path) -> None:
    entry = done()
    write_entry(tmp_path, entry)
    for text in ("too bright", "line\nbreak", "Zoë"):
        append_note(tmp_path, entry.run, note(text))
    (found,) = read_ledger(tmp_path).entries
    assert [one.text for one in found.notes] == ["too bright", "line\nbreak", "Zoë"]
    assert len((tmp_path / f"{entry.run}{NOTES}").read_text().splitlines()) == 3


def test_writing_progress_loses_no_note_written_meanwhile(tmp_path: Path) -> None:
    entry = done()
    write_entry(tmp_path, entry)
    append_note(tmp_path, entry.run, note("heard while it trained"))
    write_entry(tmp_path, entry)
    assert len(read_ledger(tmp_path).entries[0].notes) == 1


def _write_many(folder: Path, run: str, name: str) -> None:
    for number in range(50):
        append_note(folder, run, note(f"{name} {number} {'x' * 300}"))


def test_notes_written_at_once_are_all_kept(tmp_path: Path) -> None:
    entry = done()
    write_entry(tmp_path, entry)
    fork = multiprocessing.get_context("spawn")
    writers = [
        fork.Process(target=_write_many, args=(tmp_path, entry.run, name)) for name in ("a", "b")
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    ledger = read_ledger(tmp_path)
    texts = [one.text.split()[:2] for one in ledger.entries[0].notes]
    assert not ledger.damaged
    assert sorted(texts) == sorted([name, str(n)] for name in ("a", "b") for n in range(50))


def test_half_a_note_that_a_crash_left_spoils_no_other(tmp_path: Path) -> None:
    entry = done()
    write_entry(tmp_path, entry)
    path = append_note(tmp_path, entry.run, note("first"))
    with path.open("a") as file:
        file.write('{"text": "ha')
    append_note(tmp_path, entry.run, note("third"))
    ledger = read_ledger(tmp_path)
    assert [one.text for one in ledger.entries[0].notes] == ["first", "third"]
    assert ledger.damaged == (f"{path}:2: not a note; correct or remove this line",)


def test_a_run_is_found_by_the_beginning_of_its_name_or_digits() -> None:
    entries = named("reed-aa000000", "reed-ab000000", "reed-low-cc000000", "drum-ab100000")
    assert find(entries, "reed-aa000000").run == "reed-aa000000"
    assert find(entries, "reed-aa").run == "reed-aa000000"
    assert find(entries, "d").run == "drum-ab100000"
    assert find(entries, "cc").run == "reed-low-cc000000"


def test_what_is_not_a_run_is_refused_with_what_there_is() -> None:
    entries = named("reed-aa000000", "reed-ab000000")
    with pytest.raises(UsageError, match=r"'reed' is ambiguous: .*; write more of it"):
        find(entries, "reed")
    with pytest.raises(UsageError, match="no run 'reed-aa1'; did you mean 'reed-aa000000'"):
        find(entries, "reed-aa1")
    with pytest.raises(UsageError, match="models/ledger/ has no run yet"):
        find([], "reed")


def test_a_disk_that_refuses_is_reported_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file")
    with pytest.raises(StoreError, match="is a file, but must be a folder"):
        write_entry(tmp_path / "models" / "ledger", done())
    with pytest.raises(StoreError, match="is a file, but must be a folder"):
        append_note(tmp_path / "models" / "ledger", "reed-aa000000", note("x"))
