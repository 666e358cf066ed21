"""Encrypted files: one generated name per file, written once, fsynced before any row names it.

A file is a header (magic, version, nonce prefix) and 256 KiB chunks of plain bytes, each AES-256-GCM under the patient's key. The
associated data of a chunk are patient, image and rendition key, the chunk's number and whether it is the last: files cannot be swapped,
reordered or cut. Plain bytes never touch a disk.
"""
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from glob import escape
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from data.durable import sync_folder
from data.errors import ChecksumMismatch, ImageMissing

CHUNK_BYTES = 256 * 1024
_MAGIC = b'DFB1'
_PREFIX_BYTES = 8
_TAG_BYTES = 16
_HEADER_BYTES = len(_MAGIC) + _PREFIX_BYTES
_INCOMING = 'incoming'
_QUARANTINE = 'quarantine'


class Rendition(StrEnum):
    """The three files of an image."""

    ORIGINAL = 'original'
    PREVIEW = 'preview'
    THUMB = 'thumb'


class Paper(StrEnum):
    """The files of a consent: the signed form, and where it was signed here the signature and its strokes."""

    FORM = 'form'
    SIGNATURE = 'signature'
    STROKES = 'strokes'


@dataclass(frozen=True)
class Binding:
    """What a file's chunks are bound to: subject keys of patient and of image or consent, and which of its files it is."""

    patient: str
    image: str
    rendition: Rendition | Paper

    def associated_data(self, number: int, *, is_last: bool) -> bytes:
        """Return the associated data of one chunk."""
        return f'{self.patient}/{self.image}/{self.rendition.value}/{number}/{"last" if is_last else "more"}'.encode()


class BlobWriter:
    """Encrypts bytes as they arrive into a file under `incoming`; nothing is readable before `finish`."""

    def __init__(self, path: Path, key: bytes, binding: Binding) -> None:
        self.path = path
        self.size_bytes = 0
        self._binding = binding
        self._cipher = AESGCM(key)
        self._prefix = secrets.token_bytes(_PREFIX_BYTES)
        self._pending = bytearray()
        self._number = 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, 'wb', buffering=0)
        try:
            self._write(_MAGIC + self._prefix)
        except OSError:
            self.discard()
            raise

    def write(self, data: bytes) -> None:
        """Add bytes; a chunk is sealed and written when more than one chunk's worth is pending."""
        self.size_bytes += len(data)
        self._pending += data
        while len(self._pending) > CHUNK_BYTES:
            self._seal(bytes(self._pending[:CHUNK_BYTES]), is_last=False)
            del self._pending[:CHUNK_BYTES]

    def finish(self) -> None:
        """Seal the last chunk and make the file durable."""
        self._seal(bytes(self._pending), is_last=True)
        self._pending.clear()
        os.fsync(self._file.fileno())
        self._file.close()

    def discard(self) -> None:
        """Close and remove the unfinished file."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        nonce = self._prefix + self._number.to_bytes(4, 'big')
        self._write(self._cipher.encrypt(nonce, chunk, self._binding.associated_data(self._number, is_last=is_last)))
        self._number += 1

    def _write(self, data: bytes) -> None:
        """Write all of it: a disk that is almost full takes a part and says so only in the count."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._file.fileno(), rest):]


