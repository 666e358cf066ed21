"""The patient database: what may be stored, who may store it, what is found, and what the trail says."""
import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.clinic import Clinic
from data.actors import Actor
from data.errors import ChangedMeanwhile, Invalid, NotFound, NotPermitted, Refusal, UniqueIdTaken
from data.models import Action
from data.patient_query import ListView
from data.read_models import PatientHeader
from data.records import Records
from data.repositories.patient_list import ListPage
from data.repositories.patients import EVERY_PATIENT, SHOWN_FIGURES, read_draft
from data.values import TEXT_LIMIT
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_patient, a_stored_image, an_entry


def events(clinic: Clinic, cast: Cast, action: Action) -> list[dict]:
    with clinic.reading(cast.ines) as records:
        return [json.loads(payload) for _, payload, _, _ in records.audit.links() if json.loads(payload)['action'] == action]


def listed(clinic: Clinic, actor: Actor, **view: object) -> ListPage:
    with clinic.reading(actor) as records:
        return records.patients.page(ListView(**view))


def header(clinic: Clinic, actor: Actor, unique_id: str) -> PatientHeader:
    with clinic.reading(actor) as records:
        return records.patients.header(records.patients.key_of(unique_id))


def correct(clinic: Clinic, actor: Actor, key: str, field: str, text: str, **more: object):
    return clinic.change_now(actor, lambda records: records.patients.correct(key, field, text, **more))


def test_only_the_unique_id_is_required(clinic: Clinic, cast: Cast):
    made = clinic.change_now(cast.jana, lambda records: records.patients.register(read_draft({'unique_id': 'AB'})))
    assert (made.unique_id, made.name, made.birth_on) == ('ab', 'ab', None)
    assert clinic.vault.patient_key(made.key)


def test_a_registration_names_its_fields_but_not_what_stands_in_them(clinic: Clinic, cast: Cast):
    made = a_patient(clinic, cast.jana, 'psr-1', birth_date='14 Mar 1980')
    event, = events(clinic, cast, Action.PATIENT_REGISTER)
    assert event['subject'] == event['patient'] == made.key
    assert event['detail'] == {'fields': ['birth_date', 'family_name', 'given_names', 'unique_id']}
    assert 'Gonzalez' not in json.dumps(event)
    assert 'psr-1' not in json.dumps(event)


def test_a_taken_unique_id_is_refused_and_nothing_is_stored(clinic: Clinic, cast: Cast):
    a_patient(clinic, cast.jana, 'psr-1', family_name='Nwachukwu', given_names='Emeka')
    with pytest.raises(UniqueIdTaken) as refused:
        a_patient(clinic, cast.jana, 'PSR-1', family_name='Other')
    assert str(refused.value) == 'This ID is taken by Emeka Nwachukwu.'
    assert refused.value.holder == 'psr-1'
    assert listed(clinic, cast.jana).total == 1
    assert len(events(clinic, cast, Action.PATIENT_REGISTER)) == 1


def test_the_same_request_creates_one_patient(clinic: Clinic, cast: Cast):
    draft = read_draft({'unique_id': 'psr-1'})
    first, second = (clinic.change_now(cast.jana, lambda records: records.patients.register(draft, request_key='one')) for _ in range(2))
    assert first.key == second.key
    assert listed(clinic, cast.jana).total == 1
    assert len(events(clinic, cast, Action.PATIENT_REGISTER)) == 1


def test_names_are_stored_as_typed_without_hidden_characters(clinic: Clinic, cast: Cast):
    made = a_patient(clinic, cast.jana, family_name='<img onerror=alert(1)>', given_names='{{7*7}}\u202e\u200b')
    assert made.name == '{{7*7}} <img onerror=alert(1)>'


