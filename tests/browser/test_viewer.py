"""The large photograph in Chromium: wheel, drag, two fingers and keys, drawing by mouse and without, turned where it stands."""
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect

from tests import pictures
from tests.browser.driving import new_patient, sign_in, watched
from tests.browser.test_accessibility import findings
from tests.serving import Server

POOL = '/patients/psr-1/images'
MEASURED = re.compile(r'--k: ?(?!1\.0000)\d')

Point = tuple[float, float]


@pytest.fixture
def photo(page: Page, tmp_path: Path) -> Page:
    """Jana's browser, with the photograph of a new patient open."""
    page.emulate_media(reduced_motion='reduce')
    page.set_viewport_size({'width': 1440, 'height': 900})
    new_patient(page, 'psr-1')
    page.goto(POOL)
    (tmp_path / 'IMG_1.jpg').write_bytes(pictures.jpeg())
    page.locator('input[type=file]').set_input_files(tmp_path / 'IMG_1.jpg')
    return enlarged(page)


@pytest.fixture
def tablet(photo: Page, server: Server, chromium: Browser, console: list[str]) -> Iterator[Page]:
    """Ines's tablet, without a mouse, with the same photograph open."""
    context = chromium.new_context(base_url=server.address, has_touch=True, is_mobile=True, viewport={'width': 1180, 'height': 820})
    page = watched(context.new_page(), console)
    sign_in(page, 'ines')
    page.goto(photo.url)
    yield enlarged(page)
    context.close()


def enlarged(page: Page) -> Page:
    """Open the photograph, and wait until the server knows how large its stage is."""
    page.locator('.df-tile').click()
    expect(frame(page)).to_have_attribute('style', MEASURED)
    expect(page.locator('[class*=q-transition--fade]')).to_have_count(0)
    return page


def frame(page: Page) -> Locator:
    return page.locator('.df-viewer-frame')


