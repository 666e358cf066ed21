"""Photographs that should not be in a pool: moved to whose they are, or withdrawn, with the way back; and where one came from.

    leaving = LeavingPhotos(lambda: header, around, notice, on_left=viewer.close)
    leaving.acts()                  # (words, symbol, act on keys) for a menu of the chosen ones
    leaving.menu(tile)              # the same in the head of the viewer
    await leaving.find_out(key)     # before one is large: where it came from, who else holds the same file
    leaving.tell_of(tile)           # beside it
"""
import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from nicegui import ui

from app.clinic import clinic
from app.moving import move_images, take_back
from app.recognising import Recognised
from components.controls import box, icon_button
from components.formatting import plural
from components.leave_dialog import LeaveDialog, Leaving
from components.move_dialog import MoveDialog
from components.patient_finding import find
from components.photo_origin import arrival_note, twin_note
from components.refusals import refusals_shown
from components.session import current_actor
from components.surroundings import Surroundings
from components.undo_notice import UndoNotice
from data.actors import Actor, Permission
from data.models import Action
from data.patient_query import ListView
from data.read_models import ImageTile, PatientHeader, PatientRow
from data.repositories.left_images import Arrival, NamedPatient

KeysAct = tuple[str, str, Callable[[Sequence[str]], Awaitable[None]]]
"""The words of an act on chosen photographs, its symbol, and what it does with their keys."""
_Origin = tuple[Arrival | None, Sequence[NamedPatient]]
_MOST_FOUND = 6


@dataclass
class LeavingPhotos:
    """What one page of a patient does. `on_left` is told when something left; `is_acting` until then."""

    patient: Callable[[], PatientHeader]
    around: Surroundings
    notice: UndoNotice
    on_left: Callable[[], Any]
    is_acting: bool = False
    _origins: dict[str, _Origin] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._recognised = Recognised(clinic())
        self._place = box('df-contents')  # dialogs stay when what asked for them goes: a menu, a row, the panel of a photo

    @property
    def may(self) -> bool:
        """Tell whether this reader may move and withdraw photographs."""
        return self.around.actor.may(Permission.IMAGE_MOVE)

    def acts(self) -> list[KeysAct]:
        """Return what may be done with chosen photographs; nothing for who may not."""
        if not self.may:
            return []
        return [('Move to another patient', 'arrow-left-right', self.move_photos), ('Withdraw', 'archive', self.withdraw_photos)]

    def menu(self, tile: ImageTile) -> None:
        """Show the acts on one photograph as a menu where the caller is; nothing for who may not."""
        if acts := self.acts():
            with icon_button('ellipsis', label='More for this photo'), ui.menu().classes('df-tags-menu') as opened:
                opened.props('auto-close anchor="bottom right" self="top right"')
                for words, _symbol, act in acts:
                    ui.menu_item(words, partial(act, [tile.key])).props('role=menuitem')

    async def find_out(self, key: str) -> None:
        """Read from whom a photograph was moved here and who else holds the same file, and write an event of each who is to be named."""
        actor = current_actor()
        with clinic().reading(actor) as records:
            arrival, twins = records.images.arrival(key), records.images.twins(key)
        await self._recognised.note(actor, [*([arrival.patient] if arrival else []), *twins])
        self._origins[key] = arrival, twins

    def tell_of(self, tile: ImageTile) -> None:
        """Show what `find_out` read of a photograph; nothing when there is nothing."""
        arrival, twins = self._origins.get(tile.key, (None, ()))
        if arrival is None and not twins:
            return
        with box('df-viewer-origin'):
            if arrival is not None:
                moves = [arrival.move]
                arrival_note(arrival, self.around.zone, on_back=(lambda: self._take_back(moves)) if self.may else None)
            self._tell_of_twins(tile.key, twins)

    def tell_of_twins(self, key: str) -> None:
        """Show who else holds the same file as a photograph, with what may be done about it, once the events are written."""
        async def show() -> None:
            with refusals_shown():
                await self.find_out(key)
                self._tell_of_twins(key, self._origins[key][1])
        ui.timer(0, show, once=True)

    def _tell_of_twins(self, key: str, twins: Sequence[NamedPatient]) -> None:
        if twins:
            acts = {'Move': self.move_photos, 'Withdraw': self.withdraw_photos} if self.may else {}
            twin_note(twins, acts=[(words, partial(act, [key])) for words, act in acts.items()])

    async def move_photos(self, keys: Sequence[str]) -> None:
        """Ask to whom and why, and move photographs."""
        with self._place, refusals_shown():
            MoveDialog(self._leaving(keys), find=_find_patients, look_up=_header, move=lambda to, because: self._move(keys, to, because))

    async def withdraw_photos(self, keys: Sequence[str]) -> None:
        """Ask why, and withdraw photographs."""
        with self._place, refusals_shown():
            leaving = self._leaving(keys)
            LeaveDialog(leaving, title=f'Withdraw {leaving.photos}', action=f'Withdraw {leaving.photos}',
                        note='Nothing is destroyed. It can be taken back.', act=lambda because: self._withdraw(keys, because))

    async def put_back(self, keys: Sequence[str]) -> None:
        """Put withdrawn photographs back."""
        with refusals_shown():
            await clinic().change(current_actor(), lambda records: records.images.put_back(keys))
            self.notice.say(f'{plural(len(keys), "photo")} put back.')

    def _leaving(self, keys: Sequence[str]) -> Leaving:
        patient = self.patient()
        with clinic().reading(current_actor()) as records:
            shown = records.images.shown_in(keys, of=patient.key)
        return Leaving(patient, len(keys), shown, self.around.today, self.around.zone)

    async def _move(self, keys: Sequence[str], to: PatientHeader, because: str) -> None:
        with self._acting():
            moves = await move_images(clinic(), current_actor(), keys, to.key, because, of=self.patient().key)
        self.notice.say(f'{plural(len(keys), "photo")} moved to {to.name}, {to.unique_id}.', lambda: self._take_back(moves))

    async def _take_back(self, moves: Sequence[str]) -> None:
        with refusals_shown():
            with self._acting():
                await take_back(clinic(), current_actor(), moves)
            self.notice.say(f'{plural(len(moves), "photo")} moved back.')

    async def _withdraw(self, keys: Sequence[str], because: str) -> None:
        with self._acting():
            await clinic().change(current_actor(), lambda records: records.images.withdraw(keys, because, of=self.patient().key))
        self.notice.say(f'{plural(len(keys), "photo")} withdrawn.', lambda: self.put_back(keys))


    @contextmanager
    def _acting(self) -> Iterator[None]:
        """Let the page know that what leaves now leaves by this person's hand."""
        self.is_acting = True
        try:
            yield
            self.on_left()
        finally:
            self.is_acting = False


async def _find_patients(words: str) -> Sequence[PatientRow]:
    """Return the first patients whom these words find, after the event of the look."""
    actor = current_actor()
    found = await asyncio.to_thread(_found, actor, ListView(q=words, per_page=_MOST_FOUND))
    await clinic().looked(actor, Action.PATIENT_LIST, images=[], detail=found.detail)
    return found.page.rows


def _found(actor: Actor, view: ListView) -> Any:
    with clinic().reading(actor) as records:
        return find(records, view)


def _header(key: str) -> PatientHeader:
    with clinic().reading(current_actor()) as records:
        return records.patients.header(key)
