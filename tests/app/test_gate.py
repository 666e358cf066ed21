"""The outer half of the gate over tiny applications: what it lets in and what it refuses."""
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from app.gate import Gate, session_token
from tests.app.gate_kit import BASE, COOKIE, HOST, OWN, PAGE, TOKEN, ask, gate, into, no_body


async def test_a_signed_in_reader_passes_and_the_actor_stands_in_the_scope() -> None:
    answer = await ask('GET', '/patients', headers=COOKIE)
    assert (answer.status_code, answer.text) == (200, 'anna 0')


@pytest.mark.parametrize('path', ['/', '/patients', '/setup', '/images/x/thumb', '/login/', '/LOGIN', '/static', '/healthz/x', '/capture',
                                  '/capture/', '/capture/x/y', '/capture/x/', '/CAPTURE/x', '/x/capture/y'])
async def test_without_a_session_everything_is_closed(path: str) -> None:
    assert (await ask('GET', path)).status_code == 401
    assert (await ask('POST', path, headers={'origin': BASE})).status_code == 401


@pytest.mark.parametrize('path', ['/login', '/healthz', '/readyz', '/static/1a2b/house.css', '/_fw/3.18/static/vue.js', '/capture/x'])
async def test_without_a_session_the_open_paths_answer(path: str) -> None:
    assert (await ask('GET', path)).text == 'None 0'


@pytest.mark.parametrize('path', ['/static/../patients', '/static/x/..', '/_fw/3.18/static/../../../patients'])
async def test_dots_do_not_climb_out_of_an_open_folder(path: str) -> None:
    sent: list[Any] = []
    scope = {'type': 'http', 'path': path, 'method': 'GET', 'headers': [(b'host', HOST.encode())], 'scheme': 'http', 'query_string': b''}
    await gate()(scope, no_body, into(sent))
    assert sent[0]['status'] == 401


@pytest.mark.parametrize('path', ['/_fw/auto/static/x.jpg', '/_fw/client/1/upload/2', '/_fw/3.17/static/vue.js'])
async def test_what_the_framework_serves_unasked_is_closed_for_everyone(path: str) -> None:
    assert (await ask('GET', path, headers=COOKIE)).status_code == 404


async def test_setup_is_open_while_nobody_exists() -> None:
    assert (await ask('GET', '/setup', over=gate(is_setup_open=lambda: True))).status_code == 200


async def test_a_person_is_led_to_the_sign_in_page_and_back() -> None:
    answer = await ask('GET', '/patients?q=a%26b&sort=name', headers=PAGE)
    assert (answer.status_code, answer.headers['location']) == (303, '/login?next=/patients%3Fq%3Da%2526b%26sort%3Dname')
    assert (await ask('GET', '/', headers=PAGE)).headers['location'] == '/login'


@pytest.mark.parametrize('cookie', [
    '', 'other=1', 'dermafolio_session=', 'dermafolio_session=' + 'b' * 43, f'dermafolio_session={TOKEN}x', f'Dermafolio_session={TOKEN}',
    f'dermafolio_session={TOKEN}; dermafolio_session={"b" * 43}', 'dermafolio_session=' + '\xe9' * 43, 'dermafolio_session=' + 'a' * 4_000,
])
async def test_any_other_cookie_is_no_session(cookie: str) -> None:
    assert (await ask('GET', '/patients', headers={'cookie': cookie.encode('latin-1')})).status_code == 401  # type: ignore[dict-item]


def test_a_token_is_found_among_other_cookies() -> None:
    assert session_token({'headers': [(b'cookie', f'a=b; dermafolio_session={TOKEN};c=d'.encode())]}) == TOKEN


@pytest.mark.parametrize('host', ['evil.example', '127.0.0.1', '127.0.0.1:8081', 'localhost:8080.evil.example', '', 'LOCALHOST:8080 '])
async def test_a_foreign_host_is_refused(host: str) -> None:
    assert (await ask('GET', '/login', headers={'host': host})).status_code == 400


async def test_two_hosts_are_refused() -> None:
    sent: list[Any] = []
    scope = {'type': 'http', 'path': '/login', 'method': 'GET', 'headers': [(b'host', HOST.encode())] * 2, 'scheme': 'http'}
    await gate()(scope, no_body, into(sent))
    assert sent[0]['status'] == 400


