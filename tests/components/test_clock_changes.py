"""The nights on which the clocks change: what is skipped, what comes twice, and how it is said."""
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from components.clock_changes import moment_words, moved_on, skipped_words, twice_words

BERLIN, NEW_YORK = ZoneInfo('Europe/Berlin'), ZoneInfo('America/New_York')


@pytest.mark.parametrize(('form', 'zone', 'became'), [
    ('2026-03-29T02:30', BERLIN, '2026-03-29T03:30'), ('2026-03-08T02:30', NEW_YORK, '2026-03-08T03:30'),
    ('2026-03-29T01:59', BERLIN, ''), ('2026-03-29T03:00', BERLIN, ''), ('2026-03-29T02:30', NEW_YORK, ''),
    ('2026-10-25T02:30', BERLIN, ''), ('2026-11-01T01:30', NEW_YORK, ''), ('', BERLIN, ''), ('soon', BERLIN, ''),
    ('0001-01-01T00:00', BERLIN, ''), ('9999-12-31T23:59', NEW_YORK, '')])
def test_a_time_that_the_clocks_skip_is_moved_on_by_the_hour(form: str, zone: ZoneInfo, became: str) -> None:
    assert moved_on(form, zone) == became


def test_a_skipped_time_is_said_with_what_it_became() -> None:
    assert skipped_words('2026-03-29T02:30', '2026-03-29T03:30') == (
        'The clocks go forward that night: 02:30 does not exist. It became 03:30.')


@pytest.mark.parametrize(('utc', 'zone', 'said', 'in_history'), [
    ('2026-10-25T00:30Z', BERLIN, '02:30 comes twice that night. This is the first, before the clocks go back.',
     '25 Oct 2026, 02:30, the first time'),
    ('2026-10-25T01:30Z', BERLIN, '02:30 comes twice that night. This is the second, after the clocks went back.',
     '25 Oct 2026, 02:30, the second time'),
    ('2026-11-01T05:30Z', NEW_YORK, '01:30 comes twice that night. This is the first, before the clocks go back.',
     '1 Nov 2026, 01:30, the first time'),
    ('2026-11-01T06:30Z', NEW_YORK, '01:30 comes twice that night. This is the second, after the clocks went back.',
     '1 Nov 2026, 01:30, the second time'),
    ('2026-10-25T02:30Z', BERLIN, '', '25 Oct 2026, 03:30'), ('2026-03-29T01:30Z', BERLIN, '', '29 Mar 2026, 03:30')])
def test_of_a_time_that_comes_twice_it_is_said_which_is_meant(utc: str, zone: ZoneInfo, said: str, in_history: str) -> None:
    assert (twice_words(datetime.fromisoformat(utc), zone), moment_words(datetime.fromisoformat(utc), zone)) == (said, in_history)
