"""The list of patients: any view of it a page at a time, exact totals, and how many bear each tag."""
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, and_, bindparam, func, or_, select
from sqlmodel import SQLModel

from data.actors import Permission
from data.body_sites import INTIMATE
from data.models import IN_POOL, Image, Patient, PatientEffectiveTag, PatientFormerId, Tag, TagCategory, View
from data.patient_query import Counts, Days, ListView, PatientQuery
from data.patient_statements import Range, Wanted, one_of
from data.read_models import Cover, PatientRow, ShownTag, TagLabel
from data.repositories.base import Repository
from data.repositories.tag_records import LABEL_COLUMNS, label_of
from data.values import fold, search_words

PAGE_SIZES = (10, 25, 50, 100)
_COVERS = 3
_MOST_TAGS = 50
_MOST_COUNTED = 1_000_000_000


@dataclass(frozen=True)
class ListPage:
    """One page of the list: rows, how many fit, how many there are, the page that is really shown, and slugs that no tag has."""

    rows: list[PatientRow]
    total: int
    everyone: int
    page: int
    unknown_tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Totals:
    """How many patients fit a view, and how many there are."""

    total: int
    everyone: int


@dataclass(frozen=True)
class Facet:
    """A tag beside the list, and how many patients would be left if it were chosen too."""

    tag: TagLabel
    count: int


def _table(model: type[SQLModel]) -> Table:
    return model.metadata.tables[str(model.__tablename__)]


_PATIENT, _TAG, _CATEGORY, _BEARS, _IMAGE, _FORMER = (
    _table(model) for model in (Patient, Tag, TagCategory, PatientEffectiveTag, Image, PatientFormerId))
_COLUMNS = tuple(_PATIENT.c[name] for name in (
    'id', 'key', 'unique_id', 'family_name', 'given_names', 'preferred_name', 'birth_date', 'image_count', 'entry_count',
    'last_appointment', 'last_modified'))
_BY_ROW = select(*_COLUMNS).where(one_of(_PATIENT.c.id, 'rows'))
_BY_KEY = select(*_COLUMNS).where(one_of(_PATIENT.c.key, 'keys'))
_FORMERLY = (select(_FORMER.c.patient_id, _FORMER.c.unique_id).where(one_of(_FORMER.c.patient_id, 'rows'))
             .order_by(_FORMER.c.unique_id))
_SENSITIVE = or_(_IMAGE.c.is_sensitive.is_(True), and_(_IMAGE.c.is_sensitive.is_(None), one_of(_IMAGE.c.body_site, 'intimate')))
_BEST_FIRST = (_IMAGE.c.cover_at.desc().nulls_last(), (_IMAGE.c.view == View.OVERVIEW).desc().nulls_last(),
               _IMAGE.c.captured_at.desc(), _IMAGE.c.id.desc())
_RANK = func.row_number().over(partition_by=_IMAGE.c.patient_id, order_by=_BEST_FIRST).label('rank')
_RANKED = (select(_IMAGE.c.patient_id, _IMAGE.c.key, _IMAGE.c.rotation_deg, _RANK)
           .where(one_of(_IMAGE.c.patient_id, 'rows'), IN_POOL, ~_SENSITIVE).subquery())
COVERS = select(_RANKED).where(_RANKED.c.rank <= _COVERS).order_by(_RANKED.c.patient_id, _RANKED.c.rank)
_LABEL = (_TAG.c.id, *LABEL_COLUMNS)
_FIGURES = (_BEARS.c.direct, _BEARS.c.entries, _BEARS.c.images)
_SHOWN = (select(_BEARS.c.patient_id, *_FIGURES, _BEARS.c.tag_id).join(_TAG, _TAG.c.id == _BEARS.c.tag_id)
          .where(one_of(_BEARS.c.patient_id, 'rows'))
          .order_by(_BEARS.c.direct.desc(), (_BEARS.c.entries + _BEARS.c.images).desc(), _TAG.c.category_id, _TAG.c.slug))
