"""The clinic: everything a running program has open, and the two doors to the records, `change` and `reading`."""
import asyncio
import logging
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel

from app.decoding import Decoding, decoder_command
from app.field_locks import FieldLocks
from app.folders import DATABASE_FILE, KEYSTORE_FILE, Lock, take_folders
from app.live import Hub
from app.one_at_a_time import OneAtATime
from app.presence import Presence
from app.settings import Settings
from app.uploads import Uploads
from app.viewing import Viewings
from data.actors import Actor, Permission, anonymous
from data.audit_chain import AuditChain, Head, Link, Verified
from data.database import Database, check_trail_rules
from data.errors import AuditChainBroken, ConsentMissing, Damage, KeyMissing, NotPermitted, OnHold, Refusal
from data.image_store import ImageStore
from data.models import Action, Outcome
from data.models.audit import VIEWS
from data.records import Detail, Ground, Records
from data.vault import Label, Vault, create_root_key, has_root_key, read_root_key

T = TypeVar('T')
_AUDITED_REFUSALS = (NotPermitted, ConsentMissing, OnHold)
_log = logging.getLogger('dermafolio')


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Setup:
    """The one-time set-up link: void after 15 minutes, after its first use, and once there is any user."""

    token: str
    valid_until: datetime

    def accepts(self, token: str, now: datetime) -> bool:
        """Tell whether a token opens the set-up page now."""
        return now < self.valid_until and secrets.compare_digest(token.encode(), self.token.encode())


