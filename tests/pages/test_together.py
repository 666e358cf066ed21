"""Two people in one field: who is in it is named, and the other sees what they write until they leave it."""
import time

import pytest
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from tests.cast import Cast
from tests.factories import a_patient, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import HeldChanges, sees, settled, until

ENTRY = '/patients/psr-20417/entries/1'


def notes(user: User) -> ui.textarea:
    return next(iter(user.find(kind=ui.textarea, marker='notes').elements))


def stand_ins(user: User, field: ui.element) -> list[str]:
    """Return the texts that stand in the place of a field's control; the control itself is as it always is."""
    assert not field.props.get('readonly')
    root = field.parent_slot.parent if field.parent_slot else field
    shown = [getattr(child, 'text', '') for child in root.default_slot.children if 'df-stand-in' in child.classes]
    assert ('df-held' in root.classes) is bool(shown)
    return shown


def is_held(user: User) -> bool:
    return bool(stand_ins(user, notes(user)))


def stored(clinic: Clinic, cast: Cast) -> str:
    with clinic.reading(cast.jana) as records:
        return records.entries.record(records.patients.key_of('psr-20417'), 1).notes


async def both_at(user_as: OpenAs, clinic: Clinic, cast: Cast) -> tuple[User, User]:
    an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key, notes='Base.')
    jana, ines = user_as(cast.jana), user_as(cast.ines)
    await jana.open(ENTRY)
    await ines.open(ENTRY)
    return jana, ines