@pytest.mark.parametrize(('field', 'text', 'sentence'), [
    ('unique_id', 'a b', 'Use letters, digits, - or _.'), ('birth_date', 'soon', 'Use a date like 14 Mar 1980.'),
    ('family_name', 'x' * 121, 'Use at most 120 characters. What was there before is kept.'), ('sex', 'x', 'Choose one of the list.'),
    ('skin_type', 'VII', 'Choose one of the list.'), ('key', 'x', 'There is no such field.'),
    ('notes', 'x' * (TEXT_LIMIT + 1), 'Use at most 150,000 characters. What was there before is kept.'),
])
def test_what_cannot_be_stored_is_refused_in_one_sentence(clinic: Clinic, cast: Cast, field: str, text: str, sentence: str):
    made = a_patient(clinic, cast.jana)
    with pytest.raises(Invalid) as refused:
        correct(clinic, cast.jana, made.key, field, text)
    assert str(refused.value) == sentence
    assert header(clinic, cast.jana, 'psr-20417') == made


def test_a_correction_is_kept_versioned_audited_and_told(clinic: Clinic, cast: Cast, clock: MovableClock):
    made = a_patient(clinic, cast.jana)
    clock.move(minutes=5)
    saved = correct(clinic, cast.ines, made.key, 'family_name', ' Gonzales ', expected_revision=0, burst='b')
    assert (saved.text, saved.revision, saved.is_new_version) == ('Gonzales', 1, True)
    with clinic.reading(cast.ines) as records:
        record = records.patients.record(made.key)
        assert record.values['family_name'] == 'Gonzales'
        assert record.revisions == {'family_name': 1}
        assert [version.text for version in records.fields.history(made.key, 'family_name')] == ['Gonzales', 'Gonzalez']
        assert records.patients.page(ListView()).rows[0].last_modified == clock.now
    event, = events(clinic, cast, Action.PATIENT_CORRECT)
    assert event['detail'] == {'field': 'family_name', 'version': saved.version}


def test_an_old_revision_is_a_conflict_and_overwrites_nothing(clinic: Clinic, cast: Cast):
    made = a_patient(clinic, cast.jana)
    correct(clinic, cast.ines, made.key, 'phone', '1', expected_revision=0)
    with pytest.raises(ChangedMeanwhile) as refused:
        correct(clinic, cast.jana, made.key, 'phone', '2', expected_revision=0)
    assert (refused.value.mine, refused.value.theirs, refused.value.who) == ('2', '1', 'Dr Ines Weber')


def test_a_corrected_unique_id_keeps_leading_here_and_stays_reserved(clinic: Clinic, cast: Cast):
    made = a_patient(clinic, cast.jana, 'old-1')
    correct(clinic, cast.jana, made.key, 'unique_id', 'NEW-1')
    assert header(clinic, cast.vera, 'old-1').unique_id == 'new-1'
    with clinic.reading(cast.vera) as records:
        assert records.patients.bearer(' OLD-1 ') == 'new-1'
        assert records.patients.bearer('nobody') is None
    with pytest.raises(UniqueIdTaken):
        a_patient(clinic, cast.jana, 'old-1')
    other = a_patient(clinic, cast.jana, 'other-1', family_name='Other')
    with pytest.raises(UniqueIdTaken):
        correct(clinic, cast.jana, other.key, 'unique_id', 'old-1')


def test_a_patient_may_take_its_former_id_back(clinic: Clinic, cast: Cast):
    made = a_patient(clinic, cast.jana, 'old-1')
    for unique_id in ('new-1', 'old-1', 'new-1'):
        correct(clinic, cast.jana, made.key, 'unique_id', unique_id)
    assert header(clinic, cast.jana, 'old-1').unique_id == 'new-1'


def test_a_photographer_names_patients_and_changes_nothing_else(clinic: Clinic, cast: Cast):
    made = a_patient(clinic, cast.tom)
    assert correct(clinic, cast.tom, made.key, 'given_names', 'Mary').text == 'Mary'
    for field in ('birth_date', 'phone', 'notes', 'sex'):
        with pytest.raises(NotPermitted):
            correct(clinic, cast.tom, made.key, field, '')
    with pytest.raises(NotPermitted):
        a_patient(clinic, cast.tom, 'other-1', birth_date='14 Mar 1980')
    with clinic.reading(cast.tom) as records:
        assert records.patients.record(made.key).values['notes'] == ''


