"""Have photographs read by the decoder child, and trust nothing that it answers."""

import asyncio
import contextlib
import json
import logging
import os
import re
import signal
import sys
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.decoder import LENGTHS, MAX_ANSWER_BYTES, READY, head
from data.errors import Refusal, TooLarge, UnreadableImage

log = logging.getLogger('dermafolio.decoding')

SENTENCES = {
    'empty': 'the file is empty',
    'pdf': 'PDF is not a photo',
    'svg': 'SVG is not a photo',
    'zip': 'ZIP is not a photo',
    'video': 'video is not a photo',
    'text': 'text is not a photo',
    'other': 'this is not a photo',
    'raw': 'camera raw cannot be shown, add the JPEG',
    'format': 'this kind of picture cannot be shown, add a JPEG',
    'damaged': 'the file is damaged',
    'pixels': 'more than {:g} megapixels',
    'slow': 'it took too long to read',
    'memory': 'it needs too much memory to read',
    'failed': 'reading it failed, try again',
    'stopping': 'the server is stopping, try again',
}
FORMATS = frozenset(('JPEG', 'PNG', 'WEBP', 'AVIF', 'TIFF', 'GIF', 'HEIC'))
LOCAL = re.compile(r'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)?')
OFFSET = re.compile(r'([+-]\d\d:\d\d)?')
JPEG_START = b'\xff\xd8\xff'
MAX_HEADER_BYTES = 1 << 16
# Past these the child itself hangs; a slow file is ended by its own limits long before.
STALL_S = 20.0
END_S = 5.0
# Every file is decoded into fresh memory. In large pages that costs a tenth of the processor time less; only glibc knows the word.
HUGE_PAGES = {'GLIBC_TUNABLES': 'glibc.malloc.hugetlb=1'}


@dataclass(frozen=True)
class Limits:
    """What one file may cost."""

    large_pixels: int = 40_000_000
    memory_bytes: int = 2 << 30
    cpu_s: int = 10
    wall_s: float = 15.0


@dataclass(frozen=True)
class Decoded:
    """What is known and shown of a photo. Width and height are upright; times are '' when the camera did not say."""

    width_px: int
    height_px: int
    format: str
    captured_local: str
    captured_offset: str
    camera: str
    lens: str
    thumb: bytes
    preview: bytes

    def __post_init__(self) -> None:
        """Believe only what a decoder of ours writes: the one that did has just read a file from anywhere."""
        numbers = all(type(number) is int and number > 0 for number in (self.width_px, self.height_px))
        times = LOCAL.fullmatch(self.captured_local) and OFFSET.fullmatch(self.captured_offset)
        words = self.format in FORMATS and all(len(name) <= 200 and name.isprintable() for name in (self.camera, self.lens))
        pictures = self.thumb.startswith(JPEG_START) and self.preview.startswith(JPEG_START)
        if not (numbers and times and words and pictures):
            raise ValueError('not an answer of the decoder')


def decoder_command() -> list[str]:
    """Name the command that starts this very program as a decoder."""
    if getattr(sys, 'frozen', False):
        return [sys.executable, 'decode']
    return [sys.executable, str(Path(__file__).resolve().parent.parent / 'main.py'), 'decode']


class Decoding:
    """Keep a few decoder children, started when first needed and replaced when they break."""

    def __init__(self, command: list[str], workers: int = 2, limits: Limits | None = None) -> None:
        self._command = command
        self._limits = limits or Limits()
        self._slots = asyncio.Semaphore(workers)
        self._one_large = asyncio.Lock()
        self._idle: list[_Child] = []
        self._children: list[_Child] = []
        self._closed = False

    async def decode(self, chunks: AsyncIterable[bytes] | Iterable[bytes], size_bytes: int, *, max_pixels: int) -> Decoded:
        """Read one photo of exactly `size_bytes`. Raise UnreadableImage or TooLarge in words; an error of `chunks` passes through."""
        if size_bytes == 0:
            raise UnreadableImage(SENTENCES['empty'])
        request = asdict(self._limits) | {'max_pixels': max_pixels}
        async with self._slots:
            outcome = await self._outcome(request, chunks, size_bytes)
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    async def close(self) -> None:
        """Leave no process behind: idle children end by themselves, busy ones are ended."""
        self._closed = True
        for child in self._children:
            if child not in self._idle:
                child.kill()
        await asyncio.gather(*(child.ended() for child in self._children))

    def pids(self) -> list[int]:
        """Name the processes of the living children."""
        return [child.pid for child in self._children if child.alive]

    async def _outcome(self, request: dict[str, Any], chunks: AsyncIterable[bytes] | Iterable[bytes], size_bytes: int) -> Decoded | Refusal:
        child = None
        try:
            child = await self._asked(head(request, size_bytes))
            await _send(child, chunks, size_bytes)
            answer, body = await child.answer(request['wall_s'])
            if 'large' in answer:
                # The child holds the file; the other one finishes its own large file meanwhile.
                async with self._one_large:
                    await child.ask(head(request | {'again': True, 'large_pixels': request['max_pixels']}, 0))
                    answer, body = await child.answer(request['wall_s'])
            outcome = _believed(answer, body, request['max_pixels'])
            self._idle.append(child)
            return outcome
        except _Broken as error:
            log.warning('a decoder is replaced: %s', error)
            return UnreadableImage(SENTENCES['stopping' if self._closed else 'failed'])
        finally:
            # A cancelled upload ends here too: nobody knows where in its frames such a child stands.
            if child is not None and child not in self._idle:
                child.kill()

    async def _asked(self, request_head: bytes) -> '_Child':
        """Find or start a child and hand it the head of a request; one that died while idle shows it here, before the file is spent."""
        while not self._closed:
            was_idle = bool(self._idle)
            child = self._idle.pop() if was_idle else await self._started()
            try:
                await child.ask(request_head)
                return child
            except _Broken:
                if not was_idle:
                    raise
            finally:
                if not child.listens:
                    child.kill()
        raise _Broken('closed')

    async def _started(self) -> '_Child':
        self._children = [child for child in self._children if child.alive]
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,
                env=HUGE_PAGES | os.environ,
            )
        except OSError as error:
            raise _Broken(f'cannot be started, {type(error).__name__}') from error
        child = _Child(process)
        self._children.append(child)
        if self._closed:
            await child.ended()
        return child


