"""Comparisons: which images, in which order, under which title."""
from datetime import timedelta

import pytest

from app.clinic import Clinic
from data.errors import ChangedMeanwhile, Invalid, NotFound, NotPermitted
from data.models import Layout
from data.repositories.entries import EntryRecord
from tests.cast import Cast
from tests.factories import CAPTURED, a_comparison, a_patient, a_stored_image, an_entry


@pytest.fixture
def visit(clinic: Clinic, cast: Cast) -> EntryRecord:
    """An entry of Maria's, whose pool holds three images: the latest was added first."""
    maria = a_patient(clinic, cast.jana).key
    images = [a_stored_image(clinic, cast.tom, maria, captured_at=CAPTURED - timedelta(days=days)) for days in (0, 30, 60)]
    return an_entry(clinic, cast.jana, maria, images=tuple(images))


def read_again(clinic: Clinic, cast: Cast, visit: EntryRecord) -> EntryRecord:
    with clinic.reading(cast.vera) as records:
        return records.entries.record(visit.patient, visit.number)


def test_the_earliest_is_the_baseline(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    keys = [image.key for image in visit.images]
    group = a_comparison(clinic, cast.tom, visit.key, keys[:2], title='  Left   cheek ')
    stored, = read_again(clinic, cast, visit).groups
    assert (stored.key, stored.title, stored.layout) == (group, 'Left cheek', Layout.SIDE_BY_SIDE)
    captured = {image.key: image.captured_local for image in visit.images}
    assert [image.key for image in stored.images] == sorted(keys[:2], key=captured.__getitem__)


def test_groups_stay_in_the_order_they_were_made(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    keys = [image.key for image in visit.images]
    made = [a_comparison(clinic, cast.tom, visit.key, chosen) for chosen in (keys, keys[:2], keys[1:])]
    assert [group.key for group in read_again(clinic, cast, visit).groups] == made
    with clinic.reading(cast.vera) as records:
        assert records.entries.of(visit.patient)[0].comparison_count == 3


@pytest.mark.parametrize('count', [0, 1])
def test_one_image_is_no_comparison(clinic: Clinic, cast: Cast, visit: EntryRecord, count: int) -> None:
    with pytest.raises(Invalid, match='two or more'):
        a_comparison(clinic, cast.tom, visit.key, [image.key for image in visit.images][:count])


def test_the_same_image_twice_is_no_comparison(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    with pytest.raises(Invalid):
        a_comparison(clinic, cast.tom, visit.key, [visit.images[0].key] * 2)


def test_another_patients_image_is_refused(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    foreign = a_stored_image(clinic, cast.tom, a_patient(clinic, cast.jana, 'psr-2').key)
    with pytest.raises(NotFound):
        a_comparison(clinic, cast.tom, visit.key, [visit.images[0].key, foreign])
    assert read_again(clinic, cast, visit).groups == []


def test_a_title_is_changed_like_every_field(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    group = a_comparison(clinic, cast.tom, visit.key, [image.key for image in visit.images], title='Cheek')
    saved = clinic.change_now(cast.tom, lambda records: records.comparisons.arrange(group, 'title', 'Left cheek', expected_revision=0))
    assert (saved.text, saved.revision) == ('Left cheek', 1)
    with pytest.raises(ChangedMeanwhile):
        clinic.change_now(cast.jana, lambda records: records.comparisons.arrange(group, 'title', 'Right cheek', expected_revision=0))
    stored, = read_again(clinic, cast, visit).groups
    assert (stored.title, stored.title_revision) == ('Left cheek', 1)


@pytest.mark.parametrize(('field', 'text'), [('title', 'x' * 121), ('layout', 'slider')])
def test_what_cannot_be_is_refused(clinic: Clinic, cast: Cast, visit: EntryRecord, field: str, text: str) -> None:
    group = a_comparison(clinic, cast.tom, visit.key, [image.key for image in visit.images])
    with pytest.raises(Invalid):
        clinic.change_now(cast.tom, lambda records: records.comparisons.arrange(group, field, text))


def test_a_viewer_compares_nothing(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    keys = [image.key for image in visit.images]
    group = a_comparison(clinic, cast.tom, visit.key, keys)
    for work in (lambda r: r.comparisons.group(visit.key, keys), lambda r: r.comparisons.arrange(group, 'title', 'x')):
        with pytest.raises(NotPermitted):
            clinic.change_now(cast.vera, work)


def test_a_group_that_is_not_there_is_not_found(clinic: Clinic, cast: Cast) -> None:
    with pytest.raises(NotFound):
        clinic.change_now(cast.jana, lambda records: records.comparisons.arrange('f' * 32, 'title', 'x'))
