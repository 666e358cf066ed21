"""A line drawn by hand, told with few points."""
from collections.abc import Sequence
from math import hypot

from components.zoom import Place


def thinned(points: Sequence[Place], within: float) -> list[int]:
    """Return which points are enough: no other lies farther than `within` from the line through these (Douglas and Peucker, 1973)."""
    keep, spans = {0, len(points) - 1}, [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        far, index = max(((apart(points[at], points[first], points[last]), at) for at in range(first + 1, last)), default=(0.0, 0))
        if far > within:
            keep.add(index)
            spans += [(first, index), (index, last)]
    return sorted(keep)


def apart(at: Place, start: Place, end: Place) -> float:
    """Return how far a point lies from the line between two others."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    along = max(0.0, min(1.0, ((at[0] - start[0]) * across + (at[1] - start[1]) * down) / length)) if length else 0.0
    return hypot(at[0] - start[0] - along * across, at[1] - start[1] - along * down)
