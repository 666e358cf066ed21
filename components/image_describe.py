"""What is known of a photograph, to be written: caption, body site, side and view. Asked, never guessed; saved as it is typed."""
from collections.abc import Mapping, Sequence

from components.autosave import Autosave
from components.controls import Field, box, select_field, text, text_field
from components.image_grid import site_of
from components.saved_field import Act
from data.columns import limit_of
from data.models import Image, Laterality, View
from data.read_models import ImageTile


def image_fields(tile: ImageTile, revisions: Mapping[str, int], saving: Autosave, *, sites: Sequence[str] = ()) -> None:
    """Show the four fields of a photograph; `sites` are this patient's own, offered while typing."""
    with box('df-viewer-fields', role='group', aria_label='About this photo'):
        text('About this photo', 'df-t3', tag='h3')
        site = text_field('Body site', value=tile.body_site, limit=limit_of(Image, 'body_site'))
        site.control.set_autocomplete(list(sites))
        fields: dict[str, Field] = {
            'body_site': site,
            'laterality': select_field('Laterality', _choices(Laterality), value=tile.laterality, placeholder='Not set'),
            'view': select_field('View', _choices(View), value=tile.view, placeholder='Not set'),
            'caption': text_field('Caption', value=tile.caption, limit=limit_of(Image, 'caption')),
        }
    for name, field in fields.items():
        saving.add(field, _describe, tile.key, name, revision=revisions.get(name, 0))


def known_sites(tiles: Sequence[ImageTile]) -> list[str]:
    """Return the body sites that this patient's photographs name, most frequent first."""
    named = [tile.body_site for tile in tiles if site_of(tile)]
    return sorted(dict.fromkeys(named), key=lambda site: (-named.count(site), site))


_describe: Act = lambda records: records.images.describe  # noqa: E731 -- names the method, as Autosave asks for


def _choices(values: type[Laterality] | type[View]) -> dict[str, str]:
    return {value.value: value.value.capitalize() for value in values}
