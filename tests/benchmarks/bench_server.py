"""The server as people meet it: how soon it answers, how heavy the entry page is, how long a key takes to be "Saved"."""
import asyncio
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, WebSocket, sync_playwright

from app.clinic import open_clinic
from tests.benchmarks.measuring import Row, milliseconds, percentile
from tests.browser.driving import chromium_options, sign_in
from tests.cast import hire
from tests.conftest import settings_of
from tests.factories import a_patient, a_stored_image, an_entry
from tests.hostile import Tab, headers_of
from tests.serving import Server, clean_environment

STARTS, KEYS, IMAGES = 5, 60, 30
START_TARGET_S, ELEMENTS_TARGET, P50_TARGET_S, P95_TARGET_S = 2.0, 500, 0.025, 0.060
ENTRY = '/patients/psr-20417/entries/1'
_IMPORTS = 'import nicegui, sqlmodel, alembic.command, sqlcipher3, uvicorn'
_LETTERS = 'plaqueflatter'
_BETWEEN_KEYS_S = 0.45  # longer than the pause after which a key is saved at once


def rows() -> list[Row]:
    """Measure and return the table's rows."""
    folder = Path(tempfile.mkdtemp(prefix='dermafolio-bench-'))
    token = _fill(folder)
    server = Server(folder)
    try:
        starts, floors = zip(*((_start_s(server), _imports_s()) for _ in range(STARTS)), strict=True)
        server.start()
        elements, empty, keys = _in_chromium(server)
        messages = asyncio.run(_messages_s(server, token))
    finally:
        server.close()
        shutil.rmtree(folder)
    start, imports = statistics.median(starts), statistics.median(floors)
    return [
        Row('serve, existing database, to the first answer', f'{start:.2f} s', f'{imports:.2f} s (imports alone)', f'{start / imports:.2f}',
            f'<= {START_TARGET_S:.0f} s', start <= START_TARGET_S),
        Row(f'entry page with {IMAGES} images', f'{elements} elements', f'{empty} (without images)', '', f'<= {ELEMENTS_TARGET}',
            elements <= ELEMENTS_TARGET),
        *_key_rows('message to the status text', messages), *_key_rows('the same in Chromium, its drawing included', keys),
    ]


def _key_rows(how: str, keys: list[float]) -> list[Row]:
    return [Row(f'keystroke to "Saved", {how}, {name}', milliseconds(taken), '', '', f'<= {milliseconds(target)}', taken <= target)
            for name, taken, target in (('p50', percentile(keys, 0.5), P50_TARGET_S), ('p95', percentile(keys, 0.95), P95_TARGET_S))]


def _fill(folder: Path) -> str:
    """Make a practice with two entries, one of them full; return a token of Jana's."""
    opened = open_clinic(settings_of(folder))
    cast = hire(opened)
    patient = a_patient(opened, cast.jana).key
    an_entry(opened, cast.jana, patient, images=tuple(a_stored_image(opened, cast.tom, patient) for _ in range(IMAGES)))
    an_entry(opened, cast.jana, patient)
    opened.close()
    return cast.token(cast.jana)


def _start_s(server: Server) -> float:
    start = time.perf_counter()
    server.start()
    taken = time.perf_counter() - start
    server.stop()
    return taken


def _imports_s() -> float:
    """Return what Python needs for the libraries alone, the least that any start takes."""
    start = time.perf_counter()
    subprocess.run([sys.executable, '-c', _IMPORTS], check=True, env=clean_environment())
    return time.perf_counter() - start


def _in_chromium(server: Server) -> tuple[int, int, list[float]]:
    """Return the entry page's elements, those of an entry without images, and the seconds of each key."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_options())
        context = browser.new_context(base_url=server.address)
        page = context.new_page()
        sign_in(page, 'jana')
        counts = [len(re.findall(r'"tag":"', context.request.get(address).text())) for address in (ENTRY, ENTRY.replace('/1', '/2'))]
        keys = _keys_s(page)
        browser.close()
    return counts[0], counts[1], keys


def _keys_s(page: Page) -> list[float]:
    """Type slowly and return, for each key, the seconds from the browser's message to the status text that says Saved."""
    sockets: list[WebSocket] = []
    sent: list[float] = []
    page.on('websocket', lambda socket: sockets.append(socket))
    page.goto(ENTRY)
    page.get_by_label('Notes', exact=True).last.click()
    sockets[-1].on('framesent', lambda frame: sent.append(time.perf_counter()) if '"event"' in str(frame) else None)
    taken = []
    for letter in (_LETTERS * KEYS)[:KEYS]:
        sent.clear()
        with sockets[-1].expect_event('framereceived', lambda frame: bool(sent) and _says_saved(frame)) as received:
            page.keyboard.press(letter)
        assert received.value
        taken.append(time.perf_counter() - sent[0])
        threading.Event().wait(_BETWEEN_KEYS_S)
    return taken


async def _messages_s(server: Server, token: str) -> list[float]:
    """Do the same without a browser: the seconds from a key's message to the message that shows Saved."""
    headers = headers_of(server.address, token)
    tab = Tab(server.address, httpx.get(server.address + ENTRY, headers={**headers, 'accept': 'text/html'}).text)
    taken, text = [], ''
    async with tab.connected(headers) as line:
        saved = asyncio.Event()
        line.client.on('update', lambda message: saved.set() if _says_saved(message) else None)
        for letter in (_LETTERS * KEYS)[:KEYS]:
            text += letter
            saved.clear()
            start = time.perf_counter()
            await line.client.emit('event', tab.message('update:value', text, aria_label='Notes'))
            await asyncio.wait_for(saved.wait(), 10)
            taken.append(time.perf_counter() - start)
            await asyncio.sleep(_BETWEEN_KEYS_S)
    return taken


def _says_saved(frame: Any) -> bool:
    return 'check-check' in str(frame)
