"""What a screen reader is told, as the browser itself computes it."""
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import sign_in, watched
from tests.serving import Server


def test_names_roles_and_states_are_those_of_the_contract(page: Page, second_page: Page, server: Server, chromium: Browser,
                                                          console: list[str]):
    page.goto('/patients/new')
    expect(page.locator('html')).to_have_attribute('lang', 'en-GB')
    unique_id = page.get_by_role('textbox', name='Unique ID', exact=True)
    expect(unique_id).to_be_focused()
    page.get_by_role('textbox', name='Date of birth', exact=True).fill('03/04/1980')
    unique_id.fill('psr-1')
    page.get_by_role('button', name='Create patient').click()
    expect(page.get_by_role('textbox', name='Date of birth', exact=True)).to_have_attribute('aria-invalid', 'true')
    page.get_by_role('textbox', name='Date of birth', exact=True).fill('3 Apr 1980')
    page.get_by_role('button', name='Create patient').click()
    page.wait_for_url('**/patients/psr-1')
    page.goto('/patients/psr-1/images')
    expect(page.get_by_role('button', name='Upload images', exact=True)).to_be_visible()
    assert '- button "Upload images"' in page.locator('body').aria_snapshot()
    assert 'Choose File' not in page.locator('body').aria_snapshot()
    with page.expect_file_chooser():
        page.locator('.df-pick').click()
    _viewer_reads_a_select(server, chromium, console)
    second_page.goto('/audit')
    expect(second_page.get_by_role('button', name='Verify audit trail', exact=True)).to_have_text('Verify audit trail')


def _viewer_reads_a_select(server: Server, chromium: Browser, console: list[str]) -> None:
    context = chromium.new_context(base_url=server.address)
    viewer = watched(context.new_page(), console)
    sign_in(viewer, 'vera')
    viewer.goto('/patients/psr-1/details')
    select = viewer.get_by_role('combobox', name='Sex', exact=True)
    expect(select).to_have_count(1)
    expect(select).to_have_attribute('aria-readonly', 'true')
    context.close()
