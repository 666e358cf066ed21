"""Names and identifiers never go stale: a correction stands in every open page of the patient, wherever it was made."""
import pytest
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from data.repositories.tag_records import Tagged
from tests.cast import Cast
from tests.factories import a_patient, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees, until

PAGES = ('', '/images', '/details', '/entries/1')


def fragments(user: User) -> str:
    with user:
        return ''.join(element.content for element in user.client.elements.values() if isinstance(element, ui.html))


@pytest.mark.parametrize('page', PAGES)
async def test_a_correction_is_shown_in_the_whole_head_of_an_open_page(clinic: Clinic, cast: Cast, user_as: OpenAs, page: str):
    patient = a_patient(clinic, cast.jana, birth_date='1980-03-14')
    an_entry(clinic, cast.jana, patient.key)
    vera = user_as(cast.vera)
    await vera.open(f'/patients/psr-20417{page}')
    for name, text in (('family_name', 'Abendroth'), ('preferred_name', 'Mia'), ('birth_date', '1980-03-15')):
        clinic.change_now(cast.jana, lambda records, name=name, text=text: records.patients.correct(patient.key, name, text))
    # in the menu, and in the banner or the compact head
    await until(lambda: fragments(vera).count('Maria “Mia” Abendroth') == 2)
    assert 'born 15 Mar 1980' in fragments(vera)
    assert 'Gonzalez' not in fragments(vera)
    if page != '/entries/1':
        await sees(vera, 'Maria “Mia” Abendroth')


@pytest.mark.parametrize('page', PAGES)
async def test_every_page_of_a_patient_carries_their_tags_and_no_one_elses(clinic: Clinic, cast: Cast, user_as: OpenAs, page: str):
    patient, other = a_patient(clinic, cast.jana), a_patient(clinic, cast.jana, 'psr-1')
    an_entry(clinic, cast.jana, patient.key)
    with clinic.reading(cast.jana) as records:
        category = records.tags.vocabulary()[0].key
    acne, scar = (clinic.change_now(cast.jana, lambda records, name=name: records.tags.add(category, name)).key
                  for name in ('Acne', 'Scar'))
    clinic.change_now(cast.jana, lambda records: records.tags.assign(scar, Tagged.PATIENT, [other.key]))
    vera = user_as(cast.vera)
    await vera.open(f'/patients/psr-20417{page}')
    assert 'df-tag-name">Acne<' not in fragments(vera)
    clinic.change_now(cast.jana, lambda records: records.tags.assign(acne, Tagged.PATIENT, [patient.key]))
    await until(lambda: 'df-tag-name">Acne<' in fragments(vera))
    assert 'df-tag-name">Scar<' not in fragments(vera)


@pytest.mark.parametrize('page', PAGES)
async def test_an_open_page_goes_on_under_a_changed_unique_id(clinic: Clinic, cast: Cast, user_as: OpenAs, page: str):
    patient = a_patient(clinic, cast.jana)
    an_entry(clinic, cast.jana, patient.key)
    vera = user_as(cast.vera)
    await vera.open(f'/patients/psr-20417{page}')
    clinic.change_now(cast.jana, lambda records: records.patients.correct(patient.key, 'unique_id', 'psr-9'))
    await until(lambda: '>psr-9<' in fragments(vera) and 'psr-20417' not in fragments(vera))
    assert vera.client is not None
    assert ' · psr-9 · ' in (vera.client.title or '')
