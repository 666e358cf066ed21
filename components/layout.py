"""The frame of every page: menu, header bar, what the page is about, and the body that scrolls. The page fills the slots."""
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from components import design, navigation
from components.controls import box, symbol, text
from components.patient_banner import head_html, patient_head
from components.shortcuts import EVERYWHERE, GO_TO, SEARCH_ADDRESS, Shortcuts
from components.surroundings import keep_single_keys, single_keys_are_on
from components.tagging import patient_banner
from data.actors import Actor, Permission
from data.read_models import PatientHeader

OFFLINE = ('No connection to the clinic server. Keep this page open; what you type is saved when the line is back. '
           'If the server was restarted, this page reloads without it.')
_NEW_PATIENT = '/patients/new'


@dataclass
class HeaderBar:
    """What stands at the left of the header bar: the way back, whom the page is about, and the heading."""

    heading: ui.element
    back: ui.element | None = None
    crumb: TextElement | None = None
    who: ui.html | None = None

    def show(self, patient: PatientHeader, *, today: date) -> None:
        """Name the patient as they are called now."""
        if self.crumb is not None:
            self.crumb.set_text(patient.name)
        if self.who is not None and self.back is not None:
            self.who.set_content(head_html(patient, today=today))
            self.back.props['href'] = navigation.patient_address(patient.unique_id)


@dataclass
class FrameSlots:
    """Where a page puts what is its own. The same order everywhere: save status, actions.

    `side` is the menu and `bar` the header; with the banner they are shown anew when what they say of the patient changes.
    To `shortcuts` a page adds its own keys.
    """

    heading: ui.element
    status: ui.element
    actions: ui.element
    banner: ui.element
    body: ui.element
    side: ui.html
    bar: HeaderBar
    shortcuts: Shortcuts


@contextmanager
def frame(*, title: str, actor: Actor, practice_name: str, current: str, patient: PatientHeader | None = None, tab: str = '',
          today: date | None = None, padded: bool = True) -> Iterator[FrameSlots]:
    """Show the shell and yield its slots, inside the body.

    With `patient` and `tab` the page is one of the patient's tabs (banner, h1 is the name); with `patient` alone it lies inside the
    patient (compact head, h1 is `title`); without, h1 is `title`. `padded=False` leaves the gutter to the page.
    `current` is the label of a room. The window's title names the unique ID, never the person.
    """
    ui.add_head_html(design.head_html())
    ui.page_title(window_title(title, patient))
    on = today or datetime.now(UTC).date()
    _give_up_landmark(ui.context.client.content)
    shortcuts = _shortcuts(actor)
    with box('df-shell'):
        text('Skip to content', 'df-skip', tag='a', href='#main')
        side = _side(actor, practice_name, current, patient, tab, shortcuts)
        with box('df-main', tag='main', id='main', tabindex='-1'):
            with box('df-offline', role='alert'):
                symbol('cloud-off')
                text(OFFLINE)
            slots = _bar(title, patient, tab, on, side, shortcuts)
            if patient and tab:
                slots.banner = banner = patient_banner(patient, tab=tab, today=on, actor=actor)
                if actor.may(Permission.TAG_ASSIGN):
                    shortcuts.on('t', 'Tag', banner.tags.open)
            with box('df-scroll', tabindex='-1'), box('df-page' if padded else '') as slots.body:
                yield slots
        bottom = ui.html(navigation.bottom_html(actor, current=current), sanitize=False, tag='nav').classes('df-bottom')
        bottom.props['aria-label'] = 'Short'


def window_title(title: str, patient: PatientHeader | None = None) -> str:
    """Return the window's title; of a person it tells the unique ID alone."""
    return f'{title} · {patient.unique_id} · Dermafolio' if patient else f'{title} · Dermafolio'


def _give_up_landmark(content: ui.element) -> None:
    """Take the framework's own `main` out of the landmarks: it holds the menu too, and ours is inside it."""
    if content.parent_slot is not None:
        content.parent_slot.parent.props['role'] = 'presentation'


def _shortcuts(actor: Actor) -> Shortcuts:
    """Return the keys that work on every page, as far as this actor may go there."""
    shortcuts = Shortcuts(are_on=single_keys_are_on, keep=keep_single_keys)
    if actor.may(Permission.PATIENT_READ):
        shortcuts.on('/', 'Search', partial(ui.navigate.to, SEARCH_ADDRESS), group=EVERYWHERE)
    if actor.may(Permission.PATIENT_REGISTER) and ui.context.client.request.url.path != _NEW_PATIENT:  # twice, it would empty the form
        shortcuts.on('n', 'New patient', partial(ui.navigate.to, _NEW_PATIENT), group=EVERYWHERE)
    for room in navigation.rooms_for(actor):
        shortcuts.on(f'g {room.label[0].lower()}', room.label, partial(ui.navigate.to, room.route), group=GO_TO)
    return shortcuts


def _side(actor: Actor, practice_name: str, current: str, patient: PatientHeader | None, tab: str, shortcuts: Shortcuts) -> ui.html:
    """Show the menu, and below its fragment the way to the keys."""
    with box('df-side', tag='nav', aria_label='Main', id=navigation.MENU_ID, popover='auto'):
        fragment = navigation.sidebar_html(actor, practice_name=practice_name, current=current, patient=patient, tab=tab)
        side = ui.html(fragment, sanitize=False).classes('df-side-parts')
        with box('df-nav df-nav--keys', tag='button', type='button') as keys:
            symbol('keyboard')
            text('Keyboard shortcuts', 'df-label', tag='span')
        keys.on('click', shortcuts.show, args=[])
    return side


def _bar(title: str, patient: PatientHeader | None, tab: str, on: date, side: ui.html, shortcuts: Shortcuts) -> FrameSlots:
    with box('df-bar', tag='header'):
        with box('df-bar-left'):
            bar = _heading(title, patient, tab, on)
        with box('df-bar-right'):
            status, actions = box('df-slot'), box('df-slot')
    return FrameSlots(heading=bar.heading, status=status, actions=actions, banner=bar.heading, body=bar.heading, side=side, bar=bar,
                      shortcuts=shortcuts)


def _heading(title: str, patient: PatientHeader | None, tab: str, on: date) -> HeaderBar:
    if patient is None:
        with box('df-heading') as heading:
            text(title, 'df-t2', tag='h1')
        return HeaderBar(heading)
    address = navigation.patient_address(patient.unique_id) if not tab else '/patients'
    with box('df-back', tag='a', href=address, aria_label='Back') as back:
        symbol('arrow-left')
    if tab:
        with box('df-crumb') as heading:
            text('Patients', tag='a', href='/patients')
            symbol('chevron-right')
            crumb = text(patient.name, 'df-ell', tag='b')
        return HeaderBar(heading, back, crumb)
    ui.html(navigation.cover_html(patient, 'm'), sanitize=False)
    with box('df-head-text'):
        who = patient_head(patient, today=on)
        with box('df-heading') as heading:
            text(title, 'df-t2', tag='h1')
    return HeaderBar(heading, back, who=who)
