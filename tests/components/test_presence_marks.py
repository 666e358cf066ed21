"""The initials of who is here: three at most, who is idle last and in words, and nothing that a name could smuggle in."""
from app.presence import Person
from components.live_gate import _told
from components.presence_marks import presence_html


def person(name: str, *, is_idle: bool = False) -> Person:
    return Person(name.lower(), name, is_idle)


def test_nobody_is_shown_to_who_is_alone() -> None:
    assert presence_html((person('Tom Adeyemi'),)) == ''


def test_who_is_idle_is_faded_said_so_and_comes_last() -> None:
    shown = presence_html((person('Tom Adeyemi', is_idle=True), person('Ines Weber'), person('Jana König')))
    assert 'aria-label="Here now: Ines Weber, Jana König; Tom Adeyemi, idle"' in shown
    assert 'title="Tom Adeyemi, idle"' in shown
    assert shown.count('df-avatar--here') == 2
    assert shown.index('>IW<') < shown.index('df-avatar--idle') < shown.index('>TA<')


def test_of_five_three_are_shown_and_all_are_named() -> None:
    shown = presence_html(tuple(person(name) for name in ('A A', 'B B', 'C C', 'D D', 'E E')))
    assert shown.count('df-avatar--here') == 3
    assert 'title="D D; E E">+2<' in shown
    assert 'Here now: A A, B B, C C, D D, E E"' in shown


def test_a_name_is_no_markup() -> None:
    shown = presence_html((person('"><b>Tom', is_idle=True), person('<i>Ines')))
    assert '<b>' not in shown
    assert '<i>' not in shown


def test_the_live_channel_tells_who_did_something_and_passes_it_on() -> None:
    acted: list[str] = []
    passed_on: list[dict] = []
    hear = _told(lambda _socket, message: passed_on.append(message), acted.append)
    hear('socket', {'client_id': 'page', 'id': 4})
    assert acted == ['page']
    assert passed_on == [{'client_id': 'page', 'id': 4}]
