"""The command line: one function a command, sentences for people, exit codes for machines (0 done, 1 bug, 2 refused, 3 damage)."""
import getpass
import logging
import resource
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from app.clinic import Clinic, open_clinic
from app.integrity import verify_everything, verify_trail
from app.passwords import check_strength, hash_password_now
from app.settings import Settings
from data.actors import Actor, Role, console_actor
from data.errors import Damage, Invalid, Refusal
from data.models import PRACTICE_SETTINGS

EXIT_BUG, EXIT_REFUSED, EXIT_DAMAGE = 1, 2, 3
_LOOPBACK = frozenset({'127.0.0.1', 'localhost', '::1'})
_log = logging.getLogger('dermafolio')

program = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help='The clinical photography record.')
users = typer.Typer(no_args_is_help=True, help='People who sign in.')
audit = typer.Typer(no_args_is_help=True, help='The audit trail.')
settings_group = typer.Typer(invoke_without_command=True, help='List the settings with meaning and value, or set one.')
program.add_typer(users, name='users')
program.add_typer(audit, name='audit')
program.add_typer(settings_group, name='settings')

DataDir = Annotated[Path | None, typer.Option('--data-dir', help='The folder of the database and the photographs.')]
KeyDir = Annotated[Path | None, typer.Option('--key-dir', help='The folder of the keys; by default DATA_DIR-keys beside it.')]
Serve = Callable[[Settings], None]


@program.command()
def serve(context: typer.Context, data_dir: DataDir = None, key_dir: KeyDir = None,
          host: Annotated[str | None, typer.Option(help='The address to listen on; only loopback while there is no TLS.')] = None,
          port: Annotated[int | None, typer.Option(help='The port to listen on.')] = None) -> None:
    """Start the server."""
    settings = read_settings(data_dir=data_dir, key_dir=key_dir, host=host, port=port)
    if settings.host not in _LOOPBACK:
        raise Refusal(f'Dermafolio speaks plain HTTP so far and serves this computer only: use --host 127.0.0.1, not {settings.host}.')
    context.obj(settings)


@program.command()
def demo(context: typer.Context, data_dir: DataDir = None, key_dir: KeyDir = None,
         patients: Annotated[int, typer.Option(min=1, max=100_000, help='How many patients to make up.')] = 500,
         port: Annotated[int | None, typer.Option(help='The port to listen on.')] = None) -> None:
    """Open a made-up practice in a folder of its own; the first start makes it."""
    from app.demo import demo_folder, prepare_demo
    folder = data_dir or demo_folder()  # never what the environment says: that is the practice
    settings = read_settings(data_dir=folder, key_dir=key_dir or folder.with_name(f'{folder.name}-keys'), host='127.0.0.1', port=port)
    prepared = prepare_demo(settings, patients=patients, progress=_show_progress)
    _end_progress()
    typer.echo(f'A made-up practice in {folder}{"" if prepared.is_new else ", as it was left"}.\n'
               f'Sign in as {prepared.user} with the password {prepared.password}\n')
    context.obj(settings)


@users.command('add')
def add_user(name: str, role: Annotated[Role, typer.Option(help='What the person is in the practice.')],
             display_name: Annotated[str, typer.Option(help='The name that the others see.')] = '',
             data_dir: DataDir = None, key_dir: KeyDir = None) -> None:
    """Add a user; the password comes on stdin."""
    with _writing(data_dir, key_dir, may_create=True) as (opened, actor):
        password = _password()
        with opened.reading(actor) as records:
            check_strength(password, name, display_name, records.settings.value('practice_name'))
        hashed = hash_password_now(password)
        opened.change_now(actor, lambda records: records.users.invite(name, display_name, role, hashed))
    typer.echo(f'{name} can sign in as {role.value}.')


@program.command()
def verify(data_dir: DataDir = None, key_dir: KeyDir = None) -> None:
    """Check database, figures, every stored file and the audit trail."""
    with _only_reading(data_dir, key_dir) as (opened, actor):
        findings = verify_everything(opened, actor, progress=_show_progress)
    _end_progress()
    for note in findings.notes:
        typer.echo(note)
    for problem in findings.problems:
        typer.echo(problem, err=True)
    if findings.problems:
        raise Damage(f'{_counted(len(findings.problems), "problem")} found.')
    counts = ', '.join((_counted(findings.patients, 'patient'), _counted(findings.images, 'image'), _counted(findings.events, 'event')))
    typer.echo(f'Verified: {counts}. Nothing is missing or changed.')


