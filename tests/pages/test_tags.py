"""The tags page: what is shown, what is done, what is refused, and the way back from all of it."""
import re
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User, UserInteraction

from app.clinic import Clinic
from data.actors import Permission, Role
from data.models import TagColour
from data.repositories.audit import TrailView
from data.repositories.tag_records import CategoryRow, Tagged, TagRow
from tests.cast import Cast
from tests.factories import a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees, until


def a_tag(clinic: Clinic, cast: Cast, name: str, category: str = 'Condition') -> str:
    """Add a tag to one of the categories that a practice begins with."""
    key = next(row.key for row in vocabulary(clinic, cast) if row.name == category)
    return clinic.change_now(cast.jana, lambda records: records.tags.add(key, name)).key


def vocabulary(clinic: Clinic, cast: Cast) -> list[CategoryRow]:
    with clinic.reading(cast.jana) as records:
        return records.tags.vocabulary()


def tags(clinic: Clinic, cast: Cast) -> dict[str, TagRow]:
    return {tag.label.name: tag for category in vocabulary(clinic, cast) for tag in category.tags}


def put(clinic: Clinic, cast: Cast, tag: str, unique_id: str, *, images: int = 0) -> None:
    """Put a tag on a new patient, or on so many images of one visit."""
    patient = a_patient(clinic, cast.jana, unique_id).key
    keys = [a_stored_image(clinic, cast.jana, patient) for _ in range(images)]
    if keys:
        an_entry(clinic, cast.jana, patient, images=tuple(keys))
    kind, subjects = (Tagged.IMAGE, keys) if keys else (Tagged.PATIENT, [patient])
    clinic.change_now(cast.jana, lambda records: records.tags.assign(tag, kind, subjects))


def markup(user: User) -> str:
    with user:
        return ''.join(element.content for element in user.client.elements.values() if isinstance(element, ui.html))


def named(user: User, name: str) -> Any:
    """Return the newest element that bears this accessible name; None when there is none."""
    with user:
        found = [element for element in user.client.elements.values() if element.props.get('aria-label') == name and element.visible]
    return found[-1] if found else None


async def fire(user: User, name: str, event: str = 'click') -> None:
    """Do something to the element that bears this accessible name, as soon as it is there."""
    await until(lambda: named(user, name) is not None)
    UserInteraction(user, {named(user, name)}, None).trigger(event)


async def type_into(user: User, name: str, text: str) -> None:
    await until(lambda: named(user, name) is not None)
    with user:
        named(user, name).set_value(text)


async def press(user: User, words: str) -> None:
    """Press the newest button that says this."""
    def found() -> list[Any]:
        with user:
            buttons = [each for each in user.client.elements.values() if each.tag in {'q-btn', 'button'}]
        return [each for each in buttons if getattr(each, 'text', '') == words]

    await until(lambda: bool(found()))
    UserInteraction(user, {max(found(), key=lambda button: button.id)}, None).click()


async def rename(user: User, was: str, name: str) -> None:
    await fire(user, f'Rename {was}')
    await type_into(user, 'Tag name', name)
    await fire(user, 'Tag name', 'keydown.enter')


async def select(user: User, *names: str) -> None:
    for name in names:
        await until(lambda name=name: named(user, f'Select {name}') is not None)
        with user:
            named(user, f'Select {name}').set_value(True)


def acts(clinic: Clinic, cast: Cast) -> list[str]:
    """Return what was done to tags, newest first."""
    with clinic.reading(cast.ines) as records:
        events = [event.read()['action'] for event in records.audit.page(TrailView())]
    return [action for action in events if action.startswith(('tag:', 'category:'))]


def order(user: User) -> list[str]:
    """Return the names in the table, top to bottom; a name that is being changed is its field."""
    with user:
        body = next(element for element in user.client.elements.values() if element.props.get('role') == 'rowgroup')
        rows = [list(row.descendants()) for row in body.default_slot.children]
    shown = [''.join(part.content for part in row if isinstance(part, ui.html)) for row in rows]
    names = [re.search(r'df-tag-name">([^<]+)', cells) for cells in shown]
    return [name[1] if name else 'field' for name in names]


