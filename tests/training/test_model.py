from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.errors import ScoreError
from approx_build.families.base import FAMILIES
from approx_build.training.model import load_model
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


def test_every_fault_is_said_at_its_line(tmp_path: Path) -> None:
    text = TINY.replace("batch: 3", "batch: 0").replace("  residual_channels", "  residual_chanels")
    found = faults(tmp_path, text)
    assert (
        "7:3: network.residual_chanels: unknown field; did you mean 'residual_channels'?" in found
    )
    assert "14:10: training.batch: must be at least 1 (is 0)" in found


def test_an_unknown_family_is_said_with_those_there_are(tmp_path: Path) -> None:
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


@pytest.mark.parametrize("name", ["accordionator", "bellows", "mallets", "percussionist"])
def test_the_shipped_models_are_valid(name: str) -> None:
    model = load_model(SHIPPED / f"{name}.yaml")
    assert model.model == name
    assert (SHIPPED / "corpora" / model.corpus / "consent.yaml").is_file()
    assert model.kept_steps[0] == 0
    assert len(model.kept_steps) >= 3
