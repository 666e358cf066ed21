"""Whatever is done in whatever order: the stored figures are those that counting finds, and the chain is whole."""
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from app.clinic import Clinic, open_clinic
from app.consistency import inconsistencies
from app.integrity import verify_trail
from data.actors import Actor, console_actor
from data.columns import new_key
from data.errors import Refusal
from data.models import (
    CapturedHow,
    Entry,
    EntryEffectiveTag,
    EntryImage,
    EntryTag,
    Image,
    ImageTag,
    Patient,
    PatientEffectiveTag,
    PatientFormerId,
    PatientTag,
    Tag,
)
from data.records import Records
from data.repositories.identifiers import IdentifierRecord
from data.repositories.images import AdmittedImage
from data.repositories.patients import read_draft
from data.repositories.tag_records import Tagged
from data.values import fold
from tests.conftest import MovableClock, Template
from tests.rounds import rounds

EXAMPLES = rounds(400)
CONSOLE = console_actor('tests')
PATIENTS = st.integers(0, 2)
IDS = st.sampled_from(['ab', 'cd', 'ef', 'gh', 'new', 'x', 'AB'])
TEXTS = st.sampled_from(['', 'Öz', 'two words', '2026-01-05 10:00', '2027-06-01T09:30', 'x' * 200, '1980-03-14'])
MOMENTS = st.sampled_from(['2026-01-05 10:00', '2027-06-01T09:30', '2025-02-03 12:00', 'soon'])
NAMES = st.sampled_from(['Acne', 'acne', 'Psoriasis', 'Watch', '', 'x' * 61])
KINDS = st.sampled_from(list(Tagged))
TAGS = st.integers(0, 3)
FIELDS = st.sampled_from(['unique_id', 'family_name', 'given_names', 'birth_date', 'notes', 'city'])
WHO = st.sampled_from(['ines', 'jana', 'jana', 'tom', 'vera'])
ACTS = st.one_of(
    st.tuples(st.just('register'), IDS), st.tuples(st.just('correct'), PATIENTS, FIELDS, st.one_of(TEXTS, IDS)),
    st.tuples(st.just('open'), PATIENTS),
    st.tuples(st.just('amend'), PATIENTS, st.just('notes'), TEXTS),
    st.tuples(st.just('amend'), PATIENTS, st.just('appointment_at'), MOMENTS),
    st.tuples(st.just('admit'), PATIENTS, st.integers(0, 2)), st.tuples(st.just('place'), PATIENTS), st.tuples(st.just('remove'), PATIENTS),
    st.tuples(st.just('add_tag'), NAMES), st.tuples(st.just('rename_tag'), TAGS, NAMES), st.tuples(st.just('move_tag'), TAGS, TAGS),
    st.tuples(st.just('assign'), TAGS, KINDS, PATIENTS), st.tuples(st.just('assign'), TAGS, KINDS, PATIENTS),
    st.tuples(st.just('unassign'), TAGS, KINDS, PATIENTS), st.tuples(st.just('merge'), TAGS, TAGS), st.tuples(st.just('separate'), TAGS),
    st.tuples(st.just('retire'), TAGS), st.tuples(st.just('offer_again'), TAGS),
    st.tuples(st.just('identify'), PATIENTS, TEXTS), st.tuples(st.just('correct_identifier'), PATIENTS, TEXTS),
    st.tuples(st.just('remove_identifier'), PATIENTS), st.tuples(st.just('tell_apart'), PATIENTS, PATIENTS),
    st.tuples(st.just('group'), PATIENTS), st.tuples(st.just('describe'), PATIENTS, TEXTS), st.tuples(st.just('wait'), st.integers(1, 400)))

BEGINNING = [('jana', ('register', 'ab')), ('jana', ('register', 'cd')), ('jana', ('open', 0)), ('jana', ('open', 1)),
             *(('jana', ('add_tag', name)) for name in ('Acne', 'Watch', 'Laser'))]


