"""Small lies about a file of code, one at a time: what a careful test must notice.

A mutant replaces one piece of the source. Left alone is what no behaviour hangs on: docstrings, annotations,
decorators, imports and the wording of messages, that is, every text with a space between two words.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ORDER: Final = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
_SAME: Final = {
    ast.Eq: "!=", ast.NotEq: "==", ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in"
}  # fmt: skip
_ARITHMETIC: Final = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "//", ast.FloorDiv: "*", ast.Div: "*", ast.Mod: "//",
    ast.LShift: ">>", ast.RShift: "<<", ast.BitAnd: "|", ast.BitOr: "&", ast.BitXor: "&", ast.Pow: "*",
}  # fmt: skip
_CALLED: Final = {
    "min": "max", "max": "min", "any": "all", "all": "any", "startswith": "endswith", "lstrip": "rstrip",
    "rstrip": "lstrip", "partition": "rpartition", "rpartition": "partition", "find": "rfind",
    "rfind": "find",
    "fullmatch": "match", "issuperset": "issubset", "intersection": "union", "reversed": "list",
    "removeprefix": "removesuffix",
}  # fmt: skip
_MEMBERS: Final = {
    "Reason": ("JSON_NUMBER", "VERSION_JUMP"), "Mark": ("GAP", "LATE"), "Act": ("UPDATE", "PUBLISH"),
    "SeatState": ("ACTIVE", "INVITED"), "KeyStatus": ("RETIRED", "REVOKED"), "KeyKind": ("LOG", "COSIGNER"),
    "Kind": ("STORY", "ALERT"),
}  # fmt: skip
_REPEATS: Final = re.compile(r"(?<=[{,])\d+(?=[,}])")  # of a regular expression: {26}, {0,15}
_SENTENCE: Final = re.compile(r"\S .*\S", re.DOTALL)
_TYPES: Final = re.compile(r"[A-Z]|(?:dict|list|tuple|frozenset|set|type)\b")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One lie: in which function of which module, the lines it changes, and the whole source with it."""

    module: str
    function: str  # with its class; "" outside of any
    line: int
    was: str
    now: str
    source: bytes

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.function}\n  - {self.was}\n  + {self.now}"


def mutants_of(module: str, path: Path) -> Iterator[Mutant]:
    """Every mutant of a file, from its top to its end."""
    return iter(_Liar(module, path.read_bytes()).mutants)


