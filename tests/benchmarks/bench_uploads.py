"""Photographs through the running server: what a large one takes of its memory, and whether fifty at once let everyone else wait."""
import asyncio
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple

import httpx

from app.clinic import open_clinic
from tests.benchmarks.beating_server import PATH
from tests.benchmarks.bench_ingest_decode import camera_jpeg
from tests.benchmarks.measuring import Row, milliseconds
from tests.cast import hire
from tests.conftest import settings_of
from tests.factories import a_patient
from tests.hostile import Tab, headers_of
from tests.pictures import jpeg
from tests.serving import ROOT, Server, clean_environment, free_port

FILES, AT_ONCE, ROUNDS = 50, 4, 3
LARGE_MB, STALL_S, GROWTH_MB = 64, 0.2, 50
PROGRAM = (sys.executable, '-m', 'tests.benchmarks.beating_server')
WARM, PAGE = 'psr-20417', '/patients/mel-1'
_FLOODED = [f'flooded-{number}' for number in range(ROUNDS)]
_SETTLED_S, _BETWEEN_PAGES_S = 2.0, 0.5
_numbers = count(1)


def rows() -> list[Row]:
    """Measure and return the table's rows."""
    folder = Path(tempfile.mkdtemp(prefix='dermafolio-bench-'))
    opened = open_clinic(settings_of(folder))
    cast = hire(opened)
    for unique_id in (WARM, 'mel-1', *_FLOODED):
        a_patient(opened, cast.jana, unique_id)
    opened.close()
    server = Server(folder, program=PROGRAM)
    try:
        server.start()
        with _a_heart_alone() as other:
            return asyncio.run(_measured(server, headers_of(server.address, cast.token(cast.jana)), other))
    finally:
        server.close()
        shutil.rmtree(folder)


@contextmanager
def _a_heart_alone() -> Iterator[str]:
    """Run a process that does nothing but listen to its own event loop, and return its address."""
    port = free_port()
    process = subprocess.Popen([*PROGRAM, 'alone', str(port)], env=clean_environment(), cwd=ROOT)
    address = f'http://127.0.0.1:{port}{PATH}'
    try:
        httpx.Client(transport=httpx.HTTPTransport(retries=12)).get(address, timeout=30)
        yield address
    finally:
        process.terminate()
        process.wait()


async def _measured(server: Server, headers: dict[str, str], other: str) -> list[Row]:
    async with httpx.AsyncClient(base_url=server.address, headers=headers, timeout=600) as client:
        usual, large = camera_jpeg(6800, 4500), camera_jpeg(8200, 5500)
        await _sent(client, WARM, jpeg())
        before = _memory_mb(server, 'VmRSS')
        needed = max([await _peak_mb(server, before, _sent(client, WARM, large)) for _ in range(ROUNDS)])
        await asyncio.gather(*(_sent(client, WARM, jpeg()) for _ in range(AT_ONCE)), *(client.get(PAGE) for _ in range(AT_ONCE)))
        floods = [await _flood(server, client, usual, patient, other) for patient in _FLOODED]
    middle = _Flood(*(statistics.median(figures) for figures in zip(*floods, strict=True)))
    taken_in = f'memory of the server while a 45 MP JPEG of {len(large) / 1e6:.0f} MB comes in'
    return [Row(taken_in, f'{needed:.0f} MB', '', '', f'<= {LARGE_MB} MB', needed <= LARGE_MB),
            *_flood_rows(f'{FILES} files of {len(usual) / 1e6:.0f} MB through the running server', middle)]


class _Flood(NamedTuple):
    """What fifty files did: longest stall of the server and of a process beside it, how long all took, memory, and a page meanwhile."""

    stall_s: float
    alone_s: float
    taken_s: float
    peak_mb: float
    kept_mb: float
    page_s: float


def _flood_rows(case: str, flood: _Flood) -> list[Row]:
    grown = max(flood.peak_mb, flood.kept_mb)
    return [
        Row(f'{case}, longest stall of the event loop', milliseconds(flood.stall_s), f'{milliseconds(flood.alone_s)} (an idle process)', '',
            f'<= {milliseconds(STALL_S)}', flood.stall_s <= STALL_S),
        Row(f'{case}, memory of the server above before', f'{flood.peak_mb:.0f} MB', f'{flood.kept_mb:.0f} MB (afterwards)', '',
            f'< {GROWTH_MB} MB', grown < GROWTH_MB),
        Row(f'{case}, in all', f'{flood.taken_s:.1f} s', f'{milliseconds(flood.page_s)} (a page meanwhile)', '', '', held=True)]


async def _flood(server: Server, client: httpx.AsyncClient, data: bytes, patient: str, other: str) -> _Flood:
    """Send fifty, four at a time, and open another patient's page again and again meanwhile; the pool is open in a tab."""
    left, pages, before, start = list(range(FILES)), list[float](), _memory_mb(server, 'VmRSS'), time.perf_counter()

    async def one_after_the_other() -> None:
        while left:
            left.pop()
            await _sent(client, patient, data)

    async def look() -> None:
        while left:
            asked = time.perf_counter()
            assert (await client.get(PAGE)).status_code == 200
            pages.append(time.perf_counter() - asked)
            await asyncio.sleep(_BETWEEN_PAGES_S)
    pool = Tab(server.address, (await client.get(f'/patients/{patient}/images')).text)
    async with pool.connected(dict(client.headers)):
        for heart in (PATH, other):
            await client.get(heart)
        peak = await _peak_mb(server, before, asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)), look()))
    taken, stalls = time.perf_counter() - start, [(await client.get(heart)).json()['longest_s'] for heart in (PATH, other)]
    await asyncio.sleep(_SETTLED_S)
    return _Flood(*stalls, taken, peak, _memory_mb(server, 'VmRSS') - before, statistics.median(pages))


async def _sent(client: httpx.AsyncClient, patient: str, data: bytes) -> None:
    """Send a photograph and make sure that it was taken; a number at its end makes it another one each time."""
    files = [('files', ('photo.jpg', data + b'%d' % next(_numbers), 'image/jpeg'))]
    answer = await client.post(f'/patients/{patient}/images', files=files)
    assert answer.json()['added'] == 1, answer.text


async def _peak_mb(server: Server, before: float, work: Awaitable[object]) -> float:
    """Return by how many MB the server grew at most above `before` while this was done, as the system kept count."""
    Path(f'/proc/{server.pid}/clear_refs').write_text('5')  # the highest mark begins anew
    await work
    return _memory_mb(server, 'VmHWM') - before


def _memory_mb(server: Server, what: str) -> float:
    found = re.search(rf'{what}:\s+(\d+) kB', Path(f'/proc/{server.pid}/status').read_text())
    assert found
    return int(found[1]) / 1024
