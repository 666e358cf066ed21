"""Tags on patient, entry and image: put on, made in place, taken off and put back; simulated users, checked in the records."""
import re

import pytest
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from data.models import Action
from data.read_models import PatientHeader, ShownTag, TagLabel
from data.repositories.audit import TrailView
from data.repositories.tag_records import Tagged
from tests.cast import Cast
from tests.factories import a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees, settled, until
from tests.two_patients import two_patients

PATIENT = '/patients/psr-20417'
ENTRY = f'{PATIENT}/entries/1'


def a_tag(clinic: Clinic, cast: Cast, name: str, category: str = 'Condition') -> TagLabel:
    with clinic.reading(cast.jana) as records:
        key = next(row.key for row in records.tags.vocabulary() if row.name == category)
    return clinic.change_now(cast.jana, lambda records: records.tags.add(key, name))


def on_patient(clinic: Clinic, cast: Cast, patient: PatientHeader) -> list[tuple[str, bool]]:
    with clinic.reading(cast.jana) as records:
        return [(shown.tag.name, shown.is_direct) for shown in records.tags.on_patient(patient.key)]


def on_entry(clinic: Clinic, cast: Cast, entry: str) -> list[tuple[str, bool]]:
    with clinic.reading(cast.jana) as records:
        return [(shown.tag.name, shown.is_direct) for shown in records.tags.on_entry(entry)]


def on_image(clinic: Clinic, cast: Cast, image: str) -> tuple[ShownTag, ...]:
    with clinic.reading(cast.jana) as records:
        return records.tags.on_images([image]).get(image, ())


def lines(user: User) -> list[str]:
    """Return what the list offers."""
    return [element.text for element in user.client.elements.values() if element.props.get('role') == 'option']


def chosen(user: User) -> list[str]:
    """Return the line that Enter takes."""
    return [element.text for element in user.client.elements.values() if element.props.get('aria-selected') == 'true']


def fields(user: User) -> list[ui.element]:
    """Return the fields that tags are looked for in, that of an open panel last."""
    return sorted(user.find(kind=ui.input, marker='find-a-tag').elements, key=lambda element: element.id)


def add_buttons(user: User) -> list[ui.element]:
    return sorted((one for one in user.find(kind=ui.button).elements if one.text == 'Add tag'), key=lambda element: element.id)


async def open_tags(user: User) -> None:
    user.find('Add tag').click()
    await opened(user)


async def look_for(user: User, typed: str) -> None:
    await open_tags(user)
    user.find(kind=ui.input, marker='find-a-tag').type(typed)


def refused(user: User) -> list[str]:
    """Return the sentences at the field and beside the chips."""
    with user:
        shown = [each for each in user.client.elements.values() if isinstance(each, TextElement) and each.text]
        return [each.text for each in shown if 'df-error' in each.classes or 'df-undo-bar' in each.parent_slot.parent.classes]


async def opened(user: User) -> None:
    """Wait until the list is open: it is read first."""
    with user:
        await until(lambda: any(isinstance(each, ui.menu) and each.value for each in user.client.elements.values()))


def press(user: User, key: str) -> None:
    user.find(kind=ui.input, marker='find-a-tag').trigger(f'keydown.{key}.prevent')


async def test_a_tag_is_put_on_a_patient_by_typing_a_part_of_its_name(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.jana)
    for name in ('Psoriasis', 'Atopic eczema', 'Nævus of Ota'):
        a_tag(clinic, cast, name)
    await user.open(PATIENT)
    await look_for(user, 'ECZ')
    await settled()
    assert (lines(user), chosen(user)) == (['Atopic eczema', 'Create “ECZ”'], ['Atopic eczema'])
    press(user, 'enter')
    await until(lambda: on_patient(clinic, cast, patient) == [('Atopic eczema', True)])
    await sees(user, marker='tag-atopic-eczema')
    await until(lambda: 'Atopic eczema' not in lines(user))


