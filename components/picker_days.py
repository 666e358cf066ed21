"""The days beside photographs to choose from: each leads to its own, and the one in sight is marked. On a phone they are one select."""
from collections.abc import Callable
from datetime import date
from functools import partial
from html import escape
from typing import Any

from nicegui import ui

from components import formatting
from components.controls import box, select_field, text
from components.picker_grid import day_label

Days = list[tuple[date, str, int]]


class PickerDays:
    """`on_day(day)` leads there. What is in sight tells which is marked: the first of them, or the one that was asked for."""

    def __init__(self, on_day: Callable[[date], Any]) -> None:
        self._on_day = on_day
        self._lines: dict[date, ui.html] = {}
        self._days: Days = []
        self._in_sight: set[date] = set()
        self._wanted: date | None = None
        self._current: date | None = None

    def build_list(self) -> None:
        """Show the column."""
        with box('df-picker-days', tag='nav', aria_label='Days') as self._column:
            text('Days', 'df-over', tag='h3', aria_hidden='true')
            self._place = box()

    def build_select(self) -> None:
        """Show the select that stands for it on a phone."""
        self._select = select_field('Day', {}, classes='df-picker-dayselect', on_change=lambda event: self._selected(event.value))

    def show(self, days: Days) -> None:
        """Show these days."""
        if days == self._days:
            return
        self._days = days
        self._in_sight &= {on for on, _words, _number in days}
        self._place.clear()
        with self._place:
            self._lines = {on: self._line(on, words, number) for on, words, number in days}
        self._column.set_visibility(bool(days))
        self._current = None
        self._select.control.set_options({on.isoformat(): day_label(on, words, number) for on, words, number in days})
        self._select.root.set_visibility(bool(days))
        self._mark()

    def sight(self, on: date, is_visible: bool) -> None:
        """Take it that a day came in sight, or left it."""
        if is_visible:
            self._in_sight.add(on)
        else:
            self._in_sight.discard(on)
            self._wanted = None if self._wanted == on else self._wanted
        self._mark()

    def _line(self, on: date, words: str, number: int) -> ui.html:
        line = ui.html(_line_html(on, words, number), sanitize=False, tag='button').classes('df-picker-line-day').mark(f'to-{on}')
        line.props['type'] = 'button'
        return line.on('click', partial(self._ask, on), args=[])

    def _selected(self, value: str | None) -> None:
        if value and self._current is not None and value != self._current.isoformat():  # else it was this page that set it
            self._ask(date.fromisoformat(value))

    def _ask(self, on: date) -> None:
        self._wanted = on
        self._mark()
        self._on_day(on)

    def _mark(self) -> None:
        shown = [on for on, _words, _number in self._days]
        current = self._wanted or next((on for on in shown if on in self._in_sight), shown[0] if shown else None)
        if current == self._current or current not in shown:
            return
        self._current = current
        for on, line in self._lines.items():
            if line.props.get('aria-current') != (said := 'true' if on == current else 'false'):
                line.props['aria-current'] = said
        self._select.control.set_value(current.isoformat() if current else None)


def _line_html(on: date, words: str, number: int) -> str:
    """Return the inside of a line, escaped."""
    return (f'<b>{escape(words)}</b><span class="df-num">{formatting.count(number)}<span class="df-hidden-label"> photos</span></span>'
            f'<small class="df-num">{escape(formatting.day(on))}</small>')
