"""The list planner: which patients a view of the list shows, and how SQLite is best asked for them.

This module and its statements (`data.patient_statements`) are the only places that know plans. A view becomes three questions to one
snapshot: how many fit, which rows stand on the page, and, beside the filter, which tags those who fit bear.

Count first, then choose. The exact total is asked before the page: it bounds the page number, and it tells how far a walk would have to
go. `count(*) OVER ()` would visit everyone for every page. Without a filter the total is kept (`tally`), with one tag as the only filter
too (`tag.patient_count`).

What can drive. SQLite begins with one of these and asks each row it comes to whether the other conditions hold:
- the order (SORT): the index of the sort column. It also holds every column that a range is asked of, so that filters are answered
  without the patient's row; it stops when the page is full. A range of the sort column itself narrows the walk.
- the rarest tag (TAG): `patient_effective_tag` by tag, then the other tags by probes, each one step down its primary key.
- a range: its index. The indexes of the two dates hold everything that is filtered by, those of the two counts hold each other.
- the words (SEARCH): the trigram index for words of three letters or more, which may stand anywhere; the texts themselves, where they
  lie close together, for shorter ones. Every other driver reads the words in the patient's row.

Who decides. Left alone, SQLite drives by a range where walking the order is fifty times cheaper, or makes a join of an EXISTS and begins
with the commonest tag: it has no statistics of what is asked for. So whatever shall not drive is hidden by a unary plus, and the one that
drives is chosen here, by what it costs in steps along an index:
    cost of asking = size of the driver * (1 + 6 per tag that is probed + 20 if the patient's row has to be fetched)
    cost of a page = by the order:  cost of asking * (rows up to the end of the page) / total
                     by a condition: cost of asking + 20 * total, for fetching and sorting whoever is left; 2 * total where one date drives
                         and the other sorts, as its index holds both
The two dates go together: a walk by one, upwards, for those above a day of the other finds them at its far end, and counts as the whole.
A row costs so much because its page is read from all over the file and deciphered. Sizes are known for tags, counted for words, and for a
range counted no further than 2,000, unless it is the only condition, and the total its size. A page nearer to the end is walked to from
the end.

What is exact. Ties stand in the order of registration, turned round when the sort is. Who was never seen comes last either way (SQLite
walks the index twice for that, it does not sort). Ranges of days arrive as instants, half-open. Words are folded on both sides and never
an operator: phrases for the trigram index, `instr` elsewhere, no LIKE.

How to change it. `tests/data/test_patient_query.py` compares every view with asking each patient in Python, whatever drives, and holds
the plans as text: a lost index fails there. `make bench` compares with the best statements written by hand.
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
_DATES = {'last_modified', 'last_appointment'}
_SORTED = 2  # what sorting costs where the index that drives holds what is sorted by
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
        is_ascending = wanted.is_descending == is_backward
        driver = min(self._drivers, key=lambda driver: self._page_cost(driver, skipped + most, is_ascending=is_ascending))
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

    def _page_cost(self, driver: str, reach: int, *, is_ascending: bool) -> float:
        """Return what a page costs: the order is walked until the page is full; whoever comes out of a condition is fetched and sorted."""
        wanted = self._wanted
        if driver == SORT:
            others = [asked for asked in wanted.ranges if {asked.column, wanted.sort} == _DATES]
            is_far = any((asked.low if is_ascending else asked.below) is not None for asked in others)
            return self._cost(driver) * (1 if is_far else min(reach, self.total) / self.total)
        is_held = driver in _DATES and wanted.sort in _FILTERED
        return self._cost(driver) + self.total * (_SORTED if is_held else _LOOKUP)

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
