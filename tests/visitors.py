"""People at pages of a served program without a browser: they open a page, type, press buttons, and see what the server shows them.

A browser's half of the protocol is kept: elements are kept up to date, a field shows someone else's text when it is told to, and says
what stands in it when it is asked. Ten of them cost what one Chromium does.
"""
import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.hostile import Line, Tab, headers_of

PATIENCE_S = 30  # a busy machine is no failure
_SHOW = re.compile(r'return runMethod\((\d+), "updateValue"')
_ASK = re.compile(r'return getComputedProp\((\d+), "inputValue"\)')
_SAVED, _SAVING, _CONFLICT = 'check-check', 'loader-circle', 'triangle-alert'


class OpenPage:
    """A page as its reader sees it. `is_attentive` is whether it says what stands in its fields when it is asked."""

    def __init__(self, tab: Tab, *, is_attentive: bool = True) -> None:
        self.tab, self.is_attentive = tab, is_attentive
        self.shown = {int(number): element['props']['value'] for number, element in tab.elements.items()
                      if isinstance(element.get('props', {}).get('value'), str)}
        self.next_message = 0
        self._line: Line | None = None
        self._news = asyncio.Event()

    @property
    def status(self) -> str:
        """Return what the page's save status shows, as a fragment."""
        return str(next((element['props']['innerHTML'] for element in self.tab.elements.values()
                         if 'df-status' in element.get('class', [])), ''))

    @property
    def is_saved(self) -> bool:
        """Tell whether the page says that all is saved."""
        return _SAVED in self.status

    @property
    def is_in_conflict(self) -> bool:
        """Tell whether the page asks which of two texts stays."""
        return _CONFLICT in self.status and any('df-conflict' in element.get('class', []) for element in self.tab.elements.values())

    @asynccontextmanager
    async def connected(self, headers: dict[str, str]) -> AsyncIterator['OpenPage']:
        """Open a line, and end it without a word, as a closed tab or a broken line does. It can be opened again."""
        async with self.tab.connected(headers, heard=str(self.next_message), prepare=self._listen):
            yield self
        self._line = None

    def text(self, label: str) -> str:
        """Return what stands in a field."""
        return self.shown[self._field(label)]

    async def type(self, label: str, text: str) -> None:
        """Let a field hold this text, as after one more key."""
        self.shown[self._field(label)] = text
        await self._send(self.tab.message('update:value', text, aria_label=label))

    async def press(self, label: str) -> None:
        """Press a button by its words."""
        await self._send(self.tab.message('click', {}, label=label))

    async def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait until what the page shows makes this so."""
        async def wait() -> None:
            while not is_so():
                self._news.clear()
                await self._news.wait()
        try:
            await asyncio.wait_for(wait(), PATIENCE_S)
        except TimeoutError:
            raise AssertionError(f'{what}: it shows {self.status}') from None

    async def settled(self) -> None:
        """Wait until the page says that all is saved, or asks which of two texts stays."""
        await self.until(lambda: self.is_saved or self.is_in_conflict, 'neither saved nor in conflict')

    async def saves(self, label: str, text: str) -> None:
        """Type a text, wait until the server has heard of it, then until it is saved or in conflict."""
        await self._heard(self.type(label, text))

    async def decides(self, choice: str) -> None:
        """Press one of the ways out of a conflict, and wait likewise."""
        await self._heard(self.press(choice))

    async def _heard(self, act: Any) -> None:
        """Do something that begins a save. What the page showed before is no answer to it."""
        self._status_element()['props']['innerHTML'] = _SAVING
        await act
        await self.settled()

    async def _send(self, message: dict[str, Any]) -> None:
        assert self._line is not None, 'the page has no line'
        await self._line.client.emit('event', message)

    def _listen(self, line: Line) -> None:
        self._line = line
        line.client.on('update', self._updated)
        line.client.on('run_javascript', self._asked)

    def _field(self, label: str) -> int:
        return int(self.tab.message('update:value', '', aria_label=label)['id'])

    def _status_element(self) -> dict[str, Any]:
        return next(element for element in self.tab.elements.values() if 'df-status' in element.get('class', []))

    def _updated(self, message: dict[str, Any]) -> None:
        self.next_message = message.pop('_id') + 1
        for number, element in message.items():
            if element is None:
                self.tab.elements.pop(number, None)
            else:
                self.tab.elements[number] = element
        self._news.set()

    async def _asked(self, message: dict[str, Any]) -> None:
        self.next_message = message['_id'] + 1
        if (show := _SHOW.match(message['code'])) and show[1] in self.tab.elements:
            self.shown[int(show[1])] = self.tab.elements[show[1]]['props']['value']
            self._news.set()
        elif (ask := _ASK.match(message['code'])) and 'request_id' in message and self.is_attentive and self._line is not None:
            answer = {'request_id': message['request_id'], 'client_id': self.tab.client_id, 'result': self.shown.get(int(ask[1]))}
            await self._line.client.emit('javascript_response', answer)


class Visitor:
    """One person's browser: a session, and the pages that they ask for."""

    def __init__(self, base: str, token: str) -> None:
        self.headers = headers_of(base, token)
        self._base = base
        self._http = httpx.AsyncClient(base_url=base, headers={**self.headers, 'accept': 'text/html'}, timeout=PATIENCE_S)

    async def asks_for(self, path: str, *, is_attentive: bool = True) -> OpenPage:
        """Return a page; it has no line yet."""
        answer = await self._http.get(path)
        assert answer.status_code == 200, f'{path} {answer.status_code}'
        return OpenPage(Tab(self._base, answer.text), is_attentive=is_attentive)

    @asynccontextmanager
    async def at(self, path: str, *, is_attentive: bool = True) -> AsyncIterator[OpenPage]:
        """Be at a page until the tab is closed."""
        page = await self.asks_for(path, is_attentive=is_attentive)
        async with page.connected(self.headers):
            yield page

    async def leaves(self) -> None:
        """Close the browser."""
        await self._http.aclose()
