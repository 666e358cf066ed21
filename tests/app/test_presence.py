"""Who has a record open: each person once, for as long as a page of theirs holds its line."""
from app.live import Hub
from app.presence import Person, Presence, presence_of
from data.actors import Actor
from data.records import Changed

TOM, INES = Actor(user='tom', name='Tom Adeyemi'), Actor(user='ines', name='Dr Ines Weber')


def heard(hub: Hub, subject: str) -> list[Changed]:
    told: list[Changed] = []
    hub.subscribe(presence_of(subject), told.append)
    return told


def test_each_person_is_here_once_in_the_order_they_came_until_their_last_page_goes() -> None:
    hub = Hub()
    present, told = Presence(hub), heard(hub, 'entry')
    present.come('entry', 'a', TOM)
    present.come('entry', 'b', INES)
    present.come('entry', 'c', TOM)
    assert [one.name for one in present.here('entry')] == ['Tom Adeyemi', 'Dr Ines Weber']
    present.go('entry', 'a')
    assert Person('tom', 'Tom Adeyemi') in present.here('entry')
    present.go('entry', 'c')
    assert [one.user for one in present.here('entry')] == ['ines']
    assert len(told) == 4  # a second page of Tom's changes nothing; the first of his two to go leaves him behind Ines


def test_another_record_knows_nothing_of_it() -> None:
    hub = Hub()
    present, told = Presence(hub), heard(hub, 'other')
    present.come('entry', 'a', TOM)
    assert present.here('other') == ()
    assert told == []


def test_going_twice_or_never_having_come_is_no_news() -> None:
    hub = Hub()
    present, told = Presence(hub), heard(hub, 'entry')
    present.go('entry', 'a')
    present.come('entry', 'a', TOM)
    present.come('entry', 'a', TOM)
    present.go('entry', 'a')
    present.go('entry', 'a')
    assert len(told) == 2
