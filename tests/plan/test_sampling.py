"""How takes are drawn: what they, their models and their families say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from approx_build.plan.catalog import Catalog
from approx_build.plan.takes import sampling_of, sampling_terms
from approx_build.score.takes import Take
from tests.plan.conftest import TODAY
from tests.space import WAVE, Space


def take(**terms: object) -> Take:
    return Take.model_validate({"model": "tiny", "length_s": 0.5, **terms})


def test_what_a_take_leaves_open_its_model_says(project: Space) -> None:
    project.edit("models/tiny.yaml", "checkpoints", "sampling: { temperature: 0.7 }\ncheckpoints")
    spec = Catalog(project.root, TODAY).model("tiny")
    assert sampling_terms(spec, take())["temperature"] == 0.7
    assert sampling_terms(spec, take(temperature=1.0))["temperature"] == 1.0


def test_a_short_form_says_what_sampling_says(project: Space) -> None:
    spec = Catalog(project.root, TODAY).model("tiny")
    short, long = take(temperature=0.5), take(sampling={"temperature": 0.5})
    assert sampling_terms(spec, short) == sampling_terms(spec, long)
    assert sampling_of(spec, short).temperature == 0.5


def test_controls_of_another_family_do_not_enter(project: Space) -> None:
    project.write("models/wave.yaml", WAVE)
    spec = Catalog(project.root, TODAY).model("wave")
    terms = sampling_terms(spec, take(temperature=0.5))
    assert "temperature" not in terms
    assert terms["steps"] == 3


def test_a_take_says_controls_of_its_family(project: Space) -> None:
    project.write("models/wave.yaml", WAVE)
    spec = Catalog(project.root, TODAY).model("wave")
    said = take(sampling={"sampler": "ddim", "eta": 0.5})
    assert sampling_terms(spec, said) == {
        **spec.sampling.model_dump(mode="json"),
        "sampler": "ddim",
        "eta": 0.5,
    }
    assert sampling_of(spec, said).eta == 0.5
    with pytest.raises(ValidationError, match="sampler lms is deterministic"):
        sampling_of(spec, take(sampling={"sampler": "lms", "eta": 0.5}))
