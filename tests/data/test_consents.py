"""Consents as the records keep them: what was agreed to never changes, and what stands at a moment follows from dates alone."""
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from app.clinic import Clinic
from data.consent_records import ScopeState
from data.errors import Conflict, Invalid, NotFound, NotPermitted
from data.models import ALWAYS, NEVER, AuditEvent, EndsBy, Language, Method, Scope, Signer
from data.records import Records
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_consent, a_draft, a_patient

CLINICAL, TEACHING, PUBLICATION, MARKETING = Scope


@pytest.fixture
def patient(clinic: Clinic, cast: Cast) -> str:
    return a_patient(clinic, cast.jana, birth_date='1980-03-14').key


def states(clinic: Clinic, cast: Cast, patient: str, at: datetime | None = None) -> list[ScopeState]:
    with clinic.reading(cast.jana) as records:
        return [one.state(at or records.now) for one in records.consents.standing(patient, at)]


def revoke(clinic: Clinic, cast: Cast, patient: str, *scopes: Scope, reason: str = 'Asked by phone.') -> str:
    return clinic.change_now(cast.jana, lambda records: records.consents.revoke(patient, scopes, reason))


GIVEN, EXPIRED, REVOKED, NOT_GIVEN = ScopeState


def test_who_never_agreed_has_agreed_to_nothing(clinic: Clinic, cast: Cast, patient: str) -> None:
    assert states(clinic, cast, patient) == [NOT_GIVEN] * 4
    with clinic.reading(cast.jana) as records:
        assert not any(one.was_asked for one in records.consents.standing(patient))
        assert records.patients.row(patient).consent_until == NEVER
        assert records.consents.newest(patient) == ''


def test_what_is_agreed_to_holds_from_its_moment_until_its_last_day_ends(
        clinic: Clinic, cast: Cast, patient: str, clock: MovableClock) -> None:
    clinic.change_now(cast.ines, lambda records: records.settings.change('time_zone', 'Europe/Berlin'))
    key = a_consent(clinic, cast.jana, patient, scopes={CLINICAL, TEACHING}, expires_on=date(2027, 3, 12))
    assert states(clinic, cast, patient) == [GIVEN, GIVEN, NOT_GIVEN, NOT_GIVEN]
    end = datetime(2027, 3, 12, 23, tzinfo=UTC)
    assert states(clinic, cast, patient, end - timedelta(microseconds=1))[:2] == [GIVEN, GIVEN]
    assert states(clinic, cast, patient, end)[:2] == [EXPIRED, EXPIRED]
    assert states(clinic, cast, patient, clock.now - timedelta(seconds=1)) == [NOT_GIVEN] * 4
    with clinic.reading(cast.jana) as records:
        row = records.patients.row(patient)
        assert (row.consent_until, row.consent_ends_by) == (end, EndsBy.EXPIRY)
        one = records.consents.one(key)
    assert (one.scopes, one.form_version, one.language, one.who) == ({CLINICAL, TEACHING}, 1, Language.ENGLISH, 'Jana König')
    clock.now = end
    with clinic.reading(cast.jana) as records:
        assert records.consents.history(patient).expiries == [(end, {CLINICAL, TEACHING})]


def test_a_new_consent_replaces_the_one_before_and_alone_says_what_is_agreed_to(
        clinic: Clinic, cast: Cast, patient: str, clock: MovableClock) -> None:
    a_consent(clinic, cast.jana, patient, scopes=set(Scope))
    clock.now += timedelta(days=1)
    revoke(clinic, cast, patient, MARKETING)
    clock.now += timedelta(days=1)
    a_consent(clinic, cast.jana, patient, scopes={CLINICAL, TEACHING})
    assert states(clinic, cast, patient) == [GIVEN, GIVEN, NOT_GIVEN, REVOKED]
    with clinic.reading(cast.jana) as records:
        history = records.consents.history(patient)
    assert [one.replaced_at for one in history.consents] == [None, clock.now]
    assert [(one.scopes, one.reason, one.who) for one in history.revocations] == [({MARKETING}, 'Asked by phone.', 'Jana König')]
    assert history.newest == history.consents[0].key


