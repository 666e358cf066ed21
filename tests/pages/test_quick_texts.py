"""Quick texts: written under settings, appended where notes are written, and by nobody who may not."""
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from data.errors import Invalid
from data.models import Action
from data.repositories.audit import TrailView
from data.repositories.quick_texts import QuickTextRecord
from data.values import TEXT_LIMIT
from tests.cast import Cast
from tests.factories import a_patient, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees, until

ENTRY = '/patients/psr-20417/entries/1'


def a_quick_text(clinic: Clinic, cast: Cast, title: str, text: str) -> str:
    return clinic.change_now(cast.ines, lambda records: records.quick_texts.add(title, text))


def every(clinic: Clinic, cast: Cast) -> list[QuickTextRecord]:
    with clinic.reading(cast.ines) as records:
        return records.quick_texts.every()


def notes(clinic: Clinic, cast: Cast) -> str:
    with clinic.reading(cast.jana) as records:
        patient = records.patients.key_of('psr-20417')
        return records.entries.record(patient, 1).notes


def fields(user: User, name: str) -> list[Any]:
    """Return the fields of this name, in the order of the page."""
    with user:
        return [element for element in user.client.elements.values() if element.props.get('aria-label') == name]


def press(user: User, name: str) -> None:
    """Press what bears this accessible name, or these words."""
    with user:
        shown = [element for element in user.client.elements.values() if element.visible]
        found = ([one for one in shown if one.props.get('aria-label') == name]
                 or [one for one in shown if getattr(one, 'text', None) == name])
    UserInteraction(user, {found[-1]}, None).trigger('click')


async def test_a_quick_text_stands_at_the_end_of_what_was_typed_and_is_taken_back_by_undo(
        clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    a_quick_text(clinic, cast, 'Sun', 'Advised SPF 50 <daily>.\nReview in 12 weeks.')
    an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key, notes='Flat.')
    jana = user_as(cast.jana)
    await jana.open(ENTRY)
    field = jana.find(kind=ui.textarea, marker='notes')
    field.clear().type('Flat. Pale.')
    press(jana, 'Quick text')
    await sees(jana, 'Sun')
    press(jana, 'Sun')
    await until(lambda: notes(clinic, cast) == 'Flat. Pale.\nAdvised SPF 50 <daily>.\nReview in 12 weeks.')
    await sees(jana, 'Undo')
    press(jana, 'Undo')
    await until(lambda: notes(clinic, cast) == 'Flat. Pale.')


