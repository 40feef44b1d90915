"""The path of a sample: which modules are on it, and what may not be used there.

All modules of the rooms below are on it, unless the module's docstring has a line «Off the path of
a sample: …» that says why. A line of code that no sample depends on, such as one that makes a
message, has a comment «off the path: …», and so has an import of a module that is off the path.

What is refused: functions whose last bits change with the processor or the C library, products
whose order of sums a library chooses, powers that are not exact, orders that differ from run to
run, clocks, and every library but those that docs/determinism.md answers for.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ROOMS = (
    *("audio/", "corpus/", "engines/", "execution/actions/", "families/", "kernels/"),
    *("evaluation/", "numerics/", "ops/", "ways/"),
)
"""Rooms of the package where samples are made, those that are planned too."""

_OFF_LINE = re.compile(r"^Off the path of a sample:\s+(\w.*)", re.MULTILINE)
_OFF_COMMENT = re.compile(r"#\s*off the path:\s+\w")

UNSTEADY = re.compile(
    "exp.*|log.*|a?(rc)?(sin|cos|tan)(h|2)?|pow(er)?|float_power|hypot|cbrt|sinc|i0|kaiser"
    "|hanning|hamming|blackman|geomspace|erfc?|l?gamma|dist|abs|absolute|angle|cov|corrcoef"
    "|matmul|v?dot|inner|einsum|tensordot|convolve|correlate|polyfit|roots|linalg|fft"
)
"""Of NumPy and `math`. `abs` is in it because that of complex numbers is unsteady:
`portable.absolute` refuses those."""
UNSTABLE = {"argsort", "argpartition", "partition"}
"""Put equal numbers in an order that depends on the instruction set, unless told to be stable."""
METHODS = {"dot", "argsort", "argpartition", "__matmul__", "__pow__", "__abs__"}
BUILTINS = {
    "abs": "of complex numbers its bits change; take portable.absolute, or math.fabs of a number",
    "pow": "a power; take portable.power",
    "hash": "it differs from run to run",
    "id": "it differs from run to run",
}
CHANCES = {"time", "datetime", "uuid", "secrets", "random"}
STANDARD = sys.stdlib_module_names | {"approx_build"}
ANYWHERE = {"numpy", "pydantic", "pydantic_core"}
DOORS = {
    "soundfile": "audio/sndfile.py",
}
"""Libraries that one module alone may call."""
MAKES_ORDER = {"sum", "list", "tuple", "enumerate", "iter", "map", "filter", "zip", "dict"}


BLAS = re.compile(r"\b(np|numpy|linalg)\.(matmul|v?dot|inner|einsum|tensordot|linalg\.\w+)\(")
"""NumPy's functions that may sum by BLAS, in an order that depends on places in memory."""
EXACT = {"evaluation/memorisation.py"}
"""Modules whose matrix products are exact in every order."""


def sums_by_blas(module: str, source: str) -> list[str]:
    """Where a module off the path, which torch does not compute either, sums by BLAS."""
    tree = ast.parse(source)
    if module in EXACT or not module.startswith(ROOMS) or re.search("^import torch", source, re.M):
        return []
    return [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult))
        or (isinstance(node, ast.Call) and BLAS.match(ast.unparse(node)))
    ]


def is_on(module: str, source: str) -> bool:
    """Whether a module, by its path in the package, is on the path."""
    return module.startswith(ROOMS) and not why_off(source)


def why_off(source: str) -> str:
    """Why a module says that it is off the path; empty when it does not."""
    found = _OFF_LINE.search(ast.get_docstring(ast.parse(source)) or "")
    return found[1] if found else ""


def faults(module: str, sources: Mapping[str, str]) -> list[str]:
    """What a module on the path uses and may not, as «line: what».

    `sources` has the text of every module of the package by its path.
    """
    lines = sources[module].splitlines()
    return [
        f"{node.lineno}: {what}"
        for node, what in _Reader(module, sources).read()
        if not any(_OFF_COMMENT.search(one) for one in lines[node.lineno - 1 : node.end_lineno])
    ]


