"""What is drawn over a photograph: arrows, circles, freehand lines and words, as a layer of its own; the photograph stays as it is.

    [{"kind":"arrow","points":[[0.62,0.55],[0.51,0.48]],"text":"Darker edge, new"}]

A point is a share of the width and of the height of the picture as it is stored, 0 to 1, from its upper left corner: so the layer turns
and zooms with the picture. An arrow goes from its first point to its second, a circle fills the box between its two points.
"""
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NoReturn

from data.errors import Invalid
from data.values import clean_line

MOST_SHAPES, MOST_POINTS, MOST_CHARACTERS, MOST_WORDS = 200, 2_000, 60_000, 200
"""Shapes and points of one photograph, characters as it is stored, characters of one annotation's words."""
_PLACES = 4  # decimals of a point: a tenth of a pixel of the shown picture
_UNREADABLE = 'These annotations cannot be read. What was there before is kept.'
_TOO_MANY = 'There are too many annotations on this photo. What was there before is kept.'

Point = tuple[float, float]


class Kind(StrEnum):
    """What a shape is."""

    ARROW = 'arrow'
    CIRCLE = 'circle'
    FREEHAND = 'freehand'
    TEXT = 'text'


_POINTS = {Kind.ARROW: (2, 2), Kind.CIRCLE: (2, 2), Kind.FREEHAND: (2, MOST_POINTS), Kind.TEXT: (1, 1)}


@dataclass(frozen=True, slots=True)
class Shape:
    """One annotation: what it is, where, and its words, if any. Only of a text they are all there is."""

    kind: Kind
    points: tuple[Point, ...]
    text: str = ''


def parse(text: str) -> tuple[Shape, ...]:
    """Return the shapes of a stored or a sent layer, the lowest first; its words are cleaned. Refuse whatever is not exactly that."""
    if not text:
        return ()
    if len(text) > MOST_CHARACTERS:
        raise Invalid(_TOO_MANY, field='annotations')
    try:
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        _refuse()
    if not isinstance(found, list):
        _refuse()
    if len(found) > MOST_SHAPES:
        raise Invalid(_TOO_MANY, field='annotations')
    shapes = tuple(map(_shape, found))
    if sum(len(shape.points) for shape in shapes) > MOST_POINTS:
        raise Invalid(_TOO_MANY, field='annotations')
    return shapes


def dump(shapes: Sequence[Shape]) -> str:
    """Return shapes as they are stored: one spelling only, empty when there are none. Refuse more than fits."""
    written = [{'kind': shape.kind.value, 'points': [[_rounded(x), _rounded(y)] for x, y in shape.points]}
               | ({'text': shape.text} if shape.text else {}) for shape in shapes]
    text = json.dumps(written, ensure_ascii=False, separators=(',', ':')) if written else ''
    points = sum(len(shape.points) for shape in shapes)
    if len(shapes) > MOST_SHAPES or points > MOST_POINTS or len(text) > MOST_CHARACTERS:
        raise Invalid(_TOO_MANY, field='annotations')
    return text


def words(text: str) -> str:
    """Return the words of an annotation as they are stored. Refuse too many."""
    cleaned = clean_line(text)
    if len(cleaned) > MOST_WORDS:
        raise Invalid(f'Use at most {MOST_WORDS} characters. What was there before is kept.', field='annotations')
    return cleaned


def replaced(shapes: Sequence[Shape], old: Shape, new: Shape | None) -> Sequence[Shape]:
    """Return shapes with another, or none, in the place of one. Where that is no more, nothing changes."""
    place = next((index for index, shape in enumerate(shapes) if shape == old), len(shapes))
    return (*shapes[:place], *([new] if new and place < len(shapes) else []), *shapes[place + 1:])


def moved(shape: Shape, across: float, down: float) -> Shape:
    """Return a shape moved aside, as far as all of it stays on the photograph."""
    xs, ys = [x for x, _ in shape.points], [y for _, y in shape.points]
    across, down = min(max(across, -min(xs)), 1 - max(xs)), min(max(down, -min(ys)), 1 - max(ys))
    return replace(shape, points=tuple((min(max(x + across, 0.0), 1.0), min(max(y + down, 0.0), 1.0)) for x, y in shape.points))


def _shape(found: Any) -> Shape:
    if not isinstance(found, dict) or not {'kind', 'points'} <= found.keys() <= {'kind', 'points', 'text'}:
        _refuse()
    kind, points, text = found['kind'], found['points'], found.get('text', '')
    if not isinstance(kind, str) or kind not in set(Kind) or not isinstance(points, list) or not isinstance(text, str):
        _refuse()
    least, most = _POINTS[Kind(kind)]
    text = words(text)
    if not least <= len(points) <= most or (kind == Kind.TEXT and not text):
        _refuse()
    return Shape(Kind(kind), tuple(map(_point, points)), text)


def _point(found: Any) -> Point:
    # True is a number to Python; NaN is neither below nor above anything, so it is not inside
    if not isinstance(found, list) or len(found) != 2 or not all(type(number) in (int, float) and 0 <= number <= 1 for number in found):
        _refuse()
    return float(found[0]), float(found[1])


def _rounded(share: float) -> float | int:
    rounded = round(share, _PLACES)
    return int(rounded) if rounded in (0, 1) else rounded


def _refuse(_constant: str = '') -> NoReturn:
    raise Invalid(_UNREADABLE, field='annotations')
