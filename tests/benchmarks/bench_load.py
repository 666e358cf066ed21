"""A hundred people typing at once, the server on one core: how long a key takes to be "Saved" and to stand in a second browser.

Each person is at a visit of their own and saves twice a second, keys far enough apart that no pause is waited out. The clients have the
other core. A tenth of the visits is open in a second browser as well. Every text is compared with what is stored at the end.
"""
import asyncio
import os
import shutil
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from app.clinic import Clinic, open_clinic
from data.actors import Actor
from tests.benchmarks.measuring import Row, milliseconds, percentile
from tests.cast import hire, sign_in_again
from tests.conftest import settings_of
from tests.factories import a_patient, a_stored_image, an_entry
from tests.serving import Server
from tests.visitors import OpenPage, Visitor

CLIENTS, SECONDS, EVERY_S, SECOND_BROWSERS = 100, 30, 0.5, 10
P95_S, LIST_MB, ENTRY_MB, TABS, IMAGES = 0.400, 0.5, 1.0, 40, 30
_WORD = 'flat '


@dataclass
class Load:
    """What was measured: the seconds of each save and of each arrival at a second browser, and each visit's last text."""

    saved_s: list[float] = field(default_factory=list)
    arrived_s: list[float] = field(default_factory=list)
    wrote: dict[int, str] = field(default_factory=dict)
    taken_s: float = 0.0
    core_share: float = 0.0

    async def types(self, page: OpenPage, number: int, second: OpenPage | None) -> None:
        """Type at one visit, a word at a time; the next one waits for its moment, and for the one before."""
        start, text = time.perf_counter() + EVERY_S * number / CLIENTS, ''
        for turn in range(int(SECONDS / EVERY_S)):
            await asyncio.sleep(max(0.0, start + turn * EVERY_S - time.perf_counter()))
            text, sent = text + _WORD, time.perf_counter()
            waiting = [self._is_saved(page, text, sent)]
            if second is not None:
                waiting.append(self._arrives(second, text, sent))
            await asyncio.gather(*waiting)
        self.wrote[number] = text

    async def _is_saved(self, page: OpenPage, text: str, sent: float) -> None:
        await page.saves('Notes', text)
        self.saved_s.append(time.perf_counter() - sent)

    async def _arrives(self, second: OpenPage, text: str, sent: float) -> None:
        await second.until(lambda: second.text('Notes') == text, 'a text did not arrive')
        self.arrived_s.append(time.perf_counter() - sent)


def rows() -> list[Row]:
    """Measure and return the table's rows. The server has the last core, the clients have the others."""
    folder, cores = Path(tempfile.mkdtemp(prefix='dermafolio-bench-')), os.sched_getaffinity(0)
    opened = open_clinic(settings_of(folder))
    jana, tokens = _fill(opened)
    opened.close()
    server, load = Server(folder), Load()
    try:
        os.sched_setaffinity(0, {max(cores)})  # a program has what starts it has
        server.start()
        os.sched_setaffinity(0, cores - {max(cores)} or cores)
        found = asyncio.run(_measured(server, load, tokens))
        server.stop()
        return [*_load_rows(load, _lost(folder, jana, load)), *found]
    finally:
        os.sched_setaffinity(0, cores)
        server.close()
        shutil.rmtree(folder)


def _fill(clinic: Clinic) -> tuple[Actor, list[str]]:
    """Make a visit for everyone, the first with photographs; return who reads them at the end, and tokens of two browsers."""
    cast = hire(clinic)
    for number in range(CLIENTS):
        patient = a_patient(clinic, cast.jana, _unique_id(number)).key
        images = tuple(a_stored_image(clinic, cast.tom, patient) for _ in range(IMAGES if number == 0 else 0))
        an_entry(clinic, cast.jana, patient, images=images)
    return cast.jana, [cast.token(cast.jana), sign_in_again(clinic, cast.ines)[1]]


async def _measured(server: Server, load: Load, tokens: list[str]) -> list[Row]:
    """Let everyone type, then open many tabs; return the rows of the tabs."""
    typists, readers = (Visitor(server.address, token) for token in tokens)
    async with AsyncExitStack() as tabs:
        pages = [await tabs.enter_async_context(typists.at(_visit(number))) for number in range(CLIENTS)]
        seconds: list[OpenPage | None] = [await tabs.enter_async_context(readers.at(_visit(number))) for number in range(SECOND_BROWSERS)]
        process, began = psutil.Process(server.pid), time.perf_counter()
        used = sum(process.cpu_times()[:2])
        seconds += [None] * (CLIENTS - SECOND_BROWSERS)
        await asyncio.gather(*(load.types(page, number, seconds[number]) for number, page in enumerate(pages)))
        load.taken_s = time.perf_counter() - began
        load.core_share = (sum(process.cpu_times()[:2]) - used) / load.taken_s
    found = [await _tab_row(server, readers, 'list', '/patients', LIST_MB), await _tab_row(server, readers, 'entry', _visit(0), ENTRY_MB)]
    for person in (typists, readers):
        await person.leaves()
    return found


async def _tab_row(server: Server, person: Visitor, name: str, path: str, target: float) -> Row:
    """Return what a tab of a page takes of the server's memory: many of them, after some that it had to make room for."""
    async with AsyncExitStack() as tabs:
        for _ in range(TABS // 4):
            await tabs.enter_async_context(person.at(path))
        before = psutil.Process(server.pid).memory_full_info().uss
        for _ in range(TABS):
            await tabs.enter_async_context(person.at(path))
        taken = (psutil.Process(server.pid).memory_full_info().uss - before) / TABS / 2 ** 20
    return Row(f'memory of the server for each open tab, {name}', f'{taken:.2f} MB', '', '', f'<= {target} MB', taken <= target)


def _load_rows(load: Load, lost: int) -> list[Row]:
    case, rate = f'{CLIENTS} clients on one core', len(load.saved_s) / load.taken_s
    keys = []
    for what, taken in (('"Saved"', load.saved_s), ('the second browser', load.arrived_s)):
        p95, p50 = percentile(taken, 0.95), statistics.median(taken)
        keys.append(Row(f'{case}, keystroke to {what}, p95', milliseconds(p95), f'{milliseconds(p50)} (p50)', '',
                        f'<= {milliseconds(P95_S)}', p95 <= P95_S))
    return [
        *keys,
        Row(f'{case}, saves a second', f'{rate:.0f}', f'{load.core_share:.0%} of the core', '', f'>= {0.95 * CLIENTS / EVERY_S:.0f}',
            rate >= 0.95 * CLIENTS / EVERY_S),
        Row(f'{case}, characters lost of {sum(map(len, load.wrote.values())):,}', f'{lost}', '', '', '0', lost == 0)]


def _lost(folder: Path, jana: Actor, load: Load) -> int:
    """Return how many characters of what was typed are not what is stored."""
    opened, lost = open_clinic(settings_of(folder)), 0
    with opened.reading(jana) as records:
        for number, text in load.wrote.items():
            notes = records.entries.record(records.patients.key_of(_unique_id(number)), 1).notes
            lost += abs(len(notes) - len(text)) if text.startswith(notes) else len(text)
    opened.close()
    return lost


def _unique_id(number: int) -> str:
    return f'load-{number}'


def _visit(number: int) -> str:
    return f'/patients/{_unique_id(number)}/entries/1'
