"""Straight-line code as machine code: a loop of steps over many points, for where `llvmlite` is installed.

The one rule: the instructions are those of the NumPy path, in the same order and without contraction,
so that the two differ by the rounding of exp, sin and their like alone.

The text is LLVM's intermediate language, made of numbers and names that this module makes up. Points
stand side by side in wide registers. Functions that processors do not have come from the vector
library of the C library (`libmvec`, glibc), or else from its plain one, lane by lane.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import struct
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from graph_explorer.engine.compiled.symbols import Code

_ARITHMETIC = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
_COMPARED = {
    "greater": "ogt", "greater_equal": "oge", "less": "olt", "less_equal": "ole", "equal": "oeq",
    "not_equal": "une",
}  # fmt: skip
_LOGIC = {"logical_and": "and", "logical_or": "or", "logical_xor": "xor"}
_INTRINSICS = {
    "sqrt": "sqrt", "absolute": "fabs", "floor": "floor", "ceil": "ceil", "trunc": "trunc", "rint": "rint",
}  # fmt: skip
#: Functions of the C library by their names there; the first ones stand in every libmvec.
_LIBRARY = {
    "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "power": "pow", "tan": "tan", "tanh": "tanh",
    "sinh": "sinh", "cosh": "cosh", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "expm1": "expm1", "log1p": "log1p",
    "erf": "erf", "fmod": "fmod",
}  # fmt: skip


class Unavailable(Exception):
    """There is no machine code: `llvmlite` is missing, or something has no instruction."""


@cache
def _machine() -> tuple[Any, str, int]:
    """llvmlite's binding, what the processor can do, and how many numbers its registers hold."""
    try:
        from llvmlite import binding
    except ImportError:
        raise Unavailable("llvmlite is not installed") from None
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    features = binding.get_host_cpu_features()
    wide = 8 if features.get("avx512f") else 4 if features.get("avx2") else 2
    return binding, features.flatten() + (",-prefer-256-bit" if wide == 8 else ""), wide


@cache
def _address(name: str) -> int:
    """Where a function of the C library is; 0 if there is no such function."""
    for library in ("libmvec.so.1",) if name.startswith("_ZGV") else (ctypes.util.find_library("m"), None):
        try:
            return ctypes.cast(getattr(ctypes.CDLL(library), name), ctypes.c_void_p).value or 0
        except (OSError, AttributeError, TypeError):
            continue
    return 0


