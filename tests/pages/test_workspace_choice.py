"""What is done with a choice of photographs in a visit: words and tags for all of them, with the way back, and never for others."""
from datetime import timedelta

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from data.actors import Permission
from data.read_models import ImageTile
from data.repositories.tag_records import Tagged
from tests.cast import Cast
from tests.factories import CAPTURED, a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.test_image_choice import FOREARM, line_of, press
from tests.pages.test_workspace import ADDRESS, ON_THE_TICK, click, shown, stored
from tests.pages.waiting import sees, until


@pytest.fixture
def keys(clinic: Clinic, cast: Cast) -> list[str]:
    """Three photographs of Maria in a visit, the latest first, four weeks apart."""
    patient = a_patient(clinic, cast.jana)
    made = [a_stored_image(clinic, cast.jana, patient.key, captured_at=CAPTURED - timedelta(weeks=4 * number)) for number in range(3)]
    an_entry(clinic, cast.jana, patient.key, images=tuple(made))
    return made


async def with_two_chosen(user: User, keys: list[str]) -> None:
    await user.open(ADDRESS)
    for key in keys[:2]:
        click(user, key, ON_THE_TICK)
    await sees(user, '2 selected')
    await user.should_see('4 weeks apart')


def tiles(clinic: Clinic, cast: Cast) -> dict[str, ImageTile]:
    with clinic.reading(cast.jana) as records:
        return {tile.key: tile for tile in records.images.of(records.patients.key_of('psr-20417'))}


async def test_a_caption_goes_to_all_that_are_chosen_and_is_taken_back(
        clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    clinic.change_now(cast.jana, lambda records: records.images.describe(keys[0], 'caption', 'Before').text)
    await with_two_chosen(user, keys)
    press(user, 'Caption')
    await sees(user, 'This replaces 1 caption.')
    [field] = [one for one in user.find(kind=ui.input).elements if one.props.get('aria-label') == 'Caption']
    field.set_value('Week 12')
    press(user, 'Set')
    await until(lambda: [tiles(clinic, cast)[key].caption for key in keys] == ['Week 12', 'Week 12', ''])
    await sees(user, content='Week 12')
    await sees(user, 'Undo')
    press(user, 'Undo')
    await until(lambda: [tiles(clinic, cast)[key].caption for key in keys] == ['Before', '', ''])


async def test_a_view_and_a_body_site_are_set_for_all_that_are_chosen(
        clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    clinic.change_now(cast.jana, lambda records: records.images.describe(keys[2], 'body_site', FOREARM).text)
    await with_two_chosen(user, keys)
    press(user, 'View')
    UserInteraction(user, {line_of(user, 'Close-up')}, None).click()
    await until(lambda: [tiles(clinic, cast)[key].view for key in keys] == ['close-up', 'close-up', ''])
    press(user, 'Body site')
    await sees(user, 'Body site of 2 photos')


async def test_a_tag_is_put_on_what_is_chosen_and_shows_on_the_visit(
        clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    with clinic.reading(cast.jana) as records:
        category = records.tags.vocabulary()[0].key
    tag = clinic.change_now(cast.jana, lambda records: records.tags.add(category, 'Psoriasis'))
    clinic.change_now(cast.jana, lambda records: records.tags.assign(tag.key, Tagged.IMAGE, keys[:1]))
    await with_two_chosen(user, keys)
    press(user, 'Tag')
    await sees(user, marker='choice-psoriasis')
    user.find(marker='choice-psoriasis').click()

    def bearing() -> set[str]:
        with clinic.reading(cast.jana) as records:
            return {key for key, tags in records.tags.on_images(keys).items() if tags}
    await until(lambda: bearing() == set(keys[:2]))
    await sees(user, 'Psoriasis on 1 photo.')
    press(user, 'Undo')
    await until(lambda: bearing() == {keys[0]})


async def test_a_photo_that_left_meanwhile_is_chosen_no_more_and_an_act_on_the_others_goes_on(
        clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    await with_two_chosen(user, keys)
    clinic.change_now(cast.ines, lambda records: records.images.withdraw([keys[0]], 'Blurred'))
    await sees(user, '1 selected')
    press(user, 'View')
    UserInteraction(user, {line_of(user, 'Overview')}, None).click()
    await until(lambda: tiles(clinic, cast)[keys[1]].view == 'overview')


async def test_each_role_is_offered_what_it_may_do(clinic: Clinic, cast: Cast, user_as: OpenAs, keys: list[str]) -> None:
    for who in (cast.jana, cast.tom, cast.vera):
        user = user_as(who)
        await user.open(ADDRESS)
        click(user, keys[0], ON_THE_TICK)
        offered = {one.text for one in user.find(kind=ui.button).elements} if user._sees(kind=ui.button) else set()
        assert ('Remove' in offered) == who.may(Permission.ENTRY_WRITE)
        assert ('Body site' in offered) == (who.may(Permission.ENTRY_WRITE) and who.may(Permission.IMAGE_ADD))
        assert ('Tag' in offered) == (who.may(Permission.ENTRY_WRITE) and who.may(Permission.TAG_ASSIGN))


async def test_what_is_chosen_stays_chosen_when_the_visit_is_a_quarter_of_an_hour_later(
        clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    await with_two_chosen(user, keys)
    with clinic.reading(cast.jana) as records:
        entry = records.entries.record(records.patients.key_of('psr-20417'), 1).key
    clinic.change_now(cast.tom, lambda records: records.entries.amend(entry, 'appointment_at', '2026-11-23T09:15'))
    await sees(user, 'Mon 23 Nov 2026, 09:15')
    await sees(user, '2 selected')
    press(user, 'Caption')
    await user.should_see('Caption of 2 photos')


async def test_what_is_chosen_moves_within_its_day_only(clinic: Clinic, cast: Cast, user: User) -> None:
    patient = a_patient(clinic, cast.jana)
    days = [CAPTURED, CAPTURED + timedelta(minutes=1), CAPTURED - timedelta(weeks=1)]
    first, second, other = [a_stored_image(clinic, cast.jana, patient.key, captured_at=at) for at in days]
    an_entry(clinic, cast.jana, patient.key, images=(first, second, other))
    await user.open(ADDRESS)
    click(user, first, ON_THE_TICK)
    await sees(user, '1 selected')
    later = next(one for one in user.find(kind=ui.button).elements if one.props.get('aria-label') == 'Move later')
    UserInteraction(user, {later}, None).click()
    await until(lambda: stored(clinic, cast, patient) == [second, first, other])
    await until(lambda: shown(user) == [second, first, other])
    assert later.enabled
    click(user, other, ON_THE_TICK)
    await sees(user, '2 selected')
    assert not later.enabled