async def test_who_is_in_a_field_is_named_and_their_words_are_shown_until_they_leave(
        clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    jana, ines = await both_at(user_as, clinic, cast)
    jana.find(kind=ui.textarea, marker='notes').trigger('focus')
    await sees(ines, 'Jana König is editing')
    assert stand_ins(ines, notes(ines)) == ['Base.']
    assert not is_held(jana)
    await jana.should_not_see('is editing')
    jana.find(kind=ui.textarea, marker='notes').type(' <b>More.')
    await until(lambda: stand_ins(ines, notes(ines)) == ['Base. <b>More.'])
    jana.find(kind=ui.textarea, marker='notes').trigger('blur')
    await ines.should_not_see('Jana König is editing')
    assert not is_held(ines)
    assert notes(ines).value == 'Base. <b>More.'


async def test_after_a_silence_it_is_taken_over_by_typing_and_the_first_text_is_kept(
        clinic: Clinic, cast: Cast, user_as: OpenAs, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic.field_locks.free_after_s = 0.2
    jana, ines = await both_at(user_as, clinic, cast)
    jana.find(kind=ui.textarea, marker='notes').trigger('focus').type(' First.')
    await until(lambda: stored(clinic, cast) == 'Base. First.')
    await until(lambda: notes(ines).value == 'Base. First.' and not is_held(ines))
    # her silence stays long enough, the next one is short
    monkeypatch.setattr(clinic.field_locks, '_clock', lambda: time.monotonic() + 3600)
    clinic.field_locks.free_after_s = 60
    ines.find(kind=ui.textarea, marker='notes').trigger('focus').type(' Second.')
    await until(lambda: stored(clinic, cast) == 'Base. First. Second.')
    await sees(jana, 'Dr Ines Weber is editing')
    assert not is_held(jana)  # she has not left the field: her keys are met by the version, not by a wall
    jana.find(kind=ui.textarea, marker='notes').trigger('blur')
    await until(lambda: stand_ins(jana, notes(jana)) == ['Base. First. Second.'])


async def test_who_leaves_a_field_that_someone_else_is_in_sees_their_words_from_then_on(
        clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    jana, ines = await both_at(user_as, clinic, cast)
    for user in (jana, ines):
        user.find(kind=ui.textarea, marker='notes').trigger('focus')
    await sees(ines, 'Jana König is editing')
    assert not is_held(ines)
    ines.find(kind=ui.textarea, marker='notes').trigger('blur')
    await settled()
    assert is_held(ines)


async def test_someone_who_writes_already_is_never_stopped_by_who_comes_later(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    jana, ines = await both_at(user_as, clinic, cast)
    for user in (jana, ines):
        user.find(kind=ui.textarea, marker='notes').trigger('focus')
    ines.find(kind=ui.textarea, marker='notes').type(' Mine.')
    await until(lambda: stored(clinic, cast) == 'Base. Mine.')
    jana.find(kind=ui.textarea, marker='notes').type(' Yours.')
    await sees(jana, 'changed this meanwhile')
    jana.find(kind=ui.textarea, marker='notes').trigger('blur')
    await settled()
    assert not is_held(jana)  # two texts wait for her decision


async def test_a_text_that_is_still_on_its_way_to_the_record_never_leaves_the_screen(
        clinic: Clinic, cast: Cast, user_as: OpenAs, monkeypatch: pytest.MonkeyPatch) -> None:
    jana, ines = await both_at(user_as, clinic, cast)
    held = HeldChanges(clinic, monkeypatch)
    with ines:
        notes(ines).set_value('Base. Hers.')  # read back after an outage, say: no focus was heard
    await held.held()
    clinic.field_locks.leave(_entry_key(clinic, cast), 'notes', ines.client.id)
    jana.find(kind=ui.textarea, marker='notes').trigger('focus')
    await sees(ines, 'Jana König is editing')
    assert not is_held(ines)
    await held.let_go()
    await until(lambda: is_held(ines))
    assert stand_ins(ines, notes(ines)) == ['Base. Hers.']


def _entry_key(clinic: Clinic, cast: Cast) -> str:
    with clinic.reading(cast.jana) as records:
        return records.entries.record(records.patients.key_of('psr-20417'), 1).key


async def test_a_page_that_is_closed_or_loses_its_line_leaves_its_fields(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    jana, ines = await both_at(user_as, clinic, cast)
    jana.find(kind=ui.textarea, marker='notes').trigger('focus')
    await sees(ines, 'Jana König is editing')
    for socket in list(jana.client._socket_to_document_id):
        jana.client.handle_disconnect(socket)
    await ines.should_not_see('Jana König is editing')
    assert not is_held(ines)
    jana.find(kind=ui.textarea, marker='notes').trigger('focus')
    await sees(ines, 'Jana König is editing')
    jana.client.delete()
    await ines.should_not_see('Jana König is editing')
    assert not is_held(ines)


async def test_ones_own_second_tab_is_told_so(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key, notes='Base.')
    here, there = user_as(cast.jana), user_as(cast.jana)
    await here.open(ENTRY)
    await there.open(ENTRY)
    here.find(kind=ui.textarea, marker='notes').trigger('focus')
    await sees(there, 'You are editing elsewhere')
    assert is_held(there)


async def test_an_appointment_that_someone_is_in_is_shown_in_words_of_the_practices_zone(
        clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    jana, ines = await both_at(user_as, clinic, cast)
    when = next(iter(ines.find(marker='appointment').elements))
    jana.find(marker='appointment').trigger('focus')
    await until(lambda: bool(stand_ins(ines, when)))
    with clinic.reading(cast.jana) as records:
        entry, zone = records.entries.record(records.patients.key_of('psr-20417'), 1), records.settings.zone()
    at = entry.appointment_at.astimezone(zone)
    assert stand_ins(ines, when) == [f'{at:%-d %b %Y, %H:%M}']


async def test_a_field_that_may_only_be_read_stays_as_it_is(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    tom, jana = user_as(cast.tom), user_as(cast.jana)
    for user in (tom, jana):
        await user.open('/patients/psr-20417/details')
    email = next(iter(tom.find(marker='email').elements))
    jana.find(marker='email').trigger('focus')
    await settled()
    assert email.props.get('readonly')
    await tom.should_not_see('Jana König is editing')
