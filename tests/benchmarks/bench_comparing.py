"""A comparison on the whole screen in Chromium: how soon two photographs follow the wheel together."""
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from app.clinic import open_clinic
from tests.benchmarks.measuring import Row, milliseconds, percentile
from tests.browser.driving import chromium_options, sign_in
from tests.cast import hire
from tests.conftest import settings_of
from tests.factories import CAPTURED, a_comparison, a_patient, a_stored_image, an_entry
from tests.serving import Server

TURNS, P95_TARGET_S = 200, 0.015
_TURN_S = """async up => {
    const panes = document.querySelector('.df-cmp-panes'), pane = panes.querySelector('.df-cmp-pane'), before = panes.getAttribute('style')
    const box = pane.getBoundingClientRect()
    const followed = new Promise(resolve => new MutationObserver(() => {
        if (panes.getAttribute('style') !== before) resolve(performance.now())
    }).observe(panes, {attributes: true}))
    const start = performance.now()
    pane.dispatchEvent(new WheelEvent('wheel', {deltaY: up ? -60 : 60, bubbles: true, cancelable: true,
                                                clientX: box.x + box.width / 3, clientY: box.y + box.height / 3}))
    return (await followed - start) / 1000
}"""


def rows() -> list[Row]:
    """Measure and return the table's row."""
    folder = Path(tempfile.mkdtemp(prefix='dermafolio-bench-'))
    opened = open_clinic(settings_of(folder))
    jana = hire(opened).jana
    patient = a_patient(opened, jana).key
    images = [a_stored_image(opened, jana, patient, captured_at=CAPTURED + timedelta(weeks=weeks)) for weeks in (0, 12)]
    a_comparison(opened, jana, an_entry(opened, jana, patient, images=tuple(images)).key, images, title='Cheek')
    opened.close()
    server = Server(folder)
    try:
        server.start()
        taken = _in_chromium(server)
    finally:
        server.close()
        shutil.rmtree(folder)
    slow = percentile(taken, 0.95)
    return [Row('turn of the wheel to two photographs that follow it, stored meanwhile, p95', milliseconds(slow),
                f'{milliseconds(percentile(taken, 0.5))} (p50)', '', f'<= {milliseconds(P95_TARGET_S)}', slow <= P95_TARGET_S)]


def _in_chromium(server: Server) -> list[float]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_options())
        page = browser.new_context(base_url=server.address, viewport={'width': 1440, 'height': 900}).new_page()
        sign_in(page, 'jana')
        page.goto('/patients/psr-20417/entries/1')
        page.get_by_role('button', name='Full screen: Cheek').click()
        page.locator('.df-cmp-frame img').nth(1).wait_for()
        page.wait_for_load_state('networkidle')
        taken = [_turn_s(page, up=number % 20 < 10) for number in range(TURNS)]
        browser.close()
    return taken


def _turn_s(page: Page, *, up: bool) -> float:
    return float(page.evaluate(_TURN_S, up))
