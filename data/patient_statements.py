"""The statements of the list planner: one for each shape of a question, built once. How they are chosen stands in `data.patient_query`.

A shape names which conditions there are and which of them drives; what is looked for is bound when it is asked. The one that drives may
use its index. Every other one is hidden from SQLite's planner by a unary plus, which changes no answer: it would drive by the wrong one.
"""
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, column, delete, func, insert, literal, select, table, update
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import UnaryExpression

from data.models import Patient, PatientEffectiveTag, Tally

SORT, TAG, SEARCH = 'sort', 'tag', 'search'
"""What can drive a question, besides a column that a range is asked of: the order, the rarest tag, the index of letters."""
_LETTERS = 3  # what the index of letters is made of: a shorter word is not in it
_BUILT = 512
_PATIENT = Patient.metadata.tables['patient']
_P = _PATIENT.c
_E = PatientEffectiveTag.metadata.tables['patient_effective_tag']
_S = table('patient_search', column('rowid', Integer), column('search'))
_TEXTS = table('patient_search_content', column('id', Integer), column('c0'))  # where the index keeps what it was made of: read faster
_T = Tally.metadata.tables['tally']
_MATCHES = _S.c.search.match(bindparam('letters'))
EVERYONE = select(_T.c.count).where(_T.c.name == 'patients')
ONE_MORE = update(_T).where(_T.c.name == 'patients').values(count=_T.c.count + 1)
LETTERS = select(_S.c.rowid, _S.c.search)
LETTERS_OUT = delete(_S).where(_S.c.rowid == bindparam('patient'))
LETTERS_IN = insert(_S).values(rowid=bindparam('patient'), search=bindparam('text'))


@dataclass(frozen=True)
class Range:
    """A condition on a column of the patient: `low <= value < below`; None leaves that end open."""

    column: str
    low: Any = None
    below: Any = None

    @property
    def ends(self) -> tuple[str, bool, bool]:
        """Return which ends are closed."""
        return self.column, self.low is not None, self.below is not None

    @property
    def bounds(self) -> dict[str, Any]:
        """Return what its statement is asked with."""
        ends = {f'{self.column}_low': self.low, f'{self.column}_below': self.below}
        return {name: end for name, end in ends.items() if end is not None}


@dataclass(frozen=True)
class Wanted:
    """A view as the tables know it. `tags` are row and number of patients of each, rarest first; `words` are folded."""

    sort: str = 'last_modified'
    is_descending: bool = True
    ranges: tuple[Range, ...] = ()
    tags: tuple[tuple[int, int], ...] = ()
    words: tuple[str, ...] = ()

    @property
    def long_words(self) -> tuple[str, ...]:
        """Return the words that the index of letters knows."""
        return tuple(word for word in self.words if len(word) >= _LETTERS)


@dataclass(frozen=True)
class Shape:
    """What a statement is built from: what drives, which ends of which ranges are closed, how many tags, how many words are read for.

    `has_letters` says that the index of letters is asked for the longer words, and only the shorter ones are read for.
    """

    driver: str
    ranges: tuple[tuple[str, bool, bool], ...] = ()
    tags: int = 0
    words: int = 0
    has_letters: bool = False


def shape_of(wanted: Wanted, driver: str) -> Shape:
    """Return the shape of a question that one of its conditions drives."""
    return Shape(wanted.sort if driver == SORT else driver, tuple(asked.ends for asked in wanted.ranges), len(wanted.tags),
                 len(_read_for(wanted, driver)), driver == SEARCH and bool(wanted.long_words))


def bound(wanted: Wanted, driver: str, **more: Any) -> dict[str, Any]:
    """Return what a statement of this shape is asked with."""
    found: dict[str, Any] = {f'word_{number}': word for number, word in enumerate(_read_for(wanted, driver))}
    found |= {f'tag_{number}': tag for number, (tag, _count) in enumerate(wanted.tags)}
    for asked in wanted.ranges:
        found |= asked.bounds
    return found | ({'letters': _letters(wanted.long_words)} if driver == SEARCH and wanted.long_words else {}) | more


def _letters(words: Iterable[str]) -> str:
    """Return words as a question to the index of letters: quoted, so that nothing in them is an operator."""
    return ' '.join('"' + word.replace('"', '""') + '"' for word in words)


@lru_cache(_BUILT)
def counting(shape: Shape) -> Select[Any]:
    """Count who fits."""
    if shape.driver == SEARCH and not (shape.ranges or shape.tags):
        return select(func.count()).select_from(_hits(shape).subquery())
    return _asked(shape, func.count())


