"""Who has a record open: each person once, for as long as a page of theirs holds its line; idle when nothing was heard for two minutes."""
from collections.abc import Callable

import pytest

from app.live import Hub
from app.presence import IDLE_AFTER_S, Person, Presence, presence_of
from data.actors import Actor
from data.records import Changed

TOM, INES = Actor(user='tom', name='Tom Adeyemi'), Actor(user='ines', name='Dr Ines Weber')


class Time:
    """Seconds that pass when a test says so, and the timers that run out meanwhile."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waiting: list[Waiting] = []

    def __call__(self) -> float:
        return self.now

    def later(self, delay_s: float, act: Callable[[], None]) -> 'Waiting':
        one = Waiting(self, self.now + delay_s, act)
        self.waiting.append(one)
        return one

    def passes(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [one for one in self.waiting if one.at <= end]:
            first = min(due, key=lambda one: one.at)
            self.now = max(self.now, first.at)
            first.cancel()
            first.act()
        self.now = end


class Waiting:
    """A timer that has not run out yet."""

    def __init__(self, time: Time, at: float, act: Callable[[], None]) -> None:
        self._time, self.at, self.act = time, at, act

    def cancel(self) -> None:
        if self in self._time.waiting:
            self._time.waiting.remove(self)


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def present(hub: Hub, time: Time) -> Presence:
    return Presence(hub, time, time.later)


def heard(hub: Hub, subject: str) -> list[Changed]:
    told: list[Changed] = []
    hub.subscribe(presence_of(subject), told.append)
    return told


def idle(present: Presence) -> list[str]:
    return [one.user for one in present.here('entry') if one.is_idle]


def test_each_person_is_here_once_in_the_order_they_came_until_their_last_page_goes(hub: Hub, present: Presence) -> None:
    told = heard(hub, 'entry')
    present.come('entry', 'a', TOM)
    present.come('entry', 'b', INES)
    present.come('entry', 'c', TOM)
    assert [one.name for one in present.here('entry')] == ['Tom Adeyemi', 'Dr Ines Weber']
    present.go('entry', 'a')
    assert Person('tom', 'Tom Adeyemi') in present.here('entry')
    present.go('entry', 'c')
    assert [one.user for one in present.here('entry')] == ['ines']
    assert len(told) == 4  # a second page of Tom's changes nothing; the first of his two to go leaves him behind Ines


def test_another_record_knows_nothing_of_it(hub: Hub, present: Presence) -> None:
    told = heard(hub, 'other')
    present.come('entry', 'a', TOM)
    assert present.here('other') == ()
    assert told == []


def test_going_twice_or_never_having_come_is_no_news(hub: Hub, present: Presence) -> None:
    told = heard(hub, 'entry')
    present.go('entry', 'a')
    present.come('entry', 'a', TOM)
    present.come('entry', 'a', TOM)
    present.go('entry', 'a')
    present.go('entry', 'a')
    assert len(told) == 2


def test_two_minutes_without_an_act_make_idle_and_the_next_act_ends_it(hub: Hub, present: Presence, time: Time) -> None:
    present.come('entry', 'a', TOM)
    present.come('entry', 'b', INES)
    told = heard(hub, 'entry')
    time.passes(IDLE_AFTER_S - 1)
    present.acted('b')
    assert told == []
    time.passes(1)
    assert idle(present) == ['tom']
    assert len(told) == 1
    time.passes(IDLE_AFTER_S - 1)
    assert idle(present) == ['tom', 'ines']
    present.acted('a')
    assert idle(present) == ['ines']
    assert len(told) == 3


def test_a_person_with_two_pages_is_idle_when_both_are(present: Presence, time: Time) -> None:
    present.come('entry', 'a', TOM)
    present.come('entry', 'b', TOM)
    time.passes(IDLE_AFTER_S - 1)
    present.acted('a')
    time.passes(IDLE_AFTER_S - 1)
    assert idle(present) == []
    time.passes(1)
    assert idle(present) == ['tom']


def test_one_timer_serves_all_pages_and_none_is_left_when_nobody_could_turn_idle(present: Presence, time: Time) -> None:
    for page in 'abc':
        present.come('entry', page, TOM)
        present.come('other', page + page, INES)
        time.passes(7)
    for _ in range(1000):
        present.acted('a')
    assert len(time.waiting) == 1
    time.passes(IDLE_AFTER_S)
    assert time.waiting == []  # all are idle
    present.acted('a')
    assert len(time.waiting) == 1
    for page in 'abc':
        present.go('entry', page)
        present.go('other', page + page)
    assert time.waiting == []


def test_an_act_at_a_page_that_shows_no_record_or_is_gone_counts_for_nothing(hub: Hub, present: Presence) -> None:
    told = heard(hub, 'entry')
    present.acted('nowhere')
    present.come('entry', 'a', TOM)
    present.go('entry', 'a')
    present.acted('a')
    assert present.here('entry') == ()
    assert len(told) == 2
