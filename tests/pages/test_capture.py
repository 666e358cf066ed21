"""The page of a phone, behind the real gate and with the real decoder: two identifiers, photographs in, and links that are none."""
import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message

from app.clinic import Clinic
from app.gate import BodyLimits, Gate, bodies
from app.handing_off import hand_off, progress_list
from data.actors import Actor, Role
from data.models import Action
from data.read_models import ImageTile, PatientHeader
from data.repositories.audit import TrailView
from pages import capture
from tests import pictures
from tests.app.test_intake import AlmostFull, files_of
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_patient, an_entry

BASE = 'http://test'
FORM = {'content-type': 'multipart/form-data; boundary=cut'}
PART = b'--cut\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\n'
GONE = 'This code has expired'


@pytest.fixture
async def gate(clinic: Clinic) -> AsyncIterator[Gate]:
    """The route behind the gate, which lets 3 MB of a form through."""
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    web.include_router(capture.router)
    clinic.settings = clinic.settings.model_copy(update={'max_image_mib': 1, 'public_url': BASE})
    yield Gate(web, resolve=clinic.resolve, hosts=frozenset({'test'}), error_page=str, is_setup_open=lambda: False,
               body_limit=BodyLimits(uploads=3_000_000))
    await clinic.decoding.close()


@pytest.fixture
def maria(clinic: Clinic, cast: Cast) -> PatientHeader:
    """The patient of these tests, with a name that would be markup."""
    return a_patient(clinic, cast.jana, family_name='<b>Gonzalez', birth_date='1980-03-14')


