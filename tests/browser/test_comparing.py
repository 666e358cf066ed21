"""A comparison on the whole screen, in Chromium: zoomed together, wiped, laid over one another, cropped, and kept for everyone."""
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect

from app.clinic import Clinic
from data.actors import Actor
from tests.browser.driving import served, sign_in, two_browsers, watched
from tests.browser.test_accessibility import findings
from tests.browser.test_viewer import edges, touch
from tests.conftest import Template
from tests.factories import CAPTURED, a_comparison, a_patient, a_stored_image, an_entry
from tests.serving import Server

VISIT = '/patients/psr-20417/entries/1'
MEASURED = re.compile(r'--z: ?1\.0000')


def furnish(clinic: Clinic, jana: Actor) -> None:
    """Give the practice Maria with three photographs, two of them compared over twelve weeks."""
    maria = a_patient(clinic, jana, birth_date='1980-03-14').key
    images = [a_stored_image(clinic, jana, maria, captured_at=CAPTURED + timedelta(weeks=weeks)) for weeks in (0, 12, 6)]
    a_comparison(clinic, jana, an_entry(clinic, jana, maria, images=tuple(images)).key, images[:2], title='Cheek')


@pytest.fixture
def practice(staffed: Template, tmp_path: Path) -> Iterator[Server]:
    """The server of that practice."""
    with served(staffed, tmp_path, furnish) as running:
        yield running


@pytest.fixture
def both(practice: Server, chromium: Browser, console: list[str]) -> Iterator[tuple[Page, Page]]:
    """Jana's and Vera's browsers, with the comparison on the whole screen. Nothing moves by itself."""
    with two_browsers(chromium, practice, console, viewport={'width': 1280, 'height': 800}) as pages:
        for page in pages:
            enlarged(page)
        yield pages


def enlarged(page: Page) -> Page:
    """Open the comparison large, and wait until the server knows how large its photographs are."""
    page.goto(VISIT)
    page.get_by_role('button', name='Full screen: Cheek').click()
    expect(panes(page)).to_have_attribute('style', re.compile('--z'))
    expect(page.locator('.df-cmp .df-cmp-frame img')).to_have_count(2)
    expect(page.locator('[class*=q-transition--fade]')).to_have_count(0)
    page.wait_for_function('[...document.querySelectorAll(".df-cmp .df-cmp-frame img")].every(photo => photo.naturalWidth > 0)')
    page.keyboard.press('+')  # what is measured can be zoomed
    expect(percent(page)).to_have_text('125 %')
    page.keyboard.press('0')
    expect(percent(page)).to_have_text('100 %')
    return page


def panes(page: Page) -> Locator:
    return page.locator('.df-cmp-panes')


def percent(page: Page) -> Locator:
    return page.get_by_role('button', name='Show all of it')


def frames(page: Page) -> list[tuple[float, float, float, float]]:
    return [edges(frame) for frame in page.locator('.df-cmp .df-cmp-frame').all()]


def middle(place: Locator) -> tuple[float, float]:
    left, top, right, bottom = edges(place)
    return (left + right) / 2, (top + bottom) / 2


def pressed(page: Page, layout: str) -> Locator:
    return page.locator('.df-cmp').get_by_role('button', name=layout, pressed=True)


def test_wheel_and_drag_move_all_photos_together_for_everyone_and_the_next_time(both: tuple[Page, Page]) -> None:
    jana, vera = both
    one, other = frames(jana)
    x, y = middle(jana.locator('.df-cmp-pane').first)
    jana.mouse.move(x + 60, y + 30)
    for _ in range(4):
        jana.mouse.wheel(0, -150)
    expect(percent(jana)).to_have_text(re.compile(r'24\d %'))
    big, also = frames(jana)
    assert big[2] - big[0] == pytest.approx(also[2] - also[0], abs=1) and big[2] - big[0] > 2 * (one[2] - one[0])
    assert big[0] - one[0] == pytest.approx(also[0] - other[0], abs=1)
    jana.mouse.down()
    expect(jana.locator('.df-cmp-pane:active')).to_have_count(1)
    jana.mouse.move(x - 20, y - 10, steps=8)
    jana.mouse.up()
    jana.wait_for_function('left => document.querySelector(".df-cmp .df-cmp-frame").getBoundingClientRect().left < left - 60', arg=big[0])
    moved = frames(jana)
    assert moved[0][0] - big[0] == pytest.approx(moved[1][0] - also[0], abs=1)
    expect(percent(vera)).to_have_text(re.compile(r'24\d %'))  # who looks on sees it
    jana.reload()
    jana.get_by_role('button', name='Full screen: Cheek').click()
    expect(percent(jana)).to_have_text(re.compile(r'24\d %'))


