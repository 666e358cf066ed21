"""What is read for one patient or one visit is theirs: visits, workspaces, comparisons, versions of fields, and where tags come from."""
import pytest

from app.clinic import Clinic
from data.models import Section
from data.read_models import Cover, ShownTag
from data.repositories.fields import FieldText
from tests.cast import Cast
from tests.two_patients import Two, two_patients


@pytest.fixture
def two(clinic: Clinic, cast: Cast) -> Two:
    return two_patients(clinic, cast.jana)


def test_a_timeline_holds_the_visits_of_one_patient_with_what_each_of_them_holds(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.vera) as records:
        for owner in two.both:
            assert [(row.key, row.number, row.appointment_at, row.notes_start, row.image_count, row.covers, row.comparison_count)
                    for row in records.entries.of(owner.key)] == [
                (visit.key, visit.number, visit.at, visit.notes, 1, (Cover(visit.image),), comparisons)
                for visit, comparisons in ((owner.second, 0), (owner.first, 1))]


def test_an_entry_is_that_visit_of_that_patient(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.vera) as records:
        for owner in two.both:
            for visit in (owner.first, owner.second):
                seen = records.entries.record(owner.key, visit.number)
                assert (seen.key, seen.patient, seen.number, seen.appointment_at, seen.notes) == (
                    visit.key, owner.key, visit.number, visit.at, visit.notes)
                assert seen.revisions == {'notes': 1, 'appointment_at': 1}


def test_a_workspace_holds_the_images_of_its_own_entry(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.vera) as records:
        for owner in two.both:
            for visit in (owner.first, owner.second):
                images = records.entries.record(owner.key, visit.number).images
                assert [(image.key, image.caption) for image in images] == [(visit.image, owner.captions[visit.image])]


def test_comparisons_are_those_of_the_entry_they_were_made_in(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.vera) as records:
        for owner in two.both:
            group, = records.entries.record(owner.key, owner.first.number).groups
            assert (group.key, group.title) == (owner.first.group, f'{owner.header.given_names} compared')
            assert [image.key for image in group.images] == [owner.first.image, owner.second.image]
            assert records.entries.record(owner.key, owner.second.number).groups == []


def test_a_section_is_left_open_in_its_own_entry(clinic: Clinic, cast: Cast, two: Two) -> None:
    clinic.change_now(cast.vera, lambda records: records.entries.remember_section(two.paul.second.key, Section.NOTES, is_open=False))
    with clinic.reading(cast.vera) as records:
        found = [records.entries.record(owner.key, visit.number).open_sections
                 for owner in two.both for visit in (owner.first, owner.second)]
    assert found == [{}, {}, {}, {Section.NOTES: False}]


def test_the_latest_text_and_the_history_of_a_field_are_those_of_its_patient(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.jana) as records:
        for owner in two.both:
            assert records.fields.latest(owner.key, 'phone') == FieldText(owner.phones[-1], len(owner.phones))
            assert [(version.version, version.text, version.who) for version in records.fields.history(owner.key, 'phone')] == [
                (number, text, 'Jana König') for number, text in reversed(list(enumerate(owner.phones, 1)))]


def test_the_latest_text_and_the_history_of_notes_are_those_of_their_visit(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.jana) as records:
        for visit in (visit for owner in two.both for visit in (owner.first, owner.second)):
            assert records.fields.latest(visit.key, 'notes') == FieldText(visit.notes, 1)
            assert [version.text for version in records.fields.history(visit.key, 'notes')] == [visit.notes]
        assert records.fields.latest(two.maria.key, 'notes') is None
        assert records.fields.history(two.maria.key, 'notes') == []


def test_revisions_are_those_of_their_patient(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.jana) as records:
        for owner in two.both:
            assert records.fields.revisions(owner.key) == {'phone': len(owner.phones)}
            assert records.fields.revisions_of([owner.key], 'phone') == {owner.key: len(owner.phones)}


def test_the_tags_of_a_patient_an_entry_and_an_image_are_their_own(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.vera) as records:
        for owner in two.both:
            assert records.tags.on_patient(owner.key) == tuple(
                ShownTag(tag, is_direct=False, entries=1, images=1) for tag in (two.psoriasis, two.watch))
            for tag, visit in ((two.psoriasis, owner.first), (two.watch, owner.second)):
                assert records.tags.on_entry(visit.key) == (ShownTag(tag, is_direct=True, images=1),)
                assert records.tags.on_images([visit.image]) == {visit.image: (ShownTag(tag, is_direct=True),)}


def test_a_tag_comes_from_visits_and_images_of_the_patient_that_bear_it(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.vera) as records:
        for owner in two.both:
            for tag, visit in ((two.psoriasis, owner.first), (two.watch, owner.second)):
                sources = records.tags.sources(tag.key, owner.key)
                assert sources.entries == [(visit.number, visit.at)]
                assert [image.key for image in sources.images] == [visit.image]
