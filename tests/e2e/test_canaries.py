"""A project that was downloaded may hold any file: none of it is ever imported.

Every command is started in a folder full of modules that have the names of what Python, the
package and its libraries import. Each would leave a trace.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.installed import Installed
from tests.space import Space

TIDE = "pieces/tide.yaml"
MODULES = (
    *("__future__.py", "multiprocessing/__init__.py", "pickle.py", "json.py", "numpy.py"),
    *("sitecustomize.py", "usercustomize.py", "torch.py", "soundfile.py", "scipy/__init__.py"),
    *("typer.py", "pydantic.py", "runpy.py", "signal.py", "socket.py", "subprocess.py", "io.py"),
    *("hostile.py", "matplotlib.py", "ctypes.py", "hashlib.py", "tempfile.py", "tests.py"),
)
OWN = ("approx_build/__init__.py", "approx_build/process/__init__.py")
CANARY = """
import os
with open({trace!r}, "a") as file:
    file.write(__name__ + " of process " + str(os.getpid()) + "\\n")
"""
POINTS = "[approx_build.ops]\nhostile = hostile\n[approx_build.families]\nhostile = hostile\n"
COMMANDS = (
    *(["check", TIDE], ["corpus", "inspect", "tones"], ["corpus", "prepare", "tones"]),
    *(["take", "tiny", "--length-s", "0.2"], ["render", TIDE, "--jobs", "2"], ["render", TIDE]),
    *(["verify", TIDE, "--jobs", "2"], ["evaluate", "tiny", "--takes", "1", "--length-s", "0.2"]),
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed.at(tmp_path_factory.mktemp("installed") / "environment")


def hide_canaries(space: Space, names: tuple[str, ...]) -> Path:
    """Put the modules into the project; where they leave their trace."""
    trace = space.root.parent / "trace"
    for name in names:
        space.write(name, CANARY.format(trace=str(trace)))
    space.write("hostile-1.0.dist-info/METADATA", "Name: hostile\nVersion: 1.0\n")
    space.write("hostile-1.0.dist-info/entry_points.txt", POINTS)
    return trace


def modules(how: str) -> tuple[str, ...]:
    """The canaries of a way to start; Python takes a package for `-m` from where it is started."""
    return MODULES if how == "module" else (*MODULES, *OWN)


def starts(installed: Installed, how: str) -> list[str]:
    match how:
        case "script":
            return [str(installed.script)]
        case "safe module":
            return [str(installed.python), "-P", "-m", "approx_build"]
    return [str(installed.python), "-m", "approx_build"]


def run_all(installed: Installed, space: Space, how: str, commands: list[list[str]]) -> None:
    for words in commands:
        done = installed.run([*starts(installed, how), *words], space.root)
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("how", ["script", "module"])
def test_nothing_in_the_project_is_imported(installed: Installed, space: Space, how: str) -> None:
    trace = hide_canaries(space, modules(how))
    run_all(installed, space, how, [*COMMANDS])
    assert not trace.exists(), trace.read_text()


@pytest.mark.slow
def test_nothing_is_imported_from_a_working_folder_outside_the_project(
    installed: Installed, space: Space, tmp_path: Path
) -> None:
    trace = hide_canaries(space, MODULES)
    here = Space(tmp_path / "here")
    hide_canaries(here, MODULES)
    piece = str(space.root / TIDE)
    for words in (["check", piece], ["render", piece, "--jobs", "2"], ["verify", piece]):
        done = installed.run([*starts(installed, "module"), *words], here.root)
        assert done.returncode == 0, done.stderr
    assert not trace.exists(), trace.read_text()


def test_a_safe_python_ignores_a_package_of_our_name(installed: Installed, space: Space) -> None:
    # `python -m approx_build` takes it, before any code of ours can prevent that: docs/processes.md
    trace = hide_canaries(space, ("approx_build/__init__.py", "approx_build/__main__.py"))
    for command in (starts(installed, "script"), starts(installed, "safe module")):
        done = installed.run([*command, "check", TIDE], space.root)
        assert done.returncode == 0, done.stderr
    assert not trace.exists(), trace.read_text()
    installed.run([*starts(installed, "module"), "check", TIDE], space.root)
    assert trace.exists()


def test_nothing_in_the_project_is_imported_by_a_safe_python(
    installed: Installed, space: Space
) -> None:
    trace = hide_canaries(space, modules("safe module"))
    run_all(installed, space, "safe module", [["render", TIDE, "--jobs", "2"]])
    assert not trace.exists(), trace.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["script", "module"])
def test_nothing_in_the_project_is_imported_by_a_training(
    installed: Installed, space: Space, how: str
) -> None:
    trace = hide_canaries(space, modules(how))
    space.edit("models/tiny.yaml", "batch: 1", "batch: 2")
    words = [["train", "tiny", "--plan"], ["train", "tiny", "--processes", "2"]]
    run_all(installed, space, how, [*words, ["runs"]])
    space.edit("models/tiny.yaml", "batch: 2", "batch: 3")
    run_all(installed, space, how, [["train", "tiny", "--new"], ["runs"]])
    assert not trace.exists(), trace.read_text()


def test_an_empty_entry_of_the_path_is_not_the_working_folder_in_a_child(
    installed: Installed, space: Space
) -> None:
    trace = hide_canaries(space, ("multiprocessing/__init__.py", "pickle.py", "json.py"))
    done = installed.run([str(installed.script), "render", TIDE], space.root, PYTHONPATH="/none:")
    assert done.returncode == 0, done.stderr
    assert not trace.exists(), trace.read_text()


def test_verify_runs_the_package_that_was_installed_and_not_a_clone_it_is_started_in(
    installed: Installed, built: Space
) -> None:
    # As in a clone: the package's sources, in which no kernel was compiled.
    trace = hide_canaries(built, ("approx_build/__init__.py", "approx_build/cli/__init__.py"))
    built.write("approx_build/project/rebuild.py", CANARY.format(trace=str(trace)))
    done = installed.run([str(installed.script), "verify", TIDE, "--json"], built.root)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["differences"] == []
    assert "slower" not in done.stderr
    assert not trace.exists(), trace.read_text()


def test_a_clone_that_is_not_installed_runs_itself_and_its_own_children(
    installed: Installed, space: Space
) -> None:
    clone = space.root
    (installed.packages / "approx_build").rename(clone / "approx_build")
    try:
        command = [str(installed.python), "-m", "approx_build"]
        done = installed.run([*command, "render", TIDE, "--jobs", "2"], clone)
        assert done.returncode == 0, done.stderr
        done = installed.run([*command, "verify", TIDE], clone)
        assert done.stdout.startswith("verified: "), done.stderr
    finally:
        (clone / "approx_build").rename(installed.packages / "approx_build")
