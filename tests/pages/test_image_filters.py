"""The filters, the order and the size of the pool page, and its question after an upload."""
from datetime import timedelta

import pytest
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from app.intake import Receiving, open_door
from app.uploads import UploadState
from data.models import Action
from tests import pictures
from tests.cast import Cast
from tests.factories import CAPTURED, a_patient, a_stored_image
from tests.pages.conftest import OpenAs
from tests.pages.test_image_choice import FOREARM, pool, pool_key, press
from tests.pages.test_images import ADDRESS, click_tile, trail
from tests.pages.waiting import sees, until


@pytest.fixture
def keys(clinic: Clinic, cast: Cast) -> list[str]:
    """Three photographs of Maria, the latest first: an overview and a close-up of the left forearm, and one of nothing said."""
    patient = a_patient(clinic, cast.jana).key
    found = [a_stored_image(clinic, cast.jana, patient, captured_at=CAPTURED - timedelta(weeks=number)) for number in range(3)]
    for key, view in zip(found, ('overview', 'close-up'), strict=False):
        for field, text in (('body_site', FOREARM), ('laterality', 'left'), ('view', view)):
            clinic.change_now(cast.jana, lambda records, key=key, field=field, text=text: records.images.describe(key, field, text))
    return found


def shown(user: User) -> list[str]:
    """Return the keys of the tiles, from top to bottom."""
    tiles = [element for element in user.client.layout.descendants() if 'df-tile' in element.classes]
    return [tile.content.partition('/images/')[2][:32] for tile in tiles]


async def test_an_address_narrows_the_pool_and_an_empty_result_offers_the_way_out(user: User, keys: list[str]) -> None:
    await user.open(f'{ADDRESS}?view=overview&site=none')
    await user.should_see('0 of 3 images')
    await user.should_see('No images match.')
    out = next(element for element in user.client.elements.values() if element.props.get('aria-label') == 'Remove Body site not set'
               and 'df-chip--on' in element.classes)
    with user.client:
        [listener] = out._event_listeners.values()
        listener.handler()
    await sees(user, '1 of 3 images')
    assert shown(user) == [keys[0]]
    press(user, 'Clear all')
    await sees(user, '3 images')


async def test_what_an_address_cannot_ask_for_is_said(user: User, keys: list[str]) -> None:
    await user.open(f'{ADDRESS}?view=x-ray')
    await user.should_see('There is no view “x-ray”.')
    await user.should_see('3 images')


async def test_a_filter_names_a_hostile_value_without_reading_it_as_markup(user: User, keys: list[str]) -> None:
    await user.open(f'{ADDRESS}?site=%3Cimg+src=x%3E&tag=%3Cb%3E')
    await user.should_see('0 of 3 images')
    fragments = [element.content for element in user.client.elements.values() if isinstance(element, ui.html)]
    assert not any('<img src=x' in fragment for fragment in fragments)
    assert any('&lt;img src=x&gt;' in fragment for fragment in fragments)


async def test_the_arrows_of_the_viewer_go_through_what_is_shown(clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    await user.open(f'{ADDRESS}?site={FOREARM}/left')
    click_tile(user, keys[0])
    await sees(user, '1 of 2')
    user.find(marker='next-photo').click()
    await sees(user, '2 of 2')
    assert [event['subject'] for event in trail(clinic, cast, Action.IMAGE_VIEW)] == [keys[0], keys[1]]


async def test_a_photo_that_leaves_the_filter_by_what_is_written_beside_it_stays_large(
        clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    await user.open(f'{ADDRESS}?view=none')
    click_tile(user, keys[2])
    await sees(user, 'About this photo')
    clinic.change_now(cast.jana, lambda records: records.images.describe(keys[2], 'view', 'overview'))
    await sees(user, '0 of 3 images')
    await user.should_see('1 of 1')
    assert any('· Overview' in (getattr(element, 'text', '') or '') for element in user.client.elements.values())  # beside its date


async def test_the_size_is_remembered_and_the_order_turns(clinic: Clinic, cast: Cast, user: User, keys: list[str]) -> None:
    await user.open(ADDRESS)
    assert shown(user) == keys
    press(user, 'Large photos')
    press(user, 'Newest day first')
    assert shown(user) == keys[::-1]

    def preferred() -> str:
        with clinic.reading(cast.jana) as records:
            return records.users.preference('photo_size')

    def size() -> str:
        return next(str(element.props['data-size']) for element in user.client.elements.values() if 'df-pool-days' in element.classes)
    await until(lambda: preferred() == 'L')
    await user.open(ADDRESS)
    assert size() == 'L'
    await user.open(f'{ADDRESS}?sort=oldest&size=S')
    assert (size(), preferred()) == ('S', 'L')


async def test_new_photographs_are_asked_for_their_place_and_one_tap_answers_for_all(
        clinic: Clinic, cast: Cast, user_as: OpenAs, keys: list[str]) -> None:
    patient = pool_key(clinic, cast)
    tom = user_as(cast.tom)
    await tom.open(ADDRESS)
    await tom.should_not_see('Where were these taken?')
    for number in range(2):
        receiving = Receiving(open_door(clinic, cast.tom, patient), f'IMG_{number}.jpg', 1_000)
        await receiving.write(pictures.jpeg(640 + number, 480))
        assert (await receiving.finish()).state is UploadState.ADDED
    await sees(tom, '2 new photos have no body site.')
    press(tom, 'Forearm, left')
    await sees(tom, 'Forearm, left for 2 photos.')
    placed = [(tile.body_site, tile.laterality) for tile in pool(clinic, cast.jana)]
    assert (placed.count((FOREARM, 'left')), placed.count(('', ''))) == (4, 1)  # what was there before without a place keeps none
    await until(lambda: not tom._sees('Where were these taken?'))