@audit.command('verify')
def verify_audit(data_dir: DataDir = None, key_dir: KeyDir = None) -> None:
    """Check every seal of the audit trail."""
    with _only_reading(data_dir, key_dir) as (opened, actor):
        verified = verify_trail(opened, actor, progress=lambda done: _show_progress('audit trail', done, 0))
    _end_progress()
    counted, seal = _counted(verified.count, 'event'), verified.last.hash.hex()[:16]
    typer.echo(f'Verified: {counted}, nothing has been changed or removed. Last seal {seal}.')


@settings_group.callback()
def list_settings(context: typer.Context, data_dir: DataDir = None, key_dir: KeyDir = None) -> None:
    """List the settings with meaning and value."""
    if context.invoked_subcommand is not None:
        return
    with _only_reading(data_dir, key_dir) as (opened, actor), opened.reading(actor) as records:
        for name, setting in PRACTICE_SETTINGS.items():
            typer.echo(f'{name} = {records.settings.value(name)}\n    {setting.meaning} Default: {setting.default}.')


@settings_group.command('set')
def set_setting(name: str, value: str, data_dir: DataDir = None, key_dir: KeyDir = None) -> None:
    """Set one setting of the practice."""
    with _writing(data_dir, key_dir) as (opened, actor):
        stored = opened.change_now(actor, lambda records: records.settings.change(name, value))
    typer.echo(f'{name} = {stored}')


def run_command(serve_function: Serve) -> int:
    """Run what the command line asks for and return the exit code. `serve_function` is the composition root's own."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))  # a core file would hold the keys
    try:
        program(obj=serve_function, standalone_mode=False)
    except Refusal as refusal:
        return _fail(str(refusal), EXIT_REFUSED)
    except Damage as damage:
        return _fail(str(damage), EXIT_DAMAGE)
    except typer.Exit as done:
        return done.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return EXIT_REFUSED
    except Exception as error:
        if hasattr(error, 'format_message'):  # the option parser's own refusals
            return _fail(error.format_message(), EXIT_REFUSED)
        reference = secrets.token_hex(4)
        _log.exception('bug %s', reference)
        return _fail(f'Something went wrong. Reference {reference}; the log has the details.', EXIT_BUG)
    return 0


def read_settings(**given: object) -> Settings:
    """Return the settings from environment and options; options win. Refuse impossible ones in words."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(f'{first["loc"][0]}: {first["msg"]}.') from None


@contextmanager
def _writing(data_dir: Path | None, key_dir: Path | None, *, may_create: bool = False) -> Iterator[tuple[Clinic, Actor]]:
    opened = open_clinic(read_settings(data_dir=data_dir, key_dir=key_dir), may_create=may_create)
    try:
        yield opened, console_actor(getpass.getuser())
    finally:
        opened.close()


@contextmanager
def _only_reading(data_dir: Path | None, key_dir: Path | None) -> Iterator[tuple[Clinic, Actor]]:
    opened = open_clinic(read_settings(data_dir=data_dir, key_dir=key_dir), exclusive=False)
    try:
        yield opened, console_actor(getpass.getuser())
    finally:
        opened.close()


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass('Password: ')
    return sys.stdin.readline().rstrip('\r\n')


def _counted(number: int, one: str) -> str:
    return f'{number:,} {one}' if number == 1 else f'{number:,} {one}s'


def _show_progress(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f'\r\033[K{what}: {done:,}{f" of {total:,}" if total else ""}', end='', file=sys.stderr, flush=True)  # noqa: T201 -- the terminal's own line


def _end_progress() -> None:
    if sys.stderr.isatty():
        print('\r\033[K', end='', file=sys.stderr, flush=True)  # noqa: T201


def _fail(sentence: str, code: int) -> int:
    typer.echo(sentence, err=True)
    return code
