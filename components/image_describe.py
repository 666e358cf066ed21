"""What is known of a photograph, to be written: caption, body site, side, view, sensitive, what it is kept out of.

Asked, never guessed; saved as it is typed.
"""
from collections.abc import Mapping, Sequence

from nicegui import ui

from components.autosave import Autosave
from components.controls import box, own_field, select_field, text, text_field
from components.image_exceptions import KeepOut
from components.saved_field import Act
from components.site_field import SiteField
from data.body_sites import SITES, is_intimate, is_paired, is_sensitive, leaf
from data.columns import limit_of
from data.models import Image, Laterality, View
from data.read_models import ImageTile

_WORDS = {'': 'As the body site proposes', 'yes': 'Sensitive', 'no': 'Not sensitive'}
_SAID = {None: '', True: 'yes', False: 'no'}


class ImageFields:
    """The fields of one photograph; `sites` are this patient's own, offered first. The side is asked for where there are two."""

    def __init__(self, tile: ImageTile, revisions: Mapping[str, int], saving: Autosave, *, sites: Sequence[str] = ()) -> None:
        self._site = tile.body_site
        with box('df-viewer-fields', role='group', aria_label='About this photo'):
            text('About this photo', 'df-t3', tag='h3')
            site = SiteField(tile.body_site, sites, self._follow_site)
            self._side = select_field('Laterality', _choices(Laterality), value=tile.laterality, placeholder='Not set')
            view = select_field('View', _choices(View), value=tile.view, placeholder='Not set')
            caption = text_field('Caption', value=tile.caption, limit=limit_of(Image, 'caption'))
            switch = own_field('Sensitive', lambda: ui.switch('Hidden until clicked', value=tile.is_sensitive), classes='df-field-switch')
            with switch.root:
                self._reason = text('', 'df-muted df-f13')
            KeepOut(tile.key, saving)
        site.save(saving, _describe, tile.key, revisions.get('body_site', 0))
        for name, field in {'laterality': self._side, 'view': view, 'caption': caption}.items():
            saving.add(field, _describe, tile.key, name, revision=revisions.get(name, 0))
        self._sensitive = saving.add(switch, _describe, tile.key, 'is_sensitive', revision=revisions.get('is_sensitive', 0),
                                     to_text=self._said, to_value=self._is_on, to_words=lambda stored: _WORDS[stored])
        self._sensitive.stored = _SAID[tile.said_sensitive]
        switch.control.on_value_change(self._show)
        self._show()

    def _said(self, is_on: bool) -> str:
        """Return what a switch says: nothing where it stands as the site proposes."""
        return '' if is_on == is_intimate(self._site) else 'yes' if is_on else 'no'

    def _is_on(self, stored: str) -> bool:
        return is_sensitive({'yes': True, 'no': False}.get(stored), self._site)

    def _follow_site(self, site: str) -> None:
        """Ask for the side where there are two; a photograph of which nobody said anything is as sensitive as its site."""
        intended = self._sensitive.intended()
        self._site = site
        self._sensitive.put(intended)
        self._show()

    def _show(self) -> None:
        proposed, is_on = is_intimate(self._site), self._sensitive.shown.value
        self._side.root.set_visibility(is_paired(self._site))
        self._reason.set_text(f'Proposed by the body site, {leaf(self._site)}.' if proposed and is_on
                              else 'Someone said that this one is not, though the body site proposes it.' if proposed else '')
        self._reason.set_visibility(proposed)


def known_sites(tiles: Sequence[ImageTile]) -> list[str]:
    """Return the body sites of the list that this patient's photographs have, most frequent first."""
    known = [tile.body_site for tile in tiles if tile.body_site in SITES]
    return sorted(dict.fromkeys(known), key=lambda site: (-known.count(site), site))


_describe: Act = lambda records: records.images.describe  # noqa: E731 -- names the method, as Autosave asks for


def _choices(values: type[Laterality] | type[View]) -> dict[str, str]:
    return {value.value: value.value.capitalize() for value in values}