def phone(gate: Gate) -> httpx.AsyncClient:
    """Return a browser that was never here: no session, no cookie."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(gate, client=('192.168.1.20', 5000)), base_url=BASE,
                             headers={'origin': BASE, 'accept': 'text/html'})


def sent(*files: tuple[str, bytes]) -> list[Any]:
    return [('files', (name, data, 'application/octet-stream')) for name, data in files]


async def a_link(clinic: Clinic, actor: Actor, patient: PatientHeader, *, entry: str = '') -> str:
    """Open a link and return the path of its page."""
    _record, token = await hand_off(clinic, actor, patient.key, entry=entry)
    return f'/capture/{token}'


async def send(browser: httpx.AsyncClient, path: str, *files: tuple[str, bytes]) -> httpx.Response:
    """Open the page, send by its second form, and follow to what it leads to."""
    action = re.findall(r'action="([^"]+form=[^"]+)"', (await browser.get(path)).text)[1]
    answer = await browser.post(action, files=sent(*files))
    assert (answer.status_code, answer.headers['location']) == (303, path), answer.text
    return await browser.get(path)


def pool(clinic: Clinic, cast: Cast, patient: PatientHeader) -> list[ImageTile]:
    with clinic.reading(cast.jana) as records:
        return records.images.of(patient.key)


def events(clinic: Clinic, cast: Cast, action: Action) -> list[dict[str, Any]]:
    with clinic.reading(cast.ines) as records:
        return [event.read() for event in reversed(records.audit.page(TrailView(action=action.value)))]


async def test_the_page_shows_two_identifiers_and_two_inputs_and_needs_no_script(
        gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    path = await a_link(clinic, cast.jana, maria)
    answer = await phone(gate).get(path)
    assert answer.status_code == 200 and answer.headers['cache-control'] == 'no-store'
    assert "script-src 'none'" in answer.headers['content-security-policy'] and '<script' not in answer.text
    for words in ('Maria &lt;b&gt;Gonzalez', 'psr-20417', 'born 14 Mar 1980', '30 minutes left', 'until 09:30', 'Image pool', 'nothing yet',
                  'Photos appear in the patient’s pool when they are sent.'):
        assert words in answer.text
    assert answer.text.count('type="file"') == 2 and 'capture="environment"' in answer.text and ' multiple ' in answer.text
    cookie = answer.headers['set-cookie']
    assert f'Path={path}' in cookie and 'HttpOnly' in cookie and 'SameSite=lax' in cookie


async def test_every_look_is_an_event_of_the_person_who_opened_the_link_from_the_phones_address(
        gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    path = await a_link(clinic, cast.jana, maria)
    page = await send(phone(gate), path, ('a.jpg', pictures.jpeg()))
    assert 'data:image/jpeg;base64,' in page.text
    first, second = events(clinic, cast, Action.HANDOFF_VIEW)
    assert (first['user'], first['patient'], first['address'], first['detail']) == (
        cast.jana.user, maria.key, '192.168.1.20', {'images': []})
    assert second['detail'] == {'images': [pool(clinic, cast, maria)[0].key]}
    assert events(clinic, cast, Action.IMAGE_VIEW) == []


async def test_what_was_sent_is_listed_and_in_the_pool_and_named_when_it_is_no_photo(
        gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    browser, path = phone(gate), await a_link(clinic, cast.jana, maria)
    page = await send(browser, path, ('IMG_1.jpg', pictures.jpeg(480, 320)), ('../../<i>x.MOV', b'just text'),
                      ('IMG_2.jpg', pictures.jpeg(90, 60)))
    for words in ('2 in the record, 1 refused', 'Photo 1', 'Photo 2', 'In the record since 09:00', '&lt;i&gt;x.MOV',
                  'Not added: text is not a photo.'):
        assert words in page.text
    assert page.text.index('Photo 2') < page.text.index('&lt;i&gt;x.MOV') < page.text.index('Photo 1')
    assert len(pool(clinic, cast, maria)) == 2 and '<i>' not in page.text
    assert [event['detail']['from'] for event in events(clinic, cast, Action.IMAGE_ADMIT)] == ['phone'] * 2
    again = await send(browser, path, ('IMG_1.jpg', pictures.jpeg(480, 320)))
    assert 'Already in the pool (same file, 23 Nov 2026).' in again.text and len(pool(clinic, cast, maria)) == 2


async def test_from_an_entry_a_photo_lies_in_its_workspace_too_even_one_that_the_pool_held(
        gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    entry = an_entry(clinic, cast.tom, maria.key)
    await send(phone(gate), await a_link(clinic, cast.tom, maria), ('a.jpg', pictures.jpeg(480, 320)))
    page = await send(phone(gate), await a_link(clinic, cast.tom, maria, entry=entry.key),
                      ('a.jpg', pictures.jpeg(480, 320)), ('b.jpg', pictures.jpeg(90, 60)))
    assert 'Entry <b>23 Nov, 09:00</b>' in page.text
    with clinic.reading(cast.tom) as records:
        laid_out = {tile.key for tile in records.entries.record(maria.key, entry.number).images}
    assert laid_out == {tile.key for tile in pool(clinic, cast, maria)} and len(laid_out) == 2


async def test_a_form_that_was_taken_is_not_taken_again(gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    browser, path = phone(gate), await a_link(clinic, cast.jana, maria)
    action = re.findall(r'action="([^"]+form=[^"]+)"', (await browser.get(path)).text)[0]
    for width in (480, 90):
        assert (await browser.post(action, files=sent(('a.jpg', pictures.jpeg(width, 60))))).status_code == 303
    assert len(pool(clinic, cast, maria)) == 1 and 'Already' not in (await browser.get(path)).text
    for key in ('', 'x', 'Z' * 32, '0' * 5_000):
        await browser.post(f'{path}?form={key}', files=sent(('b.jpg', pictures.jpeg(100 + len(key) % 97, 60))))
    assert len(pool(clinic, cast, maria)) == 5


async def test_looking_binds_nothing_and_the_first_that_sends_keeps_others_out_until_it_is_released(
        gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    mine, other, path = phone(gate), phone(gate), await a_link(clinic, cast.jana, maria)
    assert 'Take photo' in (await other.get(path)).text
    await send(mine, path, ('a.jpg', pictures.jpeg()))
    told = await other.get(path)
    assert told.status_code == 409 and 'This code is in use' in told.text and 'Gonzalez' not in told.text and 'psr-' not in told.text
    late = await other.post(path, files=sent(('b.jpg', pictures.jpeg(90, 60)), ('c.jpg', pictures.jpeg(91, 60))))
    assert late.status_code == 409 and 'The last 2 photos were not added.' in late.text
    assert (await other.post(f'{path}?end=1')).status_code == 409
    assert 'Take photo' in (await mine.get(path)).text and len(pool(clinic, cast, maria)) == 1
    with clinic.reading(cast.jana) as records:
        link = records.handoffs.mine(maria.key)
    assert link is not None
    await clinic.change(cast.jana, lambda records: records.handoffs.release(link.key))
    await send(other, path, ('b.jpg', pictures.jpeg(90, 60)))
    assert (await mine.get(path)).status_code == 409


async def test_a_form_without_a_photo_binds_nothing_and_says_so(gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    path = await a_link(clinic, cast.jana, maria)
    for content, kind in ((b'--cut--\r\n', FORM), (b'', {}), (b'a=b', {'content-type': 'application/x-www-form-urlencoded'}),
                          (b'--cut\r\nContent-Disposition: form-data; name="files"; filename=""\r\n\r\n\r\n--cut--\r\n', FORM)):
        answer = await phone(gate).post(path, content=content, headers=kind)
        assert answer.status_code == 400 and 'role="alert"' in answer.text and 'Take photo' in answer.text
    assert events(clinic, cast, Action.HANDOFF_BIND) == []


async def test_a_form_of_a_hundred_thousand_parts_is_cut_off(gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    path = await a_link(clinic, cast.jana, maria)
    part = b'--cut\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n'
    for number, status in ((40_000, 400), (100_000, 413)):
        answer = await phone(gate).post(path, content=part * number + b'--cut--\r\n', headers=FORM)
        assert answer.status_code == status
    assert files_of(clinic) == []


async def half(gate: Gate, path: str, *rest: Message) -> list[Message]:
    """Send half a photograph, then `rest`, then nothing; return what was answered."""
    messages: list[Message] = [{'type': 'http.request', 'body': PART % b'a.jpg' + pictures.jpeg(900, 900), 'more_body': True}, *rest]
    answers: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0) if messages else await asyncio.get_running_loop().create_future()

    async def into(message: Message) -> None:
        answers.append(message)
    headers = [(b'host', b'test'), (b'origin', BASE.encode()), (b'content-type', FORM['content-type'].encode())]
    await gate({'type': 'http', 'method': 'POST', 'path': path, 'raw_path': path.encode(), 'query_string': b'', 'scheme': 'http',
                'headers': headers, 'client': ('192.168.1.20', 5000), 'server': ('test', 80)}, receive, into)
    return answers


async def test_a_phone_that_goes_in_the_middle_leaves_nothing_and_is_told_on_its_page(
        gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    path = await a_link(clinic, cast.jana, maria)
    assert await half(gate, path, {'type': 'http.disconnect'}) == []
    assert files_of(clinic) == [] and pool(clinic, cast, maria) == []
    with clinic.reading(cast.jana) as records:
        link = records.handoffs.mine(maria.key)
    assert link is not None
    assert [one.sentence for one in clinic.uploads.of(progress_list(link.key), maria.key)] == ['it did not arrive whole']


async def test_a_phone_that_stops_sending_is_let_go(
        gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await a_link(clinic, cast.jana, maria)
    monkeypatch.setattr(bodies, 'PATIENCE_S', 0.01)
    answers = await half(gate, path)
    assert answers[0]['status'] == 408 and (b'connection', b'close') in answers[0]['headers']
    assert files_of(clinic) == [] and pool(clinic, cast, maria) == []


@pytest.mark.parametrize('path', ['/capture/x', '/capture/' + 'A' * 43, '/capture/' + 'x' * 10_000, '/capture/%0d%0aset-cookie:a=b',
                                  '/capture/<b>'], ids=['short', 'right length', 'long', 'header', 'markup'])
async def test_what_is_no_link_looks_like_one_that_is_over(
        gate: Gate, clinic: Clinic, cast: Cast, clock: MovableClock, maria: PatientHeader, path: str) -> None:
    real, browser = await a_link(clinic, cast.jana, maria), phone(gate)
    clock.move(minutes=30)
    over, none = await browser.get(real), await browser.get(path)
    assert (over.status_code, over.text) == (none.status_code, none.text) and over.status_code == 410
    assert GONE in over.text and 'Gonzalez' not in over.text and 'psr-' not in over.text
    assert 'set-cookie' not in over.headers and 'set-cookie' not in none.headers
    photos = sent(('a.jpg', pictures.jpeg()), ('b.jpg', b'x'))
    late, nowhere = await browser.post(real, files=photos), await browser.post(path, files=photos)
    assert (late.status_code, late.text) == (nowhere.status_code, nowhere.text) == (410, late.text)
    assert late.text.index('The last 2 photos were not added.') < late.text.index(f'<h1>{GONE}')
    assert (await browser.post(f'{path}?end=1')).status_code == 410
    assert files_of(clinic) == [] and events(clinic, cast, Action.HANDOFF_VIEW) == []


@pytest.mark.parametrize('how', ['end', 'sign-out', 'role', 'done'])
async def test_a_link_is_over_with_end_with_sign_out_with_a_lowered_role_and_when_the_phone_is_done(
        gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader, how: str) -> None:
    browser, path = phone(gate), await a_link(clinic, cast.jana, maria)
    await send(browser, path, ('a.jpg', pictures.jpeg()))
    with clinic.reading(cast.jana) as records:
        link = records.handoffs.mine(maria.key)
    assert link is not None
    if how == 'end':
        await clinic.change(cast.jana, lambda records: records.handoffs.end(link.key))
    elif how == 'sign-out':
        await clinic.change(cast.jana, lambda records: records.sessions.end(cast.jana.session))
    elif how == 'role':
        await clinic.change(cast.ines, lambda records: records.users.change_role(cast.jana.user, Role.VIEWER))
    else:
        assert (await browser.post(f'{path}?end=1')).headers['location'] == path
    late = await browser.post(path, files=sent(('b.jpg', pictures.jpeg(90, 60))))
    assert late.status_code == 410 and 'The last photo was not added.' in late.text
    assert (await browser.get(path)).status_code == 410 and len(pool(clinic, cast, maria)) == 1


async def test_a_link_that_ends_while_a_photo_comes_keeps_it_out_and_says_so(
        gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    path = await a_link(clinic, cast.jana, maria)

    async def body() -> AsyncIterator[bytes]:
        yield PART % b'a.jpg' + pictures.jpeg()
        await clinic.change(cast.jana, lambda records: records.sessions.end(cast.jana.session))
        yield b'\r\n--cut--\r\n'
    answer = await phone(gate).post(path, content=body(), headers=FORM)
    assert answer.status_code == 410 and 'The last photo was not added.' in answer.text
    assert files_of(clinic) == []


async def test_a_full_disk_is_said_on_the_page(gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    path = await a_link(clinic, cast.jana, maria)
    clinic.images = AlmostFull(clinic.settings.data_dir / 'images')
    answer = await phone(gate).post(path, files=sent(('a.jpg', pictures.jpeg())))
    assert answer.status_code == 507 and 'disk is almost full' in answer.text and 'Take photo' in answer.text


async def test_a_patient_who_did_not_agree_is_not_photographed(
        gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.app.test_consenting import no
    path = await a_link(clinic, cast.jana, maria)
    monkeypatch.setattr('app.consenting.may_add', no)
    monkeypatch.setattr('app.handing_off.may_add', no)
    page = await phone(gate).get(path)
    assert 'Patient Photography Authorization Required' in page.text and 'type="file"' not in page.text
    answer = await phone(gate).post(path, files=sent(('a.jpg', pictures.jpeg())))
    assert answer.status_code == 403 and 'Record it to add photos.' in answer.text and files_of(clinic) == []


async def test_a_foreign_page_sends_nothing_by_a_link(gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    path = await a_link(clinic, cast.jana, maria)
    for headers in ({'origin': 'http://evil.example'}, {'origin': 'null'}, {'origin': BASE, 'sec-fetch-site': 'cross-site'}):
        answer = await phone(gate).post(path, files=sent(('a.jpg', pictures.jpeg())), headers=headers)
        assert answer.status_code == 403
    assert (await phone(gate).put(path)).status_code == 405 and pool(clinic, cast, maria) == []
