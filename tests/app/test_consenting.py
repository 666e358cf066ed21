"""Every way of adding a photograph asks whether it may be added, and says a no in words."""
from collections.abc import AsyncIterator

import pytest

from app.clinic import Clinic
from app.consenting import Verdict, may_add, require_may_add
from app.handing_off import hand_off
from app.intake import FIELD, open_door, receive
from app.multipart import Event, PartBegins, PartData, PartEnds
from app.uploads import UploadState
from data.errors import ConsentMissing, NotFound
from data.models import Action
from data.records import Records
from data.repositories.audit import TrailView
from tests import pictures
from tests.cast import Cast
from tests.factories import a_patient, an_entry

NO = 'No valid consent on record. Record it to add photos.'


def no(_records: Records, _patient: str) -> Verdict:
    """Answer as a practice that requires consent does for a patient who gave none."""
    return Verdict(is_allowed=False, reason=NO)


async def photo() -> AsyncIterator[Event]:
    for event in (PartBegins(FIELD, 'a.jpg'), PartData(pictures.jpeg()), PartEnds()):
        yield event


def test_today_every_patient_who_is_there_may_be_photographed(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana).key
    with clinic.reading(cast.jana) as records:
        assert may_add(records, patient) == Verdict(is_allowed=True)
        require_may_add(records, patient)
        with pytest.raises(NotFound):
            may_add(records, 'f' * 32)


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
