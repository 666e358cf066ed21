"""A view of the list as an address, and back. What an address asks for and cannot be is left out, with a sentence for the reader.

    /patients?q=gon&sort=-last_appointment&seen=2026-09-01..2026-11-23&tags=psoriasis,face&entries=2-10&images=3-&page=3&per_page=50

Either end of a range may be empty. The page size is named where it matters to somebody else: beyond the first page, or when it is
not the one that the reader prefers.
"""
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from data.patient_query import Counts, Days, ListView, Sort
from data.repositories.patient_list import PAGE_SIZES
from data.values import clean_line

Address = Callable[[ListView], str]
QUERY_LIMIT = 200
_MOST_TAGS = 20
_SHOWN = 40
_BEYOND = 10 ** 9
YEARS = range(1900, 2200)
_DAY = re.compile(r'[0-9]{4}-[0-9]{2}-[0-9]{2}')
_COUNTS = re.compile(r'[0-9]{1,6}(-[0-9]{0,6})?|-[0-9]{1,6}')
_LEFT_OUT = 'This filter is left out.'


@dataclass(frozen=True)
class Asked:
    """What an address asks for, and what of it cannot be, in words."""

    view: ListView
    faults: tuple[str, ...] = ()


def read_view(query: Iterable[tuple[str, str]], *, preferred: int = 25) -> Asked:
    """Return the view that an address names; what it does not name is standard, the page size the reader's own.

    Tags that are given several times are all asked for; of anything else the last one counts.
    """
    reading = _Reading()
    for name, text in query:
        reading.given.setdefault(name, []).append(text)
    sort, is_descending = reading.sort()
    view = ListView(
        q=reading.q(), sort=sort, is_descending=is_descending, seen=reading.days('seen', 'Last appointment'),
        modified=reading.days('modified', 'Last modification'), tags=reading.tags(), entries=reading.counts('entries', 'Entries'),
        images=reading.counts('images', 'Images'), page=reading.page(), per_page=reading.per_page(preferred))
    return Asked(view, tuple(reading.faults))


def list_address(view: ListView, *, preferred: int = 25) -> str:
    """Return the address of a view: it can be reloaded, shared, and gone back to."""
    told = {
        'q': view.q, 'sort': _sort_text(view), 'seen': _days_text(view.seen), 'modified': _days_text(view.modified),
        'tags': ','.join(view.tags), 'entries': _counts_text(view.entries), 'images': _counts_text(view.images),
        'page': str(view.page) if view.page > 1 else '',
        'per_page': str(view.per_page) if view.page > 1 or view.per_page != preferred else '',
    }
    named = {name: value for name, value in told.items() if value}
    return f'/patients?{urlencode(named, safe=",")}' if named else '/patients'


def read_visits(query: Iterable[tuple[str, str]]) -> Asked:
    """Return which visits of one patient an address asks for: `seen`, the days of their appointments, and `tags`."""
    reading = _Reading()
    for name, text in query:
        reading.given.setdefault(name, []).append(text)
    view = ListView(seen=reading.days('seen', 'Appointment'), tags=reading.tags())
    return Asked(view, tuple(reading.faults))


def visits_address(view: ListView, timeline: str) -> str:
    """Return the address of a view of the visits at `timeline`."""
    named = {name: value for name, value in (('seen', _days_text(view.seen)), ('tags', ','.join(view.tags))) if value}
    return f'{timeline}?{urlencode(named, safe=",")}' if named else timeline


def beyond_the_last(asked: ListView, shown: int) -> str:
    """Return the sentence for a page that does not exist, or nothing."""
    return f'There is no page {asked.page:,}: this is the last one.' if asked.page > shown else ''


def no_such_tag(slug: str) -> str:
    """Return the sentence for a tag that nobody made."""
    return f'There is no tag {_quoted(slug)}. {_LEFT_OUT}'


def clean_search(text: str) -> str:
    """Return a search as it is looked for, shown and kept in the address: without what nobody sees."""
    return clean_line(clean_line(text)[:QUERY_LIMIT])


def read_day(text: str) -> date | None:
    """Return the day, None for an open end. Raise ValueError for what is no day, or none that a practice has seen or will see."""
    if not text:
        return None
    day = date.fromisoformat(text)
    if not _DAY.fullmatch(text) or day.year not in YEARS:
        raise ValueError(text)
    return day


