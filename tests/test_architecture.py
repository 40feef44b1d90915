"""The walls of the house: who may import whom, and what may not be used where."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "approx_build"

FACE = ("cli/", "__main__")
"""The modules that may print and exit."""
LONGEST_FILE = 300
LONGEST_FUNCTION = 50
LONGEST_OPENING = 120
SHORT_MODULE = 60
SHORT_SHARE = 1 / 5
"""Fewer of all modules may be shorter: many small files hide how they belong together."""

IN_TORCH = re.compile(
    r"families/\w+/(network|cuda\w*|torch_\w+)\.py|families/torch_\w+\.py|engines/.*_torch\.py"
)
"""Modules of families and engines that may need torch to be imported themselves."""
IMPORT_TORCH = {
    "training/device.py",
    "training/gradients.py",
    "training/process_group.py",
    "training/session.py",
    "training/step.py",
}
"""The others that do. Nothing that renders on a CPU imports any of them."""
IMPORT_TORCH_WHEN_CALLED = {"project/settings.py", "training/parent.py"}
NAME_TORCH_IN_TYPES = {"families/base.py", "training/optimizers.py", "training/state.py"}

OF_PARAMETERS = ("approx_build.errors", "approx_build.families.parameters")
"""What of the package a family's parameters stand on, besides modules of the family that do too."""

TESTED_ELSEWHERE = {
    "__main__.py": "e2e",
    "audio/clip.py": "ops/test_every_op.py",
    "execution/context.py": "e2e",
    "execution/toolchain.py": "e2e",
    "execution/actions/": "e2e",
    "execution/work.py": "execution/test_runner.py",
    "store/fault.py": "store/test_check.py",
    "store/watch.py": "cli/test_meter.py",
    "cli/": "e2e",
    "errors.py": "yaml_source/test_document.py",
    "families/parameters.py": "families/test_every_family.py",
    "plan/": "e2e",
    "corpus/consent_record.py": "corpus/test_consent.py",
    "process/start.py": "project/test_build_state.py",
    "project/": "e2e",
    "yaml_source/fields.py": "score/test_load.py",
    "yaml_source/tables.py": "score/test_docs.py",
    "training/recreation.py": "training/test_damage.py",
    "training/run_folder.py": "training/test_damage.py",
    "training/distributed.py": "training/test_process_group.py",
    "training/session.py": "training/test_loop.py",
    "training/callbacks.py": "training/test_loop.py",
    "ways/": "ways/test_every_way.py",
    "upkeep/check.py": "e2e/test_store_check.py",
    "upkeep/delivered.py": "e2e/test_store_check.py",
    "upkeep/sizes.py": "e2e/test_store_sizes.py",
    "score/event_times.py": "score/test_positions.py",
    "score/section_events.py": "score/test_section_repeats.py",
    "score/schema.py": "score/test_load.py",
    "report/": "report/test_piece.py",
    "export/base.py": "export/test_every_export.py",
    "export/levels.py": "export/purposes/test_concert.py",
    "export/programme.py": "export/purposes/test_concert.py",
    "training/ledger/columns.py": "cli/test_runs_table.py",
}
"""Modules that no test file of their own name may hold, and what tests them."""
HELD_BY_THE_SUITE = re.compile(
    r"families/\w+/(parameters|family|draw|network|memory|\w*reference)\.py"
)
"""Modules of a family that tests/families/test_every_family.py holds to what they promise."""

EXECUTES_DATA = {"pickle", "dill", "marshal", "shelve", "joblib", "yaml"}


def loaded(path: Path) -> ModuleType:
    """A Python file outside the package as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = loaded(ROOT / "docs" / "generate.py")
FILES = sorted(PACKAGE.rglob("*.py"))
FLOOR_OF = {room: floor for floor, rooms in enumerate(generate.ROOMS) for room in rooms}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def nodes(*kinds: type[ast.AST]) -> Iterator[tuple[str, ast.AST, str]]:
    """Every node of these kinds in the package: its file, itself, and its place for people."""
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, kinds):
                yield name(path), node, f"{path.relative_to(ROOT)}:{node.lineno}"


def imported(node: ast.AST) -> list[str]:
    """The modules that a node imports, in full; the last word may be a name of the module."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def imports(path: Path) -> list[str]:
    return [found for node in ast.walk(tree(path)) for found in imported(node)]


