"""Photographs by day of capture; choosing them."""
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from nicegui import ui
from nicegui.testing import User

from components.image_grid import by_day, day_words, describe, image_grid, moment_words, site_of, tile_html
from components.sensitive import VEILED
from data.body_sites import coded
from data.read_models import ImageTile

SHIN, CHIN = coded('Shin'), coded('Chin')
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)


def a_tile(key: str = 'a', **given) -> ImageTile:
    tile = ImageTile(key=key, caption='', body_site='Upper extremity:Forearm', laterality='left', view='Overview',
                     captured_local='2026-11-23T10:21:00', captured_on=TODAY, received_at=NOW, width_px=900, height_px=675)
    return replace(tile, **given)


def test_a_photo_is_named_by_site_date_and_time():
    assert describe(a_tile(), UTC) == 'Forearm, left, 23 Nov 2026, 10:21'
    assert describe(a_tile(caption='Before cream'), UTC) == 'Forearm, left, 23 Nov 2026, 10:21, Before cream'
    assert describe(a_tile(body_site=''), UTC) == 'Photo, 23 Nov 2026, 10:21'


@pytest.mark.parametrize(('site', 'shown'), [
    ('Upper extremity:Forearm:Volar forearm', 'Volar forearm, left'), ('Head and neck:Head:Face:Chin', 'Chin'),
    ('Unterarm', 'Unterarm, left'), ('', '')])
def test_a_side_is_named_where_there_are_two_and_with_the_words_of_before(site: str, shown: str):
    assert site_of(a_tile(body_site=site)) == shown


def test_a_photo_without_the_cameras_time_stands_where_it_arrived():
    tile = a_tile(captured_local='', captured_on=None)
    assert describe(tile, UTC).endswith('23 Nov 2026, 10:42')


def test_an_arrival_is_never_shown_as_a_capture():
    tile = a_tile(captured_local='2026-11-23T10:42:00', is_capture_known=False)
    assert '<time>received 10:42</time>' in tile_html(tile, UTC)
    assert moment_words(tile, UTC) == 'Received 23 Nov 2026, 10:42, capture time unknown'
    assert day_words(tile, UTC) == 'received 23 Nov 2026'
    assert describe(tile, UTC) == 'Forearm, left, received 23 Nov 2026, 10:42'
    assert moment_words(a_tile(), UTC) == '23 Nov 2026, 10:21'


def test_days_come_newest_first_and_photos_in_the_order_they_were_taken():
    tiles = [a_tile('late', captured_local='2026-11-23T11:00:00'), a_tile('early', captured_local='2026-11-23T09:00:00'),
             a_tile('old', captured_on=TODAY - timedelta(days=42))]
    assert [[tile.key for tile in photos] for _, photos in by_day(tiles, UTC)] == [['early', 'late'], ['old']]
    assert [on for on, _ in by_day(tiles, UTC, newest_first=False)] == [TODAY - timedelta(days=42), TODAY]


def test_what_people_wrote_stays_text():
    nasty = '<img onerror=x>"'
    fragment = tile_html(a_tile(caption=nasty, body_site=nasty, laterality=nasty, view=nasty), UTC, badge=nasty, alt=nasty)
    assert fragment.count('<img ') == 1
    assert fragment.count('&lt;img onerror=x&gt;&quot;') == 6


def test_what_is_not_set_is_said_and_never_guessed():
    fragment = tile_html(a_tile(body_site='', view=''), UTC)
    assert 'Body site not set' in fragment
    assert 'View not set' in fragment
    assert 'left' not in fragment


async def shown(user: User, **given):
    told, grids = [], []

    @ui.page('/grid')
    def page():
        tiles = [a_tile('a'), a_tile('b'), a_tile('c', captured_on=TODAY - timedelta(days=42))]
        grids.append(image_grid(tiles, today=TODAY, zone=UTC, on_toggle=told.append, **given))

    await user.open('/grid')
    return grids[0], told


def is_ticked(user: User, key: str) -> bool:
    (tile,) = user.find(marker=f'tile-{key}').elements
    return tile.props['aria-checked'] == 'true'


