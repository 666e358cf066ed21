"""Identifiers on the details page: added, typed, taken off and put back, live in other browsers; what another patient bears is told."""
import re
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from components.hidden_characters import HIDDEN_IN_NUMBER
from data.actors import Permission
from data.models import Action
from data.repositories.audit import TrailView
from data.repositories.identifiers import IdentifierRecord
from tests.cast import Cast
from tests.factories import a_patient
from tests.pages.conftest import OpenAs
from tests.pages.waiting import HeldChanges, sees, settled, until

ADDRESS = '/patients/psr-20417/details'


def a_number(clinic: Clinic, cast: Cast, patient: str, system: str = 'Hospital', value: str = '0448') -> str:
    return clinic.change_now(cast.jana, lambda records: records.identifiers.add(patient, system, value))


def stored(clinic: Clinic, cast: Cast, patient: str) -> list[IdentifierRecord]:
    with clinic.reading(cast.jana) as records:
        return records.identifiers.of(patient)


def texts(clinic: Clinic, cast: Cast, patient: str) -> list[tuple[str, str]]:
    return [(record.system, record.value) for record in stored(clinic, cast, patient)]


def controls(user: User, marker: str) -> list[Any]:
    return sorted(user.find(marker=marker).elements, key=lambda element: element.id)


def shown(user: User) -> list[tuple[str, str]]:
    """Return the rows that stand on the page."""
    try:
        return [(system.value, number.value)
                for system, number in zip(controls(user, 'system'), controls(user, 'number'), strict=True)]
    except AssertionError:
        return []


def answers(user: User) -> None:
    """Let the browser answer what its fields hold."""
    user.javascript_rules[re.compile('return getComputedProp')] = lambda _: None


def put(user: User, control: Any, value: str) -> None:
    with user:
        control.set_value(value)


async def test_an_identifier_is_added_and_stored_as_it_is_typed(clinic: Clinic, cast: Cast, user: User) -> None:
    made = a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    user.find('Add identifier').click()
    await until(lambda: shown(user) == [('', '')])
    put(user, controls(user, 'system')[0], 'Royal Larkfield Hospital')
    put(user, controls(user, 'number')[0], '88-1204')
    await until(lambda: texts(clinic, cast, made.key) == [('Royal Larkfield Hospital', '88-1204')])
    await sees(user, content='Saved 09:00')


