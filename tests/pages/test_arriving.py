"""What is still arriving, among the photographs of an open pool: of this patient only, still, and gone when its photograph is there."""
import asyncio
from typing import Any

import pytest
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from app.intake import Receiving, open_door
from app.uploads import Upload, UploadState
from data.actors import Actor, Role
from data.read_models import PatientHeader
from tests import pictures
from tests.cast import Cast
from tests.components.test_upload_panel import words
from tests.factories import a_patient, a_stored_image
from tests.pages.conftest import OpenAs
from tests.pages.test_images import tiles
from tests.pages.waiting import seen_until, sees, settled, until
from tests.two_patients import two_patients

POOL = '/patients/psr-20417/images'
PAULS = '/patients/psr-2/images'


@pytest.fixture
def maria(clinic: Clinic, cast: Cast) -> PatientHeader:
    """The patient of most of these tests, without a photograph."""
    return a_patient(clinic, cast.jana)


def elements(user: User) -> list[ui.html]:
    """Return the tiles of what is arriving, in the order of the page."""
    assert user.client is not None
    places = [element for element in user.client.elements.values() if 'df-arriving' in element.classes and not element.is_deleted]
    return [tile for place in places for tile in place.default_slot.children if isinstance(tile, ui.html)]


def arriving(user: User) -> list[str]:
    return [words(tile.content) for tile in elements(user)]


def add(user: User, *names: str) -> None:
    """Choose files, as the browser tells of it."""
    assert user.client is not None
    uploader = next(element for element in user.client.elements.values() if element.tag == 'q-uploader')
    told = [{'__key': f'1764066615000{name}9000', '__sizeLabel': '9KB'} for name in names]
    UserInteraction(user, {uploader}, None).trigger('added', told)


def receiving(clinic: Clinic, actor: Actor, patient: str, name: str = 'IMG_1.jpg', size: int = 0, **more: Any) -> Receiving:
    """Let the first bytes of a file come in."""
    return Receiving(open_door(clinic, actor, patient, **more), name, size)


def days(user: User) -> list[str]:
    """Return the dates of the groups, in the order of the page."""
    assert user.client is not None
    root = next(element for element in user.client.elements.values() if 'df-pool-days' in element.classes)
    headings = [element for element in root.descendants() if isinstance(element, TextElement)]
    return [heading.text for heading in headings if 'df-day-date' in heading.classes]


