"""The drawn layer: nothing of it is markup that someone typed, and what is pointed at is found however the photo lies."""
import pytest

from components.annotation_layer import is_near, layer_html
from components.freehand import thinned
from components.zoom import Zoom
from data.annotations import Kind, Shape

HOSTILE = ['<img src=x onerror=alert(1)>', '"><script>', '</span></svg><b>', "' onmouseover='x"]
CIRCLE = Shape(Kind.CIRCLE, ((0.4, 0.4), (0.6, 0.6)))
ARROW = Shape(Kind.ARROW, ((0.2, 0.5), (0.4, 0.5)), 'Darker edge')


def a_photo(turn_deg: int = 0) -> Zoom:
    zoom = Zoom(1600, 1200, turn_deg)
    zoom.measure(800, 600)
    return zoom


@pytest.mark.parametrize('words', HOSTILE)
def test_words_are_never_markup(words: str) -> None:
    drawn = layer_html([Shape(Kind.TEXT, ((0.5, 0.5),), words)], a_photo())
    assert drawn.count('<') == layer_html([Shape(Kind.TEXT, ((0.5, 0.5),), 'x')], a_photo()).count('<')


@pytest.mark.parametrize('turn', [0, 90, 180, 270])
def test_a_circle_is_its_line_and_not_what_is_in_it(turn: int) -> None:
    zoom = a_photo(turn)
    assert is_near(CIRCLE, zoom.point_of((0.4, 0.5)), 8, zoom)
    assert is_near(CIRCLE, zoom.point_of((0.5, 0.6)), 8, zoom)
    assert not is_near(CIRCLE, zoom.point_of((0.5, 0.5)), 8, zoom)


def test_an_arrow_is_found_on_its_line_and_on_its_words_but_not_beyond() -> None:
    zoom = a_photo()
    assert is_near(ARROW, zoom.point_of((0.3, 0.505)), 8, zoom)
    assert is_near(ARROW, (zoom.point_of((0.2, 0.5))[0] + 60, 302), 8, zoom)
    assert not is_near(ARROW, zoom.point_of((0.6, 0.5)), 8, zoom)
    assert not is_near(ARROW, zoom.point_of((0.3, 0.6)), 8, zoom)


@pytest.mark.parametrize(('turn', 'at', 'is_left'), [
    (0, (0.9, 0.5), True), (0, (0.1, 0.5), False), (90, (0.5, 0.1), True), (180, (0.1, 0.5), True), (270, (0.5, 0.9), True)])
def test_words_stand_upright_and_inside_however_the_photo_is_turned(turn: int, at: tuple[float, float], *, is_left: bool) -> None:
    drawn = layer_html([Shape(Kind.TEXT, (at,), 'New')], a_photo(turn))
    assert f'rotate({-turn}deg)' in drawn
    assert ('df-mark-words--left' in drawn) is is_left


def test_a_line_keeps_its_corners() -> None:
    line = [(float(x), 0.0) for x in range(50)] + [(49.0, float(y)) for y in range(1, 50)]
    assert thinned(line, 0.5) == [0, 49, 98]
    assert thinned([(0, 0), (1, 5)], 0.5) == [0, 1]
