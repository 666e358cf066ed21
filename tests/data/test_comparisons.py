"""Comparisons: which images, in which order, under which title."""
import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.clinic import Clinic
from data.arrangement import Arrangement, Recipe
from data.errors import ChangedMeanwhile, Conflict, Invalid, NotFound, NotPermitted
from data.models import Action, Layout
from data.repositories.audit import TrailView
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


@pytest.mark.parametrize(('field', 'text'), [
    ('title', 'x' * 121), ('layout', 'wheel'), ('position', '1'), ('arrangement', '{"size":9}'), ('arrangement', 'x')])
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


def grouped(clinic: Clinic, cast: Cast, visit: EntryRecord, count: int = 3) -> tuple[str, list[str]]:
    """Return a comparison of some of the visit's images and their keys in its order: the earliest first."""
    keys = [image.key for image in visit.images][::-1][:count]
    return a_comparison(clinic, cast.tom, visit.key, keys), keys


def shown(clinic: Clinic, cast: Cast, group: str) -> list[str]:
    with clinic.reading(cast.vera) as records:
        return [image.key for image in records.comparisons.one(group).images]


def test_the_baseline_is_whatever_is_put_first(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    group, keys = grouped(clinic, cast, visit)
    put = [keys[2], keys[0], keys[1]]
    clinic.change_now(cast.tom, lambda records: records.comparisons.order(group, put, seen=keys))
    assert shown(clinic, cast, group) == put


def test_an_order_that_someone_changed_meanwhile_is_not_overwritten(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    group, keys = grouped(clinic, cast, visit)
    clinic.change_now(cast.tom, lambda records: records.comparisons.order(group, keys[::-1], seen=keys))
    with pytest.raises(Conflict, match='meanwhile'):
        clinic.change_now(cast.jana, lambda records: records.comparisons.order(group, [keys[1], keys[0], keys[2]], seen=keys))
    assert shown(clinic, cast, group) == keys[::-1]


@pytest.mark.parametrize('change', [lambda keys: keys[:2], lambda keys: [keys[0], keys[0], keys[1]], lambda keys: [*keys, 'f' * 32]])
def test_an_order_is_of_the_photos_that_are_there(clinic: Clinic, cast: Cast, visit: EntryRecord,
                                                  change: Callable[[list[str]], list[str]]) -> None:
    group, keys = grouped(clinic, cast, visit)
    with pytest.raises(Invalid):
        clinic.change_now(cast.tom, lambda records: records.comparisons.order(group, change(keys), seen=keys))
    assert shown(clinic, cast, group) == keys


def test_two_people_who_each_add_one_both_have_theirs(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    group, keys = grouped(clinic, cast, visit, 2)
    other = visit.images[0].key
    for actor in (cast.tom, cast.jana):
        clinic.change_now(actor, lambda records: records.comparisons.add(group, [other]))
    assert shown(clinic, cast, group) == [*keys, other]


def test_another_patients_image_never_comes_into_a_group(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    group, keys = grouped(clinic, cast, visit)
    foreign = a_stored_image(clinic, cast.tom, a_patient(clinic, cast.jana, 'psr-2').key)
    with pytest.raises(NotFound):
        clinic.change_now(cast.tom, lambda records: records.comparisons.add(group, [foreign]))
    text = json.dumps({'beside': foreign, 'photos': {foreign: {'turn': 90}, keys[0]: {'turn': 90}}})
    saved = clinic.change_now(cast.tom, lambda records: records.comparisons.arrange(group, 'arrangement', text))
    assert (shown(clinic, cast, group), foreign in saved.text, keys[0] in saved.text) == (keys, False, True)


def test_a_withdrawn_photo_is_not_added(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    group, keys = grouped(clinic, cast, visit, 2)
    gone = visit.images[0].key
    clinic.change_now(cast.jana, lambda records: records.images.withdraw([gone], 'Blurred'))
    with pytest.raises(NotFound):
        clinic.change_now(cast.tom, lambda records: records.comparisons.add(group, [gone]))
    assert shown(clinic, cast, group) == keys


def test_a_photo_is_taken_out_and_the_pool_keeps_it_but_two_always_stay(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    group, keys = grouped(clinic, cast, visit)
    clinic.change_now(cast.tom, lambda records: records.comparisons.take_out(group, keys[0]))
    assert shown(clinic, cast, group) == keys[1:]
    for key, refusal in ((keys[0], NotFound), (keys[1], Invalid)):
        with pytest.raises(refusal):
            clinic.change_now(cast.tom, lambda records, key=key: records.comparisons.take_out(group, key))
    with clinic.reading(cast.vera) as records:
        assert keys[0] in {tile.key for tile in records.images.of(visit.patient)}


def test_a_deleted_comparison_is_shown_nowhere_takes_nothing_and_comes_back_whole(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    group, keys = grouped(clinic, cast, visit)
    before = read_again(clinic, cast, visit).groups
    clinic.change_now(cast.tom, lambda records: records.comparisons.remove(group))
    with clinic.reading(cast.vera) as records:
        assert (records.entries.of(visit.patient)[0].comparison_count, records.images.shown_in(keys)[0].comparisons) == (0, ())
    assert read_again(clinic, cast, visit).groups == []
    for act in (lambda r: r.comparisons.arrange(group, 'title', 'x'), lambda r: r.comparisons.add(group, keys),
                lambda r: r.comparisons.remove(group), lambda r: r.comparisons.one(group)):
        with pytest.raises(NotFound):
            clinic.change_now(cast.tom, act)
    clinic.change_now(cast.jana, lambda records: records.comparisons.restore(group))
    assert read_again(clinic, cast, visit).groups == before
    with pytest.raises(Conflict):
        clinic.change_now(cast.tom, lambda records: records.comparisons.restore(group))


def test_an_arrangement_is_one_version_and_one_event_per_burst_and_never_overwritten_in_silence(
        clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    group, _keys = grouped(clinic, cast, visit)
    for revision, text in enumerate(('{"size":2}', '{"size":3}', '{"size":3,"wipe":20}')):
        clinic.change_now(cast.tom, lambda records, revision=revision, text=text: records.comparisons.arrange(
            group, 'arrangement', text, expected_revision=revision, burst='b1'))
    with pytest.raises(ChangedMeanwhile):
        clinic.change_now(cast.jana, lambda records: records.comparisons.arrange(group, 'arrangement', '', expected_revision=2))
    with clinic.reading(cast.ines) as records:
        stored = records.comparisons.one(group)
        events = records.audit.page(TrailView(action=Action.COMPARISON_ARRANGE))
    assert (stored.arrangement.size, stored.arrangement.wipe, stored.revisions, len(events)) == (3, 20, {'arrangement': 3}, 1)


def test_a_withdrawn_photo_comes_back_to_what_was_done_to_it(clinic: Clinic, cast: Cast, visit: EntryRecord) -> None:
    group, keys = grouped(clinic, cast, visit)
    turned = json.dumps({'photos': {keys[0]: {'turn': 180}}})
    clinic.change_now(cast.tom, lambda records: records.comparisons.arrange(group, 'arrangement', turned))
    clinic.change_now(cast.jana, lambda records: records.images.withdraw([keys[0]], 'Blurred'))
    moved = json.dumps({'size': 2, 'photos': {keys[0]: {'turn': 180}}})
    clinic.change_now(cast.tom, lambda records: records.comparisons.arrange(group, 'arrangement', moved))
    clinic.change_now(cast.jana, lambda records: records.images.put_back([keys[0]]))
    with clinic.reading(cast.vera) as records:
        assert records.comparisons.one(group).arrangement == Arrangement(size=2, photos={keys[0]: Recipe(180)})