def imports_at_once(path: Path) -> list[str]:
    """What importing the file imports: not what its functions or type checkers import."""

    def walk(statements: list[ast.stmt]) -> Iterator[str]:
        for node in statements:
            yield from imported(node)
            for_types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
            if not for_types and not isinstance(node, ast.FunctionDef):
                yield from walk([n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt)])

    return list(walk(tree(path).body))


def module_of(found: str) -> Path | None:
    """The file of the package that an imported name is, or is in."""
    parts = found.split(".")
    if parts[0] != "approx_build":
        return None
    for count in range(len(parts), 0, -1):
        path = PACKAGE.joinpath(*parts[1:count])
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.exists():
                return file
    raise AssertionError(f"{found} is nowhere")


def test_every_room_has_its_floor():
    assert {generate.room_of(path) for path in FILES} == set(FLOOR_OF)


def test_the_table_of_floors_is_the_rule():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.partition("## The import rule")[2].partition("Besides:")[0]
    rooms = re.findall(r"^\| [\w ]+ \| ([^|]*`[^|]*) \|", table, re.MULTILINE)
    told = [set(re.findall(r"`(\w+)`", row)) for row in rooms]
    assert told[0] == {"__main__", "cli"}
    assert told[1:] == [set(floor) - {"__init__"} for floor in generate.ROOMS[2:]]


def test_imports_point_downward_only():
    """The package itself is no room: it gives names of all of them."""
    upward = []
    for path in FILES:
        own = generate.room_of(path)
        if own == "__init__":
            continue
        for found in imports(path):
            module = module_of(found)
            room = generate.room_of(module) if module else own
            if room != own and FLOOR_OF[room] <= FLOOR_OF[own]:
                upward.append(f"{name(path)} imports {found}")
    assert not upward


def test_modules_do_not_import_each_other_in_a_circle():
    """Not even when a function is called, or for types alone. The package gives names of all."""
    inside = [path for path in FILES if generate.room_of(path) != "__init__"]
    needs = {path: {module_of(one) for one in imports(path)} - {path} for path in inside}
    while needs:
        free = {path for path, others in needs.items() if not others & needs.keys()}
        assert free, f"in a circle: {sorted(map(name, needs))}"
        needs = {path: others for path, others in needs.items() if path not in free}


FAMILY_PACKAGES = sorted(path.parent for path in PACKAGE.glob("families/*/__init__.py"))


def names_of_families() -> re.Pattern[str]:
    """Any family's name, however it is spelled: as a tag, a package, a class or in prose.

    Not within a longer word of small letters, as the name of a family is within `travel`.
    """
    tags = (re.split("[-_]", package.name) for package in FAMILY_PACKAGES)
    names = "|".join("[-_ ]?".join(words) for words in tags)
    return re.compile(f"(?<![a-z])(?i:{names})s?(?![a-z])")


def code_of(path: Path, kinds: set[int]) -> Iterator[tuple[str, str]]:
    """The tokens of a Python file that are of some kinds, with their places; no docstrings."""
    before = tokenize.NEWLINE
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            begins = before in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
            if token.type in kinds and not (begins and token.type == tokenize.STRING):
                yield token.string, f"{path.relative_to(ROOT)}:{token.start[0]}"
            if token.type not in (tokenize.NL, tokenize.COMMENT):
                before = token.type


TEXTS = {tokenize.STRING, vars(tokenize).get("FSTRING_MIDDLE", tokenize.STRING)}


def test_no_family_is_named_outside_its_package():
    """Docstrings and comments may cite where a rule is from. A name should be no common word."""
    named, found = names_of_families(), []
    for path in sorted(path for path in PACKAGE.rglob("*") if path.is_file()):
        inside = path.relative_to(PACKAGE).as_posix()
        own = any(path.is_relative_to(package) for package in FAMILY_PACKAGES)
        if own or "__pycache__" in path.parts or path.suffix in (".so", ".dylib", ".dll"):
            continue
        found += [inside] if named.search(inside) else []
        if path.suffix == ".py":
            code = code_of(path, {tokenize.NAME, *TEXTS})
            found += [at for text, at in code if named.search(text)]
        elif named.search(path.read_text(encoding="utf-8")):
            found.append(inside)
    assert not found
    for build in ("CMakeLists.txt", "pyproject.toml", "justfile"):
        assert not named.search((ROOT / build).read_text(encoding="utf-8")), build


