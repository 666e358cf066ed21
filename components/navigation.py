"""Where one can go: the list of rooms, filtered by what a role may do, and its drawing as one fragment of real links."""
from dataclasses import dataclass
from html import escape

from components import formatting
from components.design import avatar_colour, icon_svg
from components.motif import logo_svg
from components.picture import picture_html
from data.actors import Actor, Permission
from data.read_models import PatientHeader

MENU_ID = 'menu'
"""What the sidebar is called in the page, so that the phone's bar can open it."""


@dataclass(frozen=True)
class Room:
    """A place in the menu."""

    label: str
    route: str
    icon: str
    permission: Permission


ROOMS = (
    Room('Patients', '/patients', 'users', Permission.PATIENT_READ),
    Room('Tags', '/tags', 'tag', Permission.PATIENT_READ),
    Room('Audit', '/audit', 'shield-check', Permission.AUDIT_READ),
    Room('Settings', '/settings', 'settings', Permission.MANAGE),
)


@dataclass(frozen=True)
class Tab:
    """A page of the patient that is open; `count` names a figure of the header."""

    key: str
    label: str
    tail: str
    count: str = ''


PATIENT_TABS = (
    Tab('entries', 'Entries', '', 'entry_count'),
    Tab('images', 'Images', '/images', 'image_count'),
    Tab('details', 'Details', '/details'),
    Tab('consent', 'Consent', '/consent'),
)


def patient_address(unique_id: str, tail: str = '') -> str:
    """Return the address of a patient's page."""
    return f'/patients/{unique_id}{tail}'


def rooms_for(actor: Actor) -> list[Room]:
    """Return the rooms this actor may open; the others are not listed."""
    return [room for room in ROOMS if actor.may(room.permission)]


def tab_links(patient: PatientHeader, current: str, *, classes: str, with_count: bool = True) -> str:
    """Return the links to a patient's pages, escaped."""
    links = []
    for tab in PATIENT_TABS:
        number = f' <span class="df-num">{formatting.count(getattr(patient, tab.count))}</span>' if tab.count and with_count else ''
        links.append(f'<a class="{classes}" href="{escape(patient_address(patient.unique_id, tab.tail))}"{_current(tab.key == current)}>'
                     f'<span>{escape(tab.label)}</span>{number}</a>')
    return ''.join(links)


def sidebar_html(actor: Actor, *, practice_name: str, current: str, patient: PatientHeader | None, tab: str) -> str:
    """Return the menu: rooms, the patient that is open, who is signed in, and the way out. Every value is escaped."""
    rooms = ''.join(
        f'<a class="df-nav" href="{escape(room.route)}"{_current(room.label == current)}>{icon_svg(room.icon)}'
        f'<span class="df-label">{escape(room.label)}</span></a>'
        for room in rooms_for(actor))
    return (f'<a class="df-brand" href="/" aria-label="Dermafolio">{logo_svg()}<span class="df-label">Dermafolio</span></a>{rooms}'
            f'{_active_patient(patient, tab) if patient else ""}{_foot(actor, practice_name)}')


def bottom_html(actor: Actor, *, current: str) -> str:
    """Return the phone's bottom bar. More opens the same sidebar as a sheet; the browser closes it at Escape and at a tap beside it."""
    links = []
    if actor.may(Permission.PATIENT_READ):
        links.append(f'<a href="/patients"{_current(current == "Patients")}>{icon_svg("users", 20)}<span>Patients</span></a>')
    if actor.may(Permission.PATIENT_REGISTER):
        links.append(f'<a href="/patients/new"{_current(current == "New patient")}>{icon_svg("plus", 20)}<span>New patient</span></a>')
    return ''.join(links) + f'<button type="button" popovertarget="{MENU_ID}">{icon_svg("menu", 20)}<span>More</span></button>'


def cover_html(patient: PatientHeader, size: str = '') -> str:
    """Return the small picture of a patient; blank alt, the name stands beside it."""
    shown = picture_html(patient.cover, turn_deg=patient.cover_turn_deg, is_lazy=False) if patient.cover else icon_svg('image', 18)
    return f'<span class="df-cover{" df-cover--" + size if size else ""}">{shown}</span>'


def _current(is_current: bool) -> str:
    return ' aria-current="page"' if is_current else ''


def _active_patient(patient: PatientHeader, tab: str) -> str:
    # an entry is one of the entries: its page keeps that line marked
    return ('<div class="df-active"><div class="df-over">Active patient</div>'
            f'<a class="df-active-who" href="{escape(patient_address(patient.unique_id))}">{cover_html(patient, "s")}'
            f'<span class="df-grow"><span class="df-ell df-f13 df-bold" style="display:block">{escape(patient.name)}</span>'
            f'<span class="df-mono df-meta df-ell" style="display:block">{escape(patient.unique_id)}</span></span></a>'
            f'{tab_links(patient, tab or "entries", classes="df-nav df-nav--sub")}</div>')


def _foot(actor: Actor, practice_name: str) -> str:
    name, mark, colour = escape(actor.name), escape(formatting.initials(actor.name)), avatar_colour(actor.user)
    return ('<div class="df-foot"><div class="df-foot-who">'
            f'<span class="df-avatar" style="--own:{colour}" title="{name}" aria-hidden="true">{mark}</span>'
            f'<span class="df-grow df-label"><span class="df-ell df-f13 df-bold" style="display:block">{name}</span>'
            f'<span class="df-ell df-f12 df-meta" style="display:block">{escape(practice_name)}</span></span></div>'
            '<form method="post" action="/logout"><button type="submit" class="df-nav">'
            f'{icon_svg("log-out")}<span class="df-label">Sign out</span></button></form></div>')
