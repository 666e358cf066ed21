"""The uploader around a whole page: files are dropped anywhere on it, or chosen by a button. Each file is a request of its own.

The browser's uploader does the sending; its own list is replaced by the page, and it sends to our route, never through the framework's.
"""
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

from nicegui import ui

from app.intake import FIELD
from components import formatting
from components.controls import box, button
from components.motif import crop_marks_svg
from components.navigation import patient_address
from data.read_models import PatientHeader

KINDS = 'JPEG, PNG, WebP, AVIF, TIFF, GIF, HEIC'
OnFiles = Callable[[Any], Any]


@dataclass(frozen=True)
class EntryPlace:
    """The entry that files go into besides the pool: its key and number, and when it is, as people read it."""

    key: str
    number: int
    title: str


class PoolDropzone:
    """`on_added` and `on_unsent` get what the browser says of the files; `on_idle` is told when nothing more is being sent.

    With an `entry` the files are laid into it too.
    """

    def __init__(self, patient: PatientHeader, *, limit_mib: int, on_added: OnFiles, on_unsent: OnFiles,
                 on_idle: Callable[[], Any], entry: EntryPlace | None = None) -> None:
        self._patient, self._limit_mib, self._on_idle, self._entry = patient, limit_mib, on_idle, entry
        self.root = ui.element('q-uploader').classes('df-dropzone')
        self.root.props(f'multiple auto-upload no-thumbnails flat field-name={FIELD}')
        self.root.props['url'] = patient_address(patient.unique_id, f'/images?entry={entry.number}' if entry else '/images')
        self.root.on('added', lambda event: on_added(event.args))
        self.root.on('failed', lambda event: on_unsent(event.args.get('files') if isinstance(event.args, dict) else None), [['files']])
        self.root.on('finish', self._idle, [])

    @contextmanager
    def content(self) -> Iterator[None]:
        """Put the page inside: in the place of the uploader's own list."""
        with self.root.add_slot('header'):
            pass
        with self.root.add_slot('list'):
            yield
            self._drop = ui.html(self._whose_html(), sanitize=False).classes('df-drop')
            self._drop.props['role'] = 'status'

    def button(self) -> ui.button:
        """Show and return the button that opens the file chooser; to be called inside `content`."""
        with box('df-pick') as self._pick:
            shown = button('Upload images', icon='upload', kind='primary', label='Upload images')
            with box(tag='span', aria_hidden='true'):
                ui.element('q-uploader-add-trigger')  # without it there is no file input; it would name itself too
        # the input lies over the button for the pointer only, beside it for everything else: a key reaches the button
        shown.on('keydown.enter', self.pick, [])
        shown.on('keydown.space', self.pick, [])
        return shown

    def allow(self, *, is_allowed: bool) -> None:
        """Take files, or none: neither dropped nor chosen."""
        if is_allowed:
            self.root.props(remove='disable')
            self._pick.classes(remove='df-pick--off')
        else:
            self.root.props('disable')
            self._pick.classes('df-pick--off')

    def pick(self) -> None:
        """Open the file chooser; a browser lets that happen only right after a key or a click."""
        self.root.run_method('pickFiles')

    def retry(self) -> None:
        """Send again what did not arrive."""
        self.root.run_method('upload')

    def let_go(self, key: str) -> None:
        """Take a file that could not be sent out of the browser's queue. One that is being sent is beyond its word for it."""
        self.root.run_method('removeFile', {'__key': key, '__status': 'failed', 'size': 0})

    def stop(self) -> None:
        """Stop sending, and empty the browser's queue."""
        self.root.run_method('reset')

    def _idle(self) -> None:
        self.root.run_method('removeUploadedFiles')  # or the same file could not be chosen again
        self._on_idle()

    def show_patient(self, patient: PatientHeader) -> None:
        """Name the patient as they are called now: whoever drops files reads here whose pool it is."""
        self._patient = patient
        self._drop.set_content(self._whose_html())

    def show_entry(self, entry: EntryPlace) -> None:
        """Name the entry as it is called now."""
        self._entry = entry
        self._drop.set_content(self._whose_html())

    def _whose_html(self) -> str:
        """Return whose pool it is, escaped."""
        patient = self._patient
        born = f'born {formatting.day(patient.birth_on)}' if patient.birth_on else 'birth date not recorded'
        where = f' · entry {self._entry.title}' if self._entry else ''
        return (f'<span class="df-drop-art">{crop_marks_svg()}</span>'
                f'<div class="df-drop-title">Drop to add photos to {escape(patient.name)}</div>'
                f'<div><span class="df-mono">{escape(patient.unique_id)}</span> · <span class="df-num">{escape(born + where)}</span></div>'
                f'<div class="df-f13 df-meta df-num">{escape(f"{KINDS}. Up to {self._limit_mib} MB each.")}</div>')