class Practice:
    """One practice to which things are done, each by someone who may or may not do it."""

    def __init__(self, opened: Clinic, clock: MovableClock) -> None:
        self.opened, self.clock = opened, clock

    def do(self, actor: Actor, act: tuple) -> None:
        """Do one act; a refusal is an answer like any other."""
        name, *arguments = act
        try:
            getattr(self, name)(actor, *arguments)
        except Refusal:
            assert self.opened.head.read().seq > 0

    def patient(self, number: int) -> str:
        with self.opened.reading(CONSOLE) as records:
            keys = records.session.exec(select(Patient.key).order_by(col(Patient.id))).all()
        if not keys:
            raise Refusal
        return keys[number % len(keys)]

    def entry(self, number: int) -> str:
        with self.opened.reading(CONSOLE) as records:
            key = records.session.exec(select(Entry.key).join(Patient).where(Patient.key == self.patient(number))).first()
        if key is None:
            raise Refusal
        return key

    def pool(self, number: int) -> list[str]:
        with self.opened.reading(CONSOLE) as records:
            return [image.key for image in records.images.of(self.patient(number))]

    def wait(self, _actor: Actor, seconds: int) -> None:
        self.clock.move(seconds=seconds)

    def register(self, actor: Actor, unique_id: str) -> None:
        self.opened.change_now(actor, lambda records: records.patients.register(read_draft({'unique_id': unique_id})))

    def correct(self, actor: Actor, number: int, field: str, text: str) -> None:
        key = self.patient(number)
        self.opened.change_now(actor, lambda records: records.patients.correct(key, field, text, burst='b1'))

    def open(self, actor: Actor, number: int) -> None:
        key = self.patient(number)
        self.opened.change_now(actor, lambda records: records.entries.open(key))

    def amend(self, actor: Actor, number: int, field: str, text: str) -> None:
        key = self.entry(number)
        self.opened.change_now(actor, lambda records: records.entries.amend(key, field, text, burst='b1'))

    def admit(self, actor: Actor, number: int, content: int) -> None:
        key = self.patient(number)
        image = AdmittedImage(
            key=new_key(), blob=new_key(), sha256=f'{content:064x}', size_bytes=1, format='JPEG', width_px=3, height_px=2,
            original_name='a.jpg', camera='', captured_local='', captured_offset='', captured_how=CapturedHow.RECEIVED,
            received_from='upload', captured_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=content))
        self.opened.change_now(actor, lambda records: records.images.admit(key, image))

    def describe(self, actor: Actor, number: int, text: str) -> None:
        for key in self.pool(number)[:1]:
            self.opened.change_now(actor, lambda records, key=key: records.images.describe(key, 'caption', text, burst='b1'))

    def place(self, actor: Actor, number: int) -> None:
        key, images = self.entry(number), self.pool(number)
        self.opened.change_now(actor, lambda records: records.entries.place(key, images))

    def remove(self, actor: Actor, number: int) -> None:
        key, images = self.entry(number), self.pool(number)[:1]
        self.opened.change_now(actor, lambda records: records.entries.remove(key, images))

    def group(self, actor: Actor, number: int) -> None:
        key, images = self.entry(number), self.pool(number)
        self.opened.change_now(actor, lambda records: records.comparisons.group(key, images))

    def tag(self, number: int) -> str:
        with self.opened.reading(CONSOLE) as records:
            keys = [row.label.key for category in records.tags.vocabulary() for row in category.tags]
        return keys[number % len(keys)]

    def add_tag(self, actor: Actor, name: str) -> None:
        with self.opened.reading(CONSOLE) as records:
            category = records.tags.vocabulary()[0].key
        self.opened.change_now(actor, lambda records: records.tags.add(category, name))

    def rename_tag(self, actor: Actor, number: int, name: str) -> None:
        key = self.tag(number)
        self.opened.change_now(actor, lambda records: records.tags.rename(key, name, burst='b1'))

    def move_tag(self, actor: Actor, number: int, category: int) -> None:
        key = self.tag(number)
        with self.opened.reading(CONSOLE) as records:
            target = records.tags.vocabulary()[category].key
        self.opened.change_now(actor, lambda records: records.tags.move([key], target))

    def bearers(self, kind: Tagged, number: int) -> list[str]:
        if kind is Tagged.IMAGE:
            return self.pool(number)[:2]
        return [self.patient(number) if kind is Tagged.PATIENT else self.entry(number)]

    def assign(self, actor: Actor, number: int, kind: Tagged, subject: int) -> None:
        key, subjects = self.tag(number), self.bearers(kind, subject)
        self.opened.change_now(actor, lambda records: records.tags.assign(key, kind, subjects))

    def unassign(self, actor: Actor, number: int, kind: Tagged, subject: int) -> None:
        key, subjects = self.tag(number), self.bearers(kind, subject)
        self.opened.change_now(actor, lambda records: records.tags.unassign(key, kind, subjects[:1]))

    def merge(self, actor: Actor, keep: int, gone: int) -> None:
        stays, goes = self.tag(keep), self.tag(gone)
        self.opened.change_now(actor, lambda records: records.tags.merge(stays, [goes]))

    def separate(self, actor: Actor, number: int) -> None:
        key = self.tag(number)
        self.opened.change_now(actor, lambda records: records.tags.separate(key))

    def retire(self, actor: Actor, number: int) -> None:
        key = self.tag(number)
        self.opened.change_now(actor, lambda records: records.tags.retire([key]))

    def offer_again(self, actor: Actor, number: int) -> None:
        key = self.tag(number)
        self.opened.change_now(actor, lambda records: records.tags.restore([key]))

    def identifiers(self, number: int) -> list[IdentifierRecord]:
        with self.opened.reading(CONSOLE) as records:
            return records.identifiers.of(self.patient(number))

    def identify(self, actor: Actor, number: int, text: str) -> None:
        key = self.patient(number)
        self.opened.change_now(actor, lambda records: records.identifiers.add(key, 'Laboratory', text))

    def correct_identifier(self, actor: Actor, number: int, text: str) -> None:
        for row in self.identifiers(number)[:1]:
            self.opened.change_now(actor, lambda records, key=row.key: records.identifiers.correct(key, 'value', text, burst='b1'))

    def remove_identifier(self, actor: Actor, number: int) -> None:
        key = self.patient(number)
        for row in self.identifiers(number)[:1]:
            gone = self.opened.change_now(actor, lambda records, key=row.key: records.identifiers.remove(key))
            self.opened.change_now(actor, lambda records, gone=gone: records.identifiers.restore(key, gone))
            self.opened.change_now(actor, lambda records, key=row.key: records.identifiers.remove(key))

    def tell_apart(self, actor: Actor, one: int, two: int) -> None:
        keys = self.patient(one), self.patient(two)
        self.opened.change_now(actor, lambda records: records.lookalikes.tell_apart(*keys))


