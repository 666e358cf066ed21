"""The plain page in the very browser in which the entry is open: a link leads back. No other browser learns where the photographs go."""
import re

import httpx
import pytest

from app.clinic import Clinic
from app.gate import Gate
from data.actors import Actor
from data.read_models import PatientHeader
from tests.app.test_consenting import no
from tests.cast import ADDRESS, Cast, sign_in_again
from tests.factories import a_patient, an_entry
from tests.pages import test_capture
from tests.pages.conftest import OpenAs
from tests.pages.test_capture import BASE, a_link, phone

ENTRY, POOL = '/patients/psr-20417/entries/1', '/patients/psr-20417/images'
gate = test_capture.gate


@pytest.fixture
def maria(clinic: Clinic, cast: Cast) -> PatientHeader:
    """The patient of these tests, with one visit."""
    patient = a_patient(clinic, cast.jana)
    an_entry(clinic, cast.jana, patient.key)
    return patient


def browser(gate: Gate, token: str) -> httpx.AsyncClient:
    """Return a browser that is signed in."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(gate, client=(ADDRESS, 5000)), base_url=BASE,
                             headers={'origin': BASE, 'accept': 'text/html'}, cookies={'dermafolio_session': token})


def ways_back(page: httpx.Response) -> list[str]:
    """Return where the page's links lead that leave it."""
    assert page.status_code == 200
    return re.findall(r'href="(/patients[^"]*)"', page.text)


async def link_to(clinic: Clinic, actor: Actor, patient: PatientHeader, *, is_entry: bool) -> str:
    with clinic.reading(actor) as records:
        entry = records.entries.record(patient.key, 1).key
    return await a_link(clinic, actor, patient, entry=entry if is_entry else '')


@pytest.mark.parametrize(('is_entry', 'back'), [(True, ENTRY), (False, POOL)])
async def test_in_the_browser_of_the_sign_in_that_opened_it_a_link_leads_back(
        gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader, is_entry: bool, back: str) -> None:
    path, mine = await link_to(clinic, cast.jana, maria, is_entry=is_entry), browser(gate, cast.token(cast.jana))
    assert ways_back(await mine.get(path)) == [back]
    ended = await mine.post(f'{path}?end=1')
    assert (ended.status_code, ended.headers['location']) == (303, back)
    assert (await mine.get(path)).status_code == 410


async def test_no_other_browser_is_led_anywhere(gate: Gate, clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    path = await link_to(clinic, cast.jana, maria, is_entry=True)
    _second, elsewhere = sign_in_again(clinic, cast.jana)
    others = [phone(gate), browser(gate, elsewhere), browser(gate, cast.token(cast.tom)), browser(gate, 'x' * 43)]
    assert [ways_back(await other.get(path)) for other in others] == [[]] * len(others)
    assert (await phone(gate).post(f'{path}?end=1')).headers['location'] == path


@pytest.mark.parametrize(('who', 'is_shown'), [('jana', True), ('tom', True), ('vera', False)])
async def test_who_may_add_photographs_finds_the_ways_there_on_the_entry(
        cast: Cast, maria: PatientHeader, user_as: OpenAs, who: str, is_shown: bool) -> None:
    user = user_as(getattr(cast, who))
    await user.open(ENTRY)
    for name in ('Take photo', 'Choose photos'):
        await (user.should_see(name) if is_shown else user.should_not_see(name))


async def test_a_patient_who_did_not_agree_is_not_photographed_here_either(
        clinic: Clinic, cast: Cast, maria: PatientHeader, user_as: OpenAs, monkeypatch: pytest.MonkeyPatch) -> None:
    user = user_as(cast.jana)
    await user.open(ENTRY)
    monkeypatch.setattr('app.consenting.may_add', no)
    user.find('Take photo').click()
    await user.should_see('Record it to add photos.')
    with clinic.reading(cast.jana) as records:
        assert records.handoffs.mine(maria.key, records.entries.record(maria.key, 1).key) is None
