"""The chronicle: what is written into the ledger while a training goes on, whatever happens."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from approx_build.errors import ConsentError, ModelError, StoreError
from approx_build.training import run
from approx_build.training.callbacks import Resources
from approx_build.training.ledger.entry import LedgerEntry, Status
from approx_build.training.ledger.ledger import read_ledger
from approx_build.training.ledger.record import TrainingRecord
from approx_build.training.ledger_callback import LedgerCallback
from approx_build.training.loop import train
from approx_build.training.model import ModelSpec
from approx_build.training.progress import Progress, Watcher, ignore_progress
from approx_build.training.state import STATE_NAME, newest_metadata
from tests.corpus.sounds import small_corpus
from tests.training.models import TINY, material_of, tiny_model

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FULL = OSError(28, "No space left on device")


class House:
    """A corpus, a model, a ledger, and a clock that can be set."""

    def __init__(self, root: Path, text: str = TINY, until: str = "null") -> None:
        self.root, self.out, self.ledger = root, root / "out", root / "ledger"
        self.corpus, self.now = small_corpus(root / "tones", until), NOON
        self.said: list[str] = []
        self.declare(text)

    def declare(self, text: str) -> None:
        """Make the model another one."""
        self.model: ModelSpec = tiny_model(self.root, text)

    def train(self, progress: Watcher = ignore_progress) -> TrainingRecord:
        """One sitting."""
        material = material_of(self.model, self.corpus)
        callback = LedgerCallback(
            self.model, material, self.corpus, self.ledger, lambda: self.now, say=self.said.append
        )
        return train(
            self.model, material, self.out, Resources(callback=callback, progress=progress)
        )

    @property
    def entries(self) -> tuple[LedgerEntry, ...]:
        """The ledger."""
        found = read_ledger(self.ledger)
        assert not found.damaged
        return found.entries

    @property
    def step(self) -> int:
        """The step of the state that is kept."""
        notes = newest_metadata(self.out)
        assert notes is not None
        return int(notes["step"])


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state is kept after every step."""
    monkeypatch.setattr(run, "SAVE_EVERY_S", 0.0)


def at(step: int, what: Callable[[], Any]) -> Watcher:
    def watch(progress: Progress) -> None:
        if progress.step == step:
            what()

    return watch


def test_a_run_is_written_from_its_first_step_to_its_last(house: House) -> None:
    seen: list[tuple[str, int]] = []

    def watch(progress: Progress) -> None:
        [entry] = house.entries
        seen.append((entry.status.value, entry.steps_done))

    house.train(watch)
    assert seen[0] == ("running", 0)
    assert seen[-1] == ("running", 40)
    [entry] = house.entries
    assert (entry.status, entry.steps_done, len(entry.sittings)) == (Status.DONE, 40, 1)
    assert entry.curve[-1].step == 40


@pytest.mark.usefixtures("often")
def test_consent_that_ends_on_the_way_stops_the_training_until_it_is_given_again(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, until="2026-03-01")

    def next_day() -> None:
        house.now = NOON + timedelta(days=1)

    said = r"consent ended on 2026-03-01; .*; the state of the training is saved"
    with pytest.raises(ConsentError, match=said):
        house.train(at(17, next_day))
    [entry] = house.entries
    assert (entry.status, entry.steps_done) == (Status.INTERRUPTED, 17)
    assert "consent ended" in entry.reason
    assert house.step == 17
    with pytest.raises(ConsentError, match="consent ended on 2026-03-01"):
        house.train()
    consent = house.corpus / "consent.yaml"
    consent.write_text(consent.read_text().replace("2026-03-01", "2026-04-01"))
    assert house.train().checkpoints[-1].step == 40
    [entry] = house.entries
    assert [(one.from_step, one.to_step) for one in entry.sittings] == [(0, 17), (17, 40)]
    assert entry.reason == ""


@pytest.mark.usefixtures("often")
def test_consent_that_is_withdrawn_on_the_way_stops_the_training(house: House) -> None:
    consent = house.corpus / "consent.yaml"
    text = consent.read_text()
    said = r"consent\.yaml:1:1: missing; .*; the state of the training is saved"
    with pytest.raises(ConsentError, match=said):
        house.train(at(9, consent.unlink))
    assert house.step == 9
    consent.write_text(text)
    house.train()


def test_a_clock_that_goes_backwards_changes_no_order_and_no_duration(house: House) -> None:
    def an_hour_ago(_progress: Progress) -> None:
        house.now -= timedelta(hours=1)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.train(at(20, stop))
    house.now = NOON - timedelta(days=400)
    house.train(an_hour_ago)
    house.declare(TINY.replace("seed: 3", "seed: 4"))
    house.out = house.root / "other"
    house.now = NOON - timedelta(days=800)
    house.train()
    first, second = house.entries
    assert (first.number, second.number) == (1, 2)
    assert [(one.from_step, one.to_step) for one in first.sittings] == [(0, 12), (12, 40)]
    assert all(one.seconds >= 0 for entry in (first, second) for one in entry.sittings)
    assert 0 < first.seconds < 600
    assert second.started < first.started