def edges(place: Locator) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom on the screen."""
    box = place.bounding_box()
    assert box
    return box['x'], box['y'], box['x'] + box['width'], box['y'] + box['height']


def on_stage(page: Page, across: float, down: float) -> Point:
    """Return a point of the screen by its share of the stage."""
    left, top, right, bottom = edges(page.locator('.df-viewer-stage'))
    return left + across * (right - left), top + down * (bottom - top)


def lies_at(page: Page, point: Point) -> Point:
    """Return which part of the shown photo lies at a point of the screen."""
    left, top, right, bottom = edges(frame(page))
    return (point[0] - left) / (right - left), (point[1] - top) / (bottom - top)


def percent(page: Page) -> Locator:
    return page.get_by_role('button', name='Show all of it')


def pull(page: Page, start: Point, end: Point) -> None:
    """Pull the mouse from a point to another, slowly enough for its capture."""
    page.mouse.move(*start)
    page.mouse.down()
    expect(page.locator('.df-viewer-photo:active')).to_be_attached()
    page.mouse.move(*end, steps=12)
    page.mouse.up()


def lines(page: Page) -> Locator:
    return page.locator('.df-annotation')


def test_the_wheel_zooms_at_the_pointer_and_a_drag_never_pulls_the_photo_off_its_stage(photo: Page) -> None:
    point = on_stage(photo, 0.3, 0.6)
    photo.mouse.move(*point)
    before = lies_at(photo, point)
    for _ in range(5):
        photo.mouse.wheel(0, -150)
    expect(percent(photo)).to_have_text('308 %')
    assert lies_at(photo, point) == pytest.approx(before, abs=0.01)
    for end in (on_stage(photo, 0.99, 0.99), on_stage(photo, 0.02, 0.2)):
        for _ in range(4):
            pull(photo, on_stage(photo, 0.5, 0.5), end)
        left, top, right, bottom = edges(photo.locator('.df-viewer-stage'))
        shown = edges(frame(photo))
        assert shown[0] <= left + 1 and shown[1] <= top + 1 and shown[2] >= right - 1 and shown[3] >= bottom - 1
    photo.mouse.dblclick(*on_stage(photo, 0.5, 0.5))
    expect(percent(photo)).to_have_text('100 %')
    photo.mouse.dblclick(*on_stage(photo, 0.5, 0.5))
    expect(percent(photo)).not_to_have_text('100 %')


def test_keys_zoom_and_move_what_is_larger_than_the_stage_instead_of_going_on(photo: Page) -> None:
    for _ in range(4):
        photo.keyboard.press('+')
    expect(percent(photo)).to_have_text('244 %')
    before = edges(frame(photo))[0]
    photo.keyboard.press('ArrowRight')
    photo.wait_for_function('before => document.querySelector(".df-viewer-frame").getBoundingClientRect().x < before - 40', arg=before)
    photo.keyboard.press('-')
    expect(percent(photo)).to_have_text('195 %')
    photo.keyboard.press('0')
    expect(percent(photo)).to_have_text('100 %')
    photo.get_by_role('button', name='Zoom in').click()
    expect(percent(photo)).to_have_text('125 %')


def touch(fingers: CDPSession, kind: str, *points: Point, at: float | None = None) -> None:
    """Put down, move or lift fingers, now or `at` a time in seconds."""
    fingers.send('Input.dispatchTouchEvent', {
        'type': kind, 'touchPoints': [{'x': x, 'y': y, 'id': index} for index, (x, y) in enumerate(points)],
        **({} if at is None else {'timestamp': at})})


def test_two_fingers_zoom_and_one_moves(tablet: Page) -> None:
    fingers = tablet.context.new_cdp_session(tablet)
    (x, y), (u, v) = on_stage(tablet, 0.45, 0.5), on_stage(tablet, 0.55, 0.5)
    touch(fingers, 'touchStart', (x, y))
    touch(fingers, 'touchStart', (x, y), (u, v))
    for step in range(1, 11):
        touch(fingers, 'touchMove', (x - step * (u - x) / 10, y), (u + step * (u - x) / 10, v))
    expect(percent(tablet)).to_have_text(re.compile(r'(29\d|30\d) %'))
    touch(fingers, 'touchEnd')
    before = edges(frame(tablet))[0]
    touch(fingers, 'touchStart', (x, y))
    for step in range(1, 11):
        touch(fingers, 'touchMove', (x - step * 10, y))
    tablet.wait_for_function('before => document.querySelector(".df-viewer-frame").getBoundingClientRect().x < before - 90', arg=before)
    touch(fingers, 'touchEnd')
    expect(lines(tablet)).to_have_count(0)


def test_an_arrow_is_drawn_by_finger_seen_by_a_colleague_and_turns_with_the_photo(photo: Page, tablet: Page) -> None:
    tablet.get_by_role('button', name='Arrow (A)').tap()
    expect(tablet.get_by_role('button', name='Arrow (A)')).to_have_attribute('aria-pressed', 'true')
    fingers = tablet.context.new_cdp_session(tablet)
    (x, y), (u, v) = on_stage(tablet, 0.5, 0.5), on_stage(tablet, 0.7, 0.5)
    touch(fingers, 'touchStart', (x, y))
    for step in range(1, 11):
        touch(fingers, 'touchMove', (x + step * (u - x) / 10, v))
    touch(fingers, 'touchEnd')
    expect(lines(tablet)).to_have_count(1)
    expect(lines(photo)).to_have_count(1)
    line = photo.locator('.df-drawn .df-mark-edge>path')
    left, top, right, bottom = edges(line)
    assert right - left > 10 * (bottom - top)
    photo.keyboard.press('r')
    expect(frame(tablet)).to_have_attribute('style', re.compile(r'rotate\(90deg\)'))
    left, top, right, bottom = edges(photo.locator('.df-drawn .df-mark-edge>path'))
    assert bottom - top > 10 * (right - left)


def test_an_arrow_is_drawn_named_removed_and_brought_back_by_keyboard_alone(photo: Page) -> None:
    expect(photo.locator('.df-viewer-stage')).to_be_focused()
    photo.keyboard.press('a')
    expect(photo.get_by_role('button', name='Arrow (A)')).to_have_attribute('aria-pressed', 'true')
    photo.keyboard.press('Enter')
    expect(lines(photo)).to_have_count(1)
    photo.keyboard.press('Enter')
    expect(photo.get_by_label('Words of arrow 1')).to_be_focused()
    photo.keyboard.type('Darker <b>edge')
    photo.keyboard.press('Enter')
    expect(photo.locator('.df-mark-words')).to_have_text('Darker <b>edge')
    expect(photo.locator('.df-viewer-stage')).to_be_focused()
    before = edges(photo.locator('.df-mark-words'))[0]
    photo.keyboard.press('Shift+ArrowRight')
    photo.wait_for_function('before => document.querySelector(".df-mark-words").getBoundingClientRect().x > before + 5', arg=before)
    photo.keyboard.press('Delete')
    expect(lines(photo)).to_have_count(0)
    photo.keyboard.press('Control+z')
    expect(photo.get_by_label('Words of arrow 1')).to_have_value('Darker <b>edge')
    expect(photo.locator('.df-viewer-stage')).to_be_focused()  # a browser's own undo would have gone elsewhere
    photo.keyboard.press('h')
    expect(photo.locator('.df-mark-words')).to_be_hidden()


def test_a_text_stands_where_someone_clicked_and_escape_leaves_it_unwritten(photo: Page) -> None:
    photo.keyboard.press('x')
    photo.mouse.click(*on_stage(photo, 0.4, 0.4))
    expect(photo.get_by_label('Words of the new text')).to_be_focused()
    photo.keyboard.type('Not this')
    photo.keyboard.press('Escape')
    expect(photo.get_by_label('Words of the new text')).to_have_count(0)
    expect(photo.get_by_role('dialog')).to_be_visible()
    photo.keyboard.press('x')
    photo.mouse.click(*on_stage(photo, 0.4, 0.4))
    photo.get_by_label('Words of the new text').fill('New, watch')
    photo.keyboard.press('Enter')
    expect(photo.locator('.df-mark-words')).to_have_text('New, watch')
    expect(lines(photo)).to_have_count(1)
    photo.reload()
    enlarged(photo)
    assert edges(photo.locator('.df-mark-at'))[0] == pytest.approx(on_stage(photo, 0.4, 0.4)[0], abs=2)


def test_a_turned_photo_is_whole_in_its_tile_and_upright_nowhere_stretched(photo: Page) -> None:
    photo.keyboard.press('r')
    picture = photo.locator('.df-tile img[data-turn="90"]')
    expect(picture).to_be_attached()
    photo.keyboard.press('Escape')
    expect(photo.get_by_role('dialog')).to_be_hidden()
    box, shown = edges(photo.locator('.df-tile .df-photo')), edges(picture)
    assert shown == pytest.approx(box, abs=1)
    expect(picture).to_have_css('object-fit', 'contain')


@pytest.mark.parametrize('place', ['.df-viewer-desk', '.df-viewer-side'])
def test_axe_finds_nothing_serious_in_the_viewer(photo: Page, place: str) -> None:
    photo.keyboard.press('o')
    photo.keyboard.press('Enter')
    expect(lines(photo)).to_have_count(1)
    # axe takes what lies behind the dialog for the ground of its buttons
    photo.locator('.q-dialog__backdrop').evaluate('dimming => dimming.remove()')
    found = findings(photo, within=place)
    assert not found, found
