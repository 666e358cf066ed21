"""Photographs that leave a pool: withdrawn and put back, moved and moved back. Whoever looks finds them in one place or in none."""
from collections.abc import Callable

import pytest
from sqlmodel import select

from app.clinic import Clinic
from app.consistency import inconsistencies
from app.integrity import Findings, check_figures
from data.actors import Actor
from data.errors import Conflict, Invalid, NotFound, NotPermitted
from data.models import Action, DepartedImage, Image
from data.patient_query import ListView
from data.records import Changed, Records
from data.repositories.audit import TrailView
from data.repositories.comparisons import GroupRecord
from data.repositories.entries import EntryRecord
from data.repositories.left_images import Left, Relocation
from data.repositories.tag_records import Tagged
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_move, a_patient, a_stored_image
from tests.two_patients import Owner, Two, two_patients


@pytest.fixture
def two(clinic: Clinic, cast: Cast) -> Two:
    return two_patients(clinic, cast.jana)


def withdraw(clinic: Clinic, actor: Actor, *keys: str, because: str = 'Blurred') -> None:
    clinic.change_now(actor, lambda records: records.images.withdraw(keys, because))


def put_back(clinic: Clinic, actor: Actor, *keys: str) -> None:
    clinic.change_now(actor, lambda records: records.images.put_back(keys))


def pool(clinic: Clinic, cast: Cast, owner: Owner) -> list[str]:
    with clinic.reading(cast.vera) as records:
        return [tile.key for tile in records.images.of(owner.key)]


def visit(clinic: Clinic, cast: Cast, owner: Owner, number: int = 1) -> EntryRecord:
    with clinic.reading(cast.vera) as records:
        return records.entries.record(owner.key, number)


def compared(clinic: Clinic, cast: Cast, owner: Owner) -> GroupRecord:
    return visit(clinic, cast, owner).groups[0]


def seen(clinic: Clinic, cast: Cast, owner: Owner) -> tuple:
    """Return what a list, a head and a timeline show of a patient: figures, covers, tags with what they rest on."""
    with clinic.reading(cast.vera) as records:
        header, [row] = records.patients.header(owner.key), records.patients.rows([owner.key])
        timeline = [(entry.image_count, [cover.key for cover in entry.covers]) for entry in records.entries.of(owner.key)]
        tags = [records.tags.on_entry(entry.key) for entry in records.entries.of(owner.key)]
        covers = [cover.key for cover in row.covers]
        return (header.image_count, header.cover, header.tags), (row.image_count, covers, row.tags), timeline, tags


def tag_counts(clinic: Clinic, cast: Cast) -> dict[str, tuple[int, int, int]]:
    with clinic.reading(cast.vera) as records:
        rows = [tag for category in records.tags.vocabulary() for tag in category.tags]
    return {row.label.name: (row.reach.patients, row.reach.entries, row.reach.images) for row in rows}


def assert_sound(clinic: Clinic, cast: Cast) -> None:
    with clinic.reading(cast.ines) as records:
        findings = Findings()
        check_figures(records, findings)
        assert [*findings.problems, *inconsistencies(records)] == []


def events(clinic: Clinic, cast: Cast, action: Action) -> list[dict]:
    with clinic.reading(cast.ines) as records:
        return [event.read() for event in records.audit.page(TrailView(action=action.value))]


def test_a_withdrawn_photo_is_shown_and_counted_nowhere_and_back_it_is_as_if_it_had_never_left(
        clinic: Clinic, cast: Cast, two: Two) -> None:
    before, counts, key = seen(clinic, cast, two.maria), tag_counts(clinic, cast), two.maria.second.image
    withdraw(clinic, cast.tom, key)
    assert pool(clinic, cast, two.maria) == [two.maria.first.image]
    head, row, timeline, tags = seen(clinic, cast, two.maria)
    assert (head[:2], row[:2], timeline[0]) == ((1, two.maria.first.image), (1, [two.maria.first.image]), (0, []))
    assert [(tag.tag.name, tag.images) for tag in tags[0]] == [('Watch', 0)]
    assert tag_counts(clinic, cast)['Watch'] == (2, 2, 1)
    assert_sound(clinic, cast)
    put_back(clinic, cast.tom, key)
    assert (seen(clinic, cast, two.maria), tag_counts(clinic, cast)) == (before, counts)
    assert_sound(clinic, cast)


