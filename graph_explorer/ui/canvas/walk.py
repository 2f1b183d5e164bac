"""Going through the graph with the arrow keys.

The one rule: a step goes along an edge, or sideways to what shares a producer or a consumer; of
several it takes the one that one has just come from, so that a step back undoes a step, else the one that
lies straightest ahead.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from graph_explorer.ui.canvas.scene import Places, Scene

Way = Literal["producer", "consumer", "before", "after"]


def neighbour(scene: Scene, place: int, way: Way, last: int = -1) -> int:
    """The card next to the one at `place`, rather the `last` one; the same place where there is none."""
    if way in ("producer", "consumer"):
        found = _linked(scene, place, producers=way == "producer")
        if last in found:
            return last
        return _straightest(scene, place, found) if found.size else place
    across = _centres(scene)
    found = _siblings(scene, place)
    ahead = found[across[found] > across[place]] if way == "after" else found[across[found] < across[place]]
    return int(ahead[np.argmin(np.abs(across[ahead] - across[place]))]) if ahead.size else place


def _centres(scene: Scene, along: bool = False) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The middle of each card across the flow, or along it."""
    axis = int((scene.layout.direction == "down") is along)
    return np.asarray(scene.boxes[:, axis] + scene.boxes[:, 2 + axis] / 2)


def _linked(scene: Scene, place: int, producers: bool) -> Places:
    if producers:
        return np.unique(scene.sources[scene.lines_to(place)])
    return np.unique(scene.targets[scene.lines_from(place)])


def _siblings(scene: Scene, place: int) -> Places:
    """Cards that share a producer or a consumer, and those in the same row."""
    found = [
        _linked(scene, int(other), producers=not producers)
        for producers in (True, False)
        for other in _linked(scene, place, producers)
    ]
    along = _centres(scene, along=True)
    found.append(np.flatnonzero(np.abs(along - along[place]) < 8.0))
    together = np.unique(np.concatenate(found))
    near = np.abs(along[together] - along[place]) < 240.0
    return np.asarray(together[near & (together != place)])


def _straightest(scene: Scene, place: int, found: Places) -> int:
    across = _centres(scene)
    return int(found[np.argmin(np.abs(across[found] - across[place]))])
