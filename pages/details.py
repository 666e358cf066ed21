"""Everything known of a patient, field by field: each saves by itself, is live in every open page, and can be taken back."""
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from nicegui import APIRouter, ui
from starlette.responses import RedirectResponse

from app.clinic import clinic
from app.recognising import Recognised
from components.autosave import Autosave
from components.birth_calendar import BirthCalendar, age_beside
from components.confirm import confirmed
from components.consent_banner import ConsentBanner
from components.controls import Field, box
from components.field_history import FieldHistory
from components.hidden_characters import HIDDEN_IN_NUMBER, warn_of_hidden
from components.identifiers import IdentifierList
from components.layout import frame
from components.looking import Looking, hear
from components.navigation import patient_address
from components.patient_form import (
    BIRTH_DATE,
    IDENTIFIERS,
    LEFT,
    NOTES,
    RIGHT,
    UNIQUE_ID,
    FieldSpec,
    Group,
    field_group,
    lookalike_warning,
    patient_field,
    taken_warning,
    to_shown,
)
from components.patient_head_live import IN_THE_HEAD, show_head
from components.refusals import refusals_shown
from components.save_status import SaveStatus
from components.session import current_actor
from components.soon import Soon
from components.surroundings import Surroundings, surroundings
from components.undo_notice import UndoNotice
from data.actors import Permission
from data.errors import UniqueIdTaken
from data.models import Action
from data.read_models import PatientHeader
from data.records import Changed, Records
from data.repositories.fields import Saved
from data.repositories.identifiers import NUMBERS
from data.repositories.lookalikes import DISTINCTIONS
from data.repositories.patients import NAME_FIELDS, PatientRecord, permission_for, read_draft
from data.repositories.tag_records import VOCABULARY
from data.values import normal_unique_id

router = APIRouter()
_JUST_NOW = timedelta(seconds=30)


@router.page('/patients/{unique_id}/details')
async def details_page(unique_id: str) -> RedirectResponse | None:
    """Show all fields after the event is written. A former or capital ID leads to the present address."""
    around = surroundings()
    with clinic().reading(around.actor) as records:
        patient = records.patients.header(records.patients.key_of(unique_id))
    if patient.unique_id != unique_id:
        return RedirectResponse(patient_address(patient.unique_id, '/details'))
    looking = Looking(Action.CHART_OPEN, patient.key, lambda records: records.patients.record(patient.key), lambda it: [it.header.cover])
    DetailsPage(around, await looking.again(around.actor), looking).build()
    return None


