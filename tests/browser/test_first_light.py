"""First light, as a newcomer goes through it: from the set-up link to a comparison, a restart, and the trail of it all."""
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import stored, watched
from tests.cast import PASSWORD
from tests.pictures import four_corners, saved
from tests.serving import ROOT, Server, run_program

_PHOTOS = ROOT.parent / 'shared' / 'photos'
_REAL = [*_PHOTOS.glob('camera/*.HEIC'), *sorted(_PHOTOS.glob('camera/*.jpg'))[:1], *sorted(_PHOTOS.glob('gps/*.jpg'))[:1]]


@pytest.fixture
def fresh(tmp_path: Path) -> Server:
    """A server that nobody has set up."""
    with Server(tmp_path) as running:
        yield running


def three_photos(folder: Path) -> list[str]:
    """Return real camera files when the collection is at hand, else three that are made here, one of them HEIC as telephones send it."""
    if len(_REAL) == 3:
        return [str(path) for path in _REAL]
    print('camera files are not at hand: three drawn ones are used')
    made = {'IMG_0.HEIC': 'HEIF', 'IMG_1.jpg': 'JPEG', 'IMG_2.jpg': 'JPEG'}
    for number, (name, kind) in enumerate(made.items()):
        (folder / name).write_bytes(saved(four_corners(640 + number, 480), kind))
    return [str(folder / name) for name in made]


def set_up(page: Page, server: Server) -> None:
    link = re.search(r'http\S+/setup\?token=\S+', server.output)
    assert link, server.output
    page.goto(link[0])
    page.get_by_label('Username').fill('ines')
    page.get_by_label('Display name').fill('Dr Ines Weber')
    page.get_by_label('Password', exact=True).fill(PASSWORD)
    page.get_by_label('Repeat password').fill(PASSWORD)
    page.get_by_role('button').click()
    page.wait_for_url('**/patients')


def create_patient(page: Page) -> None:
    page.get_by_role('link', name='New patient').or_(page.get_by_role('button', name='New patient')).first.click()
    page.get_by_label('Unique ID').fill('PSR-20417')
    page.get_by_label('Family name').fill('Oyelaran')
    page.get_by_role('button', name='Create patient').click()
    page.wait_for_url('**/patients/psr-20417*')


def upload(page: Page, files: list[str]) -> None:
    page.goto('/patients/psr-20417/images')
    page.locator('input[type=file]').first.set_input_files(files)
    expect(page.locator('.df-tile')).to_have_count(len(files), timeout=30_000)


def work_on_entry(page: Page) -> None:
    page.goto('/patients/psr-20417')
    page.get_by_role('button', name='New entry').or_(page.get_by_role('link', name='New entry')).first.click()
    page.wait_for_url('**/entries/1')
    page.get_by_role('button', name='Add from pool').click()
    expect(page.get_by_role('checkbox')).to_have_count(3)
    for tile in page.get_by_role('checkbox').all():
        tile.click()
    page.get_by_role('button', name='Add 3 images').click()
    expect(page.get_by_role('dialog')).to_have_count(0)
    expect(page.get_by_role('checkbox')).to_have_count(3)
    for tile in page.get_by_role('checkbox').all()[:2]:
        tile.click(position={'x': 20, 'y': 20})
    page.get_by_role('button', name='Compare', exact=True).click()
    expect(page.get_by_role('article')).to_have_count(1)
    page.get_by_label('Notes', exact=True).press_sequentially('Plaque is flat, no scale.')
    stored(page, 'Notes', 'Plaque is flat, no scale.')


def test_from_the_set_up_link_to_a_comparison_and_over_a_restart(fresh: Server, chromium: Browser, console: list[str],
                                                                 tmp_path: Path) -> None:
    context = chromium.new_context(base_url=fresh.address)
    page = watched(context.new_page(), console)
    set_up(page, fresh)
    create_patient(page)
    upload(page, three_photos(tmp_path))
    work_on_entry(page)
    page.goto('about:blank')
    assert fresh.stop() == 0
    fresh.start()
    page.goto(f'{fresh.address}/patients/psr-20417/entries/1')
    expect(page.get_by_label('Notes', exact=True)).to_have_value('Plaque is flat, no scale.')
    expect(page.get_by_role('article')).to_have_count(1)
    expect(page.get_by_role('checkbox')).to_have_count(3)
    page.goto(f'{fresh.address}/audit')
    for sentence in ('signed in', 'psr-20417', 'The server started'):
        expect(page.get_by_text(sentence).first).to_be_visible()
    context.close()
    fresh.stop()
    verified = run_program('verify', *fresh.folders)
    assert verified.returncode == 0, verified.stderr


def test_a_note_appears_in_the_second_browser_while_it_is_typed(page: Page, second_page: Page) -> None:
    create_patient(page)
    page.goto('/patients/psr-20417')
    page.get_by_role('button', name='New entry').or_(page.get_by_role('link', name='New entry')).first.click()
    page.wait_for_url('**/entries/1')
    second_page.goto('/patients/psr-20417/entries/1')
    page.get_by_label('Notes', exact=True).press_sequentially('Elbow clear.')
    expect(second_page.get_by_label('Notes', exact=True)).to_have_value('Elbow clear.')


def test_no_acknowledged_word_is_lost_when_the_server_is_killed(page: Page, server: Server) -> None:
    create_patient(page)
    page.goto('/patients/psr-20417')
    page.get_by_role('button', name='New entry').or_(page.get_by_role('link', name='New entry')).first.click()
    page.wait_for_url('**/entries/1')
    page.get_by_label('Notes', exact=True).press_sequentially('Every word counts.')
    stored(page, 'Notes', 'Every word counts.')
    page.goto('about:blank')
    server.kill()
    server.start()
    page.goto(f'{server.address}/patients/psr-20417/entries/1')
    expect(page.get_by_label('Notes', exact=True)).to_have_value('Every word counts.')


def test_the_newcomers_path_speaks_of_an_unknown_link_in_words(fresh: Server, chromium: Browser) -> None:
    context = chromium.new_context(base_url=fresh.address)
    page = context.new_page()
    page.goto('/setup?token=wrong')
    expect(page.get_by_text('no longer valid')).to_be_visible()
    context.close()
