"""Where on the body: the hierarchical list of anatomic sites of the International Skin Imaging Collaboration (ISIC).

Dermatology's own list, as the public archive of skin photographs uses it (isic-metadata 4.12, Apache-2.0, body_sites-LICENSE.txt): it
needs no licence of SNOMED CT, and every site lies within a larger one, so that a rough word and an exact one can both be said. The paths
stand here because importing that package costs a start 90 ms; a test holds the two equal.
"""
from collections.abc import Iterable, Sequence
from functools import cache

from data.values import fold, search_words

_PAIRED, _SINGLE = True, False
SITES: dict[str, bool] = {
    'Head and neck': _SINGLE,
    'Head and neck:Head': _SINGLE,
    'Head and neck:Head:Scalp': _SINGLE,
    'Head and neck:Head:Scalp:Frontal scalp': _SINGLE,
    'Head and neck:Head:Scalp:Temporal scalp': _PAIRED,
    'Head and neck:Head:Scalp:Parietal scalp': _PAIRED,
    'Head and neck:Head:Scalp:Occipital scalp': _SINGLE,
    'Head and neck:Head:Scalp:Vertex of scalp': _SINGLE,
    'Head and neck:Head:Ear': _PAIRED,
    'Head and neck:Head:Ear:Pinna': _PAIRED,
    'Head and neck:Head:Ear:Pinna:Helix of pinna': _PAIRED,
    'Head and neck:Head:Ear:Pinna:Antihelix of pinna': _PAIRED,
    'Head and neck:Head:Ear:Pinna:Concha': _PAIRED,
    'Head and neck:Head:Ear:External auditory canal': _PAIRED,
    'Head and neck:Head:Face': _SINGLE,
    'Head and neck:Head:Face:Forehead': _SINGLE,
    'Head and neck:Head:Face:Temple': _PAIRED,
    'Head and neck:Head:Face:Orbital region': _PAIRED,
    'Head and neck:Head:Face:Orbital region:Periorbital region': _PAIRED,
    'Head and neck:Head:Face:Orbital region:Eyelid': _PAIRED,
    'Head and neck:Head:Face:Orbital region:Conjunctiva': _PAIRED,
    'Head and neck:Head:Face:Orbital region:Sclera': _PAIRED,
    'Head and neck:Head:Face:Orbital region:Cornea': _PAIRED,
    'Head and neck:Head:Face:Orbital region:Iris': _PAIRED,
    'Head and neck:Head:Face:Cheek': _PAIRED,
    'Head and neck:Head:Face:Cheek:Upper cheek': _PAIRED,
    'Head and neck:Head:Face:Cheek:Central cheek': _PAIRED,
    'Head and neck:Head:Face:Cheek:Lateral cheek': _PAIRED,
    'Head and neck:Head:Face:Cheek:Lower cheek': _PAIRED,
    'Head and neck:Head:Face:Cheek:Perinasal region': _PAIRED,
    'Head and neck:Head:Face:Nose': _SINGLE,
    'Head and neck:Head:Face:Nose:Root of nose': _SINGLE,
    'Head and neck:Head:Face:Nose:Dorsum of nose': _SINGLE,
    'Head and neck:Head:Face:Nose:Lateral side wall of nose': _PAIRED,
    'Head and neck:Head:Face:Nose:Tip of nose': _SINGLE,
    'Head and neck:Head:Face:Nose:Ala nasi': _PAIRED,
    'Head and neck:Head:Face:Nose:Nostril': _PAIRED,
    'Head and neck:Head:Face:Oral region': _SINGLE,
    'Head and neck:Head:Face:Oral region:Perioral region': _SINGLE,
    'Head and neck:Head:Face:Oral region:Lip': _SINGLE,
    'Head and neck:Head:Face:Oral region:Upper lip': _SINGLE,
    'Head and neck:Head:Face:Oral region:Lower lip': _SINGLE,
    'Head and neck:Head:Face:Oral region:Nasolabial fold': _PAIRED,
    'Head and neck:Head:Face:Mouth': _SINGLE,
    'Head and neck:Head:Face:Mouth:Oral mucosa': _SINGLE,
    'Head and neck:Head:Face:Mouth:Palate': _SINGLE,
    'Head and neck:Head:Face:Mouth:Floor of mouth': _SINGLE,
    'Head and neck:Head:Face:Mouth:Gingiva': _SINGLE,
    'Head and neck:Head:Face:Mouth:Tongue': _SINGLE,
    'Head and neck:Head:Face:Mouth:Tonsillar region': _PAIRED,
    'Head and neck:Head:Face:Mouth:Oropharynx': _SINGLE,
    'Head and neck:Head:Face:Chin': _SINGLE,
    'Head and neck:Neck': _SINGLE,
    'Head and neck:Neck:Front of neck': _SINGLE,
    'Head and neck:Neck:Side of neck': _PAIRED,
    'Head and neck:Neck:Nape of neck': _SINGLE,
    'Head and neck:Neck:Supraclavicular region': _PAIRED,
    'Trunk': _SINGLE,
    'Trunk:Anterior trunk': _SINGLE,
    'Trunk:Anterior trunk:Anterior chest': _SINGLE,
    'Trunk:Anterior trunk:Anterior chest:Upper anterior chest': _SINGLE,
    'Trunk:Anterior trunk:Anterior chest:Upper anterior chest:Clavicle': _PAIRED,
    'Trunk:Anterior trunk:Anterior chest:Upper anterior chest:Infraclavicular region': _PAIRED,
    'Trunk:Anterior trunk:Anterior chest:Upper anterior chest:Presternal region': _SINGLE,
    'Trunk:Anterior trunk:Anterior chest:Lower anterior chest': _SINGLE,
    'Trunk:Anterior trunk:Anterior chest:Breast': _PAIRED,
    'Trunk:Anterior trunk:Anterior chest:Breast:Upper outer quadrant of breast': _PAIRED,
    'Trunk:Anterior trunk:Anterior chest:Breast:Upper inner quadrant of breast': _PAIRED,
    'Trunk:Anterior trunk:Anterior chest:Breast:Lower outer quadrant of breast': _PAIRED,
    'Trunk:Anterior trunk:Anterior chest:Breast:Lower inner quadrant of breast': _PAIRED,
    'Trunk:Anterior trunk:Anterior chest:Breast:Axillary tail of breast': _PAIRED,
    'Trunk:Anterior trunk:Anterior chest:Breast:Inframammary flexure': _PAIRED,
    'Trunk:Anterior trunk:Anterior chest:Breast:Areola': _PAIRED,
    'Trunk:Anterior trunk:Anterior chest:Breast:Nipple': _PAIRED,
    'Trunk:Anterior trunk:Anterior abdomen': _SINGLE,
    'Trunk:Anterior trunk:Anterior abdomen:Upper anterior abdomen': _SINGLE,
    'Trunk:Anterior trunk:Anterior abdomen:Mid anterior abdomen': _SINGLE,
    'Trunk:Anterior trunk:Anterior abdomen:Periumbilical region': _SINGLE,
    'Trunk:Anterior trunk:Anterior abdomen:Periumbilical region:Umbilicus': _SINGLE,
    'Trunk:Anterior trunk:Anterior abdomen:Lower anterior abdomen': _SINGLE,
    'Trunk:Anterior trunk:Anterior abdomen:Lower anterior abdomen:Hypogastric region': _SINGLE,
    'Trunk:Anterior trunk:Anterior abdomen:Lower anterior abdomen:Inguinal region': _PAIRED,
    'Trunk:Lateral trunk': _PAIRED,
    'Trunk:Lateral trunk:Axilla': _PAIRED,
    'Trunk:Lateral trunk:Axilla:Apex of axilla': _PAIRED,
    'Trunk:Lateral trunk:Axilla:Anterior axillary fold': _PAIRED,
    'Trunk:Lateral trunk:Axilla:Posterior axillary fold': _PAIRED,
    'Trunk:Lateral trunk:Lateral chest': _PAIRED,
    'Trunk:Lateral trunk:Lateral chest:Upper lateral chest': _PAIRED,
    'Trunk:Lateral trunk:Lateral chest:Lower lateral chest': _PAIRED,
    'Trunk:Lateral trunk:Lateral abdomen': _PAIRED,
    'Trunk:Posterior trunk': _SINGLE,
    'Trunk:Posterior trunk:Upper back': _SINGLE,
    'Trunk:Posterior trunk:Upper back:Lateral upper back': _PAIRED,
    'Trunk:Posterior trunk:Upper back:Paraspinal upper back': _PAIRED,
    'Trunk:Posterior trunk:Mid back': _SINGLE,
    'Trunk:Posterior trunk:Mid back:Lateral mid back': _PAIRED,
    'Trunk:Posterior trunk:Mid back:Paraspinal mid back': _PAIRED,
    'Trunk:Posterior trunk:Lower back': _SINGLE,
    'Trunk:Posterior trunk:Lower back:Lateral lower back': _PAIRED,
    'Trunk:Posterior trunk:Lower back:Paraspinal lower back': _PAIRED,
    'Upper extremity': _PAIRED,
    'Upper extremity:Shoulder': _PAIRED,
    'Upper extremity:Shoulder:Anterior shoulder': _PAIRED,
    'Upper extremity:Shoulder:Lateral shoulder': _PAIRED,
    'Upper extremity:Shoulder:Posterior shoulder': _PAIRED,
    'Upper extremity:Upper arm': _PAIRED,
    'Upper extremity:Upper arm:Anterior upper arm': _PAIRED,
    'Upper extremity:Upper arm:Lateral upper arm': _PAIRED,
    'Upper extremity:Upper arm:Posterior upper arm': _PAIRED,
    'Upper extremity:Upper arm:Medial upper arm': _PAIRED,
    'Upper extremity:Elbow': _PAIRED,
    'Upper extremity:Elbow:Elbow tip': _PAIRED,
    'Upper extremity:Elbow:Lateral elbow': _PAIRED,
    'Upper extremity:Elbow:Medial elbow': _PAIRED,
    'Upper extremity:Elbow:Antecubital fossa': _PAIRED,
    'Upper extremity:Forearm': _PAIRED,
    'Upper extremity:Forearm:Dorsal forearm': _PAIRED,
    'Upper extremity:Forearm:Volar forearm': _PAIRED,
    'Upper extremity:Forearm:Radial forearm': _PAIRED,
    'Upper extremity:Forearm:Ulnar forearm': _PAIRED,
    'Upper extremity:Wrist': _PAIRED,
    'Upper extremity:Wrist:Dorsal wrist': _PAIRED,
    'Upper extremity:Wrist:Volar wrist': _PAIRED,
    'Upper extremity:Wrist:Radial wrist': _PAIRED,
    'Upper extremity:Wrist:Ulnar wrist': _PAIRED,
    'Upper extremity:Hand': _PAIRED,
    'Upper extremity:Hand:Dorsum of hand': _PAIRED,
    'Upper extremity:Hand:Dorsum of hand:Knuckles': _PAIRED,
    'Upper extremity:Hand:Dorsum of hand:Interdigital web spaces of hand': _PAIRED,
    'Upper extremity:Hand:Palm of hand': _PAIRED,
    'Upper extremity:Hand:Palm of hand:Hypothenar eminence': _PAIRED,
    'Upper extremity:Hand:Palm of hand:Thenar eminence': _PAIRED,
    'Upper extremity:Hand:Palm of hand:Central palm': _PAIRED,
    'Upper extremity:Hand:Palm of hand:Distal palm': _PAIRED,
    'Upper extremity:Hand:Fingers and thumb': _PAIRED,
    'Upper extremity:Hand:Fingers and thumb:Thumb': _PAIRED,
    'Upper extremity:Hand:Fingers and thumb:Index finger': _PAIRED,
    'Upper extremity:Hand:Fingers and thumb:Middle finger': _PAIRED,
    'Upper extremity:Hand:Fingers and thumb:Ring finger': _PAIRED,
    'Upper extremity:Hand:Fingers and thumb:Little finger': _PAIRED,
    'Lower extremity': _PAIRED,
    'Lower extremity:Buttock': _PAIRED,
    'Lower extremity:Buttock:Gluteal fold': _PAIRED,
    'Lower extremity:Thigh': _PAIRED,
    'Lower extremity:Thigh:Anterior thigh': _PAIRED,
    'Lower extremity:Thigh:Lateral thigh': _PAIRED,
    'Lower extremity:Thigh:Lateral thigh:Hip': _PAIRED,
    'Lower extremity:Thigh:Posterior thigh': _PAIRED,
    'Lower extremity:Thigh:Medial thigh': _PAIRED,
    'Lower extremity:Thigh:Medial thigh:Upper medial thigh': _PAIRED,
    'Lower extremity:Knee': _PAIRED,
    'Lower extremity:Knee:Patellar region': _PAIRED,
    'Lower extremity:Knee:Lateral knee': _PAIRED,
    'Lower extremity:Knee:Medial knee': _PAIRED,
    'Lower extremity:Knee:Popliteal fossa': _PAIRED,
    'Lower extremity:Lower leg': _PAIRED,
    'Lower extremity:Lower leg:Shin': _PAIRED,
    'Lower extremity:Lower leg:Calf': _PAIRED,
    'Lower extremity:Lower leg:Calf:Lateral calf': _PAIRED,
    'Lower extremity:Lower leg:Calf:Medial calf': _PAIRED,
    'Lower extremity:Lower leg:Calf:Posterior calf': _PAIRED,
    'Lower extremity:Ankle': _PAIRED,
    'Lower extremity:Ankle:Anterior ankle': _PAIRED,
    'Lower extremity:Ankle:Medial ankle': _PAIRED,
    'Lower extremity:Ankle:Medial ankle:Medial malleolus': _PAIRED,
    'Lower extremity:Ankle:Lateral ankle': _PAIRED,
    'Lower extremity:Ankle:Lateral ankle:Lateral malleolus': _PAIRED,
    'Lower extremity:Ankle:Achilles region': _PAIRED,
    'Lower extremity:Foot': _PAIRED,
    'Lower extremity:Foot:Dorsum of foot': _PAIRED,
    'Lower extremity:Foot:Dorsum of foot:Metatarsophalangeal joints': _PAIRED,
    'Lower extremity:Foot:Dorsum of foot:Interdigital web spaces of foot': _PAIRED,
    'Lower extremity:Foot:Sole of foot': _PAIRED,
    'Lower extremity:Foot:Sole of foot:Plantar surface of forefoot': _PAIRED,
    'Lower extremity:Foot:Sole of foot:Lateral plantar region': _PAIRED,
    'Lower extremity:Foot:Sole of foot:Medial surface of sole of foot': _PAIRED,
    'Lower extremity:Foot:Sole of foot:Arch of foot': _PAIRED,
    'Lower extremity:Foot:Sole of foot:Heel': _PAIRED,
    'Lower extremity:Foot:Toes': _PAIRED,
    'Lower extremity:Foot:Toes:Great toe': _PAIRED,
    'Lower extremity:Foot:Toes:Second toe': _PAIRED,
    'Lower extremity:Foot:Toes:Third toe': _PAIRED,
    'Lower extremity:Foot:Toes:Fourth toe': _PAIRED,
    'Lower extremity:Foot:Toes:Fifth toe': _PAIRED,
    'Anogenital region': _SINGLE,
    'Anogenital region:Perianal region': _SINGLE,
    'Anogenital region:Perianal region:Anus': _SINGLE,
    'Anogenital region:Perianal region:Intergluteal cleft': _SINGLE,
    'Anogenital region:Perianal region:Perineum': _SINGLE,
    'Anogenital region:Genital region': _SINGLE,
    'Anogenital region:Genital region:Vulva': _SINGLE,
    'Anogenital region:Genital region:Vulva:Labium majus': _PAIRED,
    'Anogenital region:Genital region:Vulva:Labium minus': _PAIRED,
    'Anogenital region:Genital region:Vulva:Clitoris': _SINGLE,
    'Anogenital region:Genital region:Vulva:Vulval vestibule': _SINGLE,
    'Anogenital region:Genital region:Vulva:Frenulum of labia minora': _SINGLE,
    'Anogenital region:Genital region:Vagina': _SINGLE,
    'Anogenital region:Genital region:Vagina:Vaginal introitus': _SINGLE,
    'Anogenital region:Genital region:Penis': _SINGLE,
    'Anogenital region:Genital region:Penis:Glans penis': _SINGLE,
    'Anogenital region:Genital region:Scrotum': _SINGLE,
    'Anogenital region:Genital region:Perigenital region': _SINGLE,
    'Anogenital region:Genital region:Perigenital region:Inguinocrural fold': _PAIRED,
    'Anogenital region:Genital region:Perigenital region:Suprapubic region': _SINGLE,
    'Anogenital region:Genital region:Perigenital region:Suprapubic region:Mons pubis': _SINGLE,
}
"""Every code, a path from the largest part to the smallest, and whether it is there on the left and on the right. The package does
not say which are: a code that is added has to be decided here."""