FOREIGN = [
    {}, {'origin': 'null'}, {'origin': 'http://evil.example'}, {'origin': f'https://{HOST}'}, {'origin': 'http://localhost:8080'},
    {'origin': BASE + '/'}, {'sec-fetch-site': 'cross-site'}, {'sec-fetch-site': 'same-site'}, {'sec-fetch-site': 'none'},
    {'origin': BASE, 'sec-fetch-site': 'cross-site'}, {'origin': 'null', 'sec-fetch-site': 'same-origin'},
]


@pytest.mark.parametrize('headers', FOREIGN)
async def test_a_foreign_page_changes_nothing(headers: dict[str, str]) -> None:
    for method in ('POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'):
        assert (await ask(method, '/patients', headers=COOKIE | headers)).status_code == 403
    for path in ('/login', '/capture/x'):
        assert (await ask('POST', path, headers=headers)).status_code == 403
    assert (await ask('GET', '/_live/poll', headers=COOKIE | headers)).status_code == 403


@pytest.mark.parametrize('headers', [
    {'origin': BASE}, {'sec-fetch-site': 'same-origin'}, {'origin': BASE, 'sec-fetch-site': 'same-origin'},
])
async def test_our_own_pages_pass(headers: dict[str, str]) -> None:
    assert (await ask('POST', '/patients', headers=COOKIE | headers)).status_code == 200
    assert (await ask('GET', '/_live/poll', headers=COOKIE | headers)).status_code == 200


async def chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b'x' * 500


async def test_a_body_fits_or_is_refused_with_and_without_a_length() -> None:
    assert (await ask('POST', '/notes', headers=OWN, content=b'x' * 1_000)).text == 'anna 1000'
    assert (await ask('POST', '/notes', headers=OWN, content=chunks(2))).text == 'anna 1000'
    for content in (b'x' * 1_001, chunks(3), chunks(400)):
        answer = await ask('POST', '/notes', headers=OWN, content=content)
        assert (answer.status_code, answer.headers['connection']) == (413, 'close')


async def test_a_length_that_lies_is_counted() -> None:
    answer = await ask('POST', '/notes', headers=OWN | {'content-length': '10'}, content=chunks(3))
    assert answer.status_code == 413


async def test_photographs_have_a_limit_of_their_own() -> None:
    assert (await ask('POST', '/patients/a-1/images', headers=OWN, content=chunks(4_000))).text == 'anna 2000000'
    assert (await ask('POST', '/patients/a-1/images', headers=OWN, content=chunks(4_001))).status_code == 413
    assert (await ask('POST', '/patients/a-1/images/x', headers=OWN, content=chunks(3))).status_code == 413


async def test_a_phone_sends_photographs_of_the_same_size_without_a_session() -> None:
    assert (await ask('POST', '/capture/x', headers={'origin': BASE}, content=chunks(4_000))).text == 'None 2000000'
    assert (await ask('POST', '/capture/x', headers={'origin': BASE}, content=chunks(4_001))).status_code == 413
    assert (await ask('POST', '/capture/x/y', headers=OWN, content=chunks(3))).status_code == 413


PHONES = 'https://photos.example'
AT_PHONES = {'host': 'photos.example', 'origin': PHONES}


async def test_under_the_phones_address_only_their_page_answers_and_no_session_counts() -> None:
    over = gate(phone_origin=PHONES)
    assert (await ask('POST', '/capture/x', headers=AT_PHONES | COOKIE, over=over)).text == 'None 0'
    assert (await ask('GET', '/static/1a2b/capture.css', headers=AT_PHONES, over=over)).status_code == 200
    for path in ('/', '/login', '/patients', '/healthz', '/setup', '/_fw/3.18/static/vue.js', '/_live/poll', '/capture/x/y'):
        assert (await ask('GET', path, headers=AT_PHONES | COOKIE | PAGE, over=over)).status_code == 404
    assert (await ask('GET', '/patients', headers=COOKIE, over=over)).text == 'anna 0'


@pytest.mark.parametrize('headers', [
    {'origin': 'http://photos.example'}, {'origin': BASE}, {'origin': 'null'}, {'sec-fetch-site': 'cross-site'}])
async def test_a_foreign_page_sends_nothing_to_the_phones_address(headers: dict[str, str]) -> None:
    at_phones = {'host': 'photos.example'} | headers
    assert (await ask('POST', '/capture/x', headers=at_phones, over=gate(phone_origin=PHONES))).status_code == 403
    assert (await ask('POST', '/capture/x', headers={'origin': PHONES}, over=gate(phone_origin=PHONES))).status_code == 403