async def test_choosing_a_photo_tells_the_page_and_the_screen_reader(user: User):
    chosen: set[str] = {'b'}
    grid, told = await shown(user, selected=chosen)
    await user.should_see('6 weeks earlier')
    user.find(marker='tile-a').click()
    user.find(marker='tile-b').trigger('keydown.space.prevent')
    assert (told, chosen) == (['a', 'b'], {'a'})
    assert [is_ticked(user, key) for key in 'abc'] == [True, False, False]
    grid.clear()
    assert (chosen, told, is_ticked(user, 'a')) == (set(), ['a', 'b'], False)


async def test_a_whole_day_is_chosen_and_taken_back_at_once(user: User):
    grid, _ = await shown(user)
    user.find(marker='tile-b').click()
    user.find(marker='day-2026-11-23').click()
    assert grid.selected == {'a', 'b'}
    user.find(marker='day-2026-11-23').click()
    assert grid.selected == set()


async def test_opening_is_a_double_click_where_a_click_chooses(user: User):
    opened: list[str] = []
    _, told = await shown(user, on_open=opened.append)
    user.find(marker='tile-a').trigger('dblclick')
    user.find(marker='tile-c').trigger('keydown.enter')
    assert (opened, told) == (['a', 'c'], [])


async def test_a_photo_that_is_there_already_cannot_be_chosen(user: User):
    grid, _ = await shown(user, gone=frozenset({'a'}))
    (tile,) = user.find(marker='tile-a').elements
    assert {'role', 'aria-checked', 'tabindex'}.isdisjoint(tile.props)
    user.find(marker='day-2026-11-23').click()
    assert grid.selected == {'b'}


@pytest.mark.parametrize('size', ['S', 'M', 'L'])
async def test_the_size_is_a_matter_of_style(user: User, size):
    grid, _ = await shown(user, size=size)
    assert grid.root.props['data-size'] == size


async def test_an_empty_grid_says_what_to_do(user: User):
    @ui.page('/none')
    def page():
        image_grid([], today=TODAY, zone=UTC, empty=('No photos yet.', 'Drop files here.'))

    await user.open('/none')
    await user.should_see('Drop files here.')


async def test_the_side_stands_in_words_only_where_there_are_two(user: User):
    assert describe(a_tile(body_site=SHIN), UTC).startswith('Shin, left, ')
    assert describe(a_tile(body_site=CHIN), UTC).startswith('Chin, 23 ')


async def hidden_one(user: User, **given):
    told, opened = [], []

    @ui.page('/grid')
    def page():
        image_grid([a_tile('a', said_sensitive=True), a_tile('b')], today=TODAY, zone=UTC, on_open=opened.append,
                   **({'on_toggle': told.append} if given.get('is_chosen') else {}))

    await user.open('/grid')
    return told, opened


def only(user: User, key: str) -> ui.html:
    (tile,) = user.find(marker=f'tile-{key}').elements
    return tile


@pytest.mark.parametrize('press', ['click', 'keydown.enter'])
async def test_a_sensitive_photo_is_hidden_until_the_first_press_and_opened_by_the_second(user: User, press: str):
    _, opened = await hidden_one(user)
    assert VEILED in only(user, 'a').classes
    assert VEILED not in only(user, 'b').classes
    assert only(user, 'a').props['aria-label'].endswith(', sensitive, hidden')
    user.find(marker='tile-a').trigger(press)
    assert (opened, VEILED in only(user, 'a').classes) == ([], False)
    assert only(user, 'a').props['aria-label'].endswith(', sensitive')
    user.find(marker='tile-a').trigger(press)
    assert opened == ['a']


@pytest.mark.parametrize('press', ['click', 'keydown.space.prevent'])
async def test_where_photos_are_chosen_the_first_press_only_shows_a_sensitive_one(user: User, press: str):
    told, opened = await hidden_one(user, is_chosen=True)
    user.find(marker='tile-a').trigger(press)
    assert told == []
    user.find(marker='tile-a').trigger(press)
    assert (told, opened) == (['a'], [])


async def test_what_was_shown_on_one_page_is_hidden_on_the_next(user: User):
    await hidden_one(user)
    user.find(marker='tile-a').click()
    assert VEILED not in only(user, 'a').classes
    await user.open('/grid')
    assert VEILED in only(user, 'a').classes