async def test_a_file_waits_is_sent_and_checked_and_becomes_its_photograph(
        clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await user.open(POOL)
    await user.should_see('No photos yet.')
    add(user, 'IMG_1.jpg', 'IMG_2.jpg')
    assert arriving(user) == ['Waiting IMG_1.jpg', 'Waiting IMG_2.jpg']
    await user.should_not_see('No photos yet.')
    await user.should_see('Today')
    data = pictures.jpeg()
    file = receiving(clinic, cast.jana, maria.key, size=2 * len(data))
    await until(lambda: arriving(user) == ['Sending 0 % IMG_1.jpg', 'Waiting IMG_2.jpg'])
    await file.write(data)
    clinic.uploads.tell(cast.jana.session, maria.key)
    await until(lambda: arriving(user) == ['Sending 50 % IMG_1.jpg', 'Waiting IMG_2.jpg'])
    await file.finish()
    await until(lambda: arriving(user) == ['Waiting IMG_2.jpg'] and len(tiles(user)) == 1)


async def test_never_both_and_never_neither_of_a_file_and_its_photograph(
        clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await user.open(POOL)
    add(user, 'IMG_1.jpg')

    async def send() -> None:
        file = receiving(clinic, cast.jana, maria.key)
        await file.write(pictures.jpeg())
        await file.finish()
    sending = asyncio.create_task(send())
    seen = await seen_until(lambda: bool(tiles(user)) and sending.done(), lambda: (len(arriving(user)), len(tiles(user))))
    await settled()
    assert seen == {(1, 0), (0, 1)}
    assert arriving(user) == []


async def test_what_goes_to_another_patient_is_not_shown_here(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    two = two_patients(clinic, cast.jana)
    marias, pauls, colleagues = user_as(cast.jana), user_as(cast.jana), user_as(cast.ines)
    await marias.open(POOL)
    await pauls.open(PAULS)
    await colleagues.open(PAULS)
    add(marias, 'of maria.jpg', 'waits.jpg')
    file = receiving(clinic, cast.jana, two.maria.key, 'of maria.jpg')
    receiving(clinic, cast.ines, two.paul.key, 'of paul.jpg')
    await until(lambda: arriving(marias) == ['Sending of maria.jpg', 'Waiting waits.jpg'])
    await until(lambda: arriving(pauls) == arriving(colleagues) == ['Sending of paul.jpg'])
    add(pauls, 'of maria.jpg')
    assert arriving(pauls) == ['Sending of paul.jpg', 'Waiting of maria.jpg']
    await pauls.open(POOL)
    await until(lambda: arriving(pauls) == ['Sending of maria.jpg'])
    await pauls.open(PAULS)
    assert arriving(pauls) == ['Sending of paul.jpg']
    await file.abandon()


async def test_what_a_colleague_or_a_phone_sends_is_shown_too(clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await user.open(POOL)
    desk = receiving(clinic, cast.tom, maria.key, 'desk.jpg', 100)
    phone = receiving(clinic, cast.jana, maria.key, 'phone.jpg', progress='handoff:1')
    await until(lambda: arriving(user) == ['Sending 0 % desk.jpg', 'Sending phone.jpg'])
    await user.should_not_see('Adding')
    await desk.abandon()
    await phone.abandon()
    await until(lambda: arriving(user) == [])
    await sees(user, 'No photos yet.')


async def test_what_is_refused_or_cancelled_goes_and_the_panel_says_why(
        clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await user.open(POOL)
    bad = receiving(clinic, cast.jana, maria.key, 'scan.pdf', 9)
    unwanted = receiving(clinic, cast.jana, maria.key, 'b.jpg', 9)
    await until(lambda: len(arriving(user)) == 2)
    clinic.uploads.cancel(cast.jana.session, maria.key, unwanted.upload.key)
    await until(lambda: arriving(user) == ['Sending 0 % scan.pdf'])
    await bad.write(b'%PDF-1.7 a form')
    await bad.finish()
    await until(lambda: arriving(user) == [])
    await sees(user, '1 skipped: PDF is not a photo.')
    await sees(user, 'No photos yet.')
    await user.should_not_see('Today')


async def test_the_same_file_again_goes_when_it_is_found_in_the_pool(
        clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    data = pictures.jpeg()
    a_stored_image(clinic, cast.jana, maria.key, original=data)
    await user.open(POOL)
    file = receiving(clinic, cast.jana, maria.key)
    await until(lambda: arriving(user) == ['Sending IMG_1.jpg'])
    await file.write(data)
    await file.finish()
    await until(lambda: arriving(user) == [])
    assert len(tiles(user)) == 1


async def test_of_a_photograph_that_left_before_the_page_read_it_no_tile_stays(
        clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await user.open(POOL)
    upload = Upload('IMG_1.jpg', 9, becoming='left')
    clinic.uploads.begin(cast.jana.session, maria.key, upload)
    upload.state = UploadState.ADDED
    clinic.uploads.tell(cast.jana.session, maria.key)
    await until(lambda: arriving(user) == ['Checking IMG_1.jpg'])
    a_stored_image(clinic, cast.ines, maria.key)
    await until(lambda: len(tiles(user)) == 1)
    assert arriving(user) == []


async def test_they_are_still_and_no_screen_reader_names_them(clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await user.open(POOL)
    file = receiving(clinic, cast.jana, maria.key)
    await until(lambda: len(arriving(user)) == 1)
    [tile] = elements(user)
    assert tile.parent_slot is not None and tile.parent_slot.parent.props['aria-hidden'] == 'true'
    assert not tile._event_listeners and 'tabindex' not in tile.props
    await user.should_not_see(marker='day-2026-11-23')  # nothing of this day can be chosen
    await user.should_not_see('Select day')
    await file.abandon()


async def test_whatever_the_filter_and_the_order_they_stand_in_todays_group(
        clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    a_stored_image(clinic, cast.jana, maria.key)
    receiving(clinic, cast.jana, maria.key)
    await user.open(f'{POOL}?sort=oldest')
    assert days(user) == ['5 Mar 2026', '23 Nov 2026']
    await user.open(POOL)
    assert days(user) == ['23 Nov 2026', '5 Mar 2026']
    await user.open(f'{POOL}?view=overview')
    assert (days(user), arriving(user), tiles(user)) == (['23 Nov 2026'], ['Sending IMG_1.jpg'], [])
    await user.should_see('No images match.')


async def test_of_fifty_files_only_the_one_that_went_on_is_drawn_again(
        clinic: Clinic, cast: Cast, user: User, maria: PatientHeader, monkeypatch: pytest.MonkeyPatch) -> None:
    await user.open(POOL)
    add(user, *(f'IMG_{number}.jpg' for number in range(50)))
    await until(lambda: len(arriving(user)) == 50)
    file = receiving(clinic, cast.jana, maria.key, 'IMG_0.jpg', 9_000)
    await until(lambda: arriving(user)[0] == 'Sending 0 % IMG_0.jpg')
    before, drawn = elements(user), list[str]()
    set_content = ui.html.set_content
    monkeypatch.setattr(ui.html, 'set_content', lambda self, content: (drawn.append(content), set_content(self, content)))
    file.upload.received_bytes = 4_500
    clinic.uploads.tell(cast.jana.session, maria.key)
    await until(lambda: arriving(user)[0] == 'Sending 50 % IMG_0.jpg')
    assert elements(user) == before and len(before) == 50
    assert [content for content in drawn if 'Sending' in content] == [before[0].content]
    assert not any('Waiting' in content for content in drawn)


async def test_a_page_that_is_opened_anew_shows_what_is_on_its_way_and_nothing_that_only_the_old_one_held(
        clinic: Clinic, cast: Cast, user: User, maria: PatientHeader) -> None:
    await user.open(POOL)
    add(user, 'sent.jpg', 'never sent.jpg')
    file = receiving(clinic, cast.jana, maria.key, 'sent.jpg')
    await until(lambda: arriving(user) == ['Sending sent.jpg', 'Waiting never sent.jpg'])
    await user.open(POOL)
    assert arriving(user) == ['Sending sent.jpg']
    await file.abandon()
    await until(lambda: arriving(user) == [])


async def test_a_file_that_began_as_the_page_was_left_is_not_named_as_one_that_was_never_sent_too(
        clinic: Clinic, cast: Cast, user: User, maria: PatientHeader, monkeypatch: pytest.MonkeyPatch) -> None:
    await user.open(POOL)
    add(user, 'sent.jpg', 'never sent.jpg')
    monkeypatch.setattr(clinic.hub, 'publish', lambda _changes: None)  # the news is still on its way to the page
    file = receiving(clinic, cast.jana, maria.key, 'sent.jpg')
    assert user.client is not None
    user.client.tab_id = None  # as when its socket is gone
    for left in user.client.disconnect_handlers:
        user.client.safe_invoke(left)
    named = [one.name for one in clinic.uploads.of(cast.jana.session, maria.key)]
    assert named == ['sent.jpg', 'never sent.jpg']
    await file.abandon()


async def test_a_page_whose_role_was_lowered_hears_of_nobodys_files_any_more(
        clinic: Clinic, cast: Cast, user: User, user_as: OpenAs, maria: PatientHeader) -> None:
    other = user_as(cast.ines)
    await user.open(POOL)
    await other.open(POOL)
    clinic.change_now(cast.ines, lambda records: records.users.change_role(cast.jana.user, Role.AUDITOR))
    receiving(clinic, cast.tom, maria.key, 'private.jpg')
    await until(lambda: arriving(other) == ['Sending private.jpg'])
    await settled()
    assert arriving(user) == []
    assert user.notify.messages == []
