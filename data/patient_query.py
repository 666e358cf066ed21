"""The list planner: which patients a view of the list shows, and how SQLite is best asked for them."""
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Sort(StrEnum):
    """What the list is sorted by."""

    LAST_MODIFIED = 'last_modified'
    LAST_APPOINTMENT = 'last_appointment'
    UNIQUE_ID = 'unique_id'
    NAME = 'name'


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