class ImageStore:
    """The folder of encrypted files, by generated blob name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / _INCOMING

    def prepare(self) -> None:
        """Create the folders."""
        for folder in (self._folder, self._incoming):
            folder.mkdir(exist_ok=True, mode=0o700)

    def begin(self, blob: str, key: bytes, binding: Binding) -> BlobWriter:
        """Start writing one file of a blob under `incoming`."""
        return BlobWriter(self._incoming / f'{blob}.{binding.rendition.value}.part', key, binding)

    def incoming_chunks(self, writer: BlobWriter, key: bytes, binding: Binding) -> Iterator[bytes]:
        """Yield the plain bytes of a finished file that still lies under `incoming`, for the decoder."""
        return _chunks(writer.path, key, binding)

    def keep(self, blob: str, writers: Sequence[tuple[Rendition | Paper, BlobWriter]]) -> None:
        """Move finished files to their place and make the names durable. Rows may name them afterwards; on an error all are gone."""
        folder = self._folder / blob[:2]
        try:
            folder.mkdir(exist_ok=True, mode=0o700)
            for rendition, writer in writers:
                writer.path.rename(self._path(blob, rendition))
            sync_folder(folder)
            sync_folder(self._folder)
        except OSError:
            self.discard(blob)
            raise

    def discard(self, blob: str) -> None:
        """Remove the files of a blob that no row names: it was stored a moment too late."""
        for rendition in (*Rendition, *Paper):
            self._path(blob, rendition).unlink(missing_ok=True)

    def free_bytes(self) -> tuple[int, float]:
        """Return how much room the disk has left, in bytes and as a ratio of its size."""
        usage = shutil.disk_usage(self._folder)
        return usage.free, usage.free / usage.total

    def read(self, blob: str, key: bytes, binding: Binding) -> Iterator[bytes]:
        """Yield the plain bytes of a kept file. Raise ImageMissing or ChecksumMismatch: at once when the first chunk is bad."""
        return _chunks(self._path(blob, binding.rendition), key, binding)

    def size_bytes(self, blob: str, rendition: Rendition | Paper) -> int:
        """Return how many plain bytes a kept file holds. Raise ImageMissing."""
        try:
            stored = self._path(blob, rendition).stat().st_size - _HEADER_BYTES
        except OSError:
            raise ImageMissing from None
        return stored - _TAG_BYTES * max(1, -(-stored // (CHUNK_BYTES + _TAG_BYTES)))

    def blobs(self) -> set[str]:
        """Return the names of all blobs of which any file is kept."""
        return {path.name.split('.')[0] for path in self._folder.glob('??/*')}

    def leftovers(self) -> list[Path]:
        """Return unfinished files under `incoming`."""
        return sorted(self._incoming.glob('*.part'))

    def set_aside_unfinished(self) -> int:
        """Move leftovers of an earlier run into quarantine and return how many; nothing is deleted."""
        return self._to_quarantine(self.leftovers())

    def set_aside(self, blobs: Iterable[str]) -> int:
        """Move the kept files of these blobs into quarantine and return of how many blobs there were any; nothing is deleted."""
        return sum(self._to_quarantine(sorted((self._folder / blob[:2]).glob(f'{escape(blob)}.*'))) > 0 for blob in blobs)

    def _to_quarantine(self, paths: list[Path]) -> int:
        quarantine = self._folder / _QUARANTINE
        if paths:
            quarantine.mkdir(exist_ok=True, mode=0o700)
        for path in paths:
            path.rename(quarantine / path.name)
        return len(paths)

    def _path(self, blob: str, rendition: Rendition | Paper) -> Path:
        return self._folder / blob[:2] / f'{blob}.{rendition.value}'


def _chunks(path: Path, key: bytes, binding: Binding) -> Iterator[bytes]:
    cipher = AESGCM(key)
    try:
        file = path.open('rb')
    except OSError:
        raise ImageMissing from None
    with file:
        header = file.read(_HEADER_BYTES)
        if len(header) != _HEADER_BYTES or not header.startswith(_MAGIC):
            raise ChecksumMismatch
        prefix, number = header[len(_MAGIC):], 0
        sealed = file.read(CHUNK_BYTES + _TAG_BYTES)
        while True:
            following = file.read(CHUNK_BYTES + _TAG_BYTES)
            try:
                yield cipher.decrypt(prefix + number.to_bytes(4, 'big'), sealed, binding.associated_data(number, is_last=not following))
            except (InvalidTag, ValueError):
                raise ChecksumMismatch from None
            if not following:
                return
            sealed, number = following, number + 1
