"""Moving photographs to the patient whose they are: whole on one side whatever happens, shown under one name only, and taken back."""
import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.audit_reading import open_trail
from app.clinic import Clinic
from app.consenting import Verdict
from app.disk_work import NoRoom
from app.integrity import verify_everything
from app.moving import move_images, take_back
from app.showing import show
from data.actors import console_actor
from data.errors import ChecksumMismatch, Conflict, ConsentMissing, Invalid, NotFound, NotPermitted, Refusal
from data.image_store import Binding, BlobWriter, Rendition
from data.models import Action
from data.records import Records
from data.repositories.audit import TrailView
from tests.app.test_intake import AlmostFull, files_of
from tests.cast import Cast
from tests.factories import a_patient, a_stored_image
from tests.two_patients import Two, two_patients

CONSOLE = console_actor('tests')


@pytest.fixture
def two(clinic: Clinic, cast: Cast) -> Two:
    return two_patients(clinic, cast.jana)


@dataclass
class Asked:
    """Answers whether a photograph may be added: yes so often, then no."""

    yes: int

    def __call__(self, _records: Records, _patient: str) -> Verdict:
        self.yes -= 1
        return Verdict(is_allowed=self.yes >= 0, reason='No valid consent on record.')


def pools(clinic: Clinic, two: Two) -> list[set[str]]:
    with clinic.reading(CONSOLE) as records:
        return [{tile.key for tile in records.images.of(owner.key)} for owner in two.both]


def assert_untouched(clinic: Clinic, two: Two, files: list[Path]) -> None:
    assert pools(clinic, two) == [set(owner.captions) for owner in two.both]
    assert files_of(clinic) == files
    assert verify_everything(clinic, CONSOLE).problems == []


def content(clinic: Clinic, key: str, patient: str, rendition: Rendition) -> bytes:
    with clinic.reading(CONSOLE) as records:
        blob = records.images.file(key).blob
    return b''.join(clinic.images.read(blob, clinic.vault.patient_key(patient), Binding(patient, key, rendition)))


def views(clinic: Clinic, cast: Cast) -> list[tuple[str, str]]:
    with clinic.reading(cast.ines) as records:
        return [(event['patient'], event['subject']) for event in (
            event.read() for event in reversed(records.audit.page(TrailView(action=Action.IMAGE_VIEW.value))))]


async def test_the_files_are_the_same_under_the_other_key_and_the_old_ones_are_gone(clinic: Clinic, cast: Cast, two: Two) -> None:
    key = two.maria.first.image
    before = [content(clinic, key, two.maria.key, rendition) for rendition in Rendition]
    count = len(files_of(clinic))
    await move_images(clinic, cast.tom, [key, two.maria.second.image], two.paul.key, 'Wrong patient')
    assert [content(clinic, key, two.paul.key, rendition) for rendition in Rendition] == before
    with pytest.raises(ChecksumMismatch):
        content(clinic, key, two.maria.key, Rendition.ORIGINAL)
    found = verify_everything(clinic, CONSOLE)
    assert (found.problems, found.notes, len(files_of(clinic))) == ([], [], count)
    assert pools(clinic, two) == [set(), {*two.paul.captions, *two.maria.captions}]


@pytest.mark.parametrize('who', ['vera', 'aino'])
async def test_who_may_not_move_moves_nothing(clinic: Clinic, cast: Cast, two: Two, who: str) -> None:
    files, actor = files_of(clinic), getattr(cast, who)
    [move] = await move_images(clinic, cast.tom, [two.maria.first.image], two.paul.key, 'Wrong patient')
    await take_back(clinic, cast.tom, [move])
    files = files_of(clinic)
    for act in (move_images(clinic, actor, [two.maria.first.image], two.paul.key, 'Wrong'), take_back(clinic, actor, [move])):
        with pytest.raises(NotPermitted):
            await act
    assert_untouched(clinic, two, files)


