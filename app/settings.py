"""The program's settings, from the environment (`DERMAFOLIO_…`) and the command line. The practice's own live in the database."""
import os
import re
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import platformdirs
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024
_LOCAL_TIME = Path('/etc/localtime')
_HOST = re.compile(r'([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:[0-9]{1,5})?')
_THIS_MACHINE = frozenset({'127.0.0.1', 'localhost', '::1'})
_USUAL_PORTS = {'https': ':443', 'http': ':80'}


class Settings(BaseSettings):
    """Where things lie and how much is too much. Each field is `DERMAFOLIO_` plus its name in capitals."""

    model_config = SettingsConfigDict(env_prefix='DERMAFOLIO_', extra='ignore')

    data_dir: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir('dermafolio', appauthor=False)),
                           description='The folder of the database and the encrypted photographs.')
    key_dir: Path | None = Field(default=None, description='The folder of the keys; by default the data folder’s sibling DIR-keys.')
    host: str = Field(default='127.0.0.1', description='The address to listen on; only loopback while there is no TLS.')
    port: int = Field(default=8080, ge=1, le=65535, description='The port to listen on.')
    public_url: str = Field(default='', description='The address under which phones reach this server, such as https://photos.example.')
    max_image_mib: int = Field(default=64, ge=1, le=1024, description='The largest photograph accepted, in MiB.')
    max_image_megapixels: int = Field(default=120, ge=1, le=1000, description='The largest photograph accepted, in megapixels.')

    @field_validator('public_url')
    @classmethod
    def _origin(cls, text: str) -> str:
        """Return scheme and host as browsers write them. Refuse what is more than that, and plain HTTP to anywhere but this machine."""
        if not text:
            return ''
        parts = urlsplit(text.strip().rstrip('/').lower())
        is_local = parts.hostname in _THIS_MACHINE
        if (parts.scheme not in {'https', 'http' if is_local else 'https'} or not _HOST.fullmatch(parts.netloc)
                or parts.path or parts.query or parts.fragment):
            raise ValueError('use an address such as https://photos.example, without a path; http only for this machine')
        return f'{parts.scheme}://{parts.netloc.removesuffix(_USUAL_PORTS[parts.scheme])}'

    @property
    def keys(self) -> Path:
        """The key folder that is in force."""
        return self.key_dir or self.data_dir.with_name(f'{self.data_dir.name}-keys')

    @property
    def max_image_bytes(self) -> int:
        """The largest photograph accepted, in bytes."""
        return self.max_image_mib * MIB

    @property
    def max_image_pixels(self) -> int:
        """The largest photograph accepted, in pixels."""
        return self.max_image_megapixels * 1_000_000


def local_zone() -> str:
    """Return the name of this machine's time zone (`Europe/Berlin`), UTC when it does not say: what a new practice begins with."""
    linked = _LOCAL_TIME.resolve().parts
    named = '/'.join(linked[linked.index('zoneinfo') + 1:]) if 'zoneinfo' in linked else ''
    candidate = os.environ.get('TZ', '').lstrip(':') or named
    return candidate if candidate in available_timezones() else 'UTC'
