"""Who a page is about, kept as it is now: banner, header bar, menu and window title follow a correction without a reload.

    if change.field in IN_THE_HEAD: ...read the header again...
    show_head(slots, around, header, title='Images', tab='images')
"""
from nicegui import ui

from components.layout import FrameSlots, window_title
from components.navigation import sidebar_html
from components.patient_banner import PatientBanner
from components.surroundings import Surroundings
from data.read_models import PatientHeader
from data.repositories.patients import NAME_FIELDS

IN_THE_HEAD = frozenset({*NAME_FIELDS, 'birth_date', 'sex', 'skin_type', 'tags', 'entries', 'images'})
"""What every page of a patient shows of them, by the names that the live topic uses."""


def show_head(slots: FrameSlots, around: Surroundings, patient: PatientHeader, *, title: str, tab: str = '') -> None:
    """Show these names, this ID, these figures and this cover; `title` and `tab` are those of the frame."""
    slots.side.set_content(sidebar_html(around.actor, practice_name=around.practice_name, current='Patients', patient=patient, tab=tab))
    slots.bar.show(patient, today=around.today)
    ui.page_title(window_title(title, patient))
    if isinstance(slots.banner, PatientBanner):
        slots.banner.show(patient)
