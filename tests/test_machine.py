from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.machine import (
    Available,
    available_memory,
    available_of,
    group_of,
    largest_that_fits,
    limit_of,
)

MEMINFO = """\
MemTotal:       65805344 kB
MemFree:          812344 kB
MemAvailable:   40000000 kB
Buffers:          100000 kB
Cached:           200000 kB
HugePages_Total:       0
"""
OLD_MEMINFO = "\n".join(line for line in MEMINFO.splitlines() if "Available" not in line)
V2 = "0::/user.slice/app.scope\n"
V1 = "12:cpu,cpuacct:/docker/ab\n4:memory:/docker/ab\n1:name=systemd:/docker/ab\n"
KB = 1024


def machine(root: Path, **files: str) -> Path:
    """A file system with these files; __ in a name stands for a slash, _dot_ for a dot."""
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_what_a_machine_has_left() -> None:
    assert available_of(MEMINFO) == 40_000_000 * KB
    assert available_of(OLD_MEMINFO) == (812_344 + 100_000 + 200_000) * KB
    assert available_of("") is None
    assert available_of("MemAvailable: much\n") is None


@pytest.mark.parametrize(
    ("text", "limit"),
    [("max\n", None), ("2147483648\n", 1 << 31), ("9223372036854771712\n", None), ("", None)],
)
def test_the_limit_of_a_group(text: str, limit: int | None) -> None:
    assert limit_of(text) == limit


def test_the_group_of_a_process() -> None:
    assert group_of(V2) == "/user.slice/app.scope"
    assert group_of(V1, "memory") == "/docker/ab"
    assert group_of(V1) is None
    assert group_of(V2, "memory") is None
    assert group_of("5:cpu,memory:/x\n", "memory") == "/x"


def test_a_machine_without_groups_gives_what_it_has(tmp_path: Path) -> None:
    root = machine(tmp_path, proc__meminfo=MEMINFO, proc__self__cgroup=V2)
    assert available_memory(root) == Available(40_000_000 * KB, "memory of this machine")


def test_the_least_of_all_groups_above_counts_and_file_cache_is_free(tmp_path: Path) -> None:
    root = machine(tmp_path, proc__meminfo=MEMINFO, proc__self__cgroup=V2)
    own, above = root / "sys/fs/cgroup/user.slice/app.scope", root / "sys/fs/cgroup/user.slice"
    machine(own, memory_dot_max="8000000000", memory_dot_current="1000000000")
    machine(
        above,
        memory_dot_max="4000000000",
        memory_dot_current="3000000000",
        memory_dot_stat="anon 5\ninactive_file 500000000\n",
    )
    assert available_memory(root) == Available(1_500_000_000, "limit of the control group")


def test_a_container_sees_its_own_group_as_the_root(tmp_path: Path) -> None:
    root = machine(tmp_path, proc__meminfo=MEMINFO, proc__self__cgroup=V1)
    machine(
        root / "sys/fs/cgroup/memory",
        memory_dot_limit_in_bytes="2000000000",
        memory_dot_usage_in_bytes="900000000",
        memory_dot_stat="total_inactive_file 400000000\n",
    )
    found = available_memory(root)
    assert found is not None
    assert found.size == 1_500_000_000


def test_a_group_that_is_over_its_limit_has_nothing_left(tmp_path: Path) -> None:
    root = machine(tmp_path, proc__self__cgroup="0::/\n")
    machine(root / "sys/fs/cgroup", memory_dot_max="10", memory_dot_current="20")
    found = available_memory(root)
    assert found is not None
    assert found.size == 0


def test_where_nothing_shows_nothing_is_known(tmp_path: Path) -> None:
    assert available_memory(tmp_path) is None


def test_this_machine_has_memory() -> None:
    found = available_memory()
    assert found is None or found.size >= 0


@given(
    st.integers(0, 5000),
    st.integers(1, 50),
    st.integers(1, 400),
    st.integers(1, 9),
    st.integers(1, 7),
)
def test_the_largest_that_fits_is_that_of_trying_all(
    limit: int, least: int, more: int, multiple: int, price: int
) -> None:
    def cost(size: int) -> int:
        return 100 + price * size

    sizes = range(least, least + more + 1)
    fitting = [n for n in sizes if n % multiple == 0 and cost(n) <= limit]
    found = largest_that_fits(cost, limit, least, least + more, multiple)
    assert found == (max(fitting) if fitting else None)


def test_few_sizes_are_tried() -> None:
    tried: list[int] = []
    assert largest_that_fits(lambda n: tried.append(n) or n, 777_777, 1, 1 << 24) == 777_777
    assert len(tried) < 30
