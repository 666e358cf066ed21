"""What is asked of several photographs at once: where they were taken, and what is written below them."""
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from components.controls import select_field, text, text_field
from components.formatting import plural
from components.refusals import refusals_shown
from components.site_field import SiteField
from components.tag_dialogs import AskDialog
from data.body_sites import is_paired
from data.columns import limit_of
from data.errors import Invalid
from data.models import Image, Laterality
from data.read_models import ImageTile

T = TypeVar('T')
Describe = Callable[[Mapping[str, str]], Awaitable[Any]]
"""Gives the same words to all, field by field; it may refuse."""
_KEEP = 'keep'


def common(tiles: Sequence[ImageTile], of: Callable[[ImageTile], T]) -> T | None:
    """Return what all of them have; None when they differ."""
    values = {of(tile) for tile in tiles}
    return values.pop() if len(values) == 1 else None


def ask_site(tiles: Sequence[ImageTile], own: Sequence[str], on_save: Describe) -> None:
    """Ask where photographs were taken, and on which side where there are two. Where they differ, nothing is proposed."""
    site = common(tiles, lambda tile: tile.body_site)
    side = common(tiles, lambda tile: tile.laterality if is_paired(tile.body_site) else '')
    with AskDialog(f'Body site of {plural(len(tiles), "photo")}') as ask:
        ask.dialog.classes('df-dialog-open')
        if site is None:
            text('They differ now: what you choose is set for all of them.', 'df-meta df-f13')
        field = SiteField(site or '', own, lambda taken: sides.root.set_visibility(is_paired(taken)))
        choices = ({_KEEP: 'As they are'} if side is None else {}) | {value.value: value.value.capitalize() for value in Laterality}
        sides = select_field('Laterality', choices, value=_KEEP if side is None else side, placeholder='Not set')
        sides.root.set_visibility(is_paired(site or ''))
        field.field.control.props('autofocus')

    async def save() -> None:
        with refusals_shown(field.field):
            if not field.site and site is None:
                raise Invalid('Choose a body site.')
            await on_save(_site_values(field.site, str(sides.value or '')))
            ask.dialog.close()
    ask.foot('Set', save)


def _site_values(site: str, side: str) -> dict[str, str]:
    """Return what is set; a side only where there are two, so that one that is stored is not lost for a while without."""
    return {'body_site': site} | ({'laterality': side} if is_paired(site) and side != _KEEP else {})


def ask_caption(tiles: Sequence[ImageTile], on_save: Describe) -> None:
    """Ask for one caption for all of them; where they differ, say how many it replaces."""
    caption = common(tiles, lambda tile: tile.caption)
    written = sum(bool(tile.caption) for tile in tiles)
    with AskDialog(f'Caption of {plural(len(tiles), "photo")}') as ask:
        if caption is None:
            text(f'This replaces {plural(written, "caption")}.', 'df-meta df-f13')
        field = text_field('Caption', value=caption or '', limit=limit_of(Image, 'caption'))
        field.control.props('autofocus')

    async def save() -> None:
        with refusals_shown(field):
            if caption is None and not field.value:
                raise Invalid('Write a caption.')
            await on_save({'caption': str(field.value or '')})
            ask.dialog.close()
    field.control.on('keydown.enter', save, [])
    ask.foot('Set', save)