async def test_a_new_tag_is_made_in_place_once_its_category_is_told(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.jana)
    a_tag(clinic, cast, 'Psoriasis')
    await user.open(PATIENT)
    await look_for(user, 'Psoria')
    press(user, 'down')
    await settled()
    assert chosen(user) == ['Create “Psoria”']
    press(user, 'enter')
    await settled()
    assert lines(user) == ['Condition', 'Treatment', 'Body site', 'Flag', 'Study']
    press(user, 'down')
    press(user, 'enter')
    await until(lambda: on_patient(clinic, cast, patient) == [('Psoria', True)])
    with clinic.reading(cast.jana) as records:
        assert [tag.label.name for tag in records.tags.vocabulary()[1].tags] == ['Psoria']


async def test_a_name_that_is_there_is_never_offered_to_be_made(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana)
    a_tag(clinic, cast, 'Café au lait')
    await user.open(PATIENT)
    await look_for(user, 'CAFE AU LAIT')
    await settled()
    assert lines(user) == ['Café au lait']


async def test_a_tag_is_taken_off_and_put_back(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.jana)
    tag = a_tag(clinic, cast, 'Psoriasis')
    clinic.change_now(cast.jana, lambda records: records.tags.assign(tag.key, Tagged.PATIENT, [patient.key]))
    await user.open(PATIENT)
    await open_tags(user)
    user.find(marker='remove-tag-psoriasis').click()
    await until(lambda: on_patient(clinic, cast, patient) == [])
    await sees(user, 'Psoriasis removed')
    await user.should_not_see(marker='tag-psoriasis')
    user.find('Undo').click()
    await until(lambda: on_patient(clinic, cast, patient) == [('Psoriasis', True)])
    await user.should_not_see('Psoriasis removed', retries=50)


async def test_a_tag_that_rose_has_no_x_and_says_where_it_comes_from(clinic: Clinic, cast: Cast, user: User):
    maria = two_patients(clinic, cast.jana).maria
    await user.open(PATIENT)
    await open_tags(user)
    await user.should_not_see(marker='remove-tag-psoriasis')
    user.find(marker='tag-psoriasis').click()
    await sees(user, f'It shows here from 1 entry and 1 image of {maria.header.name}, and leaves with them.')
    dialog = next(element for element in user.find(kind=ui.card).elements if 'df-sources' in element.classes)
    words = [part.text for part in dialog.descendants() if isinstance(part, TextElement)]
    assert [line for line in words if line.endswith(' entry')] == ['1st entry']
    assert any(re.search(r'<time>[^<]*\d{4}, \d\d:\d\d', each.content) for each in user.find(kind=ui.html).elements)
    photos = [part.content for part in dialog.descendants() if 'df-tile' in part.classes and isinstance(part, ui.html)]
    assert [maria.first.image in photo for photo in photos] == [True]
    with clinic.reading(cast.ines) as records:
        looks = records.audit.page(TrailView(action=Action.GALLERY_VIEW, patient=maria.key))
    assert [look.read()['detail']['images'] for look in looks] == [[maria.first.image]]


async def test_the_entry_shows_its_own_tags_and_those_of_its_images(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.jana)
    image = a_stored_image(clinic, cast.jana, patient.key)
    entry = an_entry(clinic, cast.jana, patient.key, images=(image,))
    tags = {name: a_tag(clinic, cast, name) for name in ('Psoriasis', 'Week 12')}
    clinic.change_now(cast.jana, lambda records: records.tags.assign(tags['Psoriasis'].key, Tagged.IMAGE, [image]))
    await user.open(ENTRY)
    await sees(user, 'From images')
    await look_for(user, 'week')
    press(user, 'enter')
    await until(lambda: on_entry(clinic, cast, entry.key) == [('Week 12', True), ('Psoriasis', False)])
    await sees(user, marker='remove-tag-week-12')
    assert ('Week 12', False) in on_patient(clinic, cast, patient)
    clinic.change_now(cast.tom, lambda records: records.entries.remove(entry.key, [image]))
    await user.should_not_see('From images', retries=50)


