"""A rendered piece as exports see it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from approx_build.export.rendered import CuePoint, RenderedMovement, RenderedPiece
from approx_build.metric.tempo import TempoMap
from approx_build.project import export as verb
from approx_build.project.piece import Piece
from approx_build.project.settings import Settings
from tests.space import Space


@pytest.fixture(scope="module")
def piece(coast: Space) -> RenderedPiece:
    opened = Piece.open(coast.root / "pieces/tide.yaml", Settings())
    return verb._rendered(opened, opened.movements(()))


def test_cues_have_their_moment_and_their_place(piece: RenderedPiece) -> None:
    foam, _ = piece.movements
    [cry, answer, all_] = foam.cues
    assert (cry.at_s, cry.player, cry.bar) == (Fraction(1, 2), "gull", 1)
    assert (answer.place, all_.place) == ("2.1", "2.2")
    assert answer.at_s == Fraction(6, 7)
    assert all_.at_s - answer.at_s == Fraction(1, 4)
    assert foam.players() == ["gull", "Ève Ωmega"]
    assert foam.cues_for("gull") == [cry, all_]
    assert foam.sections == ((Fraction(0), "A"), (Fraction(6, 7), "B"))


@pytest.mark.parametrize(
    ("beat", "place"),
    [("1", "4.1"), ("5/2", "4.2+1/2"), ("161/100", "4.1+0.61"), ("7/3", "4.2+1/3")],
)
def test_a_place_is_short(beat: str, place: str) -> None:
    assert CuePoint(Fraction(0), "", "", 4, Fraction(beat)).place == place


@pytest.mark.parametrize(("slug", "name"), [("3-fog", "07-fog"), ("con", "07-con"), ("12", "07")])
def test_files_of_a_movement_begin_with_its_number(
    piece: RenderedPiece, slug: str, name: str
) -> None:
    sound = piece.movements[0].sound
    found = RenderedMovement(7, slug, "", "", 8000, 1, sound, (), (), TempoMap())
    assert found.name == name


def test_lengths_are_exact(piece: RenderedPiece) -> None:
    assert [one.length for one in piece.movements] == [12000, 8000]
    assert piece.length_s == 1.5 + 0.25 + 1
    assert piece.credits == ("tones: sines, made by a test. Licence: CC0-1.0.",)
