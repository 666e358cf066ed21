"""What stands beside a date of birth: the age in the label line, and a calendar for who would rather choose than type."""
from collections.abc import Callable
from datetime import date

from nicegui import ui
from nicegui.events import GenericEventArguments

from components import formatting
from components.controls import Field, button, text
from data.errors import Invalid
from data.values import parse_birth_date

_NOBODY_YET = 40
"""Years back where the calendar opens for someone whose date of birth is not known."""


def age_beside(shown: Field, today: Callable[[], date]) -> None:
    """Show the age that follows from what stands in the field, as it is typed."""
    with shown.root:
        age = text('', 'df-hint df-num', tag='span')
    age.move(next(shown.state.ancestors()), target_index=1)  # between the label and what stands at the end of its line

    def show() -> None:
        born, on = _read(shown), today()
        age.set_text(formatting.age(born, on) if born else '')
    show()
    shown.control.on_value_change(show)


class BirthCalendar:
    """The calendar button of a date field. It offers no day ahead; what is chosen is written into the field as if it were typed."""

    def __init__(self, shown: Field, today: Callable[[], date]) -> None:
        self._shown, self._today = shown, today
        self._menu: ui.menu | None = None
        with shown.control.add_slot('append'):
            self._icon = button('', icon='calendar', kind='ghost', size='small', label='Open calendar', on_click=self._open)
            self._icon.classes('df-f-button df-btn--icon').props['title'] = 'Open calendar'

    def _open(self) -> None:
        """Build the calendar anew: the month that it opens at and the last day that it offers change."""
        if self._menu is not None:
            self._menu.delete()
        with self._icon, ui.menu() as self._menu:
            self._menu.props('no-parent-event anchor="bottom left" self="top left" :offset="[0, 8]"')
            self._menu.props['target'] = f'#c{self._shown.root.id}'  # it is wider than a field: it stands at the field's left edge
            self._menu.props['role'], self._menu.props['aria-label'] = 'dialog', 'Calendar'
            self._calendar()
        self._menu.open()

    def _calendar(self) -> None:
        today, born = self._today(), _read(self._shown)
        at = born or today.replace(year=today.year - _NOBODY_YET, day=1)
        shown = ui.date(value=born.isoformat() if born else None, on_change=lambda event: self._chosen(event.value))
        shown.props(f'minimal no-unset first-day-of-week=1 default-year-month={at:%Y/%m} navigation-max-year-month={today:%Y/%m}')
        if born is None:
            shown.props('default-view=Years')

        def offer(year: int, month: int) -> None:
            # days ahead stand only in the present month: there the days that may be chosen are listed, elsewhere all may
            is_now = (year, month) == (today.year, today.month)
            days = [f'{today:%Y/%m}/{day:02}' for day in range(1, today.day + 1)] if is_now else None
            if shown.props.get('options') != days:
                shown.props['options'] = days
                shown.update()

        def moved(event: GenericEventArguments) -> None:
            offer(int(event.args['year']), int(event.args['month']))
        offer(at.year, at.month)
        shown.on('navigation', moved, [['year', 'month']])

    def _chosen(self, value: str | None) -> None:
        if value and self._menu is not None:
            self._menu.close()
            self._shown.control.set_value(formatting.day(date.fromisoformat(value)))


def _read(shown: Field) -> date | None:
    try:
        return parse_birth_date(shown.value or '')
    except Invalid:
        return None
