"""The workspace of a visit: its order, its captions, what is laid in and taken out, and files that go straight into it."""
from dataclasses import replace
from datetime import timedelta

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from app.intake import Receiving, open_door
from app.uploads import list_of
from app.workspace_deeds import laid_back
from components.workspace_grid import stepped
from data.actors import Permission
from data.errors import NotPermitted
from data.models import Action
from data.read_models import PatientHeader
from data.repositories.entries import EntryRecord
from tests import pictures
from tests.cast import Cast
from tests.factories import CAPTURED, a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.test_entry import fragments, trail_of
from tests.pages.waiting import HeldChanges, sees, until

ADDRESS = '/patients/psr-20417/entries/1'
ON_THE_TICK, ON_THE_CAPTION = {'offsetX': 20, 'offsetY': 20, 'layerY': 20}, {'offsetX': 20, 'offsetY': 6, 'layerY': 190}


@pytest.fixture
def visit(clinic: Clinic, cast: Cast) -> tuple[PatientHeader, EntryRecord, list[str]]:
    """A visit with three photographs of one day and one from a week before, in this order."""
    patient = a_patient(clinic, cast.jana)
    days = [CAPTURED + timedelta(minutes=minute) for minute in range(3)] + [CAPTURED - timedelta(weeks=1)]
    keys = [a_stored_image(clinic, cast.jana, patient.key, captured_at=at) for at in days]
    return patient, an_entry(clinic, cast.jana, patient.key, images=tuple(keys)), keys


def stored(clinic: Clinic, cast: Cast, patient: PatientHeader) -> list[str]:
    with clinic.reading(cast.jana) as records:
        return [tile.key for tile in records.entries.record(patient.key, 1).images]


def tile(user: User, key: str) -> ui.html:
    return next(one for one in user.find(kind=ui.html).elements if 'df-tile' in one.classes and key in one.content)


def click(user: User, key: str, where: dict[str, int]) -> None:
    UserInteraction(user, {tile(user, key)}, None).trigger('click', where)


def shown(user: User) -> list[str]:
    """Return the keys on the page in its order, by what marks a tile."""
    grid = next(one for one in user.client.elements.values() if 'df-laid-out' in one.classes or 'df-pool-days' in one.classes)
    tiles = [one for one in grid.descendants() if 'df-tile' in one.classes]
    return [next(mark for mark in child._markers if mark.startswith('tile-')).removeprefix('tile-') for child in tiles]


def press(user: User, key: str, keys: str) -> None:
    """Press keys with the focus on a photograph."""
    element = tile(user, key)
    UserInteraction(user, {element}, None).trigger('focus')
    UserInteraction(user, {element.parent_slot.parent}, None).trigger(f'keydown.{keys}.prevent')


async def test_a_photo_is_moved_by_keys_seen_by_everyone_and_taken_back(
        clinic: Clinic, cast: Cast, user_as: OpenAs, visit: tuple[PatientHeader, EntryRecord, list[str]]) -> None:
    patient, _entry, (first, second, third, other) = visit
    jana, vera = user_as(cast.jana), user_as(cast.vera)
    await jana.open(ADDRESS)
    await vera.open(ADDRESS)
    press(jana, first, 'alt.right')
    press(jana, first, 'alt.right')
    await sees(jana, 'Moved to place 3 of 3.')
    assert stored(clinic, cast, patient) == [second, third, first, other]
    await until(lambda: shown(vera) == [second, third, first, other])
    assert len(trail_of(clinic, cast, Action.ENTRY_ARRANGE)) == 2
    jana.find('Undo').click()
    await until(lambda: stored(clinic, cast, patient) == [second, first, third, other])
    await until(lambda: shown(jana) == [second, first, third, other])
    press(jana, second, 'alt.left')
    press(jana, other, 'alt.down')
    await until(lambda: len(trail_of(clinic, cast, Action.ENTRY_ARRANGE)) == 3)


async def test_a_photo_is_taken_to_the_place_of_another_of_its_day_only(
        clinic: Clinic, cast: Cast, user: User, visit: tuple[PatientHeader, EntryRecord, list[str]]) -> None:
    patient, _entry, (first, second, third, other) = visit
    mouse = {'button': 0, 'pointerType': 'mouse'}

    def drag(taken: str, to: str, **how: object) -> None:
        UserInteraction(user, {tile(user, taken)}, None).trigger('pointerdown', mouse | how)
        UserInteraction(user, {tile(user, to)}, None).trigger('pointerup', mouse | how)
    await user.open(ADDRESS)
    drag(third, first)
    await until(lambda: stored(clinic, cast, patient) == [third, first, second, other])
    await until(lambda: shown(user) == [third, first, second, other])
    drag(first, other)
    await until(lambda: 'A photo stays among those of its day.' in user.notify.messages)
    drag(first, second, button=2)
    drag(first, second, pointerType='touch')
    drag(first, first)
    assert len(trail_of(clinic, cast, Action.ENTRY_ARRANGE)) == 1


