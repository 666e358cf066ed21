"""By keyboard alone: keys that work everywhere, the list of them, its switch, the way past the menu, and what a dead line does to them."""
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import sign_in
from tests.browser.line import Line
from tests.serving import Server


def focused(page: Page) -> str:
    return page.evaluate('document.activeElement.getAttribute("aria-label") || document.activeElement.textContent.trim()')


def settle(page: Page, address: str) -> None:
    """Open a page and wait until it hears keys."""
    page.goto(address)
    page.wait_for_load_state('networkidle')


def a_patient(page: Page, unique_id: str = 'psr-20417') -> None:
    settle(page, '/patients/new')
    page.get_by_label('Unique ID').fill(unique_id)
    page.keyboard.press('Enter')
    page.wait_for_url(f'**/patients/{unique_id}')  # without what the form left in the address: the page is alive by then
    expect(page.get_by_role('button', name='New entry')).to_be_visible()
    page.wait_for_load_state('networkidle')


def test_a_visit_is_begun_from_the_list_without_a_mouse(page: Page) -> None:
    settle(page, '/patients')
    page.keyboard.press('n')
    page.wait_for_url('**/patients/new')
    expect(page.get_by_label('Unique ID')).to_be_focused()
    page.keyboard.type('n/g p?')  # in a field every key is a letter
    expect(page.get_by_label('Unique ID')).to_have_value('n/g p?')
    a_patient(page)
    page.keyboard.press('e')
    asked = page.get_by_role('alertdialog', name='Open a new entry?')
    expect(asked).to_contain_text('psr-20417')
    page.keyboard.press('Escape')
    expect(asked).to_have_count(0)
    page.keyboard.press('e')
    asked.get_by_role('button', name='New entry').press('Enter')
    page.wait_for_url('**/entries/1')
    page.wait_for_load_state('networkidle')
    page.keyboard.press('g')
    page.keyboard.press('p')
    page.wait_for_url('**/patients')
    settle(page, '/patients/psr-20417')
    expect(page.locator('.df-tabs').get_by_role('link', name='Entries')).to_contain_text('1')


def test_letters_and_arrows_go_through_the_list_and_enter_opens(page: Page) -> None:
    for unique_id in ('aaa-1', 'bbb-2', 'ccc-3'):
        a_patient(page, unique_id)
    settle(page, '/patients?sort=unique_id')
    page.get_by_role('button', name='Cards').focus()
    steps = (('j', 'aaa-1'), ('ArrowDown', 'bbb-2'), ('j', 'ccc-3'), ('j', 'ccc-3'), ('k', 'bbb-2'), ('ArrowUp', 'aaa-1'), ('J', 'bbb-2'))
    for key, arrived in steps:
        page.keyboard.press(key)
        expect(page.locator('a:focus')).to_have_attribute('href', f'/patients/{arrived}')
    page.keyboard.press('Enter')
    page.wait_for_url('**/patients/bbb-2')


def test_slash_searches_wherever_one_is(page: Page) -> None:
    a_patient(page)
    page.keyboard.press('/')
    page.wait_for_url('**/patients?focus=search')
    expect(page.get_by_role('textbox', name='Search')).to_be_focused()
    page.get_by_role('textbox', name='Search').blur()
    page.keyboard.press('/')
    expect(page.get_by_role('textbox', name='Search')).to_be_focused()
    expect(page.get_by_role('textbox', name='Search')).to_have_value('')


def test_the_list_opens_by_key_and_by_menu_and_its_switch_is_kept(page: Page) -> None:
    settle(page, '/patients')
    page.keyboard.press('?')
    listed = page.get_by_role('dialog', name='Keyboard shortcuts')
    expect(listed).to_contain_text('New patient')
    page.keyboard.press('n')
    page.keyboard.press('Escape')
    expect(listed).to_have_count(0)
    page.get_by_role('button', name='Keyboard shortcuts').focus()
    page.keyboard.press('Enter')
    listed.get_by_role('switch', name='Single-key shortcuts').press('Space')
    expect(listed).not_to_contain_text('New patient')
    page.keyboard.press('Escape')
    expect(page.get_by_role('button', name='Keyboard shortcuts')).to_be_focused()
    settle(page, '/patients')
    page.keyboard.press('n')
    page.keyboard.press('?')
    page.get_by_role('button', name='Keyboard shortcuts').click()
    expect(listed.get_by_role('switch')).not_to_be_checked()
    expect(page).to_have_url(page.url.split('/patients')[0] + '/patients')


def test_the_first_stop_of_tab_leads_past_the_menu(page: Page) -> None:
    settle(page, '/patients')
    page.keyboard.press('Tab')
    expect(page.get_by_role('link', name='Skip to content')).to_be_in_viewport()
    page.keyboard.press('Enter')
    page.keyboard.press('Tab')
    assert focused(page) == 'New patient'


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    """A line of its own to the server."""
    opened = Line(server.port)
    yield opened
    opened.close()


def test_what_was_pressed_on_a_dead_line_is_not_done_when_it_is_back(server: Server, line: Line, chromium: Browser) -> None:
    context = chromium.new_context(base_url=line.address)
    page = context.new_page()
    sign_in(page, 'jana')
    a_patient(page)
    address = page.url
    line.cut()
    offline = page.get_by_text('No connection to the clinic server.')
    expect(offline).to_be_visible(timeout=20_000)
    page.keyboard.press('n')
    line.mend()
    expect(offline).to_be_hidden(timeout=20_000)
    page.get_by_role('button', name='Keyboard shortcuts').click()  # heard after the key, and it is heard
    expect(page.get_by_role('dialog', name='Keyboard shortcuts')).to_be_visible()
    page.keyboard.press('Escape')
    expect(page.get_by_role('dialog')).to_have_count(0)
    assert page.url == address
    page.keyboard.press('n')
    page.wait_for_url('**/patients/new')
    context.close()


def test_a_key_of_somebody_who_signed_out_elsewhere_does_nothing(server: Server, page: Page) -> None:
    a_patient(page)
    other = page.context.new_page()
    settle(other, '/patients')
    other.get_by_role('button', name='Sign out').click()
    other.wait_for_url('**/login')
    page.keyboard.press('n')
    page.wait_for_url('**/login')
    sign_in(other, 'jana')
    other.goto('/patients/psr-20417')
    expect(other.locator('.df-tabs').get_by_role('link', name='Entries')).to_contain_text('0')
