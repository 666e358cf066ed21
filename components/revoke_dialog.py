"""Consent taken back: which uses, and why; then what was done with the photographs before, to be seen to one by one."""
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import tzinfo
from functools import partial
from typing import Any

from nicegui import ui

from app.consent_words import WORDS
from components import formatting
from components.controls import box, button, text, text_area
from components.refusals import refusals_shown
from data.columns import limit_of
from data.models import Disclosed, Language, Revocation, Scope
from data.read_models import PatientHeader
from data.repositories.disclosures import UseRecord

_NAMES = WORDS[Language.ENGLISH].scopes
_WHAT = {Disclosed.ORIGINAL: 'Original downloaded', Disclosed.RECEIPT: 'Receipt opened'}


class RevokeDialog:
    """Asks which of the given uses are revoked, and why. `revoke(scopes, reason)` does it and may refuse; then the dialog stays."""

    def __init__(self, patient: PatientHeader, given: Collection[Scope], revoke: Callable[[set[Scope], str], Awaitable[Any]]) -> None:
        self._revoke, self._is_acting = revoke, False
        self._chosen = set(given)
        self.dialog = ui.dialog().props('transition-show=fade transition-hide=fade')
        self.dialog.props['aria-label'] = 'Revoke consent?'
        self.dialog.on('hide', self.dialog.delete)
        with self.dialog, ui.card().classes('df-dialog'):
            with box('df-dialog-head'):
                text('Revoke consent?', 'df-t2', tag='h2')
            with box('df-dialog-body'):
                text(f'{patient.name} · {patient.unique_id}', 'df-bold')
                text('What is revoked ends now. Existing photos stay in the record, and can’t be used for it any more.', 'df-muted')
                for scope in Scope:
                    if scope in self._chosen:
                        ui.checkbox(_NAMES[scope][0], value=True, on_change=partial(self._choose, scope))
                self._reason = text_area('Reason', limit=limit_of(Revocation, 'reason'), placeholder='Who asked for it, and how')
            with box('df-dialog-foot'):
                button('Cancel', kind='ghost', on_click=self.dialog.close)
                button('Revoke', kind='danger', on_click=self._go, label='Revoke these uses')
        self._reason.control.props('autofocus')
        self.dialog.open()

    def _choose(self, scope: Scope, event: Any) -> None:
        self._chosen = self._chosen | {scope} if event.value else self._chosen - {scope}

    async def _go(self) -> None:
        if self._is_acting:
            return
        self._is_acting = True
        try:
            with refusals_shown(self._reason):
                await self._revoke(set(self._chosen), str(self._reason.value or ''))
                self.dialog.close()
        finally:
            self._is_acting = False


class UsesDialog:
    """Every use before a revocation, with a tick for whoever saw to it. `read()` returns them, `check(key, is_done)` notes one."""

    def __init__(self, read: Callable[[], Sequence[UseRecord]], check: Callable[[str, bool], Awaitable[Any]] | None, zone: tzinfo) -> None:
        self._read, self._check, self._zone = read, check, zone
        self.dialog = ui.dialog().props('transition-show=fade transition-hide=fade')
        self.dialog.props['aria-label'] = 'Earlier uses'
        self.dialog.on('hide', self.dialog.delete)
        with self.dialog, ui.card().classes('df-dialog'):
            with box('df-dialog-head'):
                text('Earlier uses', 'df-t2', tag='h2')
            with box('df-dialog-body'):
                text('What left the house before consent was revoked. Tick what you have seen to.', 'df-muted')
                self._list = box('df-uses', tag='ul')
            with box('df-dialog-foot'):
                button('Close', kind='primary', on_click=self.dialog.close)
        self._draw()
        self.dialog.open()

    def _draw(self) -> None:
        self._list.clear()
        with self._list:
            for use in self._read():
                self._line(use)

    def _line(self, use: UseRecord) -> None:
        what = f'{_WHAT[use.what]} for {_NAMES[use.purpose][0].lower()}, {formatting.moment(use.made_at, self._zone)}, {use.who}'
        done = f'Seen to by {use.done_by}, {formatting.moment(use.done_at, self._zone)}' if use.done_at else 'Not seen to yet'
        with box('', tag='li'):
            tick = ui.checkbox(what, value=use.done_at is not None, on_change=lambda event: self._tick(use.key, bool(event.value)))
            tick.set_enabled(self._check is not None)
            text(done, 'df-f12 df-meta')

    async def _tick(self, key: str, is_done: bool) -> None:
        with self.dialog, refusals_shown():
            if self._check is not None:
                await self._check(key, is_done)
            self._draw()
