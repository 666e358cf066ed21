"""Links by which a phone sends photographs: whose they are, when they end, and what the trail says."""
from dataclasses import replace

import pytest

from app.clinic import Clinic
from data.actors import Role
from data.errors import Conflict, NotFound, NotPermitted
from data.models import Action, Handoff
from data.read_models import PatientHeader
from data.repositories.audit import TrailView
from data.repositories.handoffs import HandoffRecord
from tests.cast import Cast, sign_in_again
from tests.conftest import MovableClock
from tests.factories import a_patient, an_entry

TOKEN, OTHER, PHONE, TABLET = ('1' * 64, '2' * 64, 'a' * 64, 'b' * 64)


@pytest.fixture
def maria(clinic: Clinic, cast: Cast) -> PatientHeader:
    """The patient of these tests."""
    return a_patient(clinic, cast.jana)


@pytest.fixture
def link(clinic: Clinic, cast: Cast, maria: PatientHeader) -> HandoffRecord:
    """Jana's link to Maria's pool, under TOKEN."""
    return clinic.change_now(cast.jana, lambda records: records.handoffs.open(maria.key, TOKEN))


def holder(clinic: Clinic, cast: Cast, token: str = TOKEN) -> tuple[HandoffRecord, object] | None:
    """Ask as a phone does: nobody is signed in."""
    with clinic.reading(replace(cast.jana, user='nobody', session='', permissions=frozenset())) as records:
        return records.handoffs.holder(token)


def actions(clinic: Clinic, cast: Cast) -> list[tuple[str, str, str]]:
    """Return every event of a hand-off, oldest first: action, user, patient."""
    with clinic.reading(cast.ines) as records:
        events = [event.read() for event in reversed(records.audit.page(TrailView(per_page=500)))]
    return [(event['action'], event['user'], event['patient']) for event in events if event['action'].startswith('handoff:')]


def test_a_token_finds_its_link_and_the_person_with_the_rights_of_now(clinic: Clinic, cast: Cast, link: HandoffRecord) -> None:
    found = holder(clinic, cast)
    assert found is not None
    assert found[0] == link and found[1] == cast.jana
    assert holder(clinic, cast, OTHER) is None
    assert holder(clinic, cast, '') is None


def test_a_link_ends_after_half_an_hour(clinic: Clinic, cast: Cast, clock: MovableClock, link: HandoffRecord) -> None:
    clock.move(minutes=30, seconds=-1)
    assert holder(clinic, cast)
    clock.move(seconds=1)
    assert holder(clinic, cast) is None


def test_a_link_ends_with_end_and_is_no_more_to_be_changed(clinic: Clinic, cast: Cast, link: HandoffRecord) -> None:
    clinic.change_now(cast.jana, lambda records: records.handoffs.end(link.key))
    assert holder(clinic, cast) is None
    for act in ('end', 'release'):
        with pytest.raises(NotFound, match='This code has ended'):
            clinic.change_now(cast.jana, lambda records, act=act: getattr(records.handoffs, act)(link.key))


def test_a_link_ends_with_the_sign_in_that_opened_it_and_with_no_other(clinic: Clinic, cast: Cast, link: HandoffRecord) -> None:
    other, _token = sign_in_again(clinic, cast.jana)
    clinic.change_now(other, lambda records: records.sessions.end(other.session))
    assert holder(clinic, cast)
    clinic.change_now(cast.jana, lambda records: records.sessions.end(cast.jana.session))
    assert holder(clinic, cast) is None


def test_a_link_ends_with_the_age_of_its_sign_in(clinic: Clinic, cast: Cast, clock: MovableClock, maria: PatientHeader) -> None:
    clock.move(hours=11, minutes=45)
    clinic.change_now(cast.jana, lambda records: records.handoffs.open(maria.key, TOKEN))
    clock.move(minutes=14)
    assert holder(clinic, cast)
    clock.move(minutes=1)
    assert holder(clinic, cast) is None


def test_a_lowered_role_ends_a_link(clinic: Clinic, cast: Cast, link: HandoffRecord) -> None:
    clinic.change_now(cast.ines, lambda records: records.users.change_role(cast.jana.user, Role.VIEWER))
    assert holder(clinic, cast) is None
    clinic.change_now(cast.ines, lambda records: records.users.change_role(cast.jana.user, Role.PHOTOGRAPHER))
    assert holder(clinic, cast)


