"""Keys: pinned for every kind, moved by every field and by nothing else, and explained."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.canonical import Json, canonical
from approx_build.errors import BuildError, Location
from approx_build.plan.graph import Action, Kind
from approx_build.plan.key import ABSENT, Difference, differences, fields, key, manifest

CLIP_DIGEST = "c0" * 32
ACTION = Action(
    target="tide/1/parts/foam/events/opening",
    kind=Kind.EVENT,
    params={"op": "hold", "version": 1, "rate_hz": 6.0, "clip": 3, "window": None},
    inputs={"clip": "tide/1/takes/cry/3"},
    stream="00112233445566778899aabbccddeeff",
    where=Location("pieces/tide/1.yaml", 14, 7),
)

PINNED = {
    Kind.TRAIN: "8a497269523ffab79af5a42640482856069ee219a5c7f2b21aebc32f93f1d766",
    Kind.CHECKPOINT: "73df0cf7410dde0603ccfc378fde7228e9e8ef1691cb1f74ba0b8a30c67b2ce1",
    Kind.TAKE: "cb1023d2674a5951c1fd8aebf0b58335ee0d6201615767b74478669728f0c7c8",
    Kind.CLIP: "513a88823cf9581595a08843c335291a467e69df04faf76f3486513496c854b1",
    Kind.EVENT: "4a97c8083562a5104893d47c6a71be52f9b3e869d240ef9ebc62218833a08e2f",
    Kind.STEM: "d356a99b1dce1cb29a5041f0d4e245b12d2670687b320abd2664284c5d50f755",
    Kind.MIX: "269a71cf73e97f20546667f8e96094c6a11ff6a0308d0cb31f61394a1937090c",
    Kind.MASTER: "8bfc2ecff7f89cff182d590db11513d8d136ae9786dfb0c7351f9fa97040be6b",
    Kind.PIECE: "9f3814f957a61503d53f36a76c82fd97e06b936927c3ca68f41a6722d9a62421",
    Kind.MEASURE: "feea3d1ada6dd63d9ff9a10cc7015ae7e115d8fb40b726bff6ae4f06077711d3",
    Kind.FIGURE: "ea393ac794cd4ab82f41b18d5a73f3d96963c221d4dc635b85363f0d2965ca15",
}

numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | st.text(max_size=5)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
params = st.dictionaries(st.text(max_size=4), values, max_size=4)


def key_of(action: Action, digest: str = CLIP_DIGEST) -> str:
    return key(manifest(action, {"clip": digest}))


def with_params(given: dict[str, Json]) -> dict[str, Json]:
    return manifest(replace(ACTION, params=given), {"clip": CLIP_DIGEST})


@pytest.mark.parametrize("kind", Kind)
def test_the_key_of_each_kind_is_pinned(kind: Kind) -> None:
    assert key_of(replace(ACTION, kind=kind)) == PINNED[kind]


def test_every_field_that_matters_moves_the_key() -> None:
    changed = [
        key_of(ACTION),
        key_of(ACTION, "c1" * 32),
        key_of(replace(ACTION, kind=Kind.CLIP)),
        key_of(replace(ACTION, stream="")),
        key_of(replace(ACTION, params={**ACTION.params, "clip": 4})),
        key_of(replace(ACTION, params={**ACTION.params, "clip": 3.0})),
        key_of(replace(ACTION, params={**ACTION.params, "clip": True})),
        key_of(replace(ACTION, params={**ACTION.params, "more": None})),
    ]
    assert len(set(changed)) == len(changed)


def test_names_and_places_do_not_move_the_key() -> None:
    renamed = replace(ACTION, target="x", inputs={"clip": "y"}, where=None)
    assert key_of(renamed) == key_of(ACTION)


@given(params)
def test_the_order_of_a_mapping_does_not_move_the_key(given: dict[str, Json]) -> None:
    turned = dict(reversed(given.items()))
    assert key(with_params(turned)) == key(with_params(given))


@given(params, params)
def test_differences_are_empty_exactly_when_keys_are_equal(
    one: dict[str, Json], two: dict[str, Json]
) -> None:
    old, new = with_params(one), with_params(two)
    assert (differences(old, new) == []) == (key(old) == key(new))


@given(params, st.data())
def test_each_field_of_the_parameters_moves_the_key(
    given: dict[str, Json], data: st.DataObject
) -> None:
    name = data.draw(st.text(max_size=4))
    value = data.draw(values)
    same = name in given and canonical(given[name]) == canonical(value)
    assert (key(with_params({**given, name: value})) == key(with_params(given))) == same


def test_differences_name_the_field_and_both_values() -> None:
    old = with_params({"gain_db": -9.0, "through": [{"margin": 2}], "gone": 1})
    new = with_params({"gain_db": -6.0, "through": [{"margin": 3}], "a.b": "x"})
    found = differences(old, new)
    assert found == [
        Difference("params.gain_db", -9.0, -6.0),
        Difference("params.gone", 1, ABSENT),
        Difference("params.through[0].margin", 2, 3),
        Difference('params["a.b"]', ABSENT, "x"),
    ]
    assert [str(each) for each in found[:2]] == [
        "params.gain_db: -9.0 -> -6.0",
        "params.gone: 1 is gone",
    ]
    assert str(found[3]) == 'params["a.b"]: "x" is new'


def test_negative_zero_is_zero_for_the_key_and_for_the_action() -> None:
    assert key(with_params({"pan": -0.0})) == key(with_params({"pan": 0.0}))
    (_, pan), *_ = fields(with_params({"pan": -0.0})["params"])
    assert math.copysign(1.0, pan) == 1.0  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_refused(value: float) -> None:
    with pytest.raises(BuildError, match=r"1\.yaml:14:7: .* not a finite number"):
        with_params({"gain_db": value})


def test_digests_must_cover_the_inputs() -> None:
    with pytest.raises(ValueError, match="digests of"):
        manifest(ACTION, {})
