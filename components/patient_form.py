"""The fields of a patient: one declaration of labels, groups and widths, for the short form of a new patient and for all details."""
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from components import formatting
from components.controls import Field, banner, box, button, link, select_field, symbol, text, text_area, text_field
from components.navigation import patient_address
from data.columns import limit_of
from data.models import PatientBase, Sex, SkinType
from data.read_models import PatientHeader
from data.repositories.lookalikes import Lookalike

_LEAVING = 'debounce=1500'  # a half-typed date is not judged: it is read at a longer pause, at Enter, or when the field is left


@dataclass(frozen=True)
class FieldSpec:
    """One field: the name it is stored under, its label, how many of six columns it takes, and what stands in it when it is empty."""

    name: str
    label: str
    span: int = 3
    empty: str = 'None'
    options: Mapping[str, str] | None = None
    look: str = ''

    @property
    def limit(self) -> int:
        """Return how many characters the browser takes; 0 when the field's own rule decides. An ID is refused rather than cut."""
        return 0 if self.name == 'unique_id' else limit_of(PatientBase, self.name)


@dataclass(frozen=True)
class Group:
    """Fields under one title."""

    title: str
    fields: tuple[FieldSpec, ...]
    hint: str = ''


UNIQUE_ID = FieldSpec('unique_id', 'Unique ID', empty='', look='df-f--mono df-f--lower')
FAMILY_NAME = FieldSpec('family_name', 'Family name')
GIVEN_NAMES = FieldSpec('given_names', 'Given names')
BIRTH_DATE = FieldSpec('birth_date', 'Date of birth', empty='14 Mar 1980')
NOTES = FieldSpec('notes', 'Notes', span=6)
_F = FieldSpec
_SEXES = {sex.value: sex.value.capitalize() for sex in Sex}
_SKIN_TYPES = {kind.value: f'{kind.value}  Fitzpatrick' for kind in SkinType}

IDENTIFIERS = Group('Identifiers', (
    _F('medical_record_number', 'Medical record number', look='df-f--mono'),
    _F('insurance_number', 'Insurance number', look='df-f--mono')), hint='Numbers other systems use for this patient')
LEFT: tuple[Group, ...] = (
    Group('Name & birth', (
        UNIQUE_ID, _F('preferred_name', 'Preferred name'), FAMILY_NAME, GIVEN_NAMES, BIRTH_DATE,
        _F('sex', 'Sex', empty='Not recorded', options=_SEXES), _F('gender', 'Gender', empty='Not recorded'),
        _F('skin_type', 'Skin type', empty='Not recorded', options=_SKIN_TYPES)), hint='Only the unique ID is required'),
    Group('Clinical notes', (NOTES,)),
)
RIGHT: tuple[Group, ...] = (
    Group('Contact', (_F('phone', 'Phone'), _F('email', 'Email'))),
    Group('Address', (_F('street', 'Street', span=6), _F('city', 'City', span=4), _F('postal_code', 'Postal code', span=2),
                      _F('region', 'Region'), _F('country', 'Country'))),
    IDENTIFIERS,
)
GROUPS = (*LEFT, *RIGHT)


@contextmanager
def field_group(group: Group) -> Iterator[None]:
    """Show a group's title and hint, and yield its form."""
    with box('df-group', tag='section', aria_label=group.title):
        with box('df-baseline'):
            text(group.title, 'df-t3', tag='h2')
            if group.hint:
                text(group.hint, 'df-f13 df-meta', tag='span')
        with box('df-form'):
            yield


def new_field(spec: FieldSpec) -> Field:
    """Show one empty field of a new record. What is too long is refused in words rather than cut."""
    example = spec.empty if spec is BIRTH_DATE else ''
    return text_field(spec.label, placeholder=example, look=spec.look, classes='' if spec is UNIQUE_ID else 'df-span-3',
                      required=spec is UNIQUE_ID)