@dataclass
class _Reader:
    """Finds what may not be used in one module."""

    module: str
    sources: Mapping[str, str]
    names: dict[str, str] = field(default_factory=dict)
    """What a name stands for, by the imports of the module."""
    sets: set[str] = field(default_factory=set)
    """Names that stand for sets."""

    def read(self) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
        nodes = list(_walk(ast.parse(self.sources[self.module])))
        for node in nodes:
            self._learn(node)
        for node in nodes:
            for what in self._of(node):
                place = node if hasattr(node, "lineno") else node.iter  # type: ignore[attr-defined]
                yield place, what  # type: ignore[misc]

    def _learn(self, node: ast.AST) -> None:
        match node:
            case ast.Import():
                for alias in node.names:
                    whole = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.names[alias.asname or whole] = whole
            case ast.ImportFrom(module=str(whole)):
                for alias in node.names:
                    self.names[alias.asname or alias.name] = f"{whole}.{alias.name}"
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if self._is_set(value):
                self.sets.add(name)
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.arg(arg=name) if node.annotation:
                if re.match(r"(frozen)?set\b", ast.unparse(node.annotation)):
                    self.sets.add(name)

    def _of(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Import():
                for alias in node.names:
                    yield from self._of_import(alias.name)
            case ast.ImportFrom():
                for alias in node.names:
                    yield from self._of_import(f"{node.module}.{alias.name}")
            case ast.Attribute() if not isinstance(node.ctx, ast.Store):
                yield from self._of_attribute(self._whole(node), node.attr)
            case ast.Call():
                yield from self._of_call(node)
            case ast.BinOp(op=ast.MatMult()) | ast.AugAssign(op=ast.MatMult()):
                yield f"{ast.unparse(node)}: a matrix product"
            case ast.BinOp(op=ast.Pow()) if not _is_exact(node):
                yield f"{ast.unparse(node)}: a power; take portable.power, math.ldexp or products"
            case ast.AugAssign(op=ast.Pow()):
                yield f"{ast.unparse(node)}: a power; take portable.power, math.ldexp or products"
            case ast.For(iter=given) | ast.comprehension(iter=given) if self._is_set(given):
                yield f"{ast.unparse(given)}: a set has no order; sort it"

    def _of_import(self, whole: str) -> Iterator[str]:
        top = whole.partition(".")[0]
        door = next((DOORS[one] for one in DOORS if f"{whole}.".startswith(f"{one}.")), None)
        if top == "approx_build":
            if module := self._is_off(whole):
                yield f"{module}: is off the path; say what for in a comment"
        elif top in CHANCES:
            yield f"{whole}: no sample depends on a clock, or on chance that is not a stream"
        elif top not in STANDARD | ANYWHERE and door != self.module:
            yield f"{whole}: not a library of the path{f' but in {door}' if door else ''}"
        else:
            yield from self._of_library(whole)

    def _of_attribute(self, whole: str, last: str) -> Iterator[str]:
        if _is_of_numbers(whole):
            yield from self._of_library(whole)
        elif last in METHODS and not whole.startswith("approx_build."):
            yield f"{whole}: its products, or the order of what is equal, are the library's choice"

    def _of_library(self, whole: str) -> Iterator[str]:
        is_unsteady = any(UNSTEADY.fullmatch(part) for part in whole.split(".")[1:])
        if _is_of_numbers(whole) and is_unsteady:
            yield f"{whole}: its last bits change; take it from approx_build.numerics.portable"

    def _of_call(self, node: ast.Call) -> Iterator[str]:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        whole = self._whole(node.func) if isinstance(node.func, ast.Attribute) else ""
        is_stable = any(ast.unparse(word) == "kind='stable'" for word in node.keywords)
        if _is_of_numbers(whole) and whole.rpartition(".")[2] in UNSTABLE and not is_stable:
            yield f"{whole}: what is equal has no fixed order; say kind='stable'"
        if name in BUILTINS and name not in self.names:
            yield f"{name}(): {BUILTINS[name]}"
        given = node.args[0] if node.args else None
        if name == "sum" and given is not None and _is_view(given):
            yield f"{ast.unparse(node)}: a sum in the order of a mapping"
        if name in MAKES_ORDER and any(self._is_set(one) for one in node.args):
            yield f"{ast.unparse(node)}: a set has no order; sort it"

    def _whole(self, node: ast.Attribute) -> str:
        """What an attribute is in full, as far as imports say."""
        head, _, rest = ast.unparse(node).partition(".")
        return f"{self.names.get(head, head)}.{rest}"

    def _is_off(self, whole: str) -> str:
        """The module off the path that an import names or is of; empty when it is none."""
        for name in (whole, whole.rpartition(".")[0]):
            module = f"{name.partition('.')[2].replace('.', '/')}.py"
            if module in self.sources and why_off(self.sources[module]):
                return module
        return ""

    def _is_set(self, node: ast.expr) -> bool:
        match node:
            case ast.Set() | ast.SetComp() | ast.Call(func=ast.Name(id="set" | "frozenset")):
                return True
            case ast.Call(func=ast.Attribute(value=value, attr=name)):
                changes = ("difference", "union", "intersection", "symmetric_difference", "copy")
                return name in changes and self._is_set(value)
            case ast.BinOp(left=left, right=right, op=ast.Sub() | ast.BitOr() | ast.BitAnd()):
                return self._is_set(left) or self._is_set(right)
            case ast.Name(id=name):
                return name in self.sets
            case _:
                return False


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node, but for imports that are there for type checkers alone."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            yield node
            yield from _walk(node)


def _is_of_numbers(whole: str) -> bool:
    return whole.startswith(("numpy.", "math.", "cmath."))


def _is_view(node: ast.expr) -> bool:
    """Whether numbers come in the order of a mapping, and are not plainly whole ones."""
    match node:
        case ast.Call(func=ast.Attribute(attr="values" | "items" | "keys")):
            return True
        case ast.GeneratorExp(elt=item) | ast.ListComp(elt=item):
            return any(_is_view(one.iter) for one in node.generators) and not _is_whole(item)
        case _:
            return False


def _is_whole(node: ast.expr) -> bool:
    """Whether an expression is a whole number for all that one can see."""
    match node:
        case ast.Call(func=func):
            return ast.unparse(func) in ("math.prod", "len", "int")
        case ast.Attribute(attr="nbytes" | "size"):
            return True
        case _:
            return False


def _is_exact(node: ast.BinOp) -> bool:
    """Whether a power is of numbers that are written out, the exponent whole."""
    try:
        ast.literal_eval(node.left)
        return isinstance(ast.literal_eval(node.right), int)
    except ValueError:
        return False
