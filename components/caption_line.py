"""The caption of one photograph, written where it lies: one field at a time, so that a hundred photographs cost no field."""
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from nicegui import ui

from components.autosave import Autosave
from components.controls import box, icon_button, text, text_field
from components.image_grid import describe
from components.saved_field import SavedField
from data.columns import limit_of
from data.models import Image
from data.read_models import ImageTile

_QUIET_S = 3600.0
"""Keys in the field are none of the grid's around it, which would move on arrows and choose on Space; that they were pressed is no news."""


class CaptionLine:
    """At most one is open. It stands behind the tile, in the width of its day."""

    def __init__(self, saving: Autosave, zone: tzinfo) -> None:
        self._saving, self._zone = saving, zone
        self._field: SavedField | None = None
        self._root: ui.element | None = None
        self.key = ''

    def open(self, tile: ImageTile, revisions: Mapping[str, int], behind: ui.element, *, on_close: Any) -> None:
        """Show the field behind this tile. `on_close` hears that the person is done."""
        self.let_go()
        self.key = tile.key
        place = behind.parent_slot.parent if behind.parent_slot else behind
        with place, box('df-caption-line', role='group', aria_label='Caption') as self._root:
            text(describe(tile, self._zone), 'df-meta df-f13 df-caption-of')
            field = text_field('Caption', value=tile.caption, limit=limit_of(Image, 'caption'), bare=True, placeholder='Write a caption')
            icon_button('check', label='Done', on_click=on_close)
        self.stand_behind(behind)
        self._root.on('keydown.stop', lambda: None, [], throttle=_QUIET_S, trailing_events=False)
        field.control.on('keydown.enter', on_close, []).on('keydown.escape', on_close, [])
        self._field = self._saving.add(field, lambda records: records.images.describe, tile.key, 'caption',
                                       revision=revisions.get('caption', 0))
        field.control.run_method('focus')

    def stand_behind(self, tile: ui.element) -> None:
        """Stand behind this tile, which may have been moved."""
        if self._root is not None and tile.parent_slot is not None:
            place = tile.parent_slot.parent
            others = [one for one in place.default_slot.children if one is not self._root]
            self._root.move(place, target_index=others.index(tile) + 1)

    async def close(self) -> bool:
        """Close it once what was typed is stored, and tell whether it is closed: two texts that collide are decided first."""
        field = self._field
        if field is not None:
            await field.quiet()
            if field.collision.is_open:
                return False
        if field is self._field:
            self.let_go()
        return True

    def let_go(self) -> None:
        """Take it off the page: the photograph left, or another one is written to."""
        if self._root is not None and not self._root.is_deleted:
            self._root.delete()
        self._root, self._field, self.key = None, None, ''
        self._saving.tidy()