@lru_cache(_BUILT)
def paging(shape: Shape, sort: str, is_descending: bool, is_backward: bool = False) -> Select[Any]:
    """Return the rows of one page in their order, or from the end; who was never seen comes last either way."""
    key = _P[sort] if shape.driver == sort else _hidden(_P[sort])
    row: Any = _P.id
    first, second = (key.asc(), row.asc()) if is_descending == is_backward else (key.desc(), row.desc())
    if sort == 'last_appointment':
        first = first.nulls_first() if is_backward else first.nulls_last()
    return _asked(shape, _P.id, has_patient=True).order_by(first, second).limit(bindparam('most')).offset(bindparam('skipped'))


@lru_cache(_BUILT)
def tagging(shape: Shape, has_many: bool) -> Select[Any]:
    """Count the tags of who fits. When these are many, all tags are walked in their order instead of patient by patient."""
    patient = _hidden(_E.c.patient_id) if has_many else _E.c.patient_id
    return select(_E.c.tag_id, func.count()).where(patient.in_(_asked(shape, _P.id, has_patient=True))).group_by(_E.c.tag_id)


@lru_cache(_BUILT)
def counting_first(ends: tuple[str, bool, bool]) -> Select[Any]:
    """Count who fits one range, but no further than `most`."""
    return select(func.count()).select_from(select(literal(1)).where(*_within(_P[ends[0]], ends)).limit(bindparam('most')).subquery())


def one_of(column: ColumnElement[Any], values: str) -> ColumnElement[bool]:
    """Tell whether a column holds one of a JSON list: one parameter and one statement, however many there are."""
    return column.in_(select(func.json_each(bindparam(values)).table_valued('value').c.value))


def _read_for(wanted: Wanted, driver: str) -> list[str]:
    """Return the words that rows are read for."""
    return [word for word in wanted.words if driver != SEARCH or len(word) < _LETTERS]


def _asked(shape: Shape, *columns: Any, has_patient: bool = False) -> Select[Any]:
    """Select who fits. Tags alone are counted without the patients."""
    asked = select(*columns)
    conditions = [end for ends in shape.ranges for end in _within(_P[ends[0]] if ends[0] == shape.driver else _hidden(_P[ends[0]]), ends)]
    conditions += [_P.id.in_(_hits(shape))] if shape.driver == SEARCH else _holding(_P.search, shape)
    if shape.driver != TAG:
        return asked.select_from(_PATIENT).where(*conditions, *(_bears(_P.id, number) for number in range(shape.tags)))
    tags = [_E.c.tag_id == bindparam('tag_0'), *(_bears(_E.c.patient_id, number) for number in range(1, shape.tags))]
    if has_patient or conditions:
        return asked.select_from(_E.join(_PATIENT, _P.id == _E.c.patient_id)).where(*tags, *conditions)
    return asked.select_from(_E).where(*tags)


def _hits(shape: Shape) -> Select[Any]:
    """Return whom the words find. Without a longer word every text is read."""
    if shape.has_letters:
        return select(_S.c.rowid).where(_MATCHES, *_holding(_S.c.search, shape))
    return select(_TEXTS.c.id).where(*_holding(_TEXTS.c.c0, shape))


def _holding(text: ColumnElement[Any], shape: Shape) -> list[ColumnElement[bool]]:
    """Ask whether a text holds each word, in which every character stands for itself."""
    return [func.instr(text, bindparam(f'word_{number}')) > 0 for number in range(shape.words)]


def _within(column: ColumnElement[Any], ends: tuple[str, bool, bool]) -> list[ColumnElement[bool]]:
    name, has_low, has_below = ends
    low = [column >= bindparam(f'{name}_low', type_=column.type)] if has_low else []
    return low + ([column < bindparam(f'{name}_below', type_=column.type)] if has_below else [])


def _bears(patient: ColumnElement[Any], number: int) -> Any:
    """Ask the tags of one patient. Hidden, or SQLite would make a join of it and begin with the tag."""
    also = _E.alias(f'also_{number}')
    return _hidden(select(literal(1)).where(also.c.tag_id == bindparam(f'tag_{number}'), also.c.patient_id == patient).exists())


def _hidden(expression: Any) -> Any:
    return UnaryExpression(expression, operator=operators.custom_op('+'), type_=expression.type)
