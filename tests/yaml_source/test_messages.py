from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from approx_build.yaml_source.messages import field_names, shown


class Inner(BaseModel):
    from_: str = Field("", alias="from")
    size: int = 0


class Outer(BaseModel):
    one: Inner | None = None
    many: tuple[Annotated[Inner, Field()], ...] = ()
    named: dict[str, Inner] = Field(default_factory=dict)


def test_field_names_follow_annotations_and_use_aliases() -> None:
    assert field_names(Outer, ()) == ["one", "many", "named"]
    for loc in [("one",), ("many", 3), ("named", "x")]:
        assert field_names(Outer, loc) == ["from", "size"]
    assert field_names(Outer, ("one", "size", "deeper")) == []


def test_values_are_shown_as_in_a_score_and_cut_when_long() -> None:
    assert [shown(v) for v in (None, True, -4, 1.5, "x")] == ["empty", "true", "-4", "1.5", "'x'"]
    assert shown({"a": 1}) == "named fields"
    assert shown([1, 2]) == "a list of 2"
    assert len(shown("x" * 100)) == 42
