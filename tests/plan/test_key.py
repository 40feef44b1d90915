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
    Kind.PREPARE: "f6851d4fbd1be21b162d0079babfc017193969df63f8887a6e2defa85bd200a3",
    Kind.TRAIN: "c4a39bc30261c9899e22d2eebce666f363295f964d23cbc1dead9dac9f8cf76d",
    Kind.CHECKPOINT: "9e2ade7801e4addf49c8b898fddccc877cc05405b3e8a1d7166002c70434ac1c",
    Kind.TAKE: "aafc48bd458a2a2ff486abb2576ed6f53f01ca486bc2efdc9175846dfbe81048",
    Kind.STAGES: "f492459d6155c645c28072927d0efaf8b43964e6946c8033cdd481e4b32fccf0",
    Kind.CLIP: "7bc775b2bb0e05c5adb07824df7c62f885861b2586a643723536b5ba27e9aca1",
    Kind.EVENT: "dc716f3c2aec545c3f5165b61c78cb86335c4ef5f8a7acee06da5bf353aab992",
    Kind.STEM: "843c2aa0392af8df231b32b5b9c79b2c7a1f8a4538553cc57cfc57b6ce07e5ad",
    Kind.MIX: "b2bb62d8a821181c7807a40f6ed68b7575c7e6abf1487be12f6dae8b5643ba1d",
    Kind.EXCERPT: "a1c702c6ce1a711b65008f2283421e382cc9e80dd7b0974ca949defe8cfcc424",
    Kind.MASTER: "c1c47e8b09beb9037a8c22997cfe7a0f69488f48533de1ff1bf3f8a216d2a338",
    Kind.PIECE: "98662bfa9bcae43f442c02178d1e00f1762adc76c7fd11758600e913fc6fa847",
    Kind.MEASURE: "126c3a024f996ccbe0fbacad2c272f5c33a083e15409f179ceca2a554254a38f",
    Kind.EVALUATE: "09d545fbd265e168b1438942793a90b63f8887dc045b443b578f967710982c8b",
    Kind.FIGURE: "419c855150c2dc2336ecb25fe350110f69966ec5c3419fc39b3131a25eca5599",
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
