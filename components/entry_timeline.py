"""The visits of a patient on a line of time, newest first: one escaped fragment of links, with the interval standing between them."""
from collections.abc import Sequence
from datetime import date, tzinfo
from html import escape

from components import formatting
from components.design import icon_svg
from components.navigation import patient_address
from components.picture import picture_html
from data.repositories.entries import EntrySummary

THUMBS = 8
"""Photographs that a visit shows in the timeline; the last becomes a number when there are more."""


def shown_images(entries: Sequence[EntrySummary]) -> list[str]:
    """Return the keys of the photographs that the timeline shows: what its event has to name."""
    return [cover.key for entry in entries for cover in entry.covers[:THUMBS]]


def timeline_html(entries: Sequence[EntrySummary], unique_id: str, zone: tzinfo, *, today: date) -> str:
    """Return the timeline. A visit that lies ahead is marked as planned."""
    days = [formatting.local(entry.appointment_at, zone).date() for entry in entries]
    visits = []
    for number, entry in enumerate(entries):
        gap = _gap(days[number], days[number + 1]) if number + 1 < len(entries) else ''
        visits.append(_visit_html(entry, unique_id, zone, is_planned=days[number] > today, gap=gap))
    return f'<div class="df-timeline">{"".join(visits)}</div>'


def span_words(entries: Sequence[EntrySummary], zone: tzinfo) -> str:
    """Return '9 entries over 12 weeks'."""
    days = [formatting.local(entry.appointment_at, zone).date() for entry in entries]
    number = formatting.plural(len(entries), 'entry', 'entries')
    return f'{number} over {formatting.interval(min(days), max(days))}' if days and min(days) != max(days) else number


def _gap(later: date, earlier: date) -> str:
    return 'same day' if later == earlier else f'{formatting.interval(earlier, later)} earlier'


def _visit_html(entry: EntrySummary, unique_id: str, zone: tzinfo, *, is_planned: bool, gap: str) -> str:
    address = patient_address(unique_id, f'/entries/{entry.number}')
    on = formatting.day(formatting.local(entry.appointment_at, zone).date())
    at = formatting.clock(entry.appointment_at, zone) + (', planned' if is_planned else '')
    between = f'<div class="df-visit-gap">{escape(gap)}</div>' if gap else ''
    notes = f'<div class="df-visit-notes">{escape(entry.notes_start)}</div>' if entry.notes_start else ''
    return (f'<div class="df-visit"><div class="df-visit-when">{escape(on)}<small>{escape(at)}</small></div>'
            '<div class="df-visit-dot"></div>'
            f'<a class="df-visit-card" href="{escape(address)}">{_title_html(entry)}{notes}{_thumbs_html(entry)}</a>{between}</div>')


def _title_html(entry: EntrySummary) -> str:
    pairs = ''
    if entry.comparison_count:
        words = formatting.plural(entry.comparison_count, 'comparison')
        drawn = f'<span style="display:inline-flex;vertical-align:-3px;margin-right:5px">{icon_svg("columns-2", 16)}</span>'
        pairs = f'<span class="df-link df-f13">{drawn}{escape(words)}</span>'
    return (f'<div class="df-visit-title"><b>{formatting.ordinal(entry.number)} entry</b>{pairs}'
            f'<span class="df-visit-who">{escape(entry.clinician)}</span></div>')


def _thumbs_html(entry: EntrySummary) -> str:
    shown = entry.covers[:THUMBS]
    more = len(entry.covers) - len(shown)
    photos = []
    for number, cover in enumerate(shown, 1):
        over = f'<span class="df-thumbs-more">+{more + 1:d}</span>' if more and number == len(shown) else ''
        photos.append(f'<span class="df-photo">{picture_html(cover.key, turn_deg=cover.turn_deg)}{over}</span>')
    if hidden := entry.image_count - len(entry.covers):
        words = formatting.plural(hidden, 'sensitive photo')
        photos.append(f'<span class="df-photo df-thumbs-hidden" role="img" aria-label="{words}, not shown here" title="{words}">'
                      f'{icon_svg("eye-off", 18)}<span>{hidden:d}</span></span>')
    return f'<div class="df-thumbs">{"".join(photos)}</div>' if photos else ''
