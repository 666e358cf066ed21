import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app import decoder
from tests import pictures
from tests.pictures import CORNERS, corners_of

ROOT = Path(__file__).resolve().parent.parent.parent
REQUEST = {'max_pixels': 120_000_000, 'large_pixels': 40_000_000, 'memory_bytes': 2 << 30, 'cpu_s': 10, 'wall_s': 15.0}
RUN = 'from app.decoder import run; run()'


def answers(*frames: bytes, program: str = RUN) -> list[tuple[dict[str, Any], bytes]]:
    """Start a decoder, hand it the frames, and read what it answers until it ends."""
    done = subprocess.run([sys.executable, '-c', program], input=b''.join(frames), capture_output=True, cwd=ROOT, timeout=60)
    assert (done.returncode, done.stderr) == (0, b'')
    source, found = io.BytesIO(done.stdout), []
    while source.read(1) == decoder.READY and (head := decoder.read_head(source)) is not None:
        found.append((head[0], source.read(head[1])))
    return found


def asked(data: bytes, **limits: float) -> bytes:
    return decoder.pack(REQUEST | limits, data)


def is_shown(answer: tuple[dict[str, Any], bytes]) -> bool:
    header, body = answer
    thumb, preview = body[: header['thumb_bytes']], body[header['thumb_bytes'] :]
    assert len(preview) == header['preview_bytes']
    return all(corners_of(Image.open(io.BytesIO(each))) == {name: name for name in CORNERS} for each in (thumb, preview))


def test_it_answers_every_file_in_turn_and_ends_when_its_input_ends():
    first, second, third = answers(asked(pictures.jpeg()), asked(b'no photo'), asked(pictures.oriented(6)))
    assert is_shown(first)
    assert second == ({'refused': 'text'}, b'')
    assert is_shown(third)
    assert third[0]['ok'] == {
        'width_px': 480,
        'height_px': 320,
        'format': 'JPEG',
        'captured_local': '2024-03-05T14:30:09',
        'captured_offset': '+02:00',
        'camera': 'Testcam T-1',
        'lens': 'Testlens Macro 60mm f/2.8',
    }


def test_input_that_ends_inside_a_frame_ends_it_too():
    assert answers(asked(pictures.jpeg())[:-1]) == []
    assert answers(b'\0\0') == []


