"""The dialog of the phone hand-off, through the simulated user: the code, who is connected, what arrived, release and end."""
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from app.handing_off import Link, PhoneForm, find_link, phone_address, send
from app.multipart import PartBegins, PartData, PartEnds
from data.read_models import PatientHeader
from data.repositories.handoffs import HandoffRecord
from tests import pictures
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_patient, an_entry, an_uploaded_image
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees, until

POOL = '/patients/psr-20417/images'
BASE = 'https://photos.example'
PHONE, TABLET = 'p' * 43, 't' * 43


@pytest.fixture
def maria(clinic: Clinic, cast: Cast) -> PatientHeader:
    """The patient of these tests, of a practice whose phones reach it."""
    clinic.settings = clinic.settings.model_copy(update={'public_url': BASE})
    return a_patient(clinic, cast.jana)


def shown_address(user: User) -> str:
    [element] = [one for one in user.client.elements.values() if 'df-handoff-address' in one.classes and not one.is_deleted]
    return str(element.text)


def link_of(clinic: Clinic, user: User) -> Link:
    """Return the link whose address the dialog shows, as a phone that scanned it finds it."""
    link = find_link(clinic, shown_address(user).rsplit('/', 1)[1], '192.168.1.20')
    assert link is not None
    return link


def mine(clinic: Clinic, cast: Cast, maria: PatientHeader, entry: str = '') -> HandoffRecord | None:
    with clinic.reading(cast.jana) as records:
        return records.handoffs.mine(maria.key, entry)


async def form(data: bytes) -> Any:
    for event in (PartBegins('files', 'a.jpg'), PartData(data), PartEnds()):
        yield event


async def from_phone(clinic: Clinic, user: User, data: bytes, browser: str = PHONE) -> None:
    await send(clinic, link_of(clinic, user), browser, PhoneForm(form(data)))


async def open_dialog(user: User, address: str = POOL) -> None:
    await user.open(address)
    user.find('Phone').click()
    await sees(user, 'Add photos with a phone')


async def test_without_an_address_the_dialog_says_that_no_phone_can_reach_the_server(clinic: Clinic, cast: Cast, user: User) -> None:
    maria = a_patient(clinic, cast.jana)
    await open_dialog(user)
    await sees(user, 'A phone cannot reach this server yet.')
    await user.should_not_see('Waiting for a phone')
    assert mine(clinic, cast, maria) is None and phone_address(clinic, 'x') == ''


async def test_the_dialog_names_the_patient_and_shows_a_code_an_address_and_the_time(
        clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await open_dialog(user)
    for words in ('Maria Gonzalez, psr-20417', 'Waiting for a phone', '30:00 left'):
        await sees(user, words)
    assert shown_address(user).startswith(f'{BASE}/capture/')
    await user.should_see(content='<svg')
    await user.should_not_see('Release')
    record = mine(clinic, cast, maria)
    assert record is not None and link_of(clinic, user).record == record


async def test_a_photo_from_the_phone_shows_in_the_open_pool_and_in_the_dialog(
        clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await open_dialog(user)
    await from_phone(clinic, user, pictures.jpeg())
    for words in ('A phone is connected', '1 photo arrived', '1 image', 'Release'):
        await sees(user, words)


async def test_a_photo_from_the_phone_that_another_patient_has_too_is_said_on_the_desktop(
        clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    data = pictures.jpeg()
    await an_uploaded_image(clinic, cast.jana, a_patient(clinic, cast.jana, 'psr-2').key, data)
    await open_dialog(user)
    await from_phone(clinic, user, pictures.jpeg(comment=b'mine alone'))
    await sees(user, '1 photo arrived')
    await user.should_not_see('the same file')
    await from_phone(clinic, user, data)
    await sees(user, 'Of 1 photo the same file is in another patient’s pool too.')


async def test_a_photo_from_the_phone_shows_in_the_open_entry(clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    entry = an_entry(clinic, cast.jana, maria.key)
    await open_dialog(user, f'/patients/psr-20417/entries/{entry.number}')
    await from_phone(clinic, user, pictures.jpeg())
    await sees(user, '1 photo arrived')
    with clinic.reading(cast.jana) as records:
        [tile] = records.entries.record(maria.key, entry.number).images
    await sees(user, content=tile.key)


async def test_release_lets_another_phone_in(clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await open_dialog(user)
    await from_phone(clinic, user, pictures.jpeg())
    await sees(user, 'Release')
    user.find('Release').click()
    await sees(user, 'Waiting for a phone')
    await from_phone(clinic, user, pictures.jpeg(90, 60), TABLET)
    await sees(user, '2 photos arrived')
    record = mine(clinic, cast, maria)
    assert record is not None and record.is_of_another(PHONE)


async def test_end_closes_the_link_and_the_next_opening_makes_a_new_one(
        clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await open_dialog(user)
    first = shown_address(user)
    user.find('End').click()
    await until(lambda: mine(clinic, cast, maria) is None)
    await user.should_not_see('Waiting for a phone')
    user.find('Phone').click()
    await until(lambda: mine(clinic, cast, maria) is not None)
    await sees(user, 'Waiting for a phone')
    assert find_link(clinic, first.rsplit('/', 1)[1], '') is None


async def test_the_same_code_is_shown_again_while_it_works(clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await open_dialog(user)
    first = shown_address(user)
    await from_phone(clinic, user, pictures.jpeg())
    await open_dialog(user)
    await sees(user, 'A phone is connected')
    assert shown_address(user) == first


async def test_a_code_whose_time_is_over_says_so_and_makes_a_new_one(
        clinic: Clinic, cast: Cast, user: User, clock: MovableClock, maria: PatientHeader) -> None:
    await open_dialog(user)
    first = shown_address(user)
    clock.move(minutes=30)
    await sees(user, 'This code has expired. Make a new one.')
    user.find(kind=ui.button, content='Make a new one').click()
    await sees(user, 'Waiting for a phone')
    assert shown_address(user) != first
    assert link_of(clinic, user).record == mine(clinic, cast, maria)


async def test_what_the_phone_ends_the_dialog_says(clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await open_dialog(user)
    key = link_of(clinic, user).record.key
    await clinic.change(cast.jana, lambda records: records.handoffs.end(key))
    await sees(user, 'This code has expired. Make a new one.')
    await user.should_not_see('30:00 left')


async def test_who_may_not_add_has_no_such_button(clinic: Clinic, cast: Cast, user_as: OpenAs, maria: PatientHeader) -> None:
    entry = an_entry(clinic, cast.jana, maria.key)
    vera = user_as(cast.vera)
    for address in (POOL, f'/patients/psr-20417/entries/{entry.number}'):
        await vera.open(address)
        await vera.should_not_see('Phone')


async def test_a_closed_dialog_leaves_no_listener_behind(clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await user.open(POOL)
    before = clinic.hub.count()
    user.find('Phone').click()
    await sees(user, 'Waiting for a phone')
    assert clinic.hub.count() == before + 2
    user.find('End').click()
    await until(lambda: mine(clinic, cast, maria) is None)
    dialog = next(one for one in user.client.elements.values() if one.props.get('aria-label') == 'Add photos with a phone')
    UserInteraction(user, {dialog}, None).trigger('hide')
    await until(lambda: clinic.hub.count() == before)