async def test_a_category_shows_its_tags_with_how_much_they_are_used(clinic: Clinic, cast: Cast, user: User) -> None:
    acne = a_tag(clinic, cast, 'Acne')
    a_tag(clinic, cast, 'Laser', 'Treatment')
    put(clinic, cast, acne, 'psr-1', images=2)
    await user.open('/tags')
    await sees(user, '2 in 5 categories')
    assert 'aria-label="1 patient with Acne">1</a>' in markup(user)
    assert 'aria-label="2 images with Acne">2</a>' in markup(user)
    assert '/patients?tags=acne' in markup(user)
    assert order(user) == ['Acne']


async def test_the_category_stands_in_the_address(clinic: Clinic, cast: Cast, user: User) -> None:
    a_tag(clinic, cast, 'Laser', 'Treatment')
    key = next(row.key for row in vocabulary(clinic, cast) if row.name == 'Treatment')
    await user.open(f'/tags?category={key}')
    assert order(user) == ['Laser']
    await user.open('/tags?category=nonsense')
    await sees(user, 'There is no such category. This is the first one.')
    await sees(user, 'No tags in this category yet')


async def test_a_tag_is_renamed_in_its_row_and_that_is_taken_back_by_a_new_act(clinic: Clinic, cast: Cast, user: User) -> None:
    put(clinic, cast, a_tag(clinic, cast, 'Atopic eczema'), 'psr-1', images=2)
    await user.open('/tags')
    await fire(user, 'Rename Atopic eczema')
    await sees(user, 'was Atopic eczema, on ')
    await sees(user, '4 records')
    await type_into(user, 'Tag name', ' Atopic   dermatitis ')
    await fire(user, 'Tag name', 'keydown.enter')
    await sees(user, 'Renamed Atopic eczema to Atopic dermatitis.')
    assert list(tags(clinic, cast)) == ['Atopic dermatitis']
    await until(lambda: order(user) == ['Atopic dermatitis'])
    await press(user, 'Undo')
    await sees(user, 'Undone.')
    assert list(tags(clinic, cast)) == ['Atopic eczema']
    assert acts(clinic, cast)[:2] == ['tag:rename', 'tag:rename']


async def test_escape_leaves_the_name_as_it_was(clinic: Clinic, cast: Cast, user: User) -> None:
    a_tag(clinic, cast, 'Acne')
    await user.open('/tags')
    await fire(user, 'Rename Acne')
    await type_into(user, 'Tag name', 'Something else')
    await fire(user, 'Tag name', 'keydown.escape')
    await until(lambda: order(user) == ['Acne'] and named(user, 'Tag name') is None)
    assert acts(clinic, cast)[0] == 'tag:add'


@pytest.mark.parametrize(('name', 'sentence'), [
    ('', 'A name needs a letter or a digit.'), ('  \u200b ', 'A name needs a letter or a digit.'),
    ('!?', 'A name needs a letter or a digit.'),
    ('\u202e\u2066', 'A name needs a letter or a digit.'), ('x' * 200, 'Use at most 60 characters. What was there before is kept.')])
async def test_a_name_that_cannot_be_one_is_refused_at_the_field(
        clinic: Clinic, cast: Cast, user: User, name: str, sentence: str) -> None:
    a_tag(clinic, cast, 'Acne')
    await user.open('/tags')
    await rename(user, 'Acne', name)
    await sees(user, sentence)
    assert named(user, 'Tag name').value == name
    assert list(tags(clinic, cast)) == ['Acne']


async def test_hidden_characters_are_taken_out_of_a_name_and_that_is_said(clinic: Clinic, cast: Cast, user: User) -> None:
    a_tag(clinic, cast, 'Acne')
    await user.open('/tags')
    await rename(user, 'Acne', '\u202eRosa\u200bcea')
    await sees(user, 'Renamed Acne to Rosacea.')
    assert 'Invisible characters were left out of the name.' in user.notify.messages


