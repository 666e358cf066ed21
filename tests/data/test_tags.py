"""Tags: the vocabulary, what bears them, how they rise, merging and the taking back of it."""
from collections.abc import Callable

import pytest

from app.clinic import Clinic
from data.actors import Actor, Permission
from data.errors import ChangedMeanwhile, Conflict, Invalid, MergeChanged, NotFound, NotPermitted, TagTaken
from data.models import Action, TagColour
from data.read_models import PatientHeader, TagLabel
from data.records import Records
from data.repositories.audit import TrailView
from data.repositories.tag_records import Reach, Tagged
from tests.cast import Cast
from tests.factories import a_patient, a_stored_image, an_entry


def a_tag(clinic: Clinic, actor: Actor, name: str, *, category: int = 0) -> TagLabel:
    with clinic.reading(actor) as records:
        owner = records.tags.vocabulary()[category].key
    return clinic.change_now(actor, lambda records: records.tags.add(owner, name))


def assign(clinic: Clinic, actor: Actor, tag: TagLabel, kind: Tagged, *subjects: str) -> int:
    return clinic.change_now(actor, lambda records: records.tags.assign(tag.key, kind, subjects))


def unassign(clinic: Clinic, actor: Actor, tag: TagLabel, kind: Tagged, *subjects: str) -> int:
    return clinic.change_now(actor, lambda records: records.tags.unassign(tag.key, kind, subjects))


def on_patient(clinic: Clinic, actor: Actor, patient: str) -> list[tuple[str, bool, int, int]]:
    with clinic.reading(actor) as records:
        return [(shown.tag.name, shown.is_direct, shown.entries, shown.images) for shown in records.tags.on_patient(patient)]


def on_entry(clinic: Clinic, actor: Actor, entry: str) -> list[tuple[str, bool, int]]:
    with clinic.reading(actor) as records:
        return [(shown.tag.name, shown.is_direct, shown.images) for shown in records.tags.on_entry(entry)]


def reach(clinic: Clinic, actor: Actor, tag: TagLabel) -> Reach:
    with clinic.reading(actor) as records:
        return next(row.reach for category in records.tags.vocabulary() for row in category.tags if row.label.key == tag.key)


def offered(records: Records) -> list[TagLabel]:
    return [tag.label for category in records.tags.vocabulary() for tag in category.offered]


def events(clinic: Clinic, cast: Cast, action: Action) -> list[dict]:
    with clinic.reading(cast.ines) as records:
        return [event.read() for event in records.audit.page(TrailView(action=action.value))]


@pytest.fixture
def maria(clinic: Clinic, cast: Cast) -> PatientHeader:
    return a_patient(clinic, cast.jana)


def test_a_new_practice_has_five_categories_and_no_tags(clinic: Clinic, cast: Cast):
    with clinic.reading(cast.jana) as records:
        found = [(row.name, row.colour.value, row.tags) for row in records.tags.vocabulary()]
    assert found == [('Condition', 'plum', ()), ('Treatment', 'teal', ()), ('Body site', 'moss', ()), ('Flag', 'rust', ()),
                     ('Study', 'indigo', ())]


def test_a_tag_on_an_image_rises_to_its_entries_and_its_patient_and_leaves_with_it(clinic: Clinic, cast: Cast, maria: PatientHeader):
    tag, image = a_tag(clinic, cast.jana, 'Psoriasis'), a_stored_image(clinic, cast.jana, maria.key)
    with_it, without = an_entry(clinic, cast.jana, maria.key, images=(image,)), an_entry(clinic, cast.jana, maria.key)
    assert assign(clinic, cast.tom, tag, Tagged.IMAGE, image) == 1
    assert on_patient(clinic, cast.jana, maria.key) == [('Psoriasis', False, 0, 1)]
    assert on_entry(clinic, cast.jana, with_it.key) == [('Psoriasis', False, 1)]
    assert on_entry(clinic, cast.jana, without.key) == []
    assert reach(clinic, cast.jana, tag) == Reach(patients=1, entries=1, images=1)
    clinic.change_now(cast.jana, lambda records: records.entries.remove(with_it.key, [image]))
    assert on_entry(clinic, cast.jana, with_it.key) == []
    assert on_patient(clinic, cast.jana, maria.key) == [('Psoriasis', False, 0, 1)]
    assert unassign(clinic, cast.tom, tag, Tagged.IMAGE, image) == 1
    assert on_patient(clinic, cast.jana, maria.key) == []
    assert reach(clinic, cast.jana, tag) == Reach()


