"""Choosing among the photographs of a pool: what is taken cannot be, what is chosen stays in its order, and nothing stays behind."""
import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from components.photo_picker import PhotoPicker, Picking, PoolSeen
from components.sensitive import VEILED
from data.read_models import ImageTile, PatientHeader
from tests.components.test_image_grid import TODAY, a_tile
from tests.pages.waiting import until

MARIA = PatientHeader('m' * 32, 'psr-20417', 'Gonzalez', 'Maria')
EARLIER = TODAY - timedelta(weeks=6)
TILES = [a_tile('a', view='overview'), a_tile('b', view='close-up'), a_tile('c', captured_on=EARLIER, view='overview'),
         a_tile('d', captured_on=EARLIER, view='close-up')]
ANYWHERE = {'offsetX': 80, 'offsetY': 80}


class Opened:
    """A page with the dialog open, and what was picked in it."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.picked: list[list[str]] = []
        self.does_it, self.goes = True, asyncio.Event()
        self.goes.set()

    async def open(self, tiles: list[ImageTile] = TILES, *, taken: Collection[str] = (), first: frozenset[str] | None = None) -> None:
        """Open it."""
        async def pick(keys: list[str]) -> bool:
            self.picked.append(keys)
            await self.goes.wait()
            return self.does_it

        @ui.page('/picker')
        def page() -> None:
            self.picker = PhotoPicker(zone=UTC, today=TODAY)
            self.picking = Picking('Add from pool', 'to entry 23 Nov 2026, 10:15', TODAY, lambda number: f'Add {number}', 'plus', pick,
                                   taken=frozenset(taken), first=first)
            self.picker.pick(self.picking, PoolSeen(MARIA, tiles))
        await self.user.open('/picker')

    def tile(self, key: str) -> ui.html:
        """Return one tile."""
        (tile,) = self.user.find(marker=f'tile-{key}').elements
        assert isinstance(tile, ui.html)
        return tile

    def click(self, *keys: str, **how: object) -> None:
        """Click photographs."""
        for key in keys:
            UserInteraction(self.user, {self.tile(key)}, None).trigger('click', ANYWHERE | how)

    def press(self, name: str, on: str) -> None:
        """Press a key with the focus on a photograph."""
        tile = self.tile(on)
        UserInteraction(self.user, {tile}, None).trigger('focus')
        assert tile.parent_slot
        UserInteraction(self.user, {tile.parent_slot.parent}, None).trigger(f'keydown.{name}.prevent')

    @property
    def ticked(self) -> list[str]:
        """The keys of what is shown as chosen."""
        tiles = [one for one in self.user.client.elements.values() if one.props.get('aria-checked') == 'true']
        return [mark.removeprefix('tile-') for tile in tiles for mark in tile._markers if mark.startswith('tile-')]

    @property
    def button(self) -> ui.button:
        """The button that picks."""
        return next(one for one in self.user.find(kind=ui.button).elements if one.text.startswith('Add '))


@pytest.fixture
def opened(user: User) -> Opened:
    """Nothing is open yet."""
    return Opened(user)


async def test_photos_are_picked_in_the_order_of_choice(opened: Opened) -> None:
    await opened.open()
    assert not opened.button.enabled
    opened.click('c', 'a', 'd')
    opened.click('a')
    opened.click('b')
    await opened.user.should_see('3 selected')
    await opened.user.should_see('6 weeks apart')
    UserInteraction(opened.user, {opened.button}, None).click()
    await until(lambda: not opened.picker.is_open)
    assert opened.picked == [['c', 'd', 'b']]


async def test_what_is_taken_cannot_be_chosen_by_click_key_range_or_day(opened: Opened) -> None:
    await opened.open(taken={'b', 'c'})
    assert {'aria-checked', 'tabindex'}.isdisjoint(opened.tile('b').props)
    assert opened.tile('b').props['aria-label'].endswith(', In this entry')
    await opened.user.should_see('1 of 2 in this entry')
    opened.click('a')
    opened.click('b')
    opened.click('d', shiftKey=True)
    assert opened.ticked == ['a', 'd']
    opened.user.find('Clear').click()
    opened.user.find(marker=f'day-{TODAY}').click()
    assert opened.ticked == ['a']
    opened.press('right', on='a')
    assert opened.tile('d').props['tabindex'] == '0'
    UserInteraction(opened.user, {opened.button}, None).click()
    await until(lambda: opened.picked == [['a']])


async def test_what_a_filter_hides_stays_chosen(opened: Opened) -> None:
    await opened.open()
    opened.click('a', 'b')
    opened.user.find(marker='filter-view').click()
    opened.user.find(marker='facet-close-up').click()
    await opened.user.should_not_see(marker='tile-a')
    await opened.user.should_see('2 selected')
    opened.click('d')
    await opened.user.should_see('3 selected')


async def test_letters_do_on_a_photo_what_they_do_in_the_pool(opened: Opened) -> None:
    await opened.open()
    opened.press('x', on='a')
    opened.press('j', on='a')
    assert (opened.ticked, opened.tile('b').props['tabindex']) == (['a'], '0')
    opened.press('space', on='b')
    opened.press('k', on='b')
    opened.press('enter', on='a')
    assert opened.ticked == ['b']


async def test_the_switch_hides_what_is_taken_and_the_day_with_it(opened: Opened) -> None:
    await opened.open(taken={'c', 'd'})
    next(iter(opened.user.find(kind=ui.switch).elements)).set_value(True)
    await opened.user.should_not_see('6 weeks earlier')
    await opened.user.should_not_see(marker='tile-c')
    await opened.user.should_see(marker='tile-a')


async def test_what_someone_else_takes_meanwhile_is_chosen_no_more(opened: Opened) -> None:
    await opened.open()
    opened.click('a', 'b')
    with opened.user:
        opened.picker.take({'a'})
    await opened.user.should_see('1 selected')
    assert opened.ticked == ['b']
    await opened.user.should_see('1 of 2 in this entry')


async def test_a_photo_that_left_the_pool_takes_the_dialog_and_all_in_it_from_the_screen(opened: Opened) -> None:
    await opened.open()
    opened.click('a')
    with opened.user:
        opened.picker.keep_only({'a', 'b', 'c', 'd', 'new'})
        assert opened.picker.is_open
        opened.picker.keep_only({'b', 'c', 'd'})
    assert not opened.picker.is_open
    await opened.user.should_not_see('Maria')
    await opened.user.should_not_see(marker='tile-b')
    assert not any('/images/' in one.content for one in opened.user.client.elements.values() if isinstance(one, ui.html))


async def test_a_closed_dialog_holds_nothing_and_one_opened_again_keeps_what_is_new(opened: Opened) -> None:
    await opened.open()
    dialog = next(one for one in opened.user.client.elements.values() if isinstance(one, ui.dialog))
    with opened.user:
        dialog.close()
        opened.picker.pick(opened.picking, PoolSeen(MARIA, TILES[:1]))
    UserInteraction(opened.user, {dialog}, None).trigger('hide')
    await opened.user.should_see(marker='tile-a')
    with opened.user:
        dialog.close()
    UserInteraction(opened.user, {dialog}, None).trigger('hide')
    await opened.user.should_not_see(marker='tile-a')
    await opened.user.should_not_see('Maria')


async def test_a_pool_of_three_hundred_opens_in_steps(opened: Opened) -> None:
    tiles = [a_tile(f'{day}-{number}', captured_on=TODAY - timedelta(days=day)) for day in range(6) for number in range(50)]

    def drawn() -> int:
        return sum('df-tile' in one.classes for one in opened.user.client.elements.values())
    await opened.open()
    opened.picker.close()
    with opened.user:
        opened.picker.pick(opened.picking, PoolSeen(MARIA, tiles))
        assert 0 < drawn() <= 40
    await until(lambda: drawn() == 300)


async def test_the_first_press_only_shows_a_sensitive_photo(opened: Opened) -> None:
    await opened.open([replace(TILES[0], said_sensitive=True), *TILES[1:]])
    opened.click('a')
    assert (opened.ticked, VEILED in opened.tile('a').classes) == ([], False)
    opened.click('a')
    assert opened.ticked == ['a']
    await opened.user.open('/picker')
    assert VEILED in opened.tile('a').classes


async def test_a_double_click_picks_once_and_a_refused_choice_stays(opened: Opened) -> None:
    await opened.open()
    opened.does_it = False
    opened.goes.clear()
    opened.click('a')
    press = UserInteraction(opened.user, {opened.button}, None)
    press.click()
    press.click()
    await until(lambda: not opened.button.enabled)
    opened.goes.set()
    await until(lambda: bool(opened.button.enabled))
    assert (opened.picked, opened.picker.is_open, opened.ticked) == ([['a']], True, ['a'])


async def test_photos_of_this_visit_stand_before_the_others(opened: Opened) -> None:
    await opened.open(first=frozenset({'c'}))
    await opened.user.should_see('In this entry')
    await opened.user.should_see('More in the pool')
    opened.click('a', 'c')
    UserInteraction(opened.user, {opened.button}, None).click()
    await until(lambda: opened.picked == [['a', 'c']])


async def test_the_day_in_sight_is_marked_and_the_one_asked_for_stays_so(opened: Opened) -> None:
    await opened.open()

    def sight(day: object, is_visible: bool) -> None:
        [mark] = [one for one in opened.user.client.elements.values() if 'df-picker-sight' in one.classes
                  and any(getattr(tile, '_markers', []) and f'day-{day}' in tile._markers for tile in one.parent_slot.parent.descendants())]
        UserInteraction(opened.user, {mark}, None).trigger('visibility', is_visible)

    def current() -> list[object]:
        lines = {day: next(iter(opened.user.find(marker=f'to-{day}').elements)) for day in (TODAY, EARLIER)}
        return [day for day, line in lines.items() if line.props['aria-current'] == 'true']
    assert current() == [TODAY]
    sight(TODAY, True)
    sight(EARLIER, True)
    assert current() == [TODAY]
    sight(TODAY, False)
    assert current() == [EARLIER]
    sight(TODAY, True)
    opened.user.find(marker=f'to-{EARLIER}').click()
    assert current() == [EARLIER]
    sight(EARLIER, False)
    assert current() == [TODAY]
