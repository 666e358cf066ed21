"""The practice's own settings: which there are, what they mean, what they may be."""
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel import Field, SQLModel

from data.errors import Invalid
from data.models.consent import Enforcement
from data.values import clean_line


class Setting(SQLModel, table=True):
    """A setting that was changed from its default."""

    name: str = Field(primary_key=True, max_length=40)
    value: str = Field(max_length=400)


@dataclass(frozen=True)
class PracticeSetting:
    """One setting: its default as text, its meaning in a sentence, and the check that returns the text to store."""

    default: str
    meaning: str
    check: Callable[[str], str]


def _one_of(*choices: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in choices:
            raise Invalid(f'Use one of: {", ".join(choices)}.')
        return text
    return check


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid('Use a time zone such as Europe/Berlin.') from None
    return text


def _name(text: str) -> str:
    text = clean_line(text)
    if not 1 <= len(text) <= 120:
        raise Invalid('Use 1 to 120 characters.')
    return text


PRACTICE_SETTINGS: dict[str, PracticeSetting] = {
    'practice_name': PracticeSetting('Dermafolio', 'The name that stands on the sign-in page and in the sidebar.', _name),
    'time_zone': PracticeSetting('UTC', 'The zone in which appointments and times are shown and typed, for example Europe/Berlin.', _zone),
    'audit_level': PracticeSetting('comprehensive', 'comprehensive also records every look at a chart; essential keeps sign-ins, changes, '
                                   'downloads and refusals.', _one_of('essential', 'comprehensive')),
    'consent_enforcement': PracticeSetting('advisory', 'Consent to photography. disabled: no check; advisory: a reminder, photos can be '
                                           'added; required: no photo is added until consent is recorded.', _one_of(*Enforcement)),
    'consent_renewal': PracticeSetting('no', 'yes: who agreed to an earlier version of the form is asked again when a new one is '
                                       'published; no: what was signed stays in force.', _one_of('yes', 'no')),
}
"""Settings that the program acts on; each later one joins this table when something obeys it."""
