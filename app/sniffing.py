"""Say what a file is by its first bytes, for the sentence that tells someone why it was not added."""

import codecs
import re

PHOTO_BRANDS = frozenset((b'heic', b'heix', b'heim', b'heis', b'hevc', b'hevx', b'hevm', b'hevs', b'mif1', b'msf1', b'avif', b'avis'))
PHOTO_STARTS = (b'\xff\xd8\xff', b'\x89PNG\r\n\x1a\n', b'GIF87a', b'GIF89a', b'II*\0', b'MM\0*', b'II+\0', b'MM\0+')
STARTS = (
    (b'PK\x03\x04', 'zip'),
    (b'PK\x05\x06', 'zip'),
    (b'FUJIFILMCCD-RAW', 'raw'),
    (b'IIRO', 'raw'),
    (b'IIRS', 'raw'),
    (b'IIU\0', 'raw'),
    (b'BM', 'format'),
    (b'8BPS', 'format'),
    (b'\xff\x0a', 'format'),
    (b'\0\0\0\x0cJXL ', 'format'),
    (b'\0\0\0\x0cjP  ', 'format'),
    (b'\x1a\x45\xdf\xa3', 'video'),
    (b'\0\0\x01\xba', 'video'),
    (b'\0\0\x01\xb3', 'video'),
)
SVG = re.compile(rb'<svg[\s>:]', re.IGNORECASE)


def kind_of(data: bytes) -> str:
    """Name the kind: `damaged` begins like a photo that can be read, the rest is what it is instead."""
    head = data[:2048]
    if not head:
        return 'empty'
    if head.startswith(PHOTO_STARTS):
        return 'raw' if head[8:10] == b'CR' else 'damaged'
    for start, kind in STARTS:
        if head.startswith(start):
            return kind
    return _container(head) or _written(head)


def _container(head: bytes) -> str:
    if head[:4] == b'RIFF':
        return {b'WEBP': 'damaged', b'AVI ': 'video'}.get(head[8:12], 'other')
    if head[4:8] == b'ftyp':
        brand = head[8:12]
        return 'damaged' if brand in PHOTO_BRANDS else 'raw' if brand == b'crx ' else 'video'
    return ''


def _written(head: bytes) -> str:
    # PDF allows up to 1,024 bytes of anything before its mark.
    if b'%PDF-' in head[:1029]:
        return 'pdf'
    if SVG.search(head):
        return 'svg'
    try:
        # Incremental: the end of the head may fall inside a character.
        text = codecs.getincrementaldecoder('utf-8')().decode(head)
    except UnicodeDecodeError:
        return 'other'
    return 'text' if not any(ord(sign) < 32 and sign not in '\t\n\r\f' for sign in text) else 'other'
