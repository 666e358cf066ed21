"""One photograph, as large as the screen: zoomed, turned, drawn on; the ones before and after by arrow key.

    viewer = ImageViewer(zone=zone, patient=header, may_download=actor.may(Permission.IMAGE_ORIGINAL))
    viewer.open(tiles, key)
"""
from collections.abc import Awaitable, Callable, Collection
from datetime import tzinfo
from typing import Any

from nicegui import ui

from components.annotation_list import AnnotationList
from components.annotator import Annotator
from components.controls import box, icon_button, link_button, text
from components.image_grid import describe, moment_words, site_of
from components.patient_banner import stage_patient, stage_words
from components.photo_stage import PhotoStage
from components.refusals import refusals_shown, tell
from components.save_status import SaveStatus, status_line
from components.sensitive import is_veiled, unveil, veil_words
from components.viewer_keys import listen_to_keys
from components.viewer_tools import ViewerTools
from data.read_models import ImageTile, PatientHeader

OnShow = Callable[[str], Awaitable[ImageTile]]


class ImageViewer:
    """The dialog. `on_show(key)` is awaited before a photo is shown: it writes the event and returns what is known of the photo now.

    `beside(tile)` fills the panel at its side; `status` is the page's, when there are fields in it; `may_edit` that photographs can be
    turned and drawn on. `more(tile)` adds to the buttons of its head.
    """

    def __init__(self, *, zone: tzinfo, patient: PatientHeader | None = None, may_download: bool = False,
                 on_show: OnShow | None = None, beside: Callable[[ImageTile], Any] | None = None, status: SaveStatus | None = None,
                 may_edit: bool = False, more: Callable[[ImageTile], Any] | None = None) -> None:
        self._zone, self._patient, self._may_download, self._more = zone, patient, may_download, more
        self._on_show, self._beside, self._status, self._may_edit = on_show, beside, status, may_edit
        self._tiles: list[ImageTile] = []
        self._key = ''
        self._is_built = False  # most pages are left without a photograph having been opened large
        self._dialog = ui.dialog().props('maximized transition-show=fade transition-hide=fade')
        self._dialog.props['aria-label'] = 'Photo'
        self._dialog.on('hide', self._hidden, [])

    def open(self, tiles: list[ImageTile], key: str) -> Any:
        """Show one of these photographs; the arrows go through them in this order."""
        self._tiles = list(tiles)
        return self._go(key)

    def update(self, tiles: list[ImageTile]) -> None:
        """Take photographs that came or changed meanwhile; the one on the screen stays, its words and how it is turned follow."""
        self._tiles = list(tiles)
        if self._dialog.value and (tile := self._tile(self._key)):
            self._show_words(tile)
            self._tools.follow(tile)

    def renew(self, tiles: list[ImageTile]) -> None:
        """Take what changed of photographs that are known here; others are none of it."""
        latest = {tile.key: tile for tile in tiles}
        self.update([latest.get(tile.key, tile) for tile in self._tiles])

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
        if self._patient is None:
            return
        self._patient = patient
        if self._is_built:
            self._who.clear()
            with self._who:
                stage_words(patient)

    def _build(self) -> None:
        """Fill the dialog, once."""
        self._is_built = True
        with self._dialog, ui.card().classes('df-stage-dialog df-stage df-viewer'):
            with box('df-viewer-main') as main:
                self._build_head()
                with box('df-viewer-desk'):
                    self._stage = PhotoStage()
                    self._annotator = Annotator(self._stage, may_edit=self._may_edit)
                    self._tools = ViewerTools(self._stage, self._annotator, may_edit=self._may_edit)
                self._caption = text('', 'df-viewer-caption', role='status')
            self._side = box('df-viewer-side')
        listen_to_keys(main, stage=self._stage, tools=self._tools, annotator=self._annotator, on_step=self._step)

    def _build_head(self) -> None:
        with box('df-stage-head'):
            if self._patient is not None:
                self._who = stage_patient(self._patient)
            with box('df-viewer-words'):
                self._title = text('', 'df-t3 df-ell', tag='h2')
                self._line = text('', 'df-meta df-num df-ell')
            with box('df-viewer-steps'):
                self._place = text('', 'df-meta df-num df-nowrap')
                self._previous = icon_button('chevron-left', label='Previous photo', on_click=lambda: self._step(-1))
                self._next = icon_button('chevron-right', label='Next photo', on_click=lambda: self._step(1)).mark('next-photo')
            status_line(self._status)
            self._acts = box('df-slot')
            icon_button('x', label='Close', on_click=self._dialog.close)

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
        if not self._is_built:
            self._build()
        self._show_photo(tile)
        self._acts.clear()
        if self._may_download:
            with self._acts:
                link_button('Download original', f'/images/{key}/original', icon='download', kind='ghost')
        if self._more is not None:
            with self._acts:
                self._more(tile)
        self._side.clear()
        with self._side:
            if self._beside is not None:
                self._beside(tile)
            self._tools.show(tile, AnnotationList(self._annotator, self._stage, may_edit=self._may_edit))
            self._annotator.show(key, is_hidden=is_veiled(tile))
        self._show_words(tile)
        self._dialog.open()

    def _show_photo(self, tile: ImageTile) -> None:
        """Show the picture; a sensitive one that was not asked for on this page stays hidden until it is."""
        is_hidden = is_veiled(tile)
        self._stage.show(tile, describe(tile, self._zone) + veil_words(tile, hidden=is_hidden),
                         on_unveil=(lambda: self._unveil(tile)) if is_hidden else None)

    def _unveil(self, tile: ImageTile) -> None:
        unveil(tile.key)
        self._show(tile.key)
        self._stage.focus()

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
        if not self._is_built:
            return
        self._stage.clear()
        self._tools.clear()
        self._annotator.clear()
        self._side.clear()

    def _tile(self, key: str) -> ImageTile | None:
        return next((tile for tile in self._tiles if tile.key == key), None)
