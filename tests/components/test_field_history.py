"""The history of a field: what it shows, to whom, how a version is used again, and the marks at a field that was just saved."""
import asyncio
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from components import field_marks
from components.controls import Field
from components.field_history import AT_FIRST, as_shown
from data.errors import NotPermitted
from data.models import Action
from data.read_models import PatientHeader
from data.repositories.audit import TrailView
from data.repositories.fields import Version
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_patient, an_entry
from tests.pages.conftest import OpenAs, user, user_as
from tests.pages.waiting import sees, settled, until
from tests.two_patients import Two, two_patients

__all__ = ['user', 'user_as']
ADDRESS = '/patients/psr-20417/details'


def correct(clinic: Clinic, who: Any, patient: str, field: str, *texts: str) -> None:
    for content in texts:
        clinic.change_now(who, lambda records, content=content: records.patients.correct(patient, field, content))


def a_history(clinic: Clinic, cast: Cast, clock: MovableClock, **fields: str) -> PatientHeader:
    """Register a patient whose phone number Jana entered, emptied, and Ines wrote anew."""
    made = a_patient(clinic, cast.jana, **fields)
    for who, text in ((cast.jana, '+49 1'), (cast.jana, ''), (cast.ines, '+49 2')):
        clock.move(minutes=10)
        correct(clinic, who, made.key, 'phone', text)
    return made


def field_of(user: User, marker: str) -> ui.element:
    """Return the labelled field with all that stands around its control."""
    control = next(element for element in user.find(marker=marker).elements)
    return next(parent for parent in control.ancestors() if 'df-field' in parent.classes)


def icon_of(user: User, marker: str) -> ui.button | None:
    return next((element for element in field_of(user, marker).descendants() if 'df-history' in element.classes), None)


def press(user: User, element: ui.element) -> None:
    with user:
        for listener in list(element._event_listeners.values()):
            if listener.type == 'click':
                element._handle_event({'listener_id': listener.id, 'args': {}})


def opened(user: User, marker: str) -> None:
    icon = icon_of(user, marker)
    assert icon is not None
    press(user, icon)


def versions_of(user: User) -> list[list[str]]:
    """Return the words of each version that is shown: value, who and when, then Now or Use this."""
    rows = [element for element in user.find(kind=ui.element).elements if 'df-version' in element.classes]
    return [[part.text for part in sorted(row.descendants(), key=lambda part: part.id)
             if getattr(part, 'text', '') and not is_initials(part)]
            for row in sorted(rows, key=lambda row: row.id)]


def is_initials(element: ui.element) -> bool:
    return any('df-avatar' in parent.classes for parent in element.ancestors())


def stored(clinic: Clinic, cast: Cast, key: str, field: str) -> list[Version]:
    with clinic.reading(cast.ines) as records:
        return records.fields.history(key, field)


def phones(clinic: Clinic, cast: Cast, two: Two) -> list[str]:
    """Return the numbers that stand in the records of the two, however their histories are read."""
    with clinic.reading(cast.ines) as records:
        return [records.patients.row(owner.key).phone for owner in two.both]


async def test_the_history_says_who_wrote_what_and_when(clinic: Clinic, cast: Cast, clock: MovableClock, user: User) -> None:
    a_history(clinic, cast, clock)
    await user.open(ADDRESS)
    opened(user, 'phone')
    await sees(user, '3 versions')
    assert versions_of(user) == [
        ['+49 2', 'Changed by Dr Ines Weber on 23 Nov 2026, 09:30', 'Now'],
        ['empty', 'Changed by Jana König on 23 Nov 2026, 09:20', 'Use this'],
        ['+49 1', 'Changed by Jana König on 23 Nov 2026, 09:10', 'Use this'],
        ['empty', 'Before 23 Nov 2026, 09:10', 'Use this']]
    icon = icon_of(user, 'phone')
    assert icon is not None
    assert (icon.props['aria-expanded'], icon.props['aria-label']) == ('true', 'History')