class Writer:
    """Writes one step: vectors of `lanes` points, numbers that are the same for all spread over them."""

    def __init__(self) -> None:
        self.binding, features, self.wide = _machine()
        cpu = self.binding.get_host_cpu_name()
        target = self.binding.Target.from_default_triple()
        #: of its own: the engine that is made with it takes it along
        self.machine = target.create_target_machine(cpu=cpu, features=features, opt=3, jit=True)
        #: twice what a register holds: while one half waits for a root, the other goes on
        self.lanes = 2 * self.wide
        self.vector, self.truths = f"<{self.lanes} x double>", f"<{self.lanes} x i1>"
        self.lines: list[str] = []
        self.declared: dict[str, str] = {}
        #: the columns of the table that holds what changes from step to step
        self.columns: list[str] = []
        self._count = 0

    def name(self) -> str:
        self._count += 1
        return f"%v{self._count}"

    def line(self, text: str) -> str:
        """Adds an instruction; returns the name of its result."""
        made = self.name()
        self.lines.append(f"{made} = {text}")
        return made

    def constant(self, value: float) -> str:
        bits = f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}"
        return f"<{', '.join([f'double {bits}'] * self.lanes)}>"

    def column(self, name: str) -> str:
        """A number of the table, spread over all lanes."""
        if name not in self.columns:
            self.columns.append(name)
        at = self.line(f"getelementptr double, ptr %row, i64 {self.columns.index(name)}")
        number = self.line(f"load double, ptr {at}, align 8")
        return self._spread(number)

    def _spread(self, number: str) -> str:
        one = self.line(f"insertelement {self.vector} poison, double {number}, i32 0")
        mask = f"<{self.lanes} x i32> zeroinitializer"
        return self.line(f"shufflevector {self.vector} {one}, {self.vector} poison, {mask}")

    def write(
        self, code: Code, outputs: Mapping[str, int], arrays: Mapping[str, str], steady: Mapping[int, str]
    ) -> dict[str, str]:
        """Computes `outputs`; `arrays` are inputs that are vectors, `steady` the columns of instructions."""
        moving = code.depending(arrays)
        texts: dict[int, str] = {}
        for number in code.needed(outputs.values()):
            one = code.instructions[number]
            if one.primitive == "constant":
                texts[number] = self.constant(one.value)
            elif number in steady:
                column = self.column(steady[number])
                zero = self.constant(0.0)
                texts[number] = self.line(f"fcmp une {self.vector} {column}, {zero}") if one.truth else column
            elif one.primitive == "input" and number in moving:
                texts[number] = arrays[one.name]
            elif number in moving:
                texts[number] = self._instruction(one.primitive, [texts[each] for each in one.inputs])
        return {name: texts[number] for name, number in outputs.items()}

    def _instruction(self, primitive: str, inputs: Sequence[str]) -> str:
        v, q = self.vector, self.truths
        if primitive in _ARITHMETIC:
            return self.line(f"{_ARITHMETIC[primitive]} {v} {inputs[0]}, {inputs[1]}")
        if primitive in _COMPARED:
            return self.line(f"fcmp {_COMPARED[primitive]} {v} {inputs[0]}, {inputs[1]}")
        if primitive in _LOGIC:
            return self.line(f"{_LOGIC[primitive]} {q} {inputs[0]}, {inputs[1]}")
        if primitive in _INTRINSICS:
            called = f"@llvm.{_INTRINSICS[primitive]}.v{self.lanes}f64"
            self.declared[called] = f"declare {v} {called}({v})"
            return self.line(f"call {v} {called}({v} {inputs[0]})")
        if primitive in _LIBRARY:
            return self._called(_LIBRARY[primitive], inputs)
        made: Mapping[str, Callable[..., str]] = {
            "negative": lambda a: self.line(f"fneg {v} {a}"),
            "where": lambda c, a, b: self.line(f"select {q} {c}, {v} {a}, {v} {b}"),
            "logical_not": lambda a: self.line(f"xor {q} {a}, splat (i1 true)"),
            "isnan": lambda a: self.line(f"fcmp uno {v} {a}, {a}"),
            "maximum": lambda a, b: self._extreme("oge", a, b),
            "minimum": lambda a, b: self._extreme("ole", a, b),
            "sign": self._sign,
        }
        if primitive not in made:
            raise Unavailable(f"{primitive} has no machine code")
        return made[primitive](*inputs)

    def _extreme(self, comparison: str, a: str, b: str) -> str:
        """a where it is the larger or smaller one, or no number; b elsewhere."""
        better = self.line(f"fcmp {comparison} {self.vector} {a}, {b}")
        nothing = self.line(f"fcmp uno {self.vector} {a}, {a}")
        either = self.line(f"or {self.truths} {better}, {nothing}")
        return self.line(f"select {self.truths} {either}, {self.vector} {a}, {self.vector} {b}")

    def _sign(self, a: str) -> str:
        zero, found = self.constant(0.0), a
        for comparison, value in (("oeq", 0.0), ("olt", -1.0), ("ogt", 1.0)):
            holds = self.line(f"fcmp {comparison} {self.vector} {a}, {zero}")
            given = self.constant(value)
            found = self.line(f"select {self.truths} {holds}, {self.vector} {given}, {self.vector} {found}")
        return found

    def _called(self, name: str, inputs: Sequence[str]) -> str:
        """A function of the C library: on a register at a time, or number by number."""
        letter = {8: "e", 4: "d", 2: "b"}[self.wide]
        fast = f"_ZGV{letter}N{self.wide}{'v' * len(inputs)}_{name}"
        size, called = (self.wide, fast) if _address(fast) else (1, name)
        if not _address(called):
            raise Unavailable(f"the C library has no {name}")
        self.binding.add_symbol(called, _address(called))
        part = f"<{size} x double>" if size > 1 else "double"
        self.declared[f"@{called}"] = f"declare {part} @{called}({', '.join([part] * len(inputs))})"
        if size == 1:
            found = "poison"
            for lane in range(self.lanes):
                given = [self.line(f"extractelement {self.vector} {one}, i32 {lane}") for one in inputs]
                made = self.line(f"call double @{called}({', '.join(f'double {one}' for one in given)})")
                found = self.line(f"insertelement {self.vector} {found}, double {made}, i32 {lane}")
            return found
        halves = []
        for half in range(2):
            lanes = ", ".join(f"i32 {half * size + k}" for k in range(size))
            cut = f"<{size} x i32> <{lanes}>"
            given = [
                self.line(f"shufflevector {self.vector} {one}, {self.vector} poison, {cut}") for one in inputs
            ]
            halves.append(self.line(f"call {part} @{called}({', '.join(f'{part} {one}' for one in given)})"))
        both = f"<{self.lanes} x i32> <{', '.join(f'i32 {k}' for k in range(self.lanes))}>"
        return self.line(f"shufflevector {part} {halves[0]}, {part} {halves[1]}, {both}")