def test_a_tag_that_rested_on_a_withdrawn_photo_alone_shows_no_more_and_no_filter_finds_it(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.jana) as records:
        category = records.tags.vocabulary()[0].key
    tag = clinic.change_now(cast.jana, lambda records: records.tags.add(category, 'Scar'))
    clinic.change_now(cast.jana, lambda records: records.tags.assign(tag.key, Tagged.IMAGE, [two.maria.first.image]))

    def found() -> list[str]:
        with clinic.reading(cast.vera) as records:
            return [row.key for row in records.patients.page(ListView(tags=(tag.slug,))).rows]
    assert found() == [two.maria.key]
    withdraw(clinic, cast.jana, two.maria.first.image)
    with clinic.reading(cast.vera) as records:
        assert records.tags.sources(tag.key, two.maria.key).images == []
    assert (found(), tag_counts(clinic, cast)['Scar']) == ([], (0, 0, 0))


def test_where_a_withdrawn_photo_lay_stands_when_and_why(clinic: Clinic, cast: Cast, two: Two, clock: MovableClock) -> None:
    withdraw(clinic, cast.tom, two.maria.first.image, because='  Blurred,  take again ')
    entry = visit(clinic, cast, two.maria)
    [mark], [pane] = entry.left, entry.groups[0].left
    assert (mark.why, mark.at, mark.because) == (Left.WITHDRAWN, clock(), 'Blurred, take again')
    assert (pane.why, pane.place, [tile.key for tile in entry.groups[0].images]) == (Left.WITHDRAWN, 0, [two.maria.second.image])
    assert entry.images == []
    with clinic.reading(cast.vera) as records:
        [listed] = records.images.withdrawn(two.maria.key)
        assert (listed.key, listed.name, listed.because) == (two.maria.first.image, 'IMG_0001.jpg', 'Blurred, take again')
        assert records.images.withdrawn(two.paul.key) == []


@pytest.mark.parametrize('who', ['vera', 'aino'])
def test_the_bytes_of_a_withdrawn_photo_are_for_who_may_put_it_back(clinic: Clinic, cast: Cast, two: Two, who: str) -> None:
    key = two.maria.first.image
    withdraw(clinic, cast.tom, key)
    with pytest.raises((NotFound, NotPermitted)), clinic.reading(getattr(cast, who)) as records:
        records.images.file(key)
    with clinic.reading(cast.tom) as records:
        assert records.images.file(key).is_withdrawn
        with pytest.raises(NotFound):
            records.images.one(key)


def test_a_withdrawn_photo_is_laid_out_and_compared_no_more(clinic: Clinic, cast: Cast, two: Two) -> None:
    key = two.maria.first.image
    withdraw(clinic, cast.tom, key)
    acts: tuple[Callable[[Records], object], ...] = (
        lambda r: r.entries.place(two.maria.second.key, [key]), lambda r: r.entries.remove(two.maria.first.key, [key]),
        lambda r: r.comparisons.group(two.maria.second.key, [key, two.maria.second.image]))
    for act in acts:
        with pytest.raises(NotFound):
            clinic.change_now(cast.jana, act)


@pytest.mark.parametrize('because', ['', '  ', 'x' * 501])
def test_no_photo_leaves_without_a_reason(clinic: Clinic, cast: Cast, two: Two, because: str) -> None:
    with pytest.raises(Invalid):
        withdraw(clinic, cast.tom, two.maria.first.image, because=because)
    with pytest.raises(Invalid):
        a_move(clinic, cast.tom, [two.maria.first.image], two.paul.key, because=because)
    assert two.maria.first.image in pool(clinic, cast, two.maria)


def test_photos_of_two_patients_leave_together_in_no_way(clinic: Clinic, cast: Cast, two: Two) -> None:
    both = [two.maria.first.image, two.paul.first.image]
    other = a_patient(clinic, cast.jana, 'psr-3').key
    with pytest.raises(NotFound):
        withdraw(clinic, cast.jana, *both)
    with pytest.raises(NotFound):
        clinic.change_now(cast.jana, lambda records: records.images.move([Relocation(key, '', '') for key in both], other, 'Wrong'))
    assert [len(pool(clinic, cast, owner)) for owner in two.both] == [2, 2]


def test_what_someone_did_meanwhile_is_refused(clinic: Clinic, cast: Cast, two: Two) -> None:
    with pytest.raises(Conflict):
        put_back(clinic, cast.tom, two.maria.first.image)
    withdraw(clinic, cast.tom, two.maria.first.image)
    for act in (lambda: withdraw(clinic, cast.jana, two.maria.second.image, two.maria.first.image),
                lambda: a_move(clinic, cast.jana, [two.maria.first.image], two.paul.key)):
        with pytest.raises(Conflict):
            act()
    assert pool(clinic, cast, two.maria) == [two.maria.second.image]


