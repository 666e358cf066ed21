"""The program with a heart: `python -m tests.benchmarks.beating_server serve …`. `/heartbeat` answers how it beat since it was asked.

A task on the server's own event loop wakes every few milliseconds; how much later than asked it wakes is how long nothing else ran. What
the program's threads waited for a processor meanwhile, other programs being busy, is the machine's and not in `p99_s`. With
`alone PORT` nothing but the heart runs: its stalls are the machine's own. `/held` answers how much the program holds: pages, and objects
that Python's collector knows. With `--forgets-after=SECONDS` first, a closed page is let go of after that time instead of two minutes.
"""
import asyncio
import gc
import json
import os
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

import main
from app import serving

PATH, HELD = '/heartbeat', '/held'
_EVERY_S = 0.005
_FORGETS = '--forgets-after='
_SCHEDULED = '/proc/self/task/{}/schedstat'


class Beating:
    """An application whose event loop is listened to; the question is answered before the gate."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application
        self._late_ms = Counter[int]()
        self._longest_s = 0.0
        self._scheduled: dict[int, int] = {}
        self._heart: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the question, or pass on what is asked."""
        self._heart = self._heart or asyncio.create_task(self._beat())
        answers = {PATH: self._beaten, HELD: held}
        if scope.get('path') not in answers:
            await self._application(scope, receive, send)
            return
        await send({'type': 'http.response.start', 'status': 200, 'headers': []})
        await send({'type': 'http.response.body', 'body': json.dumps(answers[scope['path']]()).encode()})

    def _beaten(self) -> dict[str, float]:
        """Return the longest stall, and what 99 of 100 beats were not later than, in seconds."""
        late_ms, longest_s = sorted(self._late_ms.elements()), self._longest_s
        self._late_ms.clear()
        self._longest_s = 0.0
        return {'longest_s': longest_s, 'p99_s': late_ms[int(0.99 * len(late_ms))] / 1000 if late_ms else 0.0}

    async def _beat(self) -> None:
        while True:
            asked, waited_s = time.perf_counter(), self._waited_s()
            await asyncio.sleep(_EVERY_S)
            late_s = time.perf_counter() - asked - _EVERY_S
            self._longest_s = max(self._longest_s, late_s)
            self._note(max(0.0, late_s - (self._waited_s() - waited_s)))

    def _note(self, late_s: float) -> None:
        """Count a beat. Whoever had asked for something during a stall would have waited, too: a long one is no single beat among many."""
        for past in range(max(1, int(late_s / _EVERY_S))):
            self._late_ms[round(1000 * (late_s - past * _EVERY_S))] += 1

    def _waited_s(self) -> float:
        """Return how long threads were ready to run and had no processor. Not the loop's alone: it waits for who holds the interpreter."""
        waited_ns = 0
        for thread in threading.enumerate():
            number = thread.native_id or 0
            with suppress(OSError, IndexError):  # it has ended, or this system does not count
                if number not in self._scheduled:
                    self._scheduled[number] = os.open(_SCHEDULED.format(number), os.O_RDONLY)
                waited_ns += int(os.pread(self._scheduled[number], 100, 0).split()[1])
        return waited_ns / 1e9


def held() -> dict[str, int]:
    """Return how many pages there are, and how many objects after a collection."""
    from nicegui import Client  # noqa: PLC0415 -- after NiceGUI's settings
    gc.collect()
    return {'pages': len(Client.instances), 'objects': len(gc.get_objects())}


async def nothing(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer nothing."""
    await send({'type': 'http.response.start', 'status': 404, 'headers': []})
    await send({'type': 'http.response.body', 'body': b''})


def serve() -> None:
    """Do what the command line says, with a heart."""
    if sys.argv[1] == 'alone':
        uvicorn.run(Beating(nothing), port=int(sys.argv[2]), lifespan='off', log_level='error')
        return
    forgets_after = sys.argv.pop(1).removeprefix(_FORGETS) if sys.argv[1].startswith(_FORGETS) else ''
    run = serving.run

    def run_with_heart(application: ASGIApp, *rest: Any) -> None:
        if forgets_after:
            from nicegui import core  # noqa: PLC0415 -- after NiceGUI's settings
            core.app.config.reconnect_timeout = float(forgets_after)
        run(Beating(application), *rest)
    serving.run = run_with_heart
    main.main()


if __name__ == '__main__':
    serve()
