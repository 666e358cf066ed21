"""A choice of photographs on the pool page: what is chosen, what is done with all of it, and what never happens to others."""
from datetime import timedelta
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction
from sqlmodel import select

from app.clinic import Clinic
from components.choice_bar import MoreAct
from data.actors import Actor, Role
from data.models import Action, Image
from data.read_models import ImageTile
from data.records import Records
from data.repositories.tag_records import Tagged
from tests.cast import Cast
from tests.factories import CAPTURED, a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.test_images import ADDRESS, trail
from tests.pages.waiting import HeldChanges, sees, until

FOREARM, CHIN = 'Upper extremity:Forearm', 'Head and neck:Head:Face:Chin'
TICK, PHOTO = {'offsetX': 20, 'offsetY': 20}, {'offsetX': 90, 'offsetY': 80}


@pytest.fixture
def keys(clinic: Clinic, cast: Cast) -> list[str]:
    """Three photographs of Maria, the latest first, four weeks apart."""
    patient = a_patient(clinic, cast.jana).key
    return [a_stored_image(clinic, cast.jana, patient, captured_at=CAPTURED - timedelta(weeks=4 * number)) for number in range(3)]


def click(user: User, key: str, where: dict[str, Any] | None = None) -> None:
    user.find(marker=f'tile-{key}').trigger('click', where or TICK)


def chosen(user: User) -> list[str]:
    return [marker.removeprefix('tile-') for element in user.client.elements.values() if element.props.get('aria-checked') == 'true'
            for marker in element._markers if marker.startswith('tile-')]


def pool(clinic: Clinic, actor: Actor) -> list[ImageTile]:
    with clinic.reading(actor) as records:
        return records.images.of(records.patients.key_of('psr-20417'))


def pool_key(clinic: Clinic, cast: Cast) -> str:
    with clinic.reading(cast.jana) as records:
        return records.patients.key_of('psr-20417')


def line_of(user: User, words: str) -> ui.element:
    """Return the line of a menu that holds these words."""
    return next(element for element in user.client.elements.values() if isinstance(element, ui.menu_item)
                and any(getattr(below, 'text', '') == words for below in element.descendants()))


def press(user: User, name: str) -> None:
    """Press the button, or the line of a menu, of that name."""
    def is_it(element: ui.element) -> bool:
        words = {element.props.get('aria-label'), getattr(element, 'text', None), *(getattr(child, 'text', None) for child in element)}
        acts = any(listener.type == 'click' for listener in element._event_listeners.values())
        return name in words and acts and element.visible
    UserInteraction(user, {next(element for element in user.client.elements.values() if is_it(element))}, None).click()