def test_what_is_revoked_ends_at_that_moment_and_only_once(clinic: Clinic, cast: Cast, patient: str, clock: MovableClock) -> None:
    a_consent(clinic, cast.jana, patient, scopes={CLINICAL, TEACHING}, expires_on=date(2030, 1, 1))
    clock.now += timedelta(hours=1)
    before = clock.now - timedelta(microseconds=1)
    revoke(clinic, cast, patient, CLINICAL)
    assert states(clinic, cast, patient) == [REVOKED, GIVEN, NOT_GIVEN, NOT_GIVEN]
    assert states(clinic, cast, patient, before)[0] is GIVEN
    with clinic.reading(cast.jana) as records:
        row = records.patients.row(patient)
        assert (row.consent_until, row.consent_ends_by) == (clock.now, EndsBy.REVOCATION)
    with pytest.raises(Conflict, match='not given any more'):
        revoke(clinic, cast, patient, CLINICAL)
    with pytest.raises(Conflict, match='not given any more'):
        revoke(clinic, cast, patient, TEACHING, MARKETING)
    for reason, scopes in (('  ', [TEACHING]), ('x' * 2_001, [TEACHING]), ('Asked.', [])):
        with pytest.raises(Invalid):
            revoke(clinic, cast, patient, *scopes, reason=reason)
    assert states(clinic, cast, patient)[1] is GIVEN
    with pytest.raises(NotPermitted):
        clinic.change_now(cast.tom, lambda records: records.consents.revoke(patient, [TEACHING], 'Asked.'))


