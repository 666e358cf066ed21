"""A page that this server does not know, from before a restart: a stand-in takes what its browser still holds, then the page asks anew.

    install_live_gate(resolve, revive)

The journal says which fields the page had, by whom they were open, and what the page knew of them. A stand-in is a page of just these
fields under the page's old name. It is never shown: it asks the browser what stands in them, hears what is typed meanwhile, and stores
what is news as the page itself would have, on the revision that the page knew and as the person of the live session. What meets a newer
text is kept for its writer. With `live_gate.py`, `resending.py` and `read_back.py` this module touches NiceGUI's internals.
"""
import asyncio
import json
from datetime import tzinfo
from typing import Any
from urllib.parse import parse_qs

from nicegui import Client, background_tasks, ui
from nicegui.page import page
from starlette.requests import Request

from app.clinic import clinic
from components.autosave import Autosave
from components.controls import text_area
from components.open_note import in_background, keep_text
from components.read_back import shown_in, take
from components.save_status import SaveState, SaveStatus
from components.saved_field import RETRY_S, SavedField
from data.actors import Actor
from data.errors import NotPermitted
from data.records import Records
from data.repositories.journal import STATUS, NotedField
from data.values import TEXT_LIMIT

_OUT_OF_THE_WAY = 1_000_000_000
"""The first number of the stand-in's own elements; no page has so many."""
_LONGEST_NUMBER = 12
_PAGE = page('/')  # answers for the time that a page without a line is kept


def revive(client_id: str, scope: dict[str, Any], actor: Actor) -> None:
    """Let a stand-in take the place of an unknown page, when the journal has fields of it for this very person."""
    count = parse_qs(scope.get('query_string', b'').decode('latin-1')).get('next_message_id', [''])[0]
    if not (count.isascii() and count.isdigit() and len(count) <= _LONGEST_NUMBER):
        return
    with clinic().reading(actor) as records:
        noted, zone = records.journal.noted(client_id), records.settings.zone()
    if any(one.act != STATUS for one in noted):
        stand_in = StandIn(Request({**scope, 'type': 'http', 'method': 'GET'}), client_id, int(count))
        with stand_in:
            stand_in.build(noted, SaveStatus(zone=zone), zone)


class StandIn(Client):
    """The fields of a page that is gone here and still open in its browser."""

    def __init__(self, request: Request, client_id: str, next_message_id: int) -> None:
        super().__init__(_PAGE, request=request)
        del Client.instances[self.id]
        self.id = client_id
        Client.instances[client_id] = self
        self.outbox.next_message_id = next_message_id  # or the browser would be told to start anew, with all that it holds
        self.next_element_id = _OUT_OF_THE_WAY
        self._fields: dict[int, SavedField] = {}
        self._is_asking = False
        self.on_connect(self._ask)

    def build(self, noted: list[NotedField], status: SaveStatus, zone: tzinfo) -> None:
        """Build what the journal knows; only the status is ever shown, in the place of the page's own."""
        desk = Autosave(status, zone, is_stand_in=True)
        for one in noted:
            if one.act == STATUS:
                self._put_at(status, one.element)
                continue
            shown = text_area(one.field, value=one.text)
            self._put_at(shown.control, one.element)
            self._fields[one.element] = desk.add(shown, _Act(one.act), one.subject, one.field, revision=one.revision)
        self._desk = desk
        self._say_nothing_but_status(status)

    def handle_event(self, msg: dict[str, Any]) -> None:
        """Take what is typed while this page stands in. Nothing else of it is alive."""
        saved = self._fields.get(msg.get('id', 0))
        arguments = msg.get('args') or []
        told = json.loads(arguments[0]) if len(arguments) == 1 and isinstance(arguments[0], str) else None
        if saved is not None and isinstance(told, str) and told != saved.shown.control.value:
            take(saved.shown.control, told)

    def _put_at(self, element: ui.element, number: int) -> None:
        self.elements[number] = self.elements.pop(element.id)
        element.id = number

    def _say_nothing_but_status(self, status: SaveStatus) -> None:
        """Ask, and show the status: what else the stand-in's elements would have the browser draw is not the page that is open there."""
        outbox = self.outbox
        update, say = outbox.enqueue_update, outbox.enqueue_message
        outbox.updates.clear()
        outbox.enqueue_update = lambda element: update(element) if element is status else None  # type: ignore[method-assign]
        outbox.enqueue_delete = lambda element: None  # type: ignore[method-assign]
        outbox.enqueue_message = lambda message_type, data, target_id: (  # type: ignore[method-assign]
            say(message_type, data, target_id) if '"updateValue"' not in data.get('code', '') else None)

    def _ask(self) -> None:
        if not self._is_asking:
            self._is_asking = True
            self._desk.read_back.is_under_way = True
            self._desk.show()
            background_tasks.create(self._take_over(), name='revival')

    async def _take_over(self) -> None:
        """Take what stands in the fields until it is all stored or kept, then let the page ask for itself."""
        fields = list(self._fields.values())
        try:
            is_over = False
            while not is_over:
                is_news = any(await asyncio.gather(*(_hear(saved) for saved in fields)))
                await asyncio.gather(*(saved.quiet() for saved in fields))  # what came by itself before the answer is under way, too
                is_over = not is_news and all(await asyncio.gather(*(_is_safe(saved) for saved in fields)))
                if not is_over and not is_news:
                    await asyncio.sleep(RETRY_S)
        except TimeoutError:
            return  # the line is down again; the next one asks again
        finally:
            self._is_asking = False
        if not self.is_deleted:
            with self:
                if (forgetting := in_background(lambda records: records.journal.forget(self.id), 'end of a note')) is not None:
                    await forgetting
                ui.navigate.reload()


class _Act:
    """A repository method by its name."""

    def __init__(self, name: str) -> None:
        self._repository, self._method = name.split('.')

    def __call__(self, records: Records) -> Any:
        return getattr(getattr(records, self._repository), self._method)


async def _hear(saved: SavedField) -> bool:
    """Take what stands in a field, and tell whether it is news."""
    shown = await shown_in(saved)
    if shown is None or shown == saved.shown.control.value:
        return False
    take(saved.shown.control, shown)
    return True


async def _is_safe(saved: SavedField) -> bool:
    """Tell whether a text may leave the screen: it is stored, or kept beside the record. Who may not write the field keeps nothing."""
    is_refused = saved.state is SaveState.REFUSED and not isinstance(saved.refused, NotPermitted)
    text = saved.shown.control.value
    if not (is_refused or saved.collision.is_open) or len(text) > TEXT_LIMIT:  # no browser of ours holds more
        return True
    return await keep_text(saved, saved.shown.control.client.id, text)
