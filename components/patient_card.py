"""Patients as cards: one escaped fragment of real links, because a hundred cards as elements would cost a second."""
from collections.abc import Iterable
from datetime import date, tzinfo
from html import escape

from components import formatting
from components.design import icon_svg
from components.navigation import patient_address
from data.read_models import PatientRow


def patient_cards_html(rows: Iterable[PatientRow], zone: tzinfo, *, today: date) -> str:
    """Return the cards: mosaic of up to three photographs, counts, name, unique ID, age, last appointment."""
    return f'<div class="df-cards">{"".join(_card(row, zone, today) for row in rows)}</div>'


def last_seen(row: PatientRow, zone: tzinfo, *, today: date) -> str:
    """Return 'Today', '20 Nov', '3 Dec, planned', or 'No visit yet'."""
    if row.last_appointment is None:
        return 'No visit yet'
    on = formatting.local(row.last_appointment, zone).date()
    shown = formatting.day_short(on, today=today)
    return f'{shown}, planned' if on > today else shown


def _card(row: PatientRow, zone: tzinfo, today: date) -> str:
    # without a name the unique ID is the name, and is not printed twice
    who = f'<span class="df-mono">{escape(row.unique_id)}</span>' if row.name != row.unique_id else 'No name recorded'
    years = formatting.age(row.birth_on, today) if row.birth_on else ''
    return (f'<a class="df-card" href="{escape(patient_address(row.unique_id))}">{_mosaic(row)}'
            f'<span class="df-card-text"><span class="df-card-name">{escape(row.name)}</span>'
            f'<span class="df-card-id df-num">{who}{f" · {years}" if years else ""}</span>'
            f'<span class="df-card-when">{escape(last_seen(row, zone, today=today))}</span></span></a>')


def _mosaic(row: PatientRow) -> str:
    shown = row.covers[:3]
    photos = ''.join(f'<span><img src="/images/{escape(key)}/thumb" alt="" loading="lazy" decoding="async"></span>' for key in shown)
    counts = (f'<span class="df-counts">{_badge("image", row.image_count, "image", "images")}'
              f'{_badge("calendar", row.entry_count, "entry", "entries")}</span>')
    nothing = f'<span>{icon_svg("image", 24)}</span>'
    return f'<span class="df-mosaic df-mosaic--{len(shown)}">{photos or nothing}{counts}</span>'


def _badge(symbol: str, number: int, one: str, many: str) -> str:
    return (f'<span class="df-badge" title="{formatting.plural(number, one, many)}">{icon_svg(symbol, 14)}'
            f'<span>{formatting.count(number)}<span class="df-hidden-label"> {one if number == 1 else many}</span></span></span>')
