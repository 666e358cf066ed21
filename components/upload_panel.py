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
from components.picture import picture_html
from components.sensitive import VEILED
from components.upload_queue import QueuedFile
from components.upload_words import CHECKING, WAITING, share_percent
from data.read_models import ImageTile

_ICONS = {
    UploadState.SENDING: ('loader-circle', 'df-select df-spin'), UploadState.CHECKING: ('loader-circle', 'df-meta df-spin'),
    UploadState.ADDED: ('check', 'df-ok'), UploadState.ALREADY_HERE: ('copy', 'df-meta'), UploadState.REFUSED: ('circle-x', 'df-bad'),
}


@dataclass(frozen=True)
class PanelActs:
    """What the panel asks for: a photo that is in the pool, what was not sent again, one file or all cancelled, the list put away.

    `twin(image)` says under the row of a file who else holds the same.
    """

    open: Callable[[str], Any]
    retry: Callable[[], Any]
    cancel: Callable[[str], Any]
    cancel_all: Callable[[], Any]
    close: Callable[[], Any]
    twin: Callable[[str], Any]


@dataclass
class _Row:
    """A line. The way to cancel it stands beside what is drawn again at each progress: it must not go while it is pressed."""

    place: ui.element
    face: ui.html
    shown: str
    image: str = ''
    cancel: ui.button | None = None


class UploadPanel:
    """Rows by file, and below them the place of a question. It is filled when the first file is on its way."""

    def __init__(self, acts: PanelActs, *, zone: tzinfo) -> None:
        self._zone, self._acts = zone, acts
        self._twins: dict[str, ui.element] = {}
        self._rows: dict[str, _Row] = {}
        self._is_built = False
        with box('df-upload', tag='aside', aria_label='Photos being added') as self.root:
            self.question = box('df-upload-question')
        self.root.set_visibility(False)

    def show(self, uploads: Sequence[Upload], queue: Sequence[QueuedFile], images: Mapping[str, ImageTile] | None = None) -> None:
        """Show the server's list, and behind it what the browser still holds. `images` are those of the pool as they are now, by key."""
        if not self._is_built:
            if not uploads and not queue:
                return
            self._build()
        known = images or {}
        lines = {one.key: (row_html(one, self._zone, known.get(one.image)), one.image if one.image in known else '',
                           one.name if one.state is UploadState.SENDING else '') for one in uploads}
        lines |= {one.key: (queued_html(one), '', one.name) for one in queue}
        for key in set(self._rows) - set(lines):
            self._rows.pop(key).place.delete()
        waiting = {one.key for one in queue}
        for key, (fragment, image, cancels) in lines.items():
            row = self._row(key, fragment, image, is_queued=key in waiting)
            is_hidden = image in known and known[image].is_sensitive
            row.face.classes(add=VEILED if is_hidden else '', remove='' if is_hidden else VEILED)
            self._show_cancel(row, key, cancels)
        self._show_twins({one.key: one.image for one in uploads if one.has_twin and one.image in known})
        self._head(uploads, queue)
        self.root.set_visibility(bool(lines))

    def _build(self) -> None:
        self._is_built, acts = True, self._acts
        with self.root:
            with box('df-upload-head'):
                self._title = text('', 'df-t3 df-grow', tag='h2', role='status')
                self._count = text('', 'df-meta df-num df-f13', tag='span')
                icon_button('x', label='Close', on_click=acts.close, size='small').mark('put-away')
            with box('df-progress') as self._progress:
                self._bar = box()
            self._list = box('df-upload-rows', tag='ul')
            with box('df-upload-acts') as self._foot:
                self._again = button('Send again', icon='refresh-cw', on_click=acts.retry)
                self._stop = button('Cancel all', icon='ban', kind='ghost', on_click=acts.cancel_all)
        self.question.move(self.root)

    def _row(self, key: str, fragment: str, image: str, *, is_queued: bool) -> _Row:
        if key not in self._rows:
            with self._list, box('df-uprow-line df-uprow-line--queued' if is_queued else 'df-uprow-line', tag='li') as place:
                face = ui.html(fragment, sanitize=False).classes('df-uprow').on('click', lambda: self._open(key), [])
            self._rows[key] = _Row(place, face, fragment)
        elif self._rows[key].shown != fragment:
            self._rows[key].face.set_content(fragment)
        self._rows[key].shown, self._rows[key].image = fragment, image
        return self._rows[key]

    def _show_cancel(self, row: _Row, key: str, name: str) -> None:
        """Show the way to cancel a file of this name; without a name there is none."""
        if name and row.cancel is None:
            with row.place:
                row.cancel = button('', icon='x', kind='ghost', size='small', label=f'Cancel {name}')
            row.cancel.classes('df-btn--icon').on('click', lambda: self._acts.cancel(key), [])
        elif not name and row.cancel is not None:
            row.cancel.delete()
            row.cancel = None

    def _show_twins(self, images: Mapping[str, str]) -> None:
        """Warn under the rows of files that another patient's pool holds too."""
        for key in set(self._twins) - set(images):
            self._twins.pop(key).delete()
        for key in set(images) - set(self._twins):
            with self._list:
                self._twins[key] = box('df-uprow-twin', tag='li')
            place = next(place for place, row in enumerate(self._list.default_slot.children) if row is self._rows[key].place)
            self._twins[key].move(target_index=place + 1)
            with self._twins[key]:
                self._acts.twin(images[key])

    def _open(self, key: str) -> Any:
        image = self._rows[key].image if key in self._rows else ''
        return self._acts.open(image) if image else None

    def _head(self, uploads: Sequence[Upload], queue: Sequence[QueuedFile]) -> None:
        total = len(uploads) + len(queue)
        done = sum(not one.is_under_way for one in uploads)
        is_busy = any(one.is_under_way for one in uploads) or any(not one.is_unsent for one in queue)
        self._title.set_text(f'Adding {formatting.plural(total, "photo")}' if is_busy else summary(uploads) or 'Not sent.')
        self._count.set_text(f'{done} of {total}' if is_busy else '')
        self._progress.set_visibility(is_busy)
        self._bar.style(f'width:{_percent(uploads, total)}%')
        self._again.set_visibility(any(one.is_unsent for one in queue))
        self._stop.set_visibility(bool(queue) or any(one.state is UploadState.SENDING for one in uploads))
        self._foot.set_visibility(self._again.visible or self._stop.visible)


