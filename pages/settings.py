"""The practice's settings: how consent is enforced, and its quick texts."""
from functools import partial

from nicegui import APIRouter, ui

from app.clinic import clinic
from components.autosave import Autosave
from components.consent_enforcement import ConsentEnforcement
from components.controls import box, button, text
from components.layout import frame
from components.quick_text_list import QuickTextActs, QuickTextList
from components.refusals import refusals_shown
from components.save_status import SaveStatus
from components.session import current_actor
from components.soon import Soon
from components.surroundings import Surroundings, surroundings
from components.undo_notice import UndoNotice
from data.actors import Permission
from data.repositories.quick_texts import QUICK_TEXTS, QuickTextRecord
from data.values import fold

router = APIRouter()
_NEW = 'New quick text'


@router.page('/settings')
async def settings_page() -> None:
    """Show the settings to who may change them."""
    around = surroundings()
    around.actor.require(Permission.MANAGE)
    SettingsPage(around).build()


class SettingsPage:
    """The page's parts, and what they do to the records."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around

    def build(self) -> None:
        """Show everything and begin to listen."""
        around = self.around
        with frame(title='Settings', actor=around.actor, practice_name=around.practice_name, current='Settings') as self.slots:
            with self.slots.status:
                self.saving = Autosave(SaveStatus(zone=around.zone), around.zone)
            with box('df-settings'):
                self.enforcement = ConsentEnforcement(lambda: self.saving.note(clinic().clock()))
                with box('df-settings-head'):
                    with box('df-col df-grow'):
                        text('Quick texts', 'df-t2', tag='h2')
                        text('Snippets for notes. One press puts one at the end of a visit’s notes; what was added keeps its words.',
                             'df-muted')
                    button(_NEW, icon='plus', kind='primary', on_click=self._add)
                self.list = QuickTextList(self.saving, QuickTextActs(self._move, self._retire, self._restore))
            self.notice = UndoNotice()
        self._show()
        refresh = Soon(self._follow, place=self.slots.body, name='live quick texts')
        ends = [clinic().hub.subscribe(QUICK_TEXTS, refresh), clinic().hub.subscribe('settings', self.enforcement.hear), refresh.end]
        ui.context.client.on_delete(lambda: [end() for end in ends])

    def _every(self) -> list[QuickTextRecord]:
        with clinic().reading(current_actor()) as records:
            return records.quick_texts.every()

    def _show(self, focus: str = '') -> None:
        with self.slots.body, refusals_shown():  # what was pressed may be drawn anew meanwhile
            self.list.show(self._every(), focus=focus)

    async def _follow(self) -> None:
        self._show()

    async def _add(self) -> None:
        with self.slots.body, refusals_shown():
            taken = {fold(record.title) for record in self._every() if record.retired_at is None}
            titles = [_NEW, *(f'{_NEW} {number}' for number in range(2, len(taken) + 2))]
            title = next(title for title in titles if fold(title) not in taken)
            made = await clinic().change(current_actor(), lambda records: records.quick_texts.add(title, ''))
            self.saving.note(clinic().clock())
            self._show(focus=made)

    async def _move(self, key: str, steps: int) -> None:
        with self.slots.body, refusals_shown():
            order = [record.key for record in self._every() if record.retired_at is None]
            if key not in order:
                return
            place = order.index(key)
            order.insert(max(place + steps, 0), order.pop(place))
            await clinic().change(current_actor(), lambda records: records.quick_texts.arrange(order))
            self.saving.note(clinic().clock())
            self._show()

    async def _retire(self, key: str) -> None:
        with self.slots.body, refusals_shown():
            title = next((record.title for record in self._every() if record.key == key), '')
            await clinic().change(current_actor(), lambda records: records.quick_texts.retire(key))
            self._show()
            self.notice.say(f'Retired “{title}”.', partial(self._restore, key))

    async def _restore(self, key: str) -> None:
        with self.slots.body, refusals_shown():
            await clinic().change(current_actor(), lambda records: records.quick_texts.restore(key))
            self._show()
