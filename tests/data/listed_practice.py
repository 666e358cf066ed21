"""A made-up practice for the list, and what a view of it shows by asking every patient in plain Python."""
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import select

from app.clinic import Clinic
from data.actors import Actor
from data.columns import new_key
from data.models import CapturedHow, Entry, EntryTag, Image, ImageTag, Patient, PatientFormerId, PatientTag, Tag
from data.patient_query import Counts, Days, ListView, Sort
from data.records import Records
from data.repositories.images import AdmittedImage
from data.repositories.patients import read_draft
from data.repositories.tag_records import Tagged
from data.values import fold, search_words
from tests.conftest import MovableClock

ZONE = ZoneInfo('Europe/Berlin')
GIVEN = ['Anna', 'Änne', 'Maria', 'Joanna', 'Emeka', 'Øystein', 'İpek', '']
FAMILY = ['Straße', 'Strasse', 'Annan', 'O’Neill', 'Gonzalez', 'König', 'Nwachukwu', '']
MOMENTS = ['2026-03-28T23:59', '2026-03-29T00:00', '2026-03-29T03:30', '2026-03-29T23:59', '2026-03-30T00:00', '2026-10-25T00:00',
           '2026-10-25T02:30', '2026-10-25T23:59', '2026-10-26T00:00', '2027-01-01T00:00']
TAGS = ['Psoriasis', 'Acne', 'Face', 'Hand', 'Rare', 'Unused']


@dataclass(frozen=True)
class Person:
    """One patient with everything that a view asks for."""

    row: Patient
    searched: str
    tags: frozenset[str]


def fill(opened: Clinic, actor: Actor, clock: MovableClock, *, patients: int = 40) -> None:
    """Make a practice up by the acts that there are: equal names, former IDs, visits around clock changes, merged and retired tags."""
    dice = random.Random(3)
    opened.change_now(actor, lambda records: records.settings.change('time_zone', ZONE.key))
    tags = opened.change_now(actor, lambda records: [
        records.tags.add(records.tags.vocabulary()[number % 3].key, name).key for number, name in enumerate([*TAGS, 'Spots', 'Blemish'])])
    for number in range(patients):
        opened.change_now(actor, lambda records, number=number: _one_patient(records, dice, tags, number))
        clock.move(minutes=dice.choice([0, 0, 7, 60 * 24 * 20]))
    opened.change_now(actor, lambda records: records.tags.merge(tags[6], [tags[7]]))
    opened.change_now(actor, lambda records: records.tags.merge(tags[1], [tags[6]]))
    opened.change_now(actor, lambda records: records.tags.retire([tags[3]]))


def _one_patient(records: Records, dice: random.Random, tags: list[str], number: int) -> None:
    named = {'unique_id': f'psr-{number:03}', 'given_names': dice.choice(GIVEN), 'family_name': dice.choice(FAMILY)}
    key = records.patients.register(read_draft(named)).key
    if number % 5 == 0:
        records.patients.correct(key, 'unique_id', f'new_{number}')
    for _ in range(dice.choice([0, 0, 1, 1, 2, 5])):
        visit = records.entries.record(key, records.entries.open(key)).key
        records.entries.amend(visit, 'appointment_at', dice.choice(MOMENTS))
        if dice.random() < .3:
            records.tags.assign(dice.choice(tags[:5]), Tagged.ENTRY, [visit])
    for image in range(dice.choice([0, 0, 1, 3])):
        picture = _admit(records, key, image)
        if dice.random() < .5:
            records.tags.assign(dice.choice([*tags[:4], tags[7]]), Tagged.IMAGE, [picture])
    for tag in dice.sample([tags[0], tags[0], tags[1], tags[2], tags[6], tags[7]], dice.choice([0, 1, 2, 3])):
        records.tags.assign(tag, Tagged.PATIENT, [key])


def _admit(records: Records, patient: str, content: int) -> str:
    return records.images.admit(patient, AdmittedImage(
        key=new_key(), blob=new_key(), sha256=f'{content:064x}', size_bytes=1, format='JPEG', width_px=3, height_px=2,
        original_name='a.jpg', camera='', lens='', captured_local='', captured_offset='', captured_how=CapturedHow.RECEIVED,
        received_from='upload', captured_at=datetime(2026, 1, 1, tzinfo=UTC)))


def everyone(records: Records) -> list[Person]:
    """Read every patient with all tags that lie on the patient, its visits or its images."""
    tags = {tag.id: tag for tag in records.session.exec(select(Tag))}
    patients = records.session.exec(select(Patient)).all()
    former = records.session.exec(select(PatientFormerId)).all()
    links = [(link.patient_id, link.tag_id) for link in records.session.exec(select(PatientTag))]
    links += records.session.exec(select(Entry.patient_id, EntryTag.tag_id).join(EntryTag)).all()
    links += records.session.exec(select(Image.patient_id, ImageTag.tag_id).join(ImageTag)).all()
    return [Person(row, fold(' '.join((row.unique_id, row.given_names, row.preferred_name, row.family_name,
                                       *(bore.unique_id for bore in former if bore.patient_id == row.id)))),
                   frozenset(tags[tag].slug for patient, tag in links if patient == row.id and tags[tag].merged_into_id is None))
            for row in patients]


def fitting(people: list[Person], view: ListView, stands_for: dict[str, str]) -> list[Person]:
    """Return who fits a view, in its order. `stands_for` leads from the slug of a tag to that of the tag it was merged into."""
    chosen = {stands_for[slug] for slug in view.tags if slug in stands_for}
    found = [person for person in people if chosen <= person.tags and all(word in person.searched for word in search_words(view.q))
             and _within(person.row, view)]
    found.sort(key=lambda person: _key(person.row, view.sort), reverse=view.is_descending)
    return sorted(found, key=lambda person: view.sort is Sort.LAST_APPOINTMENT and person.row.last_appointment is None)


def _key(row: Patient, sort: Sort) -> tuple[object, int]:
    never = datetime.min.replace(tzinfo=UTC)
    value = {Sort.LAST_MODIFIED: row.last_modified, Sort.LAST_APPOINTMENT: row.last_appointment or never, Sort.UNIQUE_ID: row.unique_id,
             Sort.NAME: fold(' '.join((row.family_name, row.given_names, row.preferred_name))) or row.unique_id}[sort]
    return value, row.id or 0


def _within(row: Patient, view: ListView) -> bool:
    return (_on(row.last_appointment, view.seen) and _on(row.last_modified, view.modified)
            and _is(row.entry_count, view.entries) and _is(row.image_count, view.images))


def _on(moment: datetime | None, days: Days) -> bool:
    if days == Days():
        return True
    return moment is not None and (days.since or date.min) <= moment.astimezone(ZONE).date() <= (days.until or date.max)


def _is(count: int, counts: Counts) -> bool:
    return (counts.least is None or count >= counts.least) and (counts.most is None or count <= counts.most)
