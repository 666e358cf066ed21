"""The list of patients and the form that begins a record, through the simulated user and checked in the records."""
import asyncio
import json

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from data.models import Action
from data.read_models import PatientHeader, TagLabel
from data.repositories.audit import TrailView
from data.repositories.tag_records import Tagged
from tests.cast import Cast
from tests.factories import a_patient, a_stored_image
from tests.pages.conftest import OpenAs
from tests.pages.waiting import HeldChanges, sees, until

NONE_YET = 'Create the first record and take a photo. An ID is all you need.'
NONE_MATCH = 'No patients match.'


def looks(clinic: Clinic, cast: Cast) -> list[dict]:
    """Return the details of the list's events, oldest first."""
    with clinic.reading(cast.ines) as records:
        return [json.loads(event.payload)['detail'] for event in records.audit.page(TrailView(action=Action.PATIENT_LIST))][::-1]


def fragments(user: User) -> str:
    return ''.join(element.content for element in user.find(kind=ui.html).elements)


def cards(user: User) -> str:
    """Return the cards alone, in their order."""
    shown = sorted(user.find(kind=ui.html).elements, key=lambda element: element.id)
    return ''.join(element.content for element in shown if 'df-few' in element.classes)


def press(user: User, name: str) -> None:
    """Press a button without text by its name."""
    element = next(one for one in user.client.elements.values() if one.props.get('aria-label') == name)
    UserInteraction(user, {element}, None).click()


def preferred(clinic: Clinic, cast: Cast, name: str) -> str:
    with clinic.reading(cast.jana) as records:
        return records.users.preference(name)


def a_worn_tag(clinic: Clinic, cast: Cast, *patients: PatientHeader, name: str = 'Psoriasis') -> TagLabel:
    """Make a tag and put it on patients."""
    with clinic.reading(cast.ines) as records:
        category = records.tags.vocabulary()[0].key
    tag = clinic.change_now(cast.ines, lambda records: records.tags.add(category, name))
    clinic.change_now(cast.ines, lambda records: records.tags.assign(tag.key, Tagged.PATIENT, [patient.key for patient in patients]))
    return tag


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
    cover = a_stored_image(clinic, cast.jana, alpha.key)
    await user.open('/patients?q=zulu')  # the cover is not named yet: the search has to write an event first
    held = HeldChanges(clinic, monkeypatch)
    user.find(kind=ui.input, marker='search').clear().type('alpha')
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
    user.find(marker='per-page-10').click()
    await until(lambda: preferred(clinic, cast, 'patients_per_page') == '10')
    await user.open('/patients')
    await sees(user, content='1–10 of 12')


async def test_cards_or_table_is_remembered(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.ines, 'psr-1')
    await user.open('/patients')
    assert 'df-card-name' in fragments(user)
    press(user, 'Table')
    await until(lambda: preferred(clinic, cast, 'patient_list') == 'table')
    assert 'df-card-name' not in fragments(user)
    await user.open('/patients')
    assert 'href="/patients?sort=name"' in fragments(user)
    assert '>Maria Gonzalez</a>' in fragments(user)


@pytest.mark.parametrize(('query', 'sentence'), [
    ('page=0', 'There is no page “0”: this is the first one.'), ('page=x', 'There is no page “x”: this is the first one.'),
    ('page=1000000000', 'There is no page 1,000,000,000: this is the last one.'),
    ('per_page=7', 'A page shows 10, 25, 50 or 100 patients, not “7”.'),
    ('sort=colour', 'The list cannot be sorted by “colour”. It is sorted by last modification.'),
    ('tags=psoriasis', 'There is no tag “psoriasis”. This filter is left out.'),
    ('entries=10-2', 'Entries: “10-2” begins above its end. This filter is left out.'),
    ('images=many', 'Images: “many” is no number and no range like 2-10. This filter is left out.'),
    ('seen=2026-11-23..2026-09-01', 'Last appointment: “2026-11-23..2026-09-01” ends before it begins. This filter is left out.'),
    ('modified=2026-02-30..',
     'Last modification: “2026-02-30..” is no range of days like 2026-09-01..2026-11-23. This filter is left out.'),
])
async def test_what_an_address_cannot_ask_for_is_said_and_left_out(clinic: Clinic, cast: Cast, user: User, query: str, sentence: str):
    a_patient(clinic, cast.ines)
    await user.open(f'/patients?{query}')
    await sees(user, 'Not everything in this address can be shown')
    await sees(user, sentence)
    await sees(user, content='1–1 of 1')