class Advance:
    """`advance(arrays, table, steps, points)` moves all points through the steps of the table.

    `arrays` is an array of pointers, one to each quantity; their length is a multiple of `lanes`.
    """

    def __init__(self, writer: Writer, before: Sequence[str], after: Sequence[str]) -> None:
        """`before` are the names that the step's vectors have in the text, `after` those of the results."""
        self.lanes, self.columns = writer.lanes, tuple(writer.columns)
        binding = writer.binding
        module = binding.parse_assembly(_text(writer, before, after))
        module.verify()
        self._engine = binding.create_mcjit_compiler(module, writer.machine)
        self._engine.finalize_object()
        pointer = ctypes.c_void_p
        kind = ctypes.CFUNCTYPE(None, pointer, pointer, ctypes.c_int64, ctypes.c_int64)
        self._call = kind(self._engine.get_function_address("advance"))

    def __call__(self, arrays: Any, table: Any) -> None:
        """`arrays` (quantities, points) and `table` (steps, columns), both contiguous float64."""
        count, points = arrays.shape
        pointers = (ctypes.c_void_p * count)(
            *(arrays.ctypes.data + k * arrays.strides[0] for k in range(count))
        )
        self._call(pointers, table.ctypes.data, len(table), points)


def _text(writer: Writer, before: Sequence[str], after: Sequence[str]) -> str:
    """The module: for a handful of points after the other, all steps."""
    v = writer.vector
    quantities = range(len(before))
    where = [
        f"%p{k} = getelementptr ptr, ptr %arrays, i64 {k}\n%q{k} = load ptr, ptr %p{k}" for k in quantities
    ]
    load = [
        f"%a{k} = getelementptr double, ptr %q{k}, i64 %i\n%b{k} = load {v}, ptr %a{k}, align 8"
        for k in quantities
    ]
    carried = [f"{name} = phi {v} [%b{k}, %load], [{after[k]}, %steps]" for k, name in enumerate(before)]
    store = [f"store {v} {after[k]}, ptr %a{k}, align 8" for k in quantities]
    blocks = (
        ("entry", *where, "br label %points"),
        (
            "points",
            "%i = phi i64 [0, %entry], [%i.next, %store]",
            "%left = icmp slt i64 %i, %count",
            "br i1 %left, label %load, label %done",
        ),
        ("load", *load, "br label %steps"),
        (
            "steps",
            "%k = phi i64 [0, %load], [%k.next, %steps]",
            *carried,
            f"%offset = mul i64 %k, {len(writer.columns)}",
            "%row = getelementptr double, ptr %table, i64 %offset",
            *writer.lines,
            "%k.next = add i64 %k, 1",
            "%more = icmp slt i64 %k.next, %many",
            "br i1 %more, label %steps, label %store",
        ),
        ("store", *store, f"%i.next = add i64 %i, {writer.lanes}", "br label %points"),
        ("done", "ret void"),
    )
    body = "\n".join(f"{label}:\n" + "\n".join(lines) for label, *lines in blocks)
    triple = f'target triple = "{writer.machine.triple}"\ntarget datalayout = "{writer.machine.target_data}"'
    head = "define void @advance(ptr %arrays, ptr %table, i64 %many, i64 %count)"
    return "\n".join([triple, *writer.declared.values(), f"{head} {{\n{body}\n}}\n"])
