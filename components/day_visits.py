"""The visits of a patient by their day, as the pool names them beside its photographs: the first line of the notes, or 'Entry 3'."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, tzinfo

from components import formatting
from components.navigation import patient_address
from data.repositories.entries import EntrySummary


@dataclass(frozen=True)
class DayVisit:
    """A visit as a link: what it is called, and where it is."""

    words: str
    address: str


def visits_by_day(entries: Iterable[EntrySummary], unique_id: str, zone: tzinfo) -> dict[date, tuple[DayVisit, ...]]:
    """Return the visits of each day in the practice's zone, earliest first. Who may not read notes sees numbers."""
    days: dict[date, tuple[DayVisit, ...]] = {}
    for entry in sorted(entries, key=lambda each: (each.appointment_at, each.number)):
        on = formatting.local(entry.appointment_at, zone).date()
        visit = DayVisit(entry.notes_start or f'Entry {entry.number}', patient_address(unique_id, f'/entries/{entry.number}'))
        days[on] = (*days.get(on, ()), visit)
    return days
