"""The pool in Chromium: a choice by mouse, finger and keyboard, filters in the address, and files that are cancelled or left behind."""
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from app.clinic import Clinic
from data.actors import Actor
from data.repositories.tag_records import Tagged
from tests.browser.driving import choose_files, hurry, served, sign_in, slow_line
from tests.browser.test_accessibility import findings
from tests.conftest import Template
from tests.factories import CAPTURED, a_patient, a_stored_image
from tests.serving import Server

POOL = '/patients/psr-1/images'
FOREARM = 'Upper extremity:Forearm'
TICK = {'x': 20, 'y': 20}
VIEWS = ('overview', 'close-up', 'overview', '', '', '')


def furnish(clinic: Clinic, jana: Actor) -> None:
    """Give the practice one patient: six photographs of three days, two of each, the first three of the left forearm."""
    patient = a_patient(clinic, jana, 'psr-1').key
    keys = [a_stored_image(clinic, jana, patient, captured_at=CAPTURED - timedelta(weeks=number // 2, minutes=-number))
            for number in range(6)]
    for key, view in zip(keys, VIEWS, strict=True):
        values = (('body_site', FOREARM), ('laterality', 'left'), ('view', view)) if view else ()
        for field, text in values:
            clinic.change_now(jana, lambda records, key=key, field=field, text=text: records.images.describe(key, field, text))
    with clinic.reading(jana) as records:
        category = records.tags.vocabulary()[0].key
    tag = clinic.change_now(jana, lambda records: records.tags.add(category, 'Psoriasis'))
    clinic.change_now(jana, lambda records: records.tags.assign(tag.key, Tagged.IMAGE, keys[:2]))


@pytest.fixture
def server(staffed: Template, tmp_path: Path) -> Iterator[Server]:
    """A running server of that practice."""
    with served(staffed, tmp_path, furnish) as running:
        yield running


@pytest.fixture
def pool(page: Page) -> Page:
    """Jana's browser with the pool open, on a desk."""
    page.set_viewport_size({'width': 1440, 'height': 900})
    page.emulate_media(reduced_motion='reduce')
    page.goto(POOL)
    expect(tiles(page)).to_have_count(6)
    return page


def tiles(page: Page) -> Locator:
    return page.locator('.df-tile')


def chosen(page: Page) -> Locator:
    return page.locator('.df-tile[aria-checked=true]')


def bar(page: Page) -> Locator:
    return page.get_by_role('toolbar', name='Selected images')


def test_the_tick_chooses_the_photo_opens_and_nothing_moves_or_loads_again(pool: Page) -> None:
    first, asked = tiles(pool).first, list[str]()
    pool.wait_for_load_state('networkidle')
    where, picture = first.bounding_box(), first.locator('img').element_handle()
    pool.on('request', lambda request: asked.append(request.url))
    first.click(position=TICK)
    expect(bar(pool)).to_contain_text('1 selected')
    tiles(pool).nth(3).click(modifiers=['Shift'])
    expect(bar(pool)).to_contain_text('4 selected')
    expect(bar(pool)).to_contain_text('7 days apart')
    assert (first.bounding_box(), asked, picture.evaluate('one => one.isConnected')) == (where, [], True)
    first.click()
    expect(pool.get_by_role('dialog', name='Photo')).to_be_visible()
    pool.keyboard.press('Escape')
    expect(pool.get_by_role('dialog', name='Photo')).to_be_hidden()
    expect(bar(pool)).to_contain_text('4 selected')
    pool.keyboard.press('Escape')
    expect(bar(pool)).to_be_hidden()
    expect(chosen(pool)).to_have_count(0)


def test_a_choice_is_made_and_left_by_keyboard_alone(pool: Page) -> None:
    tiles(pool).first.focus()
    pool.keyboard.press('Space')
    expect(chosen(pool)).to_have_count(1)
    for key in ('ArrowRight', 'ArrowDown'):
        pool.keyboard.press(key)
    expect(tiles(pool).nth(2)).to_be_focused()
    pool.keyboard.press('x')
    expect(chosen(pool)).to_have_count(2)
    pool.keyboard.press('k')
    expect(tiles(pool).nth(1)).to_be_focused()
    pool.keyboard.press('Enter')
    expect(pool.get_by_role('dialog', name='Photo')).to_be_visible()
    pool.keyboard.press('Escape')
    expect(pool.get_by_role('dialog', name='Photo')).to_be_hidden()
    expect(chosen(pool)).to_have_count(2)
    pool.keyboard.press('t')
    expect(pool.get_by_role('textbox', name='Find a tag')).to_be_focused()
    pool.keyboard.press('Escape')
    expect(pool.get_by_role('textbox', name='Find a tag')).to_be_hidden()
    expect(chosen(pool)).to_have_count(2)
    pool.keyboard.press('Escape')
    expect(chosen(pool)).to_have_count(0)
    expect(tiles(pool).nth(1)).to_be_focused()


def test_keys_size_the_photos_and_open_the_ways_in(pool: Page) -> None:
    large = pool.get_by_role('button', name='Large photos')
    pool.keyboard.press('3')
    expect(large).to_have_attribute('aria-pressed', 'true')
    expect(pool.locator('.df-pool-days')).to_have_attribute('data-size', 'L')
    with pool.expect_file_chooser():
        pool.keyboard.press('u')
    pool.keyboard.press('q')
    expect(pool.get_by_role('dialog', name='Add photos with a phone')).to_be_visible()
    pool.reload()
    expect(large).to_have_attribute('aria-pressed', 'true')


def test_tab_stops_at_one_photo_and_a_button_of_a_day_is_pressed_by_space(pool: Page) -> None:
    tiles(pool).first.focus()
    pool.keyboard.press('Tab')
    expect(pool.get_by_role('button', name=re.compile('Select day')).nth(1)).to_be_focused()
    pool.keyboard.press('Space')
    expect(chosen(pool)).to_have_count(2)
    expect(pool.get_by_role('button', name=re.compile('Clear day'))).to_be_focused()


def test_filters_stand_in_the_address_and_leave_what_they_say(pool: Page) -> None:
    pool.get_by_role('button', name='View', exact=True).click()
    menu = pool.get_by_role('dialog', name='Filter by view')
    expect(menu.get_by_role('checkbox', name='Overview')).to_contain_text('2')
    menu.get_by_role('checkbox', name='Overview').click()
    expect(menu).to_contain_text('2 of 6 images')
    pool.keyboard.press('Escape')
    pool.get_by_role('button', name='Tag', exact=True).click()
    pool.get_by_role('dialog', name='Filter by tag').get_by_role('checkbox', name='Psoriasis').click()
    expect(pool.get_by_role('heading', name='1 of 6 images')).to_be_visible()
    expect(pool).to_have_url(re.compile(r'\?view=overview&tag=psoriasis$'))
    pool.reload()
    expect(pool.get_by_role('heading', name='1 of 6 images')).to_be_visible()
    expect(tiles(pool)).to_have_count(1)
    pool.get_by_role('button', name='Remove Overview').click()
    expect(tiles(pool)).to_have_count(2)
    pool.get_by_role('button', name='Clear all').click()
    expect(tiles(pool)).to_have_count(6)
    expect(pool).to_have_url(re.compile('/images$'))


def test_where_there_is_little_room_one_chip_holds_all_filters(pool: Page) -> None:
    expect(pool.get_by_role('button', name='Filter', exact=True)).to_be_hidden()
    pool.set_viewport_size({'width': 1180, 'height': 820})
    expect(pool.get_by_role('button', name='View', exact=True)).to_be_hidden()
    pool.get_by_role('button', name='Filter', exact=True).click()
    menu = pool.get_by_role('dialog', name='Filters')
    menu.get_by_role('group', name='View').get_by_role('checkbox', name='Close-up').click()
    menu.get_by_role('group', name='Tag').get_by_role('checkbox', name='Psoriasis').click()
    expect(menu).to_contain_text('1 of 6 images')
    menu.get_by_role('button', name='Clear').click()
    expect(tiles(pool)).to_have_count(6)


def test_the_days_turn_round_with_their_photos(pool: Page) -> None:
    heading = pool.locator('.df-day-date')
    expect(heading).to_have_text(['5 Mar 2026', '26 Feb 2026', '19 Feb 2026'])
    pool.get_by_role('button', name='Newest day first').click()
    expect(heading).to_have_text(['19 Feb 2026', '26 Feb 2026', '5 Mar 2026'])
    expect(pool.get_by_role('button', name='Newest day first')).to_have_attribute('aria-pressed', 'false')


def test_with_a_finger_ticks_always_show(pool: Page, server: Server) -> None:
    assert pool.context.browser is not None
    context = pool.context.browser.new_context(base_url=server.address, has_touch=True, is_mobile=True,
                                               viewport={'width': 390, 'height': 844})
    phone = context.new_page()
    sign_in(phone, 'tom')
    phone.goto(POOL)
    first = tiles(phone).first
    assert first.evaluate("one => getComputedStyle(one, '::before').opacity") == '1'
    first.tap(position=TICK)
    expect(bar(phone)).to_contain_text('1 selected')
    assert phone.evaluate('document.documentElement.scrollWidth') == 390
    context.close()


def test_axe_finds_nothing_serious_in_a_choice_and_its_menus(pool: Page) -> None:
    pool.get_by_role('button', name='View', exact=True).click()
    expect(pool.get_by_role('dialog', name='Filter by view')).to_be_visible()
    found = findings(pool, within='.df-pool-menu')
    assert not found, found
    pool.keyboard.press('Escape')
    pool.set_viewport_size({'width': 1440, 'height': 900})
    for place in (0, 3):
        tiles(pool).nth(place).click(position=TICK)
    expect(bar(pool)).to_be_visible()
    found = findings(pool)
    assert not found, found
    pool.set_viewport_size({'width': 1440, 'height': 900})
    bar(pool).get_by_role('button', name='Tag').click()
    expect(pool.get_by_role('textbox', name='Find a tag')).to_be_focused()
    found = findings(pool, within='.df-choice-menu')
    assert not found, found


@pytest.fixture
def slow(pool: Page) -> CDPSession:
    """The line of a browser that sends slowly; pictures come as fast as ever."""
    return slow_line(pool)


def panel(page: Page) -> Locator:
    return page.get_by_role('complementary', name='Photos being added')


def test_files_are_cancelled_on_their_way_and_while_they_wait(pool: Page, slow: CDPSession, tmp_path: Path) -> None:
    choose_files(pool, tmp_path, 8)
    expect(panel(pool)).to_contain_text('Waiting')
    sending = panel(pool).locator('li', has=pool.locator('.df-uprow-sending')).first
    expect(sending).to_be_visible()
    sending.get_by_role('button', name='Cancel').click()
    expect(panel(pool)).to_contain_text('Adding 7 photos')  # the lines have moved up: nothing moves under the next press
    panel(pool).locator('li', has_text='Waiting').last.get_by_role('button', name='Cancel').click()
    expect(panel(pool)).to_contain_text('Adding 6 photos')
    hurry(slow)
    expect(panel(pool)).to_contain_text('6 photos added.')
    expect(tiles(pool)).to_have_count(12)
    choose_files(pool, tmp_path, 8)
    expect(panel(pool)).to_contain_text('already in the pool')
    expect(tiles(pool)).to_have_count(14)


def test_all_is_cancelled_at_once_and_can_be_chosen_again(pool: Page, slow: CDPSession, tmp_path: Path) -> None:
    choose_files(pool, tmp_path, 9)
    expect(panel(pool)).to_contain_text('Waiting')
    panel(pool).get_by_role('button', name='Cancel all').click()
    expect(panel(pool)).to_be_hidden()
    hurry(slow)
    choose_files(pool, tmp_path, 9)
    expect(panel(pool)).to_contain_text('9 photos added.')
    expect(tiles(pool)).to_have_count(15)


def test_whoever_leaves_while_files_wait_is_told_which_were_never_sent(pool: Page, slow: CDPSession, tmp_path: Path) -> None:
    choose_files(pool, tmp_path, 9)
    expect(panel(pool)).to_contain_text('Waiting')
    pool.goto('/patients/psr-1/details')
    pool.goto(POOL)
    expect(panel(pool)).to_contain_text('the page was left before it was sent')
    expect(panel(pool).locator('li')).to_have_count(9)


def test_fifty_files_go_in_at_once(pool: Page, tmp_path: Path) -> None:
    choose_files(pool, tmp_path, 50, size=0)
    expect(panel(pool)).to_contain_text('50 photos added.', timeout=60_000)
    expect(tiles(pool)).to_have_count(56)
    expect(panel(pool)).to_contain_text('50 new photos have no body site.')
    panel(pool).get_by_role('button', name='Forearm, left').click()
    expect(panel(pool)).not_to_contain_text('no body site')
    expect(pool.locator('.df-undo-notice').filter(has_text='Forearm, left for 50 photos.')).to_be_visible()
