"""Comparison groups inside an entry."""
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func
from sqlmodel import col, select

from data import arrangement as lies
from data.actors import Permission
from data.arrangement import MOST_PHOTOS, Arrangement
from data.columns import limit_of, new_key
from data.errors import Conflict, Invalid, NotFound
from data.models import IN_POOL, STANDS, Action, ComparisonGroup, ComparisonImage, Entry, Image, Layout, Patient
from data.read_models import ImageTile
from data.repositories.base import Repository
from data.repositories.fields import Saved
from data.repositories.images import tile
from data.repositories.left_images import LeftImage, laid_out, marks_in_groups
from data.values import clean_line

_TITLE_LIMIT = limit_of(ComparisonGroup, 'title')
_LEAST = 2
_GONE = 'This comparison is not here any more.'


@dataclass(frozen=True)
class GroupRecord:
    """One comparison: its images baseline first, and the revisions its editors must expect. `left` are marks among them."""

    key: str
    title: str
    layout: Layout
    images: list[ImageTile]
    revisions: dict[str, int] = field(default_factory=dict)
    left: tuple[LeftImage, ...] = ()
    arrangement: Arrangement = field(default_factory=Arrangement)

    @property
    def title_revision(self) -> int:
        """The revision an editor of the title must expect."""
        return self.revisions.get('title', 0)


