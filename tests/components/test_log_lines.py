"""Short lines: what a page or a library says cannot move the console's cursor, begin a line, or fill the disk."""
import logging

import pytest

from components.log_lines import MOST_A_MINUTE, ShortLines, one_line


def logged(message: object, *, error: BaseException | None = None) -> logging.LogRecord:
    trace = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord('nicegui', logging.ERROR, __file__, 1, message, (), trace)


def shortened(record: logging.LogRecord) -> str:
    assert ShortLines().filter(record)
    return logging.Formatter('%(message)s').format(record)


def an_error() -> Exception:
    try:
        raise ValueError('a name of a patient\nin two lines')
    except ValueError as error:
        return error


@pytest.mark.parametrize(('said', 'line'), [
    ('one\ntwo\r\tthree', 'one two three'), ('\x1b[2Jgone\x9b1m', '[2Jgone 1m'), ('to \u202eleft', 'to left'),
    ('\ud83d', ''), ('Jürgen 😀', 'Jürgen 😀'),
])
def test_only_what_can_be_printed_is_left(said: str, line: str) -> None:
    assert one_line(said) == line
    assert shortened(logged(said)) == line


@pytest.mark.parametrize('message', ['Task exception was never retrieved\nfuture: a secret', an_error()])
def test_a_trace_is_a_line_of_places_without_the_words_of_the_error(message: object) -> None:
    line = shortened(logged(message, error=an_error()))
    assert line.endswith(f': ValueError at test_log_lines.py:{an_error.__code__.co_firstlineno + 2}')
    assert '\n' not in line
    assert 'patient' not in line
    assert 'secret' not in line


def test_a_minute_has_so_many_lines() -> None:
    now = [0.0]
    short = ShortLines(lambda: now[0])
    assert [short.filter(logged('x')) for _ in range(MOST_A_MINUTE + 3)] == [True] * (MOST_A_MINUTE + 1) + [False] * 2
    now[0] = 61.0
    assert short.filter(logged('x'))
