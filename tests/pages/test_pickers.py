"""Choosing photographs for a visit and for a comparison: only this patient's, only what an event has named, only while they are here."""
import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from app.moving import move_images
from data.models import Action
from tests.cast import Cast
from tests.factories import a_move, a_stored_image
from tests.pages.test_entry import trail_of
from tests.pages.test_image_choice import press
from tests.pages.waiting import HeldChanges, sees, until
from tests.two_patients import Two, two_patients

VISIT = '/patients/psr-20417/entries/1'
ANYWHERE = {'offsetX': 80, 'offsetY': 80}


@pytest.fixture
def two(clinic: Clinic, cast: Cast) -> Two:
    """Maria and Paul, each with photographs, visits and comparisons."""
    return two_patients(clinic, cast.jana)


def in_dialog(user: User) -> dict[str, ui.element]:
    """Return the tiles of the open dialog by their keys."""
    return {mark.removeprefix('tile-'): one for one in user.client.elements.values() if 'df-tile' in one.classes
            and any('df-picker' in above.classes for above in one.ancestors()) for mark in one._markers}


def click(user: User, key: str) -> None:
    UserInteraction(user, {in_dialog(user)[key]}, None).trigger('click', ANYWHERE)


def is_open(user: User) -> bool:
    return any(isinstance(one, ui.dialog) and one.value for one in user.client.elements.values())


def placed(clinic: Clinic, cast: Cast, two: Two) -> list[str]:
    with clinic.reading(cast.jana) as records:
        return [tile.key for tile in records.entries.record(two.maria.key, 1).images]


async def test_what_is_chosen_is_laid_in_by_the_order_of_choice_and_all_that_was_shown_is_in_the_trail(
        clinic: Clinic, cast: Cast, two: Two, user: User) -> None:
    before = placed(clinic, cast, two)
    new = [a_stored_image(clinic, cast.jana, two.maria.key) for _ in range(3)]
    with clinic.reading(cast.jana) as records:
        pool = {tile.key for tile in records.images.of(two.maria.key)}
    await user.open(VISIT)
    press(user, 'Add from pool')
    await until(lambda: set(in_dialog(user)) == pool)
    assert set(trail_of(clinic, cast, Action.GALLERY_VIEW)[0]['detail']['images']) == pool
    click(user, new[2])
    click(user, new[0])
    click(user, before[0])
    press(user, 'Add 2 images')
    await until(lambda: placed(clinic, cast, two) == [*before, new[2], new[0]])
    await until(lambda: not is_open(user))


async def test_what_a_colleague_lays_in_meanwhile_can_be_chosen_no_more(clinic: Clinic, cast: Cast, two: Two, user: User) -> None:
    new = a_stored_image(clinic, cast.jana, two.maria.key)
    await user.open(VISIT)
    press(user, 'Add from pool')
    await until(lambda: new in in_dialog(user))
    click(user, new)
    await sees(user, '1 selected')
    clinic.change_now(cast.ines, lambda records: records.entries.place(two.maria.first.key, [new]))
    await until(lambda: 'aria-checked' not in in_dialog(user)[new].props)
    await user.should_not_see('1 selected')
    assert is_open(user)


@pytest.mark.parametrize('opener', ['Add from pool', 'New comparison'])
async def test_no_photo_of_another_patient_is_shown_or_stays(
        clinic: Clinic, cast: Cast, two: Two, user: User, opener: str) -> None:
    moved = a_stored_image(clinic, cast.jana, two.maria.key)
    with clinic.reading(cast.jana) as records:
        pauls = {tile.key for tile in records.images.of(two.paul.key)}
    await user.open(VISIT)
    press(user, opener)
    await until(lambda: moved in in_dialog(user))
    assert pauls and not pauls & in_dialog(user).keys()
    click(user, moved)
    await move_images(clinic, cast.tom, [moved], two.paul.key, 'Mixed up')
    await until(lambda: not is_open(user))
    await sees(user, 'A photo left this pool meanwhile. Open it again to choose.')
    assert in_dialog(user) == {}
    assert not any(f'/images/{moved}/' in one.content for one in user.client.elements.values() if isinstance(one, ui.html))


async def test_a_photo_that_is_moved_away_while_the_picker_opens_is_not_in_it(
        clinic: Clinic, cast: Cast, two: Two, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    leaving, staying = (a_stored_image(clinic, cast.jana, two.maria.key) for _ in range(2))
    await user.open(VISIT)
    held = HeldChanges(clinic, monkeypatch)
    press(user, 'Add from pool')
    await held.held()
    a_move(clinic, cast.jana, [leaving], two.paul.key)
    await held.let_go()
    await until(lambda: staying in in_dialog(user))
    assert leaving not in in_dialog(user)
