"""Numbers of other systems: added, corrected, removed and put back, with their events; and who else bears one."""
import pytest

from app.clinic import Clinic
from app.consistency import inconsistencies
from data.errors import ChangedMeanwhile, Invalid, NotFound, NotPermitted
from data.models import Action
from data.patient_query import ListView
from data.records import Changed, Records
from data.repositories.audit import TrailView
from data.repositories.identifiers import NUMBERS, IdentifierRecord
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_patient


def a_number(clinic: Clinic, cast: Cast, patient: str, system: str = 'Hospital', value: str = '0448') -> str:
    return clinic.change_now(cast.jana, lambda records: records.identifiers.add(patient, system, value))


def numbers(clinic: Clinic, cast: Cast, patient: str) -> list[IdentifierRecord]:
    with clinic.reading(cast.vera) as records:
        return records.identifiers.of(patient)


def test_a_number_is_stored_with_its_system_and_its_event_names_keys_only(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana).key
    key = a_number(clinic, cast, patient, ' St.  Mary\u200b ', '\u202e0448-2217')
    assert numbers(clinic, cast, patient) == [IdentifierRecord(key, 'St. Mary', '0448-2217', {})]
    with clinic.reading(cast.ines) as records:
        event, = records.audit.page(TrailView(action=Action.IDENTIFIER_ADD))
    assert (event.read()['subject'], event.read()['patient'], event.read()['detail']) == (key, patient, {})
    assert 'Mary' not in event.payload


def test_the_same_request_adds_one_number(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana).key
    keys = {clinic.change_now(cast.jana, lambda records: records.identifiers.add(patient, request_key='once')) for _ in range(2)}
    assert [record.key for record in numbers(clinic, cast, patient)] == list(keys)


def test_a_number_is_corrected_field_by_field_with_history(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana).key
    key = a_number(clinic, cast, patient)
    clinic.change_now(cast.jana, lambda records: records.identifiers.correct(key, 'value', '0449', expected_revision=0))
    assert numbers(clinic, cast, patient) == [IdentifierRecord(key, 'Hospital', '0449', {'value': 1})]
    with clinic.reading(cast.ines) as records:
        assert [version.text for version in records.fields.history(key, 'value')] == ['0449', '0448']
        event, = records.audit.page(TrailView(action=Action.IDENTIFIER_CORRECT))
        assert list(inconsistencies(records)) == []
    assert (event.read()['detail'], event.read()['patient']) == ({'field': 'value', 'version': 2}, patient)


@pytest.mark.parametrize(('field', 'left'), [('system', ('Insurer', '0448')), ('value', ('Hospital', 'Insurer'))])
def test_one_field_is_changed_and_not_the_other(clinic: Clinic, cast: Cast, field: str, left: tuple[str, str]) -> None:
    patient = a_patient(clinic, cast.jana).key
    key = a_number(clinic, cast, patient)
    clinic.change_now(cast.jana, lambda records: records.identifiers.correct(key, field, 'Insurer'))
    assert [(record.system, record.value) for record in numbers(clinic, cast, patient)] == [left]


def test_a_stale_correction_is_refused_with_both_texts(clinic: Clinic, cast: Cast) -> None:
    key = a_number(clinic, cast, a_patient(clinic, cast.jana).key)
    clinic.change_now(cast.ines, lambda records: records.identifiers.correct(key, 'value', 'hers', expected_revision=0))
    with pytest.raises(ChangedMeanwhile) as refused:
        clinic.change_now(cast.jana, lambda records: records.identifiers.correct(key, 'value', 'mine', expected_revision=0))
    assert (refused.value.mine, refused.value.theirs) == ('mine', 'hers')


@pytest.mark.parametrize(('field', 'text'), [('system', 'x' * 81), ('value', 'x' * 65), ('patient_id', '2'), ('key', 'x')])
def test_what_cannot_be_stored_is_refused(clinic: Clinic, cast: Cast, field: str, text: str) -> None:
    patient = a_patient(clinic, cast.jana).key
    key = a_number(clinic, cast, patient)
    with pytest.raises(Invalid):
        clinic.change_now(cast.jana, lambda records: records.identifiers.correct(key, field, text))
    assert numbers(clinic, cast, patient) == [IdentifierRecord(key, 'Hospital', '0448', {})]


