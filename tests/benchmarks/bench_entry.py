"""A visit with 100 photographs in Chromium: how soon it can be used, and how many elements the server keeps for it."""
import re
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from app.clinic import open_clinic
from tests.benchmarks.bench_gallery import ALL_SHOWN
from tests.benchmarks.measuring import Row, milliseconds, percentile
from tests.browser.driving import chromium_options, sign_in
from tests.cast import hire
from tests.conftest import START, settings_of
from tests.factories import a_comparison, a_patient, a_stored_image, an_entry
from tests.serving import Server

IMAGES, ROUNDS, TARGET_S, MOST_ELEMENTS = 100, 9, 0.8, 500
ENTRY = '/patients/psr-20417/entries/1'


def rows() -> list[Row]:
    """Measure and return the table's rows."""
    folder = Path(tempfile.mkdtemp(prefix='dermafolio-bench-'))
    opened = open_clinic(settings_of(folder))
    cast = hire(opened)
    patient = a_patient(opened, cast.jana).key
    keys = [a_stored_image(opened, cast.tom, patient, captured_at=START.replace(month=1 + number % 10)) for number in range(IMAGES)]
    entry = an_entry(opened, cast.jana, patient, notes='Plaque is flat.\n' * 20, images=tuple(keys))
    for number in range(2):
        a_comparison(opened, cast.jana, entry.key, keys[number:number + 2])
    opened.close()
    server = Server(folder)
    try:
        server.start()
        taken, elements = _in_chromium(server)
    finally:
        server.close()
        shutil.rmtree(folder)
    middle, case = statistics.median(taken), f'entry of {IMAGES} images in Chromium'
    return [
        Row(f'{case}, warm, until it can be used', milliseconds(middle), f'{milliseconds(percentile(taken, 0.95))} (p95)', '',
            f'<= {milliseconds(TARGET_S)}', middle <= TARGET_S),
        Row(f'{case}, elements', f'{elements}', '', '', f'<= {MOST_ELEMENTS}', elements <= MOST_ELEMENTS)]


def _in_chromium(server: Server) -> tuple[list[float], int]:
    """Return the seconds of each opening, and how many elements the page has."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_options())
        context = browser.new_context(base_url=server.address, viewport={'width': 1440, 'height': 900})
        page = context.new_page()
        sign_in(page, 'jana')
        _open_s(page)
        expect(page.locator('.df-tile')).to_have_count(IMAGES)
        taken = [_open_s(page) for _ in range(ROUNDS)]
        elements = len(re.findall(r'"tag":"', context.request.get(ENTRY).text()))
        browser.close()
    return taken, elements


def _open_s(page: Page) -> float:
    """Return how long it takes until the window shows its photographs and the page's line is open: keys and clicks are answered."""
    page.goto('/patients')
    page.wait_for_load_state('networkidle')
    start = time.perf_counter()
    page.goto(ENTRY, wait_until='commit')
    page.wait_for_function(ALL_SHOWN)
    page.wait_for_function('() => window.did_handshake')
    return time.perf_counter() - start