_INTIMATE = ('Anogenital region', 'Trunk:Anterior trunk:Anterior chest:Breast', 'Lower extremity:Buttock')
INTIMATE = frozenset(site for site in SITES if any(f'{site}:'.startswith(f'{region}:') for region in _INTIMATE))
"""The codes whose photographs nobody should come upon unasked."""


def leaf(site: str) -> str:
    """Return what is shown of a site: the last part of its path. A text that is no code is shown as it is."""
    return site.rpartition(':')[2] if site in SITES else site


def within(site: str) -> str:
    """Return what a site lies in, from the largest part to the smallest, as people read it; empty for the largest."""
    return ' › '.join(site.split(':')[:-1]) if site in SITES else ''


def is_paired(site: str) -> bool:
    """Tell whether the side says something: there is a left and a right one. A text that is no code may mean either."""
    return SITES.get(site, bool(site))


def is_intimate(site: str) -> bool:
    """Tell whether a photograph of this site is proposed as sensitive: anogenital region, breast, buttock, and what lies in them."""
    return site in INTIMATE


def is_sensitive(said: bool | None, site: str) -> bool:
    """Tell whether a photograph is sensitive: as someone said, else as its site proposes."""
    return is_intimate(site) if said is None else said


def matching(words: str, first: Sequence[str] = ()) -> list[str]:
    """Return the codes in whose path every word occurs, those of `first` first, then those that begin so, else from head to foot."""
    wanted = search_words(words)
    found = [site for site in SITES if all(word in _folded(site) for word in wanted)]
    return sorted(found, key=lambda site: (first.index(site) if site in first else len(first), _distance(site, wanted)))


def coded(text: str) -> str:
    """Return the code that a text in people's own words names, whatever its case and accents; empty when it names none."""
    return _by_leaf().get(fold(text), '')


def _distance(site: str, wanted: Iterable[str]) -> int:
    """Return how far a site is from what was typed: its own name begins so, its own name holds it, or only what it lies in."""
    own, sought = fold(leaf(site)), ' '.join(wanted)
    return 0 if own.startswith(sought) else 1 if sought in own else 2


@cache
def _folded(site: str) -> str:
    return fold(site)


@cache
def _by_leaf() -> dict[str, str]:
    """Return the codes by their folded leaves; of two with one name, the shorter path."""
    return {fold(leaf(site)): site for site in sorted(SITES, key=lambda site: site.count(':'), reverse=True)}