class _Liar(ast.NodeVisitor):
    def __init__(self, module: str, source: bytes) -> None:
        self.module, self.source, self.mutants = module, source, list[Mutant]()
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.names: list[str] = []
        self.tests: set[ast.expr] = set()  # forced both ways, so an equality in them need not be turned round
        self.visit(ast.parse(source))

    def place(self, node: ast.AST) -> tuple[int, int]:
        assert isinstance(node, ast.expr | ast.stmt | ast.keyword)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        first, last = self.starts[node.lineno - 1], self.starts[node.end_lineno - 1]
        return first + node.col_offset, last + node.end_col_offset

    def text(self, node: ast.AST) -> str:
        start, end = self.place(node)
        return self.source[start:end].decode()

    def lie(self, start: int, end: int, new: str) -> None:
        source = self.source[:start] + new.encode() + self.source[end:]
        first = self.source.rfind(b"\n", 0, start) + 1
        was, now = (
            " ".join(told[first : _line_end(told, upto)].decode().split())
            for told, upto in ((self.source, end), (source, start + len(new.encode())))
        )
        line = self.source.count(b"\n", 0, start) + 1
        self.mutants.append(Mutant(self.module, ".".join(self.names), line, was, now, source))

    def replace(self, node: ast.AST, new: str) -> None:
        self.lie(*self.place(node), new)

    # --- where nothing is changed -----------------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None: ...
    def visit_ImportFrom(self, node: ast.ImportFrom) -> None: ...
    def visit_arg(self, node: ast.arg) -> None: ...

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.names.append(node.name)
        self.visit(node.args)
        for each in node.body:
            self.visit(each)
        self.names.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.names.append(node.name)
        for each in node.body:
            self.visit(each)
        self.names.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not _TYPES.match(self.text(node.value)):
            self.generic_visit(node)

    # --- statements ---------------------------------------------------------------------------------------

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            if isinstance(node.value, ast.Call):
                self.replace(node, "pass")
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if self.text(node.targets[0]) == "__all__" or self.text(node.value).startswith("TypeVar("):
            return
        if isinstance(node.targets[0], ast.Attribute | ast.Subscript):
            self.replace(node, "pass")
        self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.replace(node, "pass")
        target, value = self.text(node.target), self.text(node.value)
        self.replace(node, f"{target} {_ARITHMETIC[type(node.op)]}= {value}")
        self.visit(node.value)

    def visit_Delete(self, node: ast.Delete) -> None:
        self.replace(node, "pass")

    def visit_Continue(self, node: ast.Continue) -> None:
        self.replace(node, "pass")

    def visit_Break(self, node: ast.Break) -> None:
        self.replace(node, "pass")

    def visit_If(self, node: ast.If) -> None:
        self.force(node.test, "True", "False")
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self.force(node.test, "False")
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.force(node.test, "True", "False")
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self.force(test, "True", "False")
        self.generic_visit(node)

    def force(self, test: ast.expr, *ways: str) -> None:
        self.tests.add(test)
        for way in ways:
            self.replace(test, way)

    # --- expressions --------------------------------------------------------------------------------------

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        word = " and " if isinstance(node.op, ast.And) else " or "
        told = {each: self.text(each) for each in node.values}
        told |= {each: f"({text})" for each, text in told.items() if isinstance(each, ast.BoolOp | ast.IfExp)}
        for gone in node.values:
            self.replace(node, word.join(text for each, text in told.items() if each is not gone))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.USub | ast.Invert):
            self.replace(node, self.text(node.operand))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.between(node.left, node.right, _ARITHMETIC[type(node.op)])
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        left = node.left
        for sign, right in zip(node.ops, node.comparators, strict=True):
            if type(sign) in _ORDER:
                self.between(left, right, _ORDER[type(sign)])
            elif node not in self.tests:
                self.between(left, right, _SAME[type(sign)])
            left = right
        self.generic_visit(node)

    def between(self, left: ast.expr, right: ast.expr, sign: str) -> None:
        start, end = self.place(left)[1], self.place(right)[0]
        gap = self.source[start:end].decode()  # with the brackets that belong to either side
        old = re.sub(r"[()\s]|#.*", " ", gap).strip()
        at = gap.index(old)
        begin = start + len(gap[:at].encode())
        self.lie(begin, begin + len(old.encode()), sign)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else self.text(node.func)
        if name in _CALLED:
            end = self.place(node.func)[1]
            self.lie(end - len(name), end, _CALLED[name])
        given: list[ast.AST] = [*node.args, *(each for each in node.keywords if each.arg)]
        optional: list[ast.AST] = [each for each in node.keywords if each.arg]
        if len(node.args) > (not isinstance(node.func, ast.Attribute)) + 1:
            optional.append(node.args[-1])
        if len(given) == len(node.args) + len(node.keywords):  # no **names
            for gone in optional:
                left = ", ".join(self.text(each) for each in given if each is not gone)
                self.replace(node, f"{self.text(node.func)}({left})")
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name) and node.value.id in _MEMBERS:
            first, second = _MEMBERS[node.value.id]
            self.replace(node, f"{node.value.id}.{second if node.attr == first else first}")
        self.visit(node.value)

    def visit_Set(self, node: ast.Set) -> None:
        self.shorten(node, node.elts, "{}")
        for each in node.elts:
            if not isinstance(each, ast.Constant):
                self.visit(each)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if isinstance(node.type, ast.Tuple):
            self.shorten(node.type, node.type.elts, "()")
        for each in node.body:
            self.visit(each)

    def shorten(self, node: ast.expr, parts: list[ast.expr], brackets: str) -> None:
        for gone in parts if len(parts) > 1 else ():
            left = ", ".join(self.text(each) for each in parts if each is not gone)
            self.replace(node, f"{brackets[0]}{left},{brackets[1]}")

    def visit_Dict(self, node: ast.Dict) -> None:
        pairs = [
            f"**{self.text(value)}" if key is None else f"{self.text(key)}: {self.text(value)}"
            for key, value in zip(node.keys, node.values, strict=True)
        ]
        for gone in range(len(pairs)) if len(pairs) > 1 else ():
            self.replace(node, "{" + ", ".join(pairs[:gone] + pairs[gone + 1 :]) + "}")
        for each in node.values:
            self.visit(each)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.repeats(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.replace(node, str(not value))
        elif isinstance(value, int):
            self.replace(node, str(value + 1))
            self.replace(node, str(value - 1))
        elif isinstance(value, str | bytes):
            told = self.text(node)
            if re.match(r"[a-z]*r", told.split(told[-1])[0]):
                self.repeats(node)
            elif isinstance(value, bytes) or not _SENTENCE.search(value):
                self.replace(node, f"({told} + {'b' * isinstance(value, bytes)}'~Z')")

    def repeats(self, node: ast.expr) -> None:
        start, told = self.place(node)[0], self.text(node)
        if re.match(r"[a-z]*r", told):
            for found in _REPEATS.finditer(told):
                at = start + len(told[: found.start()].encode())
                for new in (int(found[0]) + 1, int(found[0]) - 1):
                    if new >= 0:
                        self.lie(at, at + len(found[0]), str(new))


def _line_end(source: bytes, at: int) -> int:
    end = source.find(b"\n", at)
    return len(source) if end < 0 else end