def test_a_removed_number_comes_back_under_its_own_key_with_its_history(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana).key
    key = a_number(clinic, cast, patient)
    clinic.change_now(cast.jana, lambda records: records.identifiers.correct(key, 'value', '0449'))
    gone = clinic.change_now(cast.jana, lambda records: records.identifiers.remove(key))
    assert numbers(clinic, cast, patient) == []
    with pytest.raises(NotFound, match='removed meanwhile'):
        clinic.change_now(cast.ines, lambda records: records.identifiers.correct(key, 'value', '1'))
    for _ in range(2):
        clinic.change_now(cast.jana, lambda records: records.identifiers.restore(patient, gone))
    assert numbers(clinic, cast, patient) == [gone]
    with clinic.reading(cast.ines) as records:
        assert list(inconsistencies(records)) == []
        found = [event.read()['subject'] for event in records.audit.page(TrailView(patient=patient))[:4]]
    assert found == [key] * 4  # added, corrected, removed, added again: twice the same restores once


def test_a_removed_number_comes_back_where_it_was_whatever_was_added_meanwhile(clinic: Clinic, cast: Cast) -> None:
    patient, other = a_patient(clinic, cast.jana).key, a_patient(clinic, cast.jana, 'psr-9').key
    keys = [a_number(clinic, cast, patient, 'Hospital', value) for value in ('1', '2')]
    for number, key in enumerate(tuple(keys)):  # the second is the last row of its table: nobody else's may take its place
        gone = clinic.change_now(cast.jana, lambda records, key=key: records.identifiers.remove(key))
        a_number(clinic, cast, other, 'Hospital', f'other {number}')
        keys.append(a_number(clinic, cast, patient, 'Hospital', f'later {number}'))
        clinic.change_now(cast.jana, lambda records, gone=gone: records.identifiers.restore(patient, gone))
        assert [record.key for record in numbers(clinic, cast, patient)] == keys


def test_open_pages_hear_of_numbers_that_come_and_go(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana).key

    def come_and_go(records: Records) -> list[Changed]:
        records.identifiers.remove(records.identifiers.add(patient, 'Hospital', '1'))
        return records.changes
    heard = clinic.change_now(cast.jana, come_and_go)
    assert [(change.subject, change.field) for change in heard] == [(patient, NUMBERS)] * 2


def test_a_number_moves_the_day_of_the_last_change(clinic: Clinic, cast: Cast, clock: MovableClock) -> None:
    patient = a_patient(clinic, cast.jana).key
    later = clock.move(minutes=5)
    a_number(clinic, cast, patient)
    with clinic.reading(cast.jana) as records:
        assert records.patients.row(patient).last_modified == later


@pytest.mark.parametrize('who', ['tom', 'vera'])
def test_only_who_may_write_patients_changes_numbers(clinic: Clinic, cast: Cast, who: str) -> None:
    patient, actor = a_patient(clinic, cast.jana).key, getattr(cast, who)
    key = a_number(clinic, cast, patient)
    gone = IdentifierRecord('f' * 32, 'Hospital', '9', {})
    for act in (lambda records: records.identifiers.add(patient, 'Hospital', '1'), lambda records: records.identifiers.remove(key),
                lambda records: records.identifiers.correct(key, 'value', '1'),
                lambda records: records.identifiers.restore(patient, gone)):
        with pytest.raises(NotPermitted):
            clinic.change_now(actor, act)
    assert [record.key for record in numbers(clinic, cast, patient)] == [key]


def test_who_else_bears_a_number_of_the_same_system(clinic: Clinic, cast: Cast) -> None:
    keys = [a_patient(clinic, cast.jana, name).key for name in ('one', 'two', 'three', 'four')]
    texts = [('Hôpital', 'ab-1'), ('hopital', 'AB-1'), ('Insurer', 'ab-1'), ('Hôpital', 'ab-2')]
    mine = [a_number(clinic, cast, key, *text) for key, text in zip(keys, texts, strict=True)]
    with clinic.reading(cast.jana) as records:
        assert [[header.unique_id for header in records.identifiers.also_of(key)] for key in mine] == [['two'], ['one'], [], []]


def test_a_number_that_is_not_filled_in_is_nobody_elses(clinic: Clinic, cast: Cast) -> None:
    mine = [a_number(clinic, cast, a_patient(clinic, cast.jana, name).key, system, value)
            for name, system, value in (('one', '', '1'), ('two', '', '1'), ('three', 'A', ''), ('four', 'A', ''))]
    with clinic.reading(cast.jana) as records:
        assert [records.identifiers.also_of(key) for key in mine] == [[]] * 4


def test_the_systems_in_use_are_offered_most_used_first(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana).key
    for number, system in enumerate(('Insurer', 'Hospital', 'Hospital', '')):
        a_number(clinic, cast, patient, system, str(number))
    with clinic.reading(cast.vera) as records:
        assert records.identifiers.systems() == ['Hospital', 'Insurer']


def test_the_search_of_the_list_does_not_search_numbers(clinic: Clinic, cast: Cast) -> None:
    a_number(clinic, cast, a_patient(clinic, cast.jana).key, 'Hospital', '0448-2217')
    with clinic.reading(cast.jana) as records:
        assert records.patients.page(ListView(q='0448')).rows == []
