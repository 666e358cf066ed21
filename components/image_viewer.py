"""One photograph, as large as the screen: its date and words, the ones before and after by arrow key, Escape closes.

    viewer = ImageViewer(zone=zone, patient=header, may_download=actor.may(Permission.IMAGE_ORIGINAL))
    viewer.open(tiles, key)
"""
from collections.abc import Awaitable, Callable, Collection
from datetime import tzinfo
from typing import Any

from nicegui import ui

from components.controls import box, icon_button, link_button, text
from components.image_grid import describe, moment_words, site_of
from components.patient_banner import stage_patient, stage_words
from components.refusals import refusals_shown, tell
from components.save_status import offline_html
from data.read_models import ImageTile, PatientHeader

OnShow = Callable[[str], Awaitable[ImageTile]]


class ImageViewer:
    """The dialog. `on_show(key)` is awaited before a photo is shown: it writes the event and returns what is known of the photo now.

    `beside(tile)` fills the panel at its side; `saves` says that there are fields in it. `more(tile)` adds to the buttons of its head.
    """

    def __init__(self, *, zone: tzinfo, patient: PatientHeader | None = None, may_download: bool = False,
                 on_show: OnShow | None = None, beside: Callable[[ImageTile], Any] | None = None, saves: bool = False,
                 more: Callable[[ImageTile], Any] | None = None) -> None:
        self._zone, self._patient, self._may_download = zone, patient, may_download
        self._on_show, self._beside, self._saves, self._more = on_show, beside, saves, more
        self._tiles: list[ImageTile] = []
        self._key = ''
        with ui.dialog().props('maximized transition-show=fade transition-hide=fade') as self._dialog:
            self._dialog.props['aria-label'] = 'Photo'
            with ui.card().classes('df-stage-dialog df-stage df-viewer'):
                with box('df-viewer-main') as main:
                    self._build()
                self._side = box('df-viewer-side')
        self._dialog.on('hide', self._hidden, [])
        main.on('keydown.left.prevent', lambda: self._step(-1), [])
        main.on('keydown.right.prevent', lambda: self._step(1), [])

    def open(self, tiles: list[ImageTile], key: str) -> Any:
        """Show one of these photographs; the arrows go through them in this order."""
        self._tiles = list(tiles)
        return self._go(key)

    def update(self, tiles: list[ImageTile]) -> None:
        """Take photographs that came or changed meanwhile; the one on the screen stays, its words follow."""
        self._tiles = list(tiles)
        if self._dialog.value and (tile := self._tile(self._key)):
            self._show_words(tile)

    def keep_only(self, keys: Collection[str], *, says: bool = True) -> None:
        """Leave the screen when the photograph on it is not among these any more: it was moved, withdrawn or taken out.

        `says` is False for who is doing that at this moment.
        """
        if self._dialog.value and self._key not in keys:
            self.close()
            if says:
                tell('This photo is not here any more.', kind='info', stays=False)

    def close(self) -> None:
        """Leave the screen at once: what left the pool does not fade out with the dialog."""
        self._dialog.close()
        self._hidden()

    def show_patient(self, patient: PatientHeader) -> None:
        """Name the patient as they are called now."""
        if self._patient is not None:
            self._patient = patient
            self._who.clear()
            with self._who:
                stage_words(patient)

    def _build(self) -> None:
        with box('df-stage-head'):
            if self._patient is not None:
                self._who = stage_patient(self._patient)
            with box('df-viewer-words'):
                self._title = text('', 'df-t3 df-ell', tag='h2')
                self._line = text('', 'df-meta df-num df-ell')
            self._place = text('', 'df-meta df-num df-nowrap')
            ui.html(offline_html('Offline, will save' if self._saves else 'Offline'), sanitize=False).classes('df-status')
            self._acts = box('df-slot')
            icon_button('x', label='Close', on_click=self._dialog.close)
        with box('df-viewer-stage', tabindex='0', autofocus='') as self._stage:
            self._photo = box('df-viewer-photo')
            with box('df-viewer-arrow df-viewer-arrow--left'):
                self._previous = icon_button('chevron-left', label='Previous photo', on_click=lambda: self._step(-1))
            with box('df-viewer-arrow df-viewer-arrow--right'):
                self._next = icon_button('chevron-right', label='Next photo', on_click=lambda: self._step(1)).mark('next-photo')
        self._caption = text('', 'df-viewer-caption', role='status')

    def _step(self, by: int) -> Any:
        place = next((index for index, tile in enumerate(self._tiles) if tile.key == self._key), -1) + by
        return self._go(self._tiles[place].key) if 0 <= place < len(self._tiles) else None

    def _go(self, key: str) -> Any:
        return self._show(key) if self._on_show is None else self._show_after(self._on_show, key)

    async def _show_after(self, on_show: OnShow, key: str) -> None:
        with refusals_shown():
            latest = await on_show(key)
            self._tiles = [latest if tile.key == key else tile for tile in self._tiles]
            self._show(key)

    def _show(self, key: str) -> None:
        tile = self._tile(key)
        if tile is None:
            return
        self._key = key
        self._photo.clear()  # never the next one's words under this one's picture while it loads
        with self._photo:
            box('', tag='img', src=f'/images/{key}/preview', alt=describe(tile, self._zone), decoding='async')
        self._acts.clear()
        if self._may_download:
            with self._acts:
                link_button('Download original', f'/images/{key}/original', icon='download', kind='ghost')
        if self._more is not None:
            with self._acts:
                self._more(tile)
        self._side.clear()
        if self._beside is not None:
            with self._side:
                self._beside(tile)
        self._show_words(tile)
        self._dialog.open()

    def _show_words(self, tile: ImageTile) -> None:
        place = next(index for index, known in enumerate(self._tiles) if known.key == tile.key)
        self._title.set_text(site_of(tile) or 'Body site not set')
        taken = moment_words(tile, self._zone)
        self._line.set_text(' · '.join(part for part in (taken, tile.view.capitalize()) if part))
        self._place.set_text(f'{place + 1} of {len(self._tiles)}')
        self._caption.set_text(tile.caption)
        self._previous.set_enabled(place > 0)
        self._next.set_enabled(place < len(self._tiles) - 1)

    def _hidden(self) -> None:
        """Let go of picture and fields: nothing of a patient stays behind a closed dialog."""
        self._photo.clear()
        self._side.clear()

    def _tile(self, key: str) -> ImageTile | None:
        return next((tile for tile in self._tiles if tile.key == key), None)
