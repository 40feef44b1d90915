"""Seals notice every change of the text or of its digest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from approx_build.store.records import seal, unseal


@given(st.text())
def test_a_sealed_text_comes_back(text: str) -> None:
    assert unseal(seal(text)) == text


@given(st.text(), st.data())
def test_any_flipped_bit_breaks_the_seal(text: str, data: st.DataObject) -> None:
    sealed = bytearray(seal(text))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert unseal(bytes(sealed)) is None
