from __future__ import annotations

from pathlib import Path

from approx_build.corpus.consent_record import load_consent
from approx_build.training.ledger.settings import Settings, people, settings_of
from tests.space import CONSENT
from tests.training.ledgers import NOON, manifest


def test_settings_are_read_from_a_manifest() -> None:
    assert settings_of(manifest()) == Settings(
        sample_rate=11025,
        filter_width=2,
        learning_rate=0.01,
        sample_size=6144,
        l2=0.0,
        momentum=0.9,
        optimizer="sgd",
        batch=2,
    )


def test_what_a_manifest_lacks_is_null() -> None:
    assert settings_of({}) == Settings()
    assert settings_of({"network": None, "training": 3, "preparation": []}) == Settings()


def test_the_initial_filter_counts_only_with_scalar_input() -> None:
    hearing = manifest()
    hearing["network"]["scalar_input"] = True
    assert settings_of(hearing).initial_filter_width == 32


def test_the_window_of_a_network_is_its_sample_size() -> None:
    assert settings_of({"network": {"window": 65536}}).sample_size == 65536
    assert settings_of(manifest() | {"network": {"window": 1}}).sample_size == 6144


def test_the_silence_threshold_is_found_wherever_preparation_keeps_it() -> None:
    for section in ({"silence_threshold": 0.3}, {"trim": {"silence": 0.3}}):
        assert settings_of(manifest(preparation=section)).silence_threshold == 0.3
    assert settings_of(manifest(preparation={"silence": None})).silence_threshold is None
    assert settings_of(manifest(preparation={"trim_silence": True})).silence_threshold is None


def test_augmentation_is_reported_in_words() -> None:
    section = {"shift": 1.0, "gain_db": [-6.0, 0.0], "noise": None, "polarity": 0.0, "eq": {}}
    found = settings_of(manifest(augmentation=section)).augmentation
    assert found == "shift 1, gain_db -6 to 0"
    assert settings_of(manifest(augmentation=section), "louder, softer").augmentation == (
        "louder, softer"
    )
    assert settings_of(manifest(augmentation={"shift": None})).augmentation is None


def test_optimisers_that_differ_are_beside_their_players() -> None:
    def of(**players: dict[str, object]) -> Settings:
        training = {"players": {n: {"optimizer": one} for n, one in players.items()}}
        return settings_of(manifest(training=training))

    adam, sgd = {"name": "adam", "learning_rate": 0.5}, {"name": "sgd", "learning_rate": 0.5}
    assert of(critic=adam, generator=adam).optimizer == "adam"
    assert of(critic=adam, generator=sgd).optimizer == "critic adam, generator sgd"
    assert of(critic=adam, generator=sgd).learning_rate == 0.5
    assert of(critic=adam, generator=sgd | {"learning_rate": 1.0}).learning_rate is None


def test_people_are_performers_or_else_makers(tmp_path: Path) -> None:
    folder = tmp_path / "tones"
    folder.mkdir()
    made = "sources: [{name: a font, made_by: Frank, licence: MIT, notice: consent.yaml}]\n"
    (folder / "consent.yaml").write_text(CONSENT + made)
    assert people(load_consent(folder, NOON.date())) == ("Frank",)
    (folder / "consent.yaml").write_text(CONSENT + made + "performers: [{name: Ada, plays: reed}]")
    assert people(load_consent(folder, NOON.date())) == ("Ada",)