async def test_choices_and_dates_are_read_as_their_fields_show_them(clinic: Clinic, cast: Cast, user: User) -> None:
    made = a_patient(clinic, cast.jana, birth_date='1980-03-14', sex='female')
    correct(clinic, cast.jana, made.key, 'birth_date', '1981-04-15')
    correct(clinic, cast.jana, made.key, 'sex', 'other', '')
    await user.open(ADDRESS)
    opened(user, 'date-of-birth')
    await sees(user, '2 versions')
    assert [row[0] for row in versions_of(user)] == ['15 Apr 1981', '14 Mar 1980']
    assert versions_of(user)[1][1] == 'Recorded before 23 Nov 2026, 09:00'
    opened(user, 'sex')
    await sees(user, '3 versions')
    assert [row[0] for row in versions_of(user)] == ['15 Apr 1981', '14 Mar 1980', 'empty', 'Other', 'Female']


async def test_a_version_that_is_used_again_is_a_new_change(clinic: Clinic, cast: Cast, clock: MovableClock, user: User) -> None:
    made = a_history(clinic, cast, clock)
    await user.open(ADDRESS)
    opened(user, 'phone')
    await sees(user, '3 versions')
    press(user, sorted(user.find(kind=ui.button, content='Use this').elements, key=lambda button: button.id)[1])
    await until(lambda: len(stored(clinic, cast, made.key, 'phone')) == 4)
    newest = stored(clinic, cast, made.key, 'phone')[0]
    assert (newest.text, newest.actor) == ('+49 1', cast.jana.user)
    assert next(iter(user.find(marker='phone').elements)).value == '+49 1'
    with clinic.reading(cast.ines) as records:
        assert records.audit.page(TrailView(action=Action.PATIENT_CORRECT))[0].read()['detail'] == {'field': 'phone', 'version': 4}


async def test_the_emptiness_that_a_field_began_with_is_used_again(clinic: Clinic, cast: Cast, user: User) -> None:
    made = a_patient(clinic, cast.jana)
    correct(clinic, cast.jana, made.key, 'phone', '+49 1')
    await user.open(ADDRESS)
    opened(user, 'phone')
    await sees(user, '1 version')
    user.find(kind=ui.button, content='Use this').click()
    await until(lambda: [version.text for version in stored(clinic, cast, made.key, 'phone')] == ['', '+49 1'])


async def test_an_open_history_follows_what_others_write(clinic: Clinic, cast: Cast, clock: MovableClock, user: User) -> None:
    made = a_history(clinic, cast, clock)
    await user.open(ADDRESS)
    opened(user, 'phone')
    await sees(user, '3 versions')
    correct(clinic, cast.ines, made.key, 'phone', '+49 3')
    await sees(user, '4 versions')
    assert versions_of(user)[0][0] == '+49 3'


async def test_a_field_that_never_changed_has_no_history_until_it_does(clinic: Clinic, cast: Cast, user: User) -> None:
    made = a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    assert icon_of(user, 'city') is None
    correct(clinic, cast.ines, made.key, 'city', 'Köln')
    await until(lambda: icon_of(user, 'city') is not None)


async def test_whoever_may_not_change_a_field_reads_its_history_only(
        clinic: Clinic, cast: Cast, clock: MovableClock, user_as: OpenAs) -> None:
    a_history(clinic, cast, clock)
    vera = user_as(cast.vera)
    await vera.open(ADDRESS)
    opened(vera, 'phone')
    await sees(vera, '3 versions')
    await vera.should_not_see('Use this')


