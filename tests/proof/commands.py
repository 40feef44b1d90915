"""Commands of a trial: the real command line, started by a fork of a process that has imported it.

A cold start costs two seconds of imports, a fork some milliseconds; what runs after it is the same
code. Some trials use processes that are started as a user starts them.
"""

from __future__ import annotations

import ctypes
import enum
import gc
import importlib
import os
import re
import resource
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import popen_fork, util
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any, NoReturn

from tests.proof import shim
from tests.proof.plants import plant

WALL_S, CPU_S = 180.0, 60
"""A command that takes longer hangs. The wall clock is generous: the machine may be busy."""
ORPHANS_S = 20.0
"""How long workers may live after their builder."""
SET_CHILD_SUBREAPER = 36

RAW = re.compile(
    r"Traceback \(most recent call last\)|\[Errno \d+\]|Fatal Python error|Exception ignored"
    r"|^(?!approx)\w*(Error|Exception)\b(?=:|$)",
    re.MULTILINE,
)
"""What only a programmer understands."""


class How(enum.Enum):
    """How a command and its workers are started."""

    ALONE = "alone"  # a fork, and no worker: one process does everything
    FORKED = "forked"  # a fork, and workers that are forks of it
    SPAWNED = "spawned"  # a fork, and workers as a user has them
    REAL = "real"  # everything as a user has it


