"""The audit trail in words: who did what to which, for whom. Keys become names for those who may know them, at the moment of reading."""
import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from string import Formatter
from typing import Any

from app.audit_sentences import ACTION_WORDS, CAUSES, FIELD_WORDS, NOT_DONE, PERMISSION_WORDS, SENTENCES, UNKNOWN
from app.clinic import Clinic
from app.integrity import verify_trail
from data.actors import CONSOLE, NOBODY, SETUP_LINK, Actor, Permission
from data.errors import AuditChainBroken
from data.models import Action, Outcome
from data.records import Detail, Records
from data.repositories.audit import Named, TrailEvent, TrailSummary, TrailView

SERVER = 'server'
_OTHERS = {
    CONSOLE: 'The console', SERVER: 'The server', SETUP_LINK: 'Someone with the set-up link', NOBODY: 'Someone who was not signed in',
}
_KEY_START = 6
_FURTHEST = 2 ** 53 - 1  # what canonical JSON can say


@dataclass(frozen=True)
class Part:
    """A piece of a sentence; what was resolved from the event is strong."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class TrailLine:
    """One event as the viewer shows it. `seal` is its public hash in hex; `action` is empty when this program does not know it."""

    seq: int
    at: datetime
    user: str
    who: str
    action: str
    is_done: bool
    sentence: tuple[Part, ...]
    address: str
    seal: str


class ChainCheck(StrEnum):
    """How the last verification ended."""

    VERIFIED = 'verified'
    BROKEN = 'broken'
    NEVER = 'never'


@dataclass(frozen=True)
class ChainState:
    """What is known of the chain: how many events the last verification found intact, since when they reach, or where it broke."""

    check: ChainCheck
    events: int
    since: datetime | None
    last_seal: str
    checked_at: datetime | None = None
    broken_at: int = 0
    sentence: str = ''


@dataclass(frozen=True)
class TrailPage:
    """One page of the trail. `older` and `newer` are the `before` of the neighbours (0: the newest page), None where there is none."""

    lines: list[TrailLine]
    people: dict[str, str]
    state: ChainState
    older: int | None
    newer: int | None


def action_words() -> dict[str, str]:
    """Return every action with the words of the filter, in the order of the vocabulary."""
    return {action.value: ACTION_WORDS[action] for action in Action}


async def open_trail(clinic: Clinic, actor: Actor, view: TrailView, *, patient: str = '') -> TrailPage:
    """Return one page after its event is written. `patient` filters by unique ID. A filter by what is not known finds nothing."""
    def look(records: Records) -> TrailView | None:
        records.require(Permission.AUDIT_READ)
        known = _known(records, view, patient)
        chosen: Detail = {'person': known.user, 'by_action': known.action, 'of': known.patient, 'before': known.before} if known else {}
        records.log(Action.AUDIT_VIEW, detail={name: value for name, value in chosen.items() if value})
        return known

    return await asyncio.to_thread(_page, clinic, actor, await clinic.change(actor, look))


async def verify_now(clinic: Clinic, actor: Actor, progress: Callable[[int], None]) -> ChainState:
    """Verify the whole trail in a thread and return what was found, after its event is written. `progress` is called in that thread.

    Whoever asks while it is under way shares what is found.
    """
    with clinic.reading(actor) as records:
        records.require(Permission.AUDIT_READ)
    try:
        verified = await clinic.verifying.run(lambda tell: verify_trail(clinic, actor, progress=tell, beside_others=True), progress)
        await clinic.change(actor, lambda records: records.log(Action.AUDIT_VERIFY, detail={'events': verified.count}))
        sentence = ''
    except AuditChainBroken as broken:
        detail: Detail = {'broken_at': broken.seq}
        sentence = str(broken)
        await clinic.change(actor, lambda records: records.log(Action.AUDIT_VERIFY, outcome=Outcome.FAILED, detail=detail))
    with clinic.reading(actor) as records:
        return replace(_state(records.audit.summary()), sentence=sentence)


def line_of(event: TrailEvent, named: Named) -> TrailLine:
    """Return an event in words."""
    values = event.read()
    who = _who(values, named)
    return TrailLine(
        seq=event.seq, at=datetime.fromisoformat(values['at']), user=values['user'], who=who, action=values['action'],
        is_done=values['outcome'] == Outcome.DONE, sentence=_sentence(values, who, named), address=values['address'], seal=event.hash.hex())


def _known(records: Records, view: TrailView, patient: str) -> TrailView | None:
    """Return the view with the patient's key; None when it asks for what is not known: such words never enter a payload."""
    key = records.audit.patient_key(patient) if patient else ''
    people = {*records.users.names(), *_OTHERS, ''}
    if view.user not in people or view.action not in {*Action, ''} or (patient and not key):
        return None
    return replace(view, patient=key, before=min(view.before, _FURTHEST))


