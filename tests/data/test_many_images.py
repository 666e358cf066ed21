"""What is done to many photographs at once: all or nothing, within one patient, and taken back only where nobody went on."""

import pytest

from app.clinic import Clinic
from data.actors import Actor
from data.errors import Conflict, Invalid, NotFound
from data.models import Action
from data.read_models import ImageTile
from data.repositories.audit import TrailView
from tests.cast import Cast
from tests.factories import a_patient, a_stored_image, an_entry
from tests.two_patients import Two, two_patients

FOREARM, CHIN = 'Upper extremity:Forearm', 'Head and neck:Head:Face:Chin'


@pytest.fixture
def two(clinic: Clinic, cast: Cast) -> Two:
    return two_patients(clinic, cast.jana)


def pool(clinic: Clinic, actor: Actor, patient: str) -> list[ImageTile]:
    with clinic.reading(actor) as records:
        return records.images.of(patient)


def events(clinic: Clinic, cast: Cast, action: Action) -> int:
    with clinic.reading(cast.ines) as records:
        return len(list(records.audit.page(TrailView(action=action.value))))


def test_each_photograph_of_a_choice_has_its_own_version_and_event(clinic: Clinic, cast: Cast, two: Two) -> None:
    before, maria = events(clinic, cast, Action.IMAGE_DESCRIBE), two.maria.key
    done = clinic.change_now(cast.tom, lambda records: records.many_images.describe(
        maria, pool(clinic, cast.tom, maria), {'body_site': FOREARM, 'laterality': 'left'}))
    assert len(done) == 4
    assert {(tile.body_site, tile.laterality) for tile in pool(clinic, cast.tom, maria)} == {(FOREARM, 'left')}
    assert events(clinic, cast, Action.IMAGE_DESCRIBE) == before + 4
    with clinic.reading(cast.jana) as records:
        [version] = records.fields.history(two.maria.first.image, 'body_site')
    assert (version.text, version.who) == (FOREARM, 'Tom Adeyemi')


def test_one_photograph_of_another_patient_refuses_the_whole_choice(clinic: Clinic, cast: Cast, two: Two) -> None:
    mixed = [*pool(clinic, cast.jana, two.maria.key), pool(clinic, cast.jana, two.paul.key)[0]]
    keys, before = [tile.key for tile in mixed], events(clinic, cast, Action.IMAGE_DESCRIBE)
    for act in (lambda records: records.many_images.describe(two.maria.key, mixed, {'view': 'overview'}),
                lambda records: records.many_images.tag(two.maria.key, two.watch.key, keys, is_on=True),
                lambda records: records.many_images.tag(two.maria.key, two.watch.key, keys, is_on=False),
                lambda records: records.many_images.place(two.maria.key, 1, keys)):
        with pytest.raises(NotFound):
            clinic.change_now(cast.jana, act)
    assert not any(tile.view for tile in pool(clinic, cast.jana, two.maria.key) + pool(clinic, cast.jana, two.paul.key))
    assert events(clinic, cast, Action.IMAGE_DESCRIBE) == before


def test_what_someone_wrote_meanwhile_is_not_written_over(clinic: Clinic, cast: Cast, two: Two) -> None:
    seen = pool(clinic, cast.jana, two.maria.key)
    clinic.change_now(cast.tom, lambda records: records.images.describe(seen[1].key, 'caption', 'His, important'))
    with pytest.raises(Conflict, match='Someone changed a photo meanwhile'):
        clinic.change_now(cast.jana, lambda records: records.many_images.describe(two.maria.key, seen, {'caption': 'All of them'}))
    assert [tile.caption for tile in pool(clinic, cast.jana, two.maria.key)] == [seen[0].caption, 'His, important']


def test_the_same_words_twice_are_no_conflict_with_oneself(clinic: Clinic, cast: Cast, two: Two) -> None:
    seen = pool(clinic, cast.jana, two.maria.key)

    def again() -> int:
        return len(clinic.change_now(cast.jana, lambda records: records.many_images.describe(two.maria.key, seen, {'view': 'overview'})))
    assert (again(), again()) == (2, 0)