def patient_field(spec: FieldSpec, value: str = '', *, is_readonly: bool = False) -> Field:
    """Show one field with a stored value. A field that may not be changed stays readable and selectable."""
    span = f'df-span-{spec.span}' if spec.span < 6 else ''
    shown = to_shown(spec, value)
    if spec.options is not None:
        field = select_field(spec.label, spec.options, value=shown, classes=span, placeholder=spec.empty)
        _grey_when_unset(field)
    elif spec is NOTES:
        field = text_area(spec.label, value=shown, placeholder=spec.empty, limit=spec.limit)
    else:
        empty = '' if is_readonly and spec is BIRTH_DATE else spec.empty
        field = text_field(spec.label, value=shown, placeholder=empty, classes=span, look=spec.look, limit=spec.limit)
    if spec is BIRTH_DATE:
        field.control.props(_LEAVING)
    if is_readonly:
        lock(field)
        if spec.options is not None:  # one that cannot be opened is given no role, so that its name would be nobody's
            for name, state in (('role', 'combobox'), ('aria-readonly', 'true'), ('aria-expanded', 'false')):
                field.control.props[name] = state
    return field


def _grey_when_unset(field: Field) -> None:
    """Let the choice of none look like the words of an empty field, not like data."""
    def show() -> None:
        if field.value:
            field.root.classes(remove='df-unset')
        else:
            field.root.classes('df-unset')
    show()
    field.control.on_value_change(show)


def lock(field: Field) -> None:
    """Let a field be read and copied, not changed."""
    field.control.props('readonly').classes('df-f--lock')


def to_shown(spec: FieldSpec, stored: str) -> str:
    """Return a stored text as its field shows it: a date in words."""
    return formatting.day(date.fromisoformat(stored)) if spec is BIRTH_DATE and _is_iso(stored) else stored


def taken_warning(sentence: str, holder: str | None) -> None:
    """Show that an ID is taken, with a link to who bears it when the reader may see that."""
    with banner('warn', sentence):
        if holder:
            link('Open record', patient_address(holder)).props['aria-label'] = f'Open record {holder}'


def lookalike_warning(found: Sequence[PatientHeader], *, on_apart: Callable[[PatientHeader], Any] | None = None) -> None:
    """Show that others have this name and birth date. It warns, and never blocks. `on_apart` notes that one of them is not the same."""
    with _others('Another patient has this name and birth date'):
        for patient in found:
            _other(patient, on_apart)


def bearer_warning(found: Sequence[PatientHeader]) -> None:
    """Show that others bear the same number of the same system. It warns, and never blocks."""
    with _others('Another patient has this number'):
        for patient in found:
            _other(patient)


@contextmanager
def _others(title: str) -> Iterator[None]:
    with box('df-banner df-banner--warn', role='note'):
        symbol('users')
        with box('df-banner-text'):
            text(title, 'df-banner-title')
            yield


def _other(patient: PatientHeader, on_apart: Callable[[PatientHeader], Any] | None = None) -> None:
    seen = patient.last_seen_on if isinstance(patient, Lookalike) else None
    with box('df-banner-line df-other'):
        with box('df-other-who'):
            text(patient.name, tag='span')
            text(patient.unique_id, 'df-mono', tag='span')
            facts = ([f'last seen {formatting.day(seen)}'] if seen else []) + [formatting.plural(patient.image_count, 'image')]
            text(', '.join(facts), 'df-num', tag='span')
        with box('df-other-acts'):
            link('Open record', patient_address(patient.unique_id)).props['aria-label'] = f'Open record {patient.unique_id}'
            if on_apart is not None:
                act = button('Not the same', kind='ghost', size='small', on_click=lambda: on_apart(patient))
                act.classes('df-undo').props['aria-label'] = f'Not the same as {patient.unique_id}'


def _is_iso(stored: str) -> bool:
    try:
        date.fromisoformat(stored)
    except ValueError:
        return False
    return True
