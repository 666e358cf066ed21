"""Tags that rise: where each tag shows, recomputed from what it was put on.

An image gives its tags to every entry whose workspace holds it, and to its patient, as long as it is not withdrawn; an entry gives its
own to its patient. What shows is kept with what it rests on (`direct`, `entries`, `images`), so that a tag disappears with the last of
them. Nothing that shows is counted up or down by hand: after an act on a patient's records the tags of that patient are computed anew
and the differences written; after an act on tags, everything that they show on.
"""
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, Table, bindparam, delete, func, insert, literal, select, union_all, update
from sqlmodel import SQLModel

from data.models import Entry, EntryEffectiveTag, EntryImage, EntryTag, Image, ImageTag, PatientEffectiveTag, PatientTag, Tag

Figures = dict[tuple[int, int], tuple[int, ...]]
"""By (tag, subject): direct, images for entries; direct, entries, images for patients."""


def _table(model: type[SQLModel]) -> Table:
    return model.metadata.tables[str(model.__tablename__)]


_TAG, _ENTRY, _IMAGE, _PLACED = _table(Tag), _table(Entry), _table(Image), _table(EntryImage)
_ON_PATIENT, _ON_ENTRY, _ON_IMAGE = _table(PatientTag), _table(EntryTag), _table(ImageTag)
_NONE, _ONE = literal(0), literal(1)
_IN_POOL = _IMAGE.c.withdrawn_at.is_(None)
_MERGED = select(_TAG.c.id).where(_TAG.c.merged_into_id.is_not(None))


@dataclass(frozen=True)
class _Level:
    """Where tags show: the table, the column of who bears them, its figures, and what they follow from."""

    table: Table
    subject: str
    figures: tuple[str, ...]
    sources: CompoundSelect[*tuple[Any, ...]]
    of_patient: str

    @property
    def count(self) -> str:
        """Return the name of the tag's column that counts the places."""
        return f'{self.subject.removesuffix("_id")}_count'

    def wanted(self, connection: Connection, *, patient: int = 0, tags: Sequence[int] = ()) -> Figures:
        """Return what follows from the links of one patient, of some tags, or of all."""
        return {(row[0], row[1]): tuple(row[2:]) for row in connection.execute(self._following(patient=patient, tags=tags))}

    def _following(self, *, patient: int = 0, tags: Sequence[int] = ()) -> Select[Any]:
        source = self.sources.subquery()
        asked = select(source.c.tag_id, source.c.subject, *(func.sum(source.c[name]) for name in self.figures))
        asked = asked.where(source.c.tag_id.not_in(_MERGED)).group_by(source.c.tag_id, source.c.subject)
        if patient:
            asked = asked.where(source.c.patient_id == patient)
        return asked.where(source.c.tag_id.in_(tags)) if tags else asked

    def stored(self, connection: Connection, *, patient: int = 0, tags: Sequence[int] = ()) -> Figures:
        """Return what is kept for one patient, for some tags, or for all."""
        columns = self.table.c
        asked = select(columns.tag_id, columns[self.subject], *(columns[name] for name in self.figures))
        if patient and self.of_patient == 'patient_id':
            asked = asked.where(columns.patient_id == patient)
        elif patient:
            asked = asked.where(columns.entry_id.in_(select(_ENTRY.c.id).where(_ENTRY.c.patient_id == patient)))
        if tags:
            asked = asked.where(columns.tag_id.in_(tags))
        return {(row[0], row[1]): tuple(row[2:]) for row in connection.execute(asked)}

    def renew_patient(self, connection: Connection, patient: int) -> None:
        """Write what differs for one patient, and count it at the tags."""
        before, after = self.stored(connection, patient=patient), self.wanted(connection, patient=patient)
        gone = [at for at in before if before[at] != after.get(at)]
        new = [at for at in after if before.get(at) != after[at]]
        mine = (self.table.c.tag_id == bindparam('of_tag')) & (self.table.c[self.subject] == bindparam('of_subject'))
        if gone:
            connection.execute(delete(self.table).where(mine), [{'of_tag': tag, 'of_subject': subject} for tag, subject in gone])
        if new:
            connection.execute(insert(self.table), [
                {'tag_id': at[0], self.subject: at[1], **dict(zip(self.figures, after[at], strict=True))} for at in new])
        change = Counter(tag for tag, _subject in new)
        change.subtract(tag for tag, _subject in gone)
        count = _TAG.c[self.count]
        for tag, step in change.items():
            if step:
                connection.execute(update(_TAG).where(_TAG.c.id == tag).values({count: count + step}))

    def renew_tags(self, connection: Connection, tags: Sequence[int]) -> None:
        """Write anew what some tags show on, and count it: by the database itself, as these may be most of what there is."""
        connection.execute(delete(self.table).where(self.table.c.tag_id.in_(tags)))
        connection.execute(insert(self.table).from_select(['tag_id', self.subject, *self.figures], self._following(tags=tags)))
        shown = select(func.count()).select_from(self.table).where(self.table.c.tag_id == _TAG.c.id).scalar_subquery()
        connection.execute(update(_TAG).where(_TAG.c.id.in_(tags)).values({_TAG.c[self.count]: shown}))


