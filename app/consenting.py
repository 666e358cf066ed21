"""Consent: may a photograph be added to this patient, and may one be used for this purpose? Every way in and every way out asks here.

Consent is dates (`data.consent_records`), so a clock that passes the end of one needs no transaction: the next question is answered no.
"""
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from data.consent_records import ScopeStanding, ScopeState, comes_of_age
from data.errors import ConsentMissing
from data.models import EndsBy, Enforcement, Patient, Scope, Signer
from data.records import Records
from data.values import written_day

_TO_ADD = ' Record it to add photos.'
_USES = {Scope.CLINICAL_RECORD: 'the clinical record', Scope.TEACHING: 'teaching', Scope.PUBLICATION: 'publication',
         Scope.MARKETING: 'marketing'}


@dataclass(frozen=True)
class Verdict:
    """An answer, and when it is no the sentence that says why and what to do."""

    is_allowed: bool
    reason: str = ''


YES = Verdict(is_allowed=True)


def may_add(records: Records, patient: str) -> Verdict:
    """Tell whether a photograph may be added to a patient now: under Required only with consent to the clinical record.

    Refuses a patient who is not there.
    """
    owner = records.patients.row(patient)
    if enforcement(records) is not Enforcement.REQUIRED:
        return YES
    no = _no(records, owner, Scope.CLINICAL_RECORD, records.now)
    return Verdict(is_allowed=False, reason=f'{no}{_TO_ADD}') if no else YES


def require_may_add(records: Records, patient: str) -> None:
    """Pass, or raise the refusal that is audited and shown."""
    verdict = may_add(records, patient)
    if not verdict.is_allowed:
        raise ConsentMissing(verdict.reason, subject=patient)


def may_use(records: Records, image: str, purpose: Scope, at: datetime | None = None) -> Verdict:
    """Tell whether a photograph may be used for a purpose at a moment (now, if None): the only door for what leaves the house.

    The clinical record is what the practice itself works with: there only a consent that ended says no, or under Required one that is
    missing. Every other use has to be agreed to, at every level. Refuses an image that is not there.
    """
    owner, moment = records.patients.row(records.images.file(image).patient), at or records.now
    if purpose in records.disclosures.exceptions(image):
        return Verdict(is_allowed=False, reason=f'This photo is kept out of {_USES[purpose]}.')
    standing = _standing(records, owner, purpose, moment)
    is_own_work = purpose is Scope.CLINICAL_RECORD and enforcement(records) is not Enforcement.REQUIRED
    if is_own_work and standing.state(moment) is ScopeState.NOT_GIVEN:
        return YES
    no = _no(records, owner, purpose, moment)
    return Verdict(is_allowed=False, reason=no) if no else YES


def enforcement(records: Records) -> Enforcement:
    """Return how the practice enforces consent."""
    return Enforcement(records.settings.value('consent_enforcement'))


def _standing(records: Records, owner: Patient, purpose: Scope, at: datetime) -> ScopeStanding:
    return next(one for one in records.consents.standing(owner.key, at) if one.scope is purpose)


def _no(records: Records, owner: Patient, purpose: Scope, at: datetime) -> str:
    """Return why there is no consent to a use at a moment; nothing when there is."""
    standing, zone = _standing(records, owner, purpose, at), records.settings.zone()
    state = standing.state(at)
    what = 'Consent' if purpose is Scope.CLINICAL_RECORD else f'Consent to {_USES[purpose]}'
    if state is ScopeState.GIVEN:
        return _outgrown(standing, owner, at.astimezone(zone).date(), zone)
    if state is ScopeState.REVOKED and standing.until:
        return f'{what} was revoked on {written_day(standing.until.astimezone(zone).date())}.'
    if state is ScopeState.EXPIRED and standing.until:
        came_of_age = ' The patient came of age.' if standing.ends_by is EndsBy.AGE else ''
        return f'{what} ended on {written_day(standing.until.astimezone(zone).date())}.{came_of_age}'
    return 'No valid consent on record.' if purpose is Scope.CLINICAL_RECORD else f'There is no consent to {_USES[purpose]}.'


def _outgrown(standing: ScopeStanding, owner: Patient, on: date, zone: ZoneInfo) -> str:
    """Return why a guardian's consent is not enough any more: the patient was a minor then, and is of age by the birth date known now."""
    if standing.signer is not Signer.GUARDIAN or owner.birth_date is None or standing.since is None:
        return ''
    birthday = comes_of_age(owner.birth_date)
    if standing.since.astimezone(zone).date() < birthday <= on:
        return 'The patient came of age: a guardian’s consent is not enough any more.'
    return ''
