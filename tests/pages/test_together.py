"""Two people in one field: who is in it is named, and the other only reads until they leave it."""
import time

import pytest
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from tests.cast import Cast
from tests.factories import a_patient, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees, until

ENTRY = '/patients/psr-20417/entries/1'


def notes(user: User) -> ui.textarea:
    return next(iter(user.find(kind=ui.textarea, marker='notes').elements))


def is_only_read(user: User) -> bool:
    return bool(notes(user).props.get('readonly'))


def stored(clinic: Clinic, cast: Cast) -> str:
    with clinic.reading(cast.jana) as records:
        return records.entries.record(records.patients.key_of('psr-20417'), 1).notes


async def both_at(user_as: OpenAs, clinic: Clinic, cast: Cast) -> tuple[User, User]:
    an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key, notes='Base.')
    jana, ines = user_as(cast.jana), user_as(cast.ines)
    await jana.open(ENTRY)
    await ines.open(ENTRY)
    return jana, ines


async def test_who_is_in_a_field_is_named_and_the_other_only_reads_until_they_leave(
        clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    jana, ines = await both_at(user_as, clinic, cast)
    jana.find(kind=ui.textarea, marker='notes').trigger('focus')
    await sees(ines, 'Jana König is editing')
    assert is_only_read(ines)
    assert not is_only_read(jana)
    await jana.should_not_see('is editing')
    jana.find(kind=ui.textarea, marker='notes').type(' More.')
    await until(lambda: notes(ines).value == 'Base. More.')
    jana.find(kind=ui.textarea, marker='notes').trigger('blur')
    await ines.should_not_see('Jana König is editing')
    assert not is_only_read(ines)


async def test_after_a_silence_it_is_taken_over_by_typing_and_the_first_text_is_kept(
        clinic: Clinic, cast: Cast, user_as: OpenAs, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic.field_locks.free_after_s = 0.2
    jana, ines = await both_at(user_as, clinic, cast)
    jana.find(kind=ui.textarea, marker='notes').trigger('focus').type(' First.')
    await until(lambda: stored(clinic, cast) == 'Base. First.')
    await until(lambda: not is_only_read(ines))
    await until(lambda: notes(ines).value == 'Base. First.')
    # her silence stays long enough, the next one is short
    monkeypatch.setattr(clinic.field_locks, '_clock', lambda: time.monotonic() + 3600)
    clinic.field_locks.free_after_s = 60
    ines.find(kind=ui.textarea, marker='notes').trigger('focus').type(' Second.')
    await until(lambda: stored(clinic, cast) == 'Base. First. Second.')
    await sees(jana, 'Dr Ines Weber is editing')
    assert not is_only_read(jana)  # she has not left the field: her keys are met by the version, not by a wall


async def test_someone_who_writes_already_is_never_stopped_by_who_comes_later(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    jana, ines = await both_at(user_as, clinic, cast)
    for user in (jana, ines):
        user.find(kind=ui.textarea, marker='notes').trigger('focus')
    ines.find(kind=ui.textarea, marker='notes').type(' Mine.')
    await until(lambda: stored(clinic, cast) == 'Base. Mine.')
    jana.find(kind=ui.textarea, marker='notes').type(' Yours.')
    await sees(jana, 'changed this meanwhile')


async def test_a_page_that_is_closed_leaves_its_fields(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    jana, ines = await both_at(user_as, clinic, cast)
    jana.find(kind=ui.textarea, marker='notes').trigger('focus')
    await sees(ines, 'Jana König is editing')
    jana.client.delete()
    await ines.should_not_see('Jana König is editing')
    assert not is_only_read(ines)


async def test_ones_own_second_tab_is_told_so(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key, notes='Base.')
    here, there = user_as(cast.jana), user_as(cast.jana)
    await here.open(ENTRY)
    await there.open(ENTRY)
    here.find(kind=ui.textarea, marker='notes').trigger('focus')
    await sees(there, 'You are editing elsewhere')


async def test_who_only_reads_stays_so_when_the_writer_leaves(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    tom, jana = user_as(cast.tom), user_as(cast.jana)
    for user in (tom, jana):
        await user.open('/patients/psr-20417/details')
    email = next(iter(tom.find(marker='email').elements))
    assert email.props.get('readonly')
    jana.find(marker='email').trigger('focus').trigger('blur')
    await sees(jana, 'Email')
    assert email.props.get('readonly')
