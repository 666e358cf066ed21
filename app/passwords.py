"""Hash and check passwords: argon2id, 64 MiB, at most two at a time, and the same work for a name that nobody has.

The parameters are the second recommended set of RFC 9106 (3 passes, 4 lanes, 64 MiB). The two worker threads are the bound: every way in,
the command line included, goes through them, so memory stays under 128 MiB however many people sign in at once.
"""
import asyncio
import base64
import unicodedata
from concurrent.futures import Future, ThreadPoolExecutor

from passlib.handlers.argon2 import argon2  # by its module: passlib's lazy registry is not seen by a frozen binary

from data.errors import Invalid

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 1_000
MEMORY_KIB = 65_536
_PASSES, _LANES = 3, 4
_HASHER = argon2.using(type='ID', memory_cost=MEMORY_KIB, time_cost=_PASSES, parallelism=_LANES)
_workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix='password')


def check_strength(text: str, *names: str) -> None:
    """Pass, or raise Invalid with what is wrong. `names` are words that anyone would try: the username, the practice's name."""
    password = _normalised(text)
    if len(password) < LEAST_CHARACTERS:
        raise Invalid(f'Choose a password of at least {LEAST_CHARACTERS} characters.', field='password')
    if len(password) > MOST_CHARACTERS:
        raise Invalid(f'Choose a password of at most {MOST_CHARACTERS:,} characters.', field='password')
    if password.casefold() in {_normalised(name).casefold() for name in names}:
        raise Invalid('Choose a password that is not the username or the name of the practice.', field='password')


async def hash_password(text: str) -> str:
    """Return the hash to store."""
    return await asyncio.wrap_future(_hashed(text))


def hash_password_now(text: str) -> str:
    """Return the hash to store, for callers without an event loop."""
    return _hashed(text).result()


async def verify(text: str, stored: str | None) -> bool:
    """Tell whether the password is the stored one. Without a stored one the same work is done and the answer is no."""
    return await asyncio.wrap_future(_workers.submit(_verify, text, stored))


def _hashed(text: str) -> 'Future[str]':
    return _workers.submit(lambda: str(_HASHER.hash(_normalised(text))))


def _verify(text: str, stored: str | None) -> bool:
    password = _normalised(text)[:MOST_CHARACTERS + 1]  # nobody can have stored a longer one
    matches = bool(_HASHER.verify(password, stored or _UNMATCHABLE))
    return matches and stored is not None


def _normalised(text: str) -> str:
    """Return one spelling for what looks the same: keyboards differ in how they compose an accent."""
    return unicodedata.normalize('NFC', text)


def _unmatchable() -> str:
    """Build a well-formed hash that belongs to no known password, with the parameters of a real one."""
    salt, digest = (base64.b64encode(bytes(length)).decode().rstrip('=') for length in (16, 32))
    return f'$argon2id$v=19$m={MEMORY_KIB},t={_PASSES},p={_LANES}${salt}${digest}'


_UNMATCHABLE = _unmatchable()
