"""How the practice enforces consent: three levels with what each means, in force at once in every open page."""
from collections.abc import Callable
from typing import Any

from nicegui import ui

from app.clinic import clinic
from app.consenting import enforcement
from components.confirm import confirmed
from components.controls import box, text
from components.formatting import plural
from components.refusals import refusals_shown
from components.session import current_actor
from components.soon import Soon
from data.models import Enforcement

_LEVELS = {
    Enforcement.DISABLED: ('Disabled', 'No check. Photos can always be added.'),
    Enforcement.ADVISORY: ('Advisory', 'A reminder is shown. Photos can still be added.'),
    Enforcement.REQUIRED: ('Required', 'Photos are blocked until consent is recorded.'),
}
_SETTING = 'consent_enforcement'


class ConsentEnforcement:
    """The choice. `on_saved()` hears that another level is stored."""

    def __init__(self, on_saved: Callable[[], Any]) -> None:
        self._on_saved = on_saved
        with box('df-settings-head'), box('df-col df-grow'):
            text('Consent', 'df-t2', tag='h2')
            text('Whether photos of a patient need recorded consent. It acts at once, in every open page.', 'df-muted')
        with box('df-levels', role='radiogroup', aria_label='Consent enforcement') as self._root:
            self._options = {level: self._option(level) for level in Enforcement}
        self._follow = Soon(self._look, place=self._root, name='live enforcement')
        self._show()

    def hear(self, _change: object) -> None:
        """Show the level that is in force, soon."""
        self._follow()

    def _option(self, level: Enforcement) -> ui.element:
        name, meaning = _LEVELS[level]
        with box('df-level', tag='button', type='button', role='radio') as option:
            text(name, 'df-bold', tag='span')
            text(meaning, 'df-muted df-f13', tag='span')
        return option.on('click', lambda: self._choose(level), args=[])

    async def _look(self) -> None:
        self._show()

    def _level(self) -> Enforcement:
        with clinic().reading(current_actor()) as records:
            return enforcement(records)

    def _show(self) -> None:
        level = self._level()
        for one, option in self._options.items():
            option.props['aria-checked'] = str(one is level).lower()

    async def _choose(self, level: Enforcement) -> None:
        with self._root, refusals_shown():
            if level is self._level() or (level is Enforcement.REQUIRED and not await self._is_meant()):
                return
            await clinic().change(current_actor(), lambda records: records.settings.change(_SETTING, level.value))
            self._on_saved()
            self._show()

    async def _is_meant(self) -> bool:
        with clinic().reading(current_actor()) as records:
            number = records.consents.missing()
        if not number:
            return True
        line = f'{plural(number, "patient")} without valid consent: for them no photo is added until it is recorded. What is there stays.'
        return await confirmed('Require consent?', line, action='Require consent')