def test_the_first_browser_holds_a_link_until_it_is_released(clinic: Clinic, cast: Cast, link: HandoffRecord) -> None:
    for _ in range(2):
        clinic.change_now(cast.jana, lambda records: records.handoffs.bind(link.key, PHONE))
    with pytest.raises(Conflict, match='in use'):
        clinic.change_now(cast.jana, lambda records: records.handoffs.bind(link.key, TABLET))
    clinic.change_now(cast.jana, lambda records: records.handoffs.release(link.key))
    clinic.change_now(cast.jana, lambda records: records.handoffs.bind(link.key, TABLET))
    found = holder(clinic, cast)
    assert found is not None
    assert found[0].is_connected and found[0].is_of_another(PHONE) and not found[0].is_of_another(TABLET)


def test_every_act_on_a_link_is_one_event_of_its_patient(clinic: Clinic, cast: Cast, link: HandoffRecord, maria: PatientHeader) -> None:
    clinic.change_now(cast.jana, lambda records: records.handoffs.release(link.key))  # nobody holds it: nothing is done
    for act in (lambda records: records.handoffs.bind(link.key, PHONE), lambda records: records.handoffs.bind(link.key, PHONE),
                lambda records: records.handoffs.release(link.key), lambda records: records.handoffs.end(link.key)):
        clinic.change_now(cast.jana, act)
    jana = (cast.jana.user, maria.key)
    assert actions(clinic, cast) == [(action.value, *jana) for action in (
        Action.HANDOFF_OPEN, Action.HANDOFF_BIND, Action.HANDOFF_RELEASE, Action.HANDOFF_END)]


def test_only_hashes_are_stored(clinic: Clinic, cast: Cast, link: HandoffRecord) -> None:
    assert {name for name in Handoff.model_fields if 'token' in name or 'browser' in name} == {'token_sha256', 'browser_sha256'}


def test_a_new_link_to_the_same_place_ends_the_earlier_one_of_that_sign_in(
        clinic: Clinic, cast: Cast, link: HandoffRecord, maria: PatientHeader) -> None:
    entry = an_entry(clinic, cast.jana, maria.key).key
    clinic.change_now(cast.tom, lambda records: records.handoffs.open(maria.key, '3' * 64))
    clinic.change_now(cast.jana, lambda records: records.handoffs.open(maria.key, '4' * 64, entry=entry))
    assert holder(clinic, cast)
    clinic.change_now(cast.jana, lambda records: records.handoffs.open(maria.key, OTHER))
    assert holder(clinic, cast) is None
    assert all(holder(clinic, cast, token) for token in (OTHER, '3' * 64, '4' * 64))


def test_a_link_belongs_to_its_sign_in_alone(clinic: Clinic, cast: Cast, link: HandoffRecord, maria: PatientHeader) -> None:
    with clinic.reading(cast.jana) as records:
        assert records.handoffs.mine(maria.key) == records.handoffs.one(link.key) == link
    other, _token = sign_in_again(clinic, cast.jana)
    for actor in (other, cast.ines):
        with clinic.reading(actor) as records:
            assert records.handoffs.mine(maria.key) is None and records.handoffs.one(link.key) is None
        with pytest.raises(NotFound):
            clinic.change_now(actor, lambda records: records.handoffs.end(link.key))


def test_who_may_not_add_photographs_opens_no_link(clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    for actor in (cast.vera, cast.aino):
        with pytest.raises(NotPermitted):
            clinic.change_now(actor, lambda records: records.handoffs.open(maria.key, TOKEN))
    assert actions(clinic, cast) == []


def test_a_link_leads_into_no_entry_of_another_patient(clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    foreign = an_entry(clinic, cast.jana, a_patient(clinic, cast.jana, 'mel-1').key).key
    with pytest.raises(NotFound):
        clinic.change_now(cast.jana, lambda records: records.handoffs.open(maria.key, TOKEN, entry=foreign))
    assert holder(clinic, cast) is None