async def test_two_clicks_before_the_first_is_stored_add_one(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    held = HeldChanges(clinic, monkeypatch)
    user.find('Add identifier').click()
    user.find('Add identifier').click()
    await held.held(2)
    await held.let_go()
    assert texts(clinic, cast, made.key) == [('', '')]
    assert shown(user) == [('', '')]


async def test_a_removed_identifier_is_named_and_comes_back_with_undo(clinic: Clinic, cast: Cast, user: User) -> None:
    made = a_patient(clinic, cast.jana)
    a_number(clinic, cast, made.key)
    kept = stored(clinic, cast, made.key)
    await user.open(ADDRESS)
    remove(user)
    await sees(user, 'Removed Hospital 0448.')
    assert (stored(clinic, cast, made.key), shown(user)) == ([], [])
    user.find('Undo').click()
    await until(lambda: shown(user) == [('Hospital', '0448')])
    assert stored(clinic, cast, made.key) == kept


def remove(user: User, number: int = 0) -> None:
    buttons = [element for element in user.find(kind=ui.button).elements if element.props.get('aria-label') == 'Remove identifier']
    listener = next(iter(buttons[number]._event_listeners.values()))
    with user:
        buttons[number]._handle_event({'listener_id': listener.id, 'args': {}})


async def test_rows_come_go_and_change_in_other_browsers_without_touching_the_one_in_use(
        clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    made = a_patient(clinic, cast.jana)
    first = a_number(clinic, cast, made.key)
    reader = user_as(cast.vera)
    await reader.open(ADDRESS)
    answers(reader)
    mine = controls(reader, 'number')[0]
    second = a_number(clinic, cast, made.key, 'Insurer', 'Q1')
    await until(lambda: shown(reader) == [('Hospital', '0448'), ('Insurer', 'Q1')])
    clinic.change_now(cast.ines, lambda records: records.identifiers.correct(second, 'value', 'Q2'))
    await until(lambda: shown(reader) == [('Hospital', '0448'), ('Insurer', 'Q2')])
    clinic.change_now(cast.ines, lambda records: records.identifiers.remove(second))
    await until(lambda: shown(reader) == [('Hospital', '0448')])
    assert controls(reader, 'number')[0] is mine
    assert [record.key for record in stored(clinic, cast, made.key)] == [first]


async def test_what_was_typed_into_a_row_that_someone_removed_stays_and_is_refused_in_words(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = a_patient(clinic, cast.jana)
    key = a_number(clinic, cast, made.key)
    await user.open(ADDRESS)
    answers(user)
    held = HeldChanges(clinic, monkeypatch)
    put(user, controls(user, 'number')[0], '0448-typed')
    await held.held()
    clinic.change_now(cast.ines, lambda records: records.identifiers.remove(key))
    await held.let_go()
    await sees(user, 'This identifier was removed meanwhile.')
    await sees(user, 'Someone removed this identifier')
    user.find(marker='number').trigger('blur')
    await settled()
    assert shown(user) == [('Hospital', '0448-typed')]
    remove(user)
    await until(lambda: shown(user) == [])


async def test_a_row_that_someone_removed_stays_while_it_is_used_and_goes_when_it_is_left(clinic: Clinic, cast: Cast, user: User) -> None:
    made = a_patient(clinic, cast.jana)
    first, second = a_number(clinic, cast, made.key), a_number(clinic, cast, made.key, 'Insurer', 'Q1')
    await user.open(ADDRESS)
    answers(user)
    user.find(marker='number').trigger('focus')
    gone = clinic.change_now(cast.ines, lambda records: records.identifiers.remove(first))
    await sees(user, 'Someone removed this identifier')
    a_number(clinic, cast, made.key, 'Study', '7')
    await until(lambda: shown(user) == [('Hospital', '0448'), ('Insurer', 'Q1'), ('Study', '7')])
    clinic.change_now(cast.ines, lambda records: records.identifiers.restore(made.key, gone))
    await until(lambda: 'Someone removed this identifier' not in words(user))
    clinic.change_now(cast.ines, lambda records: records.identifiers.remove(first))
    await sees(user, 'Someone removed this identifier')
    user.find(marker='number').trigger('blur')
    await until(lambda: shown(user) == [('Insurer', 'Q1'), ('Study', '7')])
    assert stored(clinic, cast, made.key)[0].key == second


def words(user: User) -> list[str]:
    return [getattr(element, 'text', '') for element in user.find(kind=ui.element).elements]


async def test_a_row_stays_until_the_browser_says_what_its_fields_hold(clinic: Clinic, cast: Cast, user: User) -> None:
    made = a_patient(clinic, cast.jana)
    key = a_number(clinic, cast, made.key)
    await user.open(ADDRESS)
    asked: list[str] = []
    user.javascript_rules[re.compile('return getComputedProp')] = lambda match: asked.append(match.string) or put(
        user, controls(user, 'number')[0], '0448-late')
    clinic.change_now(cast.ines, lambda records: records.identifiers.remove(key))
    await sees(user, 'This identifier was removed meanwhile.')
    assert (shown(user), bool(asked)) == ([('Hospital', '0448-late')], True)


async def test_what_was_typed_just_before_a_row_is_removed_comes_back_with_undo(clinic: Clinic, cast: Cast, user: User) -> None:
    made = a_patient(clinic, cast.jana)
    a_number(clinic, cast, made.key)
    await user.open(ADDRESS)
    put(user, controls(user, 'number')[0], '0449')
    put(user, controls(user, 'number')[0], '04490')
    remove(user)
    await sees(user, 'Removed Hospital 04490.')
    user.find('Undo').click()
    await until(lambda: shown(user) == [('Hospital', '04490')])


async def test_another_bearer_of_the_number_is_named_after_an_event_and_blocks_nothing(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made, other = a_patient(clinic, cast.jana), a_patient(clinic, cast.jana, 'psr-9', family_name='Nwachukwu')
    a_number(clinic, cast, made.key, 'Hospital', '1')
    a_number(clinic, cast, other.key, 'hospital', '2')
    await user.open(ADDRESS)
    await settled()
    await user.should_not_see('Another patient has this number')
    put(user, controls(user, 'number')[0], '2')
    await sees(user, 'Another patient has this number')
    await sees(user, 'psr-9')
    with clinic.reading(cast.ines) as records:
        event, = records.audit.page(TrailView(action=Action.PATIENT_RECOGNISE))
    assert (event.read()['user'], event.read()['patient']) == (cast.jana.user, other.key)
    assert texts(clinic, cast, made.key) == [('Hospital', '2')]
    put(user, controls(user, 'number')[0], '3')
    await until(lambda: not any(getattr(element, 'text', '') == 'Another patient has this number'
                                for element in user.find(kind=ui.element).elements))


async def test_invisible_characters_are_left_out_with_a_notice(clinic: Clinic, cast: Cast, user: User) -> None:
    made = a_patient(clinic, cast.jana)
    a_number(clinic, cast, made.key)
    await user.open(ADDRESS)
    put(user, controls(user, 'number')[0], '04\u200b48\u202e-1')
    await until(lambda: HIDDEN_IN_NUMBER in user.notify.messages)
    await until(lambda: texts(clinic, cast, made.key) == [('Hospital', '0448-1')])


async def test_the_systems_in_use_are_offered(clinic: Clinic, cast: Cast, user: User) -> None:
    made, other = a_patient(clinic, cast.jana), a_patient(clinic, cast.jana, 'psr-9')
    a_number(clinic, cast, made.key)
    a_number(clinic, cast, other.key, 'Insurer', 'Q')
    await user.open(ADDRESS)
    user.find(marker='system').trigger('focus')
    await until(lambda: {element.props['value'] for element in user.find(kind=ui.element).elements if element.tag == 'option'}
                == {'Hospital', 'Insurer'})


@pytest.mark.parametrize('who', ['tom', 'vera'])
async def test_a_role_that_may_not_write_reads_identifiers_only(clinic: Clinic, cast: Cast, user_as: OpenAs, who: str) -> None:
    a_number(clinic, cast, a_patient(clinic, cast.jana).key)
    actor = getattr(cast, who)
    assert not actor.may(Permission.PATIENT_WRITE)
    user = user_as(actor)
    await user.open(ADDRESS)
    assert shown(user) == [('Hospital', '0448')]
    assert all(control.props.get('readonly') for marker in ('system', 'number') for control in controls(user, marker))
    await user.should_not_see('Add identifier')
