"""A view of the patient list as someone would write it for SQLite by hand: every sensible plan; the quickest is the floor."""
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from app.settings import Settings
from data.patient_query import ListView
from data.values import fold
from tests.data.tampering import database_key

_COLUMNS = ('id', 'key', 'unique_id', 'family_name', 'given_names', 'preferred_name', 'birth_date', 'image_count', 'entry_count',
            'last_appointment', 'last_modified')
_ROWS = 100
_TRIES = 3
_RANGES = (('last_appointment', 'seen', 'since', 'until'), ('last_modified', 'modified', 'since', 'until'),
           ('entry_count', 'entries', 'least', 'most'), ('image_count', 'images', 'least', 'most'))
Question = tuple[str, tuple[Any, ...]]


def connect(settings: Settings) -> Any:
    """Return a connection of the driver's own to the practice's database, with the settings that readers have."""
    connection = sqlcipher.connect(str(settings.data_dir / 'dermafolio.db'), isolation_level=None, check_same_thread=False)
    connection.execute(f'PRAGMA key = "x\'{database_key(settings).hex()}\'"')
    for pragma in ('cache_size = -16384', 'mmap_size = 0', 'query_only = ON'):
        connection.execute(f'PRAGMA {pragma}')
    return connection


@dataclass(frozen=True)
class _Range:
    """A condition on a column; `is_free` lets SQLite use an index for it."""

    column: str
    low: Any
    high: Any

    def sql(self, *, is_free: bool) -> str:
        column = f'{"" if is_free else "+"}p.{self.column}'
        return ' AND '.join(f'{column} {sign} ?' for sign, end in (('>=', self.low), ('<', self.high)) if end is not None)

    @property
    def ends(self) -> tuple[Any, ...]:
        return tuple(end for end in (self.low, self.high) if end is not None)


class ByHand:
    """The quickest two statements for one view: how many, and the first hundred rows."""

    def __init__(self, connection: Any, view: ListView) -> None:
        self._connection = connection
        self._sort = 'name_sort' if view.sort == 'name' else str(view.sort.value)
        self._order = 'DESC' if view.is_descending else 'ASC'
        self._ranges = list(_ranges_of(view))
        found = [connection.execute('SELECT id, patient_count FROM tag WHERE slug = ?', (slug,)).fetchone() for slug in view.tags]
        self._tags = sorted(found, key=lambda tag: tag[1])
        self.count = self._quickest(list(self._counts()))
        self.page = self._quickest(list(self._pages()))

    def ask(self) -> tuple[int, list[Any]]:
        """Return the total and the rows."""
        return self._run(self.count)[0][0], self._run(self.page)

    def _counts(self) -> Iterator[Question]:
        if not self._ranges and not self._tags:
            yield "SELECT count FROM tally WHERE name = 'patients'", ()
        elif not self._ranges and len(self._tags) == 1:
            yield 'SELECT patient_count FROM tag WHERE id = ?', (self._tags[0][0],)
        else:
            for source, conditions, values in self._plans():
                yield f'SELECT count(*) FROM {source}{_where(conditions)}', values

    def _pages(self) -> Iterator[Question]:
        for index, (source, conditions, values) in enumerate(self._plans()):
            key = f'p.{self._sort}' if index < 2 else f'+p.{self._sort}'
            nulls = ' NULLS LAST' if self._sort == 'last_appointment' and self._order == 'ASC' else ''
            order = f'ORDER BY {key} {self._order}{nulls}, p.id {self._order} LIMIT {_ROWS}'
            columns = ', '.join(f'q.{name}' for name in _COLUMNS)
            yield (f'SELECT {columns} FROM (SELECT p.id AS i FROM {source}{_where(conditions)} {order}) AS first '
                   f'CROSS JOIN patient AS q ON q.id = first.i', values)

    def _plans(self) -> Iterator[tuple[str, list[str], tuple[Any, ...]]]:
        """Yield source, conditions and values: SQLite's own choice, the walk in order, then each condition as the one that drives."""
        everyone = [tag for tag, _count in self._tags]
        yield 'patient AS p', *self._conditions(everyone, free=[asked.column for asked in self._ranges])
        yield f'patient AS p INDEXED BY ix_patient_by_{self._sort}', *self._conditions(everyone, free=[self._sort])
        for asked in self._ranges:
            yield f'patient AS p INDEXED BY ix_patient_by_{asked.column}', *self._conditions(everyone, free=[asked.column])
        if self._tags:
            conditions, values = self._conditions(everyone[1:], free=[])
            source = 'patient_effective_tag AS t CROSS JOIN patient AS p ON p.id = t.patient_id'
            yield source, ['t.tag_id = ?', *conditions], (everyone[0], *values)

    def _conditions(self, tags: list[int], *, free: list[str]) -> tuple[list[str], tuple[Any, ...]]:
        ranges = [asked.sql(is_free=asked.column in free) for asked in self._ranges]
        bears = '+EXISTS (SELECT 1 FROM patient_effective_tag AS e WHERE e.tag_id = ? AND e.patient_id = p.id)'
        return [*ranges, *[bears] * len(tags)], (*(end for asked in self._ranges for end in asked.ends), *tags)

    def _quickest(self, questions: list[Question]) -> Question:
        times = [min(self._seconds(question) for _ in range(_TRIES)) for question in questions]
        return questions[times.index(min(times))]

    def _seconds(self, question: Question) -> float:
        start = time.thread_time()
        self._run(question)
        return time.thread_time() - start

    def _run(self, question: Question) -> list[Any]:
        return list(self._connection.execute(*question))


def _where(conditions: list[str]) -> str:
    return f' WHERE {" AND ".join(conditions)}' if conditions else ''


def _ranges_of(view: ListView) -> Iterator[_Range]:
    """Yield the ranges of a view as half-open ones, days in UTC as they are stored."""
    for column, name, low, high in _RANGES:
        asked = getattr(view, name)
        since, until = getattr(asked, low), getattr(asked, high)
        if since is None and until is None:
            continue
        if name in {'entries', 'images'}:
            yield _Range(column, since, None if until is None else until + 1)
        else:
            yield _Range(column, since and f'{since} 00:00:00.000000', until and f'{until + timedelta(days=1)} 00:00:00.000000')


def like(connection: Any, word: str) -> tuple[int, list[Any]]:
    """Search by reading everyone's text: the total and the first hundred rows."""
    pattern = (f'%{fold(word)}%',)
    columns = ', '.join(_COLUMNS)
    total = connection.execute('SELECT count(*) FROM patient WHERE search LIKE ?', pattern).fetchone()[0]
    page = f'SELECT {columns} FROM patient WHERE search LIKE ? ORDER BY last_modified DESC, id DESC LIMIT {_ROWS}'
    return total, list(connection.execute(page, pattern))
