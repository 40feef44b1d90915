"""The étude uses everything there is: what is new is asked for until the étude uses it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, Field

from approx_build.audio import wav
from approx_build.ops.base import OPS
from approx_build.ops.grains import Lasting, Windowed
from approx_build.project.piece import Piece
from approx_build.project.settings import Settings
from tests.etude import usage
from tests.etude.study import ROOT, pieces, study


@cache
def used_by_the_etude() -> frozenset[str]:
    return frozenset().union(*(usage.used(study(piece)) for piece in pieces()))


def test_the_etude_uses_all_there_is() -> None:
    missing = usage.there_is() - used_by_the_etude()
    assert not missing, "let an event or a take of pieces/etude/ use it, then run: just bits"


def test_the_piece_uses_nothing_that_the_etude_does_not() -> None:
    piece = Piece.open(ROOT / "pieces" / "approximations.yaml", Settings())
    assert usage.used(piece) - used_by_the_etude() == set()


def test_an_operation_that_is_new_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shimmer(Windowed, Lasting):
        """A new one."""

        op: Literal["shimmer"] = "shimmer"
        depth: float = Field(0.5, description="how much")
        shape: Literal["round", "sharp"] | None = None

    known = {**OPS._loaded, "shimmer": Shimmer}
    monkeypatch.setitem(OPS.__dict__, "_loaded", known)
    missing = usage.there_is() - used_by_the_etude()
    assert missing == {
        *("Event.op: Shimmer", "Event.through: Shimmer", "Shimmer.op: shimmer"),
        *(f"Shimmer.window: {one}" for one in ("fade", "hann", "none")),
        *("Shimmer.fade_ms: another number", "Shimmer.length_s: another number"),
        *("Shimmer.depth: another number", "Shimmer.shape: null"),
        *("Shimmer.shape: round", "Shimmer.shape: sharp"),
    }


def test_an_option_left_at_its_default_is_not_used() -> None:
    class Inner(BaseModel):
        depth: float = 1.0

    class Outer(BaseModel):
        loud: bool = False
        tone: Literal["low", "high"] = "low"
        width: int = Field(2, ge=1, le=3)
        inner: Inner | None = None
        names: tuple[str, ...] = ()

    still, other = Outer(), Outer(loud=True, inner=Inner(depth=2), names=("a",))
    assert set(usage._of_models(still)) == {
        *("Outer.loud: False", "Outer.tone: low", "Outer.width: 2", "Outer.inner: null"),
    }
    assert set(usage._of_models(other)) - set(usage._of_models(still)) == {
        *("Outer.loud: True", "Outer.inner: Inner", "Outer.names: another tuple"),
        "Inner.depth: another number",
    }


def test_its_sounds_have_many_rates_and_formats() -> None:
    folder = ROOT / "models" / "corpora" / "etude"
    sounds = [path for path in folder.iterdir() if path.suffix in (".flac", ".wav", ".aiff")]
    found = [wav.info(path) for path in [*sounds, ROOT / "pieces" / "etude" / "steam.wav"]]
    assert {one.rate for one in found} == {8000, 16000, 22050, 44100, 48000}
    assert {one.channels for one in found} == {1, 2}
    assert {path.suffix for path in sounds} == {".flac", ".wav", ".aiff"}


def test_its_sounds_are_those_that_their_script_makes(tmp_path: Path) -> None:
    import importlib.util

    script = ROOT / "models" / "corpora" / "etude_sounds.py"
    spec = importlib.util.spec_from_file_location("etude_sounds", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(tmp_path)
    made = [path for path in tmp_path.rglob("*.*") if path.is_file()]
    assert len(made) == 5
    for path in made:
        original = ROOT / path.relative_to(tmp_path)
        assert (wav.read(path).data == wav.read(original).data).all(), path.name
