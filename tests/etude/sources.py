"""What an operation, a family, a kind of action or a kernel stands on: source files, and digests.

A digest is of what the code does: docstrings, comments, annotations of functions, messages of
errors and descriptions of fields are left out, and so is layout; in C comments and white space.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from approx_build.kernels.compiled import Library, sources
from tests.sample_path import ROOMS, why_off

DIGITS = 16
KERNELS = "kernels/csrc/"
Keeps = Callable[[str], bool]
"""Whether a module is followed that is off the path of a sample, by what it says of that."""


def never(reason: str) -> bool:
    """Only modules on the path."""
    return False


def always(reason: str) -> bool:
    """What is measured or drawn stands on modules off the path too."""
    return True


def trains(reason: str) -> bool:
    """Modules that are off the path because they train."""
    return "trains" in reason or "weights" in reason


@dataclass(frozen=True)
class Scope:
    """Which modules of the package are followed: those of rooms, perhaps some off the path."""

    rooms: tuple[str, ...]
    keeps: Keeps = never


SAMPLES = Scope((*ROOMS, "execution/take_batches.py", "training/checkpoint.py"))
LOOKS = Scope((*SAMPLES.rooms, "report/"), always)
WEIGHTS = Scope((*ROOMS, "training/"), trains)


@dataclass
class Tree:
    """The sources of a package, by their path in it, and of the kernels' build file."""

    package: Path
    _imports: dict[str, list[str]] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)
    _reasons: dict[str, str] = field(default_factory=dict)

    def closure(self, roots: list[str], scope: Scope) -> list[str]:
        """The modules that the roots import, themselves included, as far as the scope goes."""
        found, todo = set[str](), list(roots)
        while todo:
            if (module := todo.pop()) not in found:
                found.add(module)
                todo += [one for one in self._imported(module) if self._is_in(one, scope)]
        return sorted(found)

    def kernel(self, which: Library, under: str = "") -> list[str]:
        """The C files of a library, or those of them in a folder; headers, and what builds them."""
        paths = [path for path in sources(which, self.package) if path.suffix == ".c"]
        files = [path.relative_to(self.package).as_posix() for path in paths]
        todo = [file for file in files if file.startswith(under)]
        found = {"CMakeLists.txt"} if todo else set[str]()
        while todo:
            if (file := todo.pop()) not in found:
                found.add(file)
                todo += self._included(file)
        return sorted(found)

    def digest(self, file: str) -> str:
        """The digest of what a file does."""
        if file not in self._digests:
            self._digests[file] = digest_of_text(file, self.text(file))
        return self._digests[file]

    def digest_of(self, files: list[str]) -> str:
        """The digest of several files by name."""
        return _short(json.dumps([[file, self.digest(file)] for file in files]))

    def text(self, file: str) -> str:
        """The text of a file."""
        folder = self.package.parent if file == "CMakeLists.txt" else self.package
        return (folder / file).read_text(encoding="utf-8")

    def _included(self, file: str) -> list[str]:
        """The headers of the package that a C file includes: beside it, or of the kernels."""
        found = re.findall(r'^\s*#\s*include "(.*?)"', self.text(file), re.MULTILINE)
        folders = (Path(file).parent, Path(KERNELS))
        return [
            next((path for path in paths if (self.package / path).is_file()), paths[-1])
            for paths in ([(folder / one).as_posix() for folder in folders] for one in found)
        ]

    def _is_in(self, module: str, scope: Scope) -> bool:
        if not module.startswith(scope.rooms):
            return False
        if module not in self._reasons:
            self._reasons[module] = why_off(self.text(module))
        return not self._reasons[module] or scope.keeps(self._reasons[module])

    def _imported(self, module: str) -> list[str]:
        if module not in self._imports:
            tree = ast.parse(self.text(module))
            self._imports[module] = [one for node in _walk(tree) for one in self._modules(node)]
        return self._imports[module]

    def _modules(self, node: ast.AST) -> Iterator[str]:
        """The modules of the package that an import names."""
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")[1:] if name.startswith("approx_build.") else []
            for count in range(len(parts), 0, -1):
                file = "/".join(parts[:count])
                if (self.package / f"{file}.py").is_file():
                    yield f"{file}.py"
                    break


def digest_of_text(file: str, text: str) -> str:
    """The digest of what a file's text does."""
    return _short(_meaning(file, text))


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs: what is there for type checkers alone is left out."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            yield node
            yield from _walk(node)


def _meaning(file: str, text: str) -> str:
    if file.endswith(".py"):
        return json.dumps(_plain(_Bare().visit(ast.parse(text))))
    if file == "CMakeLists.txt":
        text = re.sub(r"#.*", "", text)
    else:
        text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


class _Bare(ast.NodeTransformer):
    """Leaves out of a module what changes no result."""

    def visit_Expr(self, node: ast.Expr) -> Any:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else self.generic_visit(node)

    def visit_If(self, node: ast.If) -> Any:
        return None if "TYPE_CHECKING" in ast.unparse(node.test) else self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        return None if node.module == "__future__" else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.returns = None
        self.generic_visit(node)
        node.body = [self._unannotated(one) for one in node.body]
        return node

    def visit_arg(self, node: ast.arg) -> Any:
        node.annotation = None
        return node

    def visit_Raise(self, node: ast.Raise) -> Any:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return ast.Raise(exc=raised)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Any:
        # Python 3.12 puts empty texts between the values of a format.
        empty = [one for one in node.values if isinstance(one, ast.Constant) and not one.value]
        node.values = [one for one in node.values if one not in empty]
        return self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> Any:
        return None if node.arg == "description" else self.generic_visit(node)

    def _unannotated(self, node: ast.stmt) -> ast.stmt:
        """A statement of a function without the annotation of what it assigns to."""
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            return ast.Assign(targets=[node.target], value=node.value)
        return node


def _plain(node: Any) -> Any:
    """A syntax tree as lists, the same for every version of Python."""
    if isinstance(node, ast.AST):
        given = [(name, getattr(node, name, None)) for name in sorted(node._fields)]
        skipped = ("ctx", "kind", "type_comment", "type_params")
        fields = [[n, _plain(v)] for n, v in given if v not in (None, []) and n not in skipped]
        return [type(node).__name__, *fields]
    if isinstance(node, list):
        return [_plain(one) for one in node]
    return node if isinstance(node, str | int | bool) else repr(node)


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:DIGITS]
