"""Patients as rows of a table: the same escaped fragments of real links. Headings sort where there is a sort."""
from collections.abc import Collection, Iterable
from datetime import date, tzinfo
from html import escape

from components import formatting
from components.design import icon_svg
from components.list_address import Address
from components.navigation import patient_address
from components.patient_card import age_of, formerly_html, last_changed, last_seen, when_words
from components.patient_sorting import sorted_by
from components.picture import picture_html
from components.tag_chip import fitting_tags_html
from data.patient_query import ListView, Sort
from data.read_models import PatientRow

_TAGS_PX = 226  # what the column has on a tablet: a chip is left out rather than cut to a letter
_COLUMNS: tuple[tuple[str, str, Sort | None], ...] = (
    ('photo', '', None), ('name', 'Patient', Sort.NAME), ('id', 'Unique ID', Sort.UNIQUE_ID), ('age', 'Age', None), ('tags', 'Tags', None),
    ('count', 'Entries', None), ('count', 'Images', None))
_SEEN = ('when', 'Last appointment', Sort.LAST_APPOINTMENT)
_CHANGED = ('when', 'Last modified', Sort.LAST_MODIFIED)


def patient_heads_html(view: ListView, address: Address) -> str:
    """Return the headings; one that the list is sorted by turns the order round."""
    columns = (*_COLUMNS, _CHANGED if view.sort is Sort.LAST_MODIFIED else _SEEN)
    return f'<tr>{"".join(_head(kind, words, sort, view, address) for kind, words, sort in columns)}</tr>'


def patient_rows_html(rows: Iterable[PatientRow], zone: tzinfo, *, today: date, sort: Sort = Sort.LAST_APPOINTMENT, first: int = 0,
                      chosen: Collection[str] = ()) -> str:
    """Return the rows: photographs, name, unique ID, age, tags, counts, last appointment or change. The name's link covers its row.

    `first` is the place of the first one in the list: the cursor finds a row by its place. Sorted by the change, the change is shown.
    """
    return ''.join(_row(row, _when_html(row, zone, sort, today), today, place, chosen) for place, row in enumerate(rows, first))


def _head(kind: str, words: str, sort: Sort | None, view: ListView, address: Address) -> str:
    if not words:
        return f'<td class="df-pt-{kind}"></td>'
    if sort is None:
        return f'<th scope="col" class="df-pt-{kind}">{words}</th>'
    is_on = view.sort is sort
    state = f' aria-sort="{"descending" if view.is_descending else "ascending"}"' if is_on else ''
    arrow = icon_svg('arrow-down' if view.is_descending else 'arrow-up', 14) if is_on else ''
    return f'<th scope="col" class="df-pt-{kind}"{state}><a href="{escape(address(sorted_by(view, sort)))}">{words}{arrow}</a></th>'


def _row(row: PatientRow, when_html: str, today: date, place: int, chosen: Collection[str]) -> str:
    return (f'<tr class="df-pt-row" style="anchor-name:--patient-{place:d}"><td class="df-pt-photo">{_photos(row)}</td>'
            f'<td class="df-pt-name">{_name(row)}</td>'
            f'<td class="df-pt-id"><span class="df-mono">{escape(row.unique_id)}</span>{formerly_html(row)}</td>'
            f'<td class="df-pt-age df-num">{escape(age_of(row, today))}</td>'
            f'<td class="df-pt-tags"><span class="df-tags">{fitting_tags_html(row.tags, _TAGS_PX, chosen)}</span></td>'
            f'<td class="df-pt-count df-num">{formatting.count(row.entry_count)}</td>'
            f'<td class="df-pt-count df-num">{formatting.count(row.image_count)}</td>'
            f'<td class="df-pt-when df-num">{when_html}</td></tr>')


def _when_html(row: PatientRow, zone: tzinfo, sort: Sort, today: date) -> str:
    """Return the day. On a phone there is no heading: the word of the change stands beside it."""
    if sort is not Sort.LAST_MODIFIED:
        return escape(last_seen(row, zone, today=today))
    words, day = when_words(row, zone, sort, today=today), last_changed(row, zone, today=today)
    return f'<span class="df-pt-day">{escape(day)}</span><span class="df-pt-words">{escape(words)}</span>'


def _name(row: PatientRow) -> str:
    to = escape(patient_address(row.unique_id))
    if row.name == row.unique_id:
        return f'<a class="df-pt-link df-meta" href="{to}" aria-label="{escape(row.unique_id)}, no name recorded">No name recorded</a>'
    return f'<a class="df-pt-link" href="{to}">{escape(row.name)}</a>'


def _photos(row: PatientRow) -> str:
    # a phone shows all three, as the cards do; one that is not shown is not fetched
    photos = ''.join(f'<span>{picture_html(cover.key, turn_deg=cover.turn_deg)}</span>' for cover in row.covers[:3])
    return f'<span class="df-strip">{photos or icon_svg("image", 18)}</span>'