@pytest.mark.parametrize(('query', 'hits'), [
    ("'", 0), ('"', 0), ('%25', 0), ('_', 0), ('NEAR(', 0), ('😀', 0), ('*', 0), ('ß', 0), ('ö', 1), ('e%CC%81', 1), ('ı', 1), ('-', 1)])
async def test_no_search_is_too_strange(clinic: Clinic, cast: Cast, user: User, query: str, hits: int):
    a_patient(clinic, cast.ines, 'psr-1', family_name='González')
    await user.open(f'/patients?q={query}&sort=%00&tags={query}&entries={query}&seen={query}')
    await sees(user, *([] if hits else [NONE_MATCH]), content='1–1 of 1' if hits else 'Remove Search “')
    for sentence in ('The list cannot be sorted by “”.', 'There is no tag “', 'Entries: “', 'Last appointment: “'):
        await sees(user, sentence)


@pytest.mark.parametrize('query', ['%00', '%E2%80%AE', '%E2%80%8B%20'])
async def test_a_search_of_nothing_visible_is_no_search(clinic: Clinic, cast: Cast, user: User, query: str):
    a_patient(clinic, cast.ines)
    await user.open(f'/patients?q={query}')
    await sees(user, content='1–1 of 1')
    assert 'from 1 patient' not in fragments(user)
    assert looks(clinic, cast)[-1]['query_length'] == 0
    user.find(kind=ui.input, marker='search').clear().type('x\u200b\u202e')
    await sees(user, content='Remove Search “x”')


async def test_a_search_longer_than_any_name_is_cut_and_that_is_said(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.ines)
    await user.open(f'/patients?q={"x" * 10_000}')
    await sees(user, 'The search is longer than 200 characters. Its beginning is used.')
    await sees(user, NONE_MATCH)
    assert looks(clinic, cast)[-1]['query_length'] == 200