async def test_the_tick_chooses_and_the_photo_opens(clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    await user.open(ADDRESS)
    click(user, keys[0])
    await sees(user, '1 selected')
    click(user, keys[2])
    await sees(user, '2 selected')
    await user.should_see('8 weeks apart')
    assert trail(clinic, cast, Action.IMAGE_VIEW) == []
    click(user, keys[1], PHOTO)
    await sees(user, '2 of 3')
    assert [event['subject'] for event in trail(clinic, cast, Action.IMAGE_VIEW)] == [keys[1]]
    assert sorted(chosen(user)) == sorted([keys[0], keys[2]])


async def test_a_shifted_click_chooses_everything_between(user: User, keys: list[str]) -> None:
    await user.open(ADDRESS)
    click(user, keys[0])
    click(user, keys[2], PHOTO | {'shiftKey': True})
    await sees(user, '3 selected')
    click(user, keys[1])
    await sees(user, '2 selected')
    press(user, 'Clear day')
    await sees(user, '1 selected')


async def test_what_a_browser_says_of_a_click_may_be_anything(user: User, keys: list[str]) -> None:
    await user.open(ADDRESS)
    for nonsense in ({'offsetX': 'left', 'offsetY': None}, {'offsetX': [1]}):
        click(user, keys[0], nonsense)
    await sees(user, '1 of 3')
    assert chosen(user) == []


async def test_a_whole_choice_is_given_its_view_and_it_is_taken_back(clinic: Clinic, cast: Cast, user_as: OpenAs, keys: list[str]) -> None:
    clinic.change_now(cast.jana, lambda records: records.images.describe(keys[1], 'view', 'overview'))
    tom = user_as(cast.tom)
    await tom.open(ADDRESS)
    for key in keys:
        click(tom, key)
    press(tom, 'View')
    press(tom, 'Close-up')
    await sees(tom, 'View: close-up for 3 photos.')
    assert [tile.view for tile in pool(clinic, cast.jana)] == ['close-up'] * 3
    clinic.change_now(cast.jana, lambda records: records.images.describe(keys[0], 'view', 'dermoscopic'))
    press(tom, 'Undo')
    await sees(tom, 'Undone for 2 of 3 photos. What someone changed since stays.')
    assert [tile.view for tile in pool(clinic, cast.jana)] == ['dermoscopic', 'overview', '']


async def test_a_body_site_is_set_with_its_side_and_a_refused_one_changes_nothing(
        clinic: Clinic, cast: Cast, user_as: OpenAs, keys: list[str]) -> None:
    clinic.change_now(cast.jana, lambda records: records.images.describe(keys[0], 'body_site', CHIN))
    tom = user_as(cast.tom)
    await tom.open(ADDRESS)
    click(tom, keys[0])
    click(tom, keys[1])
    press(tom, 'Body site')
    await sees(tom, 'Body site of 2 photos')
    press(tom, 'Set')
    await sees(tom, 'Choose a body site.')
    field = tom.find(marker='body-site')
    field.trigger('focus').type('left arm')
    press(tom, 'Set')
    await sees(tom, 'Choose a body site of the list.')
    assert [tile.body_site for tile in pool(clinic, cast.jana)] == [CHIN, '', '']
    next(iter(field.elements)).set_value('')
    field.type('forearm').trigger('keydown.enter.prevent')
    next(iter(tom.find(marker='laterality').elements)).set_value('right')
    press(tom, 'Set')
    await sees(tom, 'Forearm, right for 2 photos.')
    assert [(tile.body_site, tile.laterality) for tile in pool(clinic, cast.jana)] == [(FOREARM, 'right')] * 2 + [('', '')]


async def test_sides_that_differ_stay_when_only_the_site_is_chosen(clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    for key, side in zip(keys, ('left', 'right', ''), strict=True):
        for field, text in (('body_site', FOREARM), ('laterality', side)):
            clinic.change_now(cast.jana, lambda records, key=key, field=field, text=text: records.images.describe(key, field, text))
    await user.open(ADDRESS)
    for key in keys:
        click(user, key)
    press(user, 'Body site')
    field = user.find(marker='body-site')
    field.trigger('focus')
    next(iter(field.elements)).set_value('vol fore')
    field.trigger('keydown.enter.prevent')
    press(user, 'Set')
    await sees(user, 'Volar forearm for 3 photos.')
    assert [tile.laterality for tile in pool(clinic, cast.jana)] == ['left', 'right', '']


async def test_captions_that_differ_are_not_replaced_by_nothing(clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    clinic.change_now(cast.jana, lambda records: records.images.describe(keys[0], 'caption', 'Before'))
    await user.open(ADDRESS)
    click(user, keys[0])
    click(user, keys[1])
    press(user, 'Caption')
    await sees(user, 'This replaces 1 caption.')
    press(user, 'Set')
    await sees(user, 'Write a caption.')
    user.find(marker='caption').type('<b>Same light</b>')
    press(user, 'Set')
    await sees(user, 'Caption for 2 photos.')
    assert [tile.caption for tile in pool(clinic, cast.jana)] == ['<b>Same light</b>'] * 2 + ['']


async def test_what_someone_writes_while_the_question_is_open_is_not_written_over(
        clinic: Clinic, cast: Cast, user: User, keys: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    await user.open(ADDRESS)
    click(user, keys[0])
    click(user, keys[1])
    press(user, 'Caption')
    user.find(marker='caption').type('Mine')
    monkeypatch.setattr(clinic.hub, 'publish', lambda _changes: None)  # the news is still on its way to the page
    await clinic.change(cast.ines, lambda records: records.images.describe(keys[1], 'caption', 'Hers, important'))
    press(user, 'Set')
    await sees(user, 'Someone changed a photo meanwhile')
    assert [tile.caption for tile in pool(clinic, cast.jana)] == ['', 'Hers, important', '']


async def test_photographs_are_laid_into_a_visit_and_taken_out_again(clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    patient = pool_key(clinic, cast)
    an_entry(clinic, cast.jana, patient, notes='Week 12 review', images=(keys[0],))
    await user.open(ADDRESS)
    for key in keys:
        click(user, key)

    def laid_out() -> int:
        with clinic.reading(cast.jana) as records:
            return len(records.entries.record(patient, 1).images)
    press(user, 'Add to entry')
    await user.should_see('Week 12 review')
    UserInteraction(user, {line_of(user, 'Week 12 review')}, None).click()
    await sees(user, '2 photos added to')
    assert laid_out() == 3
    press(user, 'Undo')
    await sees(user, 'Undone.')
    assert laid_out() == 1


async def test_a_new_visit_is_opened_with_the_choice_in_it_and_by_a_double_click_one(
        clinic: Clinic, cast: Cast, user: User, keys: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    await user.open(ADDRESS)
    click(user, keys[1])
    press(user, 'Add to entry')
    held, line = HeldChanges(clinic, monkeypatch), line_of(user, 'New entry')
    for _press in range(2):
        UserInteraction(user, {line}, None).click()
    await held.held(2)
    await held.let_go()
    await sees(user, '1 photo added to a new entry.')
    with clinic.reading(cast.jana) as records:
        [entry] = records.entries.of(pool_key(clinic, cast))
    assert [cover.key for cover in entry.covers] == [keys[1]]


async def test_tags_of_a_choice_say_who_bears_them_and_come_on_and_off_all(
        clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    with clinic.reading(cast.jana) as records:
        category = records.tags.vocabulary()[0].key
    tag = clinic.change_now(cast.jana, lambda records: records.tags.add(category, 'Psoriasis'))
    clinic.change_now(cast.jana, lambda records: records.tags.assign(tag.key, Tagged.IMAGE, keys[:2]))

    def bearing() -> int:
        with clinic.reading(cast.jana) as records:
            return len(records.tags.on_images(keys))
    await user.open(ADDRESS)
    for key in keys:
        click(user, key)
    press(user, 'Tag')
    await sees(user, content='2 of 3')
    row = user.find(marker='choice-psoriasis')
    assert next(iter(row.elements)).props['aria-checked'] == 'mixed'
    row.click()
    await until(lambda: bearing() == 3)
    await sees(user, 'Psoriasis on 1 photo.')
    press(user, 'Undo')
    await until(lambda: bearing() == 2)


async def test_chosen_photographs_are_compared_after_the_event_of_each(
        clinic: Clinic, cast: Cast, user_as: OpenAs, keys: list[str]) -> None:
    vera = user_as(cast.vera)
    await vera.open(ADDRESS)
    click(vera, keys[0])
    click(vera, keys[2])
    press(vera, 'Compare')
    await sees(vera, content=f'/images/{keys[2]}/preview')
    assert [event['subject'] for event in trail(clinic, cast, Action.IMAGE_VIEW)] == [keys[0], keys[2]]


async def test_a_photo_that_is_another_patients_by_now_is_not_compared_under_this_name(
        clinic: Clinic, cast: Cast, user: User, keys: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    other = a_patient(clinic, cast.jana, 'psr-2').key
    await user.open(ADDRESS)
    click(user, keys[0])
    click(user, keys[1])
    monkeypatch.setattr(clinic.hub, 'publish', lambda _changes: None)  # the news is still on its way to the page

    def move(records: Records) -> None:
        row = records.session.exec(select(Image).where(Image.key == keys[1])).one()
        row.patient_id = records.patients.row(other).id or 0
    clinic.change_now(cast.ines, move)
    press(user, 'Compare')
    await until(lambda: 'One of these photos is no longer in this pool.' in user.notify.messages)
    assert trail(clinic, cast, Action.IMAGE_VIEW) == []


async def test_acts_of_others_stand_behind_the_dots_and_get_the_chosen_keys(
        user: User, keys: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from pages.images import PoolPage  # within the simulation: NiceGUI's settings come first
    taken: list[list[str]] = []
    monkeypatch.setattr(PoolPage, '_more_acts', lambda _page: [MoreAct('Move to another patient', 'move', taken.append)])
    await user.open(ADDRESS)
    for key in keys[1:]:
        click(user, key)
    press(user, 'More')
    press(user, 'Move to another patient')
    assert taken == [keys[1:]]


async def test_who_may_only_look_is_offered_nothing_else(cast: Cast, user_as: OpenAs, keys: list[str]) -> None:
    vera = user_as(cast.vera)
    await vera.open(ADDRESS)
    click(vera, keys[0])
    await sees(vera, '1 selected')
    bar = next(element for element in vera.client.elements.values() if element.props.get('aria-label') == 'Selected images')
    buttons = [element for element in bar.descendants() if isinstance(element, ui.button)]
    assert [each.text or each.props['aria-label'] for each in buttons] == ['Clear selection', 'Compare']
    await vera.should_not_see('Upload images')


async def test_what_leaves_the_view_is_no_longer_chosen(clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    clinic.change_now(cast.jana, lambda records: records.images.describe(keys[0], 'view', 'overview'))
    await user.open(ADDRESS)
    for key in keys:
        click(user, key)
    await sees(user, '3 selected')
    user.find(marker='filter-view').click()
    user.find(marker='facet-overview').click()
    await sees(user, '1 selected')
    await user.should_see('1 of 3 images')
    user.find(marker='facet-overview').click()
    await sees(user, '3 images')
    assert chosen(user) == [keys[0]]


async def test_a_lowered_role_acts_on_no_choice(clinic: Clinic, cast: Cast, user_as: OpenAs, keys: list[str]) -> None:
    tom = user_as(cast.tom)
    await tom.open(ADDRESS)
    click(tom, keys[0])
    press(tom, 'View')
    clinic.change_now(cast.ines, lambda records: records.users.change_role(cast.tom.user, Role.VIEWER))
    press(tom, 'Close-up')
    await until(lambda: bool(trail(clinic, cast, Action.ACCESS_REFUSE)))
    assert [tile.view for tile in pool(clinic, cast.jana)] == [''] * 3
