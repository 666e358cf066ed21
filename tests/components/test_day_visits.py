"""The visits that stand beside the days of a pool."""
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from components.day_visits import DayVisit, visits_by_day
from data.repositories.entries import EntrySummary


def a_visit(number: int, at: datetime, notes: str = '') -> EntrySummary:
    return EntrySummary(f'key{number}', number, at, 'Jana König', notes, 0, 0, ())


def test_a_visit_is_called_by_its_notes_and_without_them_by_its_number() -> None:
    at = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    assert visits_by_day([a_visit(2, at.replace(hour=11)), a_visit(1, at, 'Week 6')], 'psr-1', UTC) == {
        date(2026, 3, 5): (DayVisit('Week 6', '/patients/psr-1/entries/1'), DayVisit('Entry 2', '/patients/psr-1/entries/2'))}


def test_the_day_of_a_visit_is_that_of_the_practice() -> None:
    late = a_visit(1, datetime(2026, 3, 5, 23, 30, tzinfo=UTC))
    assert list(visits_by_day([late], 'psr-1', ZoneInfo('Europe/Berlin'))) == [date(2026, 3, 6)]
