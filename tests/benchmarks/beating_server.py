"""The program with a heart: `python -m tests.benchmarks.beating_server serve …`. `/heartbeat` answers the longest stall since it was asked.

A task on the server's own event loop wakes every few milliseconds; how much later than asked it wakes is how long nothing else ran. With
`alone PORT` nothing but the heart runs: its stalls are the machine's own.
"""
import asyncio
import json
import sys
import time

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

import main
from app import serving

PATH = '/heartbeat'
_EVERY_S = 0.005


class Beating:
    """An application whose event loop is listened to; the question is answered before the gate."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application
        self._longest_s = 0.0
        self._heart: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the question, or pass on what is asked."""
        self._heart = self._heart or asyncio.create_task(self._beat())
        if scope.get('path') != PATH:
            await self._application(scope, receive, send)
            return
        longest_s, self._longest_s = self._longest_s, 0.0
        await send({'type': 'http.response.start', 'status': 200, 'headers': []})
        await send({'type': 'http.response.body', 'body': json.dumps(longest_s).encode()})

    async def _beat(self) -> None:
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(_EVERY_S)
            self._longest_s = max(self._longest_s, time.perf_counter() - asked - _EVERY_S)


async def nothing(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer nothing."""
    await send({'type': 'http.response.start', 'status': 404, 'headers': []})
    await send({'type': 'http.response.body', 'body': b''})


def serve() -> None:
    """Do what the command line says, with a heart."""
    if sys.argv[1] == 'alone':
        uvicorn.run(Beating(nothing), port=int(sys.argv[2]), lifespan='off', log_level='error')
        return
    run = serving.run
    serving.run = lambda application, *rest: run(Beating(application), *rest)
    main.main()


if __name__ == '__main__':
    serve()
