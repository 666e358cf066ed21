"""Photographs that leave a pool, on the pages: asked why and to whom, gone from every open page, marked where they lay, and back."""
import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from app.moving import move_images, take_back
from app.uploads import Upload, UploadState
from data.models import Action
from tests.cast import Cast
from tests.factories import a_move, a_patient, a_stored_image
from tests.pages.conftest import OpenAs
from tests.pages.test_image_choice import TICK
from tests.pages.test_images import click_tile, only, tiles, trail
from tests.pages.waiting import sees, until
from tests.two_patients import Owner, Two, two_patients

POOL, VISIT = '/patients/psr-20417/images', '/patients/psr-20417/entries/1'


@pytest.fixture
def two(clinic: Clinic, cast: Cast) -> Two:
    return two_patients(clinic, cast.jana)


def pool(clinic: Clinic, cast: Cast, owner: Owner) -> set[str]:
    with clinic.reading(cast.vera) as records:
        return {tile.key for tile in records.images.of(owner.key)}


def written(user: User) -> str:
    """Return everything that a page shows or says of itself, markup and names included."""
    return ' '.join(str(part) for element in user.client.elements.values() if not element.is_deleted
                    for part in (getattr(element, 'content', ''), getattr(element, 'text', ''), element.props.get('aria-label', '')))


def pictures(user: User) -> list[str]:
    return [element.props['src'] for element in user.client.elements.values() if element.tag == 'img' and 'src' in element.props]


async def open_large(user: User, address: str, key: str) -> None:
    await user.open(address)
    await until(lambda: any(key in tile.content for tile in tiles(user)))
    click_tile(user, key)
    await until(lambda: pictures(user) == [f'/images/{key}/preview'])


async def ask_to_move(user: User, key: str, words: str = 'meyer') -> None:
    await open_large(user, POOL, key)
    pick(user, 'Move to another patient')
    await sees(user, 'Move 1 photo')
    user.find(marker='to').type(words)


def press(user: User, words: str) -> None:
    """Press the button of these words."""
    [button] = [element for element in user.find(kind=ui.button).elements if element.text == words]
    UserInteraction(user, {button}, None).click()


def pick(user: User, words: str) -> None:
    """Pick an item of the menu in the viewer's head."""
    [item] = [element for element in user.find(kind=ui.menu_item).elements
              if any(getattr(child, 'text', '') == words for child in element.descendants())]
    UserInteraction(user, {item}, None).click()


def options(user: User, name: str) -> list[ui.element]:
    return [element for element in user.client.elements.values() if 'df-who-option' in element.classes
            and any(getattr(child, 'text', '') == name for child in element.descendants())]


async def choose(user: User, name: str) -> None:
    """Take the patient of this name out of those that were found."""
    await until(lambda: bool(options(user, name)))
    UserInteraction(user, set(options(user, name)), None).click()


async def test_a_photo_of_the_wrong_patient_is_moved_with_a_reason_and_moved_back(
        clinic: Clinic, cast: Cast, two: Two, user: User) -> None:
    key = two.maria.first.image
    await ask_to_move(user, key)
    await sees(user, 'Paul Meyer')
    await user.should_see('Entry 1, 24 Nov 2026: workspace, comparison “Maria compared”')
    await choose(user, 'Paul Meyer')
    user.find(marker='reason').type('Mixed up')
    press(user, 'Move 1 photo')
    await sees(user, '1 photo moved to Paul Meyer, psr-2.')
    assert (pool(clinic, cast, two.maria), key in pool(clinic, cast, two.paul)) == ({two.maria.second.image}, True)
    assert pictures(user) == []
    await sees(user, '1 image')
    UserInteraction(user, {element for element in user.client.elements.values() if 'df-undo-act' in element.classes}, None).click()
    await sees(user, '1 photo moved back.')
    assert pool(clinic, cast, two.maria) == set(two.maria.captions)
    await sees(user, '2 images')


