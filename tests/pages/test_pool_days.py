"""What stands beside a day of the pool and below its photographs, for each who may read it."""
import pytest
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from tests.cast import Cast
from tests.factories import CAPTURED, a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees

ADDRESS = '/patients/psr-20417/images'


@pytest.fixture
def visit(clinic: Clinic, cast: Cast) -> str:
    """The key of a visit with notes, on the day of the only photograph."""
    patient = a_patient(clinic, cast.jana).key
    a_stored_image(clinic, cast.jana, patient)
    entry = an_entry(clinic, cast.jana, patient, notes='Week 6\nMarked thinning')
    clinic.change_now(cast.jana, lambda records: records.entries.amend(entry.key, 'appointment_at', CAPTURED.isoformat()))
    return entry.key


def links(user: User) -> list[tuple[str, str]]:
    return [(element.props['href'], element.text) for element in user.find(kind=ui.element).elements
            if '/entries/1' in str(element.props.get('href', '')) and 'df-ell' in element.classes]


def tile(user: User) -> str:
    return next(element.content for element in user.find(kind=ui.html).elements if 'df-tile' in element.classes)


async def test_a_day_leads_to_its_visit_and_follows_its_notes(clinic: Clinic, cast: Cast, user: User, visit: str) -> None:
    await user.open(ADDRESS)
    assert links(user) == [('/patients/psr-20417/entries/1', 'Week 6')]
    clinic.change_now(cast.ines, lambda records: records.entries.amend(visit, 'notes', 'Week 7'))
    await sees(user, 'Week 7')
    await user.should_not_see('Week 6')


async def test_who_may_not_read_notes_sees_the_number_of_a_visit(cast: Cast, user_as: OpenAs, visit: str) -> None:
    tom = user_as(cast.tom)
    await tom.open(ADDRESS)
    assert links(tom) == [('/patients/psr-20417/entries/1', 'Entry 1')]
    await tom.should_not_see('Week 6')


async def test_only_who_may_describe_is_asked_for_a_body_site(cast: Cast, user_as: OpenAs, visit: str) -> None:
    tom, vera = user_as(cast.tom), user_as(cast.vera)
    await tom.open(ADDRESS)
    assert 'Set body site' in tile(tom)
    await vera.open(ADDRESS)
    assert 'Body site not set' in tile(vera) and 'Set body site' not in tile(vera)
