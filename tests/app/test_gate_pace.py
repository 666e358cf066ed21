"""Senders that stop, or send next to nothing: they are let go, and who is only slow is not."""
import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from app.gate import bodies
from tests.app.gate_kit import HOST, OWN, gate, into, still_there

UPLOAD = '/patients/a-1/images'
Sender = Callable[[], Awaitable[Any]]


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that the gate measures waiting by; whoever adds to it has let time pass."""
    passed = [0.0]
    monkeypatch.setattr(bodies, 'time', SimpleNamespace(monotonic=lambda: sum(passed)))
    return passed


def sending(seconds: list[float], *, size: int, pieces: int = 10_000, every_s: float = 1.0) -> Sender:
    """Return the `receive` of a client that sends so much in each piece, and needs so long for it."""
    left = iter(range(pieces - 1, -1, -1))

    async def receive() -> Any:
        await asyncio.sleep(0)
        seconds.append(every_s)
        return {'type': 'http.request', 'body': bytes(size), 'more_body': next(left) > 0}
    return receive


async def answer_to(receive: Sender, app: Any = None, *, path: str = UPLOAD, method: str = 'POST') -> list[Any]:
    """Return what the gate answers a signed-in person who sends like this."""
    sent: list[Any] = []
    headers = [(name.encode(), value.encode()) for name, value in {'host': HOST, **OWN}.items()]
    await gate(app)({'type': 'http', 'method': method, 'path': path, 'raw_path': path.encode(), 'query_string': b'', 'scheme': 'http',
                     'headers': headers, 'client': ('127.0.0.1', 5000), 'server': ('127.0.0.1', 8080)}, receive, into(sent))
    return sent


@pytest.mark.parametrize('path', [UPLOAD, '/capture/x', '/login', '/notes'])
async def test_a_client_that_stops_sending_is_let_go(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, 'PATIENCE_S', 0.01)
    begun = iter([{'type': 'http.request', 'body': b'half', 'more_body': True}])

    async def receive() -> Any:
        return next(begun, None) or await asyncio.get_running_loop().create_future()
    start, body, _end = await answer_to(receive, path=path)
    assert (start['status'], body['body']) == (408, b'Sending stopped half way. Send it again.')
    assert (b'connection', b'close') in start['headers']


async def test_a_client_that_sends_one_byte_a_second_is_let_go(seconds: list[float]) -> None:
    start, *_rest = await answer_to(sending(seconds, size=1))
    assert start['status'] == 408 and 60 <= sum(seconds) <= 62


async def test_a_telephone_on_a_line_of_one_kilobyte_a_second_is_heard_to_the_end(seconds: list[float]) -> None:
    start, body, *_rest = await answer_to(sending(seconds, size=1_000, pieces=1_500))
    assert (start['status'], body['body'], sum(seconds)) == (200, b'anna 1500000', 1_500)


async def test_while_we_do_not_listen_nobody_is_too_slow(seconds: list[float]) -> None:
    async def decoding(_scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get('more_body'):
            seconds.append(600)
        await send({'type': 'http.response.start', 'status': 200, 'headers': []})
        await send({'type': 'http.response.body', 'body': b''})
    start, *_rest = await answer_to(sending(seconds, size=1_000, pieces=100, every_s=0.1), decoding)
    assert start['status'] == 200


async def test_an_answer_that_takes_its_time_is_not_cut_because_its_reader_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, 'PATIENCE_S', 0.01)

    async def slow(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        listening = asyncio.ensure_future(receive())
        asyncio.get_running_loop().call_later(0.05, listening.cancel)
        await asyncio.wait([listening])
        assert listening.cancelled(), 'the reader was said to be gone'
        await send({'type': 'http.response.start', 'status': 200, 'headers': []})
        await send({'type': 'http.response.body', 'body': b''})
    start, *_rest = await answer_to(still_there(), slow, method='GET', path='/notes')
    assert start['status'] == 200
