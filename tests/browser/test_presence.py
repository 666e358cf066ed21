"""Two people at one visit see each other, and no longer when one of them leaves."""
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import new_patient, sign_in
from tests.serving import Server

ENTRY = '/patients/psr-20417/entries/1'


@pytest.fixture
def both(server: Server, chromium: Browser) -> Iterator[tuple[Page, Page]]:
    """Ines at a fresh visit, and Jana elsewhere."""
    contexts = [chromium.new_context(base_url=server.address) for _ in range(2)]
    ines, jana = (context.new_page() for context in contexts)
    sign_in(ines, 'ines')
    sign_in(jana, 'jana')
    new_patient(ines, 'psr-20417')
    ines.get_by_role('button', name='New entry').or_(ines.get_by_role('link', name='New entry')).first.click()
    ines.wait_for_url('**/entries/1')
    yield ines, jana
    for context in contexts:
        context.close()


def here(page: Page, names: str) -> None:
    expect(page.get_by_role('img', name=f'Here now: {names}', exact=True)).to_be_visible()


def test_two_people_see_each_other_until_one_leaves_or_signs_out(both: tuple[Page, Page]) -> None:
    ines, jana = both
    anyone = ines.get_by_role('img', name='Here now')
    expect(anyone).to_have_count(0)
    jana.goto(ENTRY)
    for page in both:
        here(page, 'Dr Ines Weber, Jana König')
    jana.goto('/patients/psr-20417')
    expect(anyone).to_have_count(0)
    jana.goto(ENTRY)
    here(ines, 'Dr Ines Weber, Jana König')
    second = jana.context.new_page()
    second.goto(ENTRY)
    jana.goto('/patients')
    here(ines, 'Dr Ines Weber, Jana König')
    second.get_by_role('button', name='Sign out').click()
    expect(anyone).to_have_count(0)


def test_two_people_type_at_once_and_no_key_is_lost(both: tuple[Page, Page]) -> None:
    """Into two fields, each their own; then into one, where the version keeps both texts."""
    ines, jana = both
    for page in both:
        page.goto('/patients/psr-20417/details')
    street, city = ines.get_by_label('Street', exact=True), jana.get_by_label('City', exact=True)
    for mine, theirs in zip('Lindenstrasse 12a', 'Larkfield upon Sea', strict=False):
        street.press_sequentially(mine)
        city.press_sequentially(theirs)
    expect(jana.get_by_label('Street', exact=True)).to_have_value('Lindenstrasse 12a')
    expect(ines.get_by_label('City', exact=True)).to_have_value('Larkfield upon Se')
