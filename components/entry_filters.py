"""What narrows the visits of a patient: days of their appointments and tags, as chips and menus like those of the list of patients."""
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from components import formatting
from components.controls import empty_state
from components.entry_timeline import span_words
from components.list_address import Address
from components.patient_filter_menus import FilterMenu
from components.patient_filters import FilterChips, filters_on, is_narrowed, nothing_html, without
from components.patient_finding import Known
from components.surroundings import Surroundings
from data.patient_query import ListView
from data.read_models import ShownTag, TagLabel
from data.repositories.entries import EntrySummary

EntryTags = Mapping[str, tuple[ShownTag, ...]]
"""Tags that show on visits, inherited ones too, by the key of the visit."""

_KINDS = ('date', 'tags')


class EntryFilters:
    """The chips. `entries()` and `tags()` are those of the patient now, `on_view(view)` shows another view.

    Without visits there are none. `labels` are the tags of the view by their slug, also those that no visit bears.
    """

    def __init__(self, entries: Callable[[], Sequence[EntrySummary]], tags: Callable[[], EntryTags], around: Surroundings,
                 address: Address, on_view: Callable[[ListView], Any], view: ListView) -> None:
        self._entries, self._tags, self._around, self._address, self._on_view = entries, tags, around, address, on_view
        self._view = view
        self.labels: dict[str, TagLabel] = {}
        self._chips = FilterChips(around.today, address, self._open, kinds=_KINDS)
        self._menu = FilterMenu(around.today, address, lambda: self._view, on_view, self._closed, self._facets, has_two_dates=False,
                                counted=('visit', 'visits'))

    def show(self, view: ListView) -> list[EntrySummary]:
        """Say what is on, and return the visits that belong to it."""
        self._view = view
        for tags in self._tags().values():
            self.labels |= {shown.tag.slug: shown.tag for shown in tags}
        self._chips.show(view, self.labels)
        self._chips.root.set_visibility(bool(self._entries()))
        return shown(self._entries(), self._tags(), view, self._around)

    def words(self, found: Sequence[EntrySummary]) -> str:
        """Return '9 entries over 12 weeks', narrowed '2 of 9 entries'."""
        if not is_narrowed(self._view):
            return span_words(self._entries(), self._around.zone)
        return f'{formatting.count(len(found))} of {formatting.plural(len(self._entries()), "entry", "entries")}'

    def nothing(self) -> None:
        """Say why no visit is shown, with the way out of each filter."""
        with empty_state('No entries match.', 'Each visit is left out by at least one of these filters.'):
            ui.html(nothing_html(filters_on(self._view, self.labels, self._around.today), self._address, without(self._view)),
                    sanitize=False)

    async def _open(self, kind: str, chip: ui.element) -> None:
        if not self._menu.kind:
            await self._menu.open(kind, chip)
            self._chips.set_open(kind, is_open=True)

    def _closed(self, kind: str) -> None:
        self._chips.set_open(kind, is_open=False)

    async def _facets(self, view: ListView) -> Known:
        return facets(self._entries(), self._tags(), view, self._around)


def shown(entries: Sequence[EntrySummary], tags: EntryTags, view: ListView, around: Surroundings) -> list[EntrySummary]:
    """Return the visits whose appointment is on one of these days of the practice, and that show all of these tags."""
    def fits(entry: EntrySummary) -> bool:
        on = formatting.local(entry.appointment_at, around.zone).date()
        is_then = (view.seen.since is None or view.seen.since <= on) and (view.seen.until is None or on <= view.seen.until)
        return is_then and set(view.tags) <= {shown.tag.slug for shown in tags.get(entry.key, ())}
    return [entry for entry in entries if fits(entry)]


def facets(entries: Sequence[EntrySummary], tags: EntryTags, view: ListView, around: Surroundings) -> Known:
    """Return every tag that shows on a visit of the patient, with how many visits of the view it leaves."""
    labels = {found.tag.slug: found.tag for several in tags.values() for found in several}
    left = [{found.tag.slug for found in tags.get(entry.key, ())} for entry in shown(entries, tags, view, around)]
    return {slug: (label, sum(slug in slugs for slugs in left)) for slug, label in sorted(labels.items())}