def row_html(upload: Upload, zone: tzinfo, tile: ImageTile | None = None) -> str:
    """Return the row of a file that the server has heard of, escaped.

    `tile` is the photograph that it became; without it there is no picture: it left the pool, and may be another patient's by now.
    """
    name = escape(upload.name)
    title = f'<button type="button" class="df-uprow-name">{name}</button>' if tile else f'<span class="df-uprow-name">{name}</span>'
    icon, look = _ICONS[upload.state]
    return (f'{_thumb(upload, tile)}<span class="df-uprow-text">{title}{_state(upload, zone)}</span>'
            f'<span class="{look}">{icon_svg(icon)}</span>')


def queued_html(file: QueuedFile) -> str:
    """Return the row of a file that is still in the browser, escaped."""
    size = f', {file.size}' if file.size else ''
    words, icon, look = ('Not sent.', 'refresh-cw', 'df-bad') if file.is_unsent else (f'{WAITING}{size}', 'circle-dashed', 'df-meta')
    state = f'<span class="df-uprow-state df-num {look}">{escape(words)}</span>'
    return (f'{_mat("image")}<span class="df-uprow-text"><span class="df-uprow-name">{escape(file.name)}</span>{state}</span>'
            f'<span class="{look}">{icon_svg(icon)}</span>')


def _state(upload: Upload, zone: tzinfo) -> str:
    if upload.state is UploadState.SENDING:
        return _sending(upload)
    words, look = {
        UploadState.CHECKING: (CHECKING, ''),
        UploadState.ADDED: (f'Added {formatting.clock(upload.at, zone)}' if upload.at else 'Added', ''),
        UploadState.ALREADY_HERE: (upload.sentence, ''),
    }.get(upload.state, (f'Not added: {upload.sentence.rstrip(".")}.', ' df-bad'))
    return f'<span class="df-uprow-state df-num{look}">{escape(words)}</span>'


def _sending(upload: Upload) -> str:
    total = max(upload.total_bytes, upload.received_bytes)
    words = formatting.progress(upload.received_bytes, total) if upload.total_bytes else formatting.size(upload.received_bytes)
    return (f'<span class="df-uprow-sending"><span class="df-progress"><span style="width:{share_percent(upload) or 0:d}%"></span></span>'
            f'<span class="df-uprow-state df-num">{escape(words)}</span></span>')


def _thumb(upload: Upload, tile: ImageTile | None) -> str:
    if tile is not None:
        return f'<span class="df-photo">{picture_html(tile.key, turn_deg=tile.turn_deg, is_lazy=False)}</span>'
    return _mat('file-x-2', ' df-uprow-mat--bad') if upload.state is UploadState.REFUSED else _mat('image')


def _mat(icon: str, look: str = '') -> str:
    return f'<span class="df-photo df-uprow-mat{look}">{icon_svg(icon)}</span>'


def _percent(uploads: Sequence[Upload], total: int) -> int:
    """Return how far the whole is: a file counts by its bytes while it is sent, and whole when it is done."""
    shares = [min(1.0, one.received_bytes / one.total_bytes) * 0.9 if one.is_under_way and one.total_bytes else float(not one.is_under_way)
              for one in uploads]
    return round(100 * sum(shares) / total) if total else 0
