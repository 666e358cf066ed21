"""The page of the patient list as people meet it: its answer against Django's admin, Chromium against an empty page, memory per tab."""
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import psutil
from playwright.sync_api import Page, sync_playwright
from sqlmodel import col, select

from app.clinic import open_clinic
from data.image_store import Binding, Rendition
from data.models import Image, Patient
from data.patient_query import ListView
from tests.benchmarks.by_hand import connect
from tests.benchmarks.django_rival import Rival
from tests.benchmarks.large_practice import LargePractice
from tests.benchmarks.measuring import Row, interleaved, milliseconds, percentile, ratio_of
from tests.browser.driving import chromium_options, sign_in
from tests.hostile import Tab, headers_of
from tests.pictures import jpeg
from tests.serving import ROOT, Server, clean_environment, free_port

ROUNDS = 9
RESPONSE, WARM, NEXT_S, TAB_MB, TABS = 0.25, 1.6, 0.1, 0.5, 40
_SHOWN_PAGES = 3
_CARD = '.df-card'


def page_rows(practice: LargePractice) -> list[Row]:
    """Measure the pages of one practice."""
    _give_files(practice)
    source = connect(practice.settings)
    rival, tag = Rival(practice.folder, source), source.execute("SELECT id FROM tag WHERE slug = 'psoriasis'").fetchone()[0]
    source.close()
    server = Server(practice.folder)
    server.start()
    try:
        return [*_response_rows(server, practice, rival, tag), *_chromium_rows(server, practice), _memory_row(server, practice)]
    finally:
        server.close()


def _give_files(practice: LargePractice) -> None:
    """Store thumbnails for the pictures of the pages that are opened."""
    opened, small = open_clinic(practice.settings), jpeg(300, 200)
    try:
        with opened.reading(practice.cast.ines) as records:
            people = [row.key for page in range(_SHOWN_PAGES) for row in records.patients.page(ListView(per_page=100, page=page + 1)).rows]
            covers = [cover.key for row in records.patients.rows(people) for cover in row.covers]
            blobs = records.session.exec(select(Image.blob, Image.key, Patient.key).join(Patient).where(col(Image.key).in_(covers))).all()
        opened.vault.create_patient_keys(people)
        for blob, key, patient in blobs:
            writer = opened.images.begin(blob, opened.vault.patient_key(patient), Binding(patient, key, Rendition.THUMB))
            writer.write(small)
            writer.finish()
            opened.images.keep(blob, [(Rendition.THUMB, writer)])
    finally:
        opened.close()


def _response_rows(server: Server, practice: LargePractice, rival: Rival, tag: int) -> Iterator[Row]:
    """Compare whole answers: ours through the gate of the running server, Django's from its test client."""
    since, until = (datetime.now(UTC).date() - timedelta(days=days) for days in (700, 330))
    pairs = (('as it opens', '', ''), ('by name', 'sort=name', 'o=2.3'), ('one tag', 'tags=psoriasis', f'tags__id__exact={tag}'),
             ('a search', 'q=lindq', 'q=lindq'), ('a year of appointments', f'seen={since}..{until - timedelta(days=1)}',
                                                 f'last_appointment__gte={since}T00:00Z&last_appointment__lt={until}T00:00Z'))
    cookies = {'dermafolio_session': practice.cast.token(practice.cast.jana)}
    with httpx.Client(base_url=server.address, cookies=cookies, timeout=60) as client:
        for name, query, theirs in pairs:
            def ours(query: str = query) -> str:
                answer = client.get(f'/patients?per_page=100&{query}')
                assert answer.status_code == 200, answer.status_code
                return answer.text
            shown = ours().count('df-card-name'), rival.get(theirs).count('class="action-select"')
            assert shown[0] == shown[1] > 0, (name, shown)
            taken, django = interleaved(ROUNDS, ours, lambda theirs=theirs: rival.get(theirs))
            ratio = ratio_of(taken, django)
            yield Row(f'whole list response, {name}, {practice.patients:,} patients', milliseconds(statistics.median(taken)),
                      f'{milliseconds(statistics.median(django))} (Django 5.2 admin)', f'{ratio:.2f}', f'<= {RESPONSE}', ratio <= RESPONSE)