def test_a_value_that_cannot_be_changes_none_of_them(clinic: Clinic, cast: Cast, two: Two) -> None:
    seen = pool(clinic, cast.jana, two.maria.key)
    with pytest.raises(Invalid, match='Choose a body site'):
        clinic.change_now(cast.jana, lambda records: records.many_images.describe(
            two.maria.key, seen, {'view': 'overview', 'body_site': 'left arm'}))
    assert pool(clinic, cast.jana, two.maria.key) == seen
    for values in ({'captured_local': 'x'}, {'blob': 'x'}):
        with pytest.raises(Invalid):
            clinic.change_now(cast.jana, lambda records, values=values: records.many_images.describe(two.maria.key, seen, values))
    with pytest.raises(Invalid, match='Select one or more'):
        clinic.change_now(cast.jana, lambda records: records.many_images.describe(two.maria.key, [], {'view': 'overview'}))


def test_taking_back_gives_each_its_own_former_words(clinic: Clinic, cast: Cast, two: Two) -> None:
    maria = two.maria.key
    clinic.change_now(cast.jana, lambda records: records.images.describe(two.maria.first.image, 'body_site', CHIN))
    seen = pool(clinic, cast.jana, maria)
    words = {'body_site': FOREARM, 'caption': 'Same'}
    done = clinic.change_now(cast.jana, lambda records: records.many_images.describe(maria, seen, words))
    assert clinic.change_now(cast.jana, lambda records: records.many_images.restore(maria, done)) == 2
    assert pool(clinic, cast.jana, maria) == seen


def test_taking_back_leaves_what_someone_changed_since(clinic: Clinic, cast: Cast, two: Two) -> None:
    maria, seen = two.maria.key, pool(clinic, cast.jana, two.maria.key)
    done = clinic.change_now(cast.jana, lambda records: records.many_images.describe(maria, seen, {'body_site': FOREARM}))
    for site in (CHIN, FOREARM):  # he went through another one: it reads the same, and is his now
        clinic.change_now(cast.tom, lambda records, site=site: records.images.describe(seen[0].key, 'body_site', site))
    assert clinic.change_now(cast.jana, lambda records: records.many_images.restore(maria, done)) == 1
    assert [tile.body_site for tile in pool(clinic, cast.jana, maria)] == [FOREARM, '']
    with pytest.raises(Conflict, match='Someone changed this since'):
        clinic.change_now(cast.jana, lambda records: records.many_images.restore(maria, done))


def test_a_tag_comes_on_and_off_all_and_says_where_that_changed_something(clinic: Clinic, cast: Cast, two: Two) -> None:
    keys = [tile.key for tile in pool(clinic, cast.jana, two.maria.key)]

    def turn(is_on: bool) -> list[str]:
        return clinic.change_now(cast.tom, lambda records: records.many_images.tag(two.maria.key, two.watch.key, keys, is_on=is_on))

    def bearing() -> list[tuple[str, int]]:
        with clinic.reading(cast.tom) as records:
            return [(tag.name, len(on)) for tag, on in records.many_images.tags(keys)]
    assert bearing() == [('Psoriasis', 1), ('Watch', 1)]
    assert turn(True) == [two.maria.first.image]
    assert bearing() == [('Psoriasis', 1), ('Watch', 2)]
    assert turn(False) == keys
    assert (bearing(), turn(False)) == ([('Psoriasis', 1)], [])


def test_photographs_are_laid_into_a_visit_once_and_taken_out_as_far_as_they_are_there(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana).key
    first, second, third = (a_stored_image(clinic, cast.jana, patient) for _ in range(3))
    entry = an_entry(clinic, cast.jana, patient, images=(first,))
    new = clinic.change_now(cast.tom, lambda records: records.many_images.place(patient, 1, [first, second, third]))
    assert new == [second, third]
    clinic.change_now(cast.jana, lambda records: records.entries.remove(entry.key, [third]))
    assert clinic.change_now(cast.tom, lambda records: records.many_images.take_out(patient, 1, new)) == 1
    with clinic.reading(cast.tom) as records:
        assert [tile.key for tile in records.entries.record(patient, 1).images] == [first]
    with pytest.raises(Conflict, match='not in this entry any more'):
        clinic.change_now(cast.tom, lambda records: records.many_images.take_out(patient, 1, new))
