from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel

from approx_build.errors import UsageError
from approx_build.registry import Registry, _members, source_digest


class Gong(BaseModel):
    op: Literal["gong"] = "gong"


def some_registry() -> Registry[BaseModel]:
    return Registry("operation", "approx_build.audio", "op")


def test_a_class_is_found_by_its_tag() -> None:
    registry = some_registry()
    registry.register(Gong)
    assert registry.get("gong") is Gong
    assert "gong" in registry
    assert registry.names() == ["gong"]
    assert list(registry) == [Gong]


def test_an_unknown_name_is_said_with_those_there_are() -> None:
    registry = some_registry()
    registry.register(Gong)
    with pytest.raises(UsageError, match="unknown operation 'bell'; there are: gong"):
        registry.get("bell")


def test_two_of_one_name_are_refused() -> None:
    registry = some_registry()
    registry.register(Gong)
    other = type("Other", (Gong,), {"__module__": "elsewhere"})
    with pytest.raises(UsageError, match="two operations are named 'gong'"):
        registry.register(other)


def test_the_parts_of_a_member_are_left_to_it() -> None:
    found = ["wavenet_network", "base", "wavenet", "samplernn_network", "wavenet_cuda"]
    assert _members(found) == ["base", "samplernn_network", "wavenet"]


def test_the_source_digest_is_of_the_file() -> None:
    assert source_digest(Gong) == source_digest(type(Gong()))
    assert len(source_digest(Gong)) == 64
