"""Visits: open, amend, lay out images, remember what each reader left open."""
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import col, select

from data.actors import Permission
from data.body_sites import is_sensitive
from data.columns import new_key
from data.errors import Conflict, Invalid, NotFound
from data.models import IN_POOL, Action, Entry, EntryImage, Image, Patient, Section, SectionState, User
from data.read_models import Cover, ImageTile
from data.repositories.base import Repository
from data.repositories.comparisons import GroupRecord
from data.repositories.fields import Saved
from data.repositories.images import tile
from data.repositories.left_images import LeftImage, marks_in_workspace
from data.repositories.patients import SHOWN_FIGURES
from data.values import TEXT_LIMIT, clean_text, has_offset, parse_moment, same_on_the_clock

MOST_ENTRIES = 2 ** 31 - 1
"""What no number of a visit exceeds; the database would refuse a longer one with an error."""

_FIELDS = ('notes', 'appointment_at')
_LAID_OUT = (col(EntryImage.position), col(EntryImage.image_id))
_WITH_PATIENT = select(Entry, Patient).join(Patient).where(Entry.key == bindparam('entry'))


@dataclass(frozen=True)
class EntrySummary:
    """One visit in a patient's timeline; `notes_start` is the first line of the notes.

    `covers` are photographs in workspace order, without those of sensitive photographs, which are never shown unasked.
    """

    key: str
    number: int
    appointment_at: datetime
    clinician: str
    notes_start: str
    image_count: int
    comparison_count: int
    covers: tuple[Cover, ...]


@dataclass(frozen=True)
class VisitBefore:
    """The visit of the same patient that came last before another."""

    number: int
    appointment_at: datetime


@dataclass(frozen=True)
class EntryRecord:
    """One visit with everything its page shows. `images` are in the order that they are laid out in.

    `left` are the marks of photographs that lay in the workspace, `before` is the visit before this one by appointment.
    """

    key: str
    patient: str
    number: int
    appointment_at: datetime
    clinician: str
    notes: str
    may_read_notes: bool
    revisions: dict[str, int]
    images: list[ImageTile]
    groups: list[GroupRecord]
    open_sections: dict[Section, bool] = field(default_factory=dict)
    left: tuple[LeftImage, ...] = ()
    before: VisitBefore | None = None