def _page(clinic: Clinic, actor: Actor, view: TrailView | None) -> TrailPage:
    with clinic.reading(actor) as records:
        found = records.audit.page(replace(view, per_page=view.per_page + 1)) if view else []
        events = found[:view.per_page] if view else []
        named = records.audit.named(_keys(events))
        return TrailPage(
            lines=[line_of(event, named) for event in events], people={**named.people, **_OTHERS}, state=_state(records.audit.summary()),
            older=events[-1].seq if len(found) > len(events) else None, newer=records.audit.newer(view) if view else None)


def _keys(events: list[TrailEvent]) -> set[str]:
    values = [event.read() for event in events]
    return {key for value in values for key in (value['subject'], value['patient'], *_keys_of(value['detail'])) if key}


def _keys_of(detail: dict[str, Any]) -> list[str]:
    named = [str(detail.get(name, '')) for name in ('entry', 'category', 'into', 'to', 'from')]
    return named + [str(key) for key in detail.get('entries', ())[:1]]


def _state(summary: TrailSummary) -> ChainState:
    since = datetime.fromisoformat(summary.first.read()['at']) if summary.first else None
    seal = summary.last.hash.hex() if summary.last else ''
    if summary.last_check is None:
        return ChainState(ChainCheck.NEVER, summary.count, since, seal)
    check = summary.last_check.read()
    at, detail = datetime.fromisoformat(check['at']), check['detail']
    if check['outcome'] == Outcome.DONE:
        return ChainState(ChainCheck.VERIFIED, detail['events'], since, seal, at)
    return ChainState(ChainCheck.BROKEN, summary.count, since, seal, at, detail['broken_at'])


def _who(values: dict[str, Any], named: Named) -> str:
    user: str = values['user']
    if user == CONSOLE:
        return f'{values["address"].removeprefix("console/") or "Someone"} at the console'
    return named.people.get(user) or _OTHERS.get(user) or f'user {user[:_KEY_START]}'


def _sentence(values: dict[str, Any], who: str, named: Named) -> tuple[Part, ...]:
    """Fill the action's template. A value that an event lacks is left out; nothing else of the payload is shown."""
    try:
        action = Action(values['action'])
    except ValueError:
        return Part(who, strong=True), Part(UNKNOWN)
    is_done = values['outcome'] == Outcome.DONE
    template = SENTENCES[action] if is_done or action not in NOT_DONE else NOT_DONE[action]
    words = _Words(values, named)
    parts = [Part(who, strong=True), Part(' ')]
    for fixed, name, _spec, _conversion in Formatter().parse(template):
        parts.append(Part(fixed))
        if name:
            parts.append(Part(words.of(name), strong=True))
    return tuple(part for part in parts if part.text)