def test_the_wipe_runs_in_the_browser_and_stays_where_it_was_let_go(both: tuple[Page, Page]) -> None:
    jana, vera = both
    jana.keyboard.press('2')
    expect(pressed(jana, 'Slider')).to_have_count(1)
    expect(pressed(vera, 'Slider')).to_have_count(1)
    left, top, right, bottom = edges(panes(jana))
    first, second = frames(jana)
    assert first == pytest.approx(second, abs=1)  # both of one size, in one place
    knob = jana.locator('.df-cmp-wipe > .q-splitter__separator')
    jana.mouse.move(*middle(knob))
    jana.mouse.down()
    jana.mouse.move(left + (right - left) / 4, (top + bottom) / 2, steps=6)
    assert middle(knob)[0] == pytest.approx(left + (right - left) / 4, abs=12)  # before anyone was told
    jana.mouse.up()
    there = ('left => Math.abs(document.querySelector(".df-cmp-wipe > .q-splitter__separator").getBoundingClientRect().x - left) < 6')
    vera.wait_for_function(there, arg=left + (right - left) * 0.25)
    jana.keyboard.press('ArrowLeft')
    jana.keyboard.press('Shift+ArrowLeft')
    vera.wait_for_function(there, arg=left + (right - left) * 0.13)
    assert frames(jana)[0] == pytest.approx(first, abs=1)


def test_flicker_is_seen_by_who_presses_it_and_stored_for_nobody(both: tuple[Page, Page]) -> None:
    jana, vera = both
    jana.keyboard.press('3')
    over = jana.locator('.df-cmp-over')
    jana.keyboard.press('ArrowRight')
    expect(over).to_have_css('opacity', '0.52')
    for shown in ('1', '0', '1'):
        jana.keyboard.press('s')
        expect(over).to_have_css('opacity', shown)
    expect(vera.locator('.df-cmp-over')).to_have_css('opacity', '0.52')
    vera.keyboard.press('s')
    expect(vera.locator('.df-cmp-over')).to_have_css('opacity', '1')
    jana.keyboard.press('ArrowRight')
    expect(over).to_have_css('opacity', '0.54')


def test_who_may_only_look_zooms_for_themselves_and_stores_nothing(both: tuple[Page, Page]) -> None:
    jana, vera = both
    expect(vera.get_by_role('button', name='Crop')).to_have_count(0)
    vera.keyboard.press('+')
    vera.keyboard.press('4')
    expect(pressed(vera, 'Grid')).to_have_count(1)
    jana.keyboard.press('+')
    jana.keyboard.press('+')
    expect(percent(jana)).to_have_text('156 %')
    vera.keyboard.press('-')
    expect(percent(vera)).to_have_text('100 %')
    expect(pressed(jana, 'Side by side')).to_have_count(1)
    jana.reload()
    jana.get_by_role('button', name='Full screen: Cheek').click()
    expect(percent(jana)).to_have_text('156 %')