@pytest.mark.parametrize('page', [ENTRY, f'{PATIENT}/images'])
async def test_an_image_is_tagged_beside_its_large_picture(clinic: Clinic, cast: Cast, user_as: OpenAs, page: str):
    patient = a_patient(clinic, cast.jana)
    image = a_stored_image(clinic, cast.jana, patient.key)
    an_entry(clinic, cast.jana, patient.key, images=(image,))
    a_tag(clinic, cast, 'Psoriasis')
    tom, ines = user_as(cast.tom), user_as(cast.ines)
    for user in (tom, ines):
        await user.open(page)
        user.find(marker=f'tile-{image}').trigger('click')
        await settled()
        await until(lambda user=user: len(add_buttons(user)) == 2)
    UserInteraction(tom, {add_buttons(tom)[-1]}, None).click()
    await opened(tom)
    in_panel = UserInteraction(tom, {fields(tom)[-1]}, None)
    in_panel.type('psor')
    await settled()
    in_panel.trigger('keydown.enter.prevent')
    await until(lambda: [shown.tag.name for shown in on_image(clinic, cast, image)] == ['Psoriasis'])
    for user in (tom, ines):
        await sees(user, marker='remove-tag-psoriasis')


async def test_a_practice_without_tags_is_said_to_have_none_yet(clinic: Clinic, cast: Cast, user_as: OpenAs):
    a_patient(clinic, cast.jana)
    user = user_as(cast.tom)
    await user.open(PATIENT)
    await look_for(user, '')
    await sees(user, 'No tags yet.')


async def test_a_photographer_puts_tags_on_and_makes_none(clinic: Clinic, cast: Cast, user_as: OpenAs):
    patient = a_patient(clinic, cast.jana)
    a_tag(clinic, cast, 'Psoriasis')
    user = user_as(cast.tom)
    await user.open(PATIENT)
    await look_for(user, 'Psorias')
    await settled()
    assert lines(user) == ['Psoriasis']
    press(user, 'enter')
    await until(lambda: on_patient(clinic, cast, patient) == [('Psoriasis', True)])
    user.find(kind=ui.input, marker='find-a-tag').type('Rosacea')
    await sees(user, 'No tags match.')
    assert lines(user) == []


@pytest.mark.parametrize('page', [PATIENT, ENTRY, f'{PATIENT}/images', f'{PATIENT}/details'])
async def test_a_viewer_sees_tags_and_has_nothing_to_press(clinic: Clinic, cast: Cast, user_as: OpenAs, page: str):
    patient = a_patient(clinic, cast.jana)
    entry = an_entry(clinic, cast.jana, patient.key)
    tag = a_tag(clinic, cast, 'Psoriasis')
    for kind, key in ((Tagged.PATIENT, patient.key), (Tagged.ENTRY, entry.key)):
        clinic.change_now(cast.jana, lambda records, kind=kind, key=key: records.tags.assign(tag.key, kind, [key]))
    user = user_as(cast.vera)
    await user.open(page)
    await sees(user, marker='tag-psoriasis')
    await user.should_not_see('Add tag')
    await user.should_not_see(marker='remove-tag-psoriasis')


@pytest.mark.parametrize('page', [PATIENT, ENTRY, f'{PATIENT}/images', f'{PATIENT}/details'])
async def test_what_someone_else_tags_or_renames_stands_in_an_open_page(clinic: Clinic, cast: Cast, user_as: OpenAs, page: str):
    patient = a_patient(clinic, cast.jana)
    entry = an_entry(clinic, cast.jana, patient.key)
    tag = a_tag(clinic, cast, 'Psoriasis')
    user = user_as(cast.vera)
    await user.open(page)
    clinic.change_now(cast.jana, lambda records: records.tags.assign(tag.key, Tagged.ENTRY, [entry.key]))
    await sees(user, marker='tag-psoriasis')
    clinic.change_now(cast.jana, lambda records: records.tags.rename(tag.key, 'Plaque psoriasis'))
    await until(lambda: any('Plaque psoriasis' in element.content for element in user.find(kind=ui.html).elements))
    clinic.change_now(cast.jana, lambda records: records.tags.unassign(tag.key, Tagged.ENTRY, [entry.key]))
    await until(lambda: not any('Plaque psoriasis' in element.content for element in user.find(kind=ui.html).elements))


