"""How often a promise is tried: `make test` takes a twentieth of the rounds, `make test-long` all of them."""
import os

_SHARE = 20


def rounds(full: int) -> int:
    """Return the number of rounds of this run."""
    return full if os.environ.get('DERMAFOLIO_TEST_ROUNDS') == 'full' else max(1, full // _SHARE)