def wrong_tags(records: Records) -> list[str]:
    """Walk from every image, entry and patient upwards, by hand, and name what the stored tags say otherwise."""
    merged = set(records.session.exec(select(Tag.id).where(col(Tag.merged_into_id).is_not(None))))
    on_patients: dict[tuple[int, int], list[int]] = {}
    on_entries: dict[tuple[int, int], list[int]] = {}
    images: Counter[int] = Counter()
    for put in records.session.exec(select(PatientTag)):
        on_patients.setdefault((put.tag_id, put.patient_id), [0, 0, 0])[0] += 1
    for put in records.session.exec(select(EntryTag)):
        on_entries.setdefault((put.tag_id, put.entry_id), [0, 0])[0] += 1
        on_patients.setdefault((put.tag_id, records.session.get_one(Entry, put.entry_id).patient_id), [0, 0, 0])[1] += 1
    for put in records.session.exec(select(ImageTag)):
        images[put.tag_id] += put.tag_id not in merged
        on_patients.setdefault((put.tag_id, records.session.get_one(Image, put.image_id).patient_id), [0, 0, 0])[2] += 1
        for placed in records.session.exec(select(EntryImage).where(EntryImage.image_id == put.image_id)):
            on_entries.setdefault((put.tag_id, placed.entry_id), [0, 0])[1] += 1
    shown_patients = {(row.tag_id, row.patient_id): [row.direct, row.entries, row.images]
                      for row in records.session.exec(select(PatientEffectiveTag))}
    shown_entries = {(row.tag_id, row.entry_id): [row.direct, row.images] for row in records.session.exec(select(EntryEffectiveTag))}
    wrong = ['patients'] * (shown_patients != {at: rests for at, rests in on_patients.items() if at[0] not in merged})
    wrong += ['entries'] * (shown_entries != {at: rests for at, rests in on_entries.items() if at[0] not in merged})
    for tag in records.session.exec(select(Tag)):
        counted = tuple(sum(1 for of, _subject in shown if of == tag.id) for shown in (shown_patients, shown_entries))
        wrong += [f'{tag.name}: counts'] * ((tag.patient_count, tag.entry_count, tag.image_count) != (*counted, images[tag.id or 0]))
    return wrong


def wrong_figures(records: Records) -> list[str]:
    """Count everything anew, patient by patient, and name what is stored otherwise."""
    wrong = []
    for patient in records.session.exec(select(Patient)):
        entries = records.session.exec(select(Entry).where(Entry.patient_id == patient.id)).all()
        images = records.session.exec(select(Image).where(Image.patient_id == patient.id)).all()
        former = sorted(records.session.exec(select(PatientFormerId.unique_id).where(PatientFormerId.patient_id == patient.id)))
        search = fold(' '.join((patient.unique_id, patient.given_names, patient.preferred_name, patient.family_name, *former)))
        numbers = sorted(entry.number for entry in entries)
        counted = {
            'entry_count': len(entries), 'image_count': len(images), 'search': search, 'entry_numbers_given': max(numbers, default=0),
            'last_appointment': max((entry.appointment_at for entry in entries), default=None)}
        wrong += [f'{patient.unique_id}: {name}' for name, value in counted.items() if getattr(patient, name) != value]
        wrong += [f'{patient.unique_id}: numbers {numbers}'] * (numbers != list(range(1, len(entries) + 1)))
        wrong += [f'{patient.unique_id}: also a former ID'] * (records.session.get(PatientFormerId, patient.unique_id) is not None)
    return wrong


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(st.tuples(WHO, ACTS), min_size=5, max_size=40))
def test_stored_figures_are_what_counting_finds_and_the_chain_is_whole(template: Template, acts: list) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = MovableClock()
        opened = open_clinic(template.copy(Path(folder)), clock=clock)
        try:
            practice = Practice(opened, clock)
            for who, act in [*BEGINNING, *acts]:
                practice.do(getattr(template.cast, who), act)
            with opened.reading(CONSOLE) as records:
                assert wrong_figures(records) == []
                assert wrong_tags(records) == []
                assert list(inconsistencies(records)) == []
            assert verify_trail(opened, CONSOLE).last == opened.head.read()
        finally:
            opened.close()