_LABELS = select(*_LABEL).join(_CATEGORY).where(one_of(_TAG.c.id, 'tags'))
_VOCABULARY = (select(*_LABEL, _TAG.c.patient_count, _TAG.c.retired_at, _TAG.c.merged_into_id).select_from(_TAG.join(_CATEGORY))
               .order_by(_CATEGORY.c.id, _TAG.c.slug))
_CHOSEN = select(_TAG.c.id, _TAG.c.slug, _TAG.c.merged_into_id, _TAG.c.patient_count)
_BY_SLUG = _CHOSEN.where(one_of(_TAG.c.slug, 'slugs'))
_MERGED_INTO = _CHOSEN.where(_TAG.c.id == bindparam('row'))


class PatientList(Repository):
    """What is read of many patients at once."""

    def page(self, view: ListView) -> ListPage:
        """Return one page of a view; a page beyond the last one is the last one.

        A slug that no tag has is left out and named. A range that ends before it begins fits nobody.
        """
        self.records.require(Permission.PATIENT_READ)
        wanted, unknown = self._wanted(view)
        query = PatientQuery(self.session.connection(), wanted)
        per_page = max(1, view.per_page)
        page = min(max(1, view.page), max(1, -(-query.total // per_page)))
        rows = query.rows((page - 1) * per_page, per_page)
        found = {row.id: row for row in self._execute(_BY_ROW, rows=rows)}
        return ListPage(self._shown([found[row] for row in rows], wanted.words), query.total, query.everyone, page, unknown)

    def totals(self, view: ListView) -> Totals:
        """Return how many patients fit a view, without reading a page of them."""
        self.records.require(Permission.PATIENT_READ)
        wanted, _unknown = self._wanted(view)
        query = PatientQuery(self.session.connection(), wanted)
        return Totals(query.total, query.everyone)

    def rows(self, keys: Sequence[str], q: str = '') -> list[PatientRow]:
        """Return patients in the given order as they are now; one that is gone is left out. `q` is what they were found by."""
        self.records.require(Permission.PATIENT_READ)
        found = {row.key: row for row in self._execute(_BY_KEY, keys=keys)}
        return self._shown([found[key] for key in keys if key in found], search_words(q))

    def facets(self, view: ListView) -> list[Facet]:
        """Return every tag on offer, and those chosen, by category: how many patients of the view bear it.

        With a hundred thousand patients and wide filters this takes too long for the event loop.
        """
        self.records.require(Permission.PATIENT_READ)
        wanted, _unknown = self._wanted(view)
        chosen = {tag for tag, _count in wanted.tags}
        tags = [tag for tag in self._execute(_VOCABULARY) if tag.id in chosen or (tag.retired_at is None and tag.merged_into_id is None)]
        if not (wanted.ranges or wanted.tags or wanted.words):
            return [Facet(label_of(tag), tag.patient_count) for tag in tags]
        counts = PatientQuery(self.session.connection(), wanted).tag_counts()
        return [Facet(label_of(tag), counts.get(tag.id, 0)) for tag in tags]

    def _wanted(self, view: ListView) -> tuple[Wanted, tuple[str, ...]]:
        """Return a view as the tables know it, and the slugs that no tag has."""
        tags, unknown = self._tags(view.tags)
        zone = self.records.settings.zone() if {view.seen, view.modified} != {Days()} else ZoneInfo('UTC')
        ranges = (_instants('last_appointment', view.seen, zone), _instants('last_modified', view.modified, zone),
                  _numbers('entry_count', view.entries), _numbers('image_count', view.images))
        return Wanted(sort=view.sort.column, is_descending=view.is_descending, tags=tags, words=tuple(search_words(view.q)),
                      ranges=tuple(asked for asked in ranges if asked.low is not None or asked.below is not None)), unknown

    def _tags(self, slugs: Sequence[str]) -> tuple[tuple[tuple[int, int], ...], tuple[str, ...]]:
        """Return the chosen tags, rarest first; a merged one stands for the one it was merged into."""
        asked = list(dict.fromkeys(slugs))
        found = {row.slug: row for row in self._execute(_BY_SLUG, slugs=asked[:_MOST_TAGS])} if asked else {}
        chosen = {row.id: row.patient_count for row in map(self._standing, found.values())}
        return tuple(sorted(chosen.items(), key=lambda tag: tag[1])), tuple(slug for slug in asked if slug not in found)

    def _standing(self, tag: Any) -> Any:
        while tag.merged_into_id is not None:
            tag = self.session.connection().execute(_MERGED_INTO, {'row': tag.merged_into_id}).one()
        return tag

    def _shown(self, found: list[Any], words: Sequence[str] = ()) -> list[PatientRow]:
        rows = [row.id for row in found]
        covers, tags, formerly = self._covers(rows), self._tags_of(rows), self._formerly(found, words)
        return [PatientRow(
            key=row.key, unique_id=row.unique_id, family_name=row.family_name, given_names=row.given_names,
            preferred_name=row.preferred_name, birth_on=row.birth_date, image_count=row.image_count, entry_count=row.entry_count,
            last_appointment=row.last_appointment, last_modified=row.last_modified, covers=covers.get(row.id, ()),
            tags=tuple(tags.get(row.id, ())), formerly=formerly.get(row.id, '')) for row in found]

    def _formerly(self, found: list[Any], words: Sequence[str]) -> dict[int, str]:
        """Return the former ID of each patient who was found by it: it holds a word that neither the ID nor a name of now holds."""
        if not words:
            return {}
        now = {row.id: fold(f'{row.unique_id} {row.given_names} {row.preferred_name} {row.family_name}') for row in found}
        formerly: dict[int, str] = {}
        for patient, former in self._execute(_FORMERLY, rows=now):
            if any(word in former and word not in now[patient] for word in words):
                formerly.setdefault(patient, former)
        return formerly

    def _covers(self, patients: list[int]) -> dict[int, tuple[Cover, ...]]:
        """Return up to three photographs per patient: the chosen cover, then the newest overviews. A sensitive photograph is never one."""
        found: dict[int, tuple[Cover, ...]] = {}
        for patient, key, turn_deg, _rank in self._execute(COVERS, rows=patients, intimate=INTIMATE):
            found[patient] = (*found.get(patient, ()), Cover(key, turn_deg))
        return found

    def _tags_of(self, patients: list[int]) -> dict[int, list[ShownTag]]:
        """Return the tags of patients, their own first, then those that rest on most."""
        found: dict[int, list[ShownTag]] = {}
        shown = self._execute(_SHOWN, rows=patients)
        labels = {tag.id: label_of(tag) for tag in self._execute(_LABELS, tags={row[-1] for row in shown})}
        made = {figures: ShownTag(labels[figures[-1]], figures[0] > 0, *figures[1:3]) for figures in {tuple(row[1:]) for row in shown}}
        for patient, *figures in shown:
            found.setdefault(patient, []).append(made[tuple(figures)])
        return found

    def _execute(self, statement: Any, **lists: Iterable[object]) -> Sequence[Any]:
        return self.session.connection().execute(statement, {name: json.dumps(list(values)) for name, values in lists.items()}).all()


def _numbers(column: str, counts: Counts) -> Range:
    """Return a range of counts; what lies beyond every count is brought to where there is none."""
    least, most = ((None if end is None else max(-1, min(end, _MOST_COUNTED))) for end in (counts.least, counts.most))
    return Range(column, least, None if most is None else most + 1)


def _instants(column: str, days: Days, zone: ZoneInfo) -> Range:
    """Return the instants from the first moment of the first day to the last of the last, in the practice's zone."""
    return Range(column, _begin(days.since, zone), _begin(days.until, zone, after=True))


def _begin(day: date | None, zone: ZoneInfo, *, after: bool = False) -> datetime | None:
    """Return the first instant of a day, or of the day after it. The ends of the calendar have no other zone to go to."""
    if day is None:
        return None
    if not 1 < day.year < 9999:
        return datetime(1 if day.year == 1 else 9999, 1, 1, tzinfo=UTC)
    return datetime.combine(day + timedelta(days=after), time.min, tzinfo=zone).astimezone(UTC)