def test_an_image_that_is_placed_brings_its_tags_along(clinic: Clinic, cast: Cast, maria: PatientHeader):
    tag, image = a_tag(clinic, cast.jana, 'Naevus'), a_stored_image(clinic, cast.jana, maria.key)
    entry = an_entry(clinic, cast.jana, maria.key)
    assign(clinic, cast.jana, tag, Tagged.IMAGE, image)
    clinic.change_now(cast.jana, lambda records: records.entries.place(entry.key, [image]))
    assert on_entry(clinic, cast.jana, entry.key) == [('Naevus', False, 1)]


def test_a_direct_tag_stands_first_and_says_what_else_it_rests_on(clinic: Clinic, cast: Cast, maria: PatientHeader):
    acne, watch = a_tag(clinic, cast.jana, 'Acne'), a_tag(clinic, cast.jana, 'Watch', category=3)
    image = a_stored_image(clinic, cast.jana, maria.key)
    entry = an_entry(clinic, cast.jana, maria.key, images=(image,))
    assign(clinic, cast.jana, acne, Tagged.IMAGE, image)
    assign(clinic, cast.jana, watch, Tagged.ENTRY, entry.key)
    assign(clinic, cast.jana, watch, Tagged.PATIENT, maria.key)
    assert on_patient(clinic, cast.jana, maria.key) == [('Watch', True, 1, 0), ('Acne', False, 0, 1)]
    assert unassign(clinic, cast.jana, acne, Tagged.PATIENT, maria.key) == 0, 'an inherited tag cannot be removed at the parent'
    assert on_patient(clinic, cast.jana, maria.key) == [('Watch', True, 1, 0), ('Acne', False, 0, 1)]


def test_many_at_once_are_one_event_a_patient_that_names_keys_only(clinic: Clinic, cast: Cast, maria: PatientHeader):
    other, tag = a_patient(clinic, cast.jana, 'acn-1', family_name='Lind'), a_tag(clinic, cast.jana, 'Biologic')
    mine, theirs = [a_stored_image(clinic, cast.jana, maria.key) for _ in range(3)], a_stored_image(clinic, cast.jana, other.key)
    assert assign(clinic, cast.jana, tag, Tagged.IMAGE, *mine, theirs) == 4
    assert assign(clinic, cast.jana, tag, Tagged.IMAGE, *mine, theirs) == 0
    found = {event['patient']: event for event in events(clinic, cast, Action.TAG_ASSIGN)}
    assert found.keys() == {maria.key, other.key}
    assert sorted(found[maria.key]['detail']['images']) == sorted(mine) and found[maria.key]['subject'] == tag.key
    assert 'Biologic' not in str(found) and 'biologic' not in str(found)


def test_a_foreign_or_missing_subject_refuses_all_of_them(clinic: Clinic, cast: Cast, maria: PatientHeader):
    tag, image = a_tag(clinic, cast.jana, 'Acne'), a_stored_image(clinic, cast.jana, maria.key)
    with pytest.raises(NotFound):
        assign(clinic, cast.jana, tag, Tagged.IMAGE, image, 'nobody')
    assert on_patient(clinic, cast.jana, maria.key) == []


@pytest.mark.parametrize('name', ['', ' ', '+', '​', 'x' * 61, 'x' * 200])
def test_a_name_that_cannot_be_is_refused_in_a_sentence(clinic: Clinic, cast: Cast, name: str):
    with pytest.raises(Invalid) as refused:
        a_tag(clinic, cast.jana, name)
    assert str(refused.value).endswith('.') and refused.value.field == 'name'


def test_a_name_of_one_letter_and_one_with_hidden_marks_are_taken_clean(clinic: Clinic, cast: Cast):
    assert a_tag(clinic, cast.jana, 'x').name == 'x'
    assert a_tag(clinic, cast.jana, '‮ Kel​oid ').name == 'Keloid'