class _Broken(Exception):
    """A child died, hangs, or answered nonsense."""


class _Child:
    """One decoder process and its two pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._process, self._sink, self._source = process, process.stdin, process.stdout
        self.pid = process.pid
        self.listens = False

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def write(self, data: bytes) -> None:
        try:
            self._sink.write(data)
            async with asyncio.timeout(STALL_S):
                await self._sink.drain()
        except (OSError, RuntimeError) as error:
            raise _Broken(f'stopped listening, {type(error).__name__}') from error

    async def ask(self, request_head: bytes) -> None:
        self.listens = False
        await self.write(request_head)
        try:
            async with asyncio.timeout(STALL_S):
                ready = await self._source.readexactly(len(READY))
        except (OSError, EOFError) as error:
            raise _Broken(f'is not there, {type(error).__name__}') from error
        if ready != READY:
            raise _Broken('answered nonsense')
        self.listens = True

    async def answer(self, wall_s: float) -> tuple[dict[str, Any], bytes]:
        try:
            async with asyncio.timeout(wall_s + STALL_S):
                header_bytes, body_bytes = LENGTHS.unpack(await self._source.readexactly(LENGTHS.size))
                if header_bytes > MAX_HEADER_BYTES or body_bytes > MAX_ANSWER_BYTES:
                    raise _Broken('answered too much')
                header = json.loads(await self._source.readexactly(header_bytes))
                body = await self._source.readexactly(body_bytes)
        except (OSError, EOFError, ValueError) as error:
            raise _Broken(f'did not answer, {type(error).__name__}') from error
        if not isinstance(header, dict):
            raise _Broken('answered nonsense')
        return header, body

    def kill(self) -> None:
        """End the child and the worker that it may have: both are of one process group."""
        # Never after its end: the number may be someone else's by then. A worker left alone ends at its alarm.
        if self.alive:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL) if hasattr(os, 'killpg') else self._process.kill()

    async def ended(self) -> None:
        self._sink.close()
        try:
            async with asyncio.timeout(END_S):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()


async def _send(child: _Child, chunks: AsyncIterable[bytes] | Iterable[bytes], size_bytes: int) -> None:
    sent = 0
    async for chunk in _each(chunks):
        sent += len(chunk)
        if sent > size_bytes:
            break
        await child.write(chunk)
    if sent != size_bytes:
        raise ValueError('the photo is not as long as it was said to be')


async def _each(chunks: AsyncIterable[bytes] | Iterable[bytes]) -> AsyncIterator[bytes]:
    if isinstance(chunks, AsyncIterable):
        async for chunk in chunks:
            yield chunk
    else:
        for chunk in chunks:
            yield chunk


def _believed(answer: dict[str, Any], body: bytes, max_pixels: int) -> Decoded | Refusal:
    reason = answer.get('refused')
    if reason is not None:
        detail = str(answer.get('detail', ''))
        log.info('a photo is refused: %s %s', reason if reason in SENTENCES else '?', detail if detail.isidentifier() else '')
    if reason == 'pixels':
        return TooLarge(SENTENCES['pixels'].format(max_pixels / 1_000_000))
    try:
        if reason is not None:
            return UnreadableImage(SENTENCES[reason])
        cut = answer['thumb_bytes']
        if cut + answer['preview_bytes'] != len(body):
            raise ValueError('lengths')
        return Decoded(**answer['ok'], thumb=body[:cut], preview=body[cut:])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _Broken(f'answered nonsense, {type(error).__name__}') from error
