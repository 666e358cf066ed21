"""Read models: plain values that pages and components show; no row, no session, nothing that loads itself later."""
from dataclasses import dataclass
from datetime import date, datetime

from data.body_sites import is_sensitive
from data.models.tag import TagColour


def full_name(*, family_name: str = '', given_names: str = '', preferred_name: str = '', unique_id: str = '') -> str:
    """Return the name to show: given names, the preferred one in quotes when it is another, family name; without any the unique ID.

    The given names always stand there: they are what the person is told apart by on a wristband or a letter.
    """
    given, preferred = given_names.strip(), preferred_name.strip()
    called = f'“{preferred}”' if preferred and preferred != given else ''
    return ' '.join(part for part in (given, called, family_name.strip()) if part) or unique_id


@dataclass(frozen=True, slots=True)
class TagLabel:
    """A tag as it is read anywhere: `slug` names it in addresses, `colour` is its category's."""

    key: str
    slug: str
    name: str
    colour: TagColour
    category: str = ''


@dataclass(frozen=True, slots=True)
class ShownTag:
    """A tag on a patient, an entry or an image: put there itself, or risen from so many entries and images below."""

    tag: TagLabel
    is_direct: bool
    entries: int = 0
    images: int = 0


@dataclass(frozen=True, slots=True)
class Cover:
    """A photograph that stands for a patient or a visit: its key, and by how many degrees clockwise it is shown turned."""

    key: str
    turn_deg: int = 0


@dataclass(frozen=True, slots=True)
class PatientHeader:
    """What every page of a patient shows at its head.

    `cover` is an image key, `cover_turn_deg` how that is shown turned; `sex` and `skin_type` are words to show.
    """

    key: str
    unique_id: str
    family_name: str = ''
    given_names: str = ''
    preferred_name: str = ''
    birth_on: date | None = None
    sex: str = ''
    skin_type: str = ''
    image_count: int = 0
    entry_count: int = 0
    cover: str | None = None
    cover_turn_deg: int = 0
    tags: tuple[ShownTag, ...] = ()

    @property
    def name(self) -> str:
        """Return the name to show, or the unique ID when there is none."""
        return full_name(family_name=self.family_name, given_names=self.given_names, preferred_name=self.preferred_name,
                         unique_id=self.unique_id)


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One patient in a list. `covers` are up to three photographs; `last_appointment` may lie in the future (planned).

    `formerly` is the former ID that a search found the patient by, when nothing that is shown holds what was looked for.
    """

    key: str
    unique_id: str
    family_name: str
    given_names: str
    birth_on: date | None
    image_count: int
    entry_count: int
    last_appointment: datetime | None
    last_modified: datetime
    covers: tuple[Cover, ...] = ()
    preferred_name: str = ''
    tags: tuple[ShownTag, ...] = ()
    formerly: str = ''

    @property
    def name(self) -> str:
        """Return the name to show, or the unique ID when there is none."""
        return full_name(family_name=self.family_name, given_names=self.given_names, preferred_name=self.preferred_name,
                         unique_id=self.unique_id)


@dataclass(frozen=True, slots=True)
class ImageTile:
    """One photograph in a grid. `captured_local` is the camera's own text (ISO form), `captured_on` its day when it is known.

    Without a capture time that is believed, both are those of reception, and `is_capture_known` says so. `said_sensitive` is what someone
    said, None where the body site decides; `is_cover`: someone chose it as the patient's cover. `width_px` and
    `height_px` are those of the stored picture, which is shown turned by `turn_deg` clockwise.
    """

    key: str
    caption: str
    body_site: str
    laterality: str
    view: str
    captured_local: str
    captured_on: date | None
    received_at: datetime
    width_px: int
    height_px: int
    is_capture_known: bool = True
    said_sensitive: bool | None = None
    is_cover: bool = False
    turn_deg: int = 0

    @property
    def is_sensitive(self) -> bool:
        """Tell whether it is hidden until clicked, and never a cover."""
        return is_sensitive(self.said_sensitive, self.body_site)
