"""Passwords: what is stored, what is refused, and how much runs at once."""
import asyncio
import threading

import pytest

from app import passwords
from data.errors import Invalid

GOOD = 'correct horse battery'


def test_a_hash_is_argon2id_with_64_mib_and_never_the_same_twice() -> None:
    first, second = passwords.hash_password_now(GOOD), passwords.hash_password_now(GOOD)
    assert first.startswith('$argon2id$v=19$m=65536,t=3,p=4$')
    assert first != second


def test_only_the_right_password_matches() -> None:
    async def story() -> list[bool]:
        stored = await passwords.hash_password(GOOD)
        return [await passwords.verify(text, stored) for text in (GOOD, GOOD + ' ', GOOD.upper(), '')]
    assert asyncio.run(story()) == [True, False, False, False]


def test_an_accent_may_be_composed_either_way() -> None:
    stored = passwords.hash_password_now('pass\u00e9 compos\u00e9')
    assert asyncio.run(passwords.verify('passe\u0301 compose\u0301', stored))


def test_an_unknown_user_costs_the_same_work_and_is_refused() -> None:
    work = []
    real = passwords._HASHER.verify

    class Counting:
        @staticmethod
        def verify(text: str, stored: str) -> bool:
            work.append(stored.split('$')[1:4])
            return bool(real(text, stored))
    stored = passwords.hash_password_now(GOOD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, '_HASHER', Counting)
        assert asyncio.run(passwords.verify(GOOD, None)) is False
        assert asyncio.run(passwords.verify(GOOD, stored)) is True
    assert work[0] == work[1] == ['argon2id', 'v=19', 'm=65536,t=3,p=4']


def test_a_very_long_password_is_a_plain_no() -> None:
    stored = passwords.hash_password_now(GOOD)
    assert asyncio.run(passwords.verify('x' * 1_000_000, stored)) is False


def test_at_most_two_hashes_run_at_once() -> None:
    running, most, guard, both = 0, 0, threading.Lock(), threading.Barrier(2)

    class Slow:
        @staticmethod
        def hash(_: str) -> str:
            nonlocal running, most
            with guard:
                running += 1
                most = max(most, running)
            both.wait()  # opens only when a second one runs beside it
            with guard:
                running -= 1
            return 'hash'

    async def story() -> None:
        await asyncio.gather(*(passwords.hash_password(GOOD) for _ in range(6)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, '_HASHER', Slow)
        asyncio.run(story())
    assert most == 2


@pytest.mark.parametrize(('text', 'words'), [
    ('elevenchars', 'at least 12'), ('', 'at least 12'), ('x' * 1_001, 'at most 1,000'), ('Maria.Gonzalez', 'not the username'),
    ('hautzentrum nord', 'not the username'),
])
def test_weak_passwords_are_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        passwords.check_strength(text, 'maria.gonzalez', 'Hautzentrum Nord')
    assert refused.value.field == 'password'


@pytest.mark.parametrize('text', ['twelve chars', 'пароль из слов', '🔬🔬🔬🔬🔬🔬🔬🔬🔬🔬🔬🔬', 'x' * 1_000])
def test_any_twelve_characters_will_do(text: str) -> None:
    passwords.check_strength(text, 'maria', 'Hautzentrum Nord')
