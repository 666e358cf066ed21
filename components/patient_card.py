"""Patients as cards: escaped fragments of real links, because a hundred cards as elements would cost a second."""
from collections.abc import Collection, Iterable
from datetime import date, tzinfo
from html import escape

from components import formatting
from components.design import icon_svg
from components.navigation import patient_address
from components.picture import picture_html
from components.tag_chip import fitting_tags_html
from data.patient_query import Sort
from data.read_models import PatientRow

_TAGS_PX = 242


def patient_cards_html(rows: Iterable[PatientRow], zone: tzinfo, *, today: date, sort: Sort = Sort.LAST_APPOINTMENT, first: int = 0,
                       chosen: Collection[str] = ()) -> str:
    """Return the cards: mosaic of up to three photographs, counts, name, unique ID, age, last appointment or change, tags.

    `first` is the place of the first one in the list: the cursor finds a card by its place. Sorted by the change, the change is shown.
    """
    return ''.join(_card(row, when_words(row, zone, sort, today=today), today, place, chosen) for place, row in enumerate(rows, first))


def last_seen(row: PatientRow, zone: tzinfo, *, today: date) -> str:
    """Return 'Today', '20 Nov', '3 Dec, planned', or 'No visit yet'."""
    if row.last_appointment is None:
        return 'No visit yet'
    on = formatting.local(row.last_appointment, zone).date()
    shown = formatting.day_short(on, today=today)
    return f'{shown}, planned' if on > today else shown


def last_changed(row: PatientRow, zone: tzinfo, *, today: date) -> str:
    """Return 'Today' or '15 Nov'."""
    return formatting.day_short(formatting.local(row.last_modified, zone).date(), today=today)


def when_words(row: PatientRow, zone: tzinfo, sort: Sort, *, today: date) -> str:
    """Return 'changed 15 Nov', 'changed today' in the order of the changes; in any other the last appointment."""
    if sort is not Sort.LAST_MODIFIED:
        return last_seen(row, zone, today=today)
    return f'changed {last_changed(row, zone, today=today).replace("Today", "today")}'


def formerly_html(row: PatientRow) -> str:
    """Return 'formerly nur-0002' when a search found the patient by a former ID alone."""
    return f'<span class="df-formerly">formerly <span class="df-mono">{escape(row.formerly)}</span></span>' if row.formerly else ''


def age_of(row: PatientRow, today: date) -> str:
    """Return '46 y', or nothing when the birth date is not known."""
    return formatting.age(row.birth_on, today) if row.birth_on else ''


def _card(row: PatientRow, when: str, today: date, place: int, chosen: Collection[str]) -> str:
    # without a name the unique ID is the name, and is not printed twice
    who = f'<span class="df-mono">{escape(row.unique_id)}</span>' if row.name != row.unique_id else 'No name recorded'
    years = age_of(row, today)
    chips = f'<span class="df-tags df-card-tags">{fitting_tags_html(row.tags, _TAGS_PX, chosen)}</span>' if row.tags else ''
    return (f'<a class="df-card" style="anchor-name:--patient-{place:d}" href="{escape(patient_address(row.unique_id))}">{_mosaic(row)}'
            f'<span class="df-card-text"><span class="df-card-name">{escape(row.name)}</span>'
            f'<span class="df-card-id df-num">{who}{f" · {escape(years)}" if years else ""}</span>'
            f'<span class="df-card-when">{escape(when)}</span>{formerly_html(row)}{chips}</span></a>')


def _mosaic(row: PatientRow) -> str:
    shown = row.covers[:3]
    photos = ''.join(f'<span>{picture_html(cover.key, turn_deg=cover.turn_deg)}</span>' for cover in shown)
    counts = (f'<span class="df-counts">{_badge("image", row.image_count, "image", "images")}'
              f'{_badge("calendar", row.entry_count, "entry", "entries")}</span>')
    nothing = f'<span>{icon_svg("image", 24)}</span>'
    return f'<span class="df-mosaic df-mosaic--{len(shown)}">{photos or nothing}{counts}</span>'


def _badge(symbol: str, number: int, one: str, many: str) -> str:
    return (f'<span class="df-badge" title="{formatting.plural(number, one, many)}">{icon_svg(symbol, 14)}'
            f'{formatting.count(number)}<span class="df-hidden-label"> {one if number == 1 else many}</span></span>')