def _chromium_rows(server: Server, practice: LargePractice) -> list[Row]:
    with _empty_page() as empty, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_options())
        page = browser.new_context(base_url=server.address, viewport={'width': 1440, 'height': 900}).new_page()
        bare = browser.new_context(base_url=empty, viewport={'width': 1440, 'height': 900}).new_page()
        sign_in(page, 'jana')
        opened, floor = interleaved(ROUNDS, lambda: _open(page, '/patients?per_page=100', _CARD), lambda: _open(bare, '/', 'text=ready'))
        stepped = [_step_s(page) for _ in range(ROUNDS)]
        searched = [_search_s(page) for _ in range(ROUNDS)]
        browser.close()
    warm, ratio, step = statistics.median(opened), ratio_of(opened[1:], floor[1:]), statistics.median(stepped)
    case = f'list page in Chromium, 100 cards, {practice.patients:,} patients'
    return [
        Row(f'{case}, warm', milliseconds(warm), f'{milliseconds(statistics.median(floor))} (empty page)', f'{ratio:.2f}', f'<= {WARM}',
            ratio <= WARM),
        Row(f'{case}, next page', milliseconds(step), '', '', f'<= {milliseconds(NEXT_S)}', step <= NEXT_S),
        Row(f'{case}, search after the last key', milliseconds(statistics.median(searched)), '',
            f'p95 {milliseconds(percentile(searched, 0.95))}', '', held=True)]


def _open(page: Page, address: str, sign: str) -> None:
    page.goto(address, wait_until='commit')
    page.wait_for_selector(sign)


def _step_s(page: Page) -> float:
    """Return the seconds from a click on the next page to its line at the foot."""
    _open(page, '/patients?per_page=100', _CARD)
    page.wait_for_load_state('networkidle')
    start = time.perf_counter()
    page.get_by_role('link', name='Next page').click(no_wait_after=True)
    page.wait_for_selector('text=/^101–200 of/')
    return time.perf_counter() - start


def _search_s(page: Page) -> float:
    """Return the seconds from the last key to the list that was found."""
    _open(page, '/patients?per_page=100', _CARD)
    page.wait_for_load_state('networkidle')
    page.get_by_label('Search').first.click()
    page.keyboard.type('lind', delay=30)
    start = time.perf_counter()
    page.keyboard.press('q')
    page.wait_for_selector('.df-pager-range >> text=/^from /')
    return time.perf_counter() - start


@contextmanager
def _empty_page() -> Iterator[str]:
    """Serve an empty page and return its address."""
    port = free_port()
    process = subprocess.Popen([sys.executable, '-m', 'tests.benchmarks.empty_page', str(port)], env=clean_environment(), cwd=ROOT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f'http://127.0.0.1:{port}'
    try:
        httpx.Client(transport=httpx.HTTPTransport(retries=12)).get(address, timeout=30)
        yield address
    finally:
        process.terminate()
        process.wait()


def _memory_row(server: Server, practice: LargePractice) -> Row:
    used = asyncio.run(_memory_per_tab(server, practice.cast.token(practice.cast.jana))) / 1_000_000
    return Row(f'server memory per open list tab, 100 cards, {practice.patients:,} patients', f'{used:.2f} MB', '', '', f'<= {TAB_MB} MB',
               used <= TAB_MB)


async def _memory_per_tab(server: Server, token: str) -> float:
    """Open tabs and keep them open; the first ones warm up what all share."""
    process, headers = psutil.Process(server.pid), headers_of(server.address, token)
    async with AsyncExitStack() as stack, httpx.AsyncClient(base_url=server.address, headers=headers, timeout=60) as client:
        before = 0
        for number in range(TABS * 2):
            if number == TABS:
                before = process.memory_info().rss
            answer = await client.get('/patients?per_page=100')
            await stack.enter_async_context(Tab(server.address, answer.text).connected(headers))
        return (process.memory_info().rss - before) / TABS
