"""The audit trail in a real browser: every act of a morning, verified, and still there after the server was killed."""
from playwright.sync_api import Page, expect

from tests.serving import Server


def test_what_was_done_is_found_as_sentences_and_survives_a_kill(server: Server, page: Page, second_page: Page) -> None:
    page.goto('/patients')
    second_page.goto('/audit')
    trail = second_page.get_by_role('listitem')
    expect(trail.filter(has_text='Jana König looked at the list of patients').first).to_be_visible()
    second_page.get_by_role('button', name='Verify audit trail').click()
    expect(second_page.get_by_text('Verified: nothing has been changed or removed')).to_be_visible()
    for left in (page, second_page):
        left.goto('about:blank')  # an open page would rightly complain about the outage
    server.kill()
    server.start()
    second_page.goto('/audit?action=audit:verify')
    expect(second_page.get_by_role('listitem')).to_have_count(1)
    expect(second_page.get_by_text('Verified: nothing has been changed or removed')).to_be_visible()


def test_a_clinician_has_no_audit_room(page: Page) -> None:
    page.goto('/patients')
    expect(page.get_by_role('link', name='Audit')).to_have_count(0)


def test_choosing_an_action_puts_it_into_the_address(second_page: Page) -> None:
    second_page.goto('/audit')
    second_page.get_by_role('combobox', name='Action').click()
    second_page.get_by_role('option', name='Signed in', exact=True).click()
    second_page.wait_for_url('**/audit?action=session%3Asign_in')
    expect(second_page.get_by_role('listitem').first).to_contain_text('Dr Ines Weber signed in')
