"""How days are counted inside a visit."""
from datetime import timedelta

from app.clinic import Clinic
from tests.cast import Cast
from tests.factories import a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees

ADDRESS = '/patients/psr-20417/entries/1'


async def test_in_a_visit_days_are_counted_from_it_and_follow_when_it_moves(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    patient = a_patient(clinic, cast.jana)
    visit = clinic.clock()
    keys = tuple(a_stored_image(clinic, cast.jana, patient.key, captured_at=visit - timedelta(days=days)) for days in (0, 42))
    entry = an_entry(clinic, cast.jana, patient.key, images=keys)
    user = user_as(cast.jana)
    await user.open(ADDRESS)
    await user.should_see('This visit')
    await user.should_see('6 weeks earlier')
    clinic.change_now(cast.ines, lambda records: records.entries.amend(
        entry.key, 'appointment_at', (visit - timedelta(days=42)).isoformat()))
    await sees(user, '6 weeks later')