def test_notes_are_kept_from_who_may_not_read_them(clinic: Clinic, cast: Cast):
    made = a_patient(clinic, cast.jana, notes='Allergic to tape')
    for actor, notes in ((cast.vera, 'Allergic to tape'), (cast.tom, '')):
        with clinic.reading(actor) as records:
            assert records.patients.record(made.key).values['notes'] == notes


def test_a_viewer_changes_nothing(clinic: Clinic, cast: Cast):
    made = a_patient(clinic, cast.jana)
    with pytest.raises(NotPermitted):
        a_patient(clinic, cast.vera, 'other-1')
    with pytest.raises(NotPermitted):
        correct(clinic, cast.vera, made.key, 'given_names', 'Mary')


def test_an_auditor_finds_nobody(clinic: Clinic, cast: Cast):
    a_patient(clinic, cast.jana)
    refused = []
    for unique_id in ('psr-20417', 'nobody'):
        with pytest.raises(Refusal) as error:
            header(clinic, cast.aino, unique_id)
        refused.append((type(error.value), str(error.value)))
    assert refused[0] == refused[1]
    with pytest.raises(NotPermitted):
        listed(clinic, cast.aino)


def test_a_missing_patient_is_not_found(clinic: Clinic, cast: Cast):
    with pytest.raises(NotFound):
        header(clinic, cast.jana, 'nobody')


@pytest.mark.parametrize('q', ['psr-1', 'PSR', '0_4', 'konig', 'KÖNIG', 'oni', 'jana konig', 'konig jana', ' jan  ig '])
def test_a_search_finds_any_part_folded(clinic: Clinic, cast: Cast, q: str):
    a_patient(clinic, cast.jana, 'psr-10_4', family_name='König', given_names='Jana')
    a_patient(clinic, cast.jana, 'other', family_name='Nwachukwu', given_names='Emeka')
    found = listed(clinic, cast.jana, q=q)
    assert [row.unique_id for row in found.rows] == ['psr-10_4']
    assert (found.total, found.everyone) == (1, 2)


@pytest.mark.parametrize('q', ['%', '_', 'jana nwachukwu', '\\', "' or 1=1 --", 'x' * 10_000])
def test_a_search_has_no_wildcards(clinic: Clinic, cast: Cast, q: str):
    a_patient(clinic, cast.jana, 'ab', family_name='König', given_names='Jana')
    a_patient(clinic, cast.jana, 'cd', family_name='Nwachukwu', given_names='Emeka')
    assert listed(clinic, cast.jana, q=q).total == 0


def test_the_list_pages_with_the_last_modified_first(clinic: Clinic, cast: Cast, clock: MovableClock):
    for number in range(12):
        clock.move(minutes=1)
        a_patient(clinic, cast.jana, f'p-{number:02}')
    last = listed(clinic, cast.jana, page=99, per_page=10)
    assert ([row.unique_id for row in last.rows], last.page, last.total) == (['p-01', 'p-00'], 2, 12)
    assert listed(clinic, cast.jana, page=-3, per_page=10).rows[0].unique_id == 'p-11'


def test_a_row_carries_what_a_card_shows(clinic: Clinic, cast: Cast):
    made = a_patient(clinic, cast.jana, preferred_name='Mia', birth_date='1980-03-14')
    keys = [a_stored_image(clinic, cast.jana, made.key) for _ in range(4)]
    an_entry(clinic, cast.jana, made.key)
    row, = listed(clinic, cast.vera).rows
    assert (row.name, row.image_count, row.entry_count, str(row.birth_on)) == ('Maria “Mia” Gonzalez', 4, 1, '1980-03-14')
    assert row.last_appointment is not None
    assert len(row.covers) == 3
    assert {cover.key for cover in row.covers} < set(keys)
    assert header(clinic, cast.vera, made.unique_id).cover == row.covers[0].key


