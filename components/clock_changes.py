"""The nights on which the clocks change, in words: a time that is skipped, and one that comes twice. Pure."""
from datetime import UTC, datetime, tzinfo

from components import formatting
from data.values import same_on_the_clock

FORM = '%Y-%m-%dT%H:%M'
"""How the browser's field of date and time holds a local time."""


def local_form(moment: datetime, zone: tzinfo) -> str:
    """Return an instant as the browser's date and time field holds it."""
    return moment.astimezone(zone).strftime(FORM)


def moved_on(form: str, zone: tzinfo) -> str:
    """Return the local time that one of an hour that the clocks skip becomes; nothing for every other, and for what is no local time."""
    try:
        typed = datetime.strptime(form, FORM)  # noqa: DTZ007 -- the zone is put on below
        became = local_form(typed.replace(tzinfo=zone).astimezone(UTC), zone)
    except (ValueError, OverflowError):
        return ''
    return became if became != form else ''


def skipped_words(form: str, became: str) -> str:
    """Return what became of a time that the clocks skip."""
    return f'The clocks go forward that night: {form[-5:]} does not exist. It became {became[-5:]}.'


def twice_words(moment: datetime, zone: tzinfo) -> str:
    """Return which of the two is meant when the clocks go back and a time comes twice; nothing for every other."""
    if same_on_the_clock(moment, zone) is None:
        return ''
    which = 'second, after the clocks went' if formatting.local(moment, zone).fold else 'first, before the clocks go'
    return f'{formatting.clock(moment, zone)} comes twice that night. This is the {which} back.'


def moment_words(moment: datetime, zone: tzinfo) -> str:
    """Return '23 Nov 2026, 10:15', and of a time that comes twice which of the two."""
    if same_on_the_clock(moment, zone) is None:
        return formatting.moment(moment, zone)
    return f'{formatting.moment(moment, zone)}, the {"second" if formatting.local(moment, zone).fold else "first"} time'
