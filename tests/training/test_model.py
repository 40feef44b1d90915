from __future__ import annotations

import json
from pathlib import Path

import pytest

from approx_build.errors import ModelError, ScoreError
from approx_build.families.base import FAMILIES
from approx_build.training.model import AUGMENTATION_VERSION, load_model, model_of
from approx_build.training.optimizers import Muon, RmsProp
from tests.training.models import TINY, tiny_model

SHIPPED = Path(__file__).parents[2] / "models"


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(ScoreError) as caught:
        tiny_model(folder, text)
    return [f"{f.where.line}:{f.where.column}: {f.message}" for f in caught.value.faults]


def test_a_model_is_read_with_its_defaults(tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    assert isinstance(model.network, FAMILIES.get("wavenet"))
    assert model.network_params()["dilations"] == [1, 2, 4, 8]
    assert model.training.optimizer == Muon()
    assert model.sampling == model.network.sampling({})
    assert model.kept_steps == (0, 12, 30, 40)


def test_the_optimizer_is_named_in_the_yaml(tmp_path: Path) -> None:
    text = TINY.replace("  steps: 40", "  optimizer: { name: rmsprop, momentum: 0.5 }\n  steps: 40")
    assert tiny_model(tmp_path, text).training.optimizer == RmsProp(momentum=0.5)


def test_every_fault_is_reported_at_its_line(tmp_path: Path) -> None:
    text = TINY.replace("batch: 3", "batch: 0").replace("  residual_channels", "  residual_chanels")
    found = faults(tmp_path, text)
    assert (
        "7:3: network.residual_chanels: unknown field; did you mean 'residual_channels'?" in found
    )
    assert "14:10: training.batch: must be at least 1 (is 0)" in found


def test_an_unknown_family_is_reported_with_those_there_are(tmp_path: Path) -> None:
    text = TINY.replace("family: wavenet", "family: wavnet").replace("batch: 3", "batch: 0")
    assert faults(tmp_path, text) == [
        "2:9: family: unknown family 'wavnet'; did you mean 'wavenet'?",
        "14:10: training.batch: must be at least 1 (is 0)",
    ]


def test_a_model_without_a_family_is_refused(tmp_path: Path) -> None:
    found = faults(tmp_path, TINY.replace("family: wavenet\n", ""))
    assert "1:1: missing field 'family'" in found


def test_the_manifest_holds_what_fixes_the_weights_and_nothing_else(tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    same = tiny_model(tmp_path, TINY.replace("tiny", "other") + "sampling: { temperature: 0.6 }\n")
    assert same.manifest("d") == model.manifest("d")
    for other in (
        tiny_model(tmp_path, TINY.replace("seed: 3", "seed: 4")),
        tiny_model(tmp_path, TINY.replace("[1, 2, 4, 8]", "[1, 2, 4]")),
        tiny_model(tmp_path, TINY.replace("[0, 12, 30]", "[0, 12]")),
    ):
        assert other.manifest("d") != model.manifest("d")
    assert model.manifest("e") != model.manifest("d")


@pytest.mark.parametrize(
    "field", ["pitch_semitones: [-1, 1]", "stretch: [1, 1.1]", "varispeed_semitones: [-1, 1]"]
)
def test_a_training_whose_windows_are_resampled_has_the_version_of_that(
    field: str, tmp_path: Path
) -> None:
    assert "augmentation_version" not in tiny_model(tmp_path).manifest("d")
    model = tiny_model(tmp_path, f"{TINY}augmentation: {{ {field} }}\n")
    assert model.manifest("d")["augmentation_version"] == AUGMENTATION_VERSION


@pytest.mark.parametrize("name", ["accordionator", "bellows", "mallets", "percussionist"])
def test_the_shipped_models_are_valid(name: str) -> None:
    model = load_model(SHIPPED / f"{name}.yaml")
    assert model.model == name
    assert (SHIPPED / "corpora" / model.corpus / "consent.yaml").is_file()
    assert model.kept_steps[0] == 0
    assert len(model.kept_steps) >= 3


EVERYTHING = """\
preparation:
  silence: { rule: gaps, threshold_dbfs: -55, keep_s: 0.2 }
  level: { to_dbfs: -0.0 }
  chunk_s: 2
  exclude: { phrase-7: a chair falls over }
augmentation: { pitch_semitones: [-1, 1], gain_db: [-6, 0], probability: { pitch: 0.5 } }
objective: { finetune_noise: 2, initialisation: glorot }
checkpoint_every: 9
costs: { machine: two cores, per_hour: 0.09, currency: EUR, budget: 5.00 }
sampling: { temperature: 0.9 }
"""
SETTINGS = """\
  optimizer: { name: rmsprop, momentum: 0.5 }
  parent: { run: tiny-0123abcd, step: 20 }
  early_stopping: { patience: 8 }
  precision: float16
  clip_norm: null
  steps: 40"""


def test_a_model_comes_back_from_its_manifest(tmp_path: Path) -> None:
    text = TINY.replace("  steps: 40", SETTINGS) + EVERYTHING
    shipped = [load_model(path) for path in sorted(SHIPPED.glob("*.yaml"))]
    for model in (tiny_model(tmp_path), tiny_model(tmp_path, text), *shipped):
        manifest = model.manifest("d")
        costs = model.costs.model_dump(mode="json") if model.costs else None
        read = json.loads(json.dumps(manifest))
        found = model_of(read, model=model.model, corpus=model.corpus, costs=costs)
        assert found.manifest("d") == manifest
        same = ("model", "family", "corpus", "costs", "network", "training", "objective")
        assert [getattr(found, name) for name in same] == [getattr(model, name) for name in same]
        assert (found.kept_steps, found.split_terms) == (model.kept_steps, model.split_terms)


def test_a_manifest_that_this_version_reads_otherwise_is_refused(tmp_path: Path) -> None:
    manifest = tiny_model(tmp_path).manifest("d") | {"schema": 1}
    with pytest.raises(ModelError, match="derives another training from the same key"):
        model_of(manifest, model="tiny", corpus="tones")


def test_windows_at_onsets_must_not_be_moved_away_from_them(tmp_path: Path) -> None:
    onsets = "preparation: { onsets: { lead_s: 0.01 } }\n"
    with pytest.raises(ScoreError, match=r"away from the onsets .* at most 0\.\d+: 0 is best"):
        tiny_model(tmp_path, TINY + onsets)
    still = tiny_model(tmp_path, f"{TINY}{onsets}augmentation: {{ shift: 0 }}\n")
    assert still.split_terms["onsets"]["lead_s"] == 0.01
    assert still.manifest("d")["preparation"]["onsets"]["apart_s"] == 0.1
    assert "onsets" not in tiny_model(tmp_path).split_terms
