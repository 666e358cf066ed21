"""The same file with another patient, on the pages: named in the pool to who may read patients, on a phone to nobody."""
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from app.gate import Gate
from app.moving import move_images
from data.read_models import PatientHeader
from tests import pictures
from tests.cast import Cast
from tests.conftest import AddPhoto
from tests.factories import a_patient
from tests.pages.test_capture import a_link, gate, maria, phone, send  # noqa: F401 -- fixtures among them
from tests.pages.test_images import only
from tests.pages.test_leaving import press, written
from tests.pages.waiting import sees, until

TWIN = 'The same file is also in another record. Please check on the computer.'


async def test_a_phone_is_told_of_the_same_file_but_not_whose_it_is(
        gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader, add_photo: AddPhoto) -> None:  # noqa: F811
    paul = a_patient(clinic, cast.jana, 'psr-2', family_name='Meyer', given_names='Paul').key
    await add_photo(cast.jana, paul, pictures.jpeg())
    answer = await send(phone(gate), await a_link(clinic, cast.jana, maria), ('a.jpg', pictures.jpeg()))
    assert TWIN in answer.text
    for word in ('Meyer', 'Paul', 'psr-2<', paul):
        assert word not in answer.text


async def test_a_phone_shows_no_picture_of_what_left_the_patient_whom_it_names(
        gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:  # noqa: F811
    browser, path = phone(gate), await a_link(clinic, cast.jana, maria)
    shown = (await send(browser, path, ('a.jpg', pictures.jpeg()))).text
    assert shown.count('data:image/jpeg') == 1
    with clinic.reading(cast.jana) as records:
        [tile] = records.images.of(maria.key)
    await move_images(clinic, cast.tom, [tile.key], a_patient(clinic, cast.jana, 'psr-2').key, 'Wrong patient')
    assert 'data:image' not in (await browser.get(path)).text


async def test_the_list_of_what_was_added_names_who_else_has_the_file_and_offers_what_to_do(
        clinic: Clinic, cast: Cast, user: User, add_photo: AddPhoto) -> None:
    hers, his = (a_patient(clinic, cast.jana, unique_id, family_name=name).key for unique_id, name in (
        ('psr-20417', 'Gonzalez'), ('psr-2', '<b>Meyer')))
    await user.open('/patients/psr-20417/images')
    await add_photo(cast.jana, his, pictures.jpeg())
    key = await add_photo(cast.jana, hers, pictures.jpeg())
    await sees(user, 'The same file is also in the pool of ')
    assert only(user, content='Maria <b>Meyer (psr-2)').props['href'] == '/patients/psr-2/images'
    assert f'/images/{key}/thumb' in written(user)
    press(user, 'Withdraw')
    await sees(user, 'Withdraw 1 photo')
    user.find(marker='reason').type('Hers is the other one')
    press(user, 'Withdraw 1 photo')
    await sees(user, '1 photo withdrawn.')
    await until(lambda: f'/images/{key}' not in written(user))
    await user.should_not_see('The same file is also in the pool of ')
    assert 'Added 09:00' in written(user)
    assert [element for element in user.find(kind=ui.button).elements if element.text == 'Withdrawn (1)']
