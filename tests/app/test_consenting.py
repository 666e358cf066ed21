"""Every way of adding a photograph asks whether it may be added, and says a no in words."""
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from app.clinic import Clinic
from app.consenting import Verdict, may_add, may_use
from app.handing_off import hand_off
from app.intake import FIELD, open_door, receive
from app.multipart import Event, PartBegins, PartData, PartEnds
from app.uploads import UploadState
from data.errors import ConsentMissing, NotFound
from data.models import Action, Scope
from data.records import Records
from data.repositories.audit import TrailView
from tests import pictures
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_consent, a_patient, a_stored_image, an_entry

NO = 'No valid consent on record. Record it to add photos.'


def no(_records: Records, _patient: str) -> Verdict:
    """Answer as a practice that requires consent does for a patient who gave none."""
    return Verdict(is_allowed=False, reason=NO)


async def photo() -> AsyncIterator[Event]:
    for event in (PartBegins(FIELD, 'a.jpg'), PartData(pictures.jpeg()), PartEnds()):
        yield event


def enforce(clinic: Clinic, cast: Cast, level: str) -> None:
    clinic.change_now(cast.ines, lambda records: records.settings.change('consent_enforcement', level))


def added(clinic: Clinic, cast: Cast, patient: str) -> str:
    """Return why nothing may be added; empty when it may."""
    with clinic.reading(cast.jana) as records:
        return may_add(records, patient).reason


def used(clinic: Clinic, cast: Cast, image: str, purpose: Scope, at: datetime | None = None) -> str:
    """Return why a photograph may not be used; empty when it may."""
    with clinic.reading(cast.jana) as records:
        verdict = may_use(records, image, purpose, at)
        assert verdict.is_allowed == (not verdict.reason)
        return verdict.reason


@pytest.mark.parametrize('level', ['disabled', 'advisory'])
def test_where_consent_is_not_required_photographs_may_be_added(clinic: Clinic, cast: Cast, level: str) -> None:
    patient = a_patient(clinic, cast.jana).key
    enforce(clinic, cast, level)
    assert added(clinic, cast, patient) == ''
    with clinic.reading(cast.jana) as records, pytest.raises(NotFound):
        may_add(records, 'f' * 32)


def test_where_it_is_required_only_who_agreed_may_be_photographed(clinic: Clinic, cast: Cast, clock: MovableClock) -> None:
    patient = a_patient(clinic, cast.jana).key
    enforce(clinic, cast, 'required')
    assert added(clinic, cast, patient) == NO
    a_consent(clinic, cast.jana, patient, expires_on=date(2026, 12, 1))
    assert added(clinic, cast, patient) == ''
    clock.now = datetime(2026, 12, 2, tzinfo=UTC)
    assert added(clinic, cast, patient) == 'Consent ended on 2 Dec 2026. Record it to add photos.'
    a_consent(clinic, cast.jana, patient)
    clinic.change_now(cast.jana, lambda records: records.consents.revoke(patient, [Scope.CLINICAL_RECORD], 'Asked.'))
    assert added(clinic, cast, patient) == 'Consent was revoked on 2 Dec 2026. Record it to add photos.'


def test_every_use_but_ones_own_work_has_to_be_agreed_to_at_every_level(clinic: Clinic, cast: Cast, clock: MovableClock) -> None:
    patient = a_patient(clinic, cast.jana).key
    image = a_stored_image(clinic, cast.jana, patient)
    for level in ('disabled', 'advisory'):
        enforce(clinic, cast, level)
        assert used(clinic, cast, image, Scope.CLINICAL_RECORD) == ''
        assert used(clinic, cast, image, Scope.TEACHING) == 'There is no consent to teaching.'
    enforce(clinic, cast, 'required')
    assert used(clinic, cast, image, Scope.CLINICAL_RECORD) == 'No valid consent on record.'
    a_consent(clinic, cast.jana, patient, scopes={Scope.CLINICAL_RECORD, Scope.TEACHING})
    assert used(clinic, cast, image, Scope.TEACHING) == used(clinic, cast, image, Scope.CLINICAL_RECORD) == ''
    assert used(clinic, cast, image, Scope.TEACHING, clock.now - timedelta(seconds=1)) == 'There is no consent to teaching.'
    clinic.change_now(cast.jana, lambda records: records.disclosures.keep_out(image, [Scope.TEACHING]))
    assert used(clinic, cast, image, Scope.TEACHING) == 'This photo is kept out of teaching.'
    assert used(clinic, cast, a_stored_image(clinic, cast.jana, patient), Scope.TEACHING) == ''
    enforce(clinic, cast, 'disabled')
    clinic.change_now(cast.jana, lambda records: records.consents.revoke(patient, [Scope.CLINICAL_RECORD], 'Asked.'))
    assert used(clinic, cast, image, Scope.CLINICAL_RECORD) == 'Consent was revoked on 23 Nov 2026.'


def test_a_guardians_consent_is_not_enough_once_the_patient_is_known_to_be_of_age(clinic: Clinic, cast: Cast, clock: MovableClock) -> None:
    patient = a_patient(clinic, cast.jana, birth_date='2010-06-01').key
    image = a_stored_image(clinic, cast.jana, patient)
    enforce(clinic, cast, 'required')
    a_consent(clinic, cast.jana, patient, signer='guardian', signer_name='Ada Lind', signer_relation='mother')
    assert added(clinic, cast, patient) == used(clinic, cast, image, Scope.CLINICAL_RECORD) == ''
    clinic.change_now(cast.jana, lambda records: records.patients.correct(patient, 'birth_date', '2009-06-01'))
    clock.now = datetime(2027, 6, 1, tzinfo=UTC)
    assert 'came of age' in used(clinic, cast, image, Scope.CLINICAL_RECORD)
    assert 'came of age' in added(clinic, cast, patient)


async def test_a_no_closes_every_door_in_words_and_is_an_event(clinic: Clinic, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = a_patient(clinic, cast.jana).key
    entry = an_entry(clinic, cast.jana, patient).key
    monkeypatch.setattr('app.consenting.may_add', no)
    for into in ('', entry):
        with pytest.raises(ConsentMissing, match='Record it to add photos'):
            open_door(clinic, cast.jana, patient, entry=into)
        with pytest.raises(ConsentMissing, match='Record it to add photos'):
            await hand_off(clinic, cast.jana, patient, entry=into)
    await clinic.change(cast.ines, lambda records: None)  # what refused a look is written in its turn
    with clinic.reading(cast.ines) as records:
        refused = [event.read() for event in records.audit.page(TrailView(action=Action.ACCESS_REFUSE.value))]
    assert [(event['subject'], event['detail']['cause']) for event in refused] == [(patient, 'ConsentMissing')] * 4


async def test_a_no_that_comes_while_a_photo_is_sent_keeps_it_out(clinic: Clinic, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    door = open_door(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    monkeypatch.setattr('app.consenting.may_add', no)
    [upload] = await receive(door, photo())
    await clinic.decoding.close()
    assert (upload.state, upload.sentence) == (UploadState.REFUSED, NO)
    assert clinic.images.blobs() == set()
