"""The list planner: which patients a view of the list shows, and how SQLite is best asked for them.

Count first, then choose: the total is counted by the condition that begins with fewest patients, and the page is taken by whatever is
cheaper then: walking the order until the page is full, or sorting whoever fits that condition.
"""
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Select

from data.patient_statements import (
    EVERYONE,
    LETTERS,
    LETTERS_IN,
    LETTERS_OUT,
    ONE_MORE,
    SEARCH,
    SORT,
    TAG,
    Range,
    Wanted,
    bound,
    counting,
    counting_first,
    paging,
    shape_of,
    tagging,
)

_FAR = 2_000  # so far is counted to learn whether a range is narrow
_PROBE = 6  # what asking one tag of one patient costs, in steps along an index
_LOOKUP = 20  # what fetching a patient's row costs: its page may have to be deciphered
_FILTERED = frozenset({'last_modified', 'last_appointment', 'entry_count', 'image_count'})
_HELD = {TAG: frozenset[str](), SEARCH: frozenset[str](), 'entry_count': frozenset({'entry_count', 'image_count'}),
         'image_count': frozenset({'entry_count', 'image_count'})}
"""What is known without fetching the patient's row; the index of an order holds everything that is filtered by."""
_MANY = 20  # a twentieth of all patients


class Sort(StrEnum):
    """What the list is sorted by."""

    LAST_MODIFIED = 'last_modified'
    LAST_APPOINTMENT = 'last_appointment'
    UNIQUE_ID = 'unique_id'
    NAME = 'name'

    @property
    def column(self) -> str:
        """Return the column that is sorted by."""
        return 'name_sort' if self is Sort.NAME else self.value


@dataclass(frozen=True)
class Days:
    """A range of days in the practice's time zone, both ends included; None leaves that end open."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Counts:
    """A range of counts, both ends included; None leaves that end open."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class ListView:
    """Which part of the list is looked at: search text, order, filters, page number from 1, rows per page.

    `seen` is about the last appointment; `tags` are slugs, and a patient has to bear all of them, inherited ones included.
    """

    q: str = ''
    sort: Sort = Sort.LAST_MODIFIED
    is_descending: bool = True
    seen: Days = field(default_factory=Days)
    modified: Days = field(default_factory=Days)
    tags: tuple[str, ...] = ()
    entries: Counts = field(default_factory=Counts)
    images: Counts = field(default_factory=Counts)
    page: int = 1
    per_page: int = 25


class PatientQuery:
    """The questions of one view, asked of one snapshot: who fits, how many, and which tags they bear."""

    def __init__(self, connection: Connection, wanted: Wanted) -> None:
        self._connection = connection
        self._wanted = wanted
        self._sizes: dict[str, int] = {}

    @cached_property
    def everyone(self) -> int:
        """Return how many patients there are."""
        return counted_patients(self._connection)

    @cached_property
    def total(self) -> int:
        """Return how many patients fit, exactly."""
        wanted = self._wanted
        if not wanted.words and not wanted.ranges and len(wanted.tags) < 2:
            return wanted.tags[0][1] if wanted.tags else self.everyone
        return self._number(counting(shape_of(wanted, self._counted_by)), bound(wanted, self._counted_by))

    def rows(self, skipped: int, most: int) -> list[int]:
        """Return the rows of one page in the order of the view."""
        wanted = self._wanted
        if skipped >= self.total:
            return []
        most = min(most, self.total - skipped)
        after = self.total - skipped - most
        is_backward = after < skipped
        skipped = min(skipped, after)
        driver = min(self._drivers, key=lambda driver: self._page_cost(driver, skipped + most))
        asked = paging(shape_of(wanted, driver), wanted.sort, wanted.is_descending, is_backward)
        rows = self._connection.execute(asked, bound(wanted, driver, skipped=skipped, most=most)).scalars().all()
        return list(reversed(rows) if is_backward else rows)

    def tag_counts(self) -> dict[int, int]:
        """Return how many of those who fit bear each tag that any of them bears."""
        asked = tagging(shape_of(self._wanted, self._counted_by), has_many=self.total * _MANY > self.everyone)
        return {tag: count for tag, count in self._connection.execute(asked, bound(self._wanted, self._counted_by))}

    @cached_property
    def _drivers(self) -> list[str]:
        """Return what can drive: the order, or a condition. A range of what is sorted by belongs to the order."""
        wanted = self._wanted
        ranges = [asked.column for asked in wanted.ranges if asked.column != wanted.sort]
        return [SORT, *([TAG] if wanted.tags else []), *ranges, *([SEARCH] if wanted.words else [])]

    @cached_property
    def _counted_by(self) -> str:
        if self._is_one_condition:
            return self._drivers[-1]
        return min(self._drivers, key=self._cost)

    @property
    def _is_one_condition(self) -> bool:
        return len(self._wanted.ranges) + len(self._wanted.tags) + bool(self._wanted.words) == 1

    def _page_cost(self, driver: str, reach: int) -> float:
        """Return what a page costs: the order is walked until the page is full; whoever comes out of a condition is fetched and sorted."""
        if driver == SORT:
            return self._cost(driver) * min(reach, self.total) / self.total
        return self._cost(driver) + self.total * _LOOKUP

    def _cost(self, driver: str) -> float:
        """Return what it costs to ask everyone that a driver begins with whether the other conditions hold too."""
        wanted = self._wanted
        probes = len(wanted.tags) - (driver == TAG)
        held = _HELD.get(driver, _FILTERED)
        is_fetched = driver == SEARCH or bool(wanted.words) or any(asked.column not in held for asked in wanted.ranges)
        begin = self.everyone if driver == SEARCH and not wanted.long_words else 0
        return begin + self._size(driver) * (1 + _PROBE * probes + _LOOKUP * is_fetched)

    def _size(self, driver: str) -> int:
        """Return with how many patients a driver begins. A wide range is not counted out."""
        wanted = self._wanted
        if driver == TAG:
            return wanted.tags[0][1]
        column = wanted.sort if driver == SORT else driver
        asked = next((asked for asked in wanted.ranges if asked.column == column), None)
        if asked is None and driver != SEARCH:
            return self.everyone
        if self._is_one_condition:
            return self.total
        if driver not in self._sizes:
            self._sizes[driver] = self._hits() if asked is None else self._first_of(asked)
        return self._sizes[driver]

    def _hits(self) -> int:
        words = replace(self._wanted, ranges=(), tags=())
        return self._number(counting(shape_of(words, SEARCH)), bound(words, SEARCH))

    def _first_of(self, asked: Range) -> int:
        found = self._number(counting_first(asked.ends), {**asked.bounds, 'most': _FAR})
        return found if found < _FAR else max(_FAR, self.everyone // 2)

    def _number(self, asked: Select[Any], values: dict[str, Any] | None = None) -> int:
        return int(self._connection.execute(asked, values or {}).scalar_one())


def counted_patients(connection: Connection) -> int:
    """Return how many patients there are, as it is kept: counting a hundred thousand takes longer than a page of them."""
    return int(connection.execute(EVERYONE).scalar_one())


def count_one_more(connection: Connection) -> None:
    """Note that there is one patient more."""
    connection.execute(ONE_MORE)


def index_letters(connection: Connection, patient: int, search: str) -> None:
    """Let a search find a patient by this text, and by no other."""
    connection.execute(LETTERS_OUT, {'patient': patient})
    connection.execute(LETTERS_IN, {'patient': patient, 'text': search})


def indexed_letters(connection: Connection) -> dict[int, str]:
    """Return what a search finds each patient by, by row."""
    return {row: text for row, text in connection.execute(LETTERS)}
