"""Numbers that other systems use for a patient: one row each, saved as they are typed, and live in every open page."""
import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from nicegui import ui

from app.clinic import clinic
from app.recognising import Recognised
from components.autosave import Autosave
from components.controls import Field, banner, box, button, icon_button, text_field
from components.hidden_characters import HIDDEN_IN_NUMBER, warn_of_hidden
from components.patient_form import bearer_warning, lock
from components.refusals import refusals_shown
from components.saved_field import SavedField
from components.session import current_actor
from components.soon import Soon
from components.undo_notice import UndoNotice
from data.actors import Actor
from data.columns import limit_of, new_key
from data.models import PatientIdentifier
from data.records import Records
from data.repositories.identifiers import IdentifierRecord

T = TypeVar('T')
_ANSWER_S = 5.0


@dataclass
class IdentifierList:
    """The rows of one patient. Rows come and go one by one: nobody who types in another one is disturbed."""

    patient: str
    saving: Autosave
    notice: UndoNotice
    recognised: Recognised
    may_change: bool
    _rows: 'dict[str, _Row]' = field(default_factory=dict)
    _request: str = field(default_factory=new_key)

    def build(self, found: list[IdentifierRecord]) -> None:
        """Show the rows, and the way to add one."""
        self.place = box('df-identifiers')
        self._offered = box(tag='datalist')
        self._is_offered = False
        self.show(found)
        if self.may_change:
            button('Add identifier', icon='plus', on_click=self._add).classes('df-identifier-add')

    def show(self, found: list[IdentifierRecord]) -> None:
        """Show a row for each, in their order; rows that stand there already are left alone, and nobody loses one they type in."""
        for key in self._rows.keys() - {record.key for record in found}:
            self._rows[key].leave()
        place = 0
        for record in found:
            row = self._rows.get(record.key)
            if row is None:
                with self.place:
                    row = self._rows[record.key] = _Row(self, record)
                row.root.move(target_index=place)
            row.stay()
            place = self.place.default_slot.children.index(row.root) + 1

    def forget(self, key: str) -> None:
        """Take a row away."""
        self._rows.pop(key).root.delete()

    def again(self) -> None:
        """Read the numbers again and show those that came, not those that went."""
        with clinic().reading(current_actor()) as records:
            found = records.identifiers.of(self.patient)
        self.show(found)

    async def offer_systems(self) -> None:
        """Offer the names of systems that the practice uses, once somebody is about to type one."""
        if self._is_offered:
            return
        self._is_offered = True
        actor = current_actor()
        names = await asyncio.to_thread(_read, actor, lambda records: records.identifiers.systems())
        with self._offered:
            for name in names:
                ui.element('option').props['value'] = name

    async def _add(self) -> None:
        """Create an empty one and go to it. Clicks that come before it stands there create it once."""
        with self.place, refusals_shown():
            request = self._request
            key = await clinic().change(current_actor(), lambda records: records.identifiers.add(self.patient, request_key=request))
            self._request = new_key()
            self.again()
            if key in self._rows:
                self._rows[key].system.control.run_method('focus')

    async def remove(self, key: str) -> None:
        """Take one off, with the way back; what was typed a moment ago is stored first. A second click while it goes is none."""
        row = self._rows.get(key)
        if row is None or row.is_leaving:
            return
        if row.is_gone:
            self.forget(key)
            return
        row.is_leaving = True
        try:
            with self.place, refusals_shown():
                await row.quiet()
                gone = await clinic().change(current_actor(), lambda records: records.identifiers.remove(key))
                self.again()
                words = ' '.join(part for part in (gone.system, gone.value) if part)
                self.notice.say(f'Removed {words or "an empty identifier"}.', lambda: self._restore(gone))
        finally:
            row.is_leaving = False

    async def _restore(self, gone: IdentifierRecord) -> None:
        with self.place, refusals_shown():
            await clinic().change(current_actor(), lambda records: records.identifiers.restore(self.patient, gone))
            self.again()


class _Row:
    """System, number, and the way to take them off."""

    def __init__(self, owner: IdentifierList, record: IdentifierRecord) -> None:
        self._owner, self._key = owner, record.key
        self.is_leaving = self.is_gone = False
        with box('df-identifier', role='group', aria_label='Identifier') as self.root:
            with box('df-form'):
                self.system = self._field('System', record.system, 'system')
                self.system.control.props['list'] = f'c{owner._offered.id}'
                self.system.control.on('focus', owner.offer_systems, [])
                with box('df-span-3 df-identifier-number'):
                    number = self._field('Number', record.value, 'value')
                    if owner.may_change:
                        icon_button('trash-2', label='Remove identifier', on_click=lambda: owner.remove(self._key))
            self._warning = box(role='status')
        self.warn = Soon(self._warn, place=self.root, name='bearers')
        self._go = Soon(self._go_when_unused, place=self.root, name='identifier goes')
        self._fields = [self._saved(shown, name, record.revisions.get(name, 0)) for name, shown in
                        (('system', self.system), ('value', number))]
        for saved in self._fields:
            saved.shown.control.on('blur', self._left, [])
            saved.others.hear()  # it may have changed between the reading and the listening
        self.warn()

    async def quiet(self) -> None:
        """Wait until what was typed is stored."""
        for saved in self._fields:
            await saved.quiet()

    def leave(self) -> None:
        """Go: at once when this reader removed it, else as soon as nothing that was typed can be lost with it."""
        if self.is_leaving:
            self._owner.forget(self._key)
        elif not self.is_gone:
            self.is_gone = True
            self._go()

    def stay(self) -> None:
        """Be a row like any other, also when somebody put it back."""
        if self.is_gone:
            self.is_gone = False
            self.warn()

    def _left(self) -> None:
        if self.is_gone:
            self._go()

    async def _go_when_unused(self) -> None:
        """Leave the page once the browser has answered: what was typed on a line that broke arrives before that."""
        with suppress(TimeoutError):
            await self.system.control.get_computed_prop('inputValue', timeout=_ANSWER_S)
            if self.root.is_deleted or not self.is_gone:
                return
            if all(saved.is_at_rest for saved in self._fields):
                self._owner.forget(self._key)
            else:
                self.warn()
            return
        self._go()  # the line is slow or down

    def _field(self, label: str, value: str, name: str) -> Field:
        look = 'df-f--mono' if name == 'value' else ''
        shown = text_field(label, value=value, placeholder='None', look=look, classes='df-span-3' if name == 'system' else 'df-grow',
                           limit=limit_of(PatientIdentifier, name))
        if not self._owner.may_change:
            lock(shown)
        warn_of_hidden(shown, HIDDEN_IN_NUMBER)
        return shown

    def _saved(self, shown: Field, name: str, revision: int) -> SavedField:
        return self._owner.saving.add(shown, lambda records: records.identifiers.correct, self._key, name, revision=revision,
                                      on_saved=self.warn)

    async def _warn(self) -> None:
        """Say when someone else bears the same number of the same system, after the events of it. It warns, and never blocks."""
        actor, found = current_actor(), []
        if not self.is_gone:
            found = await asyncio.to_thread(_read, actor, lambda records: records.identifiers.also_of(self._key))
            await self._owner.recognised.note(actor, found)
        if self.root.is_deleted:
            return
        self._warning.clear()
        with self._warning:
            if self.is_gone:
                banner('info', 'Someone removed this identifier', 'What is typed here is not stored.')
            elif found:
                bearer_warning(found)


def _read(actor: Actor, read: Callable[[Records], list[T]]) -> list[T]:
    with clinic().reading(actor) as records:
        return read(records)
