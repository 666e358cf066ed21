"""A role that is lowered counts in pages that are open already: what others change from then on does not come in any more."""
from collections import Counter

import pytest
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from data.actors import Role
from data.models import Action
from data.read_models import PatientHeader
from data.repositories.audit import TrailView
from data.repositories.entries import EntryRecord
from tests.cast import Cast
from tests.factories import a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees, settled, until

CHART = '/patients/psr-20417'
LOOKS = {Action.CHART_OPEN.value, Action.ENTRY_VIEW.value, Action.GALLERY_VIEW.value, Action.IMAGE_VIEW.value}


@pytest.fixture
def patient(clinic: Clinic, cast: Cast) -> PatientHeader:
    return a_patient(clinic, cast.jana)


@pytest.fixture
def entry(clinic: Clinic, cast: Cast, patient: PatientHeader) -> EntryRecord:
    return an_entry(clinic, cast.jana, patient.key, notes='Base.', images=(a_stored_image(clinic, cast.jana, patient.key),))


def lower(clinic: Clinic, cast: Cast, role: Role) -> None:
    clinic.change_now(cast.ines, lambda records: records.users.change_role(cast.jana.user, role))


def all_of(user: User) -> str:
    """Return everything that stands in a page: texts, markup, and what is in its fields."""
    return '\n'.join(str(getattr(element, name, '')) for element in user.client.elements.values() for name in ('text', 'content', 'value'))


def looks(clinic: Clinic, cast: Cast) -> Counter[str]:
    with clinic.reading(cast.ines) as records:
        return Counter(event.read()['action'] for event in records.audit.page(TrailView(user=cast.jana.user))
                       if event.read()['action'] in LOOKS)


async def test_notes_that_others_write_stay_away_from_a_page_whose_role_lost_them(
        clinic: Clinic, cast: Cast, user: User, user_as: OpenAs, entry: EntryRecord) -> None:
    other = user_as(cast.ines)
    for opened in (user, other):
        await opened.open(f'{CHART}/entries/1')
    lower(clinic, cast, Role.PHOTOGRAPHER)
    clinic.change_now(cast.ines, lambda records: records.entries.amend(entry.key, 'notes', 'Base. Confidential words.'))
    await sees(other, kind=ui.textarea, content='Confidential words.')
    clinic.change_now(cast.ines, lambda records: records.entries.amend(entry.key, 'appointment_at', '2026-11-24 11:30'))
    await sees(user, '24 Nov 2026')  # a photographer may know this much: the page has gone on, past the notes
    assert 'Confidential' not in all_of(user)


@pytest.mark.parametrize('place', ['', '/entries/1', '/images', '/details'])
async def test_a_page_follows_no_chart_that_its_role_lost_and_no_look_is_written(
        clinic: Clinic, cast: Cast, user: User, entry: EntryRecord, patient: PatientHeader, place: str) -> None:
    await user.open(CHART + place)
    before = looks(clinic, cast)
    lower(clinic, cast, Role.AUDITOR)
    image = a_stored_image(clinic, cast.ines, patient.key)
    clinic.change_now(cast.ines, lambda records: records.entries.place(entry.key, [image]))
    clinic.change_now(cast.ines, lambda records: records.patients.correct(patient.key, 'family_name', 'Lindholm'))
    await until(lambda: bool(user.notify.messages) or 'Lindholm' in all_of(user))
    await settled()
    assert user.notify.messages[:1] == ['Your role does not allow this. Ask an administrator.']
    assert image not in all_of(user)
    assert 'Lindholm' not in all_of(user)
    assert before.total() == 1
    assert looks(clinic, cast) == before