@pytest.mark.parametrize('host', ['photos.example', 'photos.example:443', 'photos.example.evil', ''])
async def test_without_that_setting_there_is_no_such_address(host: str) -> None:
    over = gate(phone_origin='' if host in ('photos.example', '') else PHONES)
    assert (await ask('GET', '/capture/x', headers={'host': host}, over=over)).status_code == 400


async def test_no_socket_opens_under_the_phones_address() -> None:
    sent = await socket('/_live/', OWN | AT_PHONES, over=gate(phone_origin=PHONES))
    assert (sent[0]['type'], sent[0]['status']) == ('websocket.http.response.start', 404)


async def test_an_application_that_swallows_the_end_cannot_answer_after_a_413() -> None:
    async def stubborn(scope: Any, receive: Any, send: Any) -> None:
        while (await receive())['type'] != 'http.disconnect':
            pass
        await send({'type': 'http.response.start', 'status': 200, 'headers': []})
        await send({'type': 'http.response.body', 'body': b'kept'})
    answer = await ask('POST', '/notes', headers=OWN, content=chunks(3), over=gate(stubborn))
    assert (answer.status_code, answer.text) == (413, 'This is larger than allowed.')


async def test_nobody_can_pretend_to_be_a_proxy() -> None:
    seen: list[Any] = []

    async def look(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(name for name, _ in scope['headers'])
        await PlainTextResponse('ok')(scope, receive, send)
    forged = {'x-forwarded-prefix': '/evil', 'x-forwarded-for': '10.0.0.1', 'forwarded': 'for=10.0.0.1', 'x-real-ip': '10.0.0.1'}
    await ask('GET', '/patients', headers=COOKIE | forged, over=gate(look))
    assert b'cookie' in seen
    assert not set(seen) & {name.encode() for name in forged}


async def socket(path: str, headers: dict[str, str], messages: list[Any] | None = None, *, over: Gate | None = None) -> list[Any]:
    """Open a socket over an application that accepts and echoes; return what was sent to its client."""
    async def echo(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({'type': 'websocket.accept'})
        while (message := await receive())['type'] == 'websocket.receive':
            await send({'type': 'websocket.send', 'text': message['text'][:5]})
        await send({'type': 'websocket.send', 'text': 'after the end'})
    sent: list[Any] = []
    waiting = [{'type': 'websocket.connect'}, *(messages or []), {'type': 'websocket.disconnect', 'code': 1000}]

    async def receive() -> Any:
        return waiting.pop(0)
    raw = [(name.encode(), value.encode()) for name, value in {'host': HOST, **headers}.items()]
    scope = {'type': 'websocket', 'path': path, 'headers': raw, 'scheme': 'ws', 'client': ('127.0.0.1', 1), 'query_string': b'',
             'extensions': {'websocket.http.response': {}}}
    await (over or gate(echo))(scope, receive, into(sent))
    return sent


async def test_our_own_socket_is_accepted() -> None:
    sent = await socket('/_live/', OWN, [{'type': 'websocket.receive', 'text': 'hello'}])
    assert [message['type'] for message in sent[:2]] == ['websocket.accept', 'websocket.send']


@pytest.mark.parametrize(('headers', 'status'), [
    ({'origin': BASE}, 401), (COOKIE, 403), (OWN | {'origin': 'null'}, 403), (OWN | {'origin': 'http://evil.example'}, 403),
    (OWN | {'host': 'evil.example'}, 400), ({'origin': BASE, 'cookie': 'dermafolio_session=' + 'b' * 43}, 401),
])
async def test_a_foreign_socket_never_opens(headers: dict[str, str], status: int) -> None:
    sent = await socket('/_live/', headers)
    assert sent[0]['type'] == 'websocket.http.response.start'
    assert sent[0]['status'] == status
    assert (b'x-content-type-options', b'nosniff') in sent[0]['headers']


async def test_a_message_that_is_too_long_ends_the_socket() -> None:
    sent = await socket('/_live/', OWN, [{'type': 'websocket.receive', 'text': 'x' * 1_048_577}])
    assert [message['type'] for message in sent] == ['websocket.accept', 'websocket.close']
    assert sent[-1]['code'] == 1009


async def test_the_servers_own_start_passes_through() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope['type'])
    await gate(app)({'type': 'lifespan'}, no_body, into([]))
    assert seen == ['lifespan']