async def test_a_tag_that_was_retired_meanwhile_is_refused_in_words(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.jana)
    tag = a_tag(clinic, cast, 'Psoriasis')
    await user.open(PATIENT)
    await look_for(user, 'psor')
    await settled()
    clinic.change_now(cast.ines, lambda records: records.tags.retire([tag.key]))
    press(user, 'enter')
    await until(lambda: refused(user) == ['The tag Psoriasis is no longer offered.'])
    assert on_patient(clinic, cast, patient) == []


async def test_a_tag_that_was_merged_meanwhile_is_not_taken_off_and_that_is_said_beside_it(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.jana)
    kept, gone = a_tag(clinic, cast, 'Acne'), a_tag(clinic, cast, 'Acne vulgaris')
    clinic.change_now(cast.jana, lambda records: records.tags.assign(gone.key, Tagged.PATIENT, [patient.key]))
    await user.open(PATIENT)
    await open_tags(user)
    cross = user.find(marker='remove-tag-acne-vulgaris')
    clinic.change_now(cast.ines, lambda records: records.tags.merge(kept.key, [gone.key]))
    cross.click()
    await until(lambda: refused(user) == ['Acne vulgaris was merged into another tag meanwhile.'])
    assert on_patient(clinic, cast, patient) == [('Acne', True)]
    await opened(user)


async def test_the_name_of_a_retired_tag_offers_that_one_again(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.jana)
    tag = a_tag(clinic, cast, 'Café au lait')
    clinic.change_now(cast.jana, lambda records: records.tags.retire([tag.key]))
    await user.open(PATIENT)
    await look_for(user, 'cafe-au lait')
    await settled()
    assert (lines(user), chosen(user)) == (['Offer “Café au lait” again'], ['Offer “Café au lait” again'])
    press(user, 'enter')
    await until(lambda: on_patient(clinic, cast, patient) == [('Café au lait', True)])


async def test_a_tag_that_came_meanwhile_stands_below_the_refusal(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.jana)
    await user.open(PATIENT)
    await look_for(user, 'Keloid')
    a_tag(clinic, cast, 'Keloid')
    press(user, 'enter')
    await until(lambda: 'Treatment' in lines(user))
    press(user, 'enter')
    await until(lambda: refused(user) == ['There is already a tag Keloid.'])
    assert lines(user) == ['Keloid']
    press(user, 'enter')
    await until(lambda: on_patient(clinic, cast, patient) == [('Keloid', True)])
    assert refused(user) == []


async def test_a_name_that_is_too_long_or_holds_what_nobody_sees_is_not_cut_in_silence(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.jana)
    await user.open(PATIENT)
    await look_for(user, 'Ros\u200bacea' + 'a' * 60)
    press(user, 'enter')
    await until(lambda: 'Treatment' in lines(user))
    press(user, 'enter')
    await until(lambda: refused(user) == ['Use at most 60 characters.'])
    assert user.notify.messages == ['Invisible characters were left out of the name.']
    assert on_patient(clinic, cast, patient) == []


async def test_a_name_is_text_wherever_it_stands(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.jana)
    tag = a_tag(clinic, cast, '<img src=x> {{7*7}}')
    clinic.change_now(cast.jana, lambda records: records.tags.assign(tag.key, Tagged.PATIENT, [patient.key]))
    await user.open(PATIENT)
    assert not any('<img src=x' in element.content for element in user.find(kind=ui.html).elements)
    assert any('&lt;img src=x&gt;' in element.content for element in user.find(kind=ui.html).elements)