async def test_into_empty_notes_it_comes_without_an_empty_line(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    a_quick_text(clinic, cast, 'Sun', 'Advised SPF 50.')
    an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    jana = user_as(cast.jana)
    await jana.open(ENTRY)
    press(jana, 'Quick text')
    await sees(jana, 'Sun')
    press(jana, 'Sun')
    await until(lambda: notes(clinic, cast) == 'Advised SPF 50.')


async def test_what_does_not_fit_is_not_added_and_said(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    a_quick_text(clinic, cast, 'Sun', 'Advised SPF 50.')
    full = 'x' * (TEXT_LIMIT - 5)
    an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key, notes=full)
    jana = user_as(cast.jana)
    await jana.open(ENTRY)
    press(jana, 'Quick text')
    await sees(jana, 'Sun')
    press(jana, 'Sun')
    await sees(jana, '“Sun” does not fit')
    assert notes(clinic, cast) == full


async def test_without_any_the_menu_says_where_they_are_written(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    jana, ines = user_as(cast.jana), user_as(cast.ines)
    await jana.open(ENTRY)
    press(jana, 'Quick text')
    await sees(jana, 'An administrator writes them under Settings.')
    await ines.open(ENTRY)
    press(ines, 'Quick text')
    await sees(ines, 'Write the first one')


async def test_whoever_does_not_write_notes_is_offered_none(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    for person in (cast.vera, cast.tom):
        user = user_as(person)
        await user.open(ENTRY)
        await user.should_not_see('Quick text')


async def test_one_is_written_under_settings_moved_retired_and_offered_again(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    a_quick_text(clinic, cast, 'Sun', 'Advised SPF 50.')
    ines = user_as(cast.ines)
    await ines.open('/settings')
    press(ines, 'New quick text')
    await until(lambda: len(every(clinic, cast)) == 2)
    await until(lambda: len(fields(ines, 'Title')) == 2)
    title, words = fields(ines, 'Title')[-1], fields(ines, 'Text')[-1]
    UserInteraction(ines, {title}, None).clear().type('Review')
    UserInteraction(ines, {words}, None).type('See again in 12 weeks.')
    await until(lambda: [(one.title, one.text) for one in every(clinic, cast)][1] == ('Review', 'See again in 12 weeks.'))
    press(ines, 'Move Sun down')
    await until(lambda: [one.title for one in every(clinic, cast)] == ['Review', 'Sun'])
    await sees(ines, 'Retire')
    press(ines, 'Retire Sun')
    await sees(ines, 'Retired “Sun”.')
    with clinic.reading(cast.jana) as records:
        assert [one.title for one in records.quick_texts.offered()] == ['Review']
    await sees(ines, 'No longer offered')
    press(ines, 'Offer again: Sun')
    await until(lambda: all(one.retired_at is None for one in every(clinic, cast)))


async def test_a_taken_title_stays_in_its_field_and_is_refused(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    a_quick_text(clinic, cast, 'Sun', 'Advised SPF 50.')
    a_quick_text(clinic, cast, 'Review', 'See again.')
    ines = user_as(cast.ines)
    await ines.open('/settings')
    title = fields(ines, 'Title')[-1]
    UserInteraction(ines, {title}, None).clear().type('SÜN'.replace('Ü', 'U'))
    await sees(ines, 'is the title of another quick text')
    assert [one.title for one in every(clinic, cast)] == ['Sun', 'Review']


async def test_what_another_desk_adds_comes_in(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    ines = user_as(cast.ines)
    await ines.open('/settings')
    await sees(ines, 'No quick texts yet')
    a_quick_text(clinic, cast, 'Sun', 'Advised SPF 50.')
    await until(lambda: len(fields(ines, 'Title')) == 1)


async def test_only_the_practices_managers_come_to_the_settings(cast: Cast, user_as: OpenAs) -> None:
    for person in (cast.jana, cast.tom, cast.vera, cast.aino):
        with pytest.raises(AssertionError, match='got 403'):
            await user_as(person).open('/settings')


@pytest.mark.parametrize(('title', 'text'), [('', 'x'), ('   ', 'x'), ('x' * 81, 'x'), ('Sun', 'x'), ('sun ', 'x'), ('Long', 'x' * 4_001)])
def test_what_cannot_be_one_is_refused(clinic: Clinic, cast: Cast, title: str, text: str) -> None:
    a_quick_text(clinic, cast, 'Sun', 'Advised SPF 50.')
    with pytest.raises(Invalid):
        a_quick_text(clinic, cast, title, text)
    assert len(every(clinic, cast)) == 1


def test_a_title_that_was_given_to_another_meanwhile_keeps_a_retired_one_away(clinic: Clinic, cast: Cast) -> None:
    retired = a_quick_text(clinic, cast, 'Sun', 'Old.')
    clinic.change_now(cast.ines, lambda records: records.quick_texts.retire(retired))
    a_quick_text(clinic, cast, 'Sun', 'New.')
    with pytest.raises(Invalid):
        clinic.change_now(cast.ines, lambda records: records.quick_texts.restore(retired))


def test_each_act_is_an_event_and_none_holds_a_word_of_them(clinic: Clinic, cast: Cast) -> None:
    key = a_quick_text(clinic, cast, 'Canary title', 'Canary text')
    acts = (lambda records: records.quick_texts.amend(key, 'text', 'Canary again'), lambda records: records.quick_texts.arrange([key]),
            lambda records: records.quick_texts.retire(key), lambda records: records.quick_texts.restore(key))
    for act in acts:
        clinic.change_now(cast.ines, act)
    with clinic.reading(cast.ines) as records:
        told = [event.read() for event in records.audit.page(TrailView())]
    assert {action for action in Action if action.startswith('quick_text:')} <= {one['action'] for one in told}
    assert 'anary' not in str(told)
