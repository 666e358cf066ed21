"""Read when a camera says that it took a photo: its local time as text, and the offset only when it wrote one."""

import datetime
import re

# Cameras with an unset clock say 1970, 1980 or zero. No one photographs patients digitally before 1990.
FIRST_YEAR = 1990
MOMENT = re.compile(r'(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)')
OFFSET = re.compile(r'([+-])(\d\d):?(\d\d)')


def captured(moment: object, offset: object) -> tuple[str, str]:
    """Return ('YYYY-MM-DDTHH:MM:SS', '+HH:MM'), each '' when the camera did not say or said nonsense."""
    local = _local(_text(moment))
    return local, _offset(_text(offset)) if local else ''


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode('ascii', 'replace')
    return value.strip(' \t\r\n\0') if isinstance(value, str) else ''


def _local(text: str) -> str:
    match = MOMENT.match(text)
    if match is None:
        return ''
    year, month, day, hour, minute, second = (int(part) for part in match.groups())
    try:
        return datetime.datetime(year, month, day, hour, minute, second).isoformat() if year >= FIRST_YEAR else ''
    except ValueError:
        return ''


def _offset(text: str) -> str:
    if text == 'Z':
        return '+00:00'
    match = OFFSET.fullmatch(text)
    if match is None:
        return ''
    sign, hours, minutes = match.groups()
    return f'{sign}{hours}:{minutes}' if int(hours) <= 14 and int(minutes) < 60 else ''
