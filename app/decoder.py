"""The decoder child: takes photographs on stdin, answers renditions on stdout, ends when stdin ends.

It holds no key and no database and has no threads. Each file is decoded in a process of its own that may open nothing, write
nothing but its answer, and dies at its limits. What that process answers is as trustworthy as the file it read.

A frame is two lengths, a JSON header and a body. A request is `{max_pixels, large_pixels, memory_bytes, cpu_s, wall_s}` and the
file; `large_pixels` is how many may be decoded without asking. A single READY byte answers the header, so that a server which
picked a dead child has not spent the file on it. The answer is `{ok, thumb_bytes, preview_bytes}` and both renditions,
`{refused: reason}`, or `{large: pixels}`: then the file is kept, and a request `{again: true, ...}` without a body decodes it.
"""

import contextlib
import json
import os
import signal
import struct
import sys
from typing import Any, BinaryIO, NoReturn

LENGTHS = struct.Struct('>II')
READY = b'+'
MAX_ANSWER_BYTES = 32 << 20
CAN_FORK = hasattr(os, 'fork')
# Below the server, so that typing stays quick while photographs are read.
NICENESS = 5
PIPE_BYTES = 1 << 20


def run() -> None:
    """Answer one frame per frame until stdin ends; without fork, answer one file and leave."""
    # The server imports this module for the frames alone, and must not load a single image library.
    from app import renditions

    renditions.prepare()
    if CAN_FORK:
        os.nice(NICENESS)
        _widen(sys.stdin.fileno())
    try:
        _answer_all(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        # The server was killed: nobody is left to tell. Without this the interpreter would still try, and complain on the console.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _answer_all(source: BinaryIO, sink: BinaryIO) -> None:
    kept = b''
    while (asked := read_head(source)) is not None:
        request, body_bytes = asked
        _say(sink, READY)
        body = source.read(body_bytes)
        if len(body) < body_bytes:
            return
        kept = kept if request.get('again') else body
        answer = _in_a_worker(request, kept) if CAN_FORK else answer_to(request, kept)
        _say(sink, answer)
        if not asks_to_wait(answer):
            if not CAN_FORK:
                return
            kept = b''


def pack(header: dict[str, Any], *bodies: bytes) -> bytes:
    """Make one frame."""
    return b''.join((head(header, sum(len(body) for body in bodies)), *bodies))


def head(header: dict[str, Any], body_bytes: int) -> bytes:
    """Make a frame up to its body."""
    text = json.dumps(header).encode()
    return LENGTHS.pack(len(text), body_bytes) + text


def read_head(source: BinaryIO) -> tuple[dict[str, Any], int] | None:
    """Read the header of a frame and how long its body is, or None at the end."""
    lengths = source.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    header_bytes, body_bytes = LENGTHS.unpack(lengths)
    text = source.read(header_bytes)
    return (json.loads(text), body_bytes) if len(text) == header_bytes else None


def _say(sink: BinaryIO, answer: bytes) -> None:
    sink.write(answer)
    sink.flush()


def asks_to_wait(answer: bytes) -> bool:
    """Say whether the answer is `large`."""
    return answer[LENGTHS.size :].startswith(b'{"large"')


def answer_to(request: dict[str, Any], data: bytes) -> bytes:
    """Decode in this very process."""
    from app import renditions

    try:
        picture = renditions.opened(data, request['max_pixels'])
        pixels = picture.width * picture.height
        if pixels > request['large_pixels']:
            return pack({'large': pixels})
        made = renditions.rendered(picture)
    except renditions.Refused as refused:
        return pack({'refused': refused.reason})
    except MemoryError:
        return pack({'refused': 'memory'})
    except Exception as error:  # noqa: BLE001 a decoder fed with rubbish raises anything; the name tells a bug of ours from rubbish
        return pack({'refused': 'damaged', 'detail': type(error).__name__})
    facts = {name: value for name, value in vars(made).items() if not isinstance(value, bytes)}
    return pack({'ok': facts, 'thumb_bytes': len(made.thumb), 'preview_bytes': len(made.preview)}, made.thumb, made.preview)


def _in_a_worker(request: dict[str, Any], data: bytes) -> bytes:
    inlet, outlet = os.pipe()
    worker = os.fork()
    if worker == 0:
        _work(outlet, request, data)
    os.close(outlet)
    with open(inlet, 'rb') as answers:
        answer = answers.read(MAX_ANSWER_BYTES)
    _, status = os.waitpid(worker, 0)
    if os.WIFSIGNALED(status):
        # A request for too much memory ends in an exception; SIGKILL is the system that had none left.
        reasons = {signal.SIGXCPU: 'slow', signal.SIGALRM: 'slow', signal.SIGKILL: 'memory'}
        number = os.WTERMSIG(status)
        return pack({'refused': reasons.get(signal.Signals(number), 'damaged'), 'detail': f'signal{number}'})
    return answer if _is_whole(answer) else pack({'refused': 'damaged', 'detail': 'unfinished'})


def _is_whole(answer: bytes) -> bool:
    return len(answer) >= LENGTHS.size and len(answer) == LENGTHS.size + sum(LENGTHS.unpack_from(answer))


def _work(outlet: int, request: dict[str, Any], data: bytes) -> NoReturn:
    try:
        _confine(outlet, request)
        with open(outlet, 'wb') as sink:
            sink.write(answer_to(request, data))
    finally:
        # Nothing of the parent's is flushed or torn down a second time.
        os._exit(0)


def _confine(outlet: int, request: dict[str, Any]) -> None:
    """Keep the answer pipe and nothing else, then give up the right to open, write, or go on for long."""
    import resource  # exists only where fork does

    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.closerange(3, outlet)
    os.closerange(outlet + 1, 1024)
    for limit, value in (
        (resource.RLIMIT_AS, request['memory_bytes']),
        (resource.RLIMIT_CPU, request['cpu_s']),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        # No descriptor can be made any more: no file, no socket, no pipe.
        (resource.RLIMIT_NOFILE, 0),
    ):
        # At the hard limit of processor time the signal would be SIGKILL, which tells nothing.
        resource.setrlimit(limit, (value, value + 1 if limit == resource.RLIMIT_CPU else value))
    signal.setitimer(signal.ITIMER_REAL, request['wall_s'])


def _widen(descriptor: int) -> None:
    # A photo of 10 MB in 10 pieces and not in 160; where it cannot be had, it only takes longer.
    import fcntl  # exists only where fork does

    with contextlib.suppress(OSError):
        fcntl.fcntl(descriptor, getattr(fcntl, 'F_SETPIPE_SZ', 0), PIPE_BYTES)
