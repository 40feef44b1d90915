"""Identities: alive, dead, or not to be seen from here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from approx_build.process import identity
from approx_build.process.identity import Identity, ProcessState, own_identity

CACHES = (identity._kernel, identity._namespace, identity._identity)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that stands for /proc."""
    monkeypatch.setattr(identity, "PROC", tmp_path)
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    for cached in CACHES:
        cached.cache_clear()


def test_an_identity_is_its_text() -> None:
    me = own_identity()
    assert Identity.parsed(str(me)) == me
    assert me.process == os.getpid()
    for wrong in ("", "a+b", "a+1+2", "a+1+2+x", "a+1+2+3+4", "host+7+deadbeef", "a+1+-2+3"):
        assert Identity.parsed(wrong) is None


def test_this_process_is_alive_and_a_number_used_again_is_another_process() -> None:
    me = own_identity()
    assert me.state() is ProcessState.ALIVE
    if me.start:
        assert replace(me, start=me.start + 1).state() is ProcessState.DEAD
    assert replace(me, start=0).state() is ProcessState.ALIVE


def test_a_process_that_has_ended_is_dead() -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    assert replace(own_identity(), process=process.pid).state() is ProcessState.DEAD
    assert replace(own_identity(), process=1 << 40).state() is not ProcessState.DEAD


def test_what_is_of_another_kernel_or_namespace_is_unknown() -> None:
    me = own_identity()
    for other in (replace(me, kernel="0123456789ab"), replace(me, namespace=me.namespace + 1)):
        assert other.state() is ProcessState.UNKNOWN
    assert not replace(me, kernel="0123456789ab").is_of_this_kernel


def test_a_restart_makes_another_kernel(elsewhere: Path) -> None:
    boot = elsewhere / "sys/kernel/random/boot_id"
    boot.parent.mkdir(parents=True)
    boot.write_text("one\n")
    before = own_identity()
    _forget()
    boot.write_text("two\n")
    assert not before.is_of_this_kernel
    assert before.state() is ProcessState.UNKNOWN


def test_without_proc_the_host_represents_the_kernel(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "reed")
    before = own_identity()
    assert (before.namespace, before.start, before.state()) == (0, 0, ProcessState.ALIVE)
    _forget()
    monkeypatch.setattr(socket, "gethostname", lambda: "bellows")
    assert before.state() is ProcessState.UNKNOWN
