"""The served program, killed at random while photographs come in by three lines: each is whole or absent, what was said is there."""
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import count
from pathlib import Path

import httpx

from app.clinic import open_clinic
from app.integrity import verify_everything
from data.image_store import Binding, Rendition
from tests.app.verifying import CONSOLE
from tests.cast import sign_in_again
from tests.conftest import Template, settings_of
from tests.factories import a_patient
from tests.hostile import headers_of
from tests.pictures import jpeg
from tests.rounds import rounds
from tests.serving import Server

UPLOAD = '/patients/psr-20417/images'
LINES, LONGEST_LIFE_S = 3, 0.6
Told = dict[str, bytes]


def send_until_killed(client: httpx.Client, numbers: Iterator[int], told: Told, begun: threading.Event) -> None:
    """Send photographs, one after the other, and note the hash of each that was acknowledged."""
    while True:
        data = jpeg(comment=b'%d' % next(numbers))
        try:
            answer = client.post(UPLOAD, files=[('files', ('a.jpg', data, 'image/jpeg'))])
        except httpx.TransportError:
            return
        assert answer.json()['added'] == 1, answer.text
        told[answer.json()['files'][0]['image']] = sha256(data).digest()
        begun.set()


def one_life(server: Server, token: str, numbers: Iterator[int], dice: random.Random) -> Told:
    """Start the server, send by several lines, kill it at a random moment, and return what it acknowledged."""
    server.start()
    told, begun = Told(), threading.Event()
    with httpx.Client(base_url=server.address, headers=headers_of(server.address, token), timeout=30) as client, \
            ThreadPoolExecutor(LINES) as lines:
        sending = [lines.submit(send_until_killed, client, numbers, told, begun) for _ in range(LINES)]
        assert begun.wait(30)
        threading.Event().wait(dice.uniform(0, LONGEST_LIFE_S))
        server.kill()
        for line in sending:
            line.result()
    return told


def what_is_wrong(folder: Path, patient: str, told: Told) -> list[str]:
    """Return what verify says, and every acknowledged photograph whose original is not what was sent."""
    opened = open_clinic(settings_of(folder))
    try:
        found = verify_everything(opened, CONSOLE).problems
        with opened.reading(CONSOLE) as records:
            files = {key: records.images.file(key) for key in told}
        patient_key = opened.vault.patient_key(patient)
        for key, digest in told.items():
            original = b''.join(opened.images.read(files[key].blob, patient_key, Binding(patient, key, Rendition.ORIGINAL)))
            found += [key] * (sha256(original).digest() != digest)
        return found
    finally:
        opened.close()


def test_what_the_served_program_acknowledged_survives_its_kill(template: Template, tmp_path: Path) -> None:
    settings, dice, numbers, told = template.copy(tmp_path), random.Random(5), count(1), Told()
    opened = open_clinic(settings)
    patient, token = a_patient(opened, template.cast.jana).key, sign_in_again(opened, template.cast.jana)[1]
    opened.close()
    server = Server(tmp_path)
    try:
        for _ in range(rounds(60)):
            told |= one_life(server, token, numbers, dice)
            assert what_is_wrong(tmp_path, patient, told) == []
    finally:
        server.close()
    print(f'{rounds(60)} kills, {len(told)} photographs acknowledged, none lost')
    assert told
