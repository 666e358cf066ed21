"""The uses that one photograph is kept out of, whatever its patient agreed to: a plain choice, saved at once."""
from collections.abc import Callable

from nicegui import ui

from app.clinic import clinic
from components.autosave import Autosave
from components.controls import box, text
from components.refusals import refusals_shown
from components.session import current_actor
from components.soon import Soon
from data.actors import Permission
from data.models import Scope
from data.records import Changed, Records

_CHOICES = (Scope.TEACHING, Scope.PUBLICATION, Scope.MARKETING)
"""A photograph that is to be out of the clinical record too is deleted."""


class _Listening(ui.element):
    """A place that listens until it leaves the page."""

    def __init__(self, topic: str, heard: Callable[[Changed], None]) -> None:
        super().__init__('div')
        self._end = clinic().hub.subscribe(topic, heard)

    def _handle_delete(self) -> None:
        self._end()
        super()._handle_delete()


class KeepOut:
    """The choice for one photograph; who may not record consent is not shown it. Others' choices appear without a reload."""

    def __init__(self, image: str, saving: Autosave) -> None:
        self._image, self._saving = image, saving
        self._boxes: dict[Scope, ui.checkbox] = {}
        self._is_ours = False
        if current_actor().may(Permission.CONSENT_RECORD):
            self._build()

    def refuse(self, sentence: str) -> None:
        """Show why a choice was not taken. An empty sentence takes it back."""
        self._error.set_text(sentence)

    def _build(self) -> None:
        with _Listening(self._image, self._heard).classes('df-field') as self._place:
            self._place.props.update({'role': 'group', 'aria-labelledby': f'keep-out-{self._place.id}'})
            with box('df-lab'):
                text('Keep out of', tag='span', id=f'keep-out-{self._place.id}')
            with box('df-keep-out'):
                for scope in _CHOICES:
                    self._choice(scope)
            self._error = text('', 'df-error', role='alert')
        self._again = Soon(self._read, place=self._place, name='live exceptions')
        self._show()

    def _choice(self, scope: Scope) -> None:
        made = ui.checkbox(scope.value.capitalize(), on_change=lambda event: self._choose(scope, is_on=bool(event.value)))
        self._boxes[scope] = made.mark(f'keep-out-of-{scope.value}')

    def _show(self) -> None:
        with clinic().reading(current_actor()) as records:
            known = records.disclosures.exceptions(self._image)
        for scope in self._boxes:
            self._put(scope, is_on=scope in known)

    def _put(self, scope: Scope, *, is_on: bool) -> None:
        """Show a choice without taking it for the person's own."""
        self._is_ours = True
        try:
            self._boxes[scope].set_value(is_on)
        finally:
            self._is_ours = False

    async def _choose(self, scope: Scope, *, is_on: bool) -> None:
        """Take one choice; those of others beside it stay. What is refused does not stay chosen."""
        if self._is_ours:
            return
        is_taken = False
        with refusals_shown(self):
            await clinic().change(current_actor(), lambda records: _keep(records, self._image, scope, is_on=is_on))
            self._saving.note(clinic().clock())
            is_taken = True
        if not is_taken and not self._place.is_deleted:
            self._put(scope, is_on=not is_on)

    def _heard(self, change: Changed) -> None:
        if change.field == 'exceptions':
            self._again()

    async def _read(self) -> None:
        self._show()


def _keep(records: Records, image: str, scope: Scope, *, is_on: bool) -> None:
    known = records.disclosures.exceptions(image)
    records.disclosures.keep_out(image, known | {scope} if is_on else known - {scope})