async def test_who_moves_a_photo_over_another_order_is_told_and_nothing_is_overwritten(
        clinic: Clinic, cast: Cast, user: User, visit: tuple[PatientHeader, EntryRecord, list[str]],
        monkeypatch: pytest.MonkeyPatch) -> None:
    patient, entry, (first, second, third, other) = visit
    await user.open(ADDRESS)
    held = HeldChanges(clinic, monkeypatch)
    press(user, first, 'alt.right')
    await held.held()
    clinic.change_now(cast.ines, lambda records: records.entries.arrange(entry.key, [third, first, second], seen=[first, second, third]))
    await held.let_go()
    await until(lambda: user.notify.messages[-1:] == ['Someone changed the order of these photos meanwhile. Look again, then repeat it.'])
    assert stored(clinic, cast, patient) == [third, first, second, other]
    await until(lambda: shown(user) == [third, first, second, other])


async def test_what_is_removed_comes_back_to_its_place(
        clinic: Clinic, cast: Cast, user: User, visit: tuple[PatientHeader, EntryRecord, list[str]]) -> None:
    patient, _entry, (first, second, third, other) = visit
    await user.open(ADDRESS)
    click(user, second, ON_THE_TICK)
    user.find(kind=ui.button, content='Remove').click()
    await sees(user, '1 photo removed from this entry. The pool keeps it.')
    assert stored(clinic, cast, patient) == [first, third, other]
    user.find('Undo').click()
    await until(lambda: stored(clinic, cast, patient) == [first, second, third, other])


async def test_a_removal_is_not_taken_back_with_a_photo_that_left_the_pool(
        clinic: Clinic, cast: Cast, user: User, visit: tuple[PatientHeader, EntryRecord, list[str]]) -> None:
    patient, _entry, (first, second, third, other) = visit
    await user.open(ADDRESS)
    click(user, second, ON_THE_TICK)
    user.find(kind=ui.button, content='Remove').click()
    await sees(user, 'Undo')
    clinic.change_now(cast.ines, lambda records: records.images.withdraw([second], 'Blurred'))
    user.find('Undo').click()
    await until(lambda: 'One of these photos is no longer in this pool.' in user.notify.messages)
    assert stored(clinic, cast, patient) == [first, third, other]


def captions(user: User) -> list[ui.input]:
    return [one for one in user.client.elements.values() if isinstance(one, ui.input) and one.props['aria-label'] == 'Caption']


async def test_a_caption_is_written_under_its_photo_one_at_a_time(
        clinic: Clinic, cast: Cast, user_as: OpenAs, visit: tuple[PatientHeader, EntryRecord, list[str]]) -> None:
    _patient, _entry, (first, second, _third, _other) = visit
    jana, tom = user_as(cast.jana), user_as(cast.tom)
    await jana.open(ADDRESS)
    await tom.open(ADDRESS)
    click(jana, first, ON_THE_CAPTION)
    await until(lambda: len(captions(jana)) == 1)
    with jana:
        captions(jana)[0].set_value('Wrist, <b>dry</b>')
    await sees(tom, kind=ui.html, content='Wrist, &lt;b&gt;dry&lt;/b&gt;')
    with clinic.reading(cast.jana) as records:
        assert records.images.one(first).caption == 'Wrist, <b>dry</b>'
    click(jana, second, ON_THE_CAPTION)
    await until(lambda: [one.value for one in captions(jana)] == [''])
    clinic.change_now(cast.ines, lambda records: records.images.withdraw([second], 'Blurred'))
    await until(lambda: captions(jana) == [])


async def test_two_captions_that_collide_are_both_shown_and_the_field_stays(
        clinic: Clinic, cast: Cast, user: User, visit: tuple[PatientHeader, EntryRecord, list[str]]) -> None:
    _patient, _entry, (first, second, _third, _other) = visit
    await user.open(ADDRESS)
    click(user, first, ON_THE_CAPTION)
    await until(lambda: len(captions(user)) == 1)
    UserInteraction(user, {captions(user)[0]}, None).trigger('focus')
    clinic.change_now(cast.ines, lambda records: records.images.describe(first, 'caption', 'Hers'))
    with user:
        captions(user)[0].set_value('Mine')
    await sees(user, content='Conflict, review')
    click(user, second, ON_THE_CAPTION)
    await sees(user, 'Keep both')
    assert [one.value for one in captions(user)] == ['Mine']


