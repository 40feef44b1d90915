"""Names of exported files are safe everywhere and different."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from approx_build.export.names import DEVICES, LONGEST, Names, is_safe, safe


@given(st.text())
def test_every_text_has_a_safe_name(text: str) -> None:
    name = safe(text)
    assert is_safe(name)
    assert is_safe(f"{name}.wav")
    assert len(name) <= LONGEST + 1


@given(st.lists(st.text(max_size=4), unique=True, max_size=12))
def test_different_texts_have_different_names(texts: list[str]) -> None:
    names = Names()
    found = [names.of(text) for text in texts]
    assert len(set(found)) == len(texts)
    assert found == [names.of(text) for text in texts]


def test_names_of_windows_devices_are_changed() -> None:
    assert {safe(name) for name in ("CON", "Aux", "lpt1")} == {"con_", "aux_", "lpt1_"}
    assert not any(is_safe(f"{name}.wav") for name in DEVICES)
    assert [safe("Ève Ωmega"), safe("日本", "player")] == ["eve-mega", "player"]
    assert not any(map(is_safe, ["a/../b", "a b", "a.", "é", "", "/a"]))
