"""The audit trail to look at: what is known of its chain, and its events as sentences, grouped by day, as one escaped fragment."""
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from html import escape
from itertools import groupby

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from app.audit_reading import ChainCheck, ChainState, Part, TrailLine
from components import formatting
from components.controls import banner, box, link, text
from components.design import avatar_colour, icon_svg

_BROKEN = 'Not verified: event {} is not what was sealed. Everything before it is intact.'
_SEAL_START = 6
_SEAL_SHOWN = 18
_ICONS = {
    'server': 'hard-drive', 'session': 'lock-open', 'user': 'user', 'setting': 'settings', 'patient': 'users', 'chart': 'eye',
    'gallery': 'eye', 'image': 'image', 'entry': 'pencil', 'comparison': 'columns-2', 'category': 'tags', 'tag': 'tag',
    'identifier': 'hash', 'audit': 'shield-check', 'access': 'ban',
}
_KINDS = {
    'ok': ('patient:register', 'image:admit', 'entry:open', 'entry:place', 'comparison:group', 'user:invite', 'audit:verify',
           'identifier:add', 'category:add', 'tag:add', 'tag:assign'),
    'info': ('patient:correct', 'image:describe', 'entry:amend', 'entry:remove', 'comparison:arrange', 'setting:change',
             'user:change_role', 'patient:distinguish', 'identifier:correct', 'identifier:remove', 'category:rename', 'category:recolour',
             'tag:rename', 'tag:move', 'tag:retire', 'tag:restore', 'tag:merge', 'tag:separate', 'tag:unassign'),
    'warn': ('image:download', 'user:deactivate'),
}
_KIND_OF = {action: kind for kind, actions in _KINDS.items() for action in actions}
_ICONS_OF_VERBS = {'view': 'eye', 'admit': 'image-plus', 'download': 'download', 'sign_out': 'log-out', 'list': 'list'}


def chain_banner(state: ChainState, *, now: datetime, zone: tzinfo) -> None:
    """Show whether the chain holds, as far as anyone has checked; a break links to the first event that fails."""
    seen = f'{formatting.plural(state.events, "event")}{f" since {_day(state.since, zone)}" if state.since else ""}'
    checked = f'checked {_checked(state.checked_at, now, zone)}' if state.checked_at else ''
    if state.check is ChainCheck.VERIFIED:
        shown = banner('ok', 'Verified: nothing has been changed or removed', f'{seen}, {checked}. Each event seals the one before it.',
                       icon='shield-check')
    elif state.check is ChainCheck.BROKEN:
        shown = banner('bad', state.sentence or _BROKEN.format(formatting.count(state.broken_at)),
                       f'Found when the trail was {checked}. Keep the data folder and the backups as they are.')
    else:
        shown = banner('info', 'Not verified yet', f'{seen}. Each event seals the one before it.', icon='shield')
    with shown:
        if state.check is ChainCheck.BROKEN:
            link('Show that event', f'/audit?before={state.broken_at + 1}')
        elif state.last_seal:
            with box('df-seal'):
                text('Latest seal', 'df-meta')
                text(' '.join(state.last_seal[start:start + _SEAL_START] for start in range(0, _SEAL_SHOWN, _SEAL_START)), 'df-mono')


def progress_banner() -> tuple[ui.element, TextElement]:
    """Show that the trail is being verified; return the place and the line that counts."""
    with box() as place:
        with banner('info', 'Verifying every event', icon='shield').props('aria-live=polite'):
            line = text('', 'df-num')
    return place, line


def audit_table(lines: Sequence[TrailLine], *, today: date, zone: tzinfo) -> ui.html:
    """Show events, newest first, as one fragment."""
    return ui.html(audit_html(lines, today=today, zone=zone), sanitize=False)  # every value is escaped below


def audit_html(lines: Sequence[TrailLine], *, today: date, zone: tzinfo) -> str:
    """Return events grouped by day. Every value is escaped."""
    days = groupby(lines, key=lambda line: formatting.local(line.at, zone).date())
    return ''.join(_day_html(on, list(of_day), today, zone) for on, of_day in days)


def _day_html(on: date, lines: list[TrailLine], today: date, zone: tzinfo) -> str:
    written = formatting.appointment(lines[0].at, zone).rsplit(',', 1)[0]
    heading = f'Today <span class="df-meta">{written}</span>' if on == today else written
    rows = ''.join(_row_html(line, zone) for line in lines)
    return f'<h2 class="df-log-day">{heading}</h2><div class="df-log" role="list">{rows}</div>'


def _row_html(line: TrailLine, zone: tzinfo) -> str:
    sentence = ''.join(_part_html(part) for part in line.sentence)
    kind = _KIND_OF.get(line.action, 'seen') if line.is_done else 'stopped'
    colour, mark = avatar_colour(line.user), escape(formatting.initials(line.who))
    seal = f'Event {formatting.count(line.seq)}, seal {line.seal}'
    return (f'<div class="df-log-row df-log-row--{kind}" role="listitem" id="event-{line.seq}">'
            f'<time class="df-log-time" datetime="{line.at.isoformat()}">{formatting.clock(line.at, zone, seconds=True)}</time>'
            f'{icon_svg(_icon(line.action))}'
            f'<span class="df-avatar" style="--own:{colour}" aria-hidden="true">{mark}</span>'
            f'<span class="df-log-what">{sentence}</span><span class="df-log-from">{escape(line.address)}</span>'
            f'<span class="df-log-seal" title="{seal}">{line.seal[:_SEAL_START]}</span></div>')


def _part_html(part: Part) -> str:
    return f'<b>{escape(part.text)}</b>' if part.strong else escape(part.text)


def _icon(action: str) -> str:
    subject, _, verb = action.partition(':')
    return _ICONS_OF_VERBS.get(verb) or _ICONS.get(subject, 'circle')


def _day(at: datetime, zone: tzinfo) -> str:
    return formatting.day(formatting.local(at, zone).date())


def _checked(at: datetime, now: datetime, zone: tzinfo) -> str:
    on = formatting.local(at, zone).date()
    when = 'today' if on == formatting.local(now, zone).date() else f'on {formatting.day(on)}'
    return f'{when} at {formatting.clock(at, zone)}'
