"""The gate on the real server, over the application's own list of routes; and the same without it, which must fail."""
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from app.clinic import open_clinic
from tests.browser.driving import sign_in
from tests.browser.gate_lines import Desk, line_rows, types_as
from tests.browser.gate_table import PROGRAM, UPLOAD, Target, header_rows, own_paths, print_table
from tests.conftest import Template, settings_of
from tests.factories import a_patient, a_stored_image, an_entry
from tests.pictures import jpeg
from tests.serving import Server

LOGIN = re.compile(r'/login(\?|$)')


def running(staffed: Template, folder: Path, *options: str) -> Iterator[Desk]:
    """Serve a practice with one patient, two entries and one photograph, and look at its records from here."""
    settings = staffed.copy(folder)
    opened = open_clinic(settings)
    jana = staffed.cast.jana
    patient = a_patient(opened, jana)
    entries = [an_entry(opened, jana, patient.key).key for _ in range(2)]
    image = a_stored_image(opened, jana, patient.key)
    opened.close()
    server = Server(folder, program=(*PROGRAM, *options))
    server.start()
    beside = open_clinic(settings_of(folder), exclusive=False)
    try:
        tokens = {name: staffed.cast.token(getattr(staffed.cast, name)) for name in ('ines', 'jana', 'tom', 'vera', 'aino')}
        target = Target(server.address, own_paths(unique_id='psr-20417', number='1', key=image, kind='thumb'), tokens)
        yield Desk(target, beside, staffed.cast, *entries)
    finally:
        beside.close()
        server.close()


@pytest.fixture(scope='module')
def desk(staffed: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from running(staffed, tmp_path_factory.mktemp('gated'))


@pytest.fixture(scope='module')
def ungated(staffed: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from running(staffed, tmp_path_factory.mktemp('ungated'), '--open')


def test_every_attack_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [*line_rows(desk), *header_rows(desk.target)]
    with capsys.disabled():
        print_table('The gate, over every route of the application', rows)
    assert {row.name: row.passed for row in rows if row.passed} == {}
    assert all(row.tried for row in rows)
    assert desk.target.bare == []
    assert list(desk.clinic.settings.data_dir.rglob('*.part')) == []  # of the uploads that were cut nothing is left


def test_control_without_the_gate_every_attack_gets_through(ungated: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [*line_rows(ungated), *header_rows(ungated.target)]  # lines first: without the gate a foreign POST signs Jana out
    with capsys.disabled():
        print_table('Control: the same without the gate', rows)
    assert [row.name for row in rows if not row.passed] == []
    assert ungated.target.bare


@pytest.mark.parametrize('transport', ['websocket', 'polling'])
@pytest.mark.parametrize('name', ['ines', 'jana'])
def test_good_typing_is_untouched(desk: Desk, name: str, transport: str) -> None:
    assert types_as(desk, name, transport)


@pytest.mark.parametrize(('name', 'register', 'chart', 'audit'), [
    ('ines', 200, 200, 200), ('jana', 200, 200, 403), ('tom', 200, 200, 403), ('vera', 403, 200, 403), ('aino', 403, 404, 200),
])
def test_good_requests_are_untouched(desk: Desk, name: str, register: int, chart: int, audit: int) -> None:
    """The gate lets every role through to what the application itself says of it, and the answers are dressed.

    Who may not read patients is refused the list, and told of each patient that there is none.
    """
    target = desk.target
    mine = [path for path in target.paths if path.startswith(('/patients', '/images', '/audit'))]
    statuses = {path.split('/')[1] if path.startswith('/images') else path:
                target.ask('GET', path, target.headers(name, accept='text/html')).status_code for path in mine}
    chosen = {'/patients': 403 if chart == 404 else 200, '/patients/new': register, '/audit': audit}
    of_one = ('images', *(f'/patients/psr-20417{tail}' for tail in ('', '/details', '/images', '/consent', '/entries/1')))
    assert statuses == chosen | dict.fromkeys(of_one, chart)
    assert target.bare == []


def test_a_good_upload_and_the_largest_allowed_body_are_untouched(desk: Desk) -> None:
    target = desk.target
    answer = target.ask('POST', UPLOAD, target.headers('jana'), files={'files': ('a.jpg', jpeg(640, 480), 'image/jpeg')})
    assert answer.status_code == 200, answer.text
    form = {'content-type': 'application/x-www-form-urlencoded'}
    largest = target.ask('POST', '/login', target.headers('') | form, content=b'username='.ljust(1_048_576, b'x'))
    assert (largest.status_code, 'Username or password is wrong.' in largest.text) == (401, True)


def tab_of(context: BrowserContext, path: str = '/patients/psr-20417/entries/1') -> Page:
    page = context.new_page()
    page.goto(path)
    expect(page.get_by_label('Notes', exact=True)).to_be_visible()
    return page


@pytest.fixture
def browser_of_jana(desk: Desk, chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=desk.target.base)
    page = context.new_page()
    sign_in(page, 'jana')
    page.close()
    yield context
    context.close()


def test_signing_out_in_one_tab_takes_the_others_off_the_screen(browser_of_jana: BrowserContext) -> None:
    first, second = tab_of(browser_of_jana), tab_of(browser_of_jana)
    first.get_by_role('button', name='Sign out').click()
    second.wait_for_url(LOGIN)
    first.wait_for_url(LOGIN)
    second.go_back()
    second.wait_for_url(LOGIN)
    expect(second.get_by_label('Notes', exact=True)).to_have_count(0)


def test_a_tab_that_slept_through_a_sign_out_leaves_the_screen_when_it_wakes(
        desk: Desk, browser_of_jana: BrowserContext, chromium: Browser) -> None:
    asleep = tab_of(browser_of_jana)
    asleep.wait_for_function('window.socket.connected')  # a line that was never there cannot break
    browser_of_jana.set_offline(True)
    expect(asleep.locator('#popup')).to_be_visible(timeout=20_000)
    elsewhere = chromium.new_context(base_url=desk.target.base, storage_state=browser_of_jana.storage_state())
    tab_of(elsewhere).get_by_role('button', name='Sign out').click()
    browser_of_jana.set_offline(False)
    asleep.wait_for_url(LOGIN, timeout=20_000)
    elsewhere.close()


def test_no_script_runs_that_is_not_of_the_template(browser_of_jana: BrowserContext) -> None:
    page = tab_of(browser_of_jana)
    with pytest.raises(Error, match='Content Security Policy'):
        page.add_script_tag(content='window.intruder = 1')
    assert page.evaluate('window.intruder') is None
