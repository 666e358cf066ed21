"""The two plain routes behind the real gate: photographs in, photographs out."""
import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message

from app.clinic import Clinic
from app.gate import BodyLimits, Gate
from app.uploads import list_of
from data.actors import Actor, Role
from data.models import Action
from data.read_models import PatientHeader
from data.repositories.audit import TrailView
from pages import image_files
from tests import pictures
from tests.app.test_intake import AlmostFull, files_of
from tests.cast import ADDRESS, Cast
from tests.factories import a_patient, a_stored_image, an_entry

BASE = 'http://test'
UPLOAD = '/patients/psr-20417/images'
NOT_HERE = 'This record doesn’t exist or you may not see it.'


@pytest.fixture
async def gate(clinic: Clinic) -> AsyncIterator[Gate]:
    """The routes behind the gate, which lets 3 MB of a form through."""
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    web.include_router(image_files.router)
    clinic.settings = clinic.settings.model_copy(update={'max_image_mib': 1})
    yield Gate(web, resolve=clinic.resolve, hosts=frozenset({'test'}), error_page=str, is_setup_open=lambda: False,
               body_limit=BodyLimits(uploads=3_000_000))
    await clinic.decoding.close()


@pytest.fixture
def patient(clinic: Clinic, cast: Cast) -> PatientHeader:
    """Maria, psr-20417."""
    return a_patient(clinic, cast.jana)


def browser(gate: Gate, cast: Cast, actor: Actor | None) -> httpx.AsyncClient:
    cookies = {'dermafolio_session': cast.token(actor)} if actor else {}
    return httpx.AsyncClient(transport=httpx.ASGITransport(gate, client=(ADDRESS, 5000)), base_url=BASE, cookies=cookies,
                             headers={'origin': BASE})


def sent(*files: tuple[str, bytes]) -> list[Any]:
    return [('files', (name, data, 'application/octet-stream')) for name, data in files]


def actions(clinic: Clinic, cast: Cast, *wanted: Action) -> list[dict[str, Any]]:
    """Return these events, oldest first."""
    with clinic.reading(cast.ines) as records:
        found = [event.read() for event in records.audit.page(TrailView(per_page=500))]
    return [event for event in reversed(found) if event['action'] in wanted]


async def test_a_batch_is_answered_file_by_file_and_in_one_sentence(gate: Gate, cast: Cast, patient: PatientHeader) -> None:
    files = sent(('one.jpg', pictures.jpeg(480, 320)), ('<img onerror>{{7*7}}.jpg', b'just text'), ('two.jpg', pictures.jpeg(481, 320)),
                 ('again.jpg', pictures.jpeg(480, 320)), ('large.jpg', bytes(1_500_000)))
    answer = await browser(gate, cast, cast.tom).post(UPLOAD, files=files)
    said = answer.json()
    assert answer.status_code == 200 and answer.headers['cache-control'] == 'private, no-store'
    assert (said['added'], said['already_here'], said['refused']) == (2, 1, 2)
    assert said['summary'] == '2 photos added. 1 already in the pool. 2 skipped: text is not a photo, larger than 1 MB.'
    assert [(file['name'], file['state'], file['sentence']) for file in said['files']] == [
        ('one.jpg', 'added', ''), ('<img onerror>{{7*7}}.jpg', 'refused', 'text is not a photo'), ('two.jpg', 'added', ''),
        ('again.jpg', 'already here', 'Already in the pool (same file, 23 Nov 2026).'), ('large.jpg', 'refused', 'larger than 1 MB')]
    assert said['files'][0]['image'] == said['files'][3]['image'] != ''


@pytest.mark.parametrize('has_length', [True, False], ids=['with Content-Length', 'without'])
async def test_a_form_over_the_limit_is_cut_off_by_the_gate_and_leaves_nothing(
        gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader, has_length: bool) -> None:
    head = b'--cut\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'

    async def pieces() -> AsyncIterator[bytes]:
        yield head
        for _ in range(40):
            yield bytes(100_000)
    headers = {'content-type': 'multipart/form-data; boundary=cut'} | ({'content-length': '4000075'} if has_length else {})
    answer = await browser(gate, cast, cast.jana).post(UPLOAD, content=pieces(), headers=headers)
    assert (answer.status_code, answer.text) == (413, 'This is larger than allowed.')
    assert files_of(clinic) == []


