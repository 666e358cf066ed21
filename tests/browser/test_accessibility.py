"""Nothing serious for anyone: axe on every page, by day and by night, on a desk and on a phone; and all of it within reach of Tab."""
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from app.clinic import Clinic, open_clinic
from data.models.tag import TagColour
from data.records import Records
from data.repositories.tag_records import Tagged
from tests.browser.driving import sign_in, watched
from tests.cast import hire
from tests.conftest import settings_of
from tests.factories import a_comparison, a_patient, a_stored_image, an_entry
from tests.serving import Server

RULES = {'runOnly': ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], 'resultTypes': ['violations'],
         'preload': False}  # would ask for the sheets anew, and the page would show that it is asking
PATIENT = '/patients/psr-20417'
PAGES = ('/patients', '/patients?q=nobody', '/patients/new', PATIENT, f'{PATIENT}/images', f'{PATIENT}/details', f'{PATIENT}/consent',
         f'{PATIENT}/entries/1', '/tags', '/audit')
SIZES: tuple[ViewportSize, ...] = ({'width': 1440, 'height': 900}, {'width': 390, 'height': 844})


def furnish(clinic: Clinic) -> None:
    """Give the practice a patient with a tagged, photographed visit."""
    ines = hire(clinic).ines
    patient = a_patient(clinic, ines, 'psr-20417', family_name='Oyelaran', given_names='Marguerite', birth_date='1980-03-14').key
    images = tuple(a_stored_image(clinic, ines, patient) for _ in range(3))
    entry = an_entry(clinic, ines, patient, notes='Week 12 review', images=images)
    a_comparison(clinic, ines, entry.key, list(images[:2]), title='Forearm')
    clinic.change_now(ines, lambda records: tag(records, patient, images[0]))


def tag(records: Records, patient: str, image: str) -> None:
    """Put a tag of each colour on the patient, and one on an image."""
    for colour in TagColour:
        category = records.tags.add_category(f'In {colour}', colour)
        made = records.tags.add(category, f'A tag in {colour}')
        records.tags.assign(made.key, Tagged.PATIENT, [patient])
    records.tags.assign(made.key, Tagged.IMAGE, [image])


@pytest.fixture(scope='module')
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of a practice in which there is something of everything."""
    folder = tmp_path_factory.mktemp('furnished')
    opened = open_clinic(settings_of(folder))
    try:
        furnish(opened)
    finally:
        opened.close()
    with Server(folder) as running:
        yield running


@pytest.fixture(scope='module')
def ines(practice: Server, chromium: Browser) -> Iterator[Page]:
    """Ines at her desk: one sign-in for all pages. Nothing moves."""
    context = chromium.new_context(base_url=practice.address, reduced_motion='reduce')
    page = watched(context.new_page(), complaints := [])
    sign_in(page, 'ines')
    yield page
    context.close()
    assert complaints == []


def findings(page: Page, sizes: tuple[ViewportSize, ...] = SIZES, within: str = 'body') -> str:
    """Return what axe calls serious or critical, by day and by night, on the desk and on a phone, on the page as it stands."""
    found = {}
    for scheme in ('light', 'dark'):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator(f'body.body--{scheme}')).to_be_attached()
        for size in sizes:
            page.set_viewport_size(size)
            found |= {f'{each["id"]} {node["target"][0]} {node["html"][:400]}': f'{scheme} {size["width"]}: {node["failureSummary"][:400]}'
                      for each in Axe().run(page, within, RULES).response['violations'] if each['impact'] in {'serious', 'critical'}
                      for node in each['nodes']}
    return '\n'.join(f'{what}\n    {why}' for what, why in found.items())


@pytest.mark.parametrize('address', PAGES)
def test_axe_finds_nothing_serious(ines: Page, address: str) -> None:
    ines.set_viewport_size(SIZES[0])
    ines.goto(address)
    ines.wait_for_load_state('networkidle')
    found = findings(ines)
    assert not found, found


def test_axe_finds_nothing_serious_in_what_opens(ines: Page) -> None:
    ines.set_viewport_size(SIZES[0])
    ines.goto('/patients')
    ines.get_by_role('button', name='Table').click()
    expect(ines.get_by_role('table')).to_be_visible()
    found = findings(ines)
    faces = ines.locator('.df-filter-face')
    expect(faces).not_to_have_count(0)
    for face in faces.all():
        face.click()
        expect(ines.locator('.q-menu')).to_be_visible()
        found += findings(ines, SIZES[:1])
        ines.keyboard.press('Escape')
        expect(ines.locator('.q-menu')).to_have_count(0)
    ines.get_by_role('button', name='Cards').click()
    ines.get_by_role('button', name='Keyboard shortcuts').click()
    expect(ines.get_by_role('dialog')).to_be_visible()
    found += findings(ines, SIZES[:1], '.df-dialog')  # what lies behind it is dimmed
    ines.keyboard.press('Escape')
    assert not found, found


TAB_STOPS = 'a[href], button:enabled, input:not([type=radio]), textarea, summary, [tabindex="0"]'
UNREACHED = """all => all.filter(one => one.tabIndex >= 0 && !one.dataset.wasReached && one.checkVisibility({visibilityProperty: true}))
    .map(one => one.outerHTML.slice(0, 300))"""
THE_FOCUS = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const isMarked = style.outlineStyle != 'none' && parseFloat(style.outlineWidth) >= 2 || one.closest('.q-field--focused');
    const isSeen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    one.dataset.wasReached = 'yes';
    return {isFine: !!isMarked && isSeen, isEnd: one == document.body, html: one.outerHTML.slice(0, 300)};
}"""


def test_the_drawing_of_an_empty_place_stands_in_it(ines: Page) -> None:
    for size in SIZES:
        ines.set_viewport_size(size)
        ines.goto('/patients?q=nobody')
        place, drawing = (ines.locator(what).bounding_box() for what in ('.df-empty', '.df-empty-art svg'))
        assert place and drawing
        assert place['x'] <= drawing['x'] and drawing['x'] + drawing['width'] <= place['x'] + place['width']
        assert place['y'] <= drawing['y'] and drawing['y'] + drawing['height'] <= place['y'] + place['height']


@pytest.mark.parametrize('address', PAGES)
def test_tab_comes_to_everything_and_the_focus_is_always_seen(ines: Page, address: str) -> None:
    ines.set_viewport_size(SIZES[0])
    ines.goto(address)
    ines.wait_for_load_state('networkidle')
    ines.get_by_role('link', name='Skip to content').focus()
    stops = [ines.evaluate(THE_FOCUS)]
    while not stops[-1]['isEnd'] and len(stops) < 200:
        ines.keyboard.press('Tab')
        stops.append(ines.evaluate(THE_FOCUS))
    assert [stop['html'] for stop in stops[:-1] if not stop['isFine']] == []
    assert ines.locator(TAB_STOPS).evaluate_all(UNREACHED) == []
