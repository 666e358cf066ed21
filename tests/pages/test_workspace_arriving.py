"""What is on its way into a visit, among its photographs: what goes into this one only, and gone when its photograph is there."""
import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from nicegui.testing import User

from app.clinic import Clinic
from app.uploads import list_of
from components.pool_dropzone import EntryPlace
from data.actors import Actor, Permission
from data.read_models import ImageTile, PatientHeader
from data.repositories.entries import EntryRecord
from pages.image_uploads import PoolUploads
from tests import pictures
from tests.cast import Cast
from tests.factories import a_patient, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.test_arriving import add, arriving, receiving
from tests.pages.test_workspace import ADDRESS, shown
from tests.pages.waiting import seen_until, sees, settled, until


@pytest.fixture
def visit(clinic: Clinic, cast: Cast) -> tuple[PatientHeader, EntryRecord, EntryRecord]:
    """Two visits of one patient, without a photograph."""
    patient = a_patient(clinic, cast.jana)
    return patient, an_entry(clinic, cast.jana, patient.key), an_entry(clinic, cast.jana, patient.key)


async def test_a_file_waits_is_sent_and_becomes_its_photograph_never_both_and_never_neither(
        clinic: Clinic, cast: Cast, user: User, visit: tuple[PatientHeader, EntryRecord, EntryRecord]) -> None:
    patient, entry, _other = visit
    await user.open(ADDRESS)
    await user.should_see('No photos in this entry yet.')
    add(user, 'IMG_1.jpg')
    assert arriving(user) == ['Waiting IMG_1.jpg']
    await user.should_not_see('No photos in this entry yet.')

    async def send() -> None:
        file = receiving(clinic, cast.jana, patient.key, entry=entry.key, progress=list_of(cast.jana.session, entry.key))
        await file.write(pictures.jpeg())
        await file.finish()
    sending = asyncio.create_task(send())
    seen = await seen_until(lambda: bool(shown(user)) and sending.done(), lambda: (len(arriving(user)), len(shown(user))))
    await settled()
    assert seen == {(1, 0), (0, 1)}
    assert arriving(user) == []
    await clinic.decoding.close()


async def test_what_goes_into_the_pool_or_another_visit_is_not_shown_here(
        clinic: Clinic, cast: Cast, user_as: OpenAs, visit: tuple[PatientHeader, EntryRecord, EntryRecord]) -> None:
    patient, entry, other = visit
    jana, vera, pool = user_as(cast.jana), user_as(cast.vera), user_as(cast.jana)
    await jana.open(ADDRESS)
    await vera.open(ADDRESS)
    await pool.open('/patients/psr-20417/images')
    files = [receiving(clinic, cast.jana, patient.key, 'pool.jpg'), receiving(clinic, cast.tom, patient.key, 'other.jpg', entry=other.key),
             receiving(clinic, cast.tom, patient.key, 'here.jpg', entry=entry.key)]
    await until(lambda: sorted(arriving(pool)) == ['Sending here.jpg', 'Sending other.jpg', 'Sending pool.jpg'])
    await until(lambda: arriving(jana) == arriving(vera) == ['Sending here.jpg'])
    for file in files:
        await file.abandon()
    await until(lambda: arriving(jana) == [])
    await sees(jana, 'No photos in this entry yet.')


async def test_a_visit_that_is_opened_anew_shows_what_a_phone_sends_into_it(
        clinic: Clinic, cast: Cast, user: User, visit: tuple[PatientHeader, EntryRecord, EntryRecord]) -> None:
    patient, entry, _other = visit
    file = receiving(clinic, cast.jana, patient.key, 'phone.jpg', entry=entry.key, progress='handoff:1')
    await user.open(ADDRESS)
    await until(lambda: arriving(user) == ['Sending phone.jpg'])
    clinic.change_now(cast.jana, lambda records: records.entries.amend(entry.key, 'appointment_at', '2026-11-20T10:00'))
    await sees(user, 'Fri 20 Nov 2026, 10:00')
    assert arriving(user) == ['Sending phone.jpg']
    await file.abandon()
    await until(lambda: arriving(user) == [])


def test_files_are_sent_into_a_visit_only_by_who_may_write_one(
        cast: Cast, visit: tuple[PatientHeader, EntryRecord, EntryRecord]) -> None:
    patient, entry, _other = visit
    adds_only = replace(cast.tom, permissions=cast.tom.permissions - {Permission.ENTRY_WRITE})

    async def describe(_tiles: Sequence[ImageTile], _values: Mapping[str, str]) -> None:
        raise AssertionError('nothing is described here')

    def may_send(actor: Actor, place: EntryPlace | None) -> bool:
        return PoolUploads(patient, actor, list, describe, str, str, place).may_send
    here = EntryPlace(entry.key, entry.number, 'Mon 23 Nov 2026, 10:15')
    assert may_send(cast.tom, here) and may_send(adds_only, None)
    assert not may_send(adds_only, here)