@pytest.mark.parametrize(('field', 'change'), [
    ('scopes', {'scopes': {TEACHING}}), ('notes', {'method': Method.VERBAL}), ('notes', {'method': Method.OTHER, 'notes': ' \n '}),
    ('signer_name', {'signer': Signer.GUARDIAN, 'signer_relation': 'mother'}),
    ('signer_relation', {'signer': Signer.REPRESENTATIVE, 'signer_name': 'Ada Lind'}), ('expires_on', {'expires_on': date(2026, 11, 22)}),
])
def test_a_consent_that_cannot_be_is_refused_at_its_field(
        clinic: Clinic, cast: Cast, patient: str, field: str, change: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        a_consent(clinic, cast.jana, patient, **change)
    assert refused.value.field == field
    assert states(clinic, cast, patient) == [NOT_GIVEN] * 4


def test_a_guardian_agrees_for_a_minor_up_to_the_eighteenth_birthday(clinic: Clinic, cast: Cast, clock: MovableClock) -> None:
    mother = {'signer': Signer.GUARDIAN, 'signer_name': 'Ada Lind', 'signer_relation': 'mother'}
    for birth, expires, end, ends_by in (
            ('2012-02-29', None, datetime(2030, 3, 1, tzinfo=UTC), EndsBy.AGE),
            ('2012-06-01', date(2040, 1, 1), datetime(2030, 6, 1, tzinfo=UTC), EndsBy.AGE),
            ('2012-06-01', date(2027, 1, 1), datetime(2027, 1, 2, tzinfo=UTC), EndsBy.EXPIRY),
            ('1950-06-01', None, ALWAYS, EndsBy.NOTHING), ('', None, ALWAYS, EndsBy.NOTHING)):
        patient = a_patient(clinic, cast.jana, f'p-{birth or "none"}-{ends_by.value[:3]}', birth_date=birth).key
        a_consent(clinic, cast.jana, patient, expires_on=expires, **mother)
        with clinic.reading(cast.jana) as records:
            row = records.patients.row(patient)
        assert (row.consent_until, row.consent_ends_by) == (end, ends_by)


def test_two_who_record_at_once_and_a_request_that_comes_twice_make_one_consent(clinic: Clinic, cast: Cast, patient: str) -> None:
    first = a_consent(clinic, cast.jana, patient, request_key='r1')
    assert a_consent(clinic, cast.jana, patient, request_key='r1') == first
    with pytest.raises(Conflict, match='Someone recorded consent'):
        a_consent(clinic, cast.tom, patient, seen='')
    with clinic.reading(cast.jana) as records:
        assert len(records.consents.history(patient).consents) == 1


def test_a_form_that_is_not_the_newest_is_signed_no_more_and_what_was_signed_stays(clinic: Clinic, cast: Cast, patient: str) -> None:
    key = a_consent(clinic, cast.jana, patient)
    with clinic.reading(cast.ines) as records:
        old, draft = records.consent_forms.latest(Language.ENGLISH), records.consent_forms.every()[0]
        before = records.consents.one(key)
    assert old.is_starting_text
    assert (draft.version, draft.language) == (0, Language.ENGLISH)
    clinic.change_now(cast.ines, lambda records: records.consent_forms.amend(draft.key, 'body', 'Other words.'))
    new = clinic.change_now(cast.ines, lambda records: records.consent_forms.publish(Language.ENGLISH, seen=1))
    assert (new.version, new.body, new.is_starting_text) == (2, 'Other words.', False)
    with pytest.raises(Conflict, match='newer version'):
        a_consent(clinic, cast.jana, patient, form=old.key)
    with pytest.raises(NotFound):
        a_consent(clinic, cast.jana, patient, form=draft.key)
    with clinic.reading(cast.jana) as records:
        assert records.consents.one(key) == before
        assert records.consent_forms.one(old.key).body == old.body
    for act in (lambda r: r.consent_forms.amend(old.key, 'body', 'x'), lambda r: r.consent_forms.publish(Language.ENGLISH, seen=1),
                lambda r: r.consent_forms.publish(Language.ENGLISH, seen=2)):
        with pytest.raises(Conflict):
            clinic.change_now(cast.ines, act)
    for field, words in (('title', ' '), ('body', ''), ('title', 'x' * 121), ('body', 'x' * 20_001), ('version', '3')):
        with pytest.raises(Invalid):
            clinic.change_now(cast.ines, lambda records, f=field, w=words: records.consent_forms.amend(draft.key, f, w))


@pytest.mark.parametrize('statement', [
    "UPDATE consent SET words = ''", "UPDATE consent_form SET body = '' WHERE version = 1", 'DELETE FROM consent_form WHERE version = 1'])
def test_the_database_itself_lets_nobody_change_what_was_signed(clinic: Clinic, cast: Cast, patient: str, statement: str) -> None:
    a_consent(clinic, cast.jana, patient)

    def change(records: Records) -> None:
        records.session.connection().execute(text(statement))
    with pytest.raises(Exception, match='never changes'):
        clinic.change_now(cast.jana, change)


def test_the_trail_holds_keys_scopes_and_hashes_and_no_word_of_a_person(clinic: Clinic, cast: Cast, patient: str) -> None:
    a_consent(clinic, cast.jana, patient, notes='Said so on the phone', method=Method.VERBAL, witness='Tom Adeyemi')
    revoke(clinic, cast, patient, CLINICAL, reason='Changed her mind')
    with clinic.reading(cast.ines) as records:
        payloads = records.session.exec(select(AuditEvent.payload).where(col(AuditEvent.action).startswith('consent:'))).all()
    assert len(payloads) == 2
    assert not any(word in ''.join(payloads) for word in ('phone', 'Tom', 'mind', 'Gonzalez'))


def test_a_draft_says_what_it_is(clinic: Clinic, cast: Cast) -> None:
    with clinic.reading(cast.jana) as records:
        form = records.consent_forms.latest(Language.GERMAN)
    draft = a_draft(form.key, signer_name='  Ada   Lind ', notes=' one\r\ntwo ')
    assert (draft.signer_name, draft.notes) == ('Ada Lind', 'one\ntwo')
    assert replace(form, version=0).body.startswith('Fotografien')
