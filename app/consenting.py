"""Consent: may a photograph be added to this patient now? Every way in asks here: pool, entry and phone."""
from dataclasses import dataclass

from data.errors import ConsentMissing
from data.records import Records


@dataclass(frozen=True)
class Verdict:
    """An answer, and when it is no the sentence that says why and what to do."""

    is_allowed: bool
    reason: str = ''


def may_add(records: Records, patient: str) -> Verdict:
    """Tell whether a photograph may be added to a patient now. No consent is recorded yet, so no patient refuses one.

    Refuses a patient who is not there.
    """
    records.patients.row(patient)
    return Verdict(is_allowed=True)


def require_may_add(records: Records, patient: str) -> None:
    """Pass, or raise the refusal that is audited and shown."""
    verdict = may_add(records, patient)
    if not verdict.is_allowed:
        raise ConsentMissing(verdict.reason, subject=patient)