async def test_someone_elses_new_patient_is_named_and_counted_without_moving_anything(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr('components.patient_news._TOTALS_PAUSE_S', 0.1)
    a_patient(clinic, cast.ines, 'psr-1')
    await user.open('/patients')
    before = cards(user)
    a_patient(clinic, cast.ines, 'psr-2', family_name='Nwachukwu', given_names='Emeka')
    await sees(user, 'New: Emeka Nwachukwu')
    await sees(user, content='1–1 of 2')
    assert cards(user) == before
    for number in range(3, 6):
        a_patient(clinic, cast.ines, f'psr-{number}', family_name='Many')
    await sees(user, 'and 3 more')
    assert [look['hits'] for look in looks(clinic, cast)[1:]] == [1, 3]
    await sees(user, content='1–1 of 5')
    assert cards(user) == before


async def test_a_page_that_is_gone_reads_and_writes_nothing(clinic: Clinic, cast: Cast, user: User):
    a_stored_image(clinic, cast.jana, a_patient(clinic, cast.ines).key)
    client = await user.open('/patients?q=zulu')
    user.find(kind=ui.input, marker='search').clear().type('gon')
    client.delete()
    a_patient(clinic, cast.ines, 'psr-2')
    await until(lambda: not any(task.get_name() in ('narrowed list', 'live list') for task in asyncio.all_tasks()))
    assert [look.get('images') for look in looks(clinic, cast)] == [[]]


async def test_who_comes_to_fit_an_empty_result_is_an_event_before_being_shown(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch):
    patient = a_patient(clinic, cast.ines, family_name='Nwachukwu')
    await user.open('/patients?q=gon')
    held = HeldChanges(clinic, monkeypatch)
    clinic.change_now(cast.ines, lambda records: records.patients.correct(patient.key, 'family_name', 'Gonzalez'))
    await held.held()
    assert 'Gonzalez' not in fragments(user)
    await held.let_go()
    await until(lambda: 'Maria Gonzalez' in cards(user))
    assert looks(clinic, cast)[-1] == {'query_length': 3, 'hits': 1, 'images': []}


async def test_a_changed_patient_is_drawn_anew_where_it_stands(clinic: Clinic, cast: Cast, user: User):
    first, second = (a_patient(clinic, cast.ines, f'psr-{number}', family_name=f'No{number}') for number in (1, 2))
    await user.open('/patients?sort=name')
    await sees(user, content='No2')
    cover = a_stored_image(clinic, cast.ines, second.key)
    await until(lambda: f'/images/{cover}/thumb' in cards(user))
    assert looks(clinic, cast)[-1]['images'] == [cover]
    clinic.change_now(cast.ines, lambda records: records.patients.correct(first.key, 'family_name', 'Zulu'))
    await until(lambda: 'Zulu' in cards(user))
    assert cards(user).index('Zulu') < cards(user).index('No2')


async def test_the_trail_knows_which_filters_were_on_and_no_word_of_them(clinic: Clinic, cast: Cast, user: User):
    tag = a_worn_tag(clinic, cast, a_patient(clinic, cast.ines))
    await user.open('/patients?q=gon&tags=psoriasis&entries=-3&seen=..2030-01-01')
    assert looks(clinic, cast) == [
        {'query_length': 3, 'hits': 0, 'images': [], 'filters': ['seen', 'tags', 'entries'], 'tags': [tag.key]}]


async def test_an_empty_result_says_why_and_offers_each_way_out(clinic: Clinic, cast: Cast, user: User):
    a_worn_tag(clinic, cast, a_patient(clinic, cast.ines))
    await user.open('/patients?q=%3Cb%3E&tags=psoriasis&images=2-10&sort=name')
    await sees(user, NONE_MATCH)
    shown = fragments(user)
    assert 'href="/patients?sort=name&amp;tags=psoriasis&amp;images=2-10" aria-label="Remove Search “&lt;b&gt;”"' in shown
    assert 'href="/patients?q=%3Cb%3E&amp;sort=name&amp;images=2-10" aria-label="Remove Psoriasis"' in shown
    assert 'href="/patients?q=%3Cb%3E&amp;sort=name&amp;tags=psoriasis" aria-label="Remove 2–10 images"' in shown
    assert 'href="/patients?sort=name">Clear all' in shown


async def test_the_first_patient_appears_in_an_empty_list(clinic: Clinic, cast: Cast, user: User):
    await user.open('/patients')
    await sees(user, NONE_YET)
    a_patient(clinic, cast.ines)
    await sees(user, content='Maria Gonzalez')


async def test_a_search_without_a_result_finds_who_comes_later_and_that_is_an_event(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.ines, 'psr-1', family_name='Nwachukwu', given_names='Emeka')
    await user.open('/patients?q=gon')
    await sees(user, NONE_MATCH)
    a_patient(clinic, cast.ines, 'psr-2')
    await until(lambda: 'Maria Gonzalez' in cards(user))
    assert looks(clinic, cast)[1:] == [{'query_length': 0, 'hits': 1}, {'query_length': 3, 'hits': 1, 'images': []}]


async def test_names_are_text_in_the_list(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.ines, family_name='<img src=x onerror=alert(1)>', given_names='{{7*7}}')
    await user.open('/patients')
    await sees(user, content='{{7*7}} &lt;img src=x onerror=alert(1)&gt;')
    assert '<img src=x' not in fragments(user)


@pytest.mark.parametrize(('who', 'address'), [('vera', '/patients/new'), ('aino', '/patients'), ('aino', '/patients/new')])
async def test_what_a_role_may_not_open_is_refused_in_words_and_in_the_trail(clinic: Clinic, cast: Cast, user_as: OpenAs, who: str,
                                                                             address: str):
    answer = await user_as(getattr(cast, who)).http_client.get(address, headers={'Accept': 'text/html'})
    assert answer.status_code == 403
    assert 'Your role does not allow this. Ask an administrator.' in answer.text
    clinic.change_now(cast.ines, lambda records: None)  # refused looks are written in their turn: this waits for them
    with clinic.reading(cast.ines) as records:
        assert [event.read()['user'] for event in records.audit.page(TrailView(action=Action.ACCESS_REFUSE))] == [getattr(cast, who).user]
