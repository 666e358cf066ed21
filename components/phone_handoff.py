"""The desktop's side of the phone hand-off: a code to scan, whether a phone is connected, what arrived; release it, end it."""
from collections.abc import Callable
from typing import Any

import segno
from nicegui import ui

from app.clinic import clinic
from app.handing_off import hand_off, phone_address, progress_list
from app.uploads import UploadState
from components.controls import box, button, icon_button, symbol, text
from components.formatting import plural
from components.refusals import refusals_shown
from components.session import current_actor
from components.soon import Soon
from data.read_models import PatientHeader
from data.repositories.handoffs import HandoffRecord

TITLE = 'Add photos with a phone'
_OVER = 'This code has expired. Make a new one.'
_TICK_S = 1.0


def phone_button(patient: Callable[[], PatientHeader], *, entry: str = '') -> ui.button:
    """Show the button that opens the hand-off to a patient's pool, with `entry` also into its workspace."""
    return button('Phone', icon='smartphone', on_click=lambda: add_by_phone(patient(), entry=entry))


async def add_by_phone(patient: PatientHeader, *, entry: str = '') -> None:
    """Open the hand-off."""
    with refusals_shown():
        await PhoneDialog(patient, entry=entry).open()


def photo_buttons(patient: Callable[[], PatientHeader], *, entry: str) -> list[ui.button]:
    """Show and return, on the width of a phone alone, the ways to the plain page of an entry in this very browser.

    A live page would not survive that the camera app puts it aside.
    """
    async def leave() -> None:
        with refusals_shown():
            _record, token = await hand_off(clinic(), current_actor(), patient().key, entry=entry)
            ui.navigate.to(f'/capture/{token}')
    with box('df-photo-ways'):
        return [button('Take photo', icon='camera', kind='primary', on_click=leave),
                button('Choose photos', icon='images', on_click=leave)]


class PhoneDialog:
    """One open dialog. Closing it ends nothing: the same code is shown when it is opened again."""

    def __init__(self, patient: PatientHeader, *, entry: str = '') -> None:
        self._patient, self._entry = patient, entry
        self._record: HandoffRecord | None = None
        self._is_ended = False
        self._ends: list[Callable[[], None]] = []

    async def open(self) -> None:
        """Show the code, or that no phone can reach this server yet."""
        address = phone_address(clinic(), '')
        if address:
            await self._begin()
        self._dialog = ui.dialog().props('transition-show=fade transition-hide=fade')
        self._dialog.props['aria-label'] = TITLE
        with self._dialog, ui.card().classes('df-dialog df-handoff'):
            with box('df-dialog-head'):
                text(TITLE, 'df-t2 df-grow', tag='h2')
                icon_button('x', label='Close', on_click=self._dialog.close)
            self._body = box('df-dialog-body')
            self._foot = box('df-dialog-foot')
        self._show() if address else self._show_unreachable()
        self._dialog.on('hide', self._gone)
        ui.context.client.on_delete(self._stop)
        self._dialog.open()

    async def _begin(self) -> None:
        """Open the link and hear of it from now on."""
        self._stop()
        self._is_ended = False
        self._record, token = await hand_off(clinic(), current_actor(), self._patient.key, entry=self._entry)
        self._address = phone_address(clinic(), token)

    def _show_unreachable(self) -> None:
        with self._body:
            text('A phone cannot reach this server yet.', 'df-bold')
            text('It answers on this computer only. Whoever looks after it can give it an address for phones: the setting '
                 'DERMAFOLIO_PUBLIC_URL, described in the operating guide.', 'df-muted')
        self._foot.set_visibility(False)

    def _show(self) -> None:
        self._body.clear()
        self._foot.clear()
        with self._body:
            text(f'{self._patient.name}, {self._patient.unique_id}', 'df-bold')
            text('Scan with the phone’s camera. Photos appear here as you take them and arrive.', 'df-muted')
            ui.html(qr_svg(self._address), sanitize=False).classes('df-qr')
            text(self._address, 'df-handoff-address', aria_label='Address for the phone')
            with box('df-handoff-state', role='status'):
                symbol('smartphone')
                self._state = text('', tag='span')
                self._left = text('', 'df-meta df-num', tag='span')
            self._arrived = text('', 'df-muted df-num')
            self._twins = text('', 'df-bold', role='status')
        with self._foot:
            self._release = button('Release', icon='unlink', on_click=self._let_go)
            self._end = button('End', icon='x', kind='danger', label='End this code', on_click=self._finish)
            self._new = button('Make a new one', icon='qr-code', kind='primary', on_click=self._again)
        self._listen()
        self._update()

    def _listen(self) -> None:
        record = self._known()
        topic = clinic().uploads.topic(progress_list(record.key), record.patient)
        again = Soon(self._refresh, place=self._body, name='live hand-off')
        self._ends += [clinic().hub.subscribe(record.key, again), clinic().hub.subscribe(topic, again), again.end]
        with self._body:
            timer = ui.timer(_TICK_S, self._update)
        self._ends.append(timer.cancel)

    async def _refresh(self) -> None:
        key = self._known().key
        with clinic().reading(current_actor()) as records:
            now = records.handoffs.one(key)
        self._record, self._is_ended = now or self._record, now is None
        self._update()

    def _update(self) -> None:
        """Show what is so now."""
        record = self._known()
        left_s = int((record.expires_at - clinic().clock()).total_seconds())
        is_over = self._is_ended or left_s <= 0
        self._state.set_text(_OVER if is_over else 'A phone is connected' if record.is_connected else 'Waiting for a phone')
        self._left.set_text('' if is_over else f'{left_s // 60}:{left_s % 60:02} left')
        sent = [one for one in clinic().uploads.of(progress_list(record.key), record.patient) if one.state is UploadState.ADDED]
        self._arrived.set_text(f'{plural(len(sent), "photo")} arrived' if sent else '')
        twins = sum(one.has_twin for one in sent)
        self._twins.set_text(f'Of {plural(twins, "photo")} the same file is in another patient’s pool too. Open it large to see whose, '
                             'and to move or withdraw it.' if twins else '')
        self._release.set_visibility(record.is_connected and not is_over)
        self._end.set_visibility(not is_over)
        self._new.set_visibility(is_over)

    def _known(self) -> HandoffRecord:
        assert self._record is not None
        return self._record

    async def _let_go(self) -> None:
        key = self._known().key
        with refusals_shown():
            await clinic().change(current_actor(), lambda records: records.handoffs.release(key))
            await self._refresh()

    async def _finish(self) -> None:
        key = self._known().key
        with refusals_shown():
            await clinic().change(current_actor(), lambda records: records.handoffs.end(key))
            self._dialog.close()

    async def _again(self) -> None:
        with refusals_shown():
            await self._begin()
            self._show()

    def _stop(self) -> None:
        while self._ends:
            self._ends.pop()()

    def _gone(self, _event: Any) -> None:
        self._stop()
        self._dialog.delete()


def qr_svg(address: str) -> str:
    """Return the code of an address as markup; dark and light come from the style sheet, the quiet zone from its frame."""
    return segno.make_qr(address, error='m').svg_inline(border=2, omitsize=True, title='Code for the phone')
