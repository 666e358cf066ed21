"""The program's settings, from the environment (`DERMAFOLIO_…`) and the command line. The practice's own live in the database."""
import os
from pathlib import Path
from zoneinfo import available_timezones

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024
_LOCAL_TIME = Path('/etc/localtime')


class Settings(BaseSettings):
    """Where things lie and how much is too much. Each field is `DERMAFOLIO_` plus its name in capitals."""

    model_config = SettingsConfigDict(env_prefix='DERMAFOLIO_', extra='ignore')

    data_dir: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir('dermafolio', appauthor=False)),
                           description='The folder of the database and the encrypted photographs.')
    key_dir: Path | None = Field(default=None, description='The folder of the keys; by default the data folder’s sibling DIR-keys.')
    host: str = Field(default='127.0.0.1', description='The address to listen on; only loopback while there is no TLS.')
    port: int = Field(default=8080, ge=1, le=65535, description='The port to listen on.')
    max_image_mib: int = Field(default=64, ge=1, le=1024, description='The largest photograph accepted, in MiB.')
    max_image_megapixels: int = Field(default=120, ge=1, le=1000, description='The largest photograph accepted, in megapixels.')

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
