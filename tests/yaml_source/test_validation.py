from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from approx_build.errors import ScoreError
from approx_build.yaml_source import Problems, load_source, validate
from approx_build.yaml_source.validation import strictly


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Gull(Strict):
    kind: Literal["gull"] = "gull"
    cries: int = Field(1, gt=0)


class Tern(Strict):
    kind: Literal["tern"] = "tern"
    dives: tuple[float, ...] = Field((), max_length=2)


class Puffin(Strict):
    kind: Literal["puffin"] = "puffin"
    burrow: str
    depth_m: float


class Take(Strict):
    length_s: float = Field(gt=0, le=100)
    mode: Literal["soft", "loud"] = "soft"
    day: date | None = None
    level: float | bool = 0.0


class Beat(Strict):
    beat: float
    accent_db: float = 0.0


Beats = Annotated[
    Annotated[float, Tag("number")] | Annotated[Beat, Tag("beat")],
    Discriminator(lambda value: "number" if isinstance(value, int | float) else "beat"),
]


class Tide(Strict):
    title: str = Field(min_length=1)
    takes: dict[Annotated[str, Field(pattern="^[a-z]+$")], Take] = Field(default_factory=dict)
    bird: Annotated[Gull | Tern | Puffin, Field(discriminator="kind")] = Gull()
    birds: tuple[Gull, ...] = ()
    beats: tuple[Beats, ...] = ()


def faults(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(ScoreError) as caught:
        validate(Tide, load_source(path, "a"))
    return [f"{f.where.line}:{f.where.column}: {f.message}" for f in caught.value.faults]


def test_good_data_is_a_model(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "title: x\ntakes: {a: {length_s: 3, day: 2023-05-19}}\nbird: {kind: tern, dives: [1, 2.5]}"
    )
    tide = validate(Tide, load_source(path, "a"))
    assert tide.takes["a"].day == date(2023, 5, 19)
    assert tide.bird == Tern(dives=(1.0, 2.5))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("takes: {}", "1:1: missing field 'title'"),
        ("title: 3", '1:8: title: needs text, is 3; write "3"'),
        ("title:", "1:7: title: needs text, is empty"),
        ("title: ''", "1:8: title: must not be empty"),
        ("[1]", "1:1: needs named fields, is a list of 1"),
        ("title: x\ntakes: 3", "2:8: takes: needs named fields, is 3"),
        ("title: x\ntakes: {a: {}}", "2:12: takes.a: missing field 'length_s'"),
        (
            "title: x\ntakes: {a: {length_s: 3, mod: soft}}",
            "2:26: takes.a.mod: unknown field; did you mean 'mode'?",
        ),
        (
            "title: x\ntakes: {a: {length_s: 3, zebra: soft}}",
            "2:26: takes.a.zebra: unknown field; there are: length_s, mode, day, level",
        ),
        (
            "title: x\ntakes: {a: {length_s: -4}}",
            "2:23: takes.a.length_s: must be greater than 0 (is -4)",
        ),
        (
            "title: x\ntakes: {a: {length_s: 101.5}}",
            "2:23: takes.a.length_s: must be at most 100 (is 101.5)",
        ),
        (
            "title: x\ntakes: {a: {length_s: abc}}",
            "2:23: takes.a.length_s: needs a number, is 'abc'",
        ),
        (
            "title: x\ntakes: {a: {length_s: true}}",
            "2:23: takes.a.length_s: needs a number, is true",
        ),
        (
            "title: x\ntakes: {a: {length_s: '3'}}",
            "2:23: takes.a.length_s: needs a number, is '3'; write 3",
        ),
        (
            "title: x\ntakes: {a: {length_s: 1, mode: lout}}",
            "2:32: takes.a.mode: must be one of soft, loud (is 'lout'); did you mean 'loud'?",
        ),
        (
            "title: x\ntakes: {a: {length_s: 1, day: May}}",
            "2:31: takes.a.day: needs a date such as 2023-05-19, is 'May'",
        ),
        (
            "title: x\ntakes: {a: {length_s: 1, level: [1]}}",
            "2:33: takes.a.level: needs a number or true or false, is a list of 1",
        ),
        (
            "title: x\ntakes: {A1: {length_s: 1}}",
            "2:9: takes.A1: must look like ^[a-z]+$ (is 'A1')",
        ),
        ("title: x\nbird: {kind: gul}", "2:7: bird: unknown 'gul'; did you mean 'gull'?"),
        ("title: x\nbird: {cries: 2}", "2:7: bird: missing field 'kind'"),
        (
            "title: x\nbird: {kind: gull, crise: 2}",
            "2:20: bird.crise: unknown field; did you mean 'cries'?",
        ),
        (
            "title: x\nbird: {kind: tern, dives: [1, 2, 3]}",
            "2:27: bird.dives: takes at most 2 of these (has 3)",
        ),
        (
            "title: x\nbirds: [{}, {cries: 1.5}]",
            "2:21: birds[1].cries: needs a whole number, is 1.5",
        ),
    ],
)
def test_every_problem_is_reported_at_its_place(tmp_path: Path, text: str, expected: str) -> None:
    assert faults(tmp_path, text) == [expected]


def test_problems_of_one_branch_of_a_tagged_union_stay_apart(tmp_path: Path) -> None:
    assert faults(tmp_path, "title: x\nbird: {kind: puffin}") == [
        "2:7: bird: missing field 'burrow'",
        "2:7: bird: missing field 'depth_m'",
    ]


def test_a_tag_with_the_name_of_a_field_is_still_a_tag(tmp_path: Path) -> None:
    assert faults(tmp_path, "title: x\nbeats: [1, {beat: 1, accnt_db: 3}, {beat: x}]") == [
        "2:22: beats[1].accnt_db: unknown field; did you mean 'accent_db'?",
        "2:43: beats[2].beat: needs a number, is 'x'",
    ]


def test_a_misspelt_field_is_not_called_missing_as_well(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, "title: x\ntakes: {a: {length: 3}}")
    assert fault == "2:13: takes.a.length: unknown field; did you mean 'length_s'?"


def test_all_problems_come_in_the_order_of_the_lines(tmp_path: Path) -> None:
    found = faults(tmp_path, "takes:\n  b: {length_s: 0}\n  a: {}\nbird: 3\ntitle: [a]\n")
    assert [line.split(": ")[0] for line in found] == ["2:17", "3:6", "4:7", "5:8"]


class Pair(Strict):
    """Reads `{left: …, right: …}` by hand."""

    left: Take | None = None

    @classmethod
    def read(cls, data: dict[str, object]) -> None:
        problems = Problems()
        problems.attempt(("left",), Take, data["left"])  # type: ignore[arg-type]
        problems.add(("right", 0), "is wrong", is_key=True)
        problems.close()


def test_problems_found_by_hand_keep_their_places() -> None:
    from pydantic import ValidationError

    with pytest.raises(ValidationError) as caught:
        Pair.read({"left": {"length_s": 0, "moed": "soft"}})
    assert [(e["loc"], e["msg"]) for e in caught.value.errors()] == [
        (("left", "length_s"), "must be greater than 0 (is 0)"),
        (("left", "moed"), "unknown field; did you mean 'mode'?"),
        (("right", 0), "is wrong"),
    ]
    Problems().close()
    assert strictly(Take, {"length_s": 1}).length_s == 1.0