class Entries(Repository):
    """Acts on entries."""

    def open(self, patient: str, *, request_key: str = '') -> int:
        """Create an entry of now by the current user and return its number. The same request again returns what it created."""
        self.records.require(Permission.ENTRY_WRITE, subject=patient)
        if done := self.records.done_before(request_key):
            return self.row(done)[0].number
        owner = self.records.patients.row(patient)
        owner.entry_numbers_given += 1
        clinician = self.session.exec(select(User.id).where(User.key == self.records.actor.user)).first()
        entry = Entry(key=new_key(), patient_id=owner.id or 0, number=owner.entry_numbers_given, clinician_id=clinician,
                      appointment_at=self.records.now.replace(second=0, microsecond=0), created_at=self.records.now)
        self.session.add(entry)
        self.records.patients.touch(owner)
        self.records.remember_request(request_key, entry.key)
        self.records.log(Action.ENTRY_OPEN, subject=entry.key, patient=patient, detail={'number': entry.number})
        self.records.tell(patient, 'entries')
        self.records.tell(SHOWN_FIGURES, patient)
        return entry.number

    def amend(self, key: str, field: str, text: str, *, expected_revision: int | None = None, burst: str = '') -> Saved:
        """Change the notes or the appointment, given as text; a local time is one of the practice's zone.

        Of a time that a clock change repeats it is the one that the field held last, so that the way back leads back; else the earlier.
        """
        if field not in _FIELDS:
            raise Invalid('There is no such field.')
        entry, patient = self.row(key)
        self.records.require(Permission.NOTES_WRITE if field == 'notes' else Permission.ENTRY_WRITE, subject=patient.key)
        value = _clean_notes(text) if field == 'notes' else self._appointment(entry, text)
        self.records.tell(patient.key, 'timeline')
        if field == 'appointment_at':
            self.records.tell(SHOWN_FIGURES, patient.key)
        return self.change_field(entry, key, field, value, patient=patient, action=Action.ENTRY_AMEND, expected_revision=expected_revision,
                                 burst=burst)

    def place(self, key: str, images: list[str]) -> int:
        """Lay images of the patient's pool into the workspace, after what is there; return how many are new. Refuse a foreign image."""
        entry, patient = self.row(key)
        self.records.require(Permission.ENTRY_WRITE, subject=patient.key)
        rows = self.records.images.rows_of(patient.id or 0, images)
        here = set(self.session.exec(select(EntryImage.image_id).where(EntryImage.entry_id == entry.id)))
        new = [row for row in rows if row.id not in here]
        position = self.session.exec(select(func.max(EntryImage.position)).where(EntryImage.entry_id == entry.id)).one() or 0
        for offset, row in enumerate(new, 1):
            self.session.add(EntryImage(entry_id=entry.id or 0, image_id=row.id or 0, position=position + offset,
                                        placed_at=self.records.now))
        if new:
            self._rearranged(Action.ENTRY_PLACE, entry, patient, [row.key for row in new])
        return len(new)

    def remove(self, key: str, images: list[str]) -> None:
        """Take images out of the workspace; the pool keeps them."""
        entry, patient = self.row(key)
        self.records.require(Permission.ENTRY_WRITE, subject=patient.key)
        for row in self.records.images.rows_of(patient.id or 0, images):
            placed = self.session.get(EntryImage, (entry.id, row.id))
            if placed is None:
                raise NotFound('This image is not in the entry any more.')
            self.session.delete(placed)
        self._rearranged(Action.ENTRY_REMOVE, entry, patient, images)

    def arrange(self, key: str, images: list[str], *, seen: list[str]) -> None:
        """Put images of the workspace in another order, in the places that they have among all.

        `seen` is the order that the person saw them in: when it is another by now, or one is not there any more, nothing is done.
        """
        entry, patient = self.row(key)
        self.records.require(Permission.ENTRY_WRITE, subject=patient.key)
        if sorted(images) != sorted(seen) or len(set(images)) != len(images):
            raise Invalid('The same photos are wanted, in another order.')
        rows = self.session.exec(select(EntryImage, Image).join(Image).where(EntryImage.entry_id == entry.id).order_by(*_LAID_OUT)).all()
        moving, wanted = set(seen), iter(images)
        if [image.key for _row, image in rows if image.key in moving and image.withdrawn_at is None] != seen:
            raise Conflict('Someone changed the order of these photos meanwhile. Look again, then repeat it.')
        if images == seen:
            return
        placed = {image.key: row for row, image in rows}
        for position, (_row, image) in enumerate(rows, 1):  # all of them anew: photographs that came back may share a position
            placed[next(wanted) if image.key in moving else image.key].position = position
        self.records.patients.touch(patient)
        self.records.log(Action.ENTRY_ARRANGE, subject=entry.key, patient=patient.key, detail={'images': images})
        self.records.tell(entry.key, 'workspace')
        self.records.tell(patient.key, 'timeline')

    def remember_section(self, key: str, section: Section, *, is_open: bool) -> None:
        """Remember for the current user whether a section is open. Arranging one's own view is no act on the record: no event."""
        entry, patient = self.row(key)
        self.records.require(Permission.PATIENT_READ, subject=patient.key)
        user = self.session.exec(select(User.id).where(User.key == self.records.actor.user)).first()
        if user is not None:
            self.session.merge(SectionState(user_id=user, entry_id=entry.id or 0, section=section, is_open=is_open))

    def of(self, patient: str) -> list[EntrySummary]:
        """Return the visits of a patient, latest appointment first."""
        self.records.require(Permission.PATIENT_READ, subject=patient)
        owner = self.records.patients.row(patient)
        rows = self.session.exec(select(Entry, User.display_name).join(User, isouter=True).where(Entry.patient_id == owner.id)
                                 .order_by(col(Entry.appointment_at).desc(), col(Entry.number).desc())).all()
        keys = self._workspace_keys([entry.id or 0 for entry, _name in rows])
        groups = self.records.comparisons.counts([entry.id or 0 for entry, _name in rows])
        may_read = self.records.actor.may(Permission.NOTES_READ)
        return [EntrySummary(
            entry.key, entry.number, entry.appointment_at, name or '', _first_line(entry.notes) if may_read else '',
            len(keys.get(entry.id or 0, ())), groups.get(entry.id or 0, 0),
            tuple(cover for cover, hidden in keys.get(entry.id or 0, ()) if not hidden)) for entry, name in rows]

    def record(self, patient: str, number: int) -> EntryRecord:
        """Return one visit with its images, comparisons and what this reader left open."""
        self.records.require(Permission.PATIENT_READ, subject=patient)
        owner = self.records.patients.row(patient)
        found = self.session.exec(select(Entry, User.display_name).join(User, isouter=True)
                                  .where(Entry.patient_id == owner.id, Entry.number == number)).first()
        if found is None:
            raise NotFound
        entry, clinician = found
        zone = self.records.settings.zone()
        images = self.session.exec(select(Image).join(EntryImage).where(EntryImage.entry_id == entry.id, IN_POOL)
                                   .order_by(*_LAID_OUT))
        may_read = self.records.actor.may(Permission.NOTES_READ)
        return EntryRecord(
            entry.key, patient, entry.number, entry.appointment_at, clinician or '', entry.notes if may_read else '', may_read,
            self.records.fields.revisions(entry.key), [tile(image, zone) for image in images], self.records.comparisons.of(entry.id or 0),
            self._sections(entry.id or 0), marks_in_workspace(self.session, entry.id or 0), self._before(entry))

    def row(self, key: str) -> tuple[Entry, Patient]:
        """Return the stored rows of an entry and its patient; for repositories of this floor only."""
        found = self.session.exec(_WITH_PATIENT, params={'entry': key}).first()
        if found is None:
            raise NotFound
        return found[0], found[1]

    def _appointment(self, entry: Entry, text: str) -> datetime:
        zone = self.records.settings.zone()
        typed = parse_moment(text, zone)
        other = same_on_the_clock(typed, zone)
        if other is None or has_offset(text):
            return typed
        held = [entry.appointment_at, *(datetime.fromisoformat(version.text)
                                        for version in self.records.fields.history(entry.key, 'appointment_at'))]
        return next((known for known in held if known in (typed, other)), typed)

    def _before(self, entry: Entry) -> VisitBefore | None:
        """Return the visit before; of two at the same time the one that was opened first comes first."""
        is_earlier = or_(col(Entry.appointment_at) < entry.appointment_at,
                         and_(col(Entry.appointment_at) == entry.appointment_at, col(Entry.number) < entry.number))
        row = self.session.exec(
            select(Entry.number, Entry.appointment_at).where(Entry.patient_id == entry.patient_id, is_earlier)
            .order_by(col(Entry.appointment_at).desc(), col(Entry.number).desc())).first()
        return VisitBefore(*row) if row else None

    def _rearranged(self, action: Action, entry: Entry, patient: Patient, images: list[str]) -> None:
        self.records.patients.touch(patient)
        self.records.tags.renew(patient)
        self.records.log(action, subject=entry.key, patient=patient.key, detail={'images': images})
        self.records.tell(entry.key, 'workspace')
        self.records.tell(patient.key, 'timeline')
        self.records.tell(entry.key, 'tags')

    def _workspace_keys(self, entries: list[int]) -> dict[int, list[tuple[Cover, bool]]]:
        """Return the photographs of each entry in order, and whether each is sensitive."""
        found: dict[int, list[tuple[Cover, bool]]] = {}
        rows = self.session.connection().execute(
            sql_select(col(EntryImage.entry_id), col(Image.key), col(Image.rotation_deg), col(Image.is_sensitive), col(Image.body_site))
            .join_from(EntryImage, Image).where(col(EntryImage.entry_id).in_(entries), IN_POOL)
            .order_by(col(EntryImage.entry_id), *_LAID_OUT))
        for entry, key, turn_deg, said, site in rows:
            found.setdefault(entry, []).append((Cover(key, turn_deg), is_sensitive(said, site)))
        return found

    def _sections(self, entry: int) -> dict[Section, bool]:
        rows = self.session.exec(select(SectionState).join(User).where(User.key == self.records.actor.user, SectionState.entry_id == entry))
        return {row.section: row.is_open for row in rows}


def _clean_notes(text: str) -> str:
    cleaned = clean_text(text)
    if len(cleaned) > TEXT_LIMIT:
        raise Invalid(f'Notes take at most {TEXT_LIMIT:,} characters. What was there before is kept.', field='notes')
    return cleaned


def _first_line(notes: str) -> str:
    return notes.strip().split('\n', 1)[0][:200]
