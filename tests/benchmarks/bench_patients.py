"""The patient list: its queries against the best that can be written by hand, its growth, its search; then its pages.

Queries are measured in the time of the processor: everything they read is in memory, and neighbours on the machine do not count.
"""
import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

from app.clinic import open_clinic
from data.patient_query import Counts, Days, ListView, PatientQuery, Sort
from data.records import Records
from data.repositories.patient_list import _BY_ROW
from tests.benchmarks.by_hand import ByHand, connect, like
from tests.benchmarks.large_practice import LARGE, SMALL, LargePractice, a_large_practice, is_full
from tests.benchmarks.measuring import Row, interleaved, milliseconds, percentile, ratio_of
from tests.benchmarks.patient_pages import page_rows

ROUNDS = 7
PAGE = 100
MEDIAN, P95, P95_S = 1.3, 2.0, 0.0006
GROWTH = {'none': 1.5, 'ranges': 4.0, 'tags': 8.0}
FIRST_PAGE_S = 0.05
SEARCH_RATIO = 10
WORDS = ('lindq', 'pso-0', 'anne', 'oyelar', 'ramana', '-0417', 'großkopf', 'wan')


def rows() -> list[Row]:
    """Measure and return the table's rows."""
    with a_large_practice(SMALL) as small:
        found = _filling(small)
        before = _query_rows(small, found)
        if not is_full():
            return found + page_rows(small)
    with a_large_practice(LARGE) as large:
        found += _filling(large)
        after = _query_rows(large, found)
        return found + _growth_rows(before, after) + page_rows(large)


@dataclass(frozen=True)
class Timed:
    """What a view took: ours and by hand, medians, and the ratio of the rounds. `is_near` says that ours is not much slower."""

    kind: str
    ours_s: float
    hand_s: float
    ratio: float

    @property
    def is_near(self) -> bool:
        return self.ratio <= P95 or self.ours_s - self.hand_s <= P95_S


def views() -> Iterator[tuple[str, ListView]]:
    """Yield every sort with every filter, and which kind of filter it is."""
    month, year, often, many = Days(_ago(30)), Days(_ago(700), _ago(330)), Counts(2, 10), Counts(40)
    filters: tuple[tuple[str, dict[str, Any]], ...] = (
        ('none', {}), ('ranges', {'seen': month}), ('ranges', {'seen': year}), ('ranges', {'modified': month}),
        ('ranges', {'entries': often}), ('ranges', {'images': many}),
        ('ranges', {'entries': often, 'seen': year}), ('tags', {'tags': ('face',)}),
        ('tags', {'tags': ('psoriasis',)}), ('tags', {'tags': ('yellow-nail-syndrome',)}), ('tags', {'tags': ('psoriasis', 'face')}),
        ('tags', {'tags': ('face', 'filler-longevity')}), ('tags', {'tags': ('topical-steroid',), 'seen': year}),
        ('tags', {'tags': ('acne', 'face'), 'entries': often}))
    for (kind, chosen), sort, is_descending in product(filters, Sort, (True, False)):
        yield kind, ListView(sort=sort, is_descending=is_descending, per_page=PAGE, **chosen)


def _ago(days: int) -> date:
    return datetime.now(UTC).date() - timedelta(days=days)


def _filling(practice: LargePractice) -> list[Row]:
    seconds = practice.filled_s
    return [Row(f'{practice.patients:,} patients made up, processor time', f'{seconds:.1f} s', '', '', '', held=True)]


def _query_rows(practice: LargePractice, found: list[Row]) -> list[Timed]:
    """Add the rows of one size and return what each view took."""
    opened, raw = open_clinic(practice.settings), connect(practice.settings)
    try:
        with opened.reading(practice.cast.jana) as records:
            timed = [_timed(records, raw, kind, view) for kind, view in views()]
            found.append(_list_row(practice, timed))
            found.append(_search_row(practice, records, raw))
    finally:
        raw.close()
        opened.close()
    return timed


