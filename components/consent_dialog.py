"""Recording consent that was given verbally, on paper or in another way: the form as the patient reads it, and what they agreed to."""
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from nicegui import ui

from app.consent_words import LANGUAGES, WORDS
from components import formatting
from components.controls import Field, box, button, icon_button, select_field, symbol, text, text_area, text_field
from components.controls import segmented as choice_of_few
from components.refusals import refusals_shown
from data.columns import limit_of, new_key
from data.consent_records import ConsentDraft, comes_of_age
from data.errors import Conflict, Invalid
from data.models import Consent, Language, Method, Scope, Signer
from data.read_models import PatientHeader
from data.repositories.consent_forms import FormRecord
from data.values import parse_day

TITLE = 'Record consent'
_METHODS = {Method.VERBAL.value: 'Verbally', Method.WRITTEN.value: 'On paper', Method.OTHER.value: 'Other'}
_SIGNERS = {signer.value: words for signer, words in WORDS[Language.ENGLISH].signers.items()}


class ConsentDialog:
    """The dialog. `latest(language)` returns the form that is agreed to now, `record(draft, request)` stores the consent and may refuse.

    What is refused is said at its field and nothing that was entered is lost. A double click is one request.
    """

    def __init__(self, patient: PatientHeader, *, today: date, language: Language, latest: Callable[[Language], FormRecord],
                 record: Callable[[ConsentDraft, str], Awaitable[Any]]) -> None:
        self._patient, self._today, self._latest, self._record = patient, today, latest, record
        self._request, self._is_acting = new_key(), False
        self._scopes = {Scope.CLINICAL_RECORD}
        self._method = Method.WRITTEN
        self._form = latest(language)
        self.dialog = ui.dialog().props('persistent transition-show=fade transition-hide=fade')
        self.dialog.props['aria-label'] = TITLE
        self.dialog.on('hide', self.dialog.delete)
        with self.dialog, ui.card().classes('df-dialog df-dialog--full df-consent'):
            self._head()
            with box('df-consent-panes'):
                with box('df-consent-form'):
                    self._words = box('df-consent-words')
                    self._scope_place = box('df-consent-scopes', role='group', aria_label='The patient agrees to')
                with box('df-consent-facts'):
                    self._facts()
            self._foot()
        self._show_form()
        self.dialog.open()

    def _head(self) -> None:
        born = formatting.birth_line(self._patient.birth_on, self._today)
        with box('df-dialog-head'):
            with box('df-grow'):
                text(TITLE, 'df-t2', tag='h2')
                text(' · '.join(part for part in (self._patient.name, self._patient.unique_id, born) if part), 'df-meta')
            self._language = select_field('Language of the form', {one.value: name for one, name in LANGUAGES.items()},
                                          value=self._form.language.value, on_change=self._turn)
            icon_button('x', label='Close', on_click=self.dialog.close)

    def _facts(self) -> None:
        text('How was consent given?', 'df-lab')
        choice_of_few(_METHODS, label='How was consent given?', value=self._method.value, on_change=self._give)
        self.notes = text_area('Notes', limit=limit_of(Consent, 'notes'), placeholder='For example where the signed paper is kept')
        with box('df-form'):
            self.signer = select_field('Signed by', _SIGNERS, value=Signer.PATIENT.value, classes='df-span-3', on_change=self._by_whom)
            self.until = text_field('Valid until', placeholder='Empty for no end', classes='df-span-3')
            self.name = text_field('Name', limit=limit_of(Consent, 'signer_name'), classes='df-span-3')
            self.relation = text_field('Relation to the patient', limit=limit_of(Consent, 'signer_relation'), classes='df-span-3')
            self.witness = text_field('Witness', limit=limit_of(Consent, 'witness'), classes='df-span-3')
        self._by_whom()
        with box('df-consent-note'):
            symbol('lock')
            text('What was agreed to is stored word for word and added to the audit trail. It can be revoked, never edited.')

    def _foot(self) -> None:
        self._fields: dict[str, Field] = {'notes': self.notes, 'signer_name': self.name, 'signer_relation': self.relation,
                                          'expires_on': self.until}
        with box('df-dialog-foot'):
            self._said = text('', 'df-error df-grow', role='alert')
            button('Cancel', kind='ghost', on_click=self.dialog.close)
            button(TITLE, kind='primary', icon='circle-check', on_click=self._go)

    def _show_form(self) -> None:
        words = WORDS[self._form.language]
        self._words.clear()
        self._scope_place.clear()
        with self._words:
            text(words.version.format(version=self._form.version), 'df-meta df-f13')
            text(self._form.title, 'df-t3', tag='h3')
            for paragraph in self._form.body.split('\n\n'):
                text(paragraph, 'df-consent-paragraph')
        with self._scope_place:
            text(words.agrees, 'df-lab')
            for scope, (name, use) in words.scopes.items():
                self._scope(scope, name, use)

    def _scope(self, scope: Scope, name: str, use: str) -> None:
        with box('df-consent-scope'):
            tick = ui.checkbox(name, value=scope in self._scopes, on_change=partial(self._agree, scope))
            tick.props['aria-description'] = use
            text(use, 'df-muted df-f13')
            if scope is Scope.CLINICAL_RECORD:
                text('Needed', 'df-meta df-f13')

    def _turn(self, event: Any) -> None:
        self._form = self._latest(Language(event.value))
        self._show_form()

    def _agree(self, scope: Scope, event: Any) -> None:
        self._scopes = self._scopes | {scope} if event.value else self._scopes - {scope}

    def _give(self, method: str) -> None:
        self._method = Method(method)

    def _by_whom(self, _event: Any = None) -> None:
        is_other = self.signer.value != Signer.PATIENT.value
        for field in (self.name, self.relation):
            field.root.set_visibility(is_other)
        born = self._patient.birth_on
        if is_other and born is not None and not self.until.value and (birthday := comes_of_age(born)) > self._today:
            self.until.control.set_value(formatting.day(birthday - timedelta(days=1)))

    def _draft(self) -> ConsentDraft:
        is_other = self.signer.value != Signer.PATIENT.value
        return ConsentDraft(
            form=self._form.key, scopes=frozenset(self._scopes), method=self._method, notes=self.notes.value or '',
            signer=Signer(self.signer.value), signer_name=self.name.value or '' if is_other else '',
            signer_relation=self.relation.value or '' if is_other else '', witness=self.witness.value or '',
            expires_on=parse_day(self.until.value or '', field='expires_on'))

    async def _go(self) -> None:
        if self._is_acting:
            return
        self._is_acting = True
        self._said.set_text('')
        for field in self._fields.values():
            field.refuse('')
        try:
            with refusals_shown():
                await self._try()
        finally:
            self._is_acting = False

    async def _try(self) -> None:
        try:
            await self._record(self._draft(), self._request)
        except Invalid as refusal:
            self._refuse(refusal)
        except Conflict as conflict:
            self._said.set_text(str(conflict))
            newest = self._latest(self._form.language)
            if newest.key != self._form.key:  # what was entered stays; the words are others
                self._form = newest
                self._show_form()
        else:
            self.dialog.close()

    def _refuse(self, refusal: Invalid) -> None:
        field = self._fields.get(refusal.field)
        if field is None:
            self._said.set_text(str(refusal))
            return
        field.refuse(str(refusal))
        field.control.run_method('focus')
