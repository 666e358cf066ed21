"""A page shows of a patient what an event has named: read, write the event of what is new, read again until nothing is."""
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from nicegui import ui

from app.clinic import clinic
from components.refusals import tell
from components.session import current_actor
from components.soon import Soon
from data.actors import Actor
from data.models import Action
from data.records import Changed, Records

T = TypeVar('T')


@dataclass
class Looking(Generic[T]):
    """What one open page looks at. `read` returns it, `pictures` are the keys of every picture the page shows of it."""

    action: Action
    patient: str
    read: Callable[[Records], T]
    pictures: Callable[[T], Iterable[str | None]]
    subject: str = ''
    _named: set[str] = field(default_factory=set)
    _is_first: bool = True

    async def again(self, actor: Actor) -> T:
        """Return what is there now. The first time is an event, later ones are when there is a picture that none has named."""
        while True:
            with clinic().reading(actor) as records:
                found = self.read(records)
            new = {key for key in self.pictures(found) if key} - self._named
            if not new and not self._is_first:
                return found
            await clinic().looked(actor, self.action, patient=self.patient, subject=self.subject, images=sorted(new))
            self._named |= new
            self._is_first = False

    def follow(self, place: ui.element, show: Callable[[T], None]) -> Soon:
        """Return the act that reads again, soon after each call, and lets `show` bring it into `place` while that is on the page."""
        async def follow() -> None:
            show(await self.again(current_actor()))
        return Soon(follow, place=place, name=f'live {self.action.value}')


async def looked_at(actor: Actor, image: str, *, of: str) -> None:
    """Write the event of one photograph large.

    Refuse one that is not this patient's, or not any more: it would be shown, and logged, under the wrong name.
    """
    with clinic().reading(actor) as records:
        records.images.one(image, of=of)
    await clinic().looked(actor, Action.IMAGE_VIEW, patient=of, subject=image)


def hear(topics: Mapping[str, Callable[[Changed], None]]) -> None:
    """Listen to these topics of the live hub until the page is closed."""
    ends = [clinic().hub.subscribe(topic, heard) for topic, heard in topics.items()]
    ui.context.client.on_delete(lambda: [end() for end in ends])


def leaves_with(dialog: ui.dialog, images: Collection[str], *, of: str) -> None:
    """Empty and close an open dialog once one of its photographs left this patient's pool: it would stay under the wrong name."""
    async def look() -> None:
        with clinic().reading(current_actor()) as records:
            is_whole = {tile.key for tile in records.images.of(of)}.issuperset(images)
        if not is_whole:
            dialog.clear()  # what left does not fade out with the dialog
            dialog.close()
            tell('A photo of these is not here any more.', kind='info', stays=False)
    again = Soon(look, place=dialog, name='live dialog')
    end = clinic().hub.subscribe(of, lambda change: again() if change.field == 'images' else None)
    dialog.on('hide', end, [])
    dialog.client.on_delete(end)
    again()  # one may have left since they were read
