"""Files that someone cancels: on their way, or while they wait in the browser. Nothing of them is kept, and only of them."""
from collections.abc import AsyncIterator

import pytest

from app.clinic import Clinic
from app.intake import Door, Receiving, open_door
from app.live import Hub
from app.multipart import PartBegins, file_events
from app.uploads import Upload, Uploads, UploadState, is_of
from data.models import Action
from data.repositories.audit import TrailView
from tests import pictures
from tests.cast import Cast
from tests.factories import a_patient


@pytest.fixture
async def door(clinic: Clinic, cast: Cast) -> AsyncIterator[Door]:
    """Jana's door to Maria's pool."""
    yield open_door(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    await clinic.decoding.close()


def listed(door: Door) -> list[str]:
    return [one.name for one in door.clinic.uploads.of(door.actor.session, door.patient)]


def pool_size(door: Door) -> int:
    with door.clinic.reading(door.actor) as records:
        return len(records.images.of(door.patient))


def is_stored(clinic: Clinic) -> bool:
    return any(path.is_file() for path in (clinic.settings.data_dir / 'images').rglob('*'))


async def send(door: Door, name: str, data: bytes) -> Upload:
    receiving = Receiving(door, name, len(data))
    await receiving.write(data)
    return await receiving.finish()


async def test_a_file_that_is_cancelled_on_its_way_leaves_nothing_not_even_an_event(door: Door, cast: Cast) -> None:
    receiving = Receiving(door, 'a.jpg', 900_000)
    await receiving.write(pictures.jpeg(3_000, 2_000) + bytes(600_000))
    assert is_stored(door.clinic)
    door.clinic.uploads.cancel(door.actor.session, door.patient, receiving.upload.key)
    assert listed(door) == []
    await receiving.write(bytes(300_000))
    assert not is_stored(door.clinic)
    await receiving.finish()
    assert (pool_size(door), is_stored(door.clinic), listed(door)) == (0, False, [])
    with door.clinic.reading(cast.ines) as records:
        assert not list(records.audit.page(TrailView(action=Action.IMAGE_REFUSE.value)))


async def test_a_file_that_is_whole_is_beyond_cancelling(door: Door) -> None:
    upload = await send(door, 'a.jpg', pictures.jpeg())
    door.clinic.uploads.cancel(door.actor.session, door.patient, upload.key)
    assert (upload.state, pool_size(door), listed(door)) == (UploadState.ADDED, 1, ['a.jpg'])


async def test_a_file_that_was_cancelled_while_it_waited_is_not_taken_and_its_namesake_is(door: Door) -> None:
    here, other = pictures.jpeg(900, 700), pictures.jpeg()
    session, told = door.actor.session, f'1764066615000IMG_1.jpg{len(here)}'
    door.clinic.uploads.refuse_waiting(session, door.patient, told)
    assert (await send(door, 'IMG_1.jpg', other + bytes(len(here) + 1 - len(other)))).state is UploadState.ADDED  # a byte more
    assert (await send(door, 'IMG_1.jpg', here)).is_cancelled
    assert (pool_size(door), listed(door)) == (1, ['IMG_1.jpg'])
    assert (await send(door, 'IMG_1.jpg', here)).state is UploadState.ADDED


async def test_what_is_chosen_again_is_taken_again(door: Door) -> None:
    data, uploads, session = pictures.jpeg(), door.clinic.uploads, door.actor.session
    told = f'1764066615000IMG_1.jpg{len(data)}'
    uploads.refuse_waiting(session, door.patient, told)
    uploads.expect(session, door.patient, [told])
    assert (await send(door, 'IMG_1.jpg', data)).state is UploadState.ADDED


def test_only_the_own_list_is_cancelled() -> None:
    uploads, upload = Uploads(Hub()), Upload('a.jpg', 10)
    uploads.begin('s1', 'p1', upload)
    uploads.refuse_waiting('s1', 'p1', '1764066615000b.jpg10')
    uploads.cancel('s2', 'p1', upload.key)
    uploads.cancel('s1', 'p2', upload.key)
    for session, patient in (('s2', 'p1'), ('s1', 'p2')):
        uploads.begin(session, patient, Upload('b.jpg', 10))
    assert not upload.is_cancelled
    assert [len(uploads.of(*where)) for where in (('s1', 'p1'), ('s2', 'p1'), ('s1', 'p2'))] == [1, 1, 1]


def test_a_browsers_word_for_a_file_is_read_by_name_and_size() -> None:
    told = '1764066615000IMG_1.jpg250000'
    assert is_of(told, 'IMG_1.jpg')
    assert is_of(told, 'IMG_1.jpg', 250_000)
    assert not is_of(told, 'IMG_1.jpg', 249_999)
    assert not is_of(told, 'IMG_1.jpg', 250_001)
    assert not is_of(told, 'IMG_2.jpg')
    assert not is_of('', '')
    assert not is_of('1764066615000a.jpg²', 'a.jpg', 10)


async def test_of_a_form_as_browsers_write_it_the_size_of_its_file_is_known_before_it_arrives() -> None:
    headers = 'Content-Disposition: form-data; name="files"; filename="Grüße.jpg"\r\nContent-Type: image/jpeg\r\n'
    form = f'--b0undary\r\n{headers}\r\n{"x" * 1_234}\r\n--b0undary--\r\n'.encode()

    async def stream() -> AsyncIterator[bytes]:
        yield form
    begins = await anext(file_events(stream(), 'multipart/form-data; boundary=b0undary'))
    assert isinstance(begins, PartBegins)
    assert len(form) - begins.around_bytes == 1_234
