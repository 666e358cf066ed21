"""Possible duplicates on the details page: named with what tells them apart, noted as not the same, and that taken back."""
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from data.actors import Actor
from data.read_models import PatientHeader
from data.repositories.patients import read_draft
from tests.cast import Cast
from tests.factories import a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees, until

ADDRESS = '/patients/psr-20417/details'
WARNING = 'Another patient has this name and birth date'


def twins(clinic: Clinic, cast: Cast) -> tuple[PatientHeader, PatientHeader]:
    one, two = (a_patient(clinic, cast.jana, unique_id, birth_date='1980-03-14') for unique_id in ('psr-20417', 'psr-9'))
    return one, two


def alike(clinic: Clinic, actor: Actor, patient: str) -> list[str]:
    with clinic.reading(actor) as records:
        found = records.patients.record(patient).values
        return [other.key for other in records.lookalikes.of(read_draft(found), but_for=patient)]


def is_warned(user: User) -> bool:
    return any(getattr(element, 'text', '') == WARNING for element in user.find(kind=ui.element).elements if element.visible)


async def test_a_lookalike_is_shown_with_what_tells_the_two_apart(clinic: Clinic, cast: Cast, user: User) -> None:
    _one, two = twins(clinic, cast)
    a_stored_image(clinic, cast.jana, two.key)
    an_entry(clinic, cast.jana, two.key)
    await user.open(ADDRESS)
    await sees(user, WARNING)
    for words in ('Maria Gonzalez', 'psr-9', 'last seen 23 Nov 2026, 1 image', 'Open record', 'Not the same'):
        await user.should_see(words)


async def test_not_the_same_is_noted_for_everyone_and_can_be_undone(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    one, two = twins(clinic, cast)
    jana, ines = user_as(cast.jana), user_as(cast.ines)
    await jana.open(ADDRESS)
    await ines.open('/patients/psr-9/details')
    await sees(jana, WARNING)
    await sees(ines, WARNING)
    jana.find('Not the same').click()
    await sees(jana, 'Noted: psr-9 is not the same patient.')
    await until(lambda: not is_warned(jana) and not is_warned(ines))
    assert (alike(clinic, cast.jana, one.key), alike(clinic, cast.ines, two.key)) == ([], [])
    jana.find('Undo').click()
    await until(lambda: is_warned(jana) and is_warned(ines))
    assert alike(clinic, cast.jana, one.key) == [two.key]


async def test_a_third_who_looks_alike_is_still_warned_of(clinic: Clinic, cast: Cast, user: User) -> None:
    one, two = twins(clinic, cast)
    clinic.change_now(cast.jana, lambda records: records.lookalikes.tell_apart(one.key, two.key))
    a_patient(clinic, cast.jana, 'psr-3', birth_date='1980-03-14')
    await user.open(ADDRESS)
    await sees(user, 'psr-3')
    await user.should_not_see('psr-9')


async def test_a_role_that_may_not_write_is_warned_and_notes_nothing(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    twins(clinic, cast)
    tom = user_as(cast.tom)
    await tom.open(ADDRESS)
    await sees(tom, WARNING)
    await tom.should_not_see('Not the same')
