"""Sign-in, sign-out and the first run over the real routes, the real gate and real records."""
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.clinic import Clinic, install, open_clinic
from app.gate import BodyLimits, Gate, loopback_hosts
from app.sessions import is_setup_open, offer_setup
from data.database import StorageFailed
from pages import health, login
from tests.cast import PASSWORD, Cast
from tests.conftest import settings_of

BASE = 'http://127.0.0.1:8080'
FOUNDER = {'username': 'ines', 'display_name': 'Dr Ines Weber', 'password': PASSWORD, 'repeat_password': PASSWORD}


def gate_over(clinic: Clinic) -> Gate:
    web = FastAPI()
    web.include_router(login.router)
    web.include_router(health.router)

    @web.get('/patients')
    def patients(request: Request) -> Response:
        return PlainTextResponse(request.scope['actor'].name)
    return Gate(web, resolve=clinic.resolve, hosts=loopback_hosts(8080), error_page=str, is_setup_open=lambda: is_setup_open(clinic),
                body_limit=BodyLimits(uploads=1))


@pytest.fixture
async def browser(clinic: Clinic, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate_over(clinic)), base_url=BASE,
                                 headers={'origin': BASE, 'accept': 'text/html'}) as client:
        yield client


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Clinic]:
    """A practice in which nobody exists yet."""
    opened = install(open_clinic(settings_of(tmp_path)))
    yield opened
    opened.close()


@pytest.fixture
async def newcomer(empty: Clinic) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate_over(empty)), base_url=BASE,
                                 headers={'origin': BASE, 'accept': 'text/html'}) as client:
        yield client


async def sign_in(browser: httpx.AsyncClient, username: str = 'jana', password: str = PASSWORD, **more: str) -> httpx.Response:
    return await browser.post('/login', data={'username': username, 'password': password, **more})


async def test_signing_in_leads_to_the_patients_with_a_cookie_that_scripts_cannot_read(browser: httpx.AsyncClient) -> None:
    answer = await sign_in(browser)
    assert (answer.status_code, answer.headers['location']) == (303, '/')
    cookie = r'dermafolio_session=[A-Za-z0-9_-]{43}; HttpOnly; Max-Age=43200; Path=/; SameSite=lax'
    assert re.fullmatch(cookie, answer.headers['set-cookie'])
    assert (await browser.get('/patients')).text == 'Jana König'
    assert (await browser.get('/login')).headers['location'] == '/'


@pytest.mark.parametrize(('username', 'password'), [('jana', 'wrong'), ('nobody', PASSWORD), ('', ''), ('jana', 'x' * 50_000)])
async def test_a_wrong_name_and_a_wrong_password_say_the_same(browser: httpx.AsyncClient, username: str, password: str) -> None:
    answer = await sign_in(browser, username, password)
    assert answer.status_code == 401
    assert 'Username or password is wrong.' in answer.text
    assert 'set-cookie' not in answer.headers


async def test_what_was_typed_comes_back_escaped(browser: httpx.AsyncClient) -> None:
    answer = await sign_in(browser, '"><img onerror=x>', 'wrong', next='/patients?q="><script>')
    assert '<img' not in answer.text
    assert '<script' not in answer.text


async def test_the_way_back_is_kept_through_a_wrong_password(browser: httpx.AsyncClient) -> None:
    first = await browser.get('/patients?q=a&sort=name')
    page = await browser.get(first.headers['location'])
    assert 'name="next" value="/patients?q=a&amp;sort=name"' in page.text
    again = await sign_in(browser, password='wrong', next='/patients?q=a&sort=name')
    assert 'name="next" value="/patients?q=a&amp;sort=name"' in again.text
    assert (await sign_in(browser, next='/patients?q=a&sort=name')).headers['location'] == '/patients?q=a&sort=name'


@pytest.mark.parametrize('target', [
    'https://evil.example', '//evil.example', '/\\evil.example', '\\\\evil.example', 'evil', '/login', '/logout', 'javascript:alert(1)',
    '/a\nb', ' /patients', '///evil.example', '/\t/evil.example',
])
def test_a_way_back_never_leads_elsewhere(target: str) -> None:
    assert login.safe_path(target) == '/'


@pytest.mark.parametrize('target', ['/', '/patients/abc/entries/2', '/patients?q=%2F%2Fx', '/audit?person=é'])
def test_a_way_back_within_the_house_is_kept(target: str) -> None:
    assert login.safe_path(target) == target


async def test_signing_in_again_makes_a_new_token_and_ends_the_one_before(browser: httpx.AsyncClient, clinic: Clinic) -> None:
    await sign_in(browser)
    before = browser.cookies['dermafolio_session']
    await sign_in(browser, 'vera')
    assert browser.cookies['dermafolio_session'] != before
    assert clinic.resolve(before, '127.0.0.1') is None
    assert (await browser.get('/patients')).text == 'Vera Lindqvist'


