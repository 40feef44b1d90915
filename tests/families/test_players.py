from __future__ import annotations

from approx_build.families.players import ALONE, Phase, Player, Turn

NAMES = ["critic.a", "generator.a", "generator.b", "scale", "critic.b"]


def test_a_player_owns_the_tensors_with_its_prefixes() -> None:
    assert Player("critic", ("critic.",)).of(NAMES) == ["critic.a", "critic.b"]
    assert Player("both", ("generator.a", "scale")).of(NAMES) == ["generator.a", "scale"]
    assert Player("all", ("",)).of(NAMES) == NAMES


def test_frozen_tensors_do_not_change() -> None:
    assert Phase("all", ("critic",)).moving(NAMES) == NAMES
    frozen = Phase("late", ("critic",), frozen=("generator.", "critic.b"))
    assert frozen.moving(NAMES) == ["critic.a", "scale"]


def test_the_first_matching_prefix_decides_the_rate_of_a_tensor() -> None:
    phase = Phase("late", ("generator",), rates={"generator.a": 0.25, "generator.": 0.5})
    assert [phase.rate(name) for name in NAMES] == [1.0, 0.25, 0.5, 1.0, 1.0]


def test_a_network_without_players_has_unnamed_turns() -> None:
    assert Turn() == ALONE
    assert Turn("critic", "duel") != ALONE
