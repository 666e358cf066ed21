"""What a page of a patient says where consent to photographs is missing; it follows the setting, the record and the clock by itself."""
import asyncio
from collections.abc import Callable
from typing import Any

from nicegui import ui

from app.clinic import clinic
from app.consenting import enforcement, may_add
from components.controls import banner, box, link
from components.looking import hear
from components.navigation import patient_address
from components.session import current_actor
from components.soon import Soon
from data.actors import Permission
from data.consent_records import ScopeState
from data.models import Enforcement, Scope
from data.read_models import PatientHeader
from data.records import Changed
from data.repositories.consents import CONSENT

ADVISORY, REQUIRED = 'Patient Photography Consent Advisory', 'Patient Photography Authorization Required'
_SETTING = 'consent_enforcement'
_LONGEST_S = 3600.0  # a clock that is set is noticed within this time


class ConsentBanner:
    """The banner of one patient's page. `on_verdict(reason)` hears why no photograph may be added now; empty when one may."""

    def __init__(self, patient: Callable[[], PatientHeader], *, on_verdict: Callable[[str], Any] = lambda _reason: None,
                 line: str = '', has_action: bool = True) -> None:
        self._patient, self._on_verdict, self._line, self._has_action = patient, on_verdict, line, has_action
        self._shown: tuple[str, ...] = ()
        self._later: asyncio.TimerHandle | None = None
        self.root = box('df-consent-banner')
        self._again = Soon(self._look, place=self.root, name='consent banner')
        hear({patient().key: lambda change: self._again() if change.field == CONSENT else None, 'settings': self._setting})
        ui.context.client.on_delete(self._stop)

    def show(self) -> None:
        """Show what is true now; to be called once what `on_verdict` changes is there."""
        with clinic().reading(current_actor()) as records:
            patient = self._patient().key
            level, reason = enforcement(records), may_add(records, patient).reason
            clinical = next(one for one in records.consents.standing(patient) if one.scope is Scope.CLINICAL_RECORD)
            now = records.now
        is_given = clinical.state(now) is ScopeState.GIVEN
        self._draw(() if (is_given and not reason) or level is Enforcement.DISABLED else (level.value, reason))
        self._on_verdict(reason)
        self._stop()
        if is_given and clinical.until is not None and clinical.has_end:
            ends_in_s = max(0.0, (clinical.until - now).total_seconds())
            self._later = asyncio.get_running_loop().call_later(min(ends_in_s, _LONGEST_S), self._again)

    async def _look(self) -> None:
        self.show()

    def _setting(self, change: Changed) -> None:
        if change.field == _SETTING:
            self._again()

    def _draw(self, wanted: tuple[str, ...]) -> None:
        if wanted == self._shown:
            return
        self._shown = wanted
        self.root.clear()
        if not wanted:
            return
        level, reason = wanted
        with self.root:
            if level == Enforcement.REQUIRED:
                shown = banner('warn', REQUIRED, self._line or reason)
            else:
                shown = banner('info', ADVISORY, 'You can add photos. Please record consent at this visit.')
        if self._has_action and current_actor().may(Permission.CONSENT_RECORD):
            with shown:
                link('Record consent', patient_address(self._patient().unique_id, '/consent?record=1'), 'df-link df-banner-act')

    def _stop(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
