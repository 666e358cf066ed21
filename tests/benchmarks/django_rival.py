"""Django 5.2's admin over the same people in a plain SQLite file, asked through its own test client: no socket, no encryption."""
import sqlite3
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

_COPIED = {
    'rival_tag': ('SELECT id, name, slug FROM tag', 'id, name, slug'),
    'rival_patient': (
        'SELECT id, unique_id, family_name, given_names, preferred_name, birth_date, entry_count, image_count, last_appointment, '
        'last_modified FROM patient', 'id, unique_id, family_name, given_names, preferred_name, birth_date, entry_count, image_count, '
        'last_appointment, last_modified'),
    'rival_patient_tags': ('SELECT patient_id, tag_id FROM patient_effective_tag', 'patient_id, tag_id'),
}
LIST = '/admin/rival/patient/'
urlpatterns: list[Any] = []


class Rival:
    """The admin with one administrator signed in. There can be one in a process."""

    def __init__(self, folder: Path, source: Any) -> None:
        path = folder / 'rival.sqlite3'
        _set_up(path)
        _copy(source, path)
        from django.contrib.auth.models import User
        from django.test import Client
        self._client = Client()
        self._client.force_login(User.objects.create_superuser('jana', password='sunflower seeds on toast'))

    def get(self, query: str) -> str:
        """Return the whole answer to a view of the list."""
        answer = self._client.get(f'{LIST}?{query}')
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()


def _set_up(path: Path) -> None:
    settings.configure(
        SECRET_KEY='bench', ROOT_URLCONF=__name__, USE_TZ=True, ALLOWED_HOSTS=['testserver'], STATIC_URL='/static/',
        DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': str(path)}},
        DEFAULT_AUTO_FIELD='django.db.models.AutoField',
        INSTALLED_APPS=['django.contrib.admin', 'django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions',
                        'django.contrib.messages', 'tests.benchmarks.rival'],
        MIDDLEWARE=['django.middleware.security.SecurityMiddleware', 'django.contrib.sessions.middleware.SessionMiddleware',
                    'django.middleware.common.CommonMiddleware', 'django.middleware.csrf.CsrfViewMiddleware',
                    'django.contrib.auth.middleware.AuthenticationMiddleware', 'django.contrib.messages.middleware.MessageMiddleware'],
        TEMPLATES=[{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True, 'OPTIONS': {'context_processors': [
            'django.template.context_processors.request', 'django.contrib.auth.context_processors.auth',
            'django.contrib.messages.context_processors.messages']}}])
    django.setup()
    from django.contrib import admin
    from django.urls import path as route
    urlpatterns.append(route('admin/', admin.site.urls))
    call_command('migrate', run_syncdb=True, verbosity=0)


def _copy(source: Any, path: Path) -> None:
    """Copy the people, their figures and the tags that show on them."""
    with sqlite3.connect(path) as target:
        for table, (asked, columns) in _COPIED.items():
            marks = ', '.join('?' * (columns.count(',') + 1))
            target.executemany(f'INSERT INTO {table} ({columns}) VALUES ({marks})', source.execute(asked))