async def test_a_role_that_lost_the_notes_is_not_shown_their_history(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = a_patient(clinic, cast.jana, notes='secret one')
    correct(clinic, cast.jana, made.key, 'notes', 'secret two')
    await user.open(ADDRESS)
    monkeypatch.setattr('components.field_history.current_actor', lambda: cast.tom)
    opened(user, 'notes')
    await sees(user, NotPermitted.default)
    await user.should_not_see('2 versions')


async def test_long_texts_and_long_histories_are_clipped_with_a_way_to_see_all(clinic: Clinic, cast: Cast, user: User) -> None:
    made = a_patient(clinic, cast.jana)
    correct(clinic, cast.jana, made.key, 'notes', *(f'{number} ' + 'x' * 500 for number in range(AT_FIRST + 5)))
    await user.open(ADDRESS)
    opened(user, 'notes')
    await sees(user, 'Show 6 earlier')
    assert len(versions_of(user)) == AT_FIRST
    assert all(len(row[0]) == 201 for row in versions_of(user))
    press(user, min(user.find(kind=ui.button, content='Show all').elements, key=lambda button: button.id))
    await until(lambda: len(versions_of(user)[0][0]) > 500)
    user.find('Show 6 earlier').click()
    await until(lambda: len(versions_of(user)) == AT_FIRST + 6)


async def test_the_notes_of_an_entry_have_a_history_too(clinic: Clinic, cast: Cast, user: User) -> None:
    entry = an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key, notes='Plaque is flat.')
    await user.open('/patients/psr-20417/entries/1')
    opened(user, 'notes')
    await sees(user, '1 version')
    assert versions_of(user) == [
        ['Plaque is flat.', 'Changed by Jana König on 23 Nov 2026, 09:00', 'Now'],
        ['empty', 'Before 23 Nov 2026, 09:00', 'Use this']]
    assert stored(clinic, cast, entry.key, 'notes')[0].text == 'Plaque is flat.'


async def test_undo_of_a_text_that_is_still_being_stored_takes_back_that_text(clinic: Clinic, cast: Cast, user: User) -> None:
    made = a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    control = next(iter(user.find(marker='phone').elements))
    with user:
        control.set_value('one')
    await sees(user, 'Undo')
    user.find(marker='phone').trigger('blur')
    with user:
        control.set_value('two')
    user.find('Undo').click()
    user.find('Undo').click()
    await until(lambda: [version.text for version in stored(clinic, cast, made.key, 'phone')] == ['one', 'two', 'one'])
    await until(lambda: control.value == 'one')


async def test_undo_brings_back_the_patients_own_text_and_leaves_the_other_patient_alone(clinic: Clinic, cast: Cast, user: User) -> None:
    two = two_patients(clinic, cast.jana)
    await user.open(ADDRESS)
    control = next(iter(user.find(marker='phone').elements))
    with user:
        control.set_value('typed')
    await sees(user, 'Undo')
    assert phones(clinic, cast, two) == ['typed', two.paul.phones[-1]]
    user.find('Undo').click()
    await until(lambda: phones(clinic, cast, two) != ['typed', two.paul.phones[-1]])
    assert phones(clinic, cast, two) == [two.maria.phones[-1], two.paul.phones[-1]]
    await until(lambda: control.value == two.maria.phones[-1])
    opened(user, 'phone')
    await sees(user, '4 versions')
    first, second = two.maria.phones
    assert [row[0] for row in versions_of(user)] == [second, 'typed', second, first, 'empty']


async def test_a_field_says_saved_for_a_while_and_then_offers_undo_only(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    user.find(marker='phone').type('1')
    await sees(user, 'Undo')
    assert 'df-fresh' in field_of(user, 'phone').classes
    monkeypatch.setattr(field_marks, 'FRESH_S', 0)
    user.find(marker='phone').type('2')
    await until(lambda: 'df-fresh' not in field_of(user, 'phone').classes)
    await user.should_see('Undo')


async def test_the_stored_text_that_is_typed_again_takes_the_refusal_away(clinic: Clinic, cast: Cast, user: User) -> None:
    a_patient(clinic, cast.jana, birth_date='1980-03-14')
    await user.open(ADDRESS)
    control = next(iter(user.find(marker='date-of-birth').elements))
    for typed, refusal in (('31 Feb 1980', True), ('14 Mar 1980', False)):
        with user:
            control.set_value(typed)
        await until(lambda refusal=refusal: bool(control.props.get('aria-invalid')) == refusal)
    await asyncio.wait_for(settled(), 30)


def test_a_value_that_is_no_choice_is_read_as_it_stands() -> None:
    class Control:
        options = {'': 'Not recorded', 'female': 'Female'}
    field = Field(control=Control(), label=None, state=None, error=None, root=None)
    assert [as_shown(field, value) for value in ('female', 'gone', '', None)] == ['Female', 'gone', '', '']
