"""Whatever is done in whatever order: the stored figures are those that counting finds, and the chain is whole."""
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from app.clinic import Clinic, open_clinic
from app.integrity import verify_trail
from data.actors import Actor, console_actor
from data.columns import new_key
from data.errors import Refusal
from data.models import CapturedHow, Entry, Image, Patient, PatientFormerId
from data.records import Records
from data.repositories.images import AdmittedImage
from data.repositories.patients import read_draft
from data.values import fold
from tests.conftest import MovableClock, Template
from tests.rounds import rounds

EXAMPLES = rounds(400)
CONSOLE = console_actor('tests')
PATIENTS = st.integers(0, 2)
IDS = st.sampled_from(['ab', 'cd', 'ef', 'gh', 'new', 'x', 'AB'])
TEXTS = st.sampled_from(['', 'Öz', 'two words', '2026-01-05 10:00', '2027-06-01T09:30', 'x' * 200, '1980-03-14'])
MOMENTS = st.sampled_from(['2026-01-05 10:00', '2027-06-01T09:30', '2025-02-03 12:00', 'soon'])
FIELDS = st.sampled_from(['unique_id', 'family_name', 'given_names', 'birth_date', 'notes', 'city'])
WHO = st.sampled_from(['ines', 'jana', 'jana', 'tom', 'vera'])
ACTS = st.one_of(
    st.tuples(st.just('register'), IDS), st.tuples(st.just('correct'), PATIENTS, FIELDS, st.one_of(TEXTS, IDS)),
    st.tuples(st.just('open'), PATIENTS),
    st.tuples(st.just('amend'), PATIENTS, st.just('notes'), TEXTS),
    st.tuples(st.just('amend'), PATIENTS, st.just('appointment_at'), MOMENTS),
    st.tuples(st.just('admit'), PATIENTS, st.integers(0, 2)), st.tuples(st.just('place'), PATIENTS), st.tuples(st.just('remove'), PATIENTS),
    st.tuples(st.just('group'), PATIENTS), st.tuples(st.just('describe'), PATIENTS, TEXTS), st.tuples(st.just('wait'), st.integers(1, 400)))

BEGINNING = [('jana', ('register', 'ab')), ('jana', ('register', 'cd')), ('jana', ('open', 0)), ('jana', ('open', 1))]


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


def wrong_figures(records: Records) -> list[str]:
    """Count everything anew, patient by patient, and name what is stored otherwise."""
    wrong = []
    for patient in records.session.exec(select(Patient)):
        entries = records.session.exec(select(Entry).where(Entry.patient_id == patient.id)).all()
        images = records.session.exec(select(Image).where(Image.patient_id == patient.id)).all()
        search = fold(' '.join((patient.unique_id, patient.given_names, patient.preferred_name, patient.family_name)))
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
            assert verify_trail(opened, CONSOLE).last == opened.head.read()
        finally:
            opened.close()
