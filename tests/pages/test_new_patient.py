"""The form that begins a record, through the simulated user and checked in the records."""
import pytest
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from data.models import Action
from data.patient_query import ListView
from data.repositories.audit import TrailView
from data.repositories.patient_list import ListPage
from tests.cast import Cast
from tests.factories import a_patient
from tests.pages.conftest import OpenAs
from tests.pages.waiting import HeldChanges, sees, until


def recognised(clinic: Clinic, cast: Cast) -> list[tuple[str, str]]:
    """Return who was shown whom as a possible duplicate: user and patient."""
    with clinic.reading(cast.ines) as records:
        events = [event.read() for event in records.audit.page(TrailView(action=Action.PATIENT_RECOGNISE))]
    return [(event['user'], event['patient']) for event in reversed(events)]


def everyone(clinic: Clinic, cast: Cast) -> ListPage:
    with clinic.reading(cast.ines) as records:
        return records.patients.page(ListView())


async def fill_in(user: User, **values: str) -> None:
    """Open the form, type, and press the button."""
    await user.open('/patients/new')
    for marker, value in values.items():
        user.find(kind=ui.input, marker=marker.replace('_', '-')).type(value)
    user.find('Create patient').click()


async def test_a_new_patient_is_created_and_opened(clinic: Clinic, cast: Cast, user: User):
    await fill_in(user, unique_id='PSR-7', family_name='Nwachukwu', given_names='Emeka', date_of_birth='3.4.1977')
    await sees(user, 'No visits yet. Start one when the patient arrives.')
    assert user.notify.contains('Patient created: Emeka Nwachukwu, psr-7')
    row, = everyone(clinic, cast).rows
    assert (row.unique_id, row.name, str(row.birth_on)) == ('psr-7', 'Emeka Nwachukwu', '1977-04-03')


async def test_a_double_click_creates_one_patient(clinic: Clinic, cast: Cast, user: User):
    await fill_in(user, unique_id='psr-7')
    user.find('Create patient').click()
    await sees(user, 'No visits yet. Start one when the patient arrives.')
    assert everyone(clinic, cast).total == 1


@pytest.mark.parametrize(('typed', 'sentence'), [
    ('', 'Use 2 to 32 characters.'), ('a', 'Use 2 to 32 characters.'), ('a' * 33, 'Use 2 to 32 characters.'),
    ('a b', 'Use letters, digits, - or _.'), ('a/b', 'Use letters, digits, - or _.'), ('zoë', 'Use letters, digits, - or _.'),
    ('😀😀', 'Use letters, digits, - or _.'), ('new', '“new” is reserved. Choose another ID.'),
])
async def test_a_bad_unique_id_is_one_sentence_under_the_field(clinic: Clinic, cast: Cast, user: User, typed: str, sentence: str):
    await fill_in(user, unique_id=typed, family_name='Nwachukwu')
    await sees(user, sentence)
    assert not user.notify.messages
    assert everyone(clinic, cast).total == 0


async def test_a_taken_unique_id_links_to_its_holder_and_creates_nothing(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.ines, 'psr-7', family_name='Nwachukwu', given_names='Emeka')
    await fill_in(user, unique_id='PSR-7')
    await sees(user, 'This ID is taken by Emeka Nwachukwu.')
    link = next(iter(user.find('Open record').elements))
    assert link.props['href'] == '/patients/psr-7'
    assert everyone(clinic, cast).total == 1
    assert recognised(clinic, cast) == [(cast.jana.user, everyone(clinic, cast).rows[0].key)]


async def test_the_form_begins_at_the_id_and_says_there_that_it_is_taken(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.ines, 'psr-7')
    await user.open('/patients/new')
    field, = user.find(kind=ui.input, marker='unique-id').elements
    assert 'autofocus' in field.props
    user.find(kind=ui.input, marker='unique-id').type('psr-7').trigger('blur')
    await sees(user, 'This ID is taken by Maria Gonzalez.')
    sentence, = user.find('This ID is taken by Maria Gonzalez.').elements
    assert field.parent_slot.parent in list(sentence.ancestors())


async def test_a_new_form_does_not_speak_of_what_was_there_before(user: User):
    await fill_in(user, unique_id='psr-7', family_name='x' * 121)
    await sees(user, 'Use at most 120 characters.')
    field, = user.find(kind=ui.input, marker='family-name').elements
    assert field.props['aria-invalid'] == 'true'
    await user.should_not_see('What was there before is kept.')


async def test_the_bearer_of_a_taken_id_is_named_after_an_event_of_it(
        clinic: Clinic, cast: Cast, user_as: OpenAs, monkeypatch: pytest.MonkeyPatch):
    emeka = a_patient(clinic, cast.ines, 'psr-7', family_name='Nwachukwu', given_names='Emeka')
    tom = user_as(cast.tom)
    await tom.open('/patients/new')
    held = HeldChanges(clinic, monkeypatch)
    tom.find(kind=ui.input, marker='unique-id').type('psr-7').trigger('blur')
    await held.held()
    await tom.should_not_see('This ID is taken')
    await held.let_go()
    await sees(tom, 'This ID is taken by Emeka Nwachukwu.')
    tom.find(kind=ui.input, marker='unique-id').trigger('blur')
    await sees(tom, 'This ID is taken by Emeka Nwachukwu.')
    assert recognised(clinic, cast) == [(cast.tom.user, emeka.key)]
    assert not clinic.viewings.covers(cast.tom.session, emeka.key)


async def test_the_same_name_and_birth_date_warn_and_do_not_block(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.ines, 'psr-7', birth_date='1980-03-14')
    await user.open('/patients/new')
    for marker, value in (('unique-id', 'psr-8'), ('family-name', 'gonzález'), ('given-names', 'Maria'), ('date-of-birth', '14 Mar 1980')):
        user.find(kind=ui.input, marker=marker).type(value).trigger('blur')
    await sees(user, 'Another patient has this name and birth date')
    assert recognised(clinic, cast) == [(cast.jana.user, everyone(clinic, cast).rows[0].key)]
    user.find('Create patient').click()
    await sees(user, 'No visits yet. Start one when the patient arrives.')
    assert everyone(clinic, cast).total == 2


async def test_a_date_of_birth_is_tidied_when_the_field_is_left_and_nonsense_stays(user: User):
    await user.open('/patients/new')
    field, = user.find(kind=ui.input, marker='date-of-birth').elements
    for typed, shown in (('14 march 1980', '14 Mar 1980'), ('some day', 'some day'), ('', '')):
        user.find(kind=ui.input, marker='date-of-birth').clear().type(typed).trigger('blur')
        await until(lambda shown=shown: field.value == shown)


async def test_hidden_characters_are_left_out_of_a_name_with_a_notice(clinic: Clinic, cast: Cast, user: User):
    await fill_in(user, unique_id='psr-7', family_name='Nwa\u200bchukwu')
    await sees(user, 'No visits yet. Start one when the patient arrives.')
    assert user.notify.contains('Invisible characters were left out of the name.')
    assert everyone(clinic, cast).rows[0].family_name == 'Nwachukwu'


async def test_a_photographer_is_asked_for_names_only(clinic: Clinic, cast: Cast, user_as: OpenAs):
    user = user_as(cast.tom)
    await fill_in(user, unique_id='psr-7', family_name='Nwachukwu')
    await sees(user, 'No visits yet. Start one when the patient arrives.')
    await user.open('/patients/new')
    await user.should_not_see(kind=ui.input, marker='date-of-birth')
