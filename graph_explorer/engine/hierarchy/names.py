"""What blocks that were found are called: after what their members have in common.

The one rule: a name is made of names and operators that the document itself has, so that a reader
recognises it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

#: Where a name may be cut.
_JOINT = re.compile(r"[/._:]")
#: Operators that tell most about a block, then those that come after them.
_TELLING = (
    "Conv", "ConvTranspose", "LSTM", "GRU", "RNN", "Attention", "Gemm", "MatMul", "Einsum",
    "BatchNormalization", "LayerNormalization", "GroupNormalization", "InstanceNormalization",
)  # fmt: skip
_NEXT = (
    "Softmax", "Relu", "Gelu", "Silu", "Swish", "Mish", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu",
    "HardSwish", "Tanh", "Sigmoid", "Erf", "MaxPool", "AveragePool", "Concat",
)  # fmt: skip


def shared_name(names: Iterable[str]) -> str:
    """What all names begin with, up to a joint, without the groups before it; "" for nothing.

    >>> shared_name(["layer1.0.conv1.weight", "layer1.0.bn1.bias"])
    'layer1.0'
    """
    found = list(names)
    prefix = _beginning(found)
    if not all(name == prefix or _JOINT.match(name, len(prefix)) for name in found):
        joints = [joint.start() for joint in _JOINT.finditer(prefix)]
        prefix = prefix[: joints[-1]] if joints else ""
    return prefix.rpartition("/")[2].strip("._:")


def block_names(members: Sequence[Sequence[str]], kind: str) -> list[str]:
    """A name for each block, by the names of what it holds: what they share, or its kind with a number."""
    shared = [shared_name(names) for names in members]
    alike = bool(_beginning(shared)) or all(name.isdigit() for name in shared)
    if alike and all(shared) and len(set(shared)) == len(shared):
        return shared
    return [f"{kind} {number}" for number in range(1, len(members) + 1)]


def stack_name(blocks: Sequence[str], operators: Sequence[str], kind: str) -> str:
    """The name of a stack of blocks: "0–2" for blocks "0", "1" and "2", or after its operators.

    >>> stack_name(["block 1", "block 2"], ["Conv", "BatchNormalization", "Relu"], "block")
    'Conv+Relu blocks'
    """
    if blocks and blocks[0] != f"{kind} 1":
        return _span(blocks[0], blocks[-1])
    known = set(operators)
    told = [next((op for op in table if op in known), "") for table in (_TELLING, _NEXT)]
    named = [op for op in told if op] or list(dict.fromkeys(operators))[:2]
    return f"{'+'.join(named)} {kind}{'s' * bool(blocks)}"


def fresh(path: str, name: str, taken: set[str]) -> str:
    """The path of a group within `path` that nothing `taken` is called; it is taken then."""
    wanted = made = f"{path}/{name}" if path else name
    number = 2
    while made in taken:
        made = f"{wanted} {number}"
        number += 1
    taken.add(made)
    return made


def common(paths: Sequence[str]) -> str:
    """The innermost group that holds all of some groups."""
    if not paths or paths.count(paths[0]) == len(paths):
        return paths[0] if paths else ""
    parts = [path.split("/") for path in {*paths}]
    first, last = min(parts), max(parts)
    depth = next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    return "/".join(first[: min(len(first), len(last)) if depth is None else depth])


def _beginning(texts: Sequence[str]) -> str:
    """What all texts begin with, letter by letter."""
    first, last = min(texts), max(texts)
    differ = (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(differ, min(len(first), len(last)))]


def _span(first: str, last: str) -> str:
    """`layer.0` and `layer.11` → `layer.0–11`."""
    before = len(_beginning([first, last]))
    while before and first[before - 1].isdigit():
        before -= 1
    after = len(_beginning([first[before:][::-1], last[before:][::-1]]))
    while after and first[len(first) - after].isdigit():
        after -= 1
    end = last[before : len(last) - after]
    return f"{first[: len(first) - after]}–{end}{first[len(first) - after :]}" if end else f"{first}–{last}"
