"""From what a camera said to an instant, and how it was found."""
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from data.models import CapturedHow

_CLOCK_SLACK = timedelta(days=1)


def resolve_capture(local: str, offset: str, zone: ZoneInfo, received_at: datetime) -> tuple[datetime, CapturedHow]:
    """Return the instant of capture (aware UTC) and how it was found: the camera's own offset, the practice's zone, or the reception.

    A camera clock that runs more than a day ahead of the server is not believed: such images would sort first for ever.
    """
    if local:
        how = CapturedHow.CAMERA_OFFSET if offset else CapturedHow.PRACTICE_ZONE
        moment = datetime.fromisoformat(local + offset)
        at = moment if offset else moment.replace(tzinfo=zone)
        is_near = at.replace(tzinfo=UTC) <= received_at + 2 * _CLOCK_SLACK  # the last year there is cannot be moved to another zone
        if is_near and at <= received_at + _CLOCK_SLACK:
            return at.astimezone(UTC), how
    return received_at, CapturedHow.RECEIVED
