"""What was on its way when a browser came back on a new line still comes, as it stands by then."""
from typing import Any

import pytest
from nicegui import core, ui
from nicegui.outbox import Outbox

from components.resending import install_resending
from tests.cast import Cast
from tests.pages.conftest import OpenAs


@pytest.fixture(autouse=True)
def changed_framework(monkeypatch: pytest.MonkeyPatch) -> None:
    """The framework with the changes, until the end of the test."""
    monkeypatch.setattr(Outbox, 'try_rewind', Outbox.try_rewind)
    monkeypatch.setattr(Outbox, '_emit', Outbox._emit)
    install_resending()


async def outbox_of(user_as: OpenAs, cast: Cast) -> Outbox:
    user = user_as(cast.jana)
    await user.open('/patients')
    outbox = user.client.outbox
    outbox.stop()  # what is sent is sent by the test
    outbox.messages.clear()
    outbox.message_history.clear()
    outbox.updates.clear()
    return outbox


async def test_a_message_that_is_on_its_way_while_the_browser_comes_back_is_sent_again(
        user_as: OpenAs, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = await outbox_of(user_as, cast)
    first = outbox.next_message_id

    async def comes_back_meanwhile(*_: Any, **__: Any) -> None:
        outbox.try_rewind(first)
    monkeypatch.setattr(core.sio, 'emit', comes_back_meanwhile)
    await outbox._emit((outbox.client.id, 'notify', {'message': 'Moved to psr-20418.'}))
    assert [what['message'] for _client, _kind, what in outbox.messages] == ['Moved to psr-20418.']
    assert outbox.next_message_id == first


async def test_of_an_element_the_newest_state_is_sent_and_of_one_that_went_that_it_is_gone(
        user_as: OpenAs, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = await outbox_of(user_as, cast)
    first = outbox.next_message_id

    async def into_nowhere(*_: Any, **__: Any) -> None:
        return
    monkeypatch.setattr(core.sio, 'emit', into_nowhere)
    with outbox.client:
        stays, goes = ui.label('Ada'), ui.label('Zoe')
    await outbox._emit((outbox.client.id, 'update', {label.id: label._to_dict() for label in (stays, goes)}))
    gone = goes.id
    goes.delete()
    stays.set_text('Berenike')
    outbox.updates.clear()
    outbox.try_rewind(first)
    assert not outbox.messages
    assert outbox.updates[stays.id] is stays
    assert gone not in outbox.client.elements
    assert outbox.updates[gone] is not goes
