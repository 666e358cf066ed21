"""Values as they are typed, cleaned and folded. Pure functions; refusals are sentences."""
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from data.errors import Invalid

MONTHS = ('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')
TEXT_LIMIT = 150_000
"""Characters a long text field takes: what the live channel carries with room to spare."""

_UNIQUE_ID = re.compile(r'[A-Za-z0-9_-]+')  # checked before lowering: the Kelvin sign would become a k
_RESERVED_IDS = frozenset({'new'})
_DATE_SHAPES = ('%Y-%m-%d', '%d %b %Y', '%d %B %Y', '%d.%m.%Y', '%d/%m/%Y', '%d-%m-%Y', '%Y/%m/%d')
_EITHER_ORDER = re.compile(r'(\d{1,2})[/-](\d{1,2})[/-]\d{4}')  # with dots the day comes first everywhere; with these it depends
_MOMENT_SHAPES = ('%Y-%m-%dT%H:%M', '%Y-%m-%d %H:%M', '%Y-%m-%dT%H:%M:%S')
_OLDEST_BIRTH_YEAR = 1850
EARLIEST_APPOINTMENT, LATEST_APPOINTMENT = datetime(1900, 1, 1), datetime(2200, 12, 31, 23, 59)  # noqa: DTZ001 -- of any zone's clock
_EARLIEST_DAY = timedelta(hours=14)  # so far ahead of UTC is the first place to reach a day
_LONGEST_SEARCH = 200
_SEARCH_WORDS = 8
# Characters that make two different names look alike or turn the reading direction: zero-width, bidirectional and soft marks.
_DECEIVING = {0x00AD, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF}
_JOINERS = {0x200C, 0x200D}
# Taken out in one pass in C: long notes are cleaned at every save.
_UNSEEN = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), *_DECEIVING} - _JOINERS - {ord('\n'), ord('\t')})
# Letters that Unicode does not take apart, and the quotes and dashes that keyboards and documents write differently.
_FOLDED = str.maketrans({
    'ø': 'o', 'ł': 'l', 'đ': 'd', 'ð': 'd', 'þ': 'th', 'æ': 'ae', 'œ': 'oe', 'ı': 'i', 'ħ': 'h', 'ŋ': 'n',
    '’': "'", '‘': "'", 'ʼ': "'", '`': "'", '´': "'", '‐': '-', '‑': '-', '–': '-', '—': '-',
})


def written_day(value: date) -> str:
    """Return '23 Nov 2026'. Own names of months: the server's locale must not change a record."""
    return f'{value.day} {MONTHS[value.month - 1]} {value.year}'


def clean_line(text: str) -> str:
    """Return one line in NFC without control, zero-width or direction characters and without surrounding space."""
    kept = (c if not unicodedata.category(c).startswith('C') else ' ' for c in text if ord(c) not in _DECEIVING)
    return ' '.join(unicodedata.normalize('NFC', ''.join(kept)).split())


def clean_text(text: str) -> str:
    """Return free text in NFC with plain line ends and without control or direction characters. Emoji joiners stay."""
    text = text.replace('\r\n', '\n').replace('\r', '\n')
    return unicodedata.normalize('NFC', text.translate(_UNSEEN))


def hides_characters(text: str) -> bool:
    """Tell whether a text holds characters that nobody sees: cleaning takes them out, and the person is told."""
    return any(ord(c) in _DECEIVING for c in text)


def fold(text: str) -> str:
    """Return text for comparing and searching: no case, no accents, plain quotes and dashes, single spaces."""
    plain = unicodedata.normalize('NFKD', text.casefold().translate(_FOLDED)).casefold()
    return ' '.join(''.join(c for c in plain if not unicodedata.combining(c)).translate(_FOLDED).split())


def slug(text: str) -> str:
    """Return a name as addresses spell it: folded, letters and digits with hyphens between; empty when it has neither."""
    return '-'.join(''.join(c if c.isalnum() else ' ' for c in fold(text)).split())


def search_words(text: str) -> list[str]:
    """Return what is looked for: folded words, each of which has to occur. What nobody would type is cut off."""
    return fold(clean_line(text[:_LONGEST_SEARCH])).split()[:_SEARCH_WORDS]


