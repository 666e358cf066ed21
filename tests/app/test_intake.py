"""Photographs on their way in, with the real decoder: good ones are kept as they came, bad ones are named and leave nothing."""
import asyncio
import io
import resource
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image as Picture

from app.clinic import Clinic
from app.disk_work import NoRoom
from app.intake import FIELD, Door, Receiving, open_door, receive
from app.multipart import Event, PartBegins, PartData, PartEnds
from app.uploads import Upload, UploadState
from data.actors import Actor
from data.database import StorageFailed
from data.errors import Invalid, NotFound, NotPermitted
from data.image_store import Binding, ImageStore, Rendition
from data.models import Action
from data.read_models import ImageTile
from data.records import Records
from data.repositories.audit import TrailView
from tests import pictures
from tests.cast import Cast
from tests.factories import a_patient

ADDED, HERE, REFUSED = UploadState.ADDED, UploadState.ALREADY_HERE, UploadState.REFUSED
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
async def door(clinic: Clinic, cast: Cast) -> AsyncIterator[Door]:
    """Jana's door to Maria's pool."""
    yield open_door(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    await clinic.decoding.close()


async def form(*files: tuple[str, bytes]) -> AsyncIterator[Event]:
    for name, data in files:
        yield PartBegins(FIELD, name)
        for piece in pictures.pieces(data, 60_000):
            yield PartData(piece)
        yield PartEnds()


def pool(door: Door) -> list[ImageTile]:
    with door.clinic.reading(door.actor) as records:
        return records.images.of(door.patient)


def files_of(clinic: Clinic) -> list[Path]:
    return sorted(path for path in (clinic.settings.data_dir / 'images').rglob('*') if path.is_file())


def events(door: Door, action: Action, reader: Actor) -> list[dict]:
    with door.clinic.reading(reader) as records:
        return [event.read() for event in records.audit.page(TrailView(action=action.value))]


def stored(door: Door, key: str, rendition: Rendition) -> bytes:
    with door.clinic.reading(door.actor) as records:
        file = records.images.file(key)
    patient_key = door.clinic.vault.patient_key(door.patient)
    return b''.join(door.clinic.images.read(file.blob, patient_key, Binding(door.patient, key, rendition)))


def limited(clinic: Clinic, **limits: int) -> None:
    clinic.settings = clinic.settings.model_copy(update=limits)


async def test_a_photo_is_kept_as_it_came_and_shown_without_its_metadata(door: Door, cast: Cast) -> None:
    data = pictures.with_a_comment()
    [upload] = await receive(door, form(('IMG_1.jpg', data)))
    assert (upload.state, upload.sentence, upload.received_bytes, upload.at) == (ADDED, '', len(data), NOW)
    [tile] = pool(door)
    assert (tile.key, tile.captured_local, tile.width_px, tile.height_px) == (upload.image, '2024-03-05T14:30:09', 480, 320)
    assert stored(door, tile.key, Rendition.ORIGINAL) == data
    for rendition in (Rendition.THUMB, Rendition.PREVIEW):
        shown = stored(door, tile.key, rendition)
        assert b'canary' not in shown.lower() and not Picture.open(io.BytesIO(shown)).getexif()
    [event] = events(door, Action.IMAGE_ADMIT, cast.ines)
    assert event['subject'] == tile.key
    assert event['detail'] == {'sha256': sha256(data).hexdigest(), 'size_bytes': len(data), 'format': 'JPEG', 'from': 'upload'}


@pytest.mark.parametrize(('data', 'sentence'), [
    *((data, sentence) for data, sentence in pictures.no_photos().values()),
    (b'', 'the file is empty'), (pictures.truncated(pictures.jpeg()), 'the file is damaged'),
], ids=[*pictures.no_photos(), 'empty', 'truncated'])
async def test_what_is_no_photo_is_named_and_leaves_nothing_but_its_event(door: Door, cast: Cast, data: bytes, sentence: str) -> None:
    [upload] = await receive(door, form(('kaputt.jpg', data)))
    assert (upload.name, upload.state, upload.sentence, upload.image) == ('kaputt.jpg', REFUSED, sentence, '')
    assert pool(door) == [] and files_of(door.clinic) == []
    [event] = events(door, Action.IMAGE_REFUSE, cast.ines)
    assert event['outcome'] == 'refused' and event['detail']['size_bytes'] == len(data) and 'kaputt' not in str(event)


async def test_a_picture_of_too_many_pixels_is_refused_by_its_head(door: Door) -> None:
    [upload] = await receive(door, form(('huge.png', pictures.png_of(30_000, 30_000))))
    assert (upload.state, upload.sentence) == (REFUSED, 'more than 120 megapixels')


async def test_the_good_ones_of_a_batch_go_in_and_the_bad_ones_are_named(door: Door) -> None:
    limited(door.clinic, max_image_mib=1)
    svg = pictures.no_photos()['logo.svg'][0]
    uploads = await receive(door, form(
        ('one.jpg', pictures.jpeg(480, 320)), ('big.jpg', bytes(2_000_000)), ('two.jpg', pictures.jpeg(481, 320)), ('logo.svg', svg),
        ('empty.jpg', b''), ('three.heic', pictures.saved(pictures.four_corners(), 'HEIF'))))
    assert [(upload.name, upload.state, upload.sentence) for upload in uploads] == [
        ('one.jpg', ADDED, ''), ('big.jpg', REFUSED, 'larger than 1 MB'), ('two.jpg', ADDED, ''),
        ('logo.svg', REFUSED, 'SVG is not a photo'), ('empty.jpg', REFUSED, 'the file is empty'), ('three.heic', ADDED, '')]
    assert {tile.key for tile in pool(door)} == {upload.image for upload in uploads if upload.image}
    assert len(files_of(door.clinic)) == 9


@pytest.mark.parametrize(('sent', 'shown'), [
    ('<img src=x onerror=alert(1)>.jpg', '<img src=x onerror=alert(1)>.jpg'), ('{{7*7}}.jpg', '{{7*7}}.jpg'),
    ('../../etc/passwd', 'passwd'), ('../../x', 'x'), ('CON.jpg', 'CON.jpg'),
    ('C:\\Photos\\a.jpg', 'a.jpg'), ('a\x00b\u202egpj.jpg', 'abgpj.jpg'), ('..', '..'), ('', 'photo'),
    ('x' * 400 + '.jpg', 'x' * 251 + '.jpg')])
async def test_a_name_is_only_ever_text(door: Door, sent: str, shown: str) -> None:
    [upload] = await receive(door, form((sent, pictures.jpeg())))
    assert (upload.name, upload.state) == (shown, ADDED)
    assert all(path.name.split('.')[0].isalnum() for path in files_of(door.clinic))


async def test_the_same_bytes_again_are_already_here(door: Door) -> None:
    [first] = await receive(door, form(('a.jpg', pictures.jpeg())))
    before = files_of(door.clinic)
    [again] = await receive(door, form(('b.jpg', pictures.jpeg())))
    assert (again.state, again.image) == (HERE, first.image)
    assert again.sentence == 'Already in the pool (same file, 23 Nov 2026).'
    assert files_of(door.clinic) == before


async def test_the_same_bytes_twice_at_once_make_one_image(door: Door) -> None:
    twins = [Receiving(door, f'{number}.jpg') for number in range(3)]
    for twin in twins:
        await twin.write(pictures.jpeg())
    uploads = await asyncio.gather(*(twin.finish() for twin in twins))
    assert sorted(upload.state for upload in uploads) == [ADDED, HERE, HERE]
    assert len(pool(door)) == 1 and len({upload.image for upload in uploads}) == 1
    assert len(files_of(door.clinic)) == 3


async def test_two_patients_may_have_the_same_bytes(door: Door, cast: Cast) -> None:
    other = open_door(door.clinic, cast.jana, a_patient(door.clinic, cast.jana, 'mel-1').key)
    [here], [there] = await receive(door, form(('a.jpg', pictures.jpeg()))), await receive(other, form(('a.jpg', pictures.jpeg())))
    assert (here.state, there.state) == (ADDED, ADDED)


async def test_a_sender_who_goes_leaves_nothing(door: Door) -> None:
    async def broken() -> AsyncIterator[Event]:
        yield PartBegins(FIELD, 'a.jpg')
        yield PartData(pictures.jpeg(3_000, 2_000) + bytes(600_000))
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await receive(door, broken())
    assert files_of(door.clinic) == [] and pool(door) == []
    [upload] = door.clinic.uploads.of(door.actor.session, door.patient)
    assert (upload.state, upload.sentence) == (REFUSED, 'it did not arrive whole')


async def test_a_server_that_stops_while_it_decodes_leaves_nothing(door: Door) -> None:
    receiving = Receiving(door, 'a.jpg')
    await receiving.write(pictures.jpeg(4_000, 3_000))
    finishing = asyncio.create_task(receiving.finish())
    while receiving.upload.state is not UploadState.CHECKING:
        await asyncio.sleep(0)
    finishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await finishing
    assert files_of(door.clinic) == [] and pool(door) == []


async def test_a_form_damaged_behind_a_good_file_keeps_it_and_names_the_rest(door: Door) -> None:
    async def damaged() -> AsyncIterator[Event]:
        async for event in form(('a.jpg', pictures.jpeg())):
            yield event
        raise Invalid('The form was damaged on its way. Send it again.')

    uploads = await receive(door, damaged())
    assert [(upload.name, upload.state) for upload in uploads] == [('a.jpg', ADDED), ('The rest', REFUSED)]


async def test_a_form_without_photos_is_refused_in_words(door: Door) -> None:
    async def another_field() -> AsyncIterator[Event]:
        for event in (PartBegins('avatar', 'a.jpg'), PartData(pictures.jpeg()), PartEnds()):
            yield event

    with pytest.raises(Invalid, match='No photos arrived'):
        await receive(door, another_field())
    assert pool(door) == []


@pytest.mark.parametrize('lost', ['role', 'session'])
async def test_a_right_that_is_lost_while_sending_counts_when_the_file_is_whole(door: Door, cast: Cast, lost: str) -> None:
    lowered = replace(door.actor, permissions=cast.vera.permissions)
    [upload] = await receive(replace(door, present=lambda: lowered if lost == 'role' else None), form(('a.jpg', pictures.jpeg())))
    assert (upload.state, upload.sentence) == (REFUSED, 'Your role does not allow this. Ask an administrator.')
    assert files_of(door.clinic) == [] and pool(door) == []


def test_the_door_is_closed_before_the_first_byte_to_who_may_not_add(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana).key
    for actor in (cast.vera, cast.aino):
        with pytest.raises(NotPermitted):
            open_door(clinic, actor, patient)
    with pytest.raises(NotFound):
        open_door(clinic, cast.tom, 'f' * 32)


class AlmostFull(ImageStore):
    """A store on a disk with less room than it takes to be safe."""

    def free_bytes(self) -> tuple[int, float]:
        """Return 400 MB, and the half of a disk."""
        return 400_000_000, 0.5


def test_the_door_is_closed_when_the_disk_is_almost_full(clinic: Clinic, cast: Cast) -> None:
    clinic.images = AlmostFull(clinic.settings.data_dir / 'images')
    with pytest.raises(NoRoom, match='disk is almost full'):
        open_door(clinic, cast.jana, a_patient(clinic, cast.jana).key)


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """Let the operating system refuse larger files, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_disk_that_fills_up_refuses_the_file_in_words_and_takes_the_next(door: Door) -> None:
    noise = pictures.jpeg() + secrets.token_bytes(4_000_000)
    with files_of_at_most(3_000_000):
        uploads: list[Upload] = await receive(door, form(('large.jpg', noise), ('small.jpg', pictures.jpeg())))
    assert [(upload.state, upload.sentence) for upload in uploads] == [(REFUSED, 'the server’s disk is full'), (ADDED, '')]
    assert len(files_of(door.clinic)) == 3


async def test_a_database_that_takes_no_row_refuses_each_file_in_words(door: Door) -> None:
    def limit(records: Records, pages: int) -> object:
        return records.session.connection().exec_driver_sql(f'PRAGMA max_page_count = {pages}').scalar()

    door.clinic.change_now(door.actor, lambda records: limit(records, 1))
    # the first few find pages that the migrations left free
    uploads = await receive(door, form(*((f'{width}.jpg', pictures.jpeg(width, 320)) for width in range(480, 500))))
    assert len(uploads) == 20 and (uploads[-1].state, uploads[-1].sentence) == (REFUSED, StorageFailed.default)
    assert len(pool(door)) == sum(upload.state is ADDED for upload in uploads)
    door.clinic.change_now(door.actor, lambda records: limit(records, 1_000_000))
    [after] = await receive(door, form(('after.jpg', pictures.jpeg(500, 320))))
    assert after.state is ADDED


async def test_open_pages_hear_of_progress_and_of_the_new_image(door: Door) -> None:
    clinic, heard = door.clinic, list[str]()
    clinic.loop = asyncio.get_running_loop()
    clinic.hub.subscribe(clinic.uploads.topic(door.actor.session, door.patient), lambda _: heard.append('progress'))
    clinic.hub.subscribe(door.patient, lambda change: heard.append(change.field))
    await receive(door, form(('a.jpg', pictures.jpeg())))
    clinic.loop = None
    assert heard[0] == heard[-1] == 'progress' and 'images' in heard


@pytest.mark.parametrize('path', pictures.real_photos('camera'), ids=lambda path: path.name)
async def test_real_photographs_go_in(door: Door, path: Path) -> None:
    [upload] = await receive(door, form((path.name, path.read_bytes())))
    assert upload.state is ADDED
    assert stored(door, upload.image, Rendition.ORIGINAL) == path.read_bytes()