def test_a_crop_is_drawn_by_mouse_moved_by_key_and_seen_by_others(both: tuple[Page, Page]) -> None:
    jana, vera = both
    jana.get_by_role('button', name='Crop').click()
    dialog = jana.get_by_role('dialog', name='Crop')
    expect(dialog.locator('.df-viewer-frame')).to_have_attribute('style', re.compile(r'--k: ?(?!1\.0000)\d'))
    left, top, right, bottom = edges(dialog.locator('.df-viewer-frame'))
    jana.mouse.move(left + (right - left) * 0.25, top + (bottom - top) * 0.25)
    jana.mouse.down()
    expect(dialog.locator('.df-viewer-photo:active')).to_have_count(1)
    jana.mouse.move(left + (right - left) * 0.75, top + (bottom - top) * 0.75, steps=8)
    jana.mouse.up()
    expect(dialog.locator('.df-crop')).to_have_attribute('style', re.compile(r'width: ?(49|50|51)'))
    for _ in range(2):
        jana.keyboard.press('ArrowRight')
    expect(dialog.locator('.df-crop')).to_have_attribute('style', re.compile(r'left: ?(28|29|30)'))
    jana.keyboard.press('Enter')
    for page in both:
        expect(page.locator('.df-cmp .df-cmp-frame img').nth(1)).to_have_attribute('style', re.compile(r'width: ?(19\d|20\d)'))
        expect(page.locator('.df-cmp .df-cmp-frame img').first).not_to_have_attribute('style', re.compile('width'))
    jana.get_by_role('button', name='Turn right').click()
    expect(vera.locator('.df-cmp .df-cmp-frame').nth(1)).to_have_attribute('style', re.compile(r'--turn: ?90deg'))


def test_a_third_photo_is_added_made_the_baseline_and_taken_out_with_a_way_back(both: tuple[Page, Page]) -> None:
    jana, vera = both
    jana.get_by_role('button', name='Add photos').click()
    picker = jana.get_by_role('dialog', name='Add photos')
    picker.get_by_role('checkbox').first.click()
    picker.get_by_role('button', name='Add photos').click()
    for page in both:
        expect(page.locator('.df-cmp-pane')).to_have_count(3)
    jana.keyboard.press(']')
    jana.get_by_role('button', name='Use as baseline').click()
    expect(vera.locator('.df-cmp-when').first).to_contain_text('Baseline')
    expect(vera.locator('.df-cmp-when').nth(1)).to_contain_text('6 weeks earlier')
    jana.get_by_role('button', name='Take out of this comparison').click()
    for page in both:
        expect(page.locator('.df-cmp-pane')).to_have_count(2)
    jana.get_by_role('button', name='Undo').click()
    expect(vera.locator('.df-cmp-when').nth(1)).to_contain_text('6 weeks earlier')


@pytest.fixture
def tablet(practice: Server, chromium: Browser, console: list[str]) -> Iterator[Page]:
    """Ines' tablet with the comparison on the whole screen."""
    context = chromium.new_context(base_url=practice.address, has_touch=True, is_mobile=True, reduced_motion='reduce',
                                   viewport={'width': 1180, 'height': 820})
    page = watched(context.new_page(), console)
    sign_in(page, 'ines')
    yield enlarged(page)
    context.close()


def test_two_fingers_zoom_all_photos(tablet: Page) -> None:
    fingers = tablet.context.new_cdp_session(tablet)
    x, y = middle(tablet.locator('.df-cmp-pane').first)
    touch(fingers, 'touchStart', (x, y))
    touch(fingers, 'touchStart', (x, y), (x + 60, y))
    for step in range(1, 11):
        touch(fingers, 'touchMove', (x, y), (x + 60 + step * 6, y))
    expect(percent(tablet)).to_have_text(re.compile(r'(19\d|20\d) %'))
    touch(fingers, 'touchEnd')
    first, second = frames(tablet)
    assert first[2] - first[0] == pytest.approx(second[2] - second[0], abs=1)


def test_a_finger_wipes(tablet: Page) -> None:
    tablet.locator('.df-cmp').get_by_role('button', name='Slider').tap()
    expect(pressed(tablet, 'Slider')).to_have_count(1)
    knob = tablet.locator('.df-cmp-wipe > .q-splitter__separator')
    left, top, right, bottom = edges(panes(tablet))
    fingers = drawn(tablet, middle(knob), (left + (right - left) / 4, (top + bottom) / 2))
    assert middle(knob)[0] == pytest.approx(left + (right - left) / 4, abs=12)
    touch(fingers, 'touchEnd')
    assert middle(knob)[0] == pytest.approx(left + (right - left) / 4, abs=12)