@pytest.mark.parametrize('alike', ['psoriasis', 'PSORIASIS', ' Psoríasis ', 'Psoriasis!'])
def test_a_name_that_reads_like_another_is_refused_with_its_holder(clinic: Clinic, cast: Cast, alike: str):
    there = a_tag(clinic, cast.jana, 'Psoriasis')
    with pytest.raises(TagTaken, match='There is already a tag Psoriasis') as taken:
        a_tag(clinic, cast.jana, alike, category=1)
    assert taken.value.holder == there.key


def test_of_two_who_rename_one_tag_the_second_is_told(clinic: Clinic, cast: Cast):
    tag = a_tag(clinic, cast.jana, 'Eczema')
    saved = clinic.change_now(cast.jana, lambda records: records.tags.rename(tag.key, 'Atopic eczema', expected_revision=0))
    with pytest.raises(ChangedMeanwhile) as refused:
        clinic.change_now(cast.ines, lambda records: records.tags.rename(tag.key, 'Dermatitis', expected_revision=0))
    assert (refused.value.mine, refused.value.theirs) == ('Dermatitis', 'Atopic eczema')
    clinic.change_now(cast.ines, lambda records: records.tags.rename(tag.key, 'Dermatitis', expected_revision=saved.revision))
    with clinic.reading(cast.jana) as records:
        assert [(label.name, label.slug) for label in offered(records)] == [('Dermatitis', 'dermatitis')]


def test_a_merge_moves_what_bears_the_tag_and_can_be_taken_back(clinic: Clinic, cast: Cast, maria: PatientHeader):
    keep, gone = a_tag(clinic, cast.jana, 'Psoriasis'), a_tag(clinic, cast.jana, 'Psoriasis vulgaris')
    one, two = a_stored_image(clinic, cast.jana, maria.key), a_stored_image(clinic, cast.jana, maria.key)
    assign(clinic, cast.jana, keep, Tagged.IMAGE, one)
    assign(clinic, cast.jana, gone, Tagged.IMAGE, one, two)
    before = on_patient(clinic, cast.jana, maria.key)
    with clinic.reading(cast.jana) as records:
        preview = records.tags.merge_preview(keep.key, [gone.key])
    assert (preview.changing, preview.both, preview.afterwards) == (Reach(1, 0, 2), Reach(1, 0, 1), Reach(1, 0, 2))
    clinic.change_now(cast.jana, lambda records: records.tags.merge(keep.key, [gone.key], expected=preview))
    assert on_patient(clinic, cast.jana, maria.key) == [('Psoriasis', False, 0, 2)]
    assert (reach(clinic, cast.jana, keep), reach(clinic, cast.jana, gone)) == (preview.afterwards, Reach())
    [event] = events(clinic, cast, Action.TAG_MERGE)
    assert event['subject'] == gone.key
    assert event['detail'] == {'into': keep.key, 'patients': [maria.key], 'images': [one, two]}
    clinic.change_now(cast.jana, lambda records: records.tags.separate(gone.key))
    assert on_patient(clinic, cast.jana, maria.key) == before


def test_of_two_tags_that_were_merged_one_is_separated_and_the_other_stays(clinic: Clinic, cast: Cast, maria: PatientHeader):
    one, two, into = (a_tag(clinic, cast.jana, name) for name in ('Acne', 'Spots', 'Acne vulgaris'))
    for tag in (one, two):
        assign(clinic, cast.jana, tag, Tagged.PATIENT, maria.key)
    clinic.change_now(cast.jana, lambda records: records.tags.merge(into.key, [one.key, two.key]))
    clinic.change_now(cast.jana, lambda records: records.tags.separate(one.key))
    assert on_patient(clinic, cast.jana, maria.key) == [('Acne', True, 0, 0), ('Acne vulgaris', True, 0, 0)]
    clinic.change_now(cast.jana, lambda records: records.tags.separate(two.key))
    assert on_patient(clinic, cast.jana, maria.key) == [('Acne', True, 0, 0), ('Spots', True, 0, 0)]


