"""The photograph on its stage: the point under the pointer stays, the photo never leaves, and a turned one is measured as it is seen."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.zoom import MOST, Zoom

STAGE = (1000.0, 600.0)
TURNS = st.sampled_from([0, 90, 180, 270])
POINTS = st.tuples(st.floats(0, STAGE[0]), st.floats(0, STAGE[1]))


def a_photo(turn_deg: int = 0, *, width_px: int = 1600, height_px: int = 1200) -> Zoom:
    zoom = Zoom(width_px, height_px, turn_deg)
    zoom.measure(*STAGE)
    return zoom


@pytest.mark.parametrize(('turn_deg', 'shown'), [(0, (800, 600)), (90, (600, 450)), (180, (800, 600)), (270, (600, 450))])
def test_all_of_it_is_seen_however_it_is_turned(turn_deg: int, shown: tuple[float, float]) -> None:
    assert a_photo(turn_deg).shown == shown


def test_the_upper_left_corner_goes_round_with_the_turns() -> None:
    assert [a_photo(turn).point_of((0, 0)) for turn in (0, 90, 180, 270)] == [(100, 0), (725, 0), (900, 600), (275, 600)]


@given(TURNS, POINTS, st.lists(st.tuples(st.floats(0.5, 9), POINTS), max_size=5), st.floats(-2000, 2000), st.floats(-2000, 2000))
def test_a_place_and_its_point_are_one_however_it_lies(
        turn: int, at: tuple[float, float], zooms: list[tuple[float, tuple[float, float]]], dx: float, dy: float) -> None:
    photo = a_photo(turn)
    for size, point in zooms:
        photo.zoom(size, point)
    photo.pan(dx, dy)
    assert photo.point_of(photo.place_at(at)) == pytest.approx(at, abs=1e-6)
    assert 1 <= photo.size <= MOST
    for middle, edge, points in ((0, 600, 1), (0, 1000, 0)):  # where it is larger than the stage it reaches both its edges
        ends = sorted(photo.point_of(corner)[points] for corner in ((0, 0), (1, 1)))
        if ends[1] - ends[0] >= edge:
            assert ends[0] <= middle + 1e-6 and ends[1] >= edge - 1e-6
        else:
            assert ends[0] + ends[1] == pytest.approx(edge)


def test_what_lies_under_the_pointer_stays_there() -> None:
    photo = a_photo(90)
    place = photo.place_at((520.0, 310.0))
    photo.zoom(3, (520.0, 310.0))
    assert photo.point_of(place) == pytest.approx((520, 310))


def test_a_double_click_fills_the_stage_and_goes_back_and_doubles_where_filling_is_no_gain() -> None:
    photo, wide = a_photo(), a_photo(width_px=1000, height_px=600)
    photo.fit_or_fill((0, 0))
    wide.fit_or_fill((0, 0))
    assert (photo.size, wide.size) == (1.25, 2)
    photo.fit_or_fill((0, 0))
    assert photo.is_fit


def test_a_stage_that_becomes_smaller_and_a_turn_leave_nothing_beside_it() -> None:
    photo = a_photo()
    photo.zoom(4, (0, 0))
    photo.measure(300, 200)
    assert abs(photo.x) <= (300 * 8 / 9 * 4 - 300) / 2 + 1
    photo.turn(90)
    assert (photo.size, photo.x, photo.y) == (1, 0, 0)


def test_before_the_stage_is_measured_nothing_moves() -> None:
    photo = Zoom(1600, 1200)
    photo.zoom(3, (5, 5))
    photo.pan(40, 40)
    photo.fit_or_fill((1, 1))
    assert photo.is_fit