class _Words:
    """What the placeholders of a template stand for in one event."""

    def __init__(self, values: dict[str, Any], named: Named) -> None:
        self._subject, self._patient, self._detail, self._named = values['subject'], values['patient'], values['detail'], named

    def of(self, placeholder: str) -> str:
        """Return the words of one placeholder."""
        words: str = getattr(self, f'_{placeholder}')()
        return words

    def _patient_(self, key: str) -> str:
        if key not in self._named.patients:
            return f'patient {key[:_KEY_START]}'
        unique_id, name = self._named.patients[key]
        return f'{name} ({unique_id})' if name else unique_id

    def _of_patient(self) -> str:
        return self._patient_(self._patient or self._subject)

    def _whither(self) -> str:
        """Return 'from … to …': the event of either side names both."""
        here, there = self._patient_(self._patient), {name: self._patient_(str(self._detail[name])) for name in ('to', 'from')
                                                      if name in self._detail}
        return f'from {there.get("from", here)} to {there.get("to", here)}'

    def _for_whom(self) -> str:
        """Name the patient of a refusal, whose subject may be of any kind."""
        return f': {self._patient_(self._subject)}' if self._subject in self._named.patients else ''

    def _person(self) -> str:
        return self._named.people.get(self._subject) or (f'user {self._subject[:_KEY_START]}' if self._subject else 'an unknown name')

    def _entry(self) -> str:
        number = self._detail.get('number') or self._named.entries.get(self._detail.get('entry') or self._subject)
        return f'entry {number}' if number else 'an entry'

    def _images(self) -> str:
        number = len(self._detail.get('images', ()))
        return _plural(number, 'image', 'images') if number else 'the images'

    def _field(self) -> str:
        name = str(self._detail.get('field', ''))
        return FIELD_WORDS.get(name) or f'the {name.replace("_", " ")}' if name else 'a field'

    def _tag(self) -> str:
        name = self._named.tags.get(self._subject)
        return f'the tag {name}' if name else 'a tag'

    def _into(self) -> str:
        name = self._named.tags.get(str(self._detail.get('into', '')))
        return f'the tag {name}' if name else 'another tag'

    def _category(self) -> str:
        name = self._named.categories.get(str(self._detail.get('category') or self._subject))
        return f'the tag category {name}' if name else 'a tag category'

    def _colour(self) -> str:
        return f'the colour {self._detail["colour"]}' if 'colour' in self._detail else 'another colour'

    def _tagged(self) -> str:
        """Return what was tagged: '3 images of …', 'entry 2 of …', the patient, or of a whole merge '12 records'."""
        images, entries, patients = (len(self._detail.get(name, ())) for name in ('images', 'entries', 'patients'))
        whose = f' of {self._patient_(self._patient)}' if self._patient else ''
        if self._detail.get('kind') == 'image':
            return f'{self._images()}{whose}'
        if self._detail.get('kind') == 'entry':
            return f'{self._of_entries(entries)}{whose}'
        if self._detail.get('kind') == 'patient':
            return self._patient_(self._patient) if self._patient else _plural(patients, 'patient', 'patients')
        part = f' (part {self._detail["part"]} of {self._detail["parts"]})' if 'parts' in self._detail else ''
        return _plural(images + entries + patients, 'record', 'records') + part

    def _of_entries(self, number: int) -> str:
        if number > 1:
            return f'{number:,} entries'
        known = self._named.entries.get(next(iter(self._detail.get('entries', ())), ''))
        return f'entry {known}' if known else 'an entry'

    def _uses(self) -> str:
        return ', '.join(str(scope) for scope in self._detail.get('scopes', ())) or 'nothing'

    def _form_version(self) -> str:
        return f'version {self._detail.get("version", "")}, {self._detail.get("language", "")},'

    def _role(self) -> str:
        return str(self._detail.get('role', 'another role'))

    def _setting(self) -> str:
        return str(self._detail.get('setting', '')).replace('_', ' ')

    def _events(self) -> str:
        return f'{self._detail.get("events", 0):,} events'

    def _broken_at(self) -> str:
        return f'event {self._detail.get("broken_at", 0):,}'

    def _cause(self) -> str:
        return CAUSES.get(str(self._detail.get('cause', '')), 'refused')

    def _doing(self) -> str:
        permission = str(self._detail.get('permission', ''))
        return PERMISSION_WORDS[Permission(permission)] if permission in set(Permission) else 'doing this'


def _plural(number: int, one: str, many: str) -> str:
    return f'{number:,} {one if number == 1 else many}' if number else f'no {one}'
