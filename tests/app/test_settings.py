"""The address for phones: scheme and host as browsers write them, and nothing that would send photographs in the clear."""
import pytest
from pydantic import ValidationError

from app.settings import Settings


@pytest.mark.parametrize(('given', 'kept'), [
    ('', ''), ('https://Photos.example/', 'https://photos.example'), ('https://photos.example:443', 'https://photos.example'),
    ('https://10.0.0.5:8443', 'https://10.0.0.5:8443'), ('http://localhost:8080', 'http://localhost:8080'), ('http://[::1]:80', 'http://[::1]'),
])
def test_an_address_for_phones_is_kept_as_browsers_write_it(given: str, kept: str) -> None:
    assert Settings(public_url=given).public_url == kept


@pytest.mark.parametrize('given', [
    'http://photos.example', 'photos.example', 'https://', 'https://photos.example/x', 'https://photos.example?x', 'https://a@photos.example',
    'ftp://photos.example', 'https://two words', 'https://[zz', 'https://photos.example#x', '//photos.example', 'http://localhost.evil.example',
])
def test_anything_else_is_refused_in_words(given: str) -> None:
    with pytest.raises(ValidationError, match='public_url'):
        Settings(public_url=given)
