"""What is being added, file by file: a column beside the photographs that covers none of them. It says what the server knows, no more."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from html import escape
from typing import Any

from nicegui import ui

from app.uploads import Upload, UploadState, summary
from components import formatting
from components.controls import box, button, icon_button, text
from components.design import icon_svg
from components.upload_queue import QueuedFile

_ICONS = {
    UploadState.SENDING: ('loader-circle', 'df-select df-spin'), UploadState.CHECKING: ('loader-circle', 'df-meta df-spin'),
    UploadState.ADDED: ('check', 'df-ok'), UploadState.ALREADY_HERE: ('copy', 'df-meta'), UploadState.REFUSED: ('circle-x', 'df-bad'),
}


@dataclass
class _Row:
    element: ui.html
    shown: str
    image: str = ''


class UploadPanel:
    """Rows by file. `on_open(image)` for a photo that is in the pool, `on_retry` for what was not sent, `on_close` to put the list away.

    `on_twin(image)` is asked to say under the row who else holds the same file.
    """

    def __init__(self, *, zone: tzinfo, on_open: Callable[[str], Any], on_retry: Callable[[], Any], on_close: Callable[[], Any],
                 on_twin: Callable[[str], Any]) -> None:
        self._zone, self._on_open, self._on_twin = zone, on_open, on_twin
        self._twins: dict[str, ui.element] = {}
        self._rows: dict[str, _Row] = {}
        with box('df-upload', tag='aside', aria_label='Photos being added') as self.root:
            with box('df-upload-head'):
                self._title = text('', 'df-t3 df-grow', tag='h2', role='status')
                self._count = text('', 'df-meta df-num df-f13', tag='span')
                icon_button('x', label='Close', on_click=on_close, size='small').mark('put-away')
            with box('df-progress') as self._progress:
                self._bar = box()
            self._list = box('df-upload-rows', tag='ul')
            self._again = button('Send again', icon='refresh-cw', on_click=on_retry)
        self.show([], [])

    def show(self, uploads: Sequence[Upload], queue: Sequence[QueuedFile]) -> None:
        """Show the server's list, and behind it what the browser still holds."""
        lines = {one.key: (row_html(one, self._zone), one.image, 'df-uprow') for one in uploads}
        lines |= {one.key: (queued_html(one), '', 'df-uprow df-uprow--queued') for one in queue}
        for key in set(self._rows) - set(lines):
            self._rows.pop(key).element.delete()
        for key, (fragment, image, classes) in lines.items():
            self._row(key, fragment, image, classes)
        self._show_twins({one.key: one.image for one in uploads if one.has_twin and one.image})
        self._head(uploads, queue)
        self._again.set_visibility(any(one.is_unsent for one in queue))
        self.root.set_visibility(bool(lines))

    def _row(self, key: str, fragment: str, image: str, classes: str) -> None:
        if key not in self._rows:
            with self._list:
                row = ui.html(fragment, sanitize=False, tag='li').classes(classes).on('click', lambda: self._open(key), [])
            self._rows[key] = _Row(row, fragment)
        elif self._rows[key].shown != fragment:
            self._rows[key].element.set_content(fragment)
        self._rows[key].shown, self._rows[key].image = fragment, image

    def _show_twins(self, images: Mapping[str, str]) -> None:
        """Warn under the rows of files that another patient's pool holds too."""
        for key in set(self._twins) - set(images):
            self._twins.pop(key).delete()
        for key in set(images) - set(self._twins):
            with self._list:
                self._twins[key] = box('df-uprow-twin', tag='li')
            place = next(place for place, row in enumerate(self._list.default_slot.children) if row is self._rows[key].element)
            self._twins[key].move(target_index=place + 1)
            with self._twins[key]:
                self._on_twin(images[key])

    def _open(self, key: str) -> Any:
        image = self._rows[key].image if key in self._rows else ''
        return self._on_open(image) if image else None

    def _head(self, uploads: Sequence[Upload], queue: Sequence[QueuedFile]) -> None:
        total = len(uploads) + len(queue)
        done = sum(not one.is_under_way for one in uploads)
        is_busy = any(one.is_under_way for one in uploads) or any(not one.is_unsent for one in queue)
        self._title.set_text(f'Adding {formatting.plural(total, "photo")}' if is_busy else summary(uploads) or 'Not sent.')
        self._count.set_text(f'{done} of {total}' if is_busy else '')
        self._progress.set_visibility(is_busy)
        self._bar.style(f'width:{_percent(uploads, total)}%')


def row_html(upload: Upload, zone: tzinfo) -> str:
    """Return the row of a file that the server has heard of, escaped."""
    name = escape(upload.name)
    title = f'<button type="button" class="df-uprow-name">{name}</button>' if upload.image else f'<span class="df-uprow-name">{name}</span>'
    icon, look = _ICONS[upload.state]
    return f'{_thumb(upload)}<span class="df-uprow-text">{title}{_state(upload, zone)}</span><span class="{look}">{icon_svg(icon)}</span>'


def queued_html(file: QueuedFile) -> str:
    """Return the row of a file that is still in the browser, escaped."""
    size = f', {file.size}' if file.size else ''
    words, icon, look = ('Not sent.', 'refresh-cw', 'df-bad') if file.is_unsent else (f'Waiting{size}', 'circle-dashed', 'df-meta')
    state = f'<span class="df-uprow-state df-num {look}">{escape(words)}</span>'
    return (f'{_mat("image")}<span class="df-uprow-text"><span class="df-uprow-name">{escape(file.name)}</span>{state}</span>'
            f'<span class="{look}">{icon_svg(icon)}</span>')


def _state(upload: Upload, zone: tzinfo) -> str:
    if upload.state is UploadState.SENDING:
        return _sending(upload)
    words, look = {
        UploadState.CHECKING: ('Checking', ''),
        UploadState.ADDED: (f'Added {formatting.clock(upload.at, zone)}' if upload.at else 'Added', ''),
        UploadState.ALREADY_HERE: (upload.sentence, ''),
    }.get(upload.state, (f'Not added: {upload.sentence.rstrip(".")}.', ' df-bad'))
    return f'<span class="df-uprow-state df-num{look}">{escape(words)}</span>'


def _sending(upload: Upload) -> str:
    total = max(upload.total_bytes, upload.received_bytes)
    words = formatting.progress(upload.received_bytes, total) if upload.total_bytes else formatting.size(upload.received_bytes)
    share = round(100 * upload.received_bytes / total) if upload.total_bytes and total else 0
    return (f'<span class="df-uprow-sending"><span class="df-progress"><span style="width:{share}%"></span></span>'
            f'<span class="df-uprow-state df-num">{escape(words)}</span></span>')


def _thumb(upload: Upload) -> str:
    if upload.image:
        return f'<span class="df-photo"><img src="/images/{escape(upload.image)}/thumb" alt="" decoding="async"></span>'
    return _mat('file-x-2', ' df-uprow-mat--bad') if upload.state is UploadState.REFUSED else _mat('image')


def _mat(icon: str, look: str = '') -> str:
    return f'<span class="df-photo df-uprow-mat{look}">{icon_svg(icon)}</span>'


def _percent(uploads: Sequence[Upload], total: int) -> int:
    """Return how far the whole is: a file counts by its bytes while it is sent, and whole when it is done."""
    shares = [min(1.0, one.received_bytes / one.total_bytes) * 0.9 if one.is_under_way and one.total_bytes else float(not one.is_under_way)
              for one in uploads]
    return round(100 * sum(shares) / total) if total else 0
