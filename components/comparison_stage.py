"""A comparison on the whole screen: its photographs in four layouts, zoomed and moved together, wiped, laid over one another, flickering.

    stage = ComparisonStage(group, patient, zone=zone, today=today, desk=Desk(acts, pick))   # None for who may only look

Built when it is opened. What is arranged is stored soon after it is done, for everyone; without a desk nothing is.
"""
import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from nicegui import ui

from components.autosave import Autosave
from components.comparison_acts import ComparisonActs
from components.comparison_bars import ComparisonBars
from components.comparison_keys import listen_to_keys
from components.comparison_layout import LayoutChoice
from components.comparison_look import Look
from components.comparison_panes import ComparisonPanes
from components.comparison_strip import ComparisonStrip
from components.comparison_words import group_name
from components.controls import box, icon_button, text
from components.crop_dialog import CropDialog
from components.formatting import birth_line, plural
from components.patient_banner import stage_patient
from components.refusals import refusals_shown, tell
from components.save_status import SaveState, status_line
from components.saved_field import RETRY_S
from components.sensitive import is_veiled, unveil
from components.soon import Soon
from components.undo_notice import UndoNotice
from components.zoom import STEP
from data.arrangement import Recipe
from data.database import StorageFailed
from data.errors import Conflict
from data.models import Layout
from data.read_models import PatientHeader
from data.repositories.comparisons import GroupRecord

_PAN_PX = 80.0


@dataclass(frozen=True)
class Desk:
    """What who may arrange has: the acts on the group, `pick()` that opens the choice of more photos, and where the page goes on."""

    acts: ComparisonActs
    saving: Autosave
    pick: Callable[[], Any]
    page: ui.element


