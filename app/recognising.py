"""Patients whom a page names beside its own: the bearer of a taken ID, others of the same name and birth date, or of the same photo."""
import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.clinic import Clinic
from data.actors import Actor, Permission
from data.models import Action
from data.read_models import PatientHeader
from data.records import Records
from data.repositories.left_images import NamedPatient


@dataclass
class Recognised:
    """Those whom one page has named. Each is an event of its own, found under that patient, however often it is shown there.

    It is no viewing note: whoever goes on to look at such a patient's pictures leaves that in the trail too.
    """

    clinic: Clinic
    named: set[str] = field(default_factory=set)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def note(self, actor: Actor, patients: Iterable[PatientHeader | NamedPatient]) -> None:
        """Write the events of those who were not named yet; to be awaited before they are shown."""
        async with self._turn:
            new = sorted({patient.key for patient in patients} - self.named)
            if new:
                await self.clinic.change(actor, lambda records: _log(records, new))
                self.named.update(new)


def _log(records: Records, patients: list[str]) -> None:
    records.require(Permission.PATIENT_READ, patients[0])
    if records.settings.value('audit_level') == 'comprehensive':
        for key in patients:
            records.log(Action.PATIENT_RECOGNISE, subject=key, patient=key)
