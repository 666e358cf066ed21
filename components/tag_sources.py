"""Where a tag that rose comes from: the visits it was put on, as links, and the photographs."""
from datetime import tzinfo

from nicegui import ui

from components.controls import box, icon_button, link, text
from components.formatting import appointment, ordinal
from components.image_grid import describe, moment_words, tile_html
from components.navigation import patient_address
from components.sensitive import VEILED, is_veiled
from components.tag_chip import origin_words, tag_dot
from data.read_models import ImageTile, PatientHeader, ShownTag
from data.repositories.tag_records import TagSources


def show_sources(shown: ShownTag, sources: TagSources, patient: PatientHeader, *, zone: tzinfo) -> ui.dialog:
    """Open the dialog and return it. Nothing can be taken off here: the tag leaves with what it rests on."""
    with ui.dialog().props('transition-show=fade transition-hide=fade') as dialog, ui.card().classes('df-dialog df-sources'):
        dialog.props['aria-label'] = f'Where {shown.tag.name} comes from'
        with box('df-dialog-head'):
            tag_dot(shown.tag.colour)
            text(shown.tag.name, 'df-t2 df-ell', tag='h2')
            with box('df-end'):
                icon_button('x', label='Close', on_click=dialog.close)
        with box('df-dialog-body'):
            text(f'It shows here {origin_words(shown)} of {patient.name}, and leaves with them.', 'df-muted')
            if sources.entries:
                with box('df-sources-visits', tag='ul'):
                    for number, at in sources.entries:
                        with box('', tag='li'):
                            link(appointment(at, zone), patient_address(patient.unique_id, f'/entries/{number}'))
                            text(f'{ordinal(number)} entry', 'df-meta', tag='span')
            if sources.images:
                with box('df-grid-root df-sources-images'), box('df-grid'):
                    for tile in sources.images:
                        _photo(tile, zone)
                link('Open the images', patient_address(patient.unique_id, '/images'))
    # not at once: while it fades out the browser gives the focus back to what opened it
    dialog.on('hide', dialog.delete)
    dialog.open()
    return dialog


def _photo(tile: ImageTile, zone: tzinfo) -> None:
    photo = ui.html(tile_html(tile, zone, alt=describe(tile, zone), when=moment_words(tile, zone)), sanitize=False)
    photo.classes(f'df-tile df-tile--still {VEILED if is_veiled(tile) else ""}')
