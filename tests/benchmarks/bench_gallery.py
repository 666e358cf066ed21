"""A pool of 300 photographs in Chromium: how soon all that the window shows is there, and how much the page weighs."""
import re
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from app.clinic import open_clinic
from tests.benchmarks.measuring import Row, milliseconds, percentile
from tests.browser.driving import chromium_options, sign_in
from tests.cast import hire
from tests.conftest import START, settings_of
from tests.factories import a_patient, a_stored_image
from tests.serving import Server

IMAGES, ROUNDS, TARGET_S = 300, 9, 0.5
POOL = '/patients/psr-20417/images'
_TILE = '.df-tile'
ALL_SHOWN = """() => {
    const inside = [...document.querySelectorAll('.df-tile .df-photo img')].filter(photo => {
        const box = photo.getBoundingClientRect()
        return box.top < innerHeight && box.bottom > 0 && box.width > 0
    })
    return inside.length > 5 && inside.every(photo => photo.complete && photo.naturalWidth > 0)
}"""


def rows() -> list[Row]:
    """Measure and return the table's rows."""
    folder = Path(tempfile.mkdtemp(prefix='dermafolio-bench-'))
    opened = open_clinic(settings_of(folder))
    cast = hire(opened)
    patient = a_patient(opened, cast.jana).key
    for number in range(IMAGES):
        a_stored_image(opened, cast.tom, patient, captured_at=START.replace(month=1 + number % 10))
    opened.close()
    server = Server(folder)
    try:
        server.start()
        taken, whole, elements = _in_chromium(server)
    finally:
        server.close()
        shutil.rmtree(folder)
    middle = statistics.median(taken)
    return [Row(f'pool of {IMAGES} thumbnails in Chromium, warm, to the last one in the window', milliseconds(middle),
                f'{milliseconds(percentile(taken, 0.95))} (p95), {elements} elements, all tiles in {milliseconds(whole)}', '',
                f'<= {milliseconds(TARGET_S)}',
                middle <= TARGET_S)]


def _in_chromium(server: Server) -> tuple[list[float], float, int]:
    """Return the seconds of each opening, those until every tile is there, and how many elements the answer has."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_options())
        context = browser.new_context(base_url=server.address, viewport={'width': 1440, 'height': 900})
        page = context.new_page()
        sign_in(page, 'jana')
        _open_s(page)
        expect(page.locator(_TILE)).to_have_count(IMAGES)
        taken = [_open_s(page) for _ in range(ROUNDS)]
        elements = len(re.findall(r'"tag":"', context.request.get(POOL).text()))
        start = time.perf_counter()
        page.goto(POOL, wait_until='commit')
        expect(page.locator(_TILE)).to_have_count(IMAGES)
        whole = time.perf_counter() - start
        browser.close()
    return taken, whole, elements


def _open_s(page: Page) -> float:
    page.goto('/patients')
    page.wait_for_load_state('networkidle')
    start = time.perf_counter()
    page.goto(POOL, wait_until='commit')
    page.wait_for_function(ALL_SHOWN)
    return time.perf_counter() - start
