"""The one save indicator: the same words in the same place on every page. It shows; it never decides."""
from datetime import datetime, tzinfo
from enum import StrEnum
from html import escape
from typing import Self

from nicegui import ui

from components import formatting
from components.design import icon_svg


class SaveState(StrEnum):
    """What the server knows about what was typed. Offline is not here: only the browser can know it."""

    IDLE = 'idle'
    SAVING = 'saving'
    SAVED = 'saved'
    RETRYING = 'retrying'
    CONFLICT = 'conflict'
    REFUSED = 'refused'  # the field says why; the page must not say Saved while that text stands there


_LOOKS = {
    SaveState.SAVING: ('plain', 'loader-circle', 'Saving…'),
    SaveState.SAVED: ('plain', 'check-check', 'Saved'),
    SaveState.RETRYING: ('warn', 'refresh-cw', 'Not saved, retrying'),
    SaveState.CONFLICT: ('bad', 'triangle-alert', 'Conflict, review'),
}
_TROUBLE = (SaveState.RETRYING, SaveState.CONFLICT)


class SaveStatus(ui.html):
    """One element, `role=status`. While the connection is down CSS shows "Offline, will save" in its place: the server could not."""

    def __init__(self, *, zone: tzinfo) -> None:
        super().__init__('', sanitize=False)
        self._zone = zone
        self.state = SaveState.IDLE
        self._echoes: list[ui.html] = []
        self.classes('df-status df-num').mark('save-status')
        self.props['role'] = 'status'
        self.show(SaveState.IDLE)

    def show(self, state: SaveState, at: datetime | None = None, *, now: datetime | None = None) -> Self:
        """Show a state; `at` is the time of the commit, for SAVED. `now` tells whether that was today."""
        # screen readers hear changes of kind (trouble, and its end), not every Saved
        self.props['aria-live'] = _urgency(self.state, state)
        self.state = state
        self.set_content(status_html(state, at, zone=self._zone, now=now))
        self._echoes = [echo for echo in self._echoes if not echo.is_deleted]
        for echo in self._echoes:
            echo.set_content(self.content)
        return self

    def echo(self) -> ui.html:
        """Show the same once more, on what covers this one; screen readers hear it here alone."""
        echo = ui.html('', sanitize=False).classes('df-status df-num')
        echo.set_content(self.content)
        echo.props['aria-hidden'] = 'true'
        self._echoes.append(echo)
        return echo


def _urgency(before: SaveState, after: SaveState) -> str:
    if after is SaveState.CONFLICT:
        return 'assertive'
    return 'polite' if after in _TROUBLE or before in _TROUBLE else 'off'


def offline_html(words: str) -> str:
    """Return what CSS alone shows while the connection is down, for heads that cover the page's own."""
    return f'<span class="df-pill df-pill--warn df-offline-only">{icon_svg("cloud-off", 16)}<span>{escape(words)}</span></span>'


def status_line(status: SaveStatus | None) -> ui.html:
    """Show the page's save status on what covers the page; without one only whether the line is down."""
    if status is not None:
        return status.echo()
    return ui.html(offline_html('Offline'), sanitize=False).classes('df-status')


def status_html(state: SaveState, at: datetime | None, *, zone: tzinfo, now: datetime | None = None) -> str:
    """Return the fragment: the state, and beside it the words that CSS shows while offline."""
    offline = offline_html('Offline, will save')
    if state in (SaveState.IDLE, SaveState.REFUSED):
        return offline
    kind, symbol, words = _LOOKS[state]
    if state is SaveState.SAVED and at is not None:
        words = formatting.saved(at, zone, today=formatting.local(now or at, zone).date())
    drawn = icon_svg(symbol, 16)
    if state is SaveState.SAVING:
        drawn = drawn.replace('df-ic', 'df-ic df-spin', 1)
    return f'<span class="df-pill df-pill--{kind} df-online-only">{drawn}<span>{escape(words)}</span></span>{offline}'
