"""A view of the list, found and found again: from the records, as little as it takes."""
import pytest

from app.clinic import Clinic
from components.patient_finding import find, find_again
from data.patient_query import ListView
from data.read_models import TagLabel
from data.repositories.tag_records import Tagged
from tests.cast import Cast
from tests.factories import a_patient


@pytest.fixture
def worn(clinic: Clinic, cast: Cast) -> TagLabel:
    """A tag, Face, on the first of two patients."""
    first = a_patient(clinic, cast.ines, 'psr-1')
    a_patient(clinic, cast.ines, 'psr-2')
    tag = clinic.change_now(cast.ines, lambda records: records.tags.add(records.tags.vocabulary()[0].key, 'Face'))
    clinic.change_now(cast.ines, lambda records: records.tags.assign(tag.key, Tagged.PATIENT, [first.key]))
    return tag


@pytest.mark.usefixtures('worn')
def test_found_again_the_rows_stay_in_their_order_and_the_totals_are_those_of_now(clinic: Clinic, cast: Cast):
    with clinic.reading(cast.ines) as records:
        shown = find(records, ListView('psr'))
    a_patient(clinic, cast.ines, 'psr-3')
    with clinic.reading(cast.ines) as records:
        anew, totals = find_again(records, shown), find_again(records, shown, has_new_rows=False)
    assert [row.key for row in anew.page.rows] == [row.key for row in shown.page.rows]
    assert (anew.page.total, anew.page.everyone, totals.page.total, totals.page.everyone) == (3, 3, 3, 3)
    assert totals.page.rows is shown.page.rows


def test_an_empty_page_is_filled_when_someone_fits_by_now(clinic: Clinic, cast: Cast):
    with clinic.reading(cast.ines) as records:
        empty = find(records, ListView('gon'))
        assert find_again(records, empty, has_new_rows=False) == empty
    a_patient(clinic, cast.ines)
    with clinic.reading(cast.ines) as records:
        assert [row.name for row in find_again(records, empty, has_new_rows=False).page.rows] == ['Maria Gonzalez']


def test_a_known_tag_is_the_one_that_was_meant_whatever_is_called_so_by_now(clinic: Clinic, cast: Cast, worn: TagLabel):
    with clinic.reading(cast.ines) as records:
        shown = find(records, ListView(tags=('face',)))
        category = records.tags.vocabulary()[0].key
    clinic.change_now(cast.ines, lambda records: records.tags.rename(worn.key, 'Visage'))
    clinic.change_now(cast.ines, lambda records: records.tags.add(category, 'Face'))
    with clinic.reading(cast.ines) as records:
        assert find(records, shown.view, shown.labels).view.tags == ('visage',)
        assert find_again(records, shown).view.tags == ('visage',)
        assert find(records, shown.view).page.total == 0


@pytest.mark.usefixtures('worn')
def test_what_is_kept_of_a_page_names_its_patients_and_can_be_found_again(clinic: Clinic, cast: Cast):
    with clinic.reading(cast.ines) as records:
        found = find(records, ListView(tags=('face',)))
        assert [(row.key, row.name, row.tags) for row in found.kept.page.rows] == [(found.page.rows[0].key, found.page.rows[0].name, ())]
        assert find_again(records, found.kept) == found