def _timed(records: Records, raw: Any, kind: str, view: ListView) -> Timed:
    """Ask both in turn; they must agree."""
    hand, ours = ByHand(raw, view), _asked(records, view)
    (mine, rows_of_mine), (theirs, rows_of_theirs) = ours(), hand.ask()
    assert (mine, [row[0] for row in rows_of_mine]) == (theirs, [row[0] for row in rows_of_theirs]), view
    taken, floor = interleaved(ROUNDS, ours, hand.ask, clock=time.thread_time)
    return Timed(kind, statistics.median(taken), statistics.median(floor), ratio_of(taken, floor))


def _asked(records: Records, view: ListView) -> Callable[[], tuple[int, list[Any]]]:
    """Return the question as the repository asks it: how many, which, and their rows."""
    wanted, _unknown = records.patients._wanted(view)
    connection = records.session.connection()

    def ask() -> tuple[int, list[Any]]:
        query = PatientQuery(connection, wanted)
        total, page = query.total, query.rows(0, view.per_page)
        found = {row.id: row for row in connection.execute(_BY_ROW, {'rows': json.dumps(page)})}
        return total, [found[row] for row in page]
    return ask


def _list_row(practice: LargePractice, timed: list[Timed]) -> Row:
    """Return the row of all views. With few patients a statement's own cost is most of it: only the difference counts."""
    ratios, near = [view.ratio for view in timed], sum(view.is_near for view in timed) / len(timed)
    middle = statistics.median(ratios) if practice.patients >= LARGE else 0.0
    ours, hand = (statistics.median(getattr(view, name) for view in timed) for name in ('ours_s', 'hand_s'))
    return Row(
        f'list, {PAGE} rows + total, {len(timed)} views, {practice.patients:,} patients', milliseconds(ours),
        f'{milliseconds(hand)} (SQL by hand)', f'{statistics.median(ratios):.2f}, p95 {percentile(ratios, 0.95):.2f}',
        f'{f"median <= {MEDIAN}, " if middle else ""}95 % <= {P95} or + {milliseconds(P95_S)} ({near:.0%} are)',
        middle <= MEDIAN and near >= 0.95)


def _search_row(practice: LargePractice, records: Records, raw: Any) -> Row:
    """Compare the search with reading everyone's text."""
    quicker, ours, scans = [], [], []
    for word in WORDS:
        view = ListView(q=word, per_page=PAGE)
        ask = _asked(records, view)
        assert ask()[0] == like(raw, word)[0], word
        taken, scan = interleaved(ROUNDS, ask, lambda word=word: like(raw, word), clock=time.thread_time)
        quicker.append(1 / ratio_of(taken, scan))
        ours.append(statistics.median(taken))
        scans.append(statistics.median(scan))
    ratio = statistics.median(quicker)
    is_large = practice.patients >= LARGE
    return Row(f'search, {len(WORDS)} words of 3 letters and more, {practice.patients:,} patients', milliseconds(statistics.median(ours)),
               f'{milliseconds(statistics.median(scans))} (LIKE)', f'{ratio:.1f} times',
               f'>= {SEARCH_RATIO} times' if is_large else '', not is_large or ratio >= SEARCH_RATIO)


def _growth_rows(before: list[Timed], after: list[Timed]) -> list[Row]:
    """Return what ten times the patients cost, by kind of filter, and the slowest first page."""
    found = []
    for kind, most in GROWTH.items():
        grown = [large.ours_s / small.ours_s for small, large in zip(before, after, strict=True) if large.kind == kind]
        worst = max(grown)
        found.append(Row(f'growth {SMALL:,} -> {LARGE:,}, {kind}', f'{statistics.median(grown):.2f} times', '', f'worst {worst:.2f}',
                         f'<= {most}', worst <= most))
    slowest = max(view.ours_s for view in after)
    found.append(Row(f'slowest first page, {LARGE:,} patients', milliseconds(slowest), '', '', f'<= {milliseconds(FIRST_PAGE_S)}',
                     slowest <= FIRST_PAGE_S))
    return found