@dataclass(frozen=True)
class Outcome:
    """What a command said, and how it ended: negative codes are signals."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str
    hung: bool = False
    orphans: bool = False

    @property
    def raw(self) -> str:
        """A traceback, or words that are no words for people; empty when there are none."""
        found = RAW.search(self.err) or RAW.search(self.out)
        return found[0] if found else ""

    @property
    def is_calm(self) -> bool:
        """Whether it went well, said what did not, or ended by a signal."""
        # 128 and more: by a signal that it caught.
        said = self.err + self.out if self.words[:1] == ("store",) else self.err
        has_words = self.code <= 0 or self.code > 128 or bool(said.strip())
        return has_words and not self.raw

    def ran(self) -> list[str]:
        """The targets that a render with --verbose made."""
        return re.findall(r"^ *\w+  (\S+)  \([\d.]+ s\)$", self.err, re.MULTILINE)


@dataclass
class Place:
    """Where the commands of a trial run, and under which control block."""

    root: Path
    said: Path
    preload: Path
    control: shim.Control
    planted: str = ""
    patches: Mapping[str, Any] = field(default_factory=dict)
    _count: int = 0

    def start(self, how: How, *words: str) -> Running:
        """Start `approx-build WORDS` in a process group of its own."""
        self._count += 1
        out, err = (self.said / f"{self._count}.{name}" for name in ("out", "err"))
        began = time.monotonic()
        if how is How.REAL:
            command = [sys.executable, "-m", "approx_build", *words]
            with open(out, "wb") as o, open(err, "wb") as e:
                environment = {**os.environ, **self._environment()}
                process = subprocess.Popen(
                    command,
                    cwd=self.root,
                    env=environment,
                    stdout=o,
                    stderr=e,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            process.returncode = 0  # it is waited for here
            return Running(process.pid, words, out, err, began)
        pid = os.fork()
        if pid == 0:
            self._become(how, words, out, err)
        return Running(pid, words, out, err, began)

    def _environment(self) -> dict[str, str]:
        home = str(Path(__file__).parents[2])
        return {
            "LD_PRELOAD": str(self.preload),
            "PROOF_CONTROL": str(self.control.path),
            "PYTHONPATH": home,
            "TMPDIR": str(self.said.parent / "tmp"),
        }

    def _become(self, how: How, words: tuple[str, ...], out: Path, err: Path) -> NoReturn:
        """Be the command, in a process that was just forked."""
        code = 70
        try:
            os.setsid()
            os.chdir(self.root)
            for handle, path in ((1, out), (2, err)):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), handle)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            sys.stdout, sys.stderr = (os.fdopen(os.dup(n), "w", encoding="utf-8") for n in (1, 2))
            os.environ.update(self._environment())
            for number in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 5))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            plant(self.planted)
            _as_started(how)
            shim.attach(self.preload, self.control)
            code = _main(words)
        except BaseException:
            traceback.print_exc()
        finally:
            with suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)


@dataclass
class Running:
    """A command on its way."""

    pid: int
    words: tuple[str, ...]
    out: Path
    err: Path
    began: float

    def is_over(self, patience_s: float = 0.0) -> bool:
        """Whether it has ended, after waiting for that long at most."""
        handle = os.pidfd_open(self.pid)
        try:
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            return bool(poll.poll(patience_s * 1000))
        finally:
            os.close(handle)

    def end(self, limit_s: float = WALL_S) -> Outcome:
        """Wait for its end, and that of its workers; what outlives that is killed."""
        hung = not self.is_over(max(0.0, self.began + limit_s - time.monotonic()))
        if hung:
            self.kill()
        _, status = os.waitpid(self.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        hung = hung or code == -signal.SIGXCPU
        orphans = not self._is_alone(ORPHANS_S)
        if orphans:
            self.kill()
            self._is_alone(ORPHANS_S)
        out, err = (path.read_text("utf-8", "replace") for path in (self.out, self.err))
        return Outcome(self.words, code, out, err, hung, orphans)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the whole group."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def _is_alone(self, patience_s: float) -> bool:
        """Whether nobody is left of the group, after waiting for that long at most."""
        deadline, pause = time.monotonic() + patience_s, 0.001
        while True:
            with suppress(ChildProcessError):
                while os.waitpid(-self.pid, os.WNOHANG)[0]:
                    pass
            try:
                os.killpg(self.pid, 0)
            except ProcessLookupError:
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(pause)
            pause = min(2 * pause, 0.1)


def adopt_orphans() -> None:
    """Let whoever loses its parent among this process's descendants become its child."""
    ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def strays(patience_s: float = ORPHANS_S) -> list[str]:
    """The command lines of children that nobody waits for, once they had time to end."""
    deadline = time.monotonic() + patience_s
    while True:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        if not children:
            return []
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    lines = [Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ") for pid in children]
    for pid in children:
        os.kill(int(pid), signal.SIGKILL)
    return [line.decode(errors="replace").strip() for line in lines]


def import_everything() -> None:
    """Import what commands need, so that forks have it."""
    for name in _modules():
        importlib.import_module(name)
    import torch

    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()


def _modules() -> Iterator[str]:
    package = Path(importlib.import_module("approx_build").__file__ or "").parent
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        # CUDA code is imported with a device; a main module runs when it is imported.
        if parts[-1] not in ("__main__", "__init__") and not parts[-1].endswith("_cuda"):
            yield ".".join(parts)


def _main(words: tuple[str, ...]) -> int:
    main = importlib.import_module("approx_build.__main__")
    sys.argv = ["approx-build", *words]
    # What spawned workers import as the main module.
    sys.modules["__main__"] = main
    code = 0
    try:
        main.main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException:
        traceback.print_exc()
        code = 1
    util._exit_function()  # type: ignore[attr-defined]
    return code


def _as_started(how: How) -> None:
    """Start workers as `how` says."""
    from approx_build.execution.executors import local

    if how is How.ALONE:
        from approx_build.execution.executors.local import in_process

        local.Processes = in_process  # type: ignore[assignment, misc]
    elif how is How.FORKED:
        import multiprocessing

        context = multiprocessing.get_context("fork")
        context.Process = _ForkedWorker  # type: ignore[misc]
        multiprocessing.get_context = lambda method=None: context  # type: ignore


class _ForkedPopen(popen_fork.Popen):
    def _launch(self, process_obj: Any) -> None:
        """As the library does, but let go of what a spawned process would not have."""
        self.sentinel, alive = os.pipe()
        builder_lives, held = os.pipe()
        # At-fork hooks, which a spawning builder does not run, would swallow a signal's exception.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, set(range(1, 16)))
        self.pid = os.fork()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if self.pid == 0:
            keep = {0, 1, 2, alive, builder_lives, process_obj._args[0].fileno()}
            nothing = os.open(os.devnull, os.O_RDWR)
            for name in os.listdir("/proc/self/fd"):
                # The numbers stay taken: objects that own them are still about.
                if int(name) not in keep:
                    with suppress(OSError):
                        os.dup2(nothing, int(name))
            os._exit(process_obj._bootstrap(parent_sentinel=builder_lives))
        os.close(alive)
        os.close(builder_lives)
        self.finalizer = util.Finalize(self, _close, (self.sentinel, held))


def _close(*handles: int) -> None:
    for handle in handles:
        os.close(handle)


class _ForkedWorker(ForkProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> _ForkedPopen:  # noqa: N802
        return _ForkedPopen(process_obj)