@dataclass
class DetailsPage:
    """The fields of one patient as one reader sees them."""

    around: Surroundings
    record: PatientRecord
    looking: Looking[PatientRecord]
    is_asking: bool = False
    recognised: Recognised = field(default_factory=lambda: Recognised(clinic()))

    def build(self) -> None:
        """Show everything and begin to listen."""
        with frame(title='Details', actor=self.around.actor, practice_name=self.around.practice_name, current='Patients',
                   patient=self.record.header, tab='details', today=self.around.today) as slots:
            with slots.status:
                self.saving = Autosave(SaveStatus(zone=self.around.zone), self.around.zone)
            self.notice = UndoNotice()
            warning = ConsentBanner(lambda: self.record.header)
            with box('df-columns'):
                for column in (LEFT, RIGHT):
                    with box('df-col').style('gap:26px'):
                        for group in column:
                            self._group(group)
        self.slots = slots
        warning.show()
        self.refresh = self.looking.follow(slots.body, self._follow)
        self.warn = Soon(self._warn_of_lookalikes, place=slots.body, name='lookalikes')
        self.renumber = Soon(self._numbers_again, place=slots.body, name='identifiers')
        hear({self.record.key: self._heard, VOCABULARY: self.refresh})
        self.warn()
        self._offer_former_id()

    def _group(self, group: Group) -> None:
        if NOTES in group.fields and not self.around.actor.may(Permission.NOTES_READ):
            return
        with field_group(group):
            for spec in group.fields:
                self._field(spec)
                if spec.name == 'sex':  # the end of the line that the birth date stands in
                    self.lookalikes = box('df-col', role='status')
            if group is IDENTIFIERS:
                self._numbers()

    def _field(self, spec: FieldSpec) -> None:
        may_change = self.around.actor.may(permission_for(spec.name))
        shown = patient_field(spec, self.record.values[spec.name], is_readonly=not may_change)
        if spec is UNIQUE_ID:
            self._watch_unique_id(shown)
            return
        if spec.name in NAME_FIELDS:
            warn_of_hidden(shown)
        elif spec in IDENTIFIERS.fields:
            warn_of_hidden(shown, HIDDEN_IN_NUMBER)
        elif spec is BIRTH_DATE:
            age_beside(shown, self._today)
            if may_change:
                BirthCalendar(shown, self._today)
        self.saving.add(shown, _correct, self.record.key, spec.name, revision=self.record.revisions.get(spec.name, 0),
                        reads=Permission.NOTES_READ if spec is NOTES else Permission.PATIENT_READ,
                        to_value=lambda stored: to_shown(spec, stored))

    def _today(self) -> date:
        return clinic().clock().astimezone(self.around.zone).date()

    def _numbers(self) -> None:
        """Show the numbers of other systems that have no field of their own."""
        with clinic().reading(self.around.actor) as records:
            found = records.identifiers.of(self.record.key)
        self.numbers = IdentifierList(self.record.key, self.saving, self.notice, self.recognised,
                                      may_change=self.around.actor.may(Permission.PATIENT_WRITE))
        self.numbers.build(found)

    async def _numbers_again(self) -> None:
        self.numbers.again()

    def _watch_unique_id(self, shown: Field) -> None:
        self.unique_id = shown
        use = self._use_unique_id if self.around.actor.may(Permission.PATIENT_NAME) else None
        self.id_history = FieldHistory(shown, self.record.key, UNIQUE_ID.name, self.around.zone, use)
        if self.record.revisions.get(UNIQUE_ID.name):
            self.id_history.offer()
        shown.control.on('blur', self._unique_id_left, []).on('keydown.enter', self._unique_id_left, [])
        self.taken = box('df-taken')

    async def _unique_id_left(self) -> None:
        """Ask once before the ID is changed: it stands in addresses, and the old one stays reserved."""
        if self.is_asking:
            return
        with refusals_shown(self.unique_id):
            self.taken.clear()
            before, typed = self.record.header.unique_id, normal_unique_id(self.unique_id.value or '')
            if typed != before and not await self._is_taken(typed, before):
                await self._ask_to_change(before, typed)

    async def _use_unique_id(self, former: str) -> None:
        """Take a former ID back into use; that is asked for like any other change of it."""
        with self.slots.body:
            self.unique_id.control.set_value(former)
            await self._unique_id_left()

    def _offer_former_id(self) -> None:
        """Offer the way back from a change of the ID that this reader made just now: it led to this address, away from the field."""
        if not self.record.revisions.get(UNIQUE_ID.name):
            return
        with clinic().reading(self.around.actor) as records:
            now, former = records.fields.history(self.record.key, UNIQUE_ID.name)[:2]
        if now.actor == self.around.actor.user and clinic().clock() - now.until_at <= _JUST_NOW:
            self.notice.say(f'Changed {former.text} to {now.text}.', lambda: self._use_unique_id(former.text), label='Undo this change')

    async def _is_taken(self, typed: str, before: str) -> bool:
        """Say that another patient bears or bore this ID, before anyone is asked whether to change to it."""
        with clinic().reading(current_actor()) as records:
            holder = records.patients.bearer(typed)
            taken = records.patients.header(records.patients.key_of(holder)) if holder and holder != before else None
        if taken:
            await self._say_taken(f'This ID is taken by {taken.name}.', taken)
        return taken is not None

    async def _say_taken(self, sentence: str, holder: PatientHeader | None) -> None:
        """Name the bearer after the event of it, when the reader may know who it is."""
        await self.recognised.note(current_actor(), [holder] if holder else [])
        self.taken.clear()
        with self.taken:
            taken_warning(sentence, holder.unique_id if holder else None)

    async def _ask_to_change(self, before: str, typed: str) -> None:
        self.is_asking = True
        try:
            line = 'The old ID keeps leading here and is given to nobody else.'
            if await confirmed(f'Change {before} to {typed}?', line, action='Change ID'):
                await self._change_unique_id(typed)
            else:
                self.unique_id.control.set_value(before)
        finally:
            self.is_asking = False

    async def _change_unique_id(self, typed: str) -> None:
        actor, revision = current_actor(), self.record.revisions.get(UNIQUE_ID.name, 0)
        try:
            await clinic().change(actor, lambda records: records.patients.correct(
                self.record.key, UNIQUE_ID.name, typed, expected_revision=revision))
        except UniqueIdTaken as taken:
            with clinic().reading(actor) as records:
                holder = records.patients.header(records.patients.key_of(taken.holder)) if taken.holder else None
            await self._say_taken(str(taken), holder)
            return
        ui.navigate.to(patient_address(typed, '/details'))

    def _heard(self, change: Changed) -> None:
        """Someone, perhaps this reader, changed what stands at the head of the page. The fields hear for themselves."""
        if change.field in IN_THE_HEAD:
            self.refresh()
        if change.field == UNIQUE_ID.name:
            self.id_history.heard()
        elif change.field == DISTINCTIONS:
            self.warn()
        elif change.field == NUMBERS:
            self.renumber()

    def _follow(self, record: PatientRecord) -> None:
        before, self.record = self.record, record
        show_head(self.slots, self.around, record.header, title='Details', tab='details')
        if self.unique_id.value == before.header.unique_id:
            self.unique_id.control.set_value(record.header.unique_id)
        self.warn()

    async def _warn_of_lookalikes(self) -> None:
        """Say when someone else has this name and birth date, after the events of it."""
        actor = current_actor()
        names = {name: self.record.values[name] for name in ('unique_id', 'family_name', 'given_names', BIRTH_DATE.name)}
        with clinic().reading(actor) as records:
            found = records.lookalikes.of(read_draft(names), but_for=self.record.key)
        await self.recognised.note(actor, found)
        self.lookalikes.clear()
        self.lookalikes.set_visibility(bool(found))
        if found:
            with self.lookalikes:
                lookalike_warning(found, on_apart=self._tell_apart if actor.may(Permission.PATIENT_WRITE) else None)

    async def _tell_apart(self, other: PatientHeader) -> None:
        """Note for everyone that the two are not the same; both pages hear of it, this one too."""
        with self.slots.body, refusals_shown():
            await clinic().change(current_actor(), lambda records: records.lookalikes.tell_apart(self.record.key, other.key))
            self.notice.say(f'Noted: {other.unique_id} is not the same patient.', lambda: self._liken(other))

    async def _liken(self, other: PatientHeader) -> None:
        with self.slots.body, refusals_shown():
            await clinic().change(current_actor(), lambda records: records.lookalikes.liken(self.record.key, other.key))


def _correct(records: Records) -> Callable[..., Saved]:
    return records.patients.correct