def test_a_reason_is_not_in_the_trail_and_the_trail_names_the_photos(clinic: Clinic, cast: Cast, two: Two) -> None:
    keys = [two.maria.first.image, two.maria.second.image]
    withdraw(clinic, cast.tom, *keys, because='Paul Meyer, not her')
    put_back(clinic, cast.jana, *keys)
    moves = a_move(clinic, cast.jana, keys, two.paul.key, because='Paul Meyer, not her')
    for action, patients in ((Action.IMAGE_WITHDRAW, [two.maria.key]), (Action.IMAGE_PUT_BACK, [two.maria.key]),
                             (Action.IMAGE_MOVE, [two.paul.key, two.maria.key])):
        found = events(clinic, cast, action)
        assert [event['patient'] for event in found] == patients
        assert all(event['detail']['images'] == keys and 'Meyer' not in str(event) for event in found)
    into, out_of = events(clinic, cast, Action.IMAGE_MOVE)
    assert (into['detail']['moves'], into['detail']['from'], out_of['detail']['to']) == (moves, two.maria.key, two.paul.key)


def test_a_moved_photo_takes_everything_along_that_is_known_of_it(clinic: Clinic, cast: Cast, two: Two) -> None:
    key = two.maria.first.image
    for field, text in (('body_site', 'Upper extremity:Forearm'), ('laterality', 'left'), ('view', 'overview')):
        clinic.change_now(cast.tom, lambda records, field=field, text=text: records.images.describe(key, field, text))

    def known() -> tuple:
        with clinic.reading(cast.vera) as records:
            return records.images.one(key), records.tags.on_images([key]), records.fields.history(key, 'caption')
    before = known()
    a_move(clinic, cast.tom, [key], two.paul.key)
    assert known() == before
    assert (key in pool(clinic, cast, two.paul), key in pool(clinic, cast, two.maria)) == (True, False)


def test_both_patients_are_counted_anew_and_told(clinic: Clinic, cast: Cast, two: Two, clock: MovableClock) -> None:
    clock.move(hours=1)
    told: list[Changed] = []

    def work(records: Records) -> None:
        blob = records.images.file(two.maria.first.image).blob
        records.images.move([Relocation(two.maria.first.image, blob, 'f' * 32)], two.paul.key, 'Wrong patient')
        told.extend(records.changes)
    clinic.change_now(cast.tom, work)
    with clinic.reading(cast.vera) as records:
        rows = records.patients.rows([two.maria.key, two.paul.key])
    assert [(row.image_count, row.last_modified) for row in rows] == [(1, clock()), (3, clock())]
    assert [tag.images for tag in rows[1].tags if tag.tag.name == 'Psoriasis'] == [2]
    assert [tag.images for tag in rows[0].tags if tag.tag.name == 'Psoriasis'] == [0]
    heard = {(change.subject, change.field) for change in told}
    assert {(two.maria.key, 'images'), (two.paul.key, 'images'), (two.maria.first.key, 'workspace'),
            (two.maria.first.key, 'comparisons'), ('shown figures', two.maria.key), ('shown figures', two.paul.key)} <= heard
    assert_sound(clinic, cast)


def test_a_moved_photo_leaves_marks_that_do_not_say_whose_it_is(clinic: Clinic, cast: Cast, two: Two, clock: MovableClock) -> None:
    a_move(clinic, cast.tom, [two.maria.second.image], two.paul.key, because='Mixed up')
    group = compared(clinic, cast, two.maria)
    assert ([tile.key for tile in group.images], group.left[0].place) == ([two.maria.first.image], 1)
    entry = visit(clinic, cast, two.maria, 2)
    assert (entry.images, [(mark.why, mark.at, mark.because) for mark in entry.left]) == ([], [(Left.MOVED, clock(), 'Mixed up')])
    assert two.paul.key not in str((group, entry)) and 'Paul' not in str((group, entry))


def test_moved_back_it_lies_where_it_lay_and_leaves_marks_on_the_other_side(clinic: Clinic, cast: Cast, two: Two) -> None:
    key, before = two.maria.first.image, [visit(clinic, cast, two.maria, number) for number in (1, 2)]
    a_move(clinic, cast.tom, [key], two.paul.key)
    clinic.change_now(cast.jana, lambda records: records.entries.place(two.paul.second.key, [key]))
    a_move(clinic, cast.tom, [key], two.maria.key, because='Hers after all')
    assert [visit(clinic, cast, two.maria, number) for number in (1, 2)] == before
    assert [mark.because for mark in visit(clinic, cast, two.paul, 2).left] == ['Hers after all']
    with clinic.reading(cast.ines) as records:
        assert len(records.session.exec(select(DepartedImage)).all()) == 1
    assert_sound(clinic, cast)


def test_the_same_bytes_twice_in_one_pool_are_refused_by_name_and_all_stays(clinic: Clinic, cast: Cast, two: Two) -> None:
    twin = a_stored_image(clinic, cast.tom, two.maria.key, original=b'the same photograph')
    his = a_stored_image(clinic, cast.tom, two.paul.key, original=b'the same photograph')
    for its_state in ('in the pool', 'withdrawn'):
        if its_state == 'withdrawn':
            withdraw(clinic, cast.tom, his)
        with pytest.raises(Conflict, match=r'^Already in that pool \(same file\): IMG_0001\.jpg\. Nothing was moved\.$'):
            a_move(clinic, cast.tom, [two.maria.first.image, twin], two.paul.key)
    assert len(pool(clinic, cast, two.maria)) == 3


