"""The list of patients and the form that begins a record, through the simulated user and checked in the records."""
import json

import pytest
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from data.models import Action
from data.patient_query import ListView
from data.repositories.audit import TrailView
from data.repositories.patient_list import ListPage
from tests.cast import Cast
from tests.factories import a_patient, a_stored_image
from tests.pages.conftest import OpenAs
from tests.pages.waiting import HeldChanges, sees, until

NONE_YET = 'Create the first record and take a photo. An ID is all you need.'
NONE_MATCH = 'No patients match. Clear a filter or search by ID.'


def looks(clinic: Clinic, cast: Cast) -> list[dict]:
    """Return the details of the list's events, oldest first."""
    with clinic.reading(cast.ines) as records:
        return [json.loads(event.payload)['detail'] for event in records.audit.page(TrailView(action=Action.PATIENT_LIST))][::-1]


def recognised(clinic: Clinic, cast: Cast) -> list[tuple[str, str]]:
    """Return who was shown whom as a possible duplicate: user and patient."""
    with clinic.reading(cast.ines) as records:
        events = [event.read() for event in records.audit.page(TrailView(action=Action.PATIENT_RECOGNISE))]
    return [(event['user'], event['patient']) for event in reversed(events)]


def everyone(clinic: Clinic, cast: Cast) -> ListPage:
    with clinic.reading(cast.ines) as records:
        return records.patients.page(ListView())


def fragments(user: User) -> str:
    return ''.join(element.content for element in user.find(kind=ui.html).elements)


async def fill_in(user: User, **values: str) -> None:
    """Open the form, type, and press the button."""
    await user.open('/patients/new')
    for marker, value in values.items():
        user.find(kind=ui.input, marker=marker.replace('_', '-')).type(value)
    user.find('Create patient').click()


async def test_a_practice_without_patients_says_how_to_begin(cast: Cast, user: User, user_as: OpenAs):
    await user.open('/patients')
    await sees(user, 'No patients yet')
    await sees(user, NONE_YET)
    await sees(user, 'New patient')
    viewer = user_as(cast.vera)
    await viewer.open('/patients')
    await sees(viewer, NONE_YET)
    await viewer.should_not_see('New patient')


async def test_opening_the_list_is_one_event_without_any_word(clinic: Clinic, cast: Cast, user: User):
    cover = a_stored_image(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    await user.open('/patients?q=Gonz')
    await sees(user, content='Maria Gonzalez')
    assert looks(clinic, cast) == [{'query_length': 4, 'hits': 1, 'images': [cover]}]
    assert (await user.http_client.get(f'/images/{cover}/thumb')).status_code == 200
    with clinic.reading(cast.ines) as records:
        assert records.audit.page(TrailView(action=Action.IMAGE_VIEW)) == []


async def test_a_search_shows_what_matches_and_says_of_how_many(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana, 'psr-1', family_name='König', given_names='Jana')
    a_patient(clinic, cast.jana, 'psr-2', family_name='Nwachukwu', given_names='Emeka')
    await user.open('/patients')
    await sees(user, content='1–2 of 2')
    user.find(kind=ui.input, marker='search').type('KONI')
    await sees(user, content='1–1 of 1')
    assert 'from 2 patients' in fragments(user)
    assert 'Emeka' not in fragments(user)
    user.find(kind=ui.input, marker='search').type('zz')
    await sees(user, NONE_MATCH)


async def test_an_answer_that_was_overtaken_while_its_event_was_written_is_dropped(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch):
    alpha = a_patient(clinic, cast.jana, 'psr-1', family_name='Alpha', given_names='')
    a_patient(clinic, cast.jana, 'psr-2', family_name='Zulu', given_names='')
    await user.open('/patients')
    cover = a_stored_image(clinic, cast.jana, alpha.key)  # not named yet: the search has to write an event first
    held = HeldChanges(clinic, monkeypatch)
    user.find(kind=ui.input, marker='search').type('alpha')
    await held.held()
    assert cover not in fragments(user)
    user.find(kind=ui.input, marker='search').clear().type('zulu')
    await until(lambda: 'Zulu' in fragments(user) and 'Alpha' not in fragments(user))
    await held.let_go()
    assert 'Zulu' in fragments(user)
    assert 'Alpha' not in fragments(user)


async def test_a_search_is_an_event_even_when_the_page_goes(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana)
    client = await user.open('/patients')
    user.find(kind=ui.input, marker='search').type('gon')
    await sees(user, content='from 1 patient')
    user.find(kind=ui.input, marker='search').type('x')
    await sees(user, NONE_MATCH)
    client.delete()
    await until(lambda: looks(clinic, cast)[-1] == {'query_length': 4, 'hits': 0})


async def test_enter_on_an_exact_unique_id_opens_that_patient(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana, 'psr-1')
    a_patient(clinic, cast.jana, 'psr-12')
    await user.open('/patients')
    search = user.find(kind=ui.input, marker='search')
    search.type('PSR-1')
    search.trigger('keydown.enter')
    await sees(user, 'No visits yet. Start one when the patient arrives.')
    assert user.back_history[-1] == '/patients/psr-1'


async def test_the_address_carries_page_and_size(clinic: Clinic, cast: Cast, user: User):
    for number in range(12):
        a_patient(clinic, cast.jana, f'p-{number:02}')
    await user.open('/patients?page=2&per_page=10')
    await sees(user, content='11–12 of 12')
    assert 'href="/patients?per_page=10"' in fragments(user)
    await user.open('/patients?page=x&per_page=7')
    await sees(user, content='1–12 of 12')


async def test_someone_elses_new_patient_is_named_without_a_reload(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.ines, 'psr-1')
    await user.open('/patients')
    before = fragments(user)
    a_patient(clinic, cast.ines, 'psr-2', family_name='Nwachukwu', given_names='Emeka')
    await sees(user, 'New: Emeka Nwachukwu')
    assert fragments(user) == before
    for number in range(3, 6):
        a_patient(clinic, cast.ines, f'psr-{number}', family_name='Many')
    await sees(user, 'and 3 more')
    assert sum(look['hits'] for look in looks(clinic, cast)[1:]) == 4


async def test_the_first_patient_appears_in_an_empty_list(clinic: Clinic, cast: Cast, user: User):
    await user.open('/patients')
    await sees(user, NONE_YET)
    a_patient(clinic, cast.ines)
    await sees(user, content='Maria Gonzalez')


async def test_names_are_text_in_the_list(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.ines, family_name='<img src=x onerror=alert(1)>', given_names='{{7*7}}')
    await user.open('/patients')
    await sees(user, content='{{7*7}} &lt;img src=x onerror=alert(1)&gt;')
    assert '<img src=x' not in fragments(user)


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


@pytest.mark.parametrize(('who', 'address'), [('vera', '/patients/new'), ('aino', '/patients'), ('aino', '/patients/new')])
async def test_what_a_role_may_not_open_is_refused_in_words_and_in_the_trail(clinic: Clinic, cast: Cast, user_as: OpenAs, who: str,
                                                                             address: str):
    answer = await user_as(getattr(cast, who)).http_client.get(address, headers={'Accept': 'text/html'})
    assert answer.status_code == 403
    assert 'Your role does not allow this. Ask an administrator.' in answer.text
    clinic.change_now(cast.ines, lambda records: None)  # refused looks are written in their turn: this waits for them
    with clinic.reading(cast.ines) as records:
        assert [event.read()['user'] for event in records.audit.page(TrailView(action=Action.ACCESS_REFUSE))] == [getattr(cast, who).user]