async def test_a_move_waits_for_a_patient_and_a_reason_and_names_no_one_without_an_event(
        clinic: Clinic, cast: Cast, two: Two, user: User) -> None:
    key = two.maria.first.image
    await ask_to_move(user, key, 'm')
    await sees(user, 'Paul Meyer')
    [event] = trail(clinic, cast, Action.PATIENT_LIST)
    assert (event['detail'], 'm' in event['detail'].values()) == ({'query_length': 1, 'hits': 2, 'images': []}, False)
    assert options(user, 'Maria Gonzalez') == []  # not to herself
    [button] = [element for element in user.find(kind=ui.button).elements if element.text == 'Move 1 photo']
    assert not button.enabled
    await choose(user, 'Paul Meyer')
    press(user, 'Move 1 photo')
    await sees(user, 'Say why: the reason stays with the record.')
    assert pool(clinic, cast, two.maria) == set(two.maria.captions)


async def test_a_twin_in_the_other_pool_is_said_in_the_dialog_and_nothing_moves(
        clinic: Clinic, cast: Cast, two: Two, user: User) -> None:
    twin = a_stored_image(clinic, cast.jana, two.maria.key, original=b'the same photograph')
    a_stored_image(clinic, cast.jana, two.paul.key, original=b'the same photograph')
    await ask_to_move(user, twin)
    await choose(user, 'Paul Meyer')
    user.find(marker='reason').type('Mixed up')
    press(user, 'Move 1 photo')
    await sees(user, 'Already in that pool (same file): IMG_0001.jpg. Nothing was moved.')
    assert twin in pool(clinic, cast, two.maria)


@pytest.mark.parametrize('address', [POOL, VISIT])
async def test_a_photo_that_someone_moves_leaves_the_screen_of_everyone_else(
        clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs, address: str) -> None:
    key, vera = two.maria.first.image, user_as(cast.vera)
    await open_large(vera, address, key)
    await move_images(clinic, cast.tom, [key], two.paul.key, 'Mixed up')
    await sees(vera, 'This photo is not here any more.')
    assert pictures(vera) == []
    assert key not in written(vera)
    assert 'Paul' not in written(vera) and two.paul.key not in written(vera)


