"""Who is in a field: theirs until they leave it, or until they press no key for 5 s and someone else does."""
import pytest

from app.field_locks import FieldLocks, editing_of
from app.live import Hub
from data.actors import Actor
from data.records import Changed

TOM, INES = Actor(user='tom', name='Tom Adeyemi'), Actor(user='ines', name='Dr Ines Weber')


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[Changed]:
    return []


@pytest.fixture
def locks(clock: Clock, told: list[Changed]) -> FieldLocks:
    hub = Hub()
    hub.subscribe(editing_of('entry'), told.append)
    return FieldLocks(hub, clock)


def who(locks: FieldLocks, page: str) -> str:
    holder = locks.other('entry', 'notes', page)
    return holder.person.name if holder else ''


def test_a_field_belongs_to_who_came_first_until_they_leave(locks: FieldLocks) -> None:
    locks.take('entry', 'notes', 'page of Tom', TOM)
    locks.take('entry', 'notes', 'page of Ines', INES)
    assert who(locks, 'page of Ines') == 'Tom Adeyemi'
    assert who(locks, 'page of Tom') == ''
    locks.leave('entry', 'notes', 'page of Ines')
    assert who(locks, 'page of Ines') == 'Tom Adeyemi'
    locks.leave('entry', 'notes', 'page of Tom')
    assert who(locks, 'page of Ines') == ''


def test_without_a_key_for_five_seconds_someone_else_takes_it_over(locks: FieldLocks, clock: Clock) -> None:
    locks.take('entry', 'notes', 'page of Tom', TOM)
    clock.now += 4
    locks.take('entry', 'notes', 'page of Tom', TOM)
    clock.now += 4
    assert who(locks, 'page of Ines') == 'Tom Adeyemi'
    clock.now += 1
    assert who(locks, 'page of Ines') == ''
    locks.take('entry', 'notes', 'page of Ines', INES)
    assert who(locks, 'page of Tom') == 'Dr Ines Weber'
    locks.leave('entry', 'notes', 'page of Tom')
    assert who(locks, 'page of Tom') == 'Dr Ines Weber'


def test_keys_are_no_news_but_the_first_after_a_silence_is(locks: FieldLocks, clock: Clock, told: list[Changed]) -> None:
    for _ in range(10):
        locks.take('entry', 'notes', 'page of Tom', TOM)
    assert len(told) == 1
    clock.now += 6
    locks.take('entry', 'notes', 'page of Tom', TOM)
    assert len(told) == 2


def test_another_field_and_another_subject_are_free(locks: FieldLocks) -> None:
    locks.take('entry', 'notes', 'page of Tom', TOM)
    assert locks.other('entry', 'appointment_at', 'page of Ines') is None
    assert locks.other('other', 'notes', 'page of Ines') is None
