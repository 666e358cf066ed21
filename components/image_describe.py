"""What is known of a photograph, to be written: caption, body site, side and view. Asked, never guessed; saved as it is typed."""
from collections.abc import Mapping, Sequence

from components.autosave import Autosave
from components.controls import Field, box, select_field, text, text_field
from components.saved_field import Act
from components.site_field import SiteField
from data.body_sites import SITES, is_paired
from data.columns import limit_of
from data.models import Image, Laterality, View
from data.read_models import ImageTile


def image_fields(tile: ImageTile, revisions: Mapping[str, int], saving: Autosave, *, sites: Sequence[str] = ()) -> None:
    """Show the four fields of a photograph; `sites` are this patient's own, offered first. The side is asked for where there are two."""
    with box('df-viewer-fields', role='group', aria_label='About this photo'):
        text('About this photo', 'df-t3', tag='h3')
        site = SiteField(tile.body_site, sites, lambda taken: side.root.set_visibility(is_paired(taken)))
        side = select_field('Laterality', _choices(Laterality), value=tile.laterality, placeholder='Not set')
        side.root.set_visibility(is_paired(tile.body_site))
        fields: dict[str, Field] = {
            'laterality': side,
            'view': select_field('View', _choices(View), value=tile.view, placeholder='Not set'),
            'caption': text_field('Caption', value=tile.caption, limit=limit_of(Image, 'caption')),
        }
    site.save(saving, _describe, tile.key, revisions.get('body_site', 0))
    for name, field in fields.items():
        saving.add(field, _describe, tile.key, name, revision=revisions.get(name, 0))


def known_sites(tiles: Sequence[ImageTile]) -> list[str]:
    """Return the body sites of the list that this patient's photographs have, most frequent first."""
    known = [tile.body_site for tile in tiles if tile.body_site in SITES]
    return sorted(dict.fromkeys(known), key=lambda site: (-known.count(site), site))


_describe: Act = lambda records: records.images.describe  # noqa: E731 -- names the method, as Autosave asks for


def _choices(values: type[Laterality] | type[View]) -> dict[str, str]:
    return {value.value: value.value.capitalize() for value in values}
