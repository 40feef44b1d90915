"""Controls of drawing that a take may name beside its `sampling`."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from approx_build.families.base import FAMILIES
from approx_build.families.parameters import SHORT_FORM
from approx_build.families.short_forms import ShortForm, short_forms
from approx_build.score.takes import Take


class Warm(BaseModel):
    heat: Annotated[float, SHORT_FORM] = Field(1.0, ge=0, le=2, description="how warm")


class Hot(BaseModel):
    heat: Annotated[float, SHORT_FORM] = Field(5.0, ge=4, le=9, description="how hot")


def test_a_take_has_every_control_that_a_family_marks_and_no_other() -> None:
    for family in FAMILIES:
        for name, field in family.sampling_model.model_fields.items():
            is_short = SHORT_FORM in field.metadata
            assert (name in short_forms()) == is_short
            assert (name in Take.model_fields) == is_short
    for name, form in short_forms().items():
        assert Take.model_fields[name].default == form.default
        assert form.description in str(Take.model_fields[name].description)


def test_where_families_differ_in_bounds_those_of_any_will_do() -> None:
    form = ShortForm((Warm.model_fields["heat"], Hot.model_fields["heat"]))
    assert (form.default, form.description) == (1.0, "how warm")
    read = TypeAdapter(form.annotation).validate_python
    assert [read(value) for value in (0.5, 8.0)] == [0.5, 8.0]
    with pytest.raises(ValidationError):
        read(3.0)
    same = ShortForm((Warm.model_fields["heat"],) * 2)
    assert TypeAdapter(same.annotation).json_schema()["maximum"] == 2


def test_a_take_knows_which_controls_it_names() -> None:
    plain = {"model": "m", "length_s": 1}
    assert Take.model_validate(plain).controls == {}
    name, form = next(iter(short_forms().items()))
    assert Take.model_validate({**plain, name: form.default}).controls == {name: form.default}