ON_PATIENTS = _Level(
    _table(PatientEffectiveTag), 'patient_id', ('direct', 'entries', 'images'), of_patient='patient_id', sources=union_all(
        select(_ON_PATIENT.c.tag_id, _ON_PATIENT.c.patient_id.label('subject'), _ON_PATIENT.c.patient_id,
               _ONE.label('direct'), _NONE.label('entries'), _NONE.label('images')),
        select(_ON_ENTRY.c.tag_id, _ENTRY.c.patient_id, _ENTRY.c.patient_id, _NONE, _ONE, _NONE)
        .join(_ENTRY, _ENTRY.c.id == _ON_ENTRY.c.entry_id),
        select(_ON_IMAGE.c.tag_id, _IMAGE.c.patient_id, _IMAGE.c.patient_id, _NONE, _NONE, _ONE)
        .join(_IMAGE, _IMAGE.c.id == _ON_IMAGE.c.image_id).where(_IN_POOL)))
ON_ENTRIES = _Level(
    _table(EntryEffectiveTag), 'entry_id', ('direct', 'images'), of_patient='entry_id', sources=union_all(
        select(_ON_ENTRY.c.tag_id, _ON_ENTRY.c.entry_id.label('subject'), _ENTRY.c.patient_id, _ONE.label('direct'), _NONE.label('images'))
        .join(_ENTRY, _ENTRY.c.id == _ON_ENTRY.c.entry_id),
        select(_ON_IMAGE.c.tag_id, _PLACED.c.entry_id, _ENTRY.c.patient_id, _NONE, _ONE)
        .join(_PLACED, _PLACED.c.image_id == _ON_IMAGE.c.image_id).join(_ENTRY, _ENTRY.c.id == _PLACED.c.entry_id)
        .join(_IMAGE, _IMAGE.c.id == _ON_IMAGE.c.image_id).where(_IN_POOL)))
LEVELS = (ON_PATIENTS, ON_ENTRIES)


def renew_patient(connection: Connection, patient: int) -> None:
    """Bring the tags that show on one patient and on its entries up to date, with the counts of the tags."""
    for level in LEVELS:
        level.renew_patient(connection, patient)


def renew_tags(connection: Connection, tags: Sequence[int]) -> None:
    """Bring everything that some tags show on up to date, with their counts."""
    for level in LEVELS:
        level.renew_tags(connection, tags)
    count_images(connection, tags)


def count_images(connection: Connection, tags: Sequence[int]) -> None:
    """Count the images that some tags were put on and that are in a pool; none for a merged one."""
    mine = select(func.count()).select_from(_ON_IMAGE.join(_IMAGE, _IMAGE.c.id == _ON_IMAGE.c.image_id)).where(
        _IN_POOL, _ON_IMAGE.c.tag_id == _TAG.c.id, _TAG.c.merged_into_id.is_(None))
    connection.execute(update(_TAG).where(_TAG.c.id.in_(tags)).values(image_count=mine.scalar_subquery()))