def normal_unique_id(text: str) -> str:
    """Return a unique ID as it is stored: 2 to 32 of `a-z 0-9 _ -`, lowered. Refuse anything else."""
    typed = text.strip()
    if typed and not _UNIQUE_ID.fullmatch(typed):
        raise Invalid('Use letters, digits, - or _.', field='unique_id')
    if not 2 <= len(typed) <= 32:
        raise Invalid('Use 2 to 32 characters.', field='unique_id')
    lowered = typed.lower()
    if lowered in _RESERVED_IDS:
        raise Invalid(f'“{lowered}” is reserved. Choose another ID.', field='unique_id')
    return lowered


def parse_birth_date(text: str, *, today: date | None = None) -> date | None:
    """Return a date of birth from what people type; empty is None. Refuse nonsense, the future and before 1850."""
    text = clean_line(text)
    if not text:
        return None
    _refuse_either_order(text)
    for shape in _DATE_SHAPES:
        try:
            parsed = datetime.strptime(text, shape).date()  # noqa: DTZ007 -- a date has no zone
        except ValueError:
            continue
        if parsed.year >= _OLDEST_BIRTH_YEAR and parsed <= (today or (datetime.now(UTC) + _EARLIEST_DAY).date()):
            return parsed
        raise Invalid('This date of birth cannot be right.', field='birth_date')
    raise Invalid('Use a date like 14 Mar 1980.', field='birth_date')


def parse_day(text: str, *, field: str = '') -> date | None:
    """Return a day from what people type, as for a date of birth; empty is None. Refuse what is no day."""
    text = clean_line(text)
    if not text:
        return None
    try:
        _refuse_either_order(text)
    except Invalid as refusal:
        raise Invalid(str(refusal), field=field) from None
    for shape in _DATE_SHAPES:
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007 -- a date has no zone
        except ValueError:
            continue
    raise Invalid('Use a date like 12 Mar 2027.', field=field)


def _refuse_either_order(text: str) -> None:
    """Refuse a date that is another day when the month is read first: 03/04/1980 is in April or in March."""
    parts = _EITHER_ORDER.fullmatch(text)
    if parts and parts[1].lstrip('0') != parts[2].lstrip('0') and max(int(parts[1]), int(parts[2])) <= 12:
        raise Invalid('Write the month as a word, for example 3 Apr 1980.', field='birth_date')


def parse_moment(text: str, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a local date and time such as `2026-11-23T10:15`; an aware ISO text keeps its own offset.

    In the hour that a clock change repeats, the earlier instant is meant; in the hour it skips, the time is moved on by the shift.
    """
    text = clean_line(text)
    for shape in _MOMENT_SHAPES:
        try:
            local = datetime.strptime(text, shape)  # noqa: DTZ007 -- the zone is put on below
        except ValueError:
            continue
        return _plausible(local.replace(tzinfo=zone))
    try:
        aware = datetime.fromisoformat(text)
    except ValueError:
        aware = None
    if aware is None or aware.tzinfo is None:
        raise Invalid('Use a date and time like 2026-11-23 10:15.', field='appointment_at')
    return _plausible(aware)


def same_on_the_clock(moment: datetime, zone: tzinfo) -> datetime | None:
    """Return the other instant that a clock of the zone shows as the same date and time; only the hour that a change repeats has one."""
    local = moment.astimezone(zone)
    other = local.replace(fold=1 - local.fold)
    return other.astimezone(UTC) if other.utcoffset() != local.utcoffset() else None


def has_offset(text: str) -> bool:
    """Tell whether a date and time that was parsed says itself which instant is meant."""
    return datetime.fromisoformat(clean_line(text)).tzinfo is not None


def _plausible(moment: datetime) -> datetime:
    """Return the UTC instant. The year is looked at first: the ends of the calendar have no other zone to go to."""
    first, last = EARLIEST_APPOINTMENT.year, LATEST_APPOINTMENT.year
    if not first <= moment.year <= last:
        raise Invalid(f'An appointment lies between {first} and {last}.', field='appointment_at')
    return moment.astimezone(UTC)


def as_text(value: Any) -> str:
    """Return a stored value as the text that its field shows and `field_version` keeps."""
    if value is None:
        return ''
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec='seconds')
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def moment_text(moment: datetime) -> str:
    """Return an instant as audit payloads carry it: UTC, milliseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec='milliseconds').replace('+00:00', 'Z')
