"""Conditioning in the graph: what is asked of the sounds that a take is made from."""

from __future__ import annotations

from approx_build.families.base import FAMILIES
from approx_build.plan.conditioning import add_sounds, conditioning_terms, needed_s
from approx_build.plan.graph import Graph
from approx_build.score.takes import Take

WINDOWED = FAMILIES.get("dance-diffusion").model_validate(
    {
        "sample_rate": 8000,
        "window": 512,
        "depth": 3,
        "level_channels": [8, 8, 16],
        "attention_levels": 1,
    }
)
SAMPLE_BY_SAMPLE = FAMILIES.get("wavenet").model_validate(
    {"sample_rate": 8000, "dilations": [1, 2]}
)
LOW = {"recording": "tones/low", "start_s": 0.5}


def take(**way: object) -> Take:
    return Take.model_validate({"model": "wave", "length_s": 0.2, **way})


def test_a_take_by_itself_and_a_primed_one_have_no_terms() -> None:
    assert conditioning_terms(take(), 8000, 1) is None
    assert conditioning_terms(take(prime=LOW), 8000, 1) is None


def test_terms_say_what_shapes_the_take_and_no_more() -> None:
    assert conditioning_terms(take(extend=LOW), 8000, 1) == {"way": "extend"}
    varied = take(vary={**LOW, "noise_level": 0.25})
    assert conditioning_terms(varied, 8000, 2) == {"way": "vary", "noise_level": 0.25}
    mended = take(inpaint={**LOW, "missing_s": [[0.1, 0.15]]})
    assert conditioning_terms(mended, 8000, 1) == {"way": "inpaint", "missing": [[800, 1200]]}
    pair = {"first": LOW, "second": LOW}
    between = take(count=5, between=pair)
    assert conditioning_terms(between, 8000, 2) == {"way": "between", "place": 0.25}
    assert conditioning_terms(take(between={**pair, "places": [0.9]}), 8000, 1) == {
        "way": "between",
        "place": 0.9,
    }


def test_as_much_is_heard_as_the_take_lasts_and_a_window_at_least() -> None:
    long, short = take(vary={**LOW, "noise_level": 1}), take(length_s=0.01)
    [(_, sound)] = long.sounds()
    assert needed_s(long, sound, WINDOWED) == 0.2
    brief = short.model_copy(update={"vary": long.vary})
    assert needed_s(brief, sound, WINDOWED) == 500 / 8000


def test_of_a_prime_and_an_extension_all_is_heard_or_what_they_say() -> None:
    for network in (WINDOWED, SAMPLE_BY_SAMPLE):
        for way in ("prime", "extend"):
            whole, part = take(**{way: LOW}), take(**{way: {**LOW, "length_s": 0.01}})
            assert [needed_s(whole, sound, network) for _, sound in whole.sounds()] == [None]
            assert [needed_s(part, sound, network) for _, sound in part.sounds()] == [0.01]


def test_sounds_are_clips_at_the_network_s_rate_by_role() -> None:
    graph = Graph()
    pair = take(between={"first": LOW, "second": {"take": "cry", "clip": 2}})
    found = add_sounds(graph, pair, WINDOWED, lambda sound: f"file:{sound.recording or sound.take}")
    assert list(found) == ["first", "second"]
    first = graph.actions[found["first"]]
    assert first.params == {"rate": 8000, "start_s": 0.5, "length_s": 0.2, "channels": 2}
    for way, role in (("prime", "prime"), ("extend", "heard")):
        assert list(add_sounds(graph, take(**{way: LOW}), WINDOWED, lambda _: "file:x")) == [role]
    assert add_sounds(graph, take(), WINDOWED, lambda _: "file:x") == {}