@dataclass
class Clinic:
    """The open practice. There is one per process, installed by the composition root or a test."""

    settings: Settings
    database: Database
    vault: Vault
    images: ImageStore
    head: Head
    clock: Callable[[], datetime] = utc_now
    hub: Hub = field(default_factory=Hub)
    decoding: Decoding = field(default_factory=lambda: Decoding(decoder_command()))
    loop: asyncio.AbstractEventLoop | None = None
    lock: Lock | None = None
    setup: Setup | None = None

    def __post_init__(self) -> None:
        self.viewings = Viewings(lambda: self.clock())
        self.uploads = Uploads(self.hub)
        self.presence, self.field_locks = Presence(self.hub), FieldLocks(self.hub)
        self.phone_codes: dict[str, str] = {}  # hand-off -> token, to show its code again; stored is only a hash
        self.verifying = OneAtATime[Verified]()
        self._ground = Ground(AuditChain(self.vault.derive(Label.AUDIT)), self.vault, lambda: self.clock())

    @property
    def chain(self) -> AuditChain:
        """The audit chain with this practice's key."""
        return self._ground.chain

    async def change(self, actor: Actor, work: Callable[[Records], T]) -> T:
        """Run one unit of work on the writer thread and return its plain result after the commit.

        A cancelled caller does not cancel work that is queued. A refusal by permission, consent or hold is audited on its own.
        """
        return await asyncio.shield(asyncio.wrap_future(self._submit(actor, work)))

    def change_now(self, actor: Actor, work: Callable[[Records], T]) -> T:
        """Run one unit of work and wait for it; for the command line and for threads that are not the event loop."""
        return self._submit(actor, work).result()

    @contextmanager
    def reading(self, actor: Actor) -> Iterator[Records]:
        """Open the records on one read-only snapshot. A refusal by permission is audited. No `await` inside the block."""
        try:
            with self.database.reading() as session:
                yield Records(session, actor, self._ground)
        except _AUDITED_REFUSALS as error:
            refusal = error  # the name of an except clause is gone when the writer thread comes to it
            self.database.run(lambda: self._log_refusal(actor, refusal)).add_done_callback(_say_if_unwritten)
            raise

    async def looked(self, actor: Actor, action: Action, *, patient: str = '', subject: str = '', images: list[str] | None = None,
                     detail: Detail | None = None) -> None:
        """Write the event of a look before anything is shown. Raise when it cannot be written, or the actor may not look."""
        def note(records: Records) -> None:
            records.require(Permission.PATIENT_READ, subject or patient)
            if records.settings.value('audit_level') == 'comprehensive' or action not in VIEWS:
                named: Detail = {**(detail or {}), **({'images': images} if images is not None else {})}
                records.log(action, subject=subject or patient, patient=patient, detail=named)
        await self.change(actor, note)
        for named in ((patient,) if patient else images or ()):  # a patient's note covers every image of the patient
            self.viewings.note(actor.session, named)

    def resolve(self, token: str, address: str) -> Actor | None:
        """Return the live actor of a session token with the role of this moment, or None."""
        with self.database.reading() as session:
            return Records(session, anonymous(address), self._ground).sessions.live(sha256(token.encode()).hexdigest())

    def close(self) -> None:
        """Finish queued writes and let go of everything."""
        self.database.close()
        self.vault.close()
        self.head.close()
        if self.lock is not None:
            self.lock.close()

    def _submit(self, actor: Actor, work: Callable[[Records], T]) -> 'Future[T]':
        return self.database.run(lambda: self._change(actor, work))

    def _change(self, actor: Actor, work: Callable[[Records], T]) -> T:
        opened: list[Records] = []

        def inside(session: Session) -> T:
            records = Records(session, actor, self._ground)
            opened.append(records)
            result = work(records)
            _refuse_rows(result)
            return result

        try:
            result = self.database.write(inside)
        except _AUDITED_REFUSALS as refusal:
            self._log_refusal(actor, refusal)
            raise
        self._committed(opened[0])
        return result

    def _committed(self, records: Records) -> None:
        """Move the head to the committed event and tell open pages. The commit stands: what fails here is logged, never raised."""
        try:
            if records.head is not None and records.trail_end is not None:
                self.head.follow(records.trail_end, records.head)
            if records.changes and self.loop is not None and not self.loop.is_closed():
                self.loop.call_soon_threadsafe(self.hub.publish, records.changes)
        except Exception:
            _log.exception('stored, but not told')

    def _log_refusal(self, actor: Actor, refusal: Refusal) -> None:
        """Audit a refused attempt in a transaction of its own (on the writer thread)."""
        opened: list[Records] = []

        def inside(session: Session) -> None:
            opened.append(Records(session, actor, self._ground))
            opened[0].log(Action.ACCESS_REFUSE, subject=getattr(refusal, 'subject', ''), outcome=Outcome.REFUSED,
                          detail={'cause': type(refusal).__name__, 'permission': getattr(refusal, 'permission', '')})
        self.database.write(inside)
        self._committed(opened[0])


def _say_if_unwritten(written: 'Future[None]') -> None:
    """Log that a refused look could not be audited: nobody waits for that event."""
    if (error := written.exception()) is not None:
        _log.error('a refused attempt could not be written: %s', type(error).__name__)


_installed: list[Clinic] = []


def install(opened: Clinic) -> Clinic:
    """Make a clinic the one that `clinic()` returns."""
    _installed[:] = [opened]
    return opened


def clinic() -> Clinic:
    """Return the installed clinic: the only global of the program."""
    return _installed[0]


def open_clinic(settings: Settings, *, clock: Callable[[], datetime] = utc_now, exclusive: bool = True, may_create: bool = True) -> Clinic:
    """Open the practice of a data folder, creating it where it may when both folders are new or empty.

    `exclusive` takes the instance lock, upgrades the schema and moves the head up; without it the practice is only to be read.
    Raise Refusal when another program holds the folder, Damage when keys, schema or the end of the trail are not right.
    """
    try:
        return _open(settings, clock, exclusive=exclusive, may_create=may_create and exclusive)
    except OSError as error:
        raise Refusal(f'{error.filename or settings.data_dir} cannot be used: {error.strerror}.') from error