DIVERGING = TINY.replace(
    "seed: 3",
    "seed: 3\n  optimizer: { name: sgd, learning_rate: 10 }\n  l2: 1.0e+6\n  clip_norm: null",
)


def test_a_training_that_diverges_reports_it_and_keeps_what_was_good(tmp_path: Path) -> None:
    house = House(tmp_path, DIVERGING)
    said = (
        r"model 'tiny': (at step \d+ the loss or gradients are not finite numbers "
        r"\(loss .*\); its windows were tones/(low|high) at [\d.]+ s \(epoch 0\); "
        r".*|after step \d+ .* not .* numbers?.*); "
        r"a lower learning_rate may help; earlier checkpoints and states are kept"
    )
    with pytest.raises(ModelError, match=said) as first:
        house.train()
    [entry] = house.entries
    assert entry.status is Status.FAILED
    assert entry.reason == str(first.value).removeprefix("model 'tiny': ")
    assert house.step < 40
    with pytest.raises(ModelError) as again:
        house.train()
    assert str(again.value) == str(first.value)
    [entry] = house.entries
    assert (entry.status, len(entry.sittings)) == (Status.FAILED, 2)


@pytest.mark.usefixtures("often")
def test_weights_that_are_no_numbers_are_never_kept(house: House) -> None:
    state_of: list[Any] = []
    began = LedgerCallback.began

    def seen(self: LedgerCallback, state: Any, environment: dict[str, str]) -> None:
        state_of.append(state)
        began(self, state, environment)

    def spoil() -> None:
        next(iter(state_of[0].weights.values())).fill_(float("inf"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LedgerCallback, "began", seen)
        with pytest.raises(ModelError, match="after step 15 some weights are not finite numb"):
            house.train(at(15, spoil))
    assert house.step == 14
    assert house.train().checkpoints[-1].step == 40


def refusing(name: str, after: int, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Make the disk full for files of a name, from the call `after` on, in one way."""
    real, calls = getattr(os, how), [0]

    def call(first: Any, *rest: Any) -> Any:
        about = os.readlink(f"/proc/self/fd/{first}") if how == "fsync" else str(first)
        if name in Path(about).name:
            calls[0] += 1
            if calls[0] > after:
                raise FULL
        return real(first, *rest)

    monkeypatch.setattr(os, how, call)


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("how", ["fsync", "replace"])
@pytest.mark.parametrize(
    ("name", "after", "step"),
    [
        ("resume", 12, 12),
        ("resume", 0, None),
        ("step-000012", 0, 11),
        ("tiny-", 9, 10),
        ("record.json", 0, 40),
    ],
)
def test_a_full_disk_is_reported_and_the_next_run_continues(
    house: House, how: str, name: str, after: int, step: int | None
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        refusing(name, after, patch, how)
        with pytest.raises(StoreError, match=r"the disk is full: .* could not be written; free"):
            house.train()
    assert not list(house.out.glob(".*")), "what could not be written is removed"
    kept = newest_metadata(house.out)
    assert (kept is None) == (step is None)
    assert kept is None or kept["step"] <= step
    whole = house.train()
    assert [stored.step for stored in whole.checkpoints] == [0, 12, 30, 40]
    assert house.entries[0].status is Status.DONE


@pytest.mark.usefixtures("often")
def test_a_flipped_bit_in_the_state_is_noticed_and_the_one_before_serves(house: House) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.train(at(20, stop))
    path, before = house.out / STATE_NAME, house.out / "resume-before.safetensors"
    newest, earlier = path.read_bytes(), before.read_bytes()
    for place in (40, len(newest) // 2, len(newest) - 3):
        spoilt = bytearray(newest)
        spoilt[place] ^= 4
        path.write_bytes(spoilt)
        before.write_bytes(earlier)
        house.said.clear()
        with pytest.raises(KeyboardInterrupt):
            house.train(at(20, stop))
        [said] = house.said
        assert said.startswith(f"{path}: ")
        assert said.endswith("; training continues from step 18")
    path.write_bytes(spoilt)
    before.write_bytes(earlier[:-1])
    house.said.clear()
    house.train()
    assert [words.partition(": ")[0] for words in house.said] == [str(path), str(before)]
    assert all(words.endswith("; training starts again") for words in house.said)


def test_a_checkpoint_that_was_damaged_is_made_again_and_the_ledger_knows(house: House) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.train(at(20, stop))
    path = house.out / "step-000012.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    house.said.clear()
    house.train()
    assert house.said[0].startswith(f"{path}: its content is damaged; set aside")
    [entry] = house.entries
    sittings = [(one.from_step, one.to_step) for one in entry.sittings]
    # The state of step 12 still had its weights.
    assert sittings == [(0, 12), (12, 12), (12, 40)]
    assert [one.step for one in entry.checkpoints] == [0, 12, 30, 40]
    assert entry.status is Status.DONE
