"""Possible duplicates: who looks alike, when they were last seen, and who was told apart from whom."""
from datetime import date

import pytest

from app.clinic import Clinic
from data.errors import Invalid, NotPermitted
from data.models import Action
from data.repositories.audit import TrailView
from data.repositories.lookalikes import Lookalike
from data.repositories.patients import read_draft
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_patient, an_entry

NAMED = {'family_name': 'Gonzalez', 'given_names': 'Maria', 'birth_date': '1980-03-14'}


def twins(clinic: Clinic, cast: Cast, *names: str) -> list[str]:
    return [a_patient(clinic, cast.jana, name, **NAMED).key for name in names]


def alike(clinic: Clinic, cast: Cast, but_for: str = '', **typed: str) -> list[Lookalike]:
    with clinic.reading(cast.jana) as records:
        return records.lookalikes.of(read_draft({'unique_id': 'zz', **NAMED, **typed}), but_for=but_for)


def test_the_same_folded_name_and_birth_date_are_alike(clinic: Clinic, cast: Cast) -> None:
    twins(clinic, cast, 'one')
    a_patient(clinic, cast.jana, 'two', **{**NAMED, 'preferred_name': 'Mia'})
    a_patient(clinic, cast.jana, 'three', **{**NAMED, 'given_names': 'Maria Luz'})
    a_patient(clinic, cast.jana, 'four', **{**NAMED, 'birth_date': '1980-03-15'})
    a_patient(clinic, cast.jana, 'five', family_name='', given_names='Gonzalez Maria', birth_date='1980-03-14')
    assert [found.unique_id for found in alike(clinic, cast, family_name='GONZÁLEZ ', given_names='maria')] == ['one', 'two', 'five']
    assert [found.unique_id for found in alike(clinic, cast, given_names='Maria Luz')] == ['three']


def test_when_someone_was_last_seen_is_not_a_day_ahead(clinic: Clinic, cast: Cast, clock: MovableClock) -> None:
    one, _two = twins(clinic, cast, 'one', 'two')
    an_entry(clinic, cast.jana, one)
    clock.move(days=2)
    planned = an_entry(clinic, cast.jana, one)
    clinic.change_now(cast.jana, lambda records: records.entries.amend(planned.key, 'appointment_at', '2027-03-01 10:00'))
    assert [(found.unique_id, found.last_seen_on) for found in alike(clinic, cast)] == [('one', date(2026, 11, 23)), ('two', None)]


@pytest.mark.parametrize('order', [(0, 1), (1, 0)])
def test_two_who_were_told_apart_are_alike_to_neither(clinic: Clinic, cast: Cast, order: tuple[int, int]) -> None:
    keys = twins(clinic, cast, 'one', 'two', 'three')
    for _ in range(2):
        clinic.change_now(cast.jana, lambda records: records.lookalikes.tell_apart(keys[order[0]], keys[order[1]]))
    assert [[found.unique_id for found in alike(clinic, cast, key)] for key in keys] == [['three'], ['three'], ['one', 'two']]
    assert len(alike(clinic, cast)) == 3  # somebody new may be any of them
    with clinic.reading(cast.ines) as records:
        event, = records.audit.page(TrailView(action=Action.PATIENT_DISTINGUISH))
    assert (event.read()['patient'], event.read()['detail']) == (keys[order[0]], {'other': keys[order[1]]})


def test_telling_apart_is_taken_back_from_either_side(clinic: Clinic, cast: Cast) -> None:
    one, two = twins(clinic, cast, 'one', 'two')
    clinic.change_now(cast.jana, lambda records: records.lookalikes.tell_apart(one, two))
    for _ in range(2):
        clinic.change_now(cast.jana, lambda records: records.lookalikes.liken(two, one))
    assert [found.key for found in alike(clinic, cast, one)] == [two]
    with clinic.reading(cast.ines) as records:
        assert len(records.audit.page(TrailView(action=Action.PATIENT_LIKEN))) == 1


def test_nobody_is_told_apart_from_themselves_nor_by_whom_it_is_not_up_to(clinic: Clinic, cast: Cast) -> None:
    one, two = twins(clinic, cast, 'one', 'two')
    with pytest.raises(Invalid):
        clinic.change_now(cast.jana, lambda records: records.lookalikes.tell_apart(one, one))
    for actor in (cast.tom, cast.vera):
        with pytest.raises(NotPermitted):
            clinic.change_now(actor, lambda records: records.lookalikes.tell_apart(one, two))
    assert [found.key for found in alike(clinic, cast, one)] == [two]
