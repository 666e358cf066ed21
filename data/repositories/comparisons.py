"""Comparison groups inside an entry."""
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select

from data.actors import Permission
from data.columns import limit_of, new_key
from data.errors import Invalid, NotFound
from data.models import IN_POOL, Action, ComparisonGroup, ComparisonImage, Entry, Image, Layout, Patient
from data.read_models import ImageTile
from data.repositories.base import Repository
from data.repositories.fields import Saved
from data.repositories.images import tile
from data.repositories.left_images import LeftImage, laid_out, marks_in_groups
from data.values import clean_line

_TITLE_LIMIT = limit_of(ComparisonGroup, 'title')


@dataclass(frozen=True)
class GroupRecord:
    """One comparison: its images baseline first, and the revision an editor of the title must expect. `left` are marks among them."""

    key: str
    title: str
    layout: Layout
    images: list[ImageTile]
    title_revision: int
    left: tuple[LeftImage, ...] = ()


class Comparisons(Repository):
    """Acts on comparison groups."""

    def group(self, entry: str, images: list[str], *, title: str = '') -> str:
        """Put two or more images of the entry's patient side by side, earliest first, and return the group's key."""
        row, patient = self.records.entries.row(entry)
        self.records.require(Permission.ENTRY_WRITE, subject=patient.key)
        chosen = self.records.images.rows_of(patient.id or 0, images)
        if len(chosen) < 2:
            raise Invalid('Select two or more photos, then Compare.')
        group = ComparisonGroup(key=new_key(), entry_id=row.id or 0, title=_clean_title(title), created_at=self.records.now)
        self.session.add(group)
        self.session.flush()
        for position, image in enumerate(sorted(chosen, key=lambda image: (image.captured_at, image.id))):
            self.session.add(ComparisonImage(group_id=group.id or 0, image_id=image.id or 0, position=position))
        self.records.patients.touch(patient)
        self.records.log(Action.COMPARISON_GROUP, subject=group.key, patient=patient.key, detail={'entry': entry, 'images': images})
        self.records.tell(entry, 'comparisons')
        self.records.tell(patient.key, 'timeline')
        return group.key

    def arrange(self, key: str, field: str, text: str, *, expected_revision: int | None = None, burst: str = '') -> Saved:
        """Change the title of a group."""
        if field != 'title':
            raise Invalid('There is no such field.')
        found = self.session.exec(select(ComparisonGroup, Entry, Patient).join(Entry, col(ComparisonGroup.entry_id) == Entry.id)
                                  .join(Patient, col(Entry.patient_id) == Patient.id).where(ComparisonGroup.key == key)).first()
        if found is None:
            raise NotFound
        group, _entry, patient = found
        self.records.require(Permission.ENTRY_WRITE, subject=patient.key)
        return self.change_field(group, key, 'title', _clean_title(text), patient=patient, action=Action.COMPARISON_ARRANGE,
                                 expected_revision=expected_revision, burst=burst)

    def of(self, entry_id: int) -> list[GroupRecord]:
        """Return the groups of an entry in the order they were made; for the entry's own record only."""
        zone = self.records.settings.zone()
        query = select(ComparisonGroup).where(ComparisonGroup.entry_id == entry_id).order_by(col(ComparisonGroup.id))
        groups = self.session.exec(query).all()
        ids = [group.id or 0 for group in groups]
        images: dict[int, list[tuple[int, ImageTile]]] = {}
        for group_id, position, image in self.session.exec(
                select(ComparisonImage.group_id, ComparisonImage.position, Image).join(Image)
                .where(col(ComparisonImage.group_id).in_(ids), IN_POOL)):
            images.setdefault(group_id, []).append((position, tile(image, zone)))
        marks = marks_in_groups(self.session, ids)
        shown = {row: laid_out(images.get(row, ()), marks.get(row, ())) for row in ids}
        return [GroupRecord(group.key, group.title, group.layout, shown[group.id or 0][0],
                            self.records.fields.revisions(group.key).get('title', 0), shown[group.id or 0][1]) for group in groups]

    def counts(self, entries: list[int]) -> dict[int, int]:
        """Return how many groups each entry has."""
        rows = self.session.exec(select(ComparisonGroup.entry_id, func.count()).where(col(ComparisonGroup.entry_id).in_(entries))
                                 .group_by(col(ComparisonGroup.entry_id)))
        return {entry: count for entry, count in rows}


def _clean_title(text: str) -> str:
    title = clean_line(text)
    if len(title) > _TITLE_LIMIT:
        raise Invalid(f'Use at most {_TITLE_LIMIT} characters. What was there before is kept.', field='title')
    return title
