"""The list of removed objects: whole, or none."""

from __future__ import annotations

from approx_build.store.store import Store

ONE, OTHER = "ab" * 32, "cd" * 32


def test_the_list_comes_back_as_it_was(store: Store) -> None:
    assert (store.removed.digests(), store.removed.is_damaged()) == (set(), False)
    store.removed.replace([])
    assert not store.removed.path.exists()
    store.removed.replace([OTHER, ONE])
    assert Store(store.root).removed.digests() == {ONE, OTHER}
    store.removed.replace([])
    assert store.removed.digests() == set()


def test_damage_is_noticed(store: Store) -> None:
    store.removed.replace([ONE])
    good = store.removed.path.read_bytes()
    for place in range(len(good)):
        store.removed.path.write_bytes(good[:place] + bytes([good[place] ^ 16]) + good[place + 1 :])
        assert store.removed.is_damaged()
        assert store.removed.digests() == set()
