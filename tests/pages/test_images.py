"""The pool page, through the simulated user and checked in the records."""
from datetime import UTC, datetime
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from app.intake import Receiving, open_door
from data.body_sites import coded
from data.models import Action
from data.read_models import ImageTile, PatientHeader
from data.repositories.audit import TrailView
from tests import pictures
from tests.cast import Cast
from tests.conftest import AddPhoto
from tests.factories import a_patient, a_stored_image
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees, until

ADDRESS = '/patients/psr-20417/images'


def a_pool(clinic: Clinic, cast: Cast, *, images: int = 0) -> tuple[PatientHeader, list[str]]:
    patient = a_patient(clinic, cast.jana)
    days = [datetime(2026, 3, 5 + number, 10, 0, tzinfo=UTC) for number in range(images)]
    return patient, [a_stored_image(clinic, cast.jana, patient.key, captured_at=day) for day in days]


def trail(clinic: Clinic, cast: Cast, action: Action) -> list[dict[str, Any]]:
    """Return these events, oldest first."""
    with clinic.reading(cast.ines) as records:
        return [event.read() for event in reversed(records.audit.page(TrailView(action=action.value)))]


def image(clinic: Clinic, cast: Cast, patient: PatientHeader, key: str) -> ImageTile:
    with clinic.reading(cast.jana) as records:
        return next(tile for tile in records.images.of(patient.key) if tile.key == key)


def tiles(user: User) -> list[ui.html]:
    return [element for element in user.find(kind=ui.html).elements if 'df-tile' in element.classes]


def click_tile(user: User, key: str) -> None:
    tile = next(tile for tile in tiles(user) if key in tile.content)
    UserInteraction(user, {tile}, None).click()


def only(user: User, **what: Any) -> Any:
    return next(iter(user.find(**what).elements))


async def test_an_empty_pool_says_what_to_do(clinic: Clinic, cast: Cast, user: User) -> None:
    a_pool(clinic, cast)
    await user.open(ADDRESS)
    await user.should_see('0 images')
    await user.should_see('No photos yet.')
    await user.should_see('Drop files here, or choose them.')
    await user.should_see('Upload images')
    assert only(user, kind=ui.element, content='Upload images')