async def test_a_planted_token_is_not_taken_over(browser: httpx.AsyncClient) -> None:
    browser.cookies.set('dermafolio_session', 'p' * 43, domain='127.0.0.1', path='/')
    answer = await sign_in(browser)
    assert 'p' * 43 not in answer.headers['set-cookie']


async def test_signing_out_ends_the_session_and_clears_what_the_browser_kept(browser: httpx.AsyncClient, clinic: Clinic) -> None:
    await sign_in(browser)
    token = browser.cookies['dermafolio_session']
    answer = await browser.post('/logout')
    assert (answer.status_code, answer.headers['location'], answer.headers['clear-site-data']) == (303, '/login', '"cache"')
    assert 'dermafolio_session' not in browser.cookies
    assert clinic.resolve(token, '127.0.0.1') is None


async def test_signing_out_with_a_full_disk_still_clears_the_browser_and_the_screen(
        browser: httpx.AsyncClient, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    async def full(*_: object) -> None:
        raise StorageFailed

    ended: list[str] = []

    async def note(session: str, **_: float) -> None:
        ended.append(session)

    await sign_in(browser)
    monkeypatch.setattr(login, 'sign_out', full)
    monkeypatch.setattr(login, 'end_session', note)
    answer = await browser.post('/logout')
    assert (answer.status_code, answer.headers['location']) == (303, '/login')
    assert 'dermafolio_session' not in browser.cookies
    assert caplog.records[-1].getMessage() == f'session:{ended[0]} was signed out in the browser only and ends by its age: StorageFailed'


async def test_signing_out_asks_for_a_post(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    assert (await browser.get('/logout')).status_code == 405
    assert (await browser.get('/patients')).status_code == 200


async def test_the_first_page_leads_to_the_patients(browser: httpx.AsyncClient) -> None:
    assert (await browser.get('/')).headers['location'] == '/login'
    await sign_in(browser)
    assert (await browser.get('/')).headers['location'] == '/patients'


async def test_the_set_up_link_makes_the_first_administrator_once(newcomer: httpx.AsyncClient, empty: Clinic) -> None:
    link = f'/setup?token={offer_setup(empty)}'
    assert 'Create account' in (await newcomer.get(link)).text
    answer = await newcomer.post(link, data=FOUNDER)
    assert (answer.status_code, answer.headers['location']) == (303, '/')
    assert (await newcomer.get('/patients')).text == 'Dr Ines Weber'
    again = await newcomer.post(link, data=FOUNDER | {'username': 'eve'})
    assert (again.status_code, again.headers['location']) == (303, '/login')
    newcomer.cookies.clear()
    assert (await newcomer.get(link)).headers['location'].startswith('/login')


@pytest.mark.parametrize(('changed', 'words'), [
    ({'repeat_password': 'sunflower seeds on toasd'}, 'The two passwords are not the same.'),
    ({'password': 'short', 'repeat_password': 'short'}, 'at least 12 characters'),
    ({'username': '<img onerror=x>'}, 'role="alert"'),
])
async def test_a_mistake_in_the_set_up_is_told_and_the_link_stays(
        newcomer: httpx.AsyncClient, empty: Clinic, changed: dict[str, str], words: str) -> None:
    link = f'/setup?token={offer_setup(empty)}'
    answer = await newcomer.post(link, data=FOUNDER | changed)
    assert answer.status_code == 422
    assert words in answer.text
    assert '<img' not in answer.text
    assert is_setup_open(empty)
    assert (await newcomer.post(link, data=FOUNDER)).status_code == 303


async def test_a_wrong_or_old_link_makes_nobody(newcomer: httpx.AsyncClient, empty: Clinic) -> None:
    token = offer_setup(empty)
    for wrong in ('', 'guess', token[:-1]):
        assert (await newcomer.get(f'/setup?token={wrong}')).status_code == 410
        assert (await newcomer.post(f'/setup?token={wrong}', data=FOUNDER)).status_code == 410
    now = empty.clock()
    empty.clock = lambda: now + timedelta(minutes=15, seconds=1)
    answer = await newcomer.post(f'/setup?token={token}', data=FOUNDER)
    assert answer.status_code == 410
    assert 'Restart the server' in answer.text
    assert is_setup_open(empty)


async def test_before_the_set_up_the_sign_in_page_says_what_to_do(newcomer: httpx.AsyncClient) -> None:
    assert 'Open the set-up link' in (await newcomer.get('/login')).text


async def test_health_answers_without_a_session(browser: httpx.AsyncClient, clinic: Clinic) -> None:
    assert (await browser.get('/healthz')).text == 'ok'
    assert (await browser.get('/readyz')).text == 'ready'


async def test_readiness_says_no_when_the_records_cannot_be_read(browser: httpx.AsyncClient, clinic: Clinic) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clinic.database, 'reading', lambda: (_ for _ in ()).throw(OSError('disk')))
        answer = await browser.get('/readyz')
    assert (answer.status_code, answer.text) == (503, 'not ready')
