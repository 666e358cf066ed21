"""Who this page is about: two identifiers, always. The full banner with tabs, and the compact head for one visit."""
from datetime import date
from html import escape

from nicegui import ui

from components import formatting
from components.elements import box, text
from components.navigation import cover_html, patient_address, tab_links
from components.tag_chip import OnTag, fitting_tags_html
from components.tag_field import TagActs
from components.tag_picker import TagLine
from data.read_models import PatientHeader

_HEAD_TAGS_PX = 280


class PatientBanner(ui.element):
    """Cover, name, unique ID, age and birth date, sex and skin type; the tags; the tabs of the patient's pages. It follows `show`."""

    def __init__(self, patient: PatientHeader, *, tab: str, today: date, tags: TagActs | None = None, on_tag: OnTag | None = None) -> None:
        super().__init__('div')
        self._tab, self._today = tab, today
        with self:
            with box('df-pb'):
                self._cover = ui.html(cover_html(patient), sanitize=False)
                with box('df-pb-text'):
                    self._line = ui.html(banner_html(patient, today=today), sanitize=False).classes('df-pb-line')
                    self.tags = TagLine(patient.tags, tags, on_open=on_tag)
            self._links = ui.html(tabs_html(patient, tab), sanitize=False, tag='nav').classes('df-tabs')
            self._links.props['aria-label'] = 'Patient'

    def show(self, patient: PatientHeader) -> None:
        """Show the patient as they are called, pictured and tagged now."""
        self._cover.set_content(cover_html(patient))
        self._line.set_content(banner_html(patient, today=self._today))
        self._links.set_content(tabs_html(patient, self._tab))
        self.tags.show(patient.tags)


def patient_head(patient: PatientHeader, *, today: date) -> ui.html:
    """Show the compact head for a page inside a patient: name (a link back), unique ID, age and birth date, tags."""
    return ui.html(head_html(patient, today=today), sanitize=False)


def stage_patient(patient: PatientHeader, birth: str = '') -> ui.element:
    """Show whose photos these are in the head of a dark stage."""
    with box('df-viewer-who') as place:
        stage_words(patient, birth)
    return place


def stage_words(patient: PatientHeader, birth: str = '') -> None:
    """Show name, unique ID and birth date where the caller is."""
    text(patient.name, 'df-bold df-ell')
    with box('df-row df-meta'):
        text(patient.unique_id, 'df-mono', tag='span')
        text(birth, 'df-num df-nowrap', tag='span')


def banner_html(patient: PatientHeader, *, today: date) -> str:
    """Return the banner's first line as one escaped fragment. The name is the page's h1."""
    more = ' · '.join(part for part in (patient.sex, patient.skin_type and f'skin type {patient.skin_type}') if part)
    return (f'<h1 class="df-pb-name">{escape(patient.name)}</h1>{_identifiers(patient, today)}'
            f'<span class="df-pb-more">{escape(more)}</span>')


def tabs_html(patient: PatientHeader, tab: str) -> str:
    """Return the links to the patient's pages, the present one marked."""
    return tab_links(patient, tab, classes='df-tab')


def head_html(patient: PatientHeader, *, today: date) -> str:
    """Return the compact head as one escaped fragment; the page's own title is the h1."""
    address = escape(patient_address(patient.unique_id))
    tags = f'<span class="df-tags df-head-tags">{fitting_tags_html(patient.tags, _HEAD_TAGS_PX)}</span>' if patient.tags else ''
    return f'<div class="df-head-who"><a href="{address}">{escape(patient.name)}</a>{_identifiers(patient, today)}{tags}</div>'


def _identifiers(patient: PatientHeader, today: date) -> str:
    # without a name the ID stands in its place, and is not printed twice
    unique_id = f'<span class="df-pb-id">{escape(patient.unique_id)}</span>' if patient.name != patient.unique_id else ''
    birth = formatting.birth_line(patient.birth_on, today) or 'birth date not recorded'
    return f'{unique_id}<span class="df-pb-birth df-num">{escape(birth)}</span>'