async def test_who_may_not_add_sees_the_photos_and_no_way_to_add(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    a_pool(clinic, cast, images=2)
    vera = user_as(cast.vera)
    await vera.open(ADDRESS)
    await vera.should_see('2 images')
    await vera.should_not_see('Upload images')
    assert not [element for element in vera.client.elements.values() if element.tag == 'q-uploader']


async def test_opening_the_pool_is_one_event_that_names_every_image(clinic: Clinic, cast: Cast, user: User) -> None:
    patient, keys = a_pool(clinic, cast, images=3)
    await user.open(ADDRESS)
    [event] = trail(clinic, cast, Action.GALLERY_VIEW)
    assert (event['patient'], sorted(event['detail']['images'])) == (patient.key, sorted(keys))
    assert clinic.viewings.covers(cast.jana.session, patient.key)


async def test_a_photo_that_someone_adds_appears_in_an_open_page_and_in_its_trail(
        clinic: Clinic, cast: Cast, user_as: OpenAs, add_photo: AddPhoto) -> None:
    patient, _keys = a_pool(clinic, cast, images=1)
    ines = user_as(cast.ines)
    await ines.open(ADDRESS)
    key = await add_photo(cast.tom, patient.key, pictures.jpeg())
    await sees(ines, '2 images')
    await until(lambda: any(key in tile.content for tile in tiles(ines)))
    first, second = trail(clinic, cast, Action.GALLERY_VIEW)
    assert (len(first['detail']['images']), second['detail']['images'], second['user']) == (1, [key], cast.ines.user)


async def test_a_file_on_its_way_is_shown_to_its_sender_from_the_first_byte_to_the_last(clinic: Clinic, cast: Cast, user: User) -> None:
    patient, _keys = a_pool(clinic, cast)
    await user.open(ADDRESS)
    receiving = Receiving(open_door(clinic, cast.jana, patient.key), 'IMG_1.jpg', 400_000)
    await receiving.write(pictures.jpeg())
    await sees(user, 'Adding 1 photo')
    await until(lambda: 'IMG_1.jpg' in only(user, kind=ui.html, content='IMG_1.jpg').content)
    await receiving.finish()
    await sees(user, '1 photo added.')
    await sees(user, content='Added 09:00')
    await clinic.decoding.close()


async def test_a_refused_file_stays_named_until_the_list_is_put_away(clinic: Clinic, cast: Cast, user: User) -> None:
    patient, _keys = a_pool(clinic, cast)
    receiving = Receiving(open_door(clinic, cast.jana, patient.key), 'consent-scan.pdf', 100)
    await receiving.write(b'%PDF-1.7 a form')
    await receiving.finish()
    await clinic.decoding.close()
    await user.open(ADDRESS)
    await user.should_see('1 skipped: PDF is not a photo.')
    await user.should_see(content='Not added: PDF is not a photo.')
    user.find(marker='put-away').click()
    await user.should_not_see('1 skipped')
    assert clinic.uploads.of(cast.jana.session, patient.key) == []


async def test_a_photo_opens_large_after_its_event_and_the_arrows_go_on(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, keys = a_pool(clinic, cast, images=2)
    await user.open(ADDRESS)
    click_tile(user, keys[1])
    await sees(user, '1 of 2')
    assert [event['subject'] for event in trail(clinic, cast, Action.IMAGE_VIEW)] == [keys[1]]
    user.find(marker='next-photo').click()
    await sees(user, '2 of 2')
    shown = [element.props['src'] for element in user.client.elements.values() if element.tag == 'img' and 'src' in element.props]
    assert shown == [f'/images/{keys[0]}/preview']
    await user.should_see('Download original')


async def test_what_is_written_beside_a_photo_is_stored_as_it_is_typed(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    patient, [key] = a_pool(clinic, cast, images=1)
    tom = user_as(cast.tom)
    await tom.open(ADDRESS)
    click_tile(tom, key)
    await sees(tom, 'About this photo')
    only(tom, marker='body-site').set_value(coded('Forearm'))
    tom.find(marker='caption').type('<b>before</b>')
    only(tom, marker='laterality').set_value('left')

    def as_stored() -> tuple[str, str, str]:
        tile = image(clinic, cast, patient, key)
        return tile.body_site, tile.laterality, tile.caption
    await until(lambda: as_stored() == (coded('Forearm'), 'left', '<b>before</b>'))
    await until(lambda: any('Forearm, left' in tile.content and '&lt;b&gt;before' in tile.content for tile in tiles(tom)))
    await tom.should_not_see('Download original')


async def test_a_photo_is_opened_with_the_words_of_that_moment(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await user.open(ADDRESS)
    monkeypatch.setattr(clinic.hub, 'publish', lambda _changes: None)  # the news is still on its way to the page
    await clinic.change(cast.ines, lambda records: records.images.describe(key, 'caption', 'Hers, important'))
    assert 'Hers' not in tiles(user)[0].content
    click_tile(user, key)
    await sees(user, 'About this photo')
    assert only(user, marker='caption').value == 'Hers, important'


async def test_a_former_unique_id_leads_to_the_present_one(clinic: Clinic, cast: Cast, user: User) -> None:
    patient, _keys = a_pool(clinic, cast)
    clinic.change_now(cast.jana, lambda records: records.patients.correct(patient.key, 'unique_id', 'psr-99'))
    answer = await user.http_client.get(ADDRESS, follow_redirects=False)
    assert (answer.status_code, answer.headers['location']) == (307, '/patients/psr-99/images')


async def test_a_page_that_is_gone_hears_nothing_more(clinic: Clinic, cast: Cast, user: User) -> None:
    a_pool(clinic, cast)
    before = clinic.hub.count()
    await user.open(ADDRESS)
    assert clinic.hub.count() > before
    user.client.delete()
    assert clinic.hub.count() == before
