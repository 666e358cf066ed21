"""What tags are put on, and where they show: assign, unassign, and the reading of it."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, Table, case, delete, insert
from sqlalchemy import select as sql_select
from sqlmodel import SQLModel, col, select

from data.actors import Permission
from data.effective_tags import count_images, renew_patient
from data.errors import Conflict, Invalid, NotFound
from data.models import (
    IN_POOL,
    Action,
    Entry,
    EntryEffectiveTag,
    EntryTag,
    Image,
    ImageTag,
    Patient,
    PatientEffectiveTag,
    PatientTag,
    Tag,
    TagCategory,
)
from data.read_models import ShownTag
from data.repositories.base import Repository
from data.repositories.images import tile
from data.repositories.patients import SHOWN_FIGURES
from data.repositories.tag_records import LABEL_COLUMNS, TAG_USE, Tagged, TagSources, label_of

_PLURALS = {Tagged.PATIENT: 'patients', Tagged.ENTRY: 'entries', Tagged.IMAGE: 'images'}


@dataclass(frozen=True)
class _Kind:
    """One kind of subject: its table, the table of its links, and the column that names it there."""

    model: type[Patient] | type[Entry] | type[Image]
    links: type[SQLModel]
    column: str


_KINDS = {
    Tagged.PATIENT: _Kind(Patient, PatientTag, 'patient_id'), Tagged.ENTRY: _Kind(Entry, EntryTag, 'entry_id'),
    Tagged.IMAGE: _Kind(Image, ImageTag, 'image_id'),
}


class TagLinks(Repository):
    """Acts on what bears a tag."""

    def assign(self, tag: str, kind: Tagged, subjects: Sequence[str]) -> int:
        """Put a tag on patients, entries or images; return how many did not bear it. Refuse a retired or merged tag."""
        row = self._given(tag, kind, subjects)
        if row.retired_at is not None or row.merged_into_id is not None:
            raise Invalid(f'The tag {row.name} is no longer offered.')
        found, links = self._subjects(kind, subjects), self._links(kind)
        have = self._bearing(kind, row, found)
        new = [subject for subject in found if subject[0] not in have]
        if new:
            self.session.connection().execute(insert(links), [
                {_KINDS[kind].column: subject, 'tag_id': row.id, 'tagged_at': self.records.now} for subject, _key, _patient in new])
            row.last_used_at = self.records.now
            self.session.add(row)
            self._changed(Action.TAG_ASSIGN, row, kind, new)
        return len(new)

    def unassign(self, tag: str, kind: Tagged, subjects: Sequence[str]) -> int:
        """Take a tag off patients, entries or images that bear it themselves; return how many did."""
        row = self._given(tag, kind, subjects)
        if row.merged_into_id is not None:
            raise Conflict(f'{row.name} was merged into another tag meanwhile.')
        links, column = self._links(kind), self._links(kind).c[_KINDS[kind].column]
        found = self._subjects(kind, subjects)
        have = self._bearing(kind, row, found)
        gone = [subject for subject in found if subject[0] in have]
        if gone:
            # A tag that was merged into this one would bring it back when the merge is taken back.
            self.session.connection().execute(delete(links).where(
                links.c.tag_id.in_([row.id, *self._merged_into(row.id or 0)]), column.in_([subject for subject, _key, _patient in gone])))
            self._changed(Action.TAG_UNASSIGN, row, kind, gone)
        return len(gone)

    def on_patient(self, key: str) -> tuple[ShownTag, ...]:
        """Return the tags that show on a patient, its own first."""
        self.records.require(Permission.PATIENT_READ, subject=key)
        bears = PatientEffectiveTag
        shown = sql_select(*LABEL_COLUMNS, col(bears.direct), col(bears.entries), col(bears.images)).select_from(bears)
        shown = shown.join(Patient, col(Patient.id) == bears.patient_id).where(col(Patient.key) == key)
        return tuple(ShownTag(label_of(row), bool(row.direct), row.entries, row.images) for row in self._shown(shown, bears))

    def on_entry(self, key: str) -> tuple[ShownTag, ...]:
        """Return the tags that show on an entry, its own first."""
        self.records.require(Permission.PATIENT_READ, subject=key)
        bears = EntryEffectiveTag
        shown = sql_select(*LABEL_COLUMNS, col(bears.direct), col(bears.images)).select_from(bears)
        shown = shown.join(Entry, col(Entry.id) == bears.entry_id).where(col(Entry.key) == key)
        return tuple(ShownTag(label_of(row), bool(row.direct), images=row.images) for row in self._shown(shown, bears))

    def on_entries(self, patient: str) -> dict[str, tuple[ShownTag, ...]]:
        """Return the tags that show on each entry of a patient, its own first, by entry key; an entry without any is left out."""
        self.records.require(Permission.PATIENT_READ, subject=patient)
        bears = EntryEffectiveTag
        shown = sql_select(*LABEL_COLUMNS, col(bears.direct), col(bears.images), col(Entry.key).label('entry')).select_from(bears)
        shown = shown.join(Entry, col(Entry.id) == bears.entry_id).join(Patient, col(Patient.id) == Entry.patient_id)
        found: dict[str, tuple[ShownTag, ...]] = {}
        for row in self._shown(shown.where(col(Patient.key) == patient), bears):
            found[row.entry] = (*found.get(row.entry, ()), ShownTag(label_of(row), bool(row.direct), images=row.images))
        return found

    def on_images(self, keys: Sequence[str]) -> dict[str, tuple[ShownTag, ...]]:
        """Return the tags of images, by image key; an image without any is left out."""
        self.records.require(Permission.PATIENT_READ)
        shown = sql_select(*LABEL_COLUMNS, col(Image.key).label('image')).select_from(ImageTag)
        shown = shown.join(Image, col(Image.id) == ImageTag.image_id).join(Tag, col(Tag.id) == ImageTag.tag_id).join(TagCategory)
        shown = shown.where(col(Image.key).in_(keys), col(Tag.merged_into_id).is_(None)).order_by(col(TagCategory.id), col(Tag.slug))
        found: dict[str, tuple[ShownTag, ...]] = {}
        for row in self.session.connection().execute(shown):
            found[row.image] = (*found.get(row.image, ()), ShownTag(label_of(row), is_direct=True))
        return found

    def sources(self, tag: str, patient: str) -> TagSources:
        """Return which visits and images of a patient bear a tag themselves, latest first."""
        self.records.require(Permission.PATIENT_READ, subject=patient)
        of, owner = self.row(tag).id, self.records.patients.row(patient).id
        visits = select(Entry.number, Entry.appointment_at).join(EntryTag).where(EntryTag.tag_id == of, Entry.patient_id == owner)
        images = select(Image).join(ImageTag).where(ImageTag.tag_id == of, Image.patient_id == owner, IN_POOL)
        zone = self.records.settings.zone()
        return TagSources(
            [(number, at) for number, at in self.session.exec(visits.order_by(col(Entry.appointment_at).desc()))],
            [tile(image, zone) for image in self.session.exec(images.order_by(col(Image.captured_at).desc(), col(Image.id).desc()))])

    def row(self, key: str) -> Tag:
        """Return the stored row of a tag; for repositories of this floor only."""
        tag = self.session.exec(select(Tag).where(Tag.key == key)).first()
        if tag is None:
            raise NotFound('This tag is gone.')
        return tag

    def renew(self, patient: Patient) -> None:
        """Bring the tags that show on a patient and its entries up to date after links or workspaces changed."""
        self.session.flush()
        renew_patient(self.session.connection(), patient.id or 0)

    def _given(self, tag: str, kind: Tagged, subjects: Sequence[str]) -> Tag:
        """Return the tag that is to be put on or taken off, when the actor may do that."""
        self.records.require(Permission.TAG_ASSIGN, subject=subjects[0] if kind is Tagged.PATIENT and subjects else '')
        return self.row(tag)

    def _subjects(self, kind: Tagged, keys: Sequence[str]) -> list[tuple[int, str, int]]:
        """Return (id, key, patient's id) of every subject. A missing one refuses all."""
        model = _KINDS[kind].model
        owner = col(Patient.id) if model is Patient else col(model.patient_id)  # type: ignore[union-attr]
        rows = self.session.connection().execute(sql_select(col(model.id), col(model.key), owner).where(col(model.key).in_(keys))).all()
        if {row[1] for row in rows} != set(keys):
            raise NotFound
        return [(row[0], row[1], row[2]) for row in rows]

    def _bearing(self, kind: Tagged, tag: Tag, subjects: list[tuple[int, str, int]]) -> set[int]:
        """Return which of the subjects bear the tag themselves."""
        links, column = self._links(kind), self._links(kind).c[_KINDS[kind].column]
        rows = self.session.connection().execute(sql_select(column).where(
            links.c.tag_id == tag.id, column.in_([subject for subject, _key, _patient in subjects])))
        return set(rows.scalars())

    def _links(self, kind: Tagged) -> Table:
        return SQLModel.metadata.tables[str(_KINDS[kind].links.__tablename__)]

    def _changed(self, action: Action, tag: Tag, kind: Tagged, subjects: list[tuple[int, str, int]]) -> None:
        """Bring every patient up to date whose records changed, with one event each."""
        by_patient: dict[int, list[str]] = {}
        for _subject, key, patient in subjects:
            by_patient.setdefault(patient, []).append(key)
        self.session.flush()
        if kind is Tagged.IMAGE:
            count_images(self.session.connection(), [tag.id or 0])
        for owner in self.session.exec(select(Patient).where(col(Patient.id).in_(by_patient))):
            keys = by_patient[owner.id or 0]
            self.renew(owner)
            self.records.patients.touch(owner)
            named = {} if kind is Tagged.PATIENT else {_PLURALS[kind]: keys}
            self.records.log(action, subject=tag.key, patient=owner.key, detail={'kind': kind.value, **named})
            self._tell(owner.key, kind, keys)
        self.session.expire(tag)
        self.records.tell(TAG_USE, tag.key)

    def _tell(self, patient: str, kind: Tagged, keys: list[str]) -> None:
        self.records.tell(patient, 'tags')
        self.records.tell(SHOWN_FIGURES, patient)
        if kind is Tagged.PATIENT:
            return
        if kind is Tagged.IMAGE:
            self.records.tell(patient, 'images')
            keys = list(self.session.exec(select(Entry.key).join(Patient).where(Patient.key == patient)))
        for key in keys:
            self.records.tell(key, 'tags')

    def _merged_into(self, tag: int) -> list[int]:
        """Return the tags that were merged into this one, also by way of others."""
        found: list[int] = []
        step = [tag]
        while step:
            step = list(self.session.exec(select(Tag.id).where(col(Tag.merged_into_id).in_(step))))  # type: ignore[arg-type]
            found += step
        return found

    def _shown(self, shown: Select[Any], bears: type[PatientEffectiveTag] | type[EntryEffectiveTag]) -> list[Row[Any]]:
        named = shown.join(Tag, col(Tag.id) == bears.tag_id).join(TagCategory, col(TagCategory.id) == Tag.category_id)
        own_first = case((col(bears.direct) > 0, 0), else_=1)
        return list(self.session.connection().execute(named.order_by(own_first, col(TagCategory.id), col(Tag.slug))))
