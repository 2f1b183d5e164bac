"""The ids of a program's nodes.

The one rule: an id depends only on the names around the node, so that an edit elsewhere leaves it
alone. A name that the program ends with is the id of its node; in a group the id starts with the
group's path; a name assigned again and again counts up; a node without a name is called after the
name that it helps to compute, and its operator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class Draft:
    """A node that is still being written. References are (draft number, output number)."""

    op: str
    inputs: list[tuple[int, int] | None]
    attributes: Mapping[str, object]
    group: str
    target: str  # the name whose assignment it was made for, "" for a returned expression
    outputs: int = 1
    names: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = [None] * self.outputs


@dataclass(frozen=True)
class Assignment:
    """A name given to a value within a group (or at the top, "")."""

    group: str
    name: str
    value: tuple[int, int]


def scoped(group: str, name: str) -> str:
    return f"{group}/{name}" if group else name


def name_drafts(
    drafts: Sequence[Draft],
    leaves: Iterable[str],
    assignments: Sequence[Assignment],
    final: Mapping[str, tuple[int, int]],
) -> dict[str, str]:
    """Fills in the names of all outputs; returns what else the program calls them: name → id.

    `leaves` name themselves already. `final` are the names at the end of the program.
    """
    taken = set(leaves)
    aliases: dict[str, str] = {}

    def give(value: tuple[int, int], name: str) -> None:
        names = drafts[value[0]].names
        if names[value[1]] is None and name not in taken:
            names[value[1]] = name
            taken.add(name)

    for name, value in final.items():
        give(value, name)
    by_depth = sorted(assignments, key=lambda a: a.group.count("/") + bool(a.group))
    counted: dict[str, int] = {}
    totals: dict[str, int] = {}
    for assignment in by_depth:
        full = scoped(assignment.group, assignment.name)
        totals[full] = totals.get(full, 0) + 1
    for assignment in by_depth:
        full = scoped(assignment.group, assignment.name)
        counted[full] = counted.get(full, 0) + 1
        last = counted[full] == totals[full]
        give(assignment.value, full if last and full not in taken else f"{full}.{counted[full]}")
    _name_the_rest(drafts, taken)
    for name, (draft, output) in final.items():
        own = drafts[draft].names[output]
        if own is not None and own != name and name not in taken:
            aliases[name] = own
    return aliases


def _name_the_rest(drafts: Sequence[Draft], taken: set[str]) -> None:
    for draft in drafts:
        stem = "const" if draft.op == "constant" else draft.op.lower()
        base = scoped(draft.group, f"{draft.target}.{stem}" if draft.target else stem)
        for output, name in enumerate(draft.names):
            if name is not None:
                continue
            if output and draft.names[0]:
                base = f"{draft.names[0]}.out"
            count, own = 1, base
            while own in taken:
                count += 1
                own = f"{base}{count}"
            draft.names[output] = own
            taken.add(own)
