"""What file and arrival say of a photograph, closed until someone wants to know: camera, size, checksum, when it was taken and received."""
from datetime import tzinfo

from components.controls import box, text
from components.formatting import count, moment, size
from data.models import CapturedHow
from data.repositories.images import ImageDetails

_UNKNOWN = 'Not recorded'
_HOW = {
    CapturedHow.CAMERA_OFFSET: 'The camera’s clock, with its own time zone',
    CapturedHow.PRACTICE_ZONE: 'The camera’s clock, taken as time of the practice: it wrote no time zone',
    CapturedHow.RECEIVED: 'Not known: the time of arrival stands in',
}
_FROM = {'upload': 'uploaded', 'phone': 'from a phone', 'import': 'imported'}


def image_details(details: ImageDetails, zone: tzinfo) -> None:
    """Show the closed section."""
    with box('df-file', tag='details'):
        text('Details', 'df-file-title', tag='summary')
        with box('df-file-list', tag='dl'):
            for name, words, look in _rows(details, zone):
                text(name, tag='dt')
                text(words, look, tag='dd')


def _rows(details: ImageDetails, zone: tzinfo) -> list[tuple[str, str, str]]:
    """Return what is known, each with its name and its look."""
    written = ' '.join(part for part in (details.captured_local.replace('T', ' '), details.captured_offset) if part)
    how = _FROM.get(details.received_from, details.received_from)
    return [
        ('Camera', details.camera or _UNKNOWN, ''),
        ('Lens', details.lens or _UNKNOWN, ''),
        ('Pixels', f'{count(details.width_px)} × {count(details.height_px)}', 'df-num'),
        ('File', f'{details.format}, {size(details.size_bytes)}', 'df-num'),
        ('Received', f'{moment(details.received_at, zone)}{f", {how}" if how else ""}', 'df-num'),
        ('Taken', moment(details.captured_at, zone) if details.captured_how is not CapturedHow.RECEIVED else _UNKNOWN, 'df-num'),
        ('Time from', _HOW[details.captured_how], ''),
        ('Camera wrote', written or _UNKNOWN, 'df-num'),
        ('SHA-256', details.sha256, 'df-mono df-file-hash'),
    ]