def test_a_finger_crops(tablet: Page) -> None:
    tablet.get_by_role('button', name='Crop').tap()
    dialog = tablet.get_by_role('dialog', name='Crop')
    expect(dialog.locator('.df-viewer-frame')).to_have_attribute('style', re.compile(r'--k: ?(?!1\.0000)\d'))
    left, top, right, bottom = edges(dialog.locator('.df-viewer-frame'))
    width, height = right - left, bottom - top
    fingers = drawn(tablet, (left + width / 4, top + height / 4), (left + width * 3 / 4, top + height * 3 / 4))
    expect(dialog.locator('.df-crop')).to_have_attribute('style', re.compile(r'width: ?(49|50|51)'))
    touch(fingers, 'touchEnd')
    dialog.get_by_role('button', name='Use crop').tap()
    expect(tablet.locator('.df-cmp .df-cmp-frame img[style*=width]')).to_have_count(1)


def drawn(page: Page, start: tuple[float, float], end: tuple[float, float]) -> CDPSession:
    """Put a finger down, draw it to another place, and leave it there.

    It came to rest a while ago: lifted in its course it would throw, and what is thrown takes the next tap.
    """
    fingers, begun = page.context.new_cdp_session(page), time.time() - 0.5
    touch(fingers, 'touchStart', start, at=begun)
    for step in range(1, 9):
        touch(fingers, 'touchMove', tuple(a + (b - a) * step / 8 for a, b in zip(start, end, strict=True)), at=begun + step * 0.02)
    return fingers


def test_grid_lines_are_seen_by_who_asks_for_them(both: tuple[Page, Page]) -> None:
    jana, vera = both
    jana.keyboard.press('g')
    expect(jana.get_by_role('button', name='Grid lines (G)')).to_have_attribute('aria-pressed', 'true')
    expect(jana.locator('.df-cmp-lined .df-cmp-pane').first).to_be_visible()
    expect(vera.locator('.df-cmp-lined')).to_have_count(0)
    jana.get_by_role('button', name='Grid lines (G)').click()
    expect(jana.locator('.df-cmp-lined')).to_have_count(0)


def test_on_a_phone_every_tool_can_be_reached(both: tuple[Page, Page]) -> None:
    jana, _vera = both
    jana.set_viewport_size({'width': 390, 'height': 844})
    tools = jana.get_by_role('toolbar', name='Selected photo').get_by_role('button')
    expect(tools).to_have_count(8)
    for tool in tools.all():
        expect(tool).to_be_in_viewport(ratio=1)


def test_an_address_leads_to_a_comparison(both: tuple[Page, Page]) -> None:
    jana, vera = both
    vera.keyboard.press('Escape')
    vera.get_by_role('button', name='Comparisons').click()
    vera.reload()
    expect(vera.locator('.df-pair-card')).to_be_hidden()
    jana.keyboard.press('Escape')
    address = jana.get_by_role('link', name='Link to this comparison').get_attribute('href')
    assert address is not None
    vera.goto(address)
    expect(vera.locator('.df-pair-card--led')).to_be_in_viewport()
    vera.goto(f'{VISIT}?comparison={"0" * 32}')
    expect(vera.get_by_text('This comparison is not in this entry any more.')).to_be_visible()


def test_the_stage_and_its_dialogs_can_be_used_without_seeing_them(both: tuple[Page, Page]) -> None:
    jana, _vera = both
    for key, layout in enumerate(('Side by side', 'Slider', 'Overlay', 'Grid'), 1):
        jana.keyboard.press(str(key))
        expect(pressed(jana, layout)).to_have_count(1)
        assert findings(jana) == ''
    jana.get_by_role('button', name='Crop').click()
    expect(jana.get_by_role('dialog', name='Crop')).to_be_visible()
    assert findings(jana) == ''