class Comparisons(Repository):
    """Acts on comparison groups.

    Title, layout and arrangement are fields with versions, as notes are: who changes them says what they saw, and an older sight is
    refused. Which photographs are in a group, in which order, are small acts: two people who each add one both have theirs.
    """

    def group(self, entry: str, images: list[str], *, title: str = '') -> str:
        """Put two or more images of the entry's patient side by side, earliest first, and return the group's key."""
        row, patient = self.records.entries.row(entry)
        self.records.require(Permission.ENTRY_WRITE, subject=patient.key)
        chosen = self.records.images.rows_of(patient.id or 0, images)
        if len(chosen) < _LEAST:
            raise Invalid('Select two or more photos, then Compare.')
        _check_number(len(chosen))
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
        """Change title, layout or arrangement of a group, given as text. What an arrangement says of photos outside the group is left out.
        """
        group, entry, patient = self._row(key)
        self.records.require(Permission.ENTRY_WRITE, subject=patient.key)
        if field == 'title':
            value: object = _clean_title(text)
        elif field == 'layout':
            value = _layout(text)
        elif field == 'arrangement':
            value = lies.dump(lies.parse(text).only(self._keys(group)))
        else:
            raise Invalid('There is no such field.')
        if field != 'title':  # a title hears for itself, key by key
            self.records.tell(entry.key, 'comparisons', burst=burst)
        return self.change_field(group, key, field, value, patient=patient, action=Action.COMPARISON_ARRANGE,
                                 expected_revision=expected_revision, burst=burst)

    def add(self, key: str, images: list[str]) -> int:
        """Add images of the same patient to a group, after what is there, and return how many are new."""
        group, entry, patient = self._to_write(key)
        here = self._rows(group)
        new = [row for row in self.records.images.rows_of(patient.id or 0, images) if row.key not in here]
        _check_number(len(here) + len(new))
        last = max((row.position for row in here.values()), default=0)
        for place, row in enumerate(new, last + 1):
            self.session.add(ComparisonImage(group_id=group.id or 0, image_id=row.id or 0, position=place))
        if new:
            self._changed(Action.COMPARISON_ADD, group, entry, patient, [row.key for row in new])
        return len(new)

    def take_out(self, key: str, image: str) -> None:
        """Take an image out of a group; the pool keeps it. Refuse to leave fewer than two."""
        group, entry, patient = self._to_write(key)
        here = self._rows(group)
        if image not in here:
            raise NotFound('This photo is not in the comparison any more.')
        if len(here) <= _LEAST:
            raise Invalid('A comparison needs two photos. Add another first, or delete the comparison.')
        self.session.delete(here[image])
        self._changed(Action.COMPARISON_TAKE_OUT, group, entry, patient, [image])

    def order(self, key: str, images: list[str], *, seen: list[str]) -> None:
        """Put the images of a group in another order, the baseline first. Refuse when it is not the one that was `seen` any more.

        Marks of photographs that left stay where they are.
        """
        group, entry, patient = self._to_write(key)
        here = self._rows(group)
        if list(here) != seen:
            raise Conflict('Someone changed this comparison meanwhile. Nothing was overwritten: do yours again.')
        if sorted(images) != sorted(seen):
            raise Invalid('These are not the photos of this comparison.')
        if images == seen:
            return
        for image, position in zip(images, sorted(row.position for row in here.values()), strict=True):
            here[image].position = position
        self._changed(Action.COMPARISON_ORDER, group, entry, patient, images)

    def remove(self, key: str) -> None:
        """Take a group out of its entry. Nothing is destroyed: it can come back."""
        group, entry, patient = self._to_write(key)
        group.removed_at = self.records.now
        self._changed(Action.COMPARISON_REMOVE, group, entry, patient)

    def restore(self, key: str) -> None:
        """Bring a removed group back to where it was."""
        group, entry, patient = self._row(key, is_removed=True)
        self.records.require(Permission.ENTRY_WRITE, subject=patient.key)
        if group.removed_at is None:
            raise Conflict('Someone brought this comparison back already.')
        group.removed_at = None
        self._changed(Action.COMPARISON_RESTORE, group, entry, patient)

    def one(self, key: str) -> GroupRecord:
        """Return one group as it is now."""
        self.records.require(Permission.PATIENT_READ, subject=key)
        group, _entry, _patient = self._row(key)
        return self._records([group])[0]

    def of(self, entry_id: int) -> list[GroupRecord]:
        """Return the groups of an entry in the order they were made; for the entry's own record only."""
        query = select(ComparisonGroup).where(ComparisonGroup.entry_id == entry_id, STANDS).order_by(col(ComparisonGroup.id))
        return self._records(self.session.exec(query).all())

    def counts(self, entries: list[int]) -> dict[int, int]:
        """Return how many groups each entry has."""
        rows = self.session.exec(select(ComparisonGroup.entry_id, func.count()).where(col(ComparisonGroup.entry_id).in_(entries), STANDS)
                                 .group_by(col(ComparisonGroup.entry_id)))
        return {entry: count for entry, count in rows}

    def _records(self, groups: Sequence[ComparisonGroup]) -> list[GroupRecord]:
        zone = self.records.settings.zone()
        ids = [group.id or 0 for group in groups]
        images: dict[int, list[tuple[int, ImageTile]]] = {}
        for group_id, position, image in self.session.exec(
                select(ComparisonImage.group_id, ComparisonImage.position, Image).join(Image)
                .where(col(ComparisonImage.group_id).in_(ids), IN_POOL)):
            images.setdefault(group_id, []).append((position, tile(image, zone)))
        marks = marks_in_groups(self.session, ids)
        shown = {row: laid_out(images.get(row, ()), marks.get(row, ())) for row in ids}
        return [GroupRecord(group.key, group.title, group.layout, shown[group.id or 0][0], self.records.fields.revisions(group.key),
                            shown[group.id or 0][1], lies.parse(group.arrangement)) for group in groups]

    def _row(self, key: str, *, is_removed: bool = False) -> tuple[ComparisonGroup, Entry, Patient]:
        found = self.session.exec(select(ComparisonGroup, Entry, Patient).join(Entry, col(ComparisonGroup.entry_id) == Entry.id)
                                  .join(Patient, col(Entry.patient_id) == Patient.id).where(ComparisonGroup.key == key)).first()
        if found is None or (found[0].removed_at is not None and not is_removed):
            raise NotFound(_GONE)
        return found[0], found[1], found[2]

    def _to_write(self, key: str) -> tuple[ComparisonGroup, Entry, Patient]:
        group, entry, patient = self._row(key)
        self.records.require(Permission.ENTRY_WRITE, subject=patient.key)
        return group, entry, patient

    def _rows(self, group: ComparisonGroup) -> dict[str, ComparisonImage]:
        """Return the places of the photographs that are shown in a group, in their order."""
        rows = self.session.exec(select(Image.key, ComparisonImage).join(Image).where(ComparisonImage.group_id == group.id, IN_POOL)
                                 .order_by(col(ComparisonImage.position), col(ComparisonImage.image_id)))
        return {key: row for key, row in rows}

    def _keys(self, group: ComparisonGroup) -> set[str]:
        """Return the photographs of a group, the withdrawn ones too: they may come back to what was done to them here."""
        return set(self.session.exec(select(Image.key).join(ComparisonImage).where(ComparisonImage.group_id == group.id)))

    def _changed(self, action: Action, group: ComparisonGroup, entry: Entry, patient: Patient, images: list[str] | None = None) -> None:
        self.records.patients.touch(patient)
        self.records.log(action, subject=group.key, patient=patient.key,
                         detail={'entry': entry.key, **({'images': images} if images else {})})
        self.records.tell(entry.key, 'comparisons')
        self.records.tell(patient.key, 'timeline')


def _check_number(photos: int) -> None:
    if photos > MOST_PHOTOS:
        raise Invalid(f'Compare at most {MOST_PHOTOS} photos at a time.')


def _layout(text: str) -> Layout:
    try:
        return Layout(text)
    except ValueError:
        raise Invalid('There is no such layout.') from None


def _clean_title(text: str) -> str:
    title = clean_line(text)
    if len(title) > _TITLE_LIMIT:
        raise Invalid(f'Use at most {_TITLE_LIMIT} characters. What was there before is kept.', field='title')
    return title
