"""A practice to which things are done in any order, each by someone who may or may not do it: for tests with random acts."""
from datetime import UTC, datetime, timedelta

from sqlmodel import col, select

from app.clinic import Clinic
from data.actors import Actor, console_actor
from data.columns import new_key
from data.errors import Refusal
from data.models import CapturedHow, ComparisonGroup, Entry, Patient
from data.repositories.identifiers import IdentifierRecord
from data.repositories.images import AdmittedImage
from data.repositories.patients import read_draft
from data.repositories.tag_records import Tagged
from tests.conftest import MovableClock
from tests.factories import a_move

CONSOLE = console_actor('tests')


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
            original_name='a.jpg', camera='', lens='', captured_local='', captured_offset='', captured_how=CapturedHow.RECEIVED,
            received_from='upload', captured_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=content))
        self.opened.change_now(actor, lambda records: records.images.admit(key, image))

    def describe(self, actor: Actor, number: int, text: str) -> None:
        for key in self.pool(number)[:1]:
            self.opened.change_now(actor, lambda records, key=key: records.images.describe(key, 'caption', text, burst='b1'))

    def say_sensitive(self, actor: Actor, number: int, text: str) -> None:
        for key in self.pool(number)[:1]:
            self.opened.change_now(actor, lambda records, key=key: records.images.describe(key, 'is_sensitive', text, burst='b1'))

    def locate(self, actor: Actor, number: int, site: str) -> None:
        for key in self.pool(number)[:1]:
            self.opened.change_now(actor, lambda records, key=key: records.images.describe(key, 'body_site', site, burst='b1'))

    def use_as_cover(self, actor: Actor, number: int, image: int) -> None:
        for key in self.pool(number)[image:image + 1]:
            self.opened.change_now(actor, lambda records, key=key: records.images.use_as_cover(key))

    def stop_as_cover(self, actor: Actor, number: int, image: int) -> None:
        for key in self.pool(number)[image:image + 1]:
            self.opened.change_now(actor, lambda records, key=key: records.images.stop_as_cover(key))
    def withdraw(self, actor: Actor, number: int) -> None:
        keys = self.pool(number)[:1]
        self.opened.change_now(actor, lambda records: records.images.withdraw(keys, 'Blurred'))

    def put_back(self, actor: Actor, number: int) -> None:
        with self.opened.reading(CONSOLE) as records:
            keys = [gone.key for gone in records.images.withdrawn(self.patient(number))]
        self.opened.change_now(actor, lambda records: records.images.put_back(keys))

    def move_images(self, actor: Actor, number: int, to: int) -> None:
        a_move(self.opened, actor, self.pool(number)[:2], self.patient(to))

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

    def merge_both(self, actor: Actor, keep: int, one: int, two: int) -> None:
        stays, gone = self.tag(keep), [self.tag(one), self.tag(two)]
        self.opened.change_now(actor, lambda records: records.tags.merge(stays, gone))

    def recolour(self, actor: Actor, number: int) -> None:
        with self.opened.reading(CONSOLE) as records:
            category = records.tags.vocabulary()[number].key
        self.opened.change_now(actor, lambda records: records.tags.recolour(category, 'sea'))

    def rename_category(self, actor: Actor, number: int, name: str) -> None:
        with self.opened.reading(CONSOLE) as records:
            category = records.tags.vocabulary()[number].key
        self.opened.change_now(actor, lambda records: records.tags.rename_category(category, name, burst='b1'))

    def add_category(self, actor: Actor, name: str) -> None:
        self.opened.change_now(actor, lambda records: records.tags.add_category(name, 'rose'))

    def assign_to_all(self, actor: Actor, number: int) -> None:
        key, everyone = self.tag(number), list({self.patient(each) for each in range(3)})
        self.opened.change_now(actor, lambda records: records.tags.assign(key, Tagged.PATIENT, everyone))

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

    def bring_back_identifier(self, actor: Actor, number: int) -> None:
        key = self.patient(number)
        for row in self.identifiers(number)[:1]:
            gone = self.opened.change_now(actor, lambda records, key=row.key: records.identifiers.remove(key))
            self.opened.change_now(actor, lambda records, gone=gone: records.identifiers.restore(key, gone))

    def liken(self, actor: Actor, one: int, two: int) -> None:
        keys = self.patient(one), self.patient(two)
        self.opened.change_now(actor, lambda records: records.lookalikes.liken(*keys))

    def arrange(self, actor: Actor, number: int, text: str) -> None:
        with self.opened.reading(CONSOLE) as records:
            groups = records.session.exec(select(ComparisonGroup.key).join(Entry).join(Patient).where(
                Patient.key == self.patient(number))).all()
        for key in groups[:1]:
            self.opened.change_now(actor, lambda records, key=key: records.comparisons.arrange(key, 'title', text, burst='b1'))

    def tell_apart(self, actor: Actor, one: int, two: int) -> None:
        keys = self.patient(one), self.patient(two)
        self.opened.change_now(actor, lambda records: records.lookalikes.tell_apart(*keys))
