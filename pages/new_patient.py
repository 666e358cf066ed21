"""The form that begins a record."""
from collections.abc import Sequence
from contextlib import suppress

from nicegui import APIRouter, ui

from app.clinic import clinic
from app.recognising import Recognised
from components.controls import Field, box, button, link_button, text
from components.layout import frame
from components.navigation import patient_address
from components.patient_form import (
    BIRTH_DATE,
    FAMILY_NAME,
    GIVEN_NAMES,
    UNIQUE_ID,
    FieldSpec,
    lookalike_warning,
    new_field,
    taken_warning,
    to_shown,
)
from components.refusals import refusals_shown
from components.session import current_actor
from components.surroundings import surroundings
from data.actors import Actor, Permission
from data.columns import new_key
from data.errors import Invalid, UniqueIdTaken
from data.models import PatientDraft
from data.read_models import PatientHeader
from data.repositories.base import KEPT
from data.repositories.patients import read_draft
from data.values import hides_characters, parse_birth_date

router = APIRouter()


@router.page('/patients/new')
async def new_patient_page() -> None:
    """Show the form that begins a record."""
    around = surroundings()
    with clinic().reading(around.actor) as records:
        records.require(Permission.PATIENT_REGISTER)
    with frame(title='New patient', actor=around.actor, practice_name=around.practice_name, current='Patients', today=around.today):
        NewPatientForm(around.actor).build()


class NewPatientForm:
    """The few fields that begin a record. Its request key makes a double click create one patient."""

    def __init__(self, actor: Actor) -> None:
        self.request_key = new_key()
        specs = [UNIQUE_ID, FAMILY_NAME, GIVEN_NAMES]
        self.specs = [*specs, BIRTH_DATE] if actor.may(Permission.PATIENT_WRITE) else specs
        self.fields: dict[str, Field] = {}
        self.asked = 0
        self.recognised = Recognised(clinic())

    def build(self) -> None:
        """Show the form."""
        with box('df-narrow df-col df-gap-l', role='form', aria_label='New patient'):
            text('Only the unique ID is required. Everything else can follow under Details.', 'df-muted')
            with box('df-form'):
                for spec in self.specs:
                    self._add(spec)
            self.warnings = box('df-col', role='status')
            self.warnings.set_visibility(False)
            with box('df-row'):
                self.create = button('Create patient', kind='primary', on_click=self._create)
                link_button('Cancel', '/patients', kind='ghost')

    def _add(self, spec: FieldSpec) -> None:
        shown = new_field(spec)
        shown.control.on('keydown.enter', self._create, [])
        if spec is BIRTH_DATE:
            shown.control.on('blur', lambda: _tidy(shown), [])
        shown.control.on('blur', self._warn, [])
        self.fields[spec.name] = shown
        if spec is UNIQUE_ID:
            shown.control.props('autofocus')
            with shown.root:
                self.taken = box()

    def _draft(self) -> PatientDraft:
        return read_draft({name: shown.value or '' for name, shown in self.fields.items()})

    async def _warn(self) -> None:
        """Say before the end that the ID is taken or that someone looks alike. It blocks nothing."""
        self.asked += 1
        mine = self.asked
        self._clear_warnings()
        try:
            draft = self._draft()
        except Invalid:
            return
        with refusals_shown():
            actor = current_actor()
            with clinic().reading(actor) as records:
                holder, found = records.patients.bearer(draft.unique_id), records.lookalikes.of(draft)
                taken = records.patients.header(records.patients.key_of(holder)) if holder else None
            await self.recognised.note(actor, [taken, *found] if taken else found)
            if mine == self.asked:
                self._forgive()
                self._show_warnings(taken, found)

    def _show_warnings(self, taken: PatientHeader | None, found: Sequence[PatientHeader]) -> None:
        self._clear_warnings()
        if taken:
            with self.taken:
                taken_warning(f'This ID is taken by {taken.name}.', taken.unique_id)
        self.warnings.set_visibility(bool(found))
        if found:
            with self.warnings:
                lookalike_warning(found)

    def _clear_warnings(self) -> None:
        self.taken.clear()
        self.warnings.clear()

    def _forgive(self) -> None:
        for shown in self.fields.values():
            shown.refuse('')

    async def _create(self) -> None:
        """Create the patient and open it; what is refused stays in the form, with one sentence where it belongs."""
        self._forgive()
        try:
            draft = self._draft()
            with refusals_shown():
                await self._register(draft)
        except Invalid as refusal:
            self.fields.get(refusal.field, self.fields['unique_id']).refuse(str(refusal).removesuffix(KEPT))

    async def _register(self, draft: PatientDraft) -> None:
        actor = current_actor()
        try:
            made = await clinic().change(actor, lambda records: records.patients.register(draft, request_key=self.request_key))
        except UniqueIdTaken as taken:
            await self._say_taken(actor, taken)
            return
        hidden = any(hides_characters(shown.value or '') for shown in self.fields.values())
        ui.navigate.to(_arrival(made, self.request_key, hidden=hidden))

    async def _say_taken(self, actor: Actor, taken: UniqueIdTaken) -> None:
        """Name the bearer after the event of it, when the reader may know who it is."""
        self.asked += 1
        with clinic().reading(actor) as records:
            bearers = [records.patients.header(records.patients.key_of(taken.holder))] if taken.holder else []
        await self.recognised.note(actor, bearers)
        self._clear_warnings()
        with self.taken:
            taken_warning(str(taken), taken.holder)


def _tidy(shown: Field) -> None:
    """Write a date of birth as it is read; what cannot be read stays as it was typed."""
    with suppress(Invalid):
        if born := parse_birth_date(shown.value or ''):
            shown.control.set_value(to_shown(BIRTH_DATE, born.isoformat()))


def _arrival(made: PatientHeader, request_key: str, *, hidden: bool) -> str:
    return patient_address(made.unique_id, f'?created={request_key}{"&cleaned=1" if hidden else ""}')