class ComparisonStage:
    """The dialog. `keys` are the photographs that are on it now: who watches over them keeps this very set."""

    def __init__(self, group: GroupRecord, patient: PatientHeader, *, zone: tzinfo, today: date, desk: Desk | None = None) -> None:
        self.keys = {tile.key for tile in group.images}
        self.look = Look(group, desk.acts.layout, desk.acts.stored) if desk else Look(group, group.layout, group.arrangement)
        self._patient, self._zone, self._desk = patient, zone, desk
        self._known = (group.layout, group.arrangement)  # of who may only look: what they changed of it stays theirs
        self._drawn: object = None
        if desk is not None:
            desk.acts.is_busy = lambda: not desk.acts.has_stored(self.look.lies)
            # not in the dialog: what was done last is stored though it closes at once
            self._save = Soon(self._store, place=desk.page, pause_s=0.3, name='arrangement')
        with ui.dialog().props('maximized transition-show=fade transition-hide=fade') as self.dialog:
            self.dialog.props['aria-label'] = group_name(group)
            with ui.card().classes('df-stage-dialog df-stage df-cmp'), box('df-viewer-main') as self._main:
                self._build(birth_line(patient.birth_on, today))
        listen_to_keys(self._main, self)
        self.dialog.on('hide', self.dialog.delete)
        self._show()
        self.dialog.open()

    def follow(self, group: GroupRecord) -> None:
        """Show what others changed of it; what is being done here goes first, and meets theirs when it is stored."""
        if len(group.left) <= len(self.look.group.left):
            self.keys.clear()  # of a photograph that left the pool the key stays: who watches closes the screen for it
        self.look.group = group
        self.keys.update(self.look.keys)
        self._title.set_text(group_name(group))
        if self._desk is not None:
            was_busy = self._desk.acts.is_busy()
            self._desk.acts.follow(group)
            self._take_stored(self._desk.acts, is_busy=was_busy)
        else:
            self._follow_unless_own(group)
        self._redraw()

    def leave(self) -> None:
        """Leave the screen: the comparison is not there any more."""
        self.dialog.clear()
        self.dialog.close()
        tell('This comparison is not here any more.', kind='info', stays=False)

    async def lay_out(self, layout: Layout) -> None:
        """Show another layout, for everyone where one may arrange."""
        if layout is self.look.layout:
            return
        self.look.lay_out(layout)
        self._show()
        if self._desk is not None:
            with self.dialog, refusals_shown():
                try:
                    await self._desk.acts.lay_out(layout)
                except Conflict:
                    self.look.layout = self._desk.acts.layout
                    self._show()
                    raise

    def arrow(self, across: int, down: int, *, percent: int, moves: bool) -> None:
        """Move the wipe or the opacity; or with `moves`, and in other layouts, the view over the photographs."""
        if across and not moves and self.look.is_paired:
            self._do(lambda: self.look.slide(across * percent))
        else:
            self._zoom(lambda: self.look.zoom.pan(-across * _PAN_PX, -down * _PAN_PX))

    def step_zoom(self, by: int) -> None:
        """Zoom in or out by a step, 0: show all."""
        self._zoom(lambda: self.look.zoom.zoom(self.look.zoom.size * STEP ** by if by else 1))

    def swap(self) -> None:
        """Flicker: nothing of it is stored."""
        self.look.swap()
        self._lay()

    def step(self, by: int) -> None:
        """Choose an earlier or a later photograph."""
        self._do(lambda: self.look.step(by))

    def toggle_lines(self) -> None:
        """Lay grid lines over the photographs, or take them away: nothing of it is stored."""
        self._main.classes(toggle='df-cmp-lined')
        self._bars.lines_are_on(is_on='df-cmp-lined' in self._main.classes)

    def turn(self, quarters: int) -> None:
        """Turn the chosen photograph in this comparison."""
        if self._desk is not None:
            self._do(lambda: self.look.turn(quarters))

    def toggle_controls(self) -> None:
        """Hide whatever is no photograph, or show it again."""
        self._main.classes(toggle='df-cmp-bare')

    def _build(self, birth: str) -> None:
        with box('df-stage-head'):
            stage_patient(self._patient, birth)
            self._title = text(group_name(self.look.group), 'df-t3 df-ell df-stage-words', tag='h2')
            self._layouts = LayoutChoice(self.look.layout, self.lay_out, has_words=True)
            status_line(self._desk.saving.status if self._desk else None)
            icon_button('x', label='Close', on_click=self.dialog.close)
        with box('df-cmp-stage', tabindex='0', autofocus='', role='group', aria_label='Photos'):
            self._panes = ComparisonPanes(self._zone, zoom=lambda: self.look.zoom, change=self._zoom, on_measured=self._measured,
                                          on_wiped=self._slid)
            self._bars = ComparisonBars(self, zone=self._zone, on_opacity=self._slid, on_unveil=self._unveil)
        acts = self._tools(self._desk) if self._desk is not None else None
        self._strip = ComparisonStrip(self._zone, lambda key: self._do(lambda: self.look.select(key)), acts)
        self._notice = UndoNotice()

    def _tools(self, desk: Desk) -> dict[str, Callable[[], Any]]:
        return {
            'baseline': lambda: self._put(0, 'Baseline changed.'), 'earlier': lambda: self._put_by(-1), 'later': lambda: self._put_by(1),
            'turn_right': lambda: self.turn(1), 'turn_left': lambda: self.turn(-1), 'crop': self._crop, 'take_out': self._take_out,
            'add': desk.pick}

    def _do(self, act: Callable[[], Any]) -> None:
        """Do something to how it lies, show it, and store it soon where one may."""
        before = self.look.lies
        act()
        self._redraw()
        if self.look.lies != before and self._desk is not None:
            self._save()
            if self._desk.saving.status.state in (SaveState.IDLE, SaveState.SAVED):  # else many small moves would ask all fields
                self._desk.saving.show()

    def _redraw(self) -> None:
        with self.dialog:
            if self._signature() != self._drawn:
                self._show()
            else:
                self._lay()

    def _zoom(self, act: Callable[[], Any]) -> None:
        def zoom() -> None:
            act()
            self.look.moved()
        self._do(zoom)

    async def _store(self) -> None:
        """Store how it lies; the page's indicator follows, whatever came of it."""
        assert self._desk is not None
        acts, sent = self._desk.acts, self.look.lies
        try:
            if not acts.has_stored(sent):
                await acts.arrange(lambda: sent)
                if self.look.lies is sent:
                    self.look.lies = acts.stored  # without what was said of photographs that left
        except Conflict:
            self.look.lies = acts.stored
            if not self.dialog.is_deleted:
                self.look.lay()
                self._show()
            raise
        except (StorageFailed, OSError):
            acts.is_tried_again = True
            self._desk.saving.show()
            await asyncio.sleep(RETRY_S)
            self._save()
        finally:
            self._desk.saving.show()

    def _take_stored(self, acts: ComparisonActs, *, is_busy: bool) -> None:
        self.look.layout = acts.layout
        if not is_busy:
            self.look.lies = acts.stored
            self.look.lay()

    def _follow_unless_own(self, group: GroupRecord) -> None:
        (layout, lies), self._known = self._known, (group.layout, group.arrangement)
        if self.look.layout is layout:
            self.look.lay_out(group.layout)
        if self.look.lies == lies:
            self.look.lies = group.arrangement
            self.look.lay()

    def _measured(self, width: float, height: float) -> None:
        self.look.measure(width, height)
        self._lay()

    def _slid(self, percent: int) -> None:
        if percent != (self.look.wipe if self.look.layout is Layout.SLIDER else self.look.opacity):  # else it was put there from here
            self._do(lambda: self.look.slide_to(percent))

    def _signature(self) -> object:
        look = self.look
        return (look.group.images, look.group.left, look.layout, look.lies.photos, look.beside, look.selected,
                [is_veiled(tile) for tile in look.group.images])

    def _show(self) -> None:
        """Draw what is not only moved."""
        if not self.look.group.images:
            self.leave()
            return
        with self.dialog:
            self._drawn = self._signature()
            self._panes.show(self.look)
            self._layouts.set_value(self.look.layout)
            self._strip.show(self.look)
            hidden = sum(map(is_veiled, self.look.group.images))
            self._bars.show(self.look, f'Show {plural(hidden, "sensitive photo")}' if hidden else '')
            self._lay()

    def _lay(self) -> None:
        self._panes.lay(self.look)
        self._bars.lay(self.look)

    def _unveil(self) -> None:
        unveil(*self.keys)
        self._show()

    def _crop(self) -> None:
        tile = self.look.chosen
        if tile is not None and not is_veiled(tile):
            made = self.look.lies.of(tile.key)
            with self.dialog:
                CropDialog(tile, made, of=self._patient.key, zone=self._zone,
                           on_done=lambda crop: self._do(lambda: self.look.cook(tile.key, Recipe(made.turn_deg, crop))))

    async def _put_by(self, by: int) -> None:
        if self.look.chosen:
            await self._put(self.look.keys.index(self.look.chosen.key) + by, 'Order changed.')

    async def _put(self, place: int, said: str) -> None:
        """Put the chosen photograph to another place among them."""
        tile, seen = self.look.chosen, self.look.keys
        if self._desk is None or tile is None or not 0 <= place < len(seen):
            return
        images = [key for key in seen if key != tile.key]
        images.insert(place, tile.key)
        self.look.selected = tile.key
        with self.dialog, refusals_shown():
            await self._desk.acts.order(seen, images, said, self._notice)

    async def _take_out(self) -> None:
        if self._desk is not None and self.look.chosen:
            with self.dialog, refusals_shown():
                await self._desk.acts.take_out(self.look.keys, self.look.chosen.key, self._notice)


def full_screen(group: GroupRecord, patient: PatientHeader, *, zone: tzinfo, today: date) -> ComparisonStage:
    """Fill the screen with photographs that are only looked at; nothing of it is stored."""
    return ComparisonStage(group, patient, zone=zone, today=today)
