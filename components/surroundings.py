"""What every page needs to know before it shows anything: who looks, in which practice, in which zone, on which day."""
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.clinic import clinic
from components.session import current_actor
from data.actors import Actor


@dataclass(frozen=True)
class Surroundings:
    """The reader and the practice at the moment a page is built."""

    actor: Actor
    practice_name: str
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        """The practice's own day."""
        return self.now.astimezone(self.zone).date()


def surroundings() -> Surroundings:
    """Return the surroundings of the page that is being built."""
    actor = current_actor()
    with clinic().reading(actor) as records:
        return Surroundings(actor, records.settings.value('practice_name'), records.settings.zone(), clinic().clock())


def single_keys_are_on() -> bool:
    """Tell whether letters and signs are shortcuts for whoever uses the page. Asked at each of them: a switch acts in every tab."""
    with clinic().reading(current_actor()) as records:
        return records.users.preference('single_keys') == 'on'


async def keep_single_keys(is_on: bool) -> None:
    """Remember whether letters and signs are shortcuts for whoever uses the page."""
    await clinic().change(current_actor(), lambda records: records.users.prefer('single_keys', 'on' if is_on else 'off'))
