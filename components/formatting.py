"""How dates, ages, intervals and numbers are written. Pure: the day and the zone are always handed in."""
from datetime import date, datetime, tzinfo

from data.values import MONTHS, written_day

_WEEKDAYS = ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')
_MEGABYTE = 1_000_000
_DAYS_OF_A_MONTH = 30.437


def day(value: date) -> str:
    """Return '23 Nov 2026'."""
    return written_day(value)


def day_short(value: date, *, today: date) -> str:
    """Return 'Today', '20 Nov' within this year, else '20 Nov 2025'."""
    if value == today:
        return 'Today'
    return f'{value.day} {MONTHS[value.month - 1]}' if value.year == today.year else day(value)


def local(at: datetime, zone: tzinfo) -> datetime:
    """Return the instant on the practice's clock. Refuses a time without a zone: it would be a guess."""
    if at.tzinfo is None:
        raise ValueError('a time without a zone cannot be placed on the clock')
    return at.astimezone(zone)


def clock(at: datetime, zone: tzinfo, *, seconds: bool = False) -> str:
    """Return '10:42', for the log '10:42:07'."""
    return local(at, zone).strftime('%H:%M:%S' if seconds else '%H:%M')


def moment(at: datetime, zone: tzinfo) -> str:
    """Return '23 Nov 2026, 10:15'."""
    return f'{day(local(at, zone).date())}, {clock(at, zone)}'


def appointment(at: datetime, zone: tzinfo) -> str:
    """Return 'Mon 23 Nov 2026, 10:15'."""
    return f'{_WEEKDAYS[local(at, zone).weekday()]} {moment(at, zone)}'


def saved(at: datetime, zone: tzinfo, *, today: date) -> str:
    """Return 'Saved 10:42', on another day 'Saved 20 Nov'."""
    on = local(at, zone).date()
    return f'Saved {clock(at, zone)}' if on == today else f'Saved {day_short(on, today=today)}'


def months_between(start: date, end: date) -> int:
    """Return the whole months from start to end; someone born on the 31st completes a month on the next month's first day."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def age(born: date, on: date) -> str:
    """Return '46 y'; under two years '7 mo', under one month '12 d'; empty for a birth date that lies ahead."""
    if born > on:
        return ''
    months = months_between(born, on)
    if months >= 24:
        return f'{months // 12} y'
    return f'{months} mo' if months else f'{(on - born).days} d'


def birth_line(born: date | None, on: date) -> str:
    """Return '46 y, born 14 Mar 1980'; empty when the birth date is not known."""
    if born is None:
        return ''
    years = age(born, on)
    return f'{years}, born {day(born)}' if years else f'born {day(born)}'


def interval(first: date, second: date) -> str:
    """Return the distance of two days, in the unit that people plan visits in.

    0 'same day'; under 14 days '5 days'; under 26 weeks '12 weeks'; under 24 months '8 months'; from then on '2 years'.
    Weeks and months are rounded to the nearest, as people do: 40 days are 6 weeks, a day short of two years is '2 years'.
    """
    start, end = min(first, second), max(first, second)
    days = (end - start).days
    if days == 0:
        return 'same day'
    if days < 14:
        return plural(days, 'day')
    if days < 26 * 7:
        return plural(round(days / 7), 'week')
    months = round(days / _DAYS_OF_A_MONTH)
    return plural(months, 'month') if months < 24 else plural(months // 12, 'year')


def relative_day(value: date, *, today: date) -> str:
    """Return 'Today', '6 weeks earlier', or 'in 2 weeks' for what is planned."""
    if value == today:
        return 'Today'
    return f'{interval(value, today)} earlier' if value < today else f'in {interval(today, value)}'


def visit_day(value: date, *, visit: date) -> str:
    """Return how a day lies to the day of a visit: 'This visit', '6 weeks earlier', '9 days later'."""
    if value == visit:
        return 'This visit'
    return f'{interval(value, visit)} {"earlier" if value < visit else "later"}'


def count(number: int) -> str:
    """Return '1,284'."""
    return f'{number:,}'


def plural(number: int, one: str, many: str = '') -> str:
    """Return '1 image', '4 images', '2 entries' (with `many` where an s does not do)."""
    return f'{count(number)} {one if number == 1 else many or one + "s"}'


def ordinal(number: int) -> str:
    """Return '9th'."""
    suffix = 'th' if 10 <= number % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')
    return f'{count(number)}{suffix}'


def size(number_bytes: int) -> str:
    """Return '8.4 MB'; whole from 100 MB on, 'kB' below a tenth, so that a small file is never '0.0 MB'."""
    if number_bytes >= 100 * _MEGABYTE:
        return f'{round(number_bytes / _MEGABYTE):,} MB'
    if number_bytes >= _MEGABYTE / 10:
        return f'{number_bytes / _MEGABYTE:.1f} MB'
    return f'{-(-number_bytes // 1000)} kB'


def progress(sent_bytes: int, total_bytes: int) -> str:
    """Return '5.2 of 8.4 MB'."""
    total = size(total_bytes)
    sent = size(sent_bytes)
    unit = total.rsplit(' ', 1)[1]
    return f'{sent.rsplit(" ", 1)[0]} of {total}' if sent.endswith(unit) else f'{sent} of {total}'


def initials(name: str) -> str:
    """Return 'IM' for 'Dr Ines Marlowe'; one letter for one word; '?' when there is none."""
    words = [word for word in name.split() if word[0].isalnum() and word.rstrip('.').lower() not in ('dr', 'prof', 'mr', 'mrs', 'ms')]
    letters = [word[0].upper() for word in words or name.split()]
    return ''.join(letters[:1] + letters[1:][-1:]) or '?'
