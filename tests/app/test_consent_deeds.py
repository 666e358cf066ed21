"""Recording a consent: its words lie encrypted and durable before any row names them, and a check finds whatever is not as it was."""
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from app.clinic import Clinic
from app.consent_deeds import read_words, record_consent
from app.integrity import verify_everything
from data.columns import new_key
from data.consent_records import ConsentRecord
from data.errors import ChecksumMismatch, Conflict, NotPermitted, Refusal
from data.models import Language, Method
from data.records import Records
from tests.cast import Cast
from tests.factories import a_draft, a_patient

NAME = 'Said at the visit: $a$ *b* <script> שלום'


@pytest.fixture
def patient(clinic: Clinic, cast: Cast) -> str:
    return a_patient(clinic, cast.jana).key


def form(clinic: Clinic, cast: Cast, language: Language = Language.ENGLISH) -> str:
    with clinic.reading(cast.jana) as records:
        return records.consent_forms.latest(language).key


async def recorded(clinic: Clinic, cast: Cast, patient: str, *, language: Language = Language.ENGLISH) -> ConsentRecord:
    """Record a verbal consent and return it."""
    draft = a_draft(form(clinic, cast, language), method=Method.VERBAL, notes=NAME)
    key = await record_consent(clinic, cast.jana, patient, draft, seen='', request_key=new_key())
    with clinic.reading(cast.jana) as records:
        return records.consents.one(key)


async def test_the_words_are_those_of_the_form_and_stand_in_its_language(clinic: Clinic, cast: Cast, patient: str) -> None:
    one = await recorded(clinic, cast, patient, language=Language.GERMAN)
    assert read_words(clinic, patient, one.key, one.blob, one.words_sha256) == one.words
    for words in ('Einwilligung in die klinische Fotografie', '[Ja] Patientenakte', '[Nein] Werbung', f'Mündlich: {NAME}',
                  'Maria Gonzalez, psr-20417', 'Aufgezeichnet am: 23 Nov 2026'):
        assert words in one.words
    [file] = [path for path in Path(clinic.settings.data_dir).rglob(f'{one.blob}.*')]
    assert b'Gonzalez' not in file.read_bytes()
    assert verify_everything(clinic, cast.jana).problems == []


async def test_what_is_refused_leaves_no_file_and_the_same_request_records_once(clinic: Clinic, cast: Cast, patient: str) -> None:
    draft = a_draft(form(clinic, cast), method=Method.VERBAL, notes='Said so.')
    with pytest.raises(NotPermitted):
        await record_consent(clinic, cast.vera, patient, draft, seen='', request_key=new_key())
    with pytest.raises(Refusal):
        await record_consent(clinic, cast.jana, patient, a_draft(form(clinic, cast), method=Method.VERBAL), seen='', request_key='')
    with pytest.raises(Conflict):
        await record_consent(clinic, cast.jana, patient, draft, seen='another', request_key='')
    assert clinic.images.blobs() == set()
    first = await record_consent(clinic, cast.jana, patient, draft, seen='', request_key='r')
    assert await record_consent(clinic, cast.jana, patient, draft, seen='', request_key='r') == first
    assert len(clinic.images.blobs()) == 1


def damaged(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b'x')


@pytest.mark.parametrize(('harm', 'found'), [(Path.unlink, 'missing'), (damaged, 'damaged')])
async def test_a_file_that_is_gone_or_changed_is_found(
        clinic: Clinic, cast: Cast, patient: str, harm: Callable[[Path], None], found: str) -> None:
    one = await recorded(clinic, cast, patient)
    [file] = [path for path in Path(clinic.settings.data_dir).rglob(f'{one.blob}.*')]
    harm(file)
    [problem] = verify_everything(clinic, cast.jana).problems
    assert problem.startswith(f'consent {one.key}: ') and found in problem


async def test_an_end_that_does_not_follow_from_the_consents_is_found(clinic: Clinic, cast: Cast, patient: str) -> None:
    one = await recorded(clinic, cast, patient)

    def harm(records: Records) -> None:
        records.session.connection().execute(text("UPDATE patient SET consent_until = '2030-01-01 00:00:00.000000'"))
    clinic.change_now(cast.jana, harm)
    assert verify_everything(clinic, cast.jana).problems == [
        f'patient {patient}: until when consent holds is not what the record holds']
    with pytest.raises(ChecksumMismatch):
        read_words(clinic, patient, one.key, one.blob, '0' * 64)