async def test_sizes_and_the_order_of_days_are_remembered_for_the_person(
        clinic: Clinic, cast: Cast, user_as: OpenAs, visit: tuple[PatientHeader, EntryRecord, list[str]]) -> None:
    patient, _entry, (first, second, third, other) = visit
    an_entry(clinic, cast.jana, patient.key, images=(first, other))
    jana, ines = user_as(cast.jana), user_as(cast.ines)
    await jana.open(ADDRESS)
    assert shown(jana) == [first, second, third, other]
    for label in ('Newest day first', 'Large photos'):
        UserInteraction(jana, {next(one for one in jana.client.elements.values() if one.props.get('aria-label') == label)}, None).click()
    await until(lambda: shown(jana) == [other, first, second, third])

    def chosen() -> tuple[str, str]:
        with clinic.reading(cast.jana) as records:
            return records.users.preference('workspace_order'), records.users.preference('photo_size')
    await until(lambda: chosen() == ('oldest', 'L'))
    again = user_as(cast.jana)
    await again.open('/patients/psr-20417/entries/2')
    assert shown(again) == [other, first]
    assert any(one.props.get('data-size') == 'L' for one in again.client.elements.values())
    await ines.open(ADDRESS)
    assert shown(ines) == [first, second, third, other]


async def test_a_file_on_its_way_into_the_visit_is_shown_there_and_lands_in_both(
        clinic: Clinic, cast: Cast, user_as: OpenAs, visit: tuple[PatientHeader, EntryRecord, list[str]]) -> None:
    patient, entry, keys = visit
    jana, vera, pool = user_as(cast.jana), user_as(cast.vera), user_as(cast.jana)
    await jana.open(ADDRESS)
    await vera.open(ADDRESS)
    await pool.open('/patients/psr-20417/images')
    door = open_door(clinic, cast.jana, patient.key, entry=entry.key, progress=list_of(cast.jana.session, entry.key))
    receiving = Receiving(door, 'IMG_1.jpg', 400_000)
    await receiving.write(pictures.jpeg())
    await sees(jana, 'Adding 1 photo')
    await pool.should_not_see('Adding 1 photo')
    image = (await receiving.finish()).image
    await sees(jana, '1 photo added.')
    for user in (jana, vera, pool):
        await until(lambda user=user: any(image in fragment for fragment in fragments(user)))
    assert stored(clinic, cast, patient) == [*keys, image]
    await vera.should_not_see('Upload images')
    await clinic.decoding.close()


def test_a_way_into_a_visit_is_for_who_may_write_one(
        clinic: Clinic, cast: Cast, visit: tuple[PatientHeader, EntryRecord, list[str]]) -> None:
    patient, entry, _keys = visit
    adds_only = replace(cast.tom, permissions=cast.tom.permissions - {Permission.ENTRY_WRITE})
    open_door(clinic, adds_only, patient.key)
    with pytest.raises(NotPermitted):
        open_door(clinic, adds_only, patient.key, entry=entry.key)


async def test_the_fields_of_a_photo_stand_beside_it_in_a_visit_too(
        clinic: Clinic, cast: Cast, user_as: OpenAs, visit: tuple[PatientHeader, EntryRecord, list[str]]) -> None:
    _patient, _entry, (first, _second, _third, _other) = visit
    jana, vera = user_as(cast.jana), user_as(cast.vera)
    for user, fields in ((jana, 1), (vera, 0)):
        await user.open(ADDRESS)
        click(user, first, {'offsetX': 90, 'offsetY': 90, 'layerY': 90})
        await sees(user, '1 of 4')
        assert len(captions(user)) == fields


def test_photos_step_together_and_pass_what_is_between() -> None:
    assert stepped('abcd', {'c'}, -1) == list('acbd')
    assert stepped('abcd', {'b', 'c'}, 1) == list('adbc')
    assert stepped('abcd', {'a', 'b'}, -1) == stepped('abcd', {'d', 'c'}, 1) == list('abcd')
    assert stepped('abcd', {'a', 'd'}, -1) == list('abdc')


def test_what_comes_back_lies_behind_what_it_lay_behind() -> None:
    assert laid_back('acd' 'b', 'b', 'abcd') == list('abcd')
    assert laid_back('dca' 'b', 'b', 'abcd') == list('dcab')
    assert laid_back('cd' 'ab', 'ab', 'abcd') == list('abcd')
    assert laid_back('bcda', 'a', 'abcd') == list('abcd')
    assert laid_back('cx' 'b', 'b', 'abc') == list('bcx')