def test_a_patient_is_found_by_a_former_id(clinic: Clinic, cast: Cast):
    made = a_patient(clinic, cast.jana, 'old-1')
    a_patient(clinic, cast.jana, 'other-1')
    clinic.change_now(cast.jana, lambda records: records.patients.correct(made.key, 'unique_id', 'fresh-7'))
    for q in ('OLD-1', 'fresh-7'):
        assert [row.unique_id for row in listed(clinic, cast.vera, q=q).rows] == ['fresh-7']
    assert [row.unique_id for row in listed(clinic, cast.vera, q='old-').rows] == ['fresh-7']
    assert listed(clinic, cast.vera, q='old-1fresh').rows == []


def test_who_is_found_by_a_former_id_alone_says_so(clinic: Clinic, cast: Cast):
    made = a_patient(clinic, cast.jana, 'old-1')
    clinic.change_now(cast.jana, lambda records: records.patients.correct(made.key, 'unique_id', 'fresh-7'))
    for q, formerly in (('OLD-', 'old-1'), ('gonzalez old', 'old-1'), ('fresh-7', ''), ('gonz', ''), ('', '')):
        assert [row.formerly for row in listed(clinic, cast.vera, q=q).rows] == [formerly]
    with clinic.reading(cast.vera) as records:
        assert [row.formerly for row in records.patients.rows([made.key], 'old')] == ['old-1']
        assert [row.formerly for row in records.patients.rows([made.key])] == ['']


def test_the_same_name_and_birth_date_look_alike(clinic: Clinic, cast: Cast):
    made = a_patient(clinic, cast.jana, 'one', family_name='González', given_names='María', birth_date='1980-03-14')
    a_patient(clinic, cast.jana, 'two', family_name='Gonzalez', given_names='Maria', birth_date='1981-03-14')
    typed = {'unique_id': 'xx', 'family_name': 'GONZALEZ', 'given_names': 'Maria', 'birth_date': '14 Mar 1980'}
    with clinic.reading(cast.jana) as records:
        assert [found.unique_id for found in records.lookalikes.of(read_draft(typed))] == ['one']
        assert records.lookalikes.of(read_draft(typed), but_for=made.key) == []
        assert records.lookalikes.of(read_draft({**typed, 'birth_date': ''})) == []
        assert records.lookalikes.of(read_draft({'unique_id': 'xx', 'birth_date': '14 Mar 1980'})) == []


async def test_a_new_patient_is_told_to_every_list(clinic: Clinic, cast: Cast):
    heard = []
    clinic.loop = asyncio.get_running_loop()
    clinic.hub.subscribe(EVERY_PATIENT, heard.append)
    made = await clinic.change(cast.jana, lambda records: records.patients.register(read_draft({'unique_id': 'ab'})))
    await clinic.change(cast.jana, lambda records: records.patients.correct(made.key, 'phone', '1').text)
    assert [(change.field, change.who) for change in heard] == [(made.key, cast.jana.user)]


async def test_what_a_row_shows_is_told_when_it_changes_and_notes_are_not(clinic: Clinic, cast: Cast):
    heard = []
    made = a_patient(clinic, cast.jana)
    entry = an_entry(clinic, cast.jana, made.key).key
    clinic.loop = asyncio.get_running_loop()
    clinic.hub.subscribe(SHOWN_FIGURES, lambda change: heard.append(change.field))

    async def told(act: Callable[[Records], Any]) -> int:
        heard.clear()
        await clinic.change(cast.jana, lambda records: act(records) and None)
        return len(heard) if set(heard) <= {made.key} else -1

    assert await told(lambda records: records.patients.correct(made.key, 'family_name', 'Other')) == 1
    assert await told(lambda records: records.patients.correct(made.key, 'birth_date', '14 Mar 1981')) == 1
    assert await told(lambda records: records.entries.open(made.key)) == 1
    assert await told(lambda records: records.entries.amend(entry, 'appointment_at', '2027-01-05T10:00')) == 1
    assert await told(lambda records: records.entries.amend(entry, 'notes', 'x')) == 0
    assert await told(lambda records: records.patients.correct(made.key, 'notes', 'x')) == 0
    assert await told(lambda records: records.patients.correct(made.key, 'phone', '1')) == 0
