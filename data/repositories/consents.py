"""Consents: granted, revoked, and what stands at a moment. Rows of a consent never change; the ends of its scopes only come nearer."""
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import func
from sqlmodel import col, select

from data.actors import Permission
from data.columns import limit_of, new_key
from data.consent_records import (
    ConsentDraft,
    ConsentHistory,
    ConsentRecord,
    RevocationRecord,
    ScopeStanding,
    ScopeState,
    SealedConsent,
    comes_of_age,
    end_of,
)
from data.errors import Conflict, Invalid, NotFound
from data.models import (
    ALWAYS,
    NEVER,
    Action,
    Consent,
    ConsentForm,
    ConsentScope,
    EndsBy,
    Patient,
    Revocation,
    RevocationScope,
    Scope,
    Signer,
    User,
)
from data.repositories.base import Repository
from data.repositories.patients import SHOWN_FIGURES
from data.values import clean_text

CONSENT = 'consent'
"""The field under which a patient's live topic tells that consent was recorded or revoked, or that a use was seen to."""
_LONGEST_REASON = limit_of(Revocation, 'reason')


class Consents(Repository):
    """Acts on consents. Only use cases in `app/` grant: the signed form must be durable first."""

    def grant(self, patient: str, draft: ConsentDraft, sealed: SealedConsent, *, seen: str, request_key: str = '') -> str:
        """Record a consent, for who saw `seen` as the newest one, and return its key. It replaces every earlier one.

        Refuse a form that is not the newest any more, and a consent that someone else recorded meanwhile. The same request again returns
        what it recorded.
        """
        self.records.require(Permission.CONSENT_RECORD, patient)
        if done := self.records.done_before(request_key):
            return done
        owner, form = self.records.patients.row(patient), self.records.consent_forms.row(draft.form)
        self._check(owner, form, draft, seen)
        row = Consent(patient_id=owner.id or 0, form_id=form.id or 0, granted_at=self.records.now, granted_by=self.records.actor.user,
                      **draft.model_dump(exclude={'form', 'scopes'}), **vars(sealed))
        until, ends_by = self._end(draft, owner)
        self._end_now(owner, tuple(Scope), EndsBy.RENEWAL)
        self.session.add(row)
        self.session.flush()
        self.session.add_all(ConsentScope(consent_id=row.id or 0, scope=scope, until=until, ends_by=ends_by) for scope in draft.scopes)
        self.records.remember_request(request_key, row.key)
        self.records.log(Action.CONSENT_GRANT, subject=row.key, patient=patient, detail={
            'scopes': _named(draft.scopes), 'method': draft.method.value, 'form': form.key, 'words': sealed.words_sha256,
            'paper': sealed.paper_sha256})
        self._tell(owner, until, ends_by)
        return row.key

    def revoke(self, patient: str, scopes: Collection[Scope], reason: str) -> str:
        """Take consent to these uses back from now on, and return the revocation's key. Refuse what is not given at this moment."""
        self.records.require(Permission.CONSENT_REVOKE, patient)
        owner, cleaned = self.records.patients.row(patient), clean_text(reason).strip()
        if not cleaned:
            raise Invalid('Write down why, for example who asked for it.', field='reason')
        if len(cleaned) > _LONGEST_REASON:
            raise Invalid(f'Use at most {_LONGEST_REASON:,} characters.', field='reason')
        if not scopes:
            raise Invalid('Choose what is revoked.', field='scopes')
        given = {one.scope for one in self.standing(patient) if one.state(self.records.now) is ScopeState.GIVEN}
        if not given >= set(scopes):
            raise Conflict('This is not given any more. Look at the page again.')
        row = Revocation(key=new_key(), patient_id=owner.id or 0, reason=cleaned, revoked_at=self.records.now,
                         revoked_by=self.records.actor.user)
        self.session.add(row)
        self.session.flush()
        self.session.add_all(RevocationScope(revocation_id=row.id or 0, scope=scope) for scope in set(scopes))
        self._end_now(owner, scopes, EndsBy.REVOCATION)
        self.records.log(Action.CONSENT_REVOKE, subject=row.key, patient=patient, detail={'scopes': _named(scopes)})
        is_clinical = Scope.CLINICAL_RECORD in scopes
        self._tell(owner, *((self.records.now, EndsBy.REVOCATION) if is_clinical else (owner.consent_until, owner.consent_ends_by)))
        return row.key

    def standing(self, patient: str, at: datetime | None = None) -> list[ScopeStanding]:
        """Return for every use the newest consent to it that was given by then (now, if None)."""
        self.records.require(Permission.PATIENT_READ, patient)
        owner, moment = self.records.patients.row(patient), at or self.records.now
        rows = self.session.exec(
            select(ConsentScope, Consent).join(Consent, col(Consent.id) == ConsentScope.consent_id)
            .where(Consent.patient_id == owner.id, Consent.granted_at <= moment).order_by(col(Consent.id))).all()
        newest = {scope.scope: ScopeStanding(scope.scope, consent.granted_at, scope.until, scope.ends_by, consent.key, consent.signer, True)
                  for scope, consent in rows}
        return [newest.get(scope) or ScopeStanding(scope, was_asked=bool(rows)) for scope in Scope]

    def newest(self, patient: str) -> str:
        """Return the key of a patient's newest consent; empty when there is none."""
        self.records.require(Permission.PATIENT_READ, patient)
        return self._newest(self.records.patients.row(patient))

    def one(self, key: str) -> ConsentRecord:
        """Return a consent as it was given."""
        self.records.require(Permission.PATIENT_READ, key)
        found = self.session.exec(select(Consent, Patient).join(Patient).where(Consent.key == key)).first()
        if found is None:
            raise NotFound
        return next(record for record in self._records(found[1]) if record.key == key)

    def missing(self) -> int:
        """Return how many patients have no consent to the clinical record at this moment."""
        self.records.require(Permission.MANAGE)
        return self.session.exec(select(func.count()).select_from(Patient).where(Patient.consent_until <= self.records.now)).one()

    def history(self, patient: str) -> ConsentHistory:
        """Return all that happened with a patient's consent, newest first."""
        self.records.require(Permission.PATIENT_READ, patient)
        owner = self.records.patients.row(patient)
        return ConsentHistory(self._records(owner), self._revocations(owner), self._expiries(owner))

    def _check(self, owner: Patient, form: ConsentForm, draft: ConsentDraft, seen: str) -> None:
        zone = self.records.settings.zone()
        draft.check(self.records.now.astimezone(zone).date())
        if not form.version:
            raise NotFound
        if not self.records.consent_forms.is_latest(form):
            raise Conflict('There is a newer version of this form. Let the patient read it before it is recorded.')
        if self._newest(owner) != seen:
            raise Conflict('Someone recorded consent for this patient meanwhile. Look at it first.')

    def _end(self, draft: ConsentDraft, owner: Patient) -> tuple[datetime, EndsBy]:
        """Return until when a consent holds: its last day, and a guardian's for a minor no longer than up to the eighteenth birthday."""
        zone = self.records.settings.zone()
        ends = [(ALWAYS, EndsBy.NOTHING)] + ([(end_of(draft.expires_on, zone), EndsBy.EXPIRY)] if draft.expires_on else [])
        if draft.signer is Signer.GUARDIAN and owner.birth_date and (birthday := comes_of_age(owner.birth_date)) > self._today():
            ends.append((end_of(birthday - timedelta(days=1), zone), EndsBy.AGE))
        return min(ends, key=lambda end: end[0])

    def _today(self) -> date:
        return self.records.now.astimezone(self.records.settings.zone()).date()

    def _end_now(self, owner: Patient, scopes: Collection[Scope], ends_by: EndsBy) -> None:
        """Let whatever is given of these uses end at this moment."""
        open_rows = self.session.exec(select(ConsentScope).join(Consent, col(Consent.id) == ConsentScope.consent_id).where(
            Consent.patient_id == owner.id, ConsentScope.until > self.records.now, col(ConsentScope.scope).in_(scopes)))
        for row in open_rows:
            row.until, row.ends_by = self.records.now, ends_by

    def _tell(self, owner: Patient, until: datetime, ends_by: EndsBy) -> None:
        owner.consent_until, owner.consent_ends_by = until, ends_by
        self.records.patients.touch(owner)
        self.records.tell(owner.key, CONSENT)
        self.records.tell(SHOWN_FIGURES, owner.key)

    def _newest(self, owner: Patient) -> str:
        return self.session.exec(select(Consent.key).where(Consent.patient_id == owner.id).order_by(col(Consent.id).desc())).first() or ''

    def _records(self, owner: Patient) -> list[ConsentRecord]:
        rows = self.session.exec(select(Consent, ConsentForm).join(ConsentForm).where(Consent.patient_id == owner.id)
                                 .order_by(col(Consent.id).desc())).all()
        scopes: dict[int, set[Scope]] = {}
        for row in self._scopes(owner):
            scopes.setdefault(row.consent_id, set()).add(row.scope)
        names = self._names(consent.granted_by for consent, _form in rows)
        followed = [None, *(consent.granted_at for consent, _form in rows)]
        return [ConsentRecord(
            patient=owner.key, form=form.key, form_version=form.version, language=form.language, scopes=frozenset(scopes[consent.id or 0]),
            who=names.get(consent.granted_by, ''), replaced_at=after,
            **consent.model_dump(exclude={'id', 'patient_id', 'form_id', 'granted_by', 'strokes_sha256'}),
        ) for (consent, form), after in zip(rows, followed, strict=False)]

    def _scopes(self, owner: Patient) -> list[ConsentScope]:
        return list(self.session.exec(select(ConsentScope).join(Consent, col(Consent.id) == ConsentScope.consent_id)
                                      .where(Consent.patient_id == owner.id)))

    def _revocations(self, owner: Patient) -> list[RevocationRecord]:
        rows = self.session.exec(select(Revocation).where(Revocation.patient_id == owner.id).order_by(col(Revocation.id).desc())).all()
        names = self._names(row.revoked_by for row in rows)
        scopes: dict[int, set[Scope]] = {}
        for one in self.session.exec(select(RevocationScope).join(Revocation).where(Revocation.patient_id == owner.id)):
            scopes.setdefault(one.revocation_id, set()).add(one.scope)
        counts = self.records.disclosures.counts(owner)
        return [RevocationRecord(row.key, frozenset(scopes[row.id or 0]), row.reason, row.revoked_at, names.get(row.revoked_by, ''),
                                 *counts.get(row.id or 0, (0, 0))) for row in rows]

    def _expiries(self, owner: Patient) -> list[tuple[datetime, frozenset[Scope]]]:
        """Return what ended by the clock, newest first."""
        ended: dict[datetime, set[Scope]] = {}
        for row in self._scopes(owner):
            if row.ends_by in (EndsBy.EXPIRY, EndsBy.AGE) and NEVER < row.until <= self.records.now:
                ended.setdefault(row.until, set()).add(row.scope)
        return [(at, frozenset(ended[at])) for at in sorted(ended, reverse=True)]

    def _names(self, users: Iterable[str]) -> dict[str, str]:
        return dict(self.session.exec(select(User.key, User.display_name).where(col(User.key).in_(set(users)))).all())


def _named(scopes: Collection[Scope]) -> list[str]:
    return [scope.value for scope in Scope if scope in scopes]
