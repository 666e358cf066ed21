"""Annotations as they are seen: they turn and zoom with the photograph they lie on, but lines and words do not grow with it.

The layer's own unit is a thousandth of the height of the stored picture; `--k` says how many of them are one CSS pixel.
"""
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise
from math import atan2, cos, degrees, pi, sin

from components.freehand import apart
from components.zoom import Place, Zoom
from data.annotations import Kind, Shape

_UNIT = 1000
_FAR_RIGHT = 0.7  # of the shown photograph: words beyond it stand at the left of their point
_CORNERS = 40  # of a circle, for how near something is to it
_LETTER_PX, _WORDS_PX = 7.0, 26.0
NAMES = {Kind.ARROW: 'Arrow', Kind.CIRCLE: 'Circle', Kind.FREEHAND: 'Freehand line', Kind.TEXT: 'Text'}


def layer_html(shapes: Iterable[Shape], zoom: Zoom, *, selected: Shape | None = None) -> str:
    """Return the drawn layer, every word escaped. It stands in the frame of the photograph, as large as that."""
    ratio = zoom.width_px / zoom.height_px
    drawn = list(shapes)
    marks = ''.join(_mark_svg(shape, ratio, is_selected=shape is selected) for shape in drawn)
    words = ''.join(_words_html(shape, zoom.turn_deg, is_selected=shape is selected) for shape in drawn if shape.text)
    return f'<svg viewBox="0 0 {ratio * _UNIT:.1f} {_UNIT}" aria-hidden="true" focusable="false">{marks}</svg>{words}'


def at_words(shape: Shape) -> Place:
    """Return where the words of a shape stand."""
    (x, y), (u, v) = shape.points[0], shape.points[-1]
    return {Kind.CIRCLE: (max(x, u), min(y, v)), Kind.FREEHAND: (u, v)}.get(shape.kind, (x, y))


def handles(shape: Shape) -> Sequence[Place]:
    """Return the places by which a selected shape is given another form."""
    return shape.points if shape.kind in (Kind.ARROW, Kind.CIRCLE) else ()


def is_near(shape: Shape, at: Place, reach: float, zoom: Zoom) -> bool:
    """Tell whether a point of the stage lies on a shape or on its words, or so near that it was meant."""
    outline = [zoom.point_of(place) for place in _outline(shape)]
    steps = list(pairwise(outline)) or [(outline[0], outline[0])]
    if any(apart(at, *step) <= reach for step in steps):
        return True
    x, y = zoom.point_of(at_words(shape))
    wide = len(shape.text) * _LETTER_PX + 2 * _WORDS_PX if shape.text else 0.0
    left = x - wide if _is_far_right(at_words(shape), zoom.turn_deg) else x
    return bool(shape.text) and left <= at[0] <= left + wide and abs(at[1] - y) <= _WORDS_PX / 2 + reach / 4


def _outline(shape: Shape) -> Sequence[Place]:
    if shape.kind is not Kind.CIRCLE:
        return shape.points
    (x, y), (u, v) = shape.points
    return [((x + u) / 2 + (u - x) / 2 * cos(2 * pi * corner / _CORNERS), (y + v) / 2 + (v - y) / 2 * sin(2 * pi * corner / _CORNERS))
            for corner in range(_CORNERS + 1)]


def _mark_svg(shape: Shape, ratio: float, *, is_selected: bool) -> str:
    """Return the lines of a shape: each a dark one, and over it the ink, so that it is seen on any skin."""
    points = [(x * ratio * _UNIT, y * _UNIT) for x, y in shape.points]
    if shape.kind is Kind.CIRCLE:
        (x, y), (u, v) = points
        line = f'<ellipse cx="{(x + u) / 2:.1f}" cy="{(y + v) / 2:.1f}" rx="{abs(u - x) / 2:.1f}" ry="{abs(v - y) / 2:.1f}"/>'
    elif shape.kind is Kind.TEXT:
        line = f'<circle class="df-mark-dot" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}"/>'
    else:
        line = f'<path d="M{" L".join(f"{x:.1f} {y:.1f}" for x, y in points)}"/>'
    if shape.kind is Kind.ARROW:
        line += _head_svg(points)
    grips = ''.join(f'<circle class="df-mark-grip" cx="{x * ratio * _UNIT:.1f}" cy="{y * _UNIT:.1f}"/>'
                    for x, y in handles(shape)) if is_selected else ''
    return f'<g class="df-mark{" df-mark--on" if is_selected else ""}"><g class="df-mark-edge">{line}</g><g>{line}</g>{grips}</g>'


def _head_svg(points: Sequence[Place]) -> str:
    (x, y), (u, v) = points
    turned = f'translate({u:.1f}px,{v:.1f}px) rotate({degrees(atan2(v - y, u - x)):.1f}deg) scale(var(--k))'
    return f'<g class="df-mark-head" style="transform:{turned}"><path d="M-17 -10L0 0L-17 10"/></g>'


def _words_html(shape: Shape, turn_deg: int, *, is_selected: bool) -> str:
    """Return the words of a shape, upright however the photograph is turned."""
    x, y = at_words(shape)
    look = (' df-mark-words--left' if _is_far_right((x, y), turn_deg) else '') + (' df-mark-words--on' if is_selected else '')
    words = f'<span class="df-mark-words{look}">{escape(shape.text)}</span>'
    return (f'<span class="df-mark-at" aria-hidden="true" style="left:{x * 100:.2f}%;top:{y * 100:.2f}%;'
            f'transform:rotate({-turn_deg:d}deg) scale(calc(1/var(--z)))">{words}</span>')


def _is_far_right(place: Place, turn_deg: int) -> bool:
    x, y = place
    return {0: x, 90: 1 - y, 180: 1 - x, 270: y}[turn_deg] > _FAR_RIGHT