@dataclass
class _Reading:
    """One address, read name by name."""

    given: dict[str, list[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def q(self) -> str:
        text = clean_line(self._last('q'))
        if len(text) > QUERY_LIMIT:
            self.faults.append(f'The search is longer than {QUERY_LIMIT} characters. Its beginning is used.')
        return clean_search(text)

    def sort(self) -> tuple[Sort, bool]:
        text = self._text('sort')
        name = text.removeprefix('-')
        if name in list(Sort):
            return Sort(name), text.startswith('-')
        if text:
            self.faults.append(f'The list cannot be sorted by {_quoted(text)}. It is sorted by last modification.')
        return ListView.sort, ListView.is_descending

    def days(self, name: str, words: str) -> Days:
        text = self._text(name)
        since, dots, until = text.partition('..')
        try:
            days = Days(read_day(since), read_day(until if dots else text))
        except ValueError:
            self._leave_out(f'{words}: {_quoted(text)} is no range of days like 2026-09-01..2026-11-23.')
            return Days()
        if days.since and days.until and days.since > days.until:
            self._leave_out(f'{words}: {_quoted(text)} ends before it begins.')
            return Days()
        return days

    def counts(self, name: str, words: str) -> Counts:
        text = self._text(name)
        if not text:
            return Counts()
        if not _COUNTS.fullmatch(text):
            self._leave_out(f'{words}: {_quoted(text)} is no number and no range like 2-10.')
            return Counts()
        first, dash, last = text.partition('-')
        least, most = (int(end) if end else None for end in (first, last if dash else first))
        if least is not None and most is not None and least > most:
            self._leave_out(f'{words}: {_quoted(text)} begins above its end.')
            return Counts()
        return Counts(least, most)

    def tags(self) -> tuple[str, ...]:
        parts = ','.join(self.given.get('tags', [])).split(',')
        named = tuple(dict.fromkeys(part.strip().lower() for part in parts if part.strip()))
        if len(named) > _MOST_TAGS:
            self.faults.append(f'At most {_MOST_TAGS} tags can be asked for at once. The first {_MOST_TAGS} are used.')
        return named[:_MOST_TAGS]

    def page(self) -> int:
        text = self._text('page')
        number = int(text[:10]) if re.fullmatch('[0-9]+', text) else 0
        if text and number < 1:
            self.faults.append(f'There is no page {_quoted(text)}: this is the first one.')
        return min(max(1, number), _BEYOND)

    def per_page(self, preferred: int) -> int:
        text = self._text('per_page')
        size = {str(size): size for size in PAGE_SIZES}.get(text)
        if text and size is None:
            sizes = ', '.join(map(str, PAGE_SIZES[:-1]))
            self.faults.append(f'A page shows {sizes} or {PAGE_SIZES[-1]} patients, not {_quoted(text)}.')
        return size or preferred

    def _text(self, name: str) -> str:
        return self._last(name).strip()

    def _last(self, name: str) -> str:
        given = self.given.get(name, [''])
        if len(set(given)) > 1:
            self.faults.append(f'The address says “{name}” more than once. The last one counts.')
        return given[-1]

    def _leave_out(self, sentence: str) -> None:
        self.faults.append(f'{sentence} {_LEFT_OUT}')


def _quoted(text: str) -> str:
    shown = clean_line(text)
    return f'“{shown if len(shown) <= _SHOWN else shown[:_SHOWN - 1] + "…"}”'


def _sort_text(view: ListView) -> str:
    is_standard = (view.sort, view.is_descending) == (ListView.sort, ListView.is_descending)
    return '' if is_standard else f'{"-" if view.is_descending else ""}{view.sort.value}'


def _days_text(days: Days) -> str:
    ends = [end.isoformat() if end else '' for end in (days.since, days.until)]
    return '..'.join(ends) if any(ends) else ''


def _counts_text(counts: Counts) -> str:
    if counts.least == counts.most:
        return '' if counts.least is None else str(counts.least)
    return '-'.join('' if end is None else str(end) for end in (counts.least, counts.most))