async def test_a_form_of_a_hundred_thousand_parts_is_cut_off(gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader) -> None:
    part = b'--cut\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\nx\r\n'
    headers = {'content-type': 'multipart/form-data; boundary=cut'}
    many = await browser(gate, cast, cast.jana).post(UPLOAD, content=part * 30_000 + b'--cut--\r\n', headers=headers)
    assert many.status_code == 200 and many.json()['files'][-1]['sentence'] == 'At most 200 files at once.'
    more = await browser(gate, cast, cast.jana).post(UPLOAD, content=part * 100_000 + b'--cut--\r\n', headers=headers)
    assert more.status_code == 413
    assert files_of(clinic) == []


async def test_a_sender_who_goes_in_the_middle_leaves_nothing(gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader) -> None:
    body = b'--cut\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n' + pictures.jpeg(900, 900) + bytes(600_000)
    messages: list[Message] = [{'type': 'http.request', 'body': body, 'more_body': True}, {'type': 'http.disconnect'}]
    answers: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0) if messages else {'type': 'http.disconnect'}

    async def send(message: Message) -> None:
        answers.append(message)
    headers = {b'host': b'test', b'origin': BASE.encode(), b'cookie': f'dermafolio_session={cast.token(cast.jana)}'.encode(),
               b'content-type': b'multipart/form-data; boundary=cut'}
    await gate({'type': 'http', 'method': 'POST', 'path': UPLOAD, 'raw_path': UPLOAD.encode(), 'query_string': b'', 'scheme': 'http',
                'headers': list(headers.items()), 'client': (ADDRESS, 5000), 'server': ('test', 80)}, receive, send)
    assert answers == [] and files_of(clinic) == []


async def test_who_may_not_add_is_refused_before_the_first_byte(gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader) -> None:
    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError('a byte was asked for')
        yield b''
    headers = {'content-type': 'multipart/form-data; boundary=cut'}
    expected = {cast.vera: (403, 'Your role does not allow this. Ask an administrator.'), cast.aino: (404, NOT_HERE)}
    for actor, said in expected.items():
        answer = await browser(gate, cast, actor).post(UPLOAD, content=unread(), headers=headers)
        assert (answer.status_code, answer.text) == said
    nobody = await browser(gate, cast, None).post(UPLOAD, content=b'', headers=headers)
    assert nobody.status_code == 401
    missing = await browser(gate, cast, cast.jana).post('/patients/nobody-1/images', content=unread(), headers=headers)
    assert (missing.status_code, missing.text) == (404, NOT_HERE)
    clinic.images = AlmostFull(clinic.settings.data_dir / 'images')
    full = await browser(gate, cast, cast.jana).post(UPLOAD, content=unread(), headers=headers)
    assert full.status_code == 507 and 'disk is almost full' in full.text


async def test_what_is_no_form_of_photos_is_refused_in_words(gate: Gate, cast: Cast, patient: PatientHeader) -> None:
    jana = browser(gate, cast, cast.jana)
    for answer in (await jana.post(UPLOAD, content=b'{}', headers={'content-type': 'application/json'}),
                   await jana.post(UPLOAD, data={'files': 'not a file'}),
                   await jana.post(UPLOAD, files=[('avatar', ('a.jpg', pictures.jpeg()))])):
        assert answer.status_code == 400 and answer.text in {'Photos are sent as a form.', 'No photos arrived.'}