def test_a_tag_that_was_merged_meanwhile_is_not_taken_off(clinic: Clinic, cast: Cast, maria: PatientHeader):
    keep, gone, image = a_tag(clinic, cast.jana, 'Acne'), a_tag(clinic, cast.jana, 'Spots'), a_stored_image(clinic, cast.jana, maria.key)
    assign(clinic, cast.jana, gone, Tagged.IMAGE, image)
    clinic.change_now(cast.jana, lambda records: records.tags.merge(keep.key, [gone.key]))
    with pytest.raises(Conflict, match='merged into another tag meanwhile'):
        unassign(clinic, cast.tom, gone, Tagged.IMAGE, image)
    with pytest.raises(Conflict, match='merged into another tag meanwhile'):
        clinic.change_now(cast.ines, lambda records: records.tags.rename(gone.key, 'Pimples'))
    assert (reach(clinic, cast.jana, keep), reach(clinic, cast.jana, gone)) == (Reach(1, 0, 1), Reach())


def test_no_tag_becomes_a_retired_one(clinic: Clinic, cast: Cast):
    keep, gone = a_tag(clinic, cast.jana, 'Acne'), a_tag(clinic, cast.jana, 'Spots')
    clinic.change_now(cast.jana, lambda records: records.tags.retire([keep.key]))
    with pytest.raises(Conflict, match='retired'):
        clinic.change_now(cast.jana, lambda records: records.tags.merge(keep.key, [gone.key]))


def test_an_undo_takes_back_nothing_that_someone_else_did_since(clinic: Clinic, cast: Cast):
    tag = a_tag(clinic, cast.jana, 'Laser')
    with clinic.reading(cast.jana) as records:
        condition, treatment, flag = (category.key for category in records.tags.vocabulary()[:4] if category.name != 'Body site')
    clinic.change_now(cast.jana, lambda records: records.tags.recolour(condition, 'sea'))
    clinic.change_now(cast.ines, lambda records: records.tags.recolour(condition, 'rose'))
    with pytest.raises(Conflict, match='another colour'):
        clinic.change_now(cast.jana, lambda records: records.tags.recolour(condition, 'plum', expected=TagColour.SEA))
    clinic.change_now(cast.ines, lambda records: records.tags.move([tag.key], flag))
    with pytest.raises(Conflict, match='moved Laser'):
        clinic.change_now(cast.jana, lambda records: records.tags.move([tag.key], condition, expected=treatment))


def test_a_merge_is_refused_when_its_numbers_are_not_those_that_were_shown(clinic: Clinic, cast: Cast, maria: PatientHeader):
    keep, gone = a_tag(clinic, cast.jana, 'Acne'), a_tag(clinic, cast.jana, 'Acne vulgaris')
    with clinic.reading(cast.jana) as records:
        preview = records.tags.merge_preview(keep.key, [gone.key])
    assign(clinic, cast.tom, gone, Tagged.PATIENT, maria.key)
    with pytest.raises(MergeChanged):
        clinic.change_now(cast.jana, lambda records: records.tags.merge(keep.key, [gone.key], expected=preview))
    assert on_patient(clinic, cast.jana, maria.key) == [('Acne vulgaris', True, 0, 0)]


def test_a_tag_taken_off_after_a_merge_does_not_come_back_with_the_separation(clinic: Clinic, cast: Cast, maria: PatientHeader):
    keep, gone = a_tag(clinic, cast.jana, 'Acne'), a_tag(clinic, cast.jana, 'Acne vulgaris')
    assign(clinic, cast.jana, gone, Tagged.PATIENT, maria.key)
    clinic.change_now(cast.jana, lambda records: records.tags.merge(keep.key, [gone.key]))
    assert unassign(clinic, cast.jana, keep, Tagged.PATIENT, maria.key) == 1
    clinic.change_now(cast.jana, lambda records: records.tags.separate(gone.key))
    assert on_patient(clinic, cast.jana, maria.key) == []


def test_a_tag_is_not_merged_with_itself_nor_twice(clinic: Clinic, cast: Cast):
    keep, gone = a_tag(clinic, cast.jana, 'Acne'), a_tag(clinic, cast.jana, 'Spots')
    with pytest.raises(Invalid, match='itself'):
        clinic.change_now(cast.jana, lambda records: records.tags.merge(keep.key, [keep.key]))
    clinic.change_now(cast.jana, lambda records: records.tags.merge(keep.key, [gone.key]))
    with pytest.raises(Conflict, match='already'):
        clinic.change_now(cast.jana, lambda records: records.tags.merge(keep.key, [gone.key]))


