"""The outer half of the gate: what every answer carries, and what a bug shows."""
import logging
from typing import Any

import httpx
import pytest
from starlette.responses import RedirectResponse
from starlette.types import Message

from app.gate.answers import Answer
from data.actors import Actor
from tests.app.gate_kit import COOKIE, HOST, MARK, OWN, PAGE, ask, gate, into, still_there


@pytest.mark.parametrize('path', ['/patients', '/html', '/bug', '/500', '/nowhere', '/login', '/static/x.css'])
@pytest.mark.parametrize('headers', [{}, COOKIE, {'host': 'evil.example'}])
async def test_every_answer_carries_the_headers(path: str, headers: dict[str, str]) -> None:
    answer = await ask('GET', path, headers=headers)
    assert answer.headers['x-content-type-options'] == 'nosniff'
    assert answer.headers['referrer-policy'] == 'same-origin'
    assert answer.headers['cross-origin-opener-policy'] == answer.headers['cross-origin-resource-policy'] == 'same-origin'
    assert answer.headers['permissions-policy'].startswith('camera=(self), ')
    assert "frame-ancestors 'none'" in answer.headers['content-security-policy']
    assert 'server' not in answer.headers
    assert 'no-store' in answer.headers['cache-control'] or path == '/static/x.css'


async def test_a_page_without_scripts_may_run_none() -> None:
    answer = await ask('GET', '/html', headers=COOKIE)
    assert "script-src 'none'" in answer.headers['content-security-policy']
    assert answer.headers['cache-control'] == 'no-store'


async def test_nothing_of_a_page_stays_with_what_answered_it() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
    answer = Answer({'method': 'GET'}, send, is_static=False, script_marks=(MARK,))
    await answer.send({'type': 'http.response.start', 'status': 200, 'headers': [(b'content-type', b'text/html')]})
    await answer.send({'type': 'http.response.body', 'body': b'<p>Maria Gonzalez</p>'})
    assert sent[-1]['body'] == b'<p>Maria Gonzalez</p>'
    assert not any('Maria' in str(kept) for kept in vars(answer).values())


async def test_only_the_template_gets_a_nonce_each_time_another() -> None:
    page = {'page': '<head><script>evil()</script></head>' + MARK.decode() + '</script>'}
    answers = [await ask('GET', str(httpx.URL('/html', params=page)), headers=COOKIE) for _ in range(2)]
    for answer in answers:
        nonce = answer.headers['content-security-policy'].split("'nonce-")[1].split("'")[0]
        assert f'<script nonce="{nonce}" type="module">\n own();' in answer.text
        assert '<script>evil()' in answer.text  # without a nonce: no browser runs it
        assert answer.text.count('nonce') == 1
        assert "'unsafe-inline'" not in answer.headers['content-security-policy'].split('style-src')[0]
    assert answers[0].text != answers[1].text


@pytest.mark.parametrize('page', ['<script>own()</script>', '<SCRIPT src=x>', MARK.decode() * 2])
async def test_a_page_that_cannot_get_its_nonce_does_not_leave(page: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = await ask('GET', str(httpx.URL('/html', params={'page': page})), headers=COOKIE | PAGE)
    assert answer.status_code == 500
    assert 'script' not in answer.text.lower()


@pytest.mark.parametrize('path', ['/bug', '/500'])
async def test_a_bug_shows_a_reference_and_nothing_else(path: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, 'dermafolio.gate'):
        answer = await ask('GET', path, headers=COOKIE | PAGE)
    reference = answer.text.removeprefix('<p>Reference ').removesuffix('</p>')
    assert (answer.status_code, len(reference)) == (500, 8)
    assert f'reference {reference}' in caplog.text
    assert "script-src 'none'" in answer.headers['content-security-policy']


async def test_a_bug_outside_a_page_is_one_line_of_text() -> None:
    answer = await ask('POST', '/bug', headers=OWN)
    assert answer.status_code == 500
    assert answer.text.startswith('Something went wrong. Reference: ')


async def test_a_failing_look_at_the_session_lets_nobody_in(caplog: pytest.LogCaptureFixture) -> None:
    def broken(token: str, address: str) -> Actor | None:
        raise OSError('disk')
    assert (await ask('GET', '/patients', headers=COOKIE, over=gate(resolve=broken))).status_code == 500


async def test_a_bug_in_the_middle_of_an_answer_ends_it_unfinished() -> None:
    sent: list[Any] = []
    headers = [(b'host', HOST.encode()), (b'cookie', COOKIE['cookie'].encode())]
    scope = {'type': 'http', 'path': '/half', 'method': 'GET', 'headers': headers, 'scheme': 'http', 'query_string': b'',
             'client': ('127.0.0.1', 1)}
    await gate()(scope, still_there(), into(sent))
    assert [message['type'] for message in sent] == ['http.response.start', 'http.response.body']
    assert sent[-1]['more_body'] is True


async def test_header_names_in_capitals_are_seen_through() -> None:
    async def loud(scope: Any, receive: Any, send: Any) -> None:
        names = [(b'Access-Control-Allow-Origin', b'*'), (b'Content-Type', b'text/html'), (b'Server', b'x'), (b'Cache-Control', b'public')]
        await send({'type': 'http.response.start', 'status': 200, 'headers': names})
        await send({'type': 'http.response.body', 'body': b'<p>Page</p>'})
    headers = (await ask('GET', '/patients', headers=COOKIE, over=gate(loud))).headers
    assert 'access-control-allow-origin' not in headers
    assert 'server' not in headers
    assert headers['cache-control'] == 'no-store'
    assert "script-src 'none'" in headers['content-security-policy']


async def test_a_redirect_and_a_file_keep_what_they_say() -> None:
    async def redirect(scope: Any, receive: Any, send: Any) -> None:
        await RedirectResponse('/patients', 303)(scope, receive, send)
    answer = await ask('POST', '/patients', headers=OWN, over=gate(redirect))
    assert (answer.status_code, answer.headers['location']) == (303, '/patients')