async def test_a_role_lowered_while_sending_ends_the_right_to_add(gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'--cut\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n' + pictures.jpeg()
        await clinic.change(cast.ines, lambda records: records.users.change_role(cast.tom.user, Role.VIEWER))
        yield b'\r\n--cut--\r\n'
    headers = {'content-type': 'multipart/form-data; boundary=cut'}
    answer = await browser(gate, cast, cast.tom).post(UPLOAD, content=pieces(), headers=headers)
    assert answer.json()['files'][0]['sentence'] == 'Your role does not allow this. Ask an administrator.'
    assert files_of(clinic) == []


async def test_renditions_leave_as_jpeg_that_nobody_may_keep(gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader) -> None:
    key = a_stored_image(clinic, cast.jana, patient.key)
    for kind in ('thumb', 'preview'):
        answer = await browser(gate, cast, cast.vera).get(f'/images/{key}/{kind}')
        assert (answer.status_code, answer.content) == (200, pictures.jpeg(96, 64))
        assert answer.headers['content-type'] == 'image/jpeg'
        assert answer.headers['cache-control'] == 'private, no-store'
        assert answer.headers['x-content-type-options'] == 'nosniff'
        assert answer.headers['content-length'] == str(len(answer.content))


async def test_an_original_leaves_as_it_came_under_a_name_of_ours(gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader) -> None:
    data = pictures.jpeg() + bytes(700_000)
    key = a_stored_image(clinic, cast.jana, patient.key, original=data)
    answer = await browser(gate, cast, cast.jana).get(f'/images/{key}/original')
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers['content-disposition'] == 'attachment; filename="psr-20417_2026-03-05.jpg"'
    assert answer.headers['content-security-policy'] == 'sandbox'
    assert answer.headers['content-length'] == str(len(data))
    assert answer.headers['cache-control'] == 'private, no-store'
    refused = [await browser(gate, cast, actor).get(f'/images/{key}/original') for actor in (cast.tom, cast.vera)]
    assert [answer.status_code for answer in refused] == [403, 403]


async def test_each_look_is_in_the_trail_unless_the_page_wrote_it(gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader) -> None:
    keys = [a_stored_image(clinic, cast.jana, patient.key) for _ in range(3)]
    vera = browser(gate, cast, cast.vera)
    for address in (f'{keys[0]}/thumb', f'{keys[0]}/preview', f'{keys[1]}/thumb'):
        await vera.get(f'/images/{address}')
    await clinic.looked(cast.vera, Action.GALLERY_VIEW, patient=patient.key, images=keys)
    for key in keys:
        await vera.get(f'/images/{key}/preview')
    jana = browser(gate, cast, cast.jana)
    await clinic.looked(cast.jana, Action.GALLERY_VIEW, patient=patient.key, images=keys)
    await jana.get(f'/images/{keys[0]}/original')
    await jana.get(f'/images/{keys[0]}/original')
    seen = actions(clinic, cast, Action.IMAGE_VIEW, Action.IMAGE_DOWNLOAD)
    assert [(event['action'], event['subject'], event['patient']) for event in seen] == [
        ('image:view', keys[0], patient.key), ('image:view', keys[1], patient.key),
        ('image:download', keys[0], patient.key), ('image:download', keys[0], patient.key)]


async def test_a_note_runs_out_and_belongs_to_one_sign_in(
        gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader, clock: Any) -> None:
    key = a_stored_image(clinic, cast.jana, patient.key)
    await clinic.looked(cast.vera, Action.GALLERY_VIEW, patient=patient.key, images=[key])
    await browser(gate, cast, cast.jana).get(f'/images/{key}/thumb')
    clock.move(minutes=16)
    await browser(gate, cast, cast.vera).get(f'/images/{key}/thumb')
    assert [event['user'] for event in actions(clinic, cast, Action.IMAGE_VIEW)] == [cast.jana.user, cast.vera.user]


async def test_foreign_and_missing_look_the_same_and_what_was_typed_stays_out_of_the_trail(
        gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader) -> None:
    key = a_stored_image(clinic, cast.jana, patient.key)
    aino, jana = browser(gate, cast, cast.aino), browser(gate, cast, cast.jana)
    missing = '0' * 32
    asked = [await aino.get(f'/images/{key}/thumb'), await aino.get(f'/images/{missing}/thumb'), await jana.get(f'/images/{missing}/thumb'),
             await jana.get('/images/Maria Gonzalez/thumb'), await jana.get(f'/images/{key}/raw'),
             await jana.get(f'/images/{key.upper()}/thumb')]
    assert {(answer.status_code, answer.text) for answer in asked} == {(404, NOT_HERE)}
    assert (await browser(gate, cast, None).get(f'/images/{key}/thumb')).status_code == 401
    assert 'Gonzalez' not in str(actions(clinic, cast, *Action))


@pytest.mark.parametrize('kind', ['thumb', 'original'])
async def test_a_damaged_file_is_said_logged_and_in_the_trail(
        gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader, caplog: pytest.LogCaptureFixture, kind: str) -> None:
    key = a_stored_image(clinic, cast.jana, patient.key, original=bytes(900_000))
    path = next(path for path in files_of(clinic) if path.name.endswith(f'.{kind}'))
    stored = path.read_bytes()
    path.write_bytes(stored[:-1] + bytes([stored[-1] ^ 1]))
    answer = await browser(gate, cast, cast.jana).get(f'/images/{key}/{kind}')
    assert (answer.status_code, answer.text) == (404, 'This image is damaged. Restore it from a backup.')
    assert f'image:{key} {kind}: ChecksumMismatch' in caplog.text
    failed = [event for event in actions(clinic, cast, Action.IMAGE_VIEW) if event['outcome'] == 'failed']
    assert [(event['subject'], event['detail']) for event in failed] == [(key, {'cause': 'ChecksumMismatch', 'rendition': kind})]


async def test_a_file_in_another_images_place_is_never_shown(gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader) -> None:
    one, _other = a_stored_image(clinic, cast.jana, patient.key), a_stored_image(clinic, cast.jana, patient.key)
    with clinic.reading(cast.jana) as records:
        blob = records.images.file(one).blob
    mine = next(path for path in files_of(clinic) if path.name == f'{blob}.thumb')
    theirs = next(path for path in files_of(clinic) if path.name.endswith('.thumb') and path != mine)
    mine.write_bytes(theirs.read_bytes())
    answer = await browser(gate, cast, cast.jana).get(f'/images/{one}/thumb')
    assert (answer.status_code, answer.text) == (404, 'This image is damaged. Restore it from a backup.')


async def test_many_are_served_at_once(gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader) -> None:
    keys = [a_stored_image(clinic, cast.jana, patient.key) for _ in range(30)]
    await clinic.looked(cast.jana, Action.GALLERY_VIEW, patient=patient.key, images=keys)
    jana = browser(gate, cast, cast.jana)
    answers = await asyncio.gather(*(jana.get(f'/images/{key}/thumb') for key in keys))
    assert {answer.status_code for answer in answers} == {200}
    assert all(re.fullmatch('[0-9]+', answer.headers['content-length']) for answer in answers)


async def test_a_form_for_a_visit_lays_its_photos_into_it(
        gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader) -> None:
    entry = an_entry(clinic, cast.jana, patient.key)
    own = a_stored_image(clinic, cast.jana, patient.key, original=pictures.jpeg(481, 320))
    files = sent(('one.jpg', pictures.jpeg(480, 320)), ('again.jpg', pictures.jpeg(481, 320)), ('two.jpg', b'just text'))
    said = (await browser(gate, cast, cast.tom).post(f'{UPLOAD}?entry=1', files=files)).json()
    assert (said['added'], said['already_here'], said['refused']) == (1, 1, 1)
    with clinic.reading(cast.tom) as records:
        assert [tile.key for tile in records.entries.record(patient.key, 1).images] == [said['files'][0]['image'], own]
    assert clinic.uploads.of(cast.tom.session, patient.key) == []
    assert len(clinic.uploads.of(list_of(cast.tom.session, entry.key), patient.key)) == 3


@pytest.mark.parametrize(('number', 'status'), [('2', 404), ('0', 422), ('9' * 30, 422), ('x', 422)])
async def test_a_visit_that_this_patient_has_not_takes_nothing(
        gate: Gate, cast: Cast, clinic: Clinic, patient: PatientHeader, number: str, status: int) -> None:
    an_entry(clinic, cast.jana, patient.key)
    paul = a_patient(clinic, cast.jana, 'psr-2')
    for _ in range(2):
        an_entry(clinic, cast.jana, paul.key)
    answer = await browser(gate, cast, cast.tom).post(f'{UPLOAD}?entry={number}', files=sent(('one.jpg', pictures.jpeg())))
    assert answer.status_code == status
    with clinic.reading(cast.tom) as records:
        assert records.images.of(patient.key) == records.images.of(paul.key) == []