def _open(settings: Settings, clock: Callable[[], datetime], *, exclusive: bool, may_create: bool) -> Clinic:
    data, keys = settings.data_dir.expanduser(), settings.keys.expanduser()
    is_new = not (data / DATABASE_FILE).exists()
    if is_new and not may_create:
        raise Refusal(f'There is no practice in {data}. Start the server once.')
    if not is_new and not has_root_key(keys):
        raise KeyMissing
    lock = take_folders(data, keys, is_new=is_new) if exclusive else None
    try:
        root_key = read_root_key(keys) if has_root_key(keys) else create_root_key(keys)
        vault = Vault(root_key, data / KEYSTORE_FILE)
        database = Database(data / DATABASE_FILE, vault.derive(Label.DATABASE))
        opened = Clinic(settings, database, vault, ImageStore(data / 'images'),
                        Head(keys, AuditChain(vault.derive(Label.AUDIT))), clock, lock=lock)
        _make_ready(opened, is_new=is_new, exclusive=exclusive)
    except BaseException:
        if lock is not None:
            lock.close()
        raise
    return opened


def _make_ready(opened: Clinic, *, is_new: bool, exclusive: bool) -> None:
    try:
        if not is_new and not opened.vault.has_keystore():
            raise KeyMissing(f'The keys of the photographs are missing: there is no {KEYSTORE_FILE} in {opened.settings.data_dir}. '
                             'Put the file back, or restore a backup.')
        if exclusive:
            if is_new:
                _begin_trail(opened)
            opened.vault.prepare_keystore()  # before the database: where there is one, a keystore that is missing was lost
            opened.database.upgrade()
            opened.images.prepare()
            _catch_up_head(opened)
        else:
            opened.vault.patient_keys()  # a wrong key is told from a damaged database: the keystore does not open either
            opened.database.check_schema()
    except BaseException:
        opened.close()
        raise


def _begin_trail(opened: Clinic) -> None:
    """Write the first head, before there is a database: a head that already counts events belongs to a database that is gone."""
    if opened.images.blobs() or (opened.vault.has_keystore() and not opened.head.exists()):
        raise Damage(f'There are photographs or their keys in {opened.settings.data_dir}, but no database. '
                     'Put the data folder back as it was, or restore a backup.')
    if not opened.head.exists():
        opened.head.create(opened.chain.genesis())
    elif written := opened.head.read().seq:
        raise Damage(f'There is no database in {opened.settings.data_dir}, but its key folder has seen {written:,} events. '
                     'Put the data folder back, or restore a backup.')


def _catch_up_head(opened: Clinic) -> None:
    """Check the end of the trail against the head and move the head up to it: after a power cut the trail is ahead."""
    head = opened.head.read()
    with opened.reading(anonymous()) as records:
        first, *tail = _links_from(records, head)
        if first != head:
            raise AuditChainBroken(f'The audit trail does not reach event {head.seq:,}: it was cut, or an older or another database was '
                                   'put in place. Run `dermafolio audit verify`.', seq=head.seq)
        link = head
        for seq, payload, digest, mac in tail:
            link = opened.chain.seal(link, payload)
            if (link.seq, link.hash, link.mac) != (seq, digest, mac):
                raise AuditChainBroken(f'Event {seq:,} does not match its seal. Run `dermafolio audit verify`.', seq=seq)
        check_trail_rules(records.session)
    opened.head.write(link)
    opened.head.sync()


def _links_from(records: Records, head: Link) -> list[Any]:
    """Return the link of the event at the head, then every full row after it."""
    if head.seq == 0:
        return [head, *records.audit.links()]
    rows = list(records.audit.links(after=head.seq - 1))
    first = Link(rows[0][0], *rows[0][2:]) if rows else None
    return [first, *rows[1:]]


def _refuse_rows(result: object) -> None:
    """Keep mapped rows inside their unit of work: they would load themselves later, elsewhere."""
    items = result if isinstance(result, list | tuple) else (result,)
    if any(isinstance(item, SQLModel) and hasattr(item, '__table__') for item in items):
        raise TypeError('a unit of work returns plain values, not rows')


__all__ = ['Clinic', 'Damage', 'clinic', 'install', 'open_clinic', 'utc_now']
