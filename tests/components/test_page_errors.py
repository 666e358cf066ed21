"""What ends before it is shown: one sentence on a plain page, the right status, and nothing about the inside."""
import httpx
import pytest
from fastapi import FastAPI
from nicegui import app as nicegui_app
from nicegui import ui
from nicegui.testing.user_simulation import user_simulation
from starlette.responses import PlainTextResponse

from components import page_errors
from data.actors import Permission
from data.database import StorageFailed
from data.errors import (
    ChangedMeanwhile,
    Conflict,
    ConsentMissing,
    DermafolioError,
    ImageMissing,
    Invalid,
    NotFound,
    NotPermitted,
    TooLarge,
)

HIDDEN = 'This record doesn’t exist or you may not see it.'
UNSEEN = NotPermitted(permission=Permission.PATIENT_READ)


async def ask(path: str, error: DermafolioError | None = None, *, method: str = 'GET', accept: str = 'text/html') -> httpx.Response:
    """Ask an application whose every route ends with that error."""
    web = FastAPI()
    page_errors.install(web)

    async def route() -> PlainTextResponse:
        raise error or RuntimeError('a secret in a message')
    for address in ('/patients', '/patients/{unique_id}', '/images/{key}/thumb', '/audit'):
        web.add_api_route(address, route, methods=['GET', 'POST'])
    web.add_api_route('/numbered/{number}', _numbered)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url='http://test') as client:
        return await client.request(method, path, headers={'Accept': accept})


async def _numbered(number: int) -> PlainTextResponse:
    return PlainTextResponse(str(number))


@pytest.mark.parametrize(('error', 'status', 'sentence'), [
    (NotFound(), 404, HIDDEN), (NotPermitted(), 403, 'Your role does not allow this. Ask an administrator.'),
    (Invalid('Use a date like 14 Mar 1980.'), 422, 'Use a date like 14 Mar 1980.'),
    (TooLarge('larger than 64 MB'), 413, 'larger than 64 MB'),
    (Conflict(), 409, 'Someone else was faster. Look at the record again.'),
    (ConsentMissing(), 409, 'No valid consent on record. Record it to add photos.'),
    (ChangedMeanwhile(mine='a secret text', theirs='b', revision=1, who='Tom'), 409, 'Tom changed this meanwhile.'),
])
async def test_a_refusal_is_a_page_with_its_sentence(error: DermafolioError, status: int, sentence: str):
    answer = await ask('/audit', error)
    assert (answer.status_code, answer.headers['content-type']) == (status, 'text/html; charset=utf-8')
    assert answer.headers['cache-control'] == 'private, no-store'
    assert sentence in answer.text
    assert 'secret' not in answer.text
    assert '<script' not in answer.text


@pytest.mark.parametrize('path', ['/patients/psr-1', '/images/abc/thumb'])
async def test_a_patient_one_may_not_see_looks_like_none(path: str):
    missing, unseen = await ask(path, NotFound()), await ask(path, UNSEEN)
    assert (unseen.status_code, unseen.text) == (missing.status_code, missing.text) == (404, missing.text)


async def test_a_list_one_may_not_see_is_refused_openly():
    assert (await ask('/patients', UNSEEN)).status_code == 403


async def test_a_disk_that_refuses_is_not_called_damage():
    answer = await ask('/audit', StorageFailed())
    assert answer.status_code == 503
    assert 'The server’s disk is full or failing' in answer.text
    assert 'Something stored is damaged' not in answer.text


async def test_damage_is_told_with_a_reference_that_stands_in_the_log(caplog: pytest.LogCaptureFixture):
    answer = await ask('/images/abc/thumb', ImageMissing())
    assert answer.status_code == 503
    assert 'Restore it from a backup.' in answer.text
    logged = caplog.records[-1].getMessage()
    assert logged.endswith(': ImageMissing')
    assert logged.split()[1].rstrip(':') in answer.text


@pytest.mark.parametrize(('path', 'method', 'status'), [('/nothing', 'GET', 404), ('/numbered/abc', 'GET', 404), ('/audit', 'DELETE', 405)])
async def test_an_address_that_leads_nowhere(path: str, method: str, status: int):
    answer = await ask(path, NotFound(), method=method)
    assert answer.status_code == status
    assert 'detail' not in answer.text
    if method == 'GET':
        assert HIDDEN in answer.text


async def test_a_program_gets_the_sentence_alone():
    answer = await ask('/audit', NotFound(), method='POST', accept='*/*')
    assert (answer.status_code, answer.text) == (404, HIDDEN)


async def test_a_bug_is_left_to_the_gate():
    with pytest.raises(RuntimeError):
        await ask('/audit')


async def test_a_page_that_breaks_is_answered_and_not_explained():
    async with user_simulation() as user:
        page_errors.install(nicegui_app)

        @ui.page('/damaged')
        async def damaged() -> None:
            raise ImageMissing

        @ui.page('/broken')
        async def broken() -> None:
            raise RuntimeError('a secret in a message')
        answer = await user.http_client.get('/damaged', headers={'Accept': 'text/html'})
        assert (answer.status_code, page_errors.DAMAGED in answer.text) == (503, True)
        with pytest.raises(RuntimeError):
            await user.http_client.get('/broken')


@pytest.mark.parametrize(('error', 'sentence'), [
    (RuntimeError('a secret in a message'), 'Something went wrong. What was saved before is safe. Reference '), (NotFound(), HIDDEN),
])
async def test_a_click_that_leads_to_nothing_says_so(error: Exception, sentence: str):
    def fail() -> None:
        raise error

    async with user_simulation() as user:
        page_errors.install(nicegui_app)

        @ui.page('/act')
        def act() -> None:
            ui.button('Go', on_click=fail)
        await user.open('/act')
        user.find('Go').click()
        await user.should_see(sentence)
        assert not user.notify.contains('secret')