def test_tests_name_a_family_as_data_alone_but_in_its_own_folder():
    """A test elsewhere may declare a model in YAML; it imports no family and has none in a name."""
    named, found, tests = names_of_families(), [], ROOT / "tests"
    own = [tests / "families" / package.name for package in FAMILY_PACKAGES]
    for path in sorted(tests.rglob("*.py")):
        if not any(path.is_relative_to(folder) for folder in own):
            inside = path.relative_to(ROOT).as_posix()
            found += [inside] if named.search(inside) else []
            found += [at for text, at in code_of(path, {tokenize.NAME}) if named.search(text)]
    assert not found


WAYS = {
    str(ast.literal_eval(node.value)): path
    for path in sorted(PACKAGE.glob("ways/*.py"))
    for node in ast.walk(tree(path))
    if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "way" and node.value
}
"""The files of the ways of making takes, by the ways' names."""
SHORT_FORM = re.compile(r"^ +(\w+): Annotated\[.*\bSHORT_FORM\]", re.MULTILINE)


def named_in_code(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Texts, attributes and keywords of a file, but not the methods that it calls."""
    called = {id(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
    for node in ast.walk(tree(path)):
        match node:
            case ast.Constant(value=str(text)):
                yield text, node
            case ast.Attribute(attr=text) if id(node) not in called:
                yield text, node
            case ast.keyword(arg=str(text)):
                yield text, node


def in_a_family(path: Path) -> bool:
    return any(path.is_relative_to(package) for package in FAMILY_PACKAGES)


def those_that_name(words: Set[str]) -> list[str]:
    """Where a file names one of these words, but a way's own, and those of engines and families."""
    return [
        f"{name(path)}:{getattr(node, 'lineno', 0)}: {text}"
        for path in FILES
        if generate.room_of(path) not in ("engines", "families")
        for text, node in named_in_code(path)
        if text in words and path not in WAYS.values()
    ]


def test_a_way_of_making_takes_is_named_in_its_file_and_in_families_alone():
    """An engine may have functions of such names."""
    assert len(WAYS) > 4
    assert not those_that_name(WAYS.keys())
    for path in FILES:
        if not in_a_family(path):
            found = {module_of(one) for one in imports(path)} & set(WAYS.values())
            assert not found, f"{name(path)} imports {found}"


def test_a_control_of_generation_is_named_in_families_alone():
    controls = {
        found
        for path in PACKAGE.glob("families/**/*.py")
        for found in SHORT_FORM.findall(path.read_text(encoding="utf-8"))
    }
    assert controls
    # These two are also common words.
    assert not those_that_name(controls - {"place", "spread"})


def test_a_family_s_package_imports_its_family_alone():
    for package in FAMILY_PACKAGES:
        [found] = imports(package / "__init__.py")
        assert module_of(found) == package / "family.py"


def test_parameters_of_a_family_depend_on_nothing_that_draws_or_trains():
    for package in FAMILY_PACKAGES:
        queue, seen = [package / "parameters.py"], set()
        while queue:
            path = queue.pop()
            seen.add(path)
            for found in imports(path):
                module = module_of(found)
                if module is not None and module.is_relative_to(package):
                    queue += {module} - seen
                elif module is not None:
                    assert found.startswith(OF_PARAMETERS), f"{name(path)} imports {found}"


def test_imports_are_written_in_full():
    assert not [at for _, node, at in nodes(ast.ImportFrom) if node.level]


def test_every_module_opens_with_a_sentence():
    openings = {name(path): generate.opening(path) for path in FILES}
    assert not {at: text for at, text in openings.items() if not text.endswith((".", "?"))}
    assert not {at: text for at, text in openings.items() if len(text) > LONGEST_OPENING}


def test_files_and_functions_fit():
    lines = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert not {at: count for at, count in lines.items() if count > LONGEST_FILE}
    functions = {
        f"{at} {node.name}": node.end_lineno - node.lineno + 1
        for _, node, at in nodes(ast.FunctionDef)
    }
    assert not {at: count for at, count in functions.items() if count > LONGEST_FUNCTION}


def test_few_modules_are_short():
    modules = [path for path in FILES if path.name != "__init__.py"]
    short = [one for one in modules if len(one.read_text("utf-8").splitlines()) < SHORT_MODULE]
    assert len(short) < SHORT_SHARE * len(modules)


def is_torch(found: list[str]) -> bool:
    return any(one.split(".")[0] in ("torch", "torchaudio") for one in found)


def test_torch_is_imported_where_it_is_needed_and_nowhere_else():
    def others(found: set[str]) -> set[str]:
        return {module for module in found if not IN_TORCH.fullmatch(module)}

    at_once = {name(path) for path in FILES if is_torch(imports_at_once(path))}
    anywhere = {name(path) for path in FILES if is_torch(imports(path))}
    assert others(at_once) == IMPORT_TORCH
    assert others(anywhere) == IMPORT_TORCH | IMPORT_TORCH_WHEN_CALLED | NAME_TORCH_IN_TYPES


def loaded_after(*modules: str) -> set[str]:
    """The top-level packages that a fresh process has loaded after importing these modules."""
    code = "".join(f"import approx_build.{module}\n" for module in modules)
    code += "import sys\nprint(*{name.partition('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_a_render_on_a_cpu_imports_no_torch():
    folders = ("execution/actions", "project", "project/corpus", "report", "plan", "ops")
    modules = [path for folder in folders for path in (PACKAGE / folder).glob("[a-z]*.py")]
    modules += PACKAGE.glob("families/*/draw.py")
    assert len(modules) > 90
    found = loaded_after("cli.app", *(name(path)[:-3].replace("/", ".") for path in modules))
    assert not found & {"torch", "torchaudio"}


def test_the_light_path_imports_nothing_heavy():
    heavy = {"numpy", "scipy", "torch", "pydantic", "ruamel", "typer", "soundfile", "matplotlib"}
    assert not loaded_after("__main__", "cli.fast_path") & (heavy | {"rich", "jinja2", "soxr"})


def test_randomness_comes_from_streams_alone():
    allowed = {"numerics/stream.py"}
    used = [
        f"{at}: {ast.unparse(node)}"
        for module, node, at in nodes(ast.Attribute)
        if ast.unparse(node).startswith(("np.random", "numpy.random", "torch.rand", "random."))
        and module not in allowed
    ]
    assert not used
    assert not [name(path) for path in FILES if {"random", "numpy.random"} & set(imports(path))]


def test_nothing_that_is_read_is_executed():
    found = [
        name(path) for path in FILES if {one.split(".")[0] for one in imports(path)} & EXECUTES_DATA
    ]
    assert not found
    calls = [(ast.unparse(node.func), node, at) for _, node, at in nodes(ast.Call)]
    assert not [at for what, _, at in calls if what in ("eval", "exec", "compile", "__import__")]
    for what, node, at in calls:
        if what in ("torch.load", "np.load"):
            told = {word.arg: ast.unparse(word.value) for word in node.keywords}
            assert told.get("weights_only") == "True" or told.get("allow_pickle") == "False", at


def test_only_the_face_prints_or_exits():
    loud = ("print", "sys.exit", "exit", "quit", "os.abort")
    assert not [
        at
        for module, node, at in nodes(ast.Call)
        if ast.unparse(node.func) in loud and not module.startswith(FACE)
    ]


def test_everything_is_printed_in_one_place():
    """There foreign text becomes visible; a command that prints in another way would forget it."""
    prints = re.compile(
        r"print|(sys\.std(out|err)|stream)\.write(lines)?|\w*[Cc]onsole\.print|\w*echo"
    )
    found = {
        module for module, node, _ in nodes(ast.Call) if prints.fullmatch(ast.unparse(node.func))
    }
    # A table of rich's is drawn as text first.
    assert found == {"cli/output.py", "cli/runs_table.py"}


OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")
NAMES_OPTIONS_OF_OTHER_PROGRAMS = {
    "kernels/compiled.py": {"--build"},
    "report/stream.py": {"--pcm"},
}
"""How CMake builds the kernels, and a custom property of CSS."""


def test_nothing_below_the_face_names_an_option_of_the_command_line():
    """Messages name arguments of the Python API (`errors.argument`); `cli` prints the options."""
    found = {
        name(path): set(OPTION.findall(path.read_text(encoding="utf-8")))
        for path in FILES
        if not name(path).startswith(FACE)
    }
    assert {module: options for module, options in found.items() if options} == (
        NAMES_OPTIONS_OF_OTHER_PROGRAMS
    )


def test_nothing_below_the_command_line_uses_a_terminal():
    """A process that the builder starts reads its task from `sys.argv`, and may end itself."""
    terminal = re.compile(r"sys\.(std(in|out|err)|argv)|.*\.isatty|os\._exit|os\.get_terminal_size")
    children = re.compile(
        r"process/(child|streams)|execution/worker|project/rebuild|training/distributed|\w+/docs"
    )
    assert not [
        at
        for module, node, at in nodes(ast.Attribute)
        if terminal.fullmatch(ast.unparse(node))
        and not module.startswith(FACE)
        and not children.match(module)
    ]


def test_the_clock_and_the_environment_are_read_in_one_place():
    """The day and the store; other variables and the times of files decide nothing of a build."""
    clock = ("date.today", "datetime.now", "datetime.today")
    read = [module for module, node, _ in nodes(ast.Call) if ast.unparse(node.func) in clock]
    # The worker that trains notes in the ledger when it began.
    assert set(read) == {"project/settings.py", "execution/actions/train.py"}
    variables = [
        module
        for module, node, _ in nodes(ast.Constant)
        if isinstance(node.value, str) and re.fullmatch("APPROX_[A-Z]+", node.value)
    ]
    # The fast path answers before settings could be imported.
    assert set(variables) == {
        *("project/settings.py", "cli/fast_path.py"),
        *("kernels/compiled.py", "project/verify.py"),
    }


def test_the_command_line_is_thin():
    lines = [
        path.read_text(encoding="utf-8").count("\n") for path in (PACKAGE / "cli").rglob("*.py")
    ]
    assert sum(lines) <= 2500
    work = {"execution", "plan", "upkeep", "families", "audio", "kernels", "score"}
    for path in (PACKAGE / "cli").rglob("*.py"):
        # The sweep that finds nothing to do cannot afford the application.
        if name(path) != "cli/fast_path.py":
            rooms = {
                found.split(".")[1] for found in imports_to_run(path) if "approx_build." in found
            }
            assert not rooms & work, name(path)


def imports_to_run(path: Path) -> list[str]:
    """What a file imports at some time, but for type checkers."""
    for_types = {
        id(child)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    every = (node for node in ast.walk(tree(path)) if id(node) not in for_types)
    return [found for node in every for found in imported(node)]


def callers(function: str) -> set[str]:
    """The modules that call a function, by its last name."""
    return {
        module
        for module, node, _ in nodes(ast.Call)
        if ast.unparse(node.func).rpartition(".")[2] == function
    }


def test_nothing_is_lowered_that_the_list_of_checks_has_not_passed():
    """`lower` takes a CheckedPiece alone, which `plan/check.py` alone makes."""
    assert callers("CheckedPiece") == {"plan/check.py"}
    checks = {"check_names", "check_references", "check_durations", "take_faults", "check_consent"}
    for one in checks - {"check_references"}:
        assert callers(one) == {"plan/check.py"}, one
    assert callers("check_references") == {"plan/check.py", "plan/dependents.py"}
    # Upkeep builds nothing: what a store keeps does not depend on consents.
    assert callers("check_without_consent") == {"upkeep/needs.py"}
    # A sound enters a graph by `Networks.sound`, which asks for consent.
    assert callers("add_leaf") == {"plan/takes.py"}
    assert callers("check_permitted") == {"execution/scheduler.py"}
    building = ("approx_build.execution.scheduler", "approx_build.execution.executors")
    upkeep = [path for path in FILES if generate.room_of(path) == "upkeep"]
    assert not [at for path in upkeep for at in imports(path) if at.startswith(building)]


@pytest.mark.parametrize("page", generate.PAGES)
def test_the_generated_parts_of_a_page_are_up_to_date(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert generate.filled(text) == text, "run: python docs/generate.py"


def test_every_room_has_one_line_in_the_architecture():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = text.partition("<!-- rooms -->")[2].partition("<!-- end -->")[0]
    named = re.findall(r"^\| `(\w+)(?:/|\.py)` \| \S", rooms, re.MULTILINE)
    assert sorted(named) == sorted({generate.room_of(path) for path in FILES} - {"__init__"})


def test_every_module_is_tested():
    for where in TESTED_ELSEWHERE.values():
        assert (ROOT / "tests" / where).exists(), where
    tests = ROOT / "tests"
    assert not [
        name(path)
        for path in FILES
        if path.name != "__init__.py"
        and not name(path).startswith(tuple(TESTED_ELSEWHERE))
        and not HELD_BY_THE_SUITE.fullmatch(name(path))
        and not (tests / path.relative_to(PACKAGE).with_name(f"test_{path.name}")).exists()
    ]
