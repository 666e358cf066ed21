"""The line at the foot of a pool that says how many photographs were withdrawn; behind it which, when and why, and the way back."""
from collections.abc import Awaitable, Callable, Sequence
from datetime import tzinfo
from typing import Any

from nicegui import ui

from components import formatting
from components.controls import box, button, icon_button, text
from data.repositories.left_images import WithdrawnImage


class WithdrawnLine:
    """The line, and the list that it opens. `on_put_back(keys)`; None for who may only look."""

    def __init__(self, *, zone: tzinfo, on_put_back: Callable[[Sequence[str]], Awaitable[Any]] | None) -> None:
        self._zone, self._on_put_back = zone, on_put_back
        self._images: Sequence[WithdrawnImage] = ()
        self._line = button('', icon='archive', kind='ghost', size='small', on_click=self._open).classes('df-withdrawn-line')
        with ui.dialog().props('transition-show=fade transition-hide=fade') as self._dialog, ui.card().classes('df-dialog df-withdrawn'):
            self._dialog.props['aria-label'] = 'Withdrawn photos'
            with box('df-dialog-head'):
                text('Withdrawn photos', 'df-t2 df-grow', tag='h2')
                icon_button('x', label='Close', on_click=self._dialog.close)
            self._list = box('df-dialog-body', tag='ul')
        self.show([])

    def show(self, images: Sequence[WithdrawnImage]) -> None:
        """Show what is withdrawn by now; without any there is no line."""
        self._images = images
        self._line.set_text(f'Withdrawn ({len(images)})')
        self._line.set_visibility(bool(images))
        if self._dialog.value:
            self._fill()
            if not images:
                self._dialog.close()

    def _open(self) -> None:
        self._fill()
        self._dialog.open()

    def _fill(self) -> None:
        self._list.clear()
        with self._list:
            for image in self._images:
                self._row(image)

    def _row(self, image: WithdrawnImage) -> None:
        with box('df-withdrawn-row', tag='li'):
            with box('df-grow'):
                text(f'{image.name or "Photo"}, {formatting.day(image.captured_on)}', 'df-bold df-wrap')
                text(f'Withdrawn on {formatting.day(formatting.local(image.withdrawn_at, self._zone).date())}: {image.because}',
                     'df-f13 df-muted df-wrap')
            put_back = self._on_put_back
            if put_back is not None:
                button('Put back', icon='undo-2', size='small', label=f'Put back {image.name or "the photo"}',
                       on_click=lambda: put_back([image.key]))
