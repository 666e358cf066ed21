"""The consent of a patient: what they agree to now, what happened with it, and the ways to record and to revoke it."""
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from nicegui import APIRouter, ui
from starlette.requests import Request
from starlette.responses import RedirectResponse

from app.clinic import clinic
from app.consent_deeds import record_consent
from app.consent_words import LANGUAGES
from components.autosave import Autosave
from components.consent_banner import ConsentBanner
from components.consent_dialog import ConsentDialog
from components.consent_view import history_html, scope_words, scopes_html
from components.controls import box, button, empty_state, text
from components.formatting import day, local
from components.layout import frame
from components.looking import Looking, hear
from components.navigation import patient_address
from components.patient_head_live import IN_THE_HEAD, show_head
from components.refusals import refusals_shown, tell
from components.revoke_dialog import RevokeDialog, UsesDialog
from components.save_status import SaveStatus
from components.session import current_actor
from components.surroundings import Surroundings, surroundings
from data.actors import Permission
from data.consent_records import ConsentDraft, ConsentHistory, ConsentRecord, RevocationRecord, ScopeStanding, ScopeState
from data.models import Action, Language, Scope
from data.read_models import PatientHeader
from data.records import Changed, Records
from data.repositories.consent_forms import FormRecord
from data.repositories.consents import CONSENT
from data.repositories.disclosures import USES, UseRecord
from data.repositories.tag_records import VOCABULARY

router = APIRouter()
Seen = tuple[PatientHeader, list[ScopeStanding], ConsentHistory]
_REFUSED = 'New photos are refused from pool, phone and import. Record it to add photos.'


@router.page('/patients/{unique_id}/consent')
async def consent_page(unique_id: str, request: Request) -> RedirectResponse | None:
    """Show a patient's consent after the event is written. A former or capital ID leads to the present address."""
    around = surroundings()
    with clinic().reading(around.actor) as records:
        patient = records.patients.header(records.patients.key_of(unique_id))
    if patient.unique_id != unique_id:
        return RedirectResponse(patient_address(patient.unique_id, '/consent'))
    looking = Looking(Action.CONSENT_VIEW, patient.key, lambda records: _seen(records, patient.key), lambda seen: [seen[0].cover])
    ConsentPage(around, looking, *await looking.again(around.actor)).build(is_recording='record' in request.query_params)
    return None


def _seen(records: Records, patient: str) -> Seen:
    return records.patients.header(patient), records.consents.standing(patient), records.consents.history(patient)