def test_when_the_server_is_killed_it_ends_without_a_word():
    child = subprocess.Popen([sys.executable, '-c', RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    child.stdin.write(asked(pictures.jpeg())[:-1])
    child.stdin.flush()
    assert child.stdout.read(1) == decoder.READY
    child.stdout.close()
    _, complaint = child.communicate(pictures.jpeg()[-1:], timeout=60)
    assert (child.returncode, complaint) == (0, b'')


def test_it_asks_before_it_decodes_a_large_file_and_keeps_the_file_meanwhile():
    again = decoder.pack(REQUEST | {'again': True, 'large_pixels': REQUEST['max_pixels']})
    waits, shown, fresh = answers(asked(pictures.jpeg(), large_pixels=1000), again, asked(pictures.jpeg(640, 480)))
    assert waits == ({'large': 480 * 320}, b'')
    assert is_shown(shown)
    assert fresh[0]['ok']['width_px'] == 640


@pytest.mark.parametrize(('hostile', 'limits', 'reason'), [
    pytest.param(pictures.png_of(10_000, 10_000, 8, 2), {'memory_bytes': 300 << 20}, 'memory', id='memory'),
    pytest.param(pictures.many_scans(), {'cpu_s': 1}, 'slow', id='processor'),
    pytest.param(pictures.many_scans(), {'wall_s': 0.3}, 'slow', id='clock'),
])  # fmt: skip
def test_a_file_that_eats_too_much_is_ended_and_the_next_one_is_read(hostile, limits, reason):
    refused, shown = answers(asked(hostile, large_pixels=200_000_000, **limits), asked(pictures.jpeg()))
    assert refused[0]['refused'] == reason
    assert is_shown(shown)


def test_a_file_as_large_as_allowed_fits_into_the_memory():
    largest = pictures.png_of(10_900, 10_900, 8, 6)
    answer = answers(asked(largest, large_pixels=120_000_000, cpu_s=100, wall_s=100))[0][0]
    assert (answer['ok']['width_px'], answer['ok']['height_px']) == (10_900, 10_900)


def test_where_there_is_no_fork_it_answers_one_file_and_leaves():
    alone = f'import app.decoder; app.decoder.CAN_FORK = False\n{RUN}'
    assert is_shown(answers(asked(pictures.jpeg()), program=alone)[0])
    assert len(answers(asked(b'no photo'), asked(pictures.jpeg()), program=alone)) == 1


def test_where_there_is_no_fork_it_still_asks_before_a_large_file():
    alone = f'import app.decoder; app.decoder.CAN_FORK = False\n{RUN}'
    again = decoder.pack(REQUEST | {'again': True})
    waits, shown = answers(asked(pictures.jpeg(), large_pixels=1000), again, program=alone)
    assert 'large' in waits[0] and is_shown(shown)


TRY_TO_ESCAPE = """
import json, os, socket, sys
from app import decoder, renditions
renditions.prepare()

def outcome(act):
    try:
        act()
        return 'worked'
    except Exception as error:
        return type(error).__name__

secret = open(sys.argv[1])
inlet, outlet = os.pipe()
if os.fork() == 0:
    decoder._confine(outlet, json.loads(sys.argv[2]))
    acts = {
        'open': lambda: open('/etc/hostname'),
        'write': lambda: open(sys.argv[1], 'w'),
        'connect': lambda: socket.socket(),
        'inherit': lambda: os.read(secret.fileno(), 1),
        'pipe': os.pipe,
        'much': lambda: bytearray(3 << 30),
        'lift': lambda: __import__('resource').setrlimit(__import__('resource').RLIMIT_CORE, (0, 0)),
    }
    os.write(outlet, json.dumps({name: outcome(act) for name, act in acts.items()}).encode())
    os._exit(0)
os.close(outlet)
print(open(inlet).read())
"""


def test_a_worker_can_open_write_connect_and_inherit_nothing(tmp_path):
    (tmp_path / 'secret').write_text('canary')
    command = [sys.executable, '-c', TRY_TO_ESCAPE, tmp_path / 'secret', json.dumps(REQUEST)]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=60)
    tried = json.loads(done.stdout)
    assert tried.pop('lift') == 'worked'
    assert tried == dict.fromkeys(('open', 'write', 'connect', 'inherit', 'pipe'), 'OSError') | {'much': 'MemoryError'}
    assert (tmp_path / 'secret').read_text() == 'canary'


def test_the_child_imports_neither_pages_nor_records_and_the_server_no_image_library():
    child = 'import sys; from app import decoder, renditions; renditions.prepare(); print(*sys.modules)'
    server = 'import sys; from app import decoding; print(*sys.modules)'
    for program, unwanted in ((child, {'nicegui', 'sqlmodel', 'data', 'asyncio', 'cryptography'}), (server, {'PIL', 'pillow_heif'})):
        done = subprocess.run([sys.executable, '-c', program], capture_output=True, cwd=ROOT, text=True, check=True)
        assert {name.partition('.')[0] for name in done.stdout.split()}.isdisjoint(unwanted)


def test_nothing_starts_a_thread_before_the_first_fork():
    program = 'import os; from app import renditions; renditions.prepare(); print(len(os.listdir("/proc/self/task")))'
    if not os.path.isdir('/proc/self/task'):
        program = 'print(1)'
    assert subprocess.run([sys.executable, '-c', program], capture_output=True, cwd=ROOT, text=True).stdout.strip() == '1'