def test_nothing_moves_to_its_own_patient_or_to_none(clinic: Clinic, cast: Cast, two: Two) -> None:
    for to, refusal in ((two.maria.key, Invalid), ('f' * 32, NotFound)):
        with pytest.raises(refusal):
            a_move(clinic, cast.tom, [two.maria.first.image], to)
    assert len(pool(clinic, cast, two.maria)) == 2


def test_files_that_are_not_those_of_the_row_any_more_are_refused(clinic: Clinic, cast: Cast, two: Two) -> None:
    stale = [Relocation(two.maria.first.image, '0' * 32, 'f' * 32)]
    with pytest.raises(Conflict, match='meanwhile'):
        clinic.change_now(cast.tom, lambda records: records.images.move(stale, two.paul.key, 'Wrong patient'))
    assert two.maria.first.image in pool(clinic, cast, two.maria)


def test_a_photo_says_where_it_came_from_until_it_is_back(clinic: Clinic, cast: Cast, two: Two, clock: MovableClock) -> None:
    key = two.maria.first.image

    def arrival() -> tuple | None:
        with clinic.reading(cast.vera) as records:
            told = records.images.arrival(key)
            return told and (told.move, told.patient.unique_id, told.patient.name, told.at, told.who, told.because)
    assert arrival() is None
    [move] = a_move(clinic, cast.tom, [key], two.paul.key, because='Mixed up')
    assert arrival() == (move, 'psr-20417', 'Maria Gonzalez', clock(), 'Tom Adeyemi', 'Mixed up')
    a_move(clinic, cast.tom, [key], two.maria.key)
    assert arrival() is None


def test_a_move_is_taken_back_only_as_long_as_it_was_the_last(clinic: Clinic, cast: Cast, two: Two) -> None:
    third = a_patient(clinic, cast.jana, 'psr-3').key
    [move] = a_move(clinic, cast.tom, [two.maria.first.image], two.paul.key)
    with clinic.reading(cast.tom) as records:
        assert records.images.to_undo([move]) == ([two.maria.first.image], two.maria.key)
    a_move(clinic, cast.tom, [two.maria.first.image], third)
    with clinic.reading(cast.tom) as records:
        with pytest.raises(Conflict, match='moved again since'):
            records.images.to_undo([move])
        with pytest.raises(NotFound):
            records.images.to_undo([move, 'f' * 32])


def test_a_chosen_cover_is_not_the_cover_of_the_next_patient(clinic: Clinic, cast: Cast, two: Two, clock: MovableClock) -> None:
    def choose(records: Records) -> None:
        records.session.exec(select(Image).where(Image.key == two.maria.first.image)).one().cover_at = clock()
    clinic.change_now(cast.jana, choose)
    a_move(clinic, cast.tom, [two.maria.first.image], two.paul.key)
    with clinic.reading(cast.jana) as records:
        assert records.session.exec(select(Image.cover_at).where(Image.key == two.maria.first.image)).one() is None


def test_twins_are_named_to_who_may_read_patients_and_counted_in_the_trail(clinic: Clinic, cast: Cast, two: Two) -> None:
    his = a_stored_image(clinic, cast.tom, two.paul.key, original=b'the same photograph')
    hers = a_stored_image(clinic, cast.tom, two.maria.key, original=b'the same photograph')
    with clinic.reading(cast.vera) as records:
        assert [(twin.unique_id, twin.name) for twin in records.images.twins(hers)] == [('psr-2', 'Paul Meyer')]
        assert [twin.unique_id for twin in records.images.twins(his)] == ['psr-20417']
        assert (records.images.has_twin(hers), records.images.has_twin(two.maria.first.image)) == (True, False)
    second, first = events(clinic, cast, Action.IMAGE_ADMIT)[:2]
    assert (second['subject'], second['detail'].get('twin'), first['detail'].get('twin')) == (hers, True, None)
    withdraw(clinic, cast.tom, his)
    with clinic.reading(cast.vera) as records:
        assert records.images.twins(hers) == []


def test_what_shows_a_photo_is_named_visit_by_visit(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.vera) as records:
        shown = records.images.shown_in([two.maria.second.image])
        both = records.images.shown_in(list(two.maria.captions))
    assert [(one.number, one.is_in_workspace, one.comparisons) for one in shown] == [(2, True, ()), (1, False, ('Maria compared',))]
    assert [(one.number, one.is_in_workspace, one.comparisons) for one in both] == [(2, True, ()), (1, True, ('Maria compared',))]