def test_a_retired_tag_stays_and_is_no_longer_put_on(clinic: Clinic, cast: Cast, maria: PatientHeader):
    tag = a_tag(clinic, cast.jana, 'Study K-02', category=4)
    assign(clinic, cast.jana, tag, Tagged.PATIENT, maria.key)
    clinic.change_now(cast.jana, lambda records: records.tags.retire([tag.key]))
    with clinic.reading(cast.jana) as records:
        assert offered(records) == []
    assert on_patient(clinic, cast.jana, maria.key) == [('Study K-02', True, 0, 0)]
    other = a_patient(clinic, cast.jana, 'acn-1', family_name='Lind')
    with pytest.raises(Invalid, match='no longer offered'):
        assign(clinic, cast.jana, tag, Tagged.PATIENT, other.key)
    clinic.change_now(cast.jana, lambda records: records.tags.restore([tag.key]))
    assert assign(clinic, cast.jana, tag, Tagged.PATIENT, other.key) == 1


def test_a_category_is_renamed_and_recoloured_with_all_its_tags(clinic: Clinic, cast: Cast):
    tag = a_tag(clinic, cast.jana, 'Laser', category=1)
    with clinic.reading(cast.jana) as records:
        treatment, flag = records.tags.vocabulary()[1], records.tags.vocabulary()[3]
    clinic.change_now(cast.jana, lambda records: records.tags.rename_category(treatment.key, 'Therapy'))
    assert clinic.change_now(cast.jana, lambda records: records.tags.recolour(treatment.key, 'sea')) is TagColour.TEAL
    with clinic.reading(cast.jana) as records:
        assert [(label.category, label.colour) for label in offered(records)] == [('Therapy', TagColour.SEA)]
    clinic.change_now(cast.jana, lambda records: records.tags.move([tag.key], flag.key))
    with clinic.reading(cast.jana) as records:
        assert [(label.category, label.colour) for label in offered(records)] == [('Flag', TagColour.RUST)]


def test_the_same_request_makes_one_tag(clinic: Clinic, cast: Cast):
    with clinic.reading(cast.jana) as records:
        category = records.tags.vocabulary()[0].key
    made = [clinic.change_now(cast.jana, lambda records: records.tags.add(category, 'Acne', request_key='r1')) for _ in range(2)]
    assert made[0] == made[1]


@pytest.mark.parametrize('act', [
    lambda tags, category, tag: tags.add_category('Site', 'sea'), lambda tags, category, tag: tags.rename_category(category, 'Therapy'),
    lambda tags, category, tag: tags.recolour(category, 'sea'), lambda tags, category, tag: tags.add(category, 'Of a photographer'),
    lambda tags, category, tag: tags.rename(tag, 'Spots'), lambda tags, category, tag: tags.move([tag], category),
    lambda tags, category, tag: tags.retire([tag]), lambda tags, category, tag: tags.restore([tag]),
    lambda tags, category, tag: tags.merge_preview(tag, ['x']), lambda tags, category, tag: tags.merge(tag, ['x']),
    lambda tags, category, tag: tags.separate(tag),
], ids=lambda act: act.__code__.co_names[0])
def test_whoever_may_not_manage_tags_changes_none_and_sees_no_preview(clinic: Clinic, cast: Cast, act: Callable[..., object]):
    tag = a_tag(clinic, cast.jana, 'Acne')
    with clinic.reading(cast.jana) as records:
        category, before = records.tags.vocabulary()[1].key, records.tags.vocabulary()
    with pytest.raises(NotPermitted) as refused:
        clinic.change_now(cast.tom, lambda records: act(records.tags, category, tag.key))
    assert refused.value.permission is Permission.TAG_MANAGE
    with clinic.reading(cast.jana) as records:
        assert records.tags.vocabulary() == before


def test_whoever_may_not_assign_or_read_tags_does_neither(clinic: Clinic, cast: Cast, maria: PatientHeader):
    tag = a_tag(clinic, cast.jana, 'Acne')
    for act in (assign, unassign):
        with pytest.raises(NotPermitted):
            act(clinic, cast.vera, tag, Tagged.PATIENT, maria.key)
    assert on_patient(clinic, cast.jana, maria.key) == []