@pytest.mark.parametrize('yes', [0, 1])
async def test_a_patient_who_did_not_agree_gets_no_photo_even_when_the_no_comes_in_the_middle(
        clinic: Clinic, cast: Cast, two: Two, yes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(clinic)
    monkeypatch.setattr('app.consenting.may_add', Asked(yes))
    with pytest.raises(ConsentMissing):
        await move_images(clinic, cast.tom, [two.maria.first.image], two.paul.key, 'Wrong patient')
    assert_untouched(clinic, two, files)
    await clinic.change(cast.ines, lambda records: None)  # what refused a look is written in its turn
    with clinic.reading(cast.ines) as records:
        [refused] = [event.read() for event in records.audit.page(TrailView(action=Action.ACCESS_REFUSE.value))]
    assert (refused['subject'], refused['detail']['cause']) == (two.paul.key, 'ConsentMissing')


@pytest.mark.parametrize(('because', 'to', 'refusal'), [('', 'paul', Invalid), ('Wrong', 'maria', Invalid), ('Wrong', '', NotFound)])
async def test_what_cannot_be_leaves_no_copy(clinic: Clinic, cast: Cast, two: Two, because: str, to: str, refusal: type[Exception]) -> None:
    files = files_of(clinic)
    with pytest.raises(refusal):
        await move_images(clinic, cast.tom, [two.maria.first.image], getattr(two, to).key if to else 'f' * 32, because)
    assert_untouched(clinic, two, files)


async def test_one_damaged_photo_keeps_all_of_them_where_they_are(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(CONSOLE) as records:
        blob = records.images.file(two.maria.second.image).blob
    [damaged] = [path for path in files_of(clinic) if path.name == f'{blob}.original']
    damaged.write_bytes(damaged.read_bytes()[:-1] + b'\0')
    files = files_of(clinic)
    with pytest.raises(ChecksumMismatch):
        await move_images(clinic, cast.tom, [two.maria.first.image, two.maria.second.image], two.paul.key, 'Wrong patient')
    assert (files_of(clinic), pools(clinic, two)) == (files, [set(owner.captions) for owner in two.both])


async def test_bytes_that_are_not_those_that_were_received_are_not_carried_on(clinic: Clinic, cast: Cast, two: Two) -> None:
    key = two.maria.first.image
    with clinic.reading(CONSOLE) as records:
        file = records.images.file(key)
    writer = clinic.images.begin(file.blob, clinic.vault.patient_key(two.maria.key), Binding(two.maria.key, key, Rendition.ORIGINAL))
    writer.write(b'another photograph, sealed as it should be')
    writer.finish()
    clinic.images.keep(file.blob, [(Rendition.ORIGINAL, writer)])
    with pytest.raises(ChecksumMismatch):
        await move_images(clinic, cast.tom, [key], two.paul.key, 'Wrong patient')
    assert key in pools(clinic, two)[0]


async def test_a_disk_that_is_full_or_fills_up_is_said_and_leaves_no_copy(
        clinic: Clinic, cast: Cast, two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    files, write = files_of(clinic), BlobWriter._write
    writes: list[bytes] = []
    taken = 0

    def full(writer: BlobWriter, data: bytes) -> None:
        writes.append(data)
        if len(writes) > taken:
            raise OSError(28, 'No space left on device')
        write(writer, data)
    for room in (0, 1, 4, 8):  # within a file, at its first byte, in the second photograph
        taken = room
        writes.clear()
        with monkeypatch.context() as patch, pytest.raises(NoRoom):
            patch.setattr(BlobWriter, '_write', full)
            await move_images(clinic, cast.tom, [two.maria.first.image, two.maria.second.image], two.paul.key, 'Wrong patient')
        assert_untouched(clinic, two, files)
    clinic.images = AlmostFull(clinic.settings.data_dir / 'images')
    with pytest.raises(NoRoom):
        await move_images(clinic, cast.tom, [two.maria.first.image], two.paul.key, 'Wrong patient')
    assert_untouched(clinic, two, files)


async def test_who_closes_the_page_in_the_middle_stops_nothing(clinic: Clinic, cast: Cast, two: Two) -> None:
    moving = asyncio.create_task(move_images(clinic, cast.tom, [two.maria.first.image], two.paul.key, 'Wrong patient'))
    await asyncio.sleep(0)
    moving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await moving
    found = verify_everything(clinic, CONSOLE)
    assert (found.problems, found.notes) == ([], [])
    assert two.maria.first.image in pools(clinic, two)[1]


async def test_two_who_move_one_photo_at_once_move_it_once(clinic: Clinic, cast: Cast, two: Two) -> None:
    third = a_patient(clinic, cast.jana, 'psr-3').key
    ended = await asyncio.gather(*(move_images(clinic, who, [two.maria.first.image], to, 'Wrong patient') for who, to in (
        (cast.tom, two.paul.key), (cast.jana, third), (cast.ines, two.paul.key))), return_exceptions=True)
    assert sorted(isinstance(one, Refusal) for one in ended) == [False, True, True], ended
    found = verify_everything(clinic, CONSOLE)
    assert (found.problems, found.notes) == ([], [])


async def test_a_page_that_is_behind_moves_and_withdraws_nothing_of_another_patient(clinic: Clinic, cast: Cast, two: Two) -> None:
    key, third = two.maria.first.image, a_patient(clinic, cast.jana, 'psr-3').key
    await move_images(clinic, cast.tom, [key], two.paul.key, 'Wrong patient', of=two.maria.key)
    with pytest.raises(NotFound, match='not in this pool any more'):
        await move_images(clinic, cast.tom, [key], third, 'Wrong patient', of=two.maria.key)
    with pytest.raises(NotFound, match='not in this pool any more'):
        await clinic.change(cast.tom, lambda records: records.images.withdraw([key], 'Blurred', of=two.maria.key))
    assert key in pools(clinic, two)[1]


async def test_a_move_is_taken_back_with_everything_and_only_once(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.jana) as records:
        before = records.entries.record(two.maria.key, 1)
    moves = await move_images(clinic, cast.tom, [two.maria.first.image, two.maria.second.image], two.paul.key, 'Wrong patient')
    await take_back(clinic, cast.jana, moves)
    with clinic.reading(cast.jana) as records:
        assert records.entries.record(two.maria.key, 1) == before
    assert pools(clinic, two) == [set(owner.captions) for owner in two.both]
    with pytest.raises(Conflict, match='moved again since'):
        await take_back(clinic, cast.jana, moves)


async def test_both_trails_say_from_whom_to_whom_and_name_nobody_to_an_auditor(clinic: Clinic, cast: Cast, two: Two) -> None:
    await move_images(clinic, cast.tom, [two.maria.first.image, two.maria.second.image], two.paul.key, 'Wrong patient')
    for reader, words in ((cast.ines, 'Maria Gonzalez (psr-20417) to Paul Meyer (psr-2)'), (cast.aino, 'psr-20417 to psr-2')):
        for side in two.both:
            page = await open_trail(clinic, reader, TrailView(action=Action.IMAGE_MOVE.value), patient=side.header.unique_id)
            [line] = page.lines
            assert ''.join(part.text for part in line.sentence) == f'Tom Adeyemi moved 2 images from {words}'


async def test_no_note_of_the_old_patient_shows_what_left(clinic: Clinic, cast: Cast, two: Two) -> None:
    left, stayed = two.maria.first.image, two.maria.second.image
    await clinic.looked(cast.vera, Action.GALLERY_VIEW, patient=two.maria.key, images=[left, stayed])
    await clinic.looked(cast.vera, Action.PATIENT_LIST, images=[left])
    await move_images(clinic, cast.tom, [left], two.paul.key, 'Wrong patient')
    for key in (left, stayed):
        await show(clinic, cast.vera, key, Rendition.THUMB)
    assert views(clinic, cast) == [(two.paul.key, left)]
    with pytest.raises(NotFound):
        await show(clinic, cast.vera, left, Rendition.THUMB, of=two.maria.key)


async def test_what_was_withdrawn_is_served_to_who_restores_only_and_each_look_is_an_event(clinic: Clinic, cast: Cast, two: Two) -> None:
    key = two.maria.first.image
    clinic.change_now(cast.tom, lambda records: records.images.withdraw([key], 'Blurred'))
    for who in (cast.vera, cast.tom):
        await clinic.looked(who, Action.GALLERY_VIEW, patient=two.maria.key, images=[])
    for rendition in Rendition:
        with pytest.raises((NotFound, NotPermitted)):
            await show(clinic, cast.vera, key, rendition)
    for _ in range(2):
        await show(clinic, cast.tom, key, Rendition.PREVIEW)
    assert views(clinic, cast) == [(two.maria.key, key)] * 2


@pytest.fixture
def moves_on_read(clinic: Clinic, cast: Cast, two: Two, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A photograph of Maria's that is moved to Paul in the moment between the reading of its row and of its files."""
    key, read = two.maria.first.image, clinic.images.read

    def reading(blob: str, patient_key: bytes, binding: Binding) -> Iterator[bytes]:
        if (binding.patient, binding.image) == (two.maria.key, key):
            monkeypatch.setattr(clinic.images, 'read', read)
            asyncio.run(move_images(clinic, cast.tom, [key], two.paul.key, 'Wrong patient'))
        return read(blob, patient_key, binding)
    monkeypatch.setattr(clinic.images, 'read', reading)
    yield key


async def test_a_photo_that_is_moved_while_it_is_shown_is_no_damage(
        clinic: Clinic, cast: Cast, two: Two, moves_on_read: str) -> None:
    shown = await show(clinic, cast.jana, moves_on_read, Rendition.PREVIEW)
    assert b''.join(shown.chunks) == content(clinic, moves_on_read, two.paul.key, Rendition.PREVIEW)
    assert [patient for patient, _key in views(clinic, cast)] == [two.maria.key, two.paul.key]


def test_a_photo_that_is_moved_while_all_are_verified_is_no_damage(clinic: Clinic, two: Two, moves_on_read: str) -> None:
    assert verify_everything(clinic, CONSOLE).problems == []
    assert moves_on_read in pools(clinic, two)[1]


async def test_a_twin_in_the_other_pool_keeps_everything_where_it_is(clinic: Clinic, cast: Cast, two: Two) -> None:
    data = b'the same photograph'
    twin = a_stored_image(clinic, cast.tom, two.maria.key, original=data)
    a_stored_image(clinic, cast.tom, two.paul.key, original=data)
    files = files_of(clinic)
    with pytest.raises(Conflict, match='same file'):
        await move_images(clinic, cast.tom, [twin, two.maria.first.image], two.paul.key, 'Wrong patient')
    assert files_of(clinic) == files
    assert content(clinic, twin, two.maria.key, Rendition.ORIGINAL) == data
