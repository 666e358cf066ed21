"""The list of body sites: it is the published one, every site of it is decided, and any part of a path finds it."""
import pytest
from isic_metadata.anatom_site_hierarchical import AnatomSiteEnum

from data.body_sites import INTIMATE, SITES, coded, is_paired, is_sensitive, leaf, matching, within
from data.columns import limit_of
from data.models import Image

FOREARM, VOLAR = 'Upper extremity:Forearm', 'Upper extremity:Forearm:Volar forearm'
FACE = 'Head and neck:Head:Face'
SINGLE = """
    Head and neck|Head|Scalp|Frontal scalp|Occipital scalp|Vertex of scalp|Face|Forehead|Nose|Root of nose|Dorsum of nose|Tip of nose
    Oral region|Perioral region|Lip|Upper lip|Lower lip|Mouth|Oral mucosa|Palate|Floor of mouth|Gingiva|Tongue|Oropharynx|Chin
    Neck|Front of neck|Nape of neck
    Trunk|Anterior trunk|Anterior chest|Upper anterior chest|Presternal region|Lower anterior chest|Anterior abdomen
    Upper anterior abdomen|Mid anterior abdomen|Periumbilical region|Umbilicus|Lower anterior abdomen|Hypogastric region
    Posterior trunk|Upper back|Mid back|Lower back
    Anogenital region|Perianal region|Anus|Intergluteal cleft|Perineum|Genital region|Vulva|Clitoris|Vulval vestibule
    Frenulum of labia minora|Vagina|Vaginal introitus|Penis|Glans penis|Scrotum|Perigenital region|Suprapubic region|Mons pubis"""
LEAVES_WITHOUT_A_SIDE = {name.strip() for line in SINGLE.strip().splitlines() for name in line.split('|')}


def test_the_list_is_the_published_one() -> None:
    assert set(SITES) == {site.value for site in AnatomSiteEnum}


def test_every_site_is_known_to_be_paired_or_not() -> None:
    assert {leaf(site) for site in SITES if not is_paired(site)} == LEAVES_WITHOUT_A_SIDE


def test_all_of_an_arm_and_of_a_leg_is_paired() -> None:
    assert [site for site in SITES if site.split(':')[0].endswith(' extremity') and not is_paired(site)] == []


def test_words_of_before_may_mean_a_side_and_nothing_means_none() -> None:
    assert (is_paired('Unterarm'), is_paired('')) == (True, False)


def test_every_code_fits_its_column_and_lies_in_one_that_is_a_code() -> None:
    assert max(map(len, SITES)) <= limit_of(Image, 'body_site')
    assert [site for site in SITES if ':' in site and site.rpartition(':')[0] not in SITES] == []


def test_no_two_sites_are_shown_alike() -> None:
    assert len({leaf(site).casefold() for site in SITES}) == len(SITES)


def test_a_site_is_shown_by_its_own_name_and_what_it_lies_in() -> None:
    assert (leaf(VOLAR), within(VOLAR)) == ('Volar forearm', 'Upper extremity › Forearm')
    assert (leaf('Trunk'), within('Trunk')) == ('Trunk', '')
    assert (leaf('Arm: left'), within('Arm: left'), leaf('')) == ('Arm: left', '', '')


@pytest.mark.parametrize(('words', 'found'), [
    ('volar fore', [VOLAR]), ('FORE  völar', [VOLAR]), ('extremity volar forearm', [VOLAR]), ('chin', [f'{FACE}:Chin']), ('zzz', []),
    ('lip', [f'{FACE}:Oral region:Lip', f'{FACE}:Oral region:Upper lip', f'{FACE}:Oral region:Lower lip'])])
def test_any_part_of_a_path_finds_a_site(words: str, found: list[str]) -> None:
    assert matching(words) == found


def test_a_name_that_begins_so_comes_before_one_that_only_lies_there() -> None:
    found = matching('head')
    assert found[:2] == ['Head and neck', 'Head and neck:Head']
    assert [leaf(site) for site in matching('hand')[:2]] == ['Hand', 'Dorsum of hand']


def test_what_the_patient_has_comes_first_in_its_own_order() -> None:
    own = [VOLAR, f'{FACE}:Nose']
    assert matching('', own)[:3] == [*own, 'Head and neck']
    assert matching('forearm', own)[:2] == [VOLAR, FOREARM]
    assert sorted(matching('', own)) == sorted(SITES)


@pytest.mark.parametrize(('text', 'site'), [
    ('elbow', 'Upper extremity:Elbow'), ('ÉLBOW', 'Upper extremity:Elbow'), (' volar  Forearm ', VOLAR), ('Unterarm', ''), ('', ''),
    ('head', 'Head and neck:Head'), (VOLAR, '')])
def test_words_name_a_site_whatever_their_case_and_accents(text: str, site: str) -> None:
    assert coded(text) == site


def test_anogenital_region_breast_and_buttock_are_intimate_with_all_that_lies_in_them() -> None:
    assert {site for site in SITES if {'Anogenital region', 'Breast', 'Buttock'} & set(site.split(':'))} == INTIMATE
    assert coded('Gluteal fold') in INTIMATE


@pytest.mark.parametrize(('said', 'site', 'sensitive'), [
    (None, coded('Nipple'), True), (None, VOLAR, False), (None, '', False), (False, coded('Nipple'), False), (True, VOLAR, True),
    (None, 'genital area', False)])
def test_what_someone_said_counts_before_what_the_site_proposes(said: bool | None, site: str, sensitive: bool) -> None:
    assert is_sensitive(said, site) is sensitive