@dataclass
class ConsentPage:
    """What one reader sees of a patient's consent, and does with it."""

    around: Surroundings
    looking: Looking[Seen]
    patient: PatientHeader
    standing: list[ScopeStanding]
    history: ConsentHistory

    def build(self, *, is_recording: bool) -> None:
        """Show everything and begin to listen; `is_recording` opens the dialog at once."""
        around = self.around
        with frame(title='Consent', actor=around.actor, practice_name=around.practice_name, current='Patients', patient=self.patient,
                   tab='consent', today=around.today) as self.slots:
            with self.slots.status:
                self.saving = Autosave(SaveStatus(zone=around.zone), around.zone)
            warning = ConsentBanner(lambda: self.patient, line=_REFUSED, has_action=False)
            self._head()
            self.scopes = ui.html('', sanitize=False, tag='ul').classes('df-scopes')
            with box('df-consent-below'):
                with box('df-grow'):
                    text('History', 'df-t3', tag='h2')
                    self.nothing = empty_state('No consent yet', 'Record it here, on paper or verbally. It takes a minute.')
                    self.told = ui.html('', sanitize=False, tag='ul').classes('df-told-list')
                self.side = box('df-consent-side')
        self._show()
        warning.show()
        self.refresh = self.looking.follow(self.slots.body, self._follow)
        hear({self.patient.key: self._heard, VOCABULARY: self.refresh})
        if is_recording and around.actor.may(Permission.CONSENT_RECORD):
            self._record()

    def _head(self) -> None:
        actor = self.around.actor
        with box('df-consent-head'):
            text('What the patient agrees to', 'df-t3', tag='h2')
            text('asked before every use outside of this practice', 'df-meta df-grow')
            self.revoking = button('Revoke consent', icon='file-x-2', on_click=self._revoke)
            self.revoking.set_visibility(False)
            if actor.may(Permission.CONSENT_RECORD):
                button('Record consent', icon='pencil', kind='primary', on_click=self._record)

    @property
    def given(self) -> list[Scope]:
        """Return what is given at this moment."""
        return [one.scope for one in self.standing if one.state(clinic().clock()) is ScopeState.GIVEN]

    def _show(self) -> None:
        zone = self.around.zone
        self.scopes.set_content(scopes_html(self.standing, clinic().clock(), zone))
        self.told.set_content(history_html(self.history, zone))
        self.nothing.set_visibility(not self.history.consents)
        self.revoking.set_visibility(bool(self.given) and self.around.actor.may(Permission.CONSENT_REVOKE))
        self.side.clear()
        with self.side:
            for record in self.history.consents[:1]:
                self._form(record)
            for revocation in self.history.revocations:
                self._uses_of(revocation)

    def _form(self, record: ConsentRecord) -> None:
        """Show the newest form: the words that were agreed to, and the hash that they have."""
        text('Form in force' if self.given else 'Last form, no longer in force', 'df-t3', tag='h2')
        with box('df-consent-words-card'):
            text(record.words, 'df-consent-said', tabindex='0', role='document', aria_label='What was agreed to')
            text(f'Form {record.form_version}, {LANGUAGES[record.language]} · SHA-256 {record.words_sha256[:4]}…{record.words_sha256[-4:]}',
                 'df-meta df-num df-f13')

    def _uses_of(self, revocation: RevocationRecord) -> None:
        if revocation.uses:
            on = day(local(revocation.revoked_at, self.around.zone).date())
            button(f'See uses before {on}', icon='check-check', kind='ghost', on_click=partial(self._see_uses, revocation.key),
                   label=f'See uses before {on}: {scope_words(revocation.scopes)}')

    def _record(self) -> None:
        with self.slots.body, refusals_shown():
            ConsentDialog(self.patient, today=self.around.today, language=Language.ENGLISH, latest=self._latest,
                          record=partial(self._grant, self.history.newest))

    def _latest(self, language: Language) -> FormRecord:
        with clinic().reading(current_actor()) as records:
            return records.consent_forms.latest(language)

    async def _grant(self, seen: str, draft: ConsentDraft, request: str) -> None:
        await record_consent(clinic(), current_actor(), self.patient.key, draft, seen=seen, request_key=request)
        self.saving.note(clinic().clock())
        tell('Consent is recorded.', kind='positive', stays=False)

    def _revoke(self) -> None:
        with self.slots.body, refusals_shown():
            RevokeDialog(self.patient, self.given, self._take_back)

    async def _take_back(self, scopes: Collection[Scope], reason: str) -> None:
        key = await clinic().change(current_actor(), lambda records: records.consents.revoke(self.patient.key, scopes, reason))
        self.saving.note(clinic().clock())
        with self.slots.body:
            if self._uses(key):
                self._see_uses(key)

    def _see_uses(self, revocation: str) -> None:
        async def check(use: str, is_done: bool) -> None:
            await clinic().change(current_actor(), lambda records: records.disclosures.check(revocation, use, is_done=is_done))
        may_check = self.around.actor.may(Permission.CONSENT_REVOKE)
        with self.slots.body, refusals_shown():
            UsesDialog(lambda: self._uses(revocation), check if may_check else None, self.around.zone)

    def _uses(self, revocation: str) -> list[UseRecord]:
        with clinic().reading(current_actor()) as records:
            return records.disclosures.before(revocation)

    def _heard(self, change: Changed) -> None:
        if change.field in {*IN_THE_HEAD, CONSENT, USES}:
            self.refresh()

    def _follow(self, seen: Seen) -> None:
        self.patient, self.standing, self.history = seen
        show_head(self.slots, self.around, self.patient, title='Consent', tab='consent')
        self._show()
