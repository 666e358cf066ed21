"""Body sites: the hierarchical anatomic site list of the International Skin Imaging Collaboration (ISIC), as of isic-metadata 4.12.

Why this one. It was made by dermatologists for photographs of skin: it goes as deep as they name things ("Helix of pinna") and stops
there, each site lies within a larger one, and archives of skin images share it. SNOMED CT has ten thousand body structures, most of them
below the skin, and asks each practice for a licence in many countries. The list is Apache-2.0 (`body_sites-LICENSE.txt`); it stands here
as our own text file, because importing the package costs 90 ms at every start. A test compares the two.

A site is stored as its path, "Upper extremity:Forearm:Volar forearm", and shown by its last part, which no two sites share.
"""
from collections.abc import Sequence
from pathlib import Path

from data.values import fold, search_words

SITES: tuple[str, ...] = tuple((Path(__file__).parent / 'body_sites.txt').read_text(encoding='utf-8').split('\n')[:-1])
"""Every site by its path, each followed by those within it."""

_FACE, _CHEST = 'Head and neck:Head:Face', 'Trunk:Anterior trunk:Anterior chest'
_VULVA = 'Anogenital region:Genital region:Vulva'
_PAIRED = (  # there are two of these, and of everything in them; what lies across the middle of the body is not here
    'Upper extremity', 'Lower extremity', 'Trunk:Lateral trunk', 'Head and neck:Head:Ear',
    'Head and neck:Head:Scalp:Temporal scalp', 'Head and neck:Head:Scalp:Parietal scalp',
    f'{_FACE}:Temple', f'{_FACE}:Orbital region', f'{_FACE}:Cheek', f'{_FACE}:Nose:Lateral side wall of nose', f'{_FACE}:Nose:Ala nasi',
    f'{_FACE}:Nose:Nostril', f'{_FACE}:Oral region:Nasolabial fold', f'{_FACE}:Mouth:Tonsillar region',
    'Head and neck:Neck:Side of neck', 'Head and neck:Neck:Supraclavicular region',
    f'{_CHEST}:Breast', f'{_CHEST}:Upper anterior chest:Clavicle', f'{_CHEST}:Upper anterior chest:Infraclavicular region',
    'Trunk:Anterior trunk:Anterior abdomen:Lower anterior abdomen:Inguinal region',
    *(f'Trunk:Posterior trunk:{part} back:{side} {part.lower()} back' for part in ('Upper', 'Mid', 'Lower')
      for side in ('Lateral', 'Paraspinal')),
    f'{_VULVA}:Labium majus', f'{_VULVA}:Labium minus', 'Anogenital region:Genital region:Perigenital region:Inguinocrural fold')
_INTIMATE = ('Anogenital region', f'{_CHEST}:Breast', 'Lower extremity:Buttock')


def _within(regions: Sequence[str]) -> frozenset[str]:
    return frozenset(site for site in SITES if any(f'{site}:'.startswith(f'{region}:') for region in regions))


PAIRED = _within(_PAIRED)
INTIMATE = _within(_INTIMATE)
_KNOWN = frozenset(SITES)
_BY_WORDS = {fold(site.rpartition(':')[2]): site for site in SITES}
_SEARCHED = {site: fold(site.replace(':', ' ')) for site in SITES}


def leaf(site: str) -> str:
    """Return how a site is called: "Volar forearm". Words that are no site of the list are returned as they are."""
    return site.rpartition(':')[2] if site in _KNOWN else site


def region_words(site: str) -> str:
    """Return what a site lies in: "Upper extremity › Forearm"; empty for what lies in nothing larger."""
    return site.rpartition(':')[0].replace(':', ' › ') if site in _KNOWN else ''


def is_site(text: str) -> bool:
    """Tell whether a text is the path of a site."""
    return text in _KNOWN


def is_paired(site: str) -> bool:
    """Tell whether the body has two of a site, so that the side is asked for. Never of words that are no site."""
    return site in PAIRED


def asks_side(site: str) -> bool:
    """Tell whether a side says something: of a paired site, and of words from before the list, which nobody can know."""
    return bool(site) and (site in PAIRED or site not in _KNOWN)


def is_intimate(site: str) -> bool:
    """Tell whether a photograph of this site is proposed as sensitive: anogenital region, breast, buttock and gluteal fold."""
    return site in INTIMATE


def is_sensitive(said: bool | None, site: str) -> bool:
    """Tell whether a photograph is sensitive: as someone said, else as its site proposes."""
    return is_intimate(site) if said is None else said


def coded(words: str) -> str:
    """Return the site that is called so, without regard to case and accents; empty when none is."""
    return _BY_WORDS.get(fold(words), '')


def find_sites(typed: str, used: Sequence[str] = ()) -> list[str]:
    """Return the sites that fit what was typed, the one called so first, then those in `used`, then those
    whose own name begins so.

    Every word has to occur in the path, without regard to case and accents. Nothing typed: the used ones and the two upper levels.
    """
    words, begins = search_words(typed), fold(typed)
    own = [site for site in dict.fromkeys(used) if site in _KNOWN]
    offered = [*own, *(site for site in SITES if site not in own and (words or site.count(':') < 2))]
    found = [site for site in offered if all(word in _SEARCHED[site] for word in words)]

    def rank(site: str) -> int:
        name = fold(leaf(site))
        return 0 if name == begins else 1 if site in own else 2 if name.startswith(begins) else 3 if words[0] in name else 4
    return sorted(found, key=rank) if words else found