async def test_a_taken_name_offers_the_merge_and_the_merge_is_taken_back(clinic: Clinic, cast: Cast, user: User) -> None:
    put(clinic, cast, a_tag(clinic, cast, 'Psoriasis'), 'psr-1', images=2)
    put(clinic, cast, a_tag(clinic, cast, 'Psoriasis vulgaris'), 'psr-2')
    await user.open('/tags')
    await rename(user, 'Psoriasis vulgaris', 'psoríasis')
    await sees(user, 'There is already a tag Psoriasis.')
    await press(user, 'Merge them?')
    await sees(user, 'Merge 2 tags')
    await sees(user, 'then on 2 patients, 1 entry, 2 images')
    await press(user, 'Merge tags')
    await sees(user, 'Merged Psoriasis vulgaris into Psoriasis.')
    await until(lambda: order(user) == ['Psoriasis'])
    assert tags(clinic, cast)['Psoriasis'].reach.patients == 2
    await press(user, 'Undo')
    await until(lambda: order(user) == ['Psoriasis', 'Psoriasis vulgaris'])
    assert tags(clinic, cast)['Psoriasis'].reach.patients == 1


async def test_the_second_of_two_who_rename_sees_the_other_name_and_may_go_over_it(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    key = a_tag(clinic, cast, 'Acne')
    ines = user_as(cast.ines)
    await ines.open('/tags')
    await fire(ines, 'Rename Acne')
    clinic.change_now(cast.jana, lambda records: records.tags.rename(key, 'Acne vulgaris'))
    await type_into(ines, 'Tag name', 'Acne inversa')
    await fire(ines, 'Tag name', 'keydown.enter')
    await sees(ines, 'Jana König renamed it to Acne vulgaris meanwhile. Save again to keep your name.')
    await sees(ines, 'was Acne vulgaris, on ')
    assert list(tags(clinic, cast)) == ['Acne vulgaris']
    await fire(ines, 'Tag name', 'keydown.enter')
    await sees(ines, 'Renamed Acne vulgaris to Acne inversa.')


async def test_what_others_change_shows_and_the_row_that_is_edited_stays(clinic: Clinic, cast: Cast, user: User) -> None:
    keys = {name: a_tag(clinic, cast, name) for name in ('Acne', 'Keloid', 'Rosacea')}
    await user.open('/tags')
    await fire(user, 'Rename Keloid')
    await type_into(user, 'Tag name', 'Kelo')
    clinic.change_now(cast.ines, lambda records: records.tags.rename(keys['Acne'], 'Zoster'))
    clinic.change_now(cast.ines, lambda records: records.tags.retire([keys['Rosacea']]))
    a_tag(clinic, cast, 'Vitiligo')
    await until(lambda: order(user) == ['Zoster', 'field', 'Rosacea'])
    await sees(user, '3 in 5 categories')
    assert named(user, 'Tag name').value == 'Kelo'
    await fire(user, 'Tag name', 'keydown.escape')
    await until(lambda: order(user) == ['Keloid', 'Vitiligo', 'Zoster'])


async def test_a_colour_is_shown_with_what_it_changes_before_it_is_taken(clinic: Clinic, cast: Cast, user: User) -> None:
    put(clinic, cast, a_tag(clinic, cast, 'Acne'), 'psr-1', images=1)
    await user.open('/tags')
    await fire(user, 'Rose', 'change')
    await sees(user, '1 tag would turn rose, in 3 places.')
    assert vocabulary(clinic, cast)[0].colour is TagColour.PLUM
    await press(user, 'Recolour')
    await sees(user, 'Condition is rose now.')
    assert vocabulary(clinic, cast)[0].colour is TagColour.ROSE
    await press(user, 'Undo')
    await until(lambda: vocabulary(clinic, cast)[0].colour is TagColour.PLUM)
    assert acts(clinic, cast)[:2] == ['category:recolour'] * 2


async def test_a_category_is_renamed_and_a_taken_name_refused(clinic: Clinic, cast: Cast, user: User) -> None:
    await user.open('/tags')
    await fire(user, 'Rename category')
    await type_into(user, 'Category name', 'treatment')
    await fire(user, 'Save name')
    await sees(user, 'There is already a category Treatment.')
    await type_into(user, 'Category name', 'Diagnosis')
    await fire(user, 'Save name')
    await sees(user, 'Renamed Condition to Diagnosis.')
    assert vocabulary(clinic, cast)[0].name == 'Diagnosis'
    await press(user, 'Undo')
    await until(lambda: vocabulary(clinic, cast)[0].name == 'Condition')


async def test_several_tags_are_moved_at_once_and_back(clinic: Clinic, cast: Cast, user: User) -> None:
    put(clinic, cast, a_tag(clinic, cast, 'Acne'), 'psr-1', images=1)
    a_tag(clinic, cast, 'Keloid')
    await user.open('/tags')
    await select(user, 'Acne', 'Keloid')
    await sees(user, '2 selected')
    await press(user, 'Move to category')
    await sees(user, 'The colour changes in 3 places.')
    await press(user, 'Move')
    await sees(user, 'Moved Acne and Keloid to Treatment.')
    assert {tag.label.category for tag in tags(clinic, cast).values()} == {'Treatment'}
    await until(lambda: order(user) == [])
    await press(user, 'Undo')
    await until(lambda: order(user) == ['Acne', 'Keloid'])
    assert {tag.label.category for tag in tags(clinic, cast).values()} == {'Condition'}


async def test_a_retired_tag_stays_on_its_records_and_is_offered_again(clinic: Clinic, cast: Cast, user: User) -> None:
    put(clinic, cast, a_tag(clinic, cast, 'Acne'), 'psr-1', images=1)
    await user.open('/tags')
    await fire(user, 'Retire Acne')
    await sees(user, 'Kept on 3 records, no longer offered.')
    await press(user, 'Retire')
    await sees(user, 'Retired Acne.')
    assert tags(clinic, cast)['Acne'].retired_at
    await press(user, 'Undo')
    await until(lambda: tags(clinic, cast)['Acne'].retired_at is None)
    clinic.change_now(cast.jana, lambda records: records.tags.retire([tags(clinic, cast)['Acne'].label.key]))
    await user.open('/tags?retired=1')
    assert 'kept on 3 records' in markup(user)
    await fire(user, 'Offer again: Acne')
    await sees(user, 'Acne is offered again.')
    await sees(user, 'No retired tags')


async def test_a_merged_tag_is_separated_again_from_the_retired_ones(clinic: Clinic, cast: Cast, user: User) -> None:
    keep, gone = a_tag(clinic, cast, 'Psoriasis'), a_tag(clinic, cast, 'Psoriasis vulgaris')
    clinic.change_now(cast.jana, lambda records: records.tags.merge(keep, [gone]))
    await user.open('/tags?retired=1')
    assert 'merged into' in markup(user)
    await fire(user, 'Separate again: Psoriasis vulgaris')
    await sees(user, 'Separated Psoriasis vulgaris from Psoriasis.')
    assert tags(clinic, cast)['Psoriasis vulgaris'].merged_into is None


async def test_a_merge_whose_numbers_changed_meanwhile_asks_again(clinic: Clinic, cast: Cast, user: User) -> None:
    put(clinic, cast, a_tag(clinic, cast, 'Acne'), 'psr-1', images=2)
    other = a_tag(clinic, cast, 'Acne vulgaris')
    put(clinic, cast, other, 'psr-2')
    await user.open('/tags')
    await select(user, 'Acne', 'Acne vulgaris')
    await press(user, 'Merge')
    await sees(user, 'then on 2 patients, 1 entry, 2 images')
    put(clinic, cast, other, 'psr-3')
    await press(user, 'Merge tags')
    await sees(user, 'Look at the new numbers and confirm again.')
    await sees(user, 'then on 3 patients, 1 entry, 2 images')
    assert tags(clinic, cast)['Acne vulgaris'].merged_into is None
    await until(lambda: all(button.enabled for button in user.find('Merge tags').elements if isinstance(button, ui.button)))
    await press(user, 'Merge tags')
    await sees(user, 'Merged Acne vulgaris into Acne.')


async def test_a_tag_is_never_merged_with_itself(clinic: Clinic, cast: Cast, user: User) -> None:
    keep, gone = a_tag(clinic, cast, 'Psoriasis'), a_tag(clinic, cast, 'Psoriasis vulgaris')
    clinic.change_now(cast.jana, lambda records: records.tags.merge(keep, [gone]))
    await user.open('/tags')
    await rename(user, 'Psoriasis', 'Psoriasis vulgaris')
    await sees(user, 'There is already a tag Psoriasis vulgaris, merged into another one.')
    await press(user, 'Merge them?')
    await sees(user, 'They are one tag already. Under Retired they can be separated again.')
    await fire(user, 'Tag name', 'keydown.escape')
    await fire(user, 'Merge Psoriasis')
    await sees(user, 'Merge Psoriasis')
    assert not [button for button in user.find('Merge tags').elements if isinstance(button, ui.button) and button.enabled]


async def test_new_tags_and_categories_are_added_and_taken_names_refused(clinic: Clinic, cast: Cast, user: User) -> None:
    await user.open('/tags')
    await press(user, 'New tag')
    await type_into(user, 'Name', 'Acne')
    await press(user, 'Add tag')
    await sees(user, 'Added Acne to Condition.')
    await press(user, 'New tag')
    await type_into(user, 'Name', 'ACNE')
    await press(user, 'Add tag')
    await sees(user, 'There is already a tag Acne.')
    await press(user, 'New category')
    await type_into(user, 'Name', 'Device')
    await fire(user, 'Moss', 'change')
    await fire(user, 'Name', 'keydown.enter')
    await until(lambda: [row.colour for row in vocabulary(clinic, cast) if row.name == 'Device'] == [TagColour.MOSS])


async def test_the_name_of_a_retired_tag_is_refused_with_the_offer_to_have_it_back(clinic: Clinic, cast: Cast, user: User) -> None:
    key = a_tag(clinic, cast, 'Keloid')
    clinic.change_now(cast.jana, lambda records: records.tags.retire([key]))
    await user.open('/tags')
    await press(user, 'New tag')
    await type_into(user, 'Name', 'Ke\u200bloid')
    await press(user, 'Add tag')
    await sees(user, 'There is already a tag Keloid, retired.')
    assert 'Invisible characters were left out of the name.' in user.notify.messages
    await press(user, 'Offer it again')
    await sees(user, 'Keloid is offered again.')
    await until(lambda: order(user) == ['Keloid'])


async def test_a_retired_tag_never_is_the_one_that_stays(clinic: Clinic, cast: Cast, user: User) -> None:
    often = a_tag(clinic, cast, 'Psoriasis')
    put(clinic, cast, often, 'psr-1', images=2)
    a_tag(clinic, cast, 'Psoriasis vulgaris')
    clinic.change_now(cast.jana, lambda records: records.tags.retire([often]))
    await user.open('/tags')
    await rename(user, 'Psoriasis vulgaris', 'Psoriasis')
    await press(user, 'Merge them?')
    await sees(user, 'then on 1 patient, 1 entry, 2 images')
    assert [named(user, name).props.get('checked') for name in ('Psoriasis', 'Psoriasis vulgaris')] == [None, True]
    await fire(user, 'Psoriasis', 'change')
    await sees(user, 'Psoriasis is retired. Offer it again before other tags become it.')
    assert user.notify.messages == []


async def test_a_tag_that_was_merged_meanwhile_is_not_renamed(clinic: Clinic, cast: Cast, user: User) -> None:
    keep, gone = a_tag(clinic, cast, 'Acne'), a_tag(clinic, cast, 'Spots')
    await user.open('/tags')
    await fire(user, 'Rename Spots')
    clinic.change_now(cast.ines, lambda records: records.tags.merge(keep, [gone]))
    await type_into(user, 'Tag name', 'Blemish')
    await fire(user, 'Tag name', 'keydown.enter')
    await sees(user, 'Spots was merged into another tag meanwhile.')
    assert user.notify.messages == []


async def test_a_tag_is_found_by_a_part_of_its_name_in_other_categories_too(clinic: Clinic, cast: Cast, user: User) -> None:
    for name, category in (('Acne', 'Condition'), ('Keloid', 'Condition'), ('Acne peel', 'Treatment')):
        a_tag(clinic, cast, name, category)
    await user.open('/tags')
    await type_into(user, 'Find a tag', 'ÁCN')
    await until(lambda: order(user) == ['Acne'])
    assert 'In other categories' in markup(user)
    await type_into(user, 'Find a tag', 'peel')
    await sees(user, 'No tag of Condition reads like “peel”.')


async def test_of_very_many_tags_the_first_are_shown_until_all_are_asked_for(clinic: Clinic, cast: Cast, user: User) -> None:
    category = vocabulary(clinic, cast)[0].key
    clinic.change_now(cast.jana, lambda records: [records.tags.add(category, f'Tag {number:02}').key for number in range(62)])
    await user.open('/tags')
    assert order(user)[-1] == 'Tag 24'
    await type_into(user, 'Find a tag', '61')
    await until(lambda: order(user) == ['Tag 61'])
    await type_into(user, 'Find a tag', '')
    await press(user, 'Show all 62 tags')
    await until(lambda: order(user)[-1] == 'Tag 61')
    await user.should_not_see('Show all 62 tags')


@pytest.mark.parametrize('who', ['tom', 'vera'])
async def test_who_may_not_manage_tags_reads_them_only(clinic: Clinic, cast: Cast, user_as: OpenAs, who: str) -> None:
    put(clinic, cast, a_tag(clinic, cast, 'Acne'), 'psr-1')
    user = user_as(getattr(cast, who))
    await user.open('/tags')
    assert order(user) == ['Acne']
    await user.should_not_see('New tag')
    await user.should_not_see(kind=ui.checkbox)
    assert [named(user, name) for name in ('Rename Acne', 'Retire Acne', 'Rename category', 'Colour')] == [None] * 4
    clinic.change_now(cast.jana, lambda records: records.tags.retire([tags(clinic, cast)['Acne'].label.key]))
    await user.open('/tags?retired=1')
    assert 'kept on 1 record' in markup(user)
    assert named(user, 'Offer again: Acne') is None


async def test_an_auditor_is_refused_and_that_is_audited(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    a_tag(clinic, cast, 'Acne')
    answer = await user_as(cast.aino).http_client.get('/tags', headers={'accept': 'text/html'})
    assert answer.status_code == 403
    assert 'Acne' not in answer.text
    clinic.change_now(cast.jana, lambda records: records.require(Permission.TAG_MANAGE))  # one writer: what was refused is written by now
    with clinic.reading(cast.aino) as records:
        newest = records.audit.page(TrailView())[0].read()
    assert (newest['action'], newest['user']) == ('access:refuse', cast.aino.user)


async def test_a_role_that_was_lowered_acts_at_once(clinic: Clinic, cast: Cast, user: User) -> None:
    a_tag(clinic, cast, 'Acne')
    await user.open('/tags')
    clinic.change_now(cast.ines, lambda records: records.users.change_role(cast.jana.user, Role.PHOTOGRAPHER))
    await rename(user, 'Acne', 'Rosacea')
    await sees(user, 'Your role does not allow this. Ask an administrator.')
    assert list(tags(clinic, cast)) == ['Acne']