@pytest.mark.parametrize('address', [POOL, VISIT])
async def test_a_photo_that_is_another_patients_by_now_is_not_shown_large_under_this_name(
        clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    key, user = two.maria.first.image, user_as(cast.vera)
    await user.open(address)
    await until(lambda: any(key in tile.content for tile in tiles(user)))
    monkeypatch.setattr(clinic.hub, 'publish', lambda _changes: None)  # the news is still on its way to the page
    a_move(clinic, cast.ines, [key], two.paul.key)
    click_tile(user, key)
    await until(lambda: user.notify.messages)
    assert (pictures(user), trail(clinic, cast, Action.IMAGE_VIEW)) == ([], [])


async def test_a_picker_that_shows_a_photo_of_another_patient_by_now_leaves_the_screen(
        clinic: Clinic, cast: Cast, two: Two, user: User) -> None:
    await user.open(VISIT)
    press(user, 'Add from pool')
    await sees(user, 'Select day')
    await clinic.change(cast.tom, lambda records: records.images.describe(two.maria.second.image, 'caption', 'Elbow').text)
    await move_images(clinic, cast.tom, [two.maria.second.image], two.paul.key, 'Mixed up')
    await sees(user, 'A photo left this pool meanwhile. Open it again to choose.')
    assert not any(element.value for element in user.find(kind=ui.dialog).elements)


async def test_where_a_moved_photo_lay_stands_a_mark_without_a_name_and_the_picture_is_gone(
        clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs) -> None:
    key, vera = two.maria.first.image, user_as(cast.vera)
    await vera.open(VISIT)
    assert written(vera).count(f'/images/{key}/preview') == 1
    [move] = await move_images(clinic, cast.tom, [key], two.paul.key, '<b>Mixed up</b>')
    await until(lambda: written(vera).count('Moved to another patient, 23 Nov 2026') == 2)
    assert f'/images/{key}' not in written(vera)
    assert '&lt;b&gt;Mixed up' in written(vera) and '<b>Mixed up' not in written(vera)
    await take_back(clinic, cast.jana, [move])
    await until(lambda: written(vera).count(f'/images/{key}/preview') == 1)
    assert 'Moved to another patient' not in written(vera)


async def test_who_gets_a_photo_sees_where_it_came_from_and_can_take_the_move_back(
        clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs) -> None:
    key, vera, jana = two.maria.first.image, user_as(cast.vera), user_as(cast.jana)
    await move_images(clinic, cast.tom, [key], two.paul.key, 'Mixed up')
    await open_large(vera, '/patients/psr-2/images', key)
    await vera.should_see('Maria Gonzalez (psr-20417)')
    await vera.should_see('23 Nov 2026, 09:00 by Tom Adeyemi. Reason: Mixed up')
    await vera.should_not_see('Undo')
    await vera.should_not_see('Move to another patient')
    await open_large(jana, '/patients/psr-2/images', key)
    press(jana, 'Undo')
    await sees(jana, '1 photo moved back.')
    assert key in pool(clinic, cast, two.maria)


async def test_a_photo_is_withdrawn_listed_without_its_picture_and_put_back(clinic: Clinic, cast: Cast, two: Two, user: User) -> None:
    key = two.maria.first.image
    await open_large(user, POOL, key)
    pick(user, 'Withdraw')
    await sees(user, 'Withdraw 1 photo')
    user.find(marker='reason').type('Out of focus')
    press(user, 'Withdraw 1 photo')
    await sees(user, '1 photo withdrawn.')
    await sees(user, 'Withdrawn (1)')
    assert f'/images/{key}' not in written(user) and pictures(user) == []
    user.find('Withdrawn (1)').click()
    await sees(user, 'IMG_0001.jpg, 5 Mar 2026')
    await user.should_see('Withdrawn on 23 Nov 2026: Out of focus')
    press(user, 'Put back')
    await sees(user, '1 photo put back.')
    await sees(user, '2 images')
    await user.should_not_see('Withdrawn (')
    assert pool(clinic, cast, two.maria) == set(two.maria.captions)


async def test_who_may_not_move_is_told_what_is_withdrawn_and_offered_nothing(
        clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs) -> None:
    clinic.change_now(cast.tom, lambda records: records.images.withdraw([two.maria.first.image], 'Blurred'))
    vera = user_as(cast.vera)
    await open_large(vera, POOL, two.maria.second.image)
    await vera.should_not_see('Move to another patient')
    vera.find('Withdrawn (1)').click()
    await sees(vera, 'Withdrawn on 23 Nov 2026: Blurred')
    await vera.should_not_see('Put back')


async def test_the_same_file_with_another_patient_is_said_beside_it(clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs) -> None:
    twin = a_stored_image(clinic, cast.jana, two.maria.key, original=b'the same photograph')
    a_stored_image(clinic, cast.jana, two.paul.key, original=b'the same photograph')
    jana, vera = user_as(cast.jana), user_as(cast.vera)
    for user, offers in ((jana, True), (vera, False)):
        await open_large(user, POOL, twin)
        await user.should_see('The same file is also in the pool of ')
        await user.should_see('Paul Meyer (psr-2)')
        assert any(element.text == 'Withdraw' for element in user.find(kind=ui.button).elements) is offers
    assert only(jana, content='Paul Meyer (psr-2)').props['href'] == '/patients/psr-2/images'


@pytest.mark.parametrize(('address', 'opens'), [(VISIT, 'Full screen: Maria compared'), (POOL, 'Compare')])
async def test_a_comparison_on_the_whole_screen_leaves_it_with_a_photo_that_someone_moves(
        clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs, address: str, opens: str) -> None:
    key, user = two.maria.first.image, user_as(cast.vera)
    await user.open(address)
    if address == POOL:
        for each in two.maria.captions:
            user.find(marker=f'tile-{each}').trigger('click', TICK)
    await until(lambda: bool(named(user, opens)))
    UserInteraction(user, {named(user, opens)[0]}, None).click()
    await until(lambda: f'/images/{key}/preview' in stage(user))
    await move_images(clinic, cast.tom, [key], two.paul.key, 'Mixed up')
    await sees(user, 'A photo of these is not here any more.')
    assert f'/images/{key}' not in written(user)


async def test_photographs_that_a_tag_comes_from_leave_the_screen_with_one_that_someone_moves(
        clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs) -> None:
    key, vera = two.maria.first.image, user_as(cast.vera)
    await vera.open('/patients/psr-20417')
    [chip] = [one for one in vera.client.elements.values() if 'Psoriasis' in getattr(one, 'content', '') and one._event_listeners]
    UserInteraction(vera, {chip}, None).click()
    await until(lambda: f'/images/{key}/thumb' in written(vera))
    await move_images(clinic, cast.tom, [key], two.paul.key, 'Mixed up')
    await sees(vera, 'A photo of these is not here any more.')
    assert f'/images/{key}' not in written(vera)


async def test_what_shows_a_photo_of_another_patient_by_now_is_not_named_in_a_dialog_of_this_one(
        clinic: Clinic, cast: Cast, two: Two, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    key = two.maria.first.image
    await open_large(user, POOL, key)
    monkeypatch.setattr(clinic.hub, 'publish', lambda _changes: None)  # the news is still on its way to the page
    a_move(clinic, cast.ines, [key], two.paul.key)
    clinic.change_now(cast.ines, lambda records: records.entries.place(two.paul.second.key, [key]))
    pick(user, 'Withdraw')
    await until(lambda: user.notify.messages)
    assert 'Entry 2, 24 Dec 2026' not in written(user) and 'Withdraw 1 photo' not in written(user)


async def test_who_is_named_beside_a_photograph_has_an_event_of_their_own_once(
        clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs) -> None:
    vera, key = user_as(cast.vera), two.maria.first.image
    nina = a_patient(clinic, cast.jana, 'psr-3')
    for owner in (two.maria, nina):
        twin = a_stored_image(clinic, cast.jana, owner.key, original=b'the same photograph')
    await move_images(clinic, cast.tom, [key], two.paul.key, 'Mixed up')
    assert trail(clinic, cast, Action.PATIENT_RECOGNISE) == []
    await open_large(vera, '/patients/psr-2/images', key)
    await sees(vera, 'Maria Gonzalez (psr-20417)')
    assert [event['subject'] for event in trail(clinic, cast, Action.PATIENT_RECOGNISE)] == [two.maria.key]
    await open_large(vera, '/patients/psr-3/images', twin)
    await sees(vera, 'Maria Gonzalez (psr-20417)')
    assert [event['subject'] for event in trail(clinic, cast, Action.PATIENT_RECOGNISE)] == [two.maria.key] * 2


async def test_a_file_just_added_shows_no_picture_in_the_column_once_it_is_another_patients(
        clinic: Clinic, cast: Cast, two: Two, user: User) -> None:
    key = two.maria.first.image
    clinic.uploads.begin(cast.jana.session, two.maria.key, Upload('a.jpg', 5, 5, UploadState.ADDED, image=key))
    await user.open(POOL)
    assert f'/images/{key}/thumb' in written_row(user)
    await move_images(clinic, cast.tom, [key], two.paul.key, 'Mixed up')
    await until(lambda: not any(key in tile.content for tile in tiles(user)))
    assert written_row(user).count('a.jpg') == 1
    assert key not in written_row(user) and '<button' not in written_row(user)


def named(user: User, name: str) -> list[ui.element]:
    return [one for one in user.client.elements.values()
            if isinstance(one, ui.button) and name in (one.text, one.props.get('aria-label'))]


def stage(user: User) -> str:
    """Return the markup of a comparison that fills the screen."""
    return ' '.join(one.content for one in user.client.elements.values() if isinstance(one, ui.html) and 'df-cmp-inside' in one.classes)


def written_row(user: User) -> str:
    """Return the markup of the rows of the upload column."""
    return ' '.join(one.content for one in user.client.elements.values() if isinstance(one, ui.html) and 'df-uprow' in one.classes)
