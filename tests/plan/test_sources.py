"""Sources: what the names in a score stand for."""

from __future__ import annotations

from approx_build.errors import Location
from approx_build.plan.catalog import Catalog
from approx_build.plan.graph import Graph, Kind
from approx_build.plan.sources import ScopedTake, Sources
from approx_build.plan.takes import Networks
from approx_build.score.source_ref import SourceRef
from approx_build.score.takes import Take

HERE = Location("pieces/tide.yaml", 7, 3)


def sources(catalog: Catalog, **takes: dict[str, object]) -> Sources:
    scoped = {
        name: ScopedTake(
            "", name, Take.model_validate({"model": "tiny", "length_s": 0.5, **terms}), HERE
        )
        for name, terms in takes.items()
    }
    networks = Networks(Graph(), catalog)
    return Sources(networks, scoped, lambda p: f"stems/{p}", lambda f: f"pieces/{f}", 3, 8000)


def ref(value: object) -> SourceRef:
    return SourceRef.model_validate(value)


def test_a_take_is_all_its_clips_or_one(catalog: Catalog) -> None:
    found = sources(catalog, cry={"count": 3})
    assert [one.name for one in found.sounds(ref("cry"))] == ["cry 1", "cry 2", "cry 3"]
    [one] = found.sounds(ref({"take": "cry", "clip": 2}))
    assert one.target == "piece/takes/cry/2"


def test_a_clip_is_drawn_once_however_often_it_is_named(catalog: Catalog) -> None:
    found = sources(catalog, cry={"count": 3})
    assert found.sounds(ref("cry"))[0] == found.sounds(ref("cry"))[0]
    assert found.graph.kinds()[Kind.TAKE] == 3


def test_recordings_match_patterns_in_the_order_of_names(catalog: Catalog) -> None:
    found = sources(catalog)
    assert [one.name for one in found.sounds(ref("tones/*"))] == ["tones/high", "tones/low"]
    [low] = found.sounds(ref("tones/low"))
    assert low.target == "file:models/corpora/tones/low.wav"
    assert found.sounds(ref("tones/x*")) == []


def test_parts_and_files_are_asked_of_who_knows_them(catalog: Catalog) -> None:
    found = sources(catalog)
    [part] = found.sounds(ref({"part": "machine"}))
    assert (part.target, part.name) == ("stems/machine", "part machine")
    [file] = found.sounds(ref({"file": "bell.wav"}))
    assert (file.target, file.name) == ("file:pieces/bell.wav", "pieces/bell.wav")


def test_a_range_is_cut_at_the_rate_of_the_piece(catalog: Catalog) -> None:
    found = sources(catalog)
    named = ref({"recording": "tones/low", "start_s": 0.25, "length_s": 0.5})
    [low] = found.sounds(named)
    clip = found.graph.actions[found.clip(low, named, HERE)]
    assert clip.params == {"rate": 8000, "start_s": 0.25, "length_s": 0.5, "channels": None}
    assert clip.where == HERE


def test_a_take_is_primed_by_a_recording_in_mono_at_its_own_rate(catalog: Catalog) -> None:
    prime = {"recording": "tones/low", "start_s": 0.25, "length_s": 0.5}
    found = sources(catalog, cry={"prime": prime})
    [cry] = found.sounds(ref("cry"))
    clip = found.graph.actions[found.graph.actions[cry.target].inputs["prime"]]
    assert clip.params == {"rate": 8000, "start_s": 0.25, "length_s": 0.5, "channels": 1}


def test_a_take_is_primed_by_another_take_one_clip_of_it(catalog: Catalog) -> None:
    found = sources(catalog, sob={"count": 2}, cry={"prime": {"take": "sob", "clip": 2}})
    [cry] = found.sounds(ref("cry"))
    prime = found.graph.actions[found.graph.actions[cry.target].inputs["prime"]]
    assert prime.inputs == {"source": "piece/takes/sob/2"}
    assert "piece/takes/sob/1" not in found.graph.actions
