"""The grid of a large pool: what the window shows is drawn at once, the rest follows, and nothing that is done waits for it."""
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta

from nicegui import ui
from nicegui.testing import User

from components.pool_grid import PoolGrid
from data.read_models import ImageTile
from tests.components.test_image_grid import TODAY, a_tile
from tests.pages.waiting import until

DAYS, OF_A_DAY = 4, 50
TILES = [a_tile(f'{day}-{number:02}', captured_on=TODAY - timedelta(days=day), captured_local=f'2026-11-23T10:{number:02}:00')
         for day in range(DAYS) for number in range(OF_A_DAY)]
KEYS = [tile.key for tile in TILES]


def drawn(grid: PoolGrid) -> dict[str, str]:
    """The tiles that are elements, in the order of the page, each with whether it is checked."""
    return {element._markers[0].removeprefix('tile-'): str(element.props['aria-checked']) for element in grid.root.descendants()
            if 'df-tile' in element.classes}


def room(grid: PoolGrid) -> int:
    """How many tiles room is kept for."""
    return sum(str(element.props.get('innerHTML', '')).count('<i>') for element in grid.root.descendants())


async def opened(user: User, build: Callable[[PoolGrid], object], tiles: list[ImageTile] = TILES) -> PoolGrid:
    """Open a page with the grid, on which something was done before it reached the browser."""
    made: list[PoolGrid] = []

    @ui.page('/grid')
    def page() -> None:
        grid = PoolGrid(today=TODAY, zone=UTC, on_open=lambda key: None, on_choice=lambda: None)
        grid.show(tiles)
        build(grid)
        made.append(grid)
    await user.open('/grid')
    return made[0]


async def test_the_window_is_drawn_at_once_the_rest_keeps_its_room_and_follows_in_order(user: User) -> None:
    first: list[int] = []
    grid = await opened(user, lambda grid: first.extend([len(drawn(grid)), room(grid)]))
    assert first == [35, DAYS * OF_A_DAY - 35]  # a heading takes the place of five
    assert [tile.key for tile in grid.shown] == KEYS
    await until(lambda: room(grid) == 0)
    assert list(drawn(grid)) == KEYS


async def test_a_range_over_tiles_that_are_late_chooses_all_between_and_they_come_chosen(user: User) -> None:
    def choose(grid: PoolGrid) -> None:
        grid.toggle('0-10')
        grid.toggle('2-05', is_range=True)
        assert '1-20' not in drawn(grid)
    grid = await opened(user, choose)
    between = KEYS[KEYS.index('0-10'):KEYS.index('2-05') + 1]
    assert grid.chosen == between
    await until(lambda: room(grid) == 0)
    assert [key for key, checked in drawn(grid).items() if checked == 'true'] == between


async def test_the_focus_goes_to_a_tile_that_is_late_and_tab_stops_there(user: User) -> None:
    def go(grid: PoolGrid) -> None:
        grid.focus('1-30')
        grid.move(1)
        assert '1-31' in drawn(grid)
    grid = await opened(user, go)
    await until(lambda: room(grid) == 0)
    assert [element._markers for element in grid.root.descendants() if element.props.get('tabindex') == '0'] == [['tile-1-31']]
    assert list(drawn(grid)) == KEYS


async def test_what_is_shown_next_takes_the_place_of_what_was_late(user: User) -> None:
    def narrow(grid: PoolGrid) -> None:
        grid.show([tile for tile in TILES if tile.key.startswith('3')][:45])
        grid.show(TILES[:2] + [replace(tile, caption='New') for tile in TILES[-45:]], newest_first=False)
    grid = await opened(user, narrow)
    await until(lambda: room(grid) == 0)
    assert list(drawn(grid)) == KEYS[-45:] + KEYS[:2]


async def test_a_time_that_is_corrected_moves_its_tile_among_those_that_are_drawn(user: User) -> None:
    grid = await opened(user, lambda grid: None)
    await until(lambda: room(grid) == 0)
    last = replace(TILES[0], captured_local='2026-11-23T11:00:00')
    grid.show([*TILES[1:], last])
    assert list(drawn(grid)) == [*KEYS[1:OF_A_DAY], KEYS[0], *KEYS[OF_A_DAY:]]


async def test_tab_still_stops_at_a_tile_that_goes_to_a_day_which_is_drawn_later(user: User) -> None:
    def move(grid: PoolGrid) -> None:
        grid.focus('0-05')
        later = replace(TILES[5], captured_on=TILES[-1].captured_on, captured_local='2026-11-23T10:59:00')
        grid.show([*TILES[:5], *TILES[6:], later])
        assert '0-05' not in drawn(grid)
    grid = await opened(user, move)
    await until(lambda: room(grid) == 0)
    assert [element._markers for element in grid.root.descendants() if element.props.get('tabindex') == '0'] == [['tile-0-05']]
