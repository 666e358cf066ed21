"""The list of body sites: what it holds, how it is found in, which sites have two sides, which are intimate."""
from pathlib import Path

import pytest
from alembic import command
from isic_metadata.anatom_site_hierarchical import AnatomSiteEnum
from sqlalchemy import text

from data import database
from data.body_sites import INTIMATE, PAIRED, SITES, asks_side, coded, find_sites, is_sensitive, leaf, region_words
from data.columns import limit_of
from data.models import Image

FOREARM, VOLAR = 'Upper extremity:Forearm', 'Upper extremity:Forearm:Volar forearm'
ACROSS_THE_MIDDLE = """
    Head and neck, Head, Scalp, Frontal scalp, Occipital scalp, Vertex of scalp, Face, Forehead, Nose, Root of nose, Dorsum of nose,
    Tip of nose, Oral region, Perioral region, Lip, Upper lip, Lower lip, Mouth, Oral mucosa, Palate, Floor of mouth, Gingiva, Tongue,
    Oropharynx, Chin, Neck, Front of neck, Nape of neck, Trunk, Anterior trunk, Anterior chest, Upper anterior chest, Presternal region,
    Lower anterior chest, Anterior abdomen, Upper anterior abdomen, Mid anterior abdomen, Periumbilical region, Umbilicus,
    Lower anterior abdomen, Hypogastric region, Posterior trunk, Upper back, Mid back, Lower back, Anogenital region, Perianal region,
    Anus, Intergluteal cleft, Perineum, Genital region, Vulva, Clitoris, Vulval vestibule, Frenulum of labia minora, Vagina,
    Vaginal introitus, Penis, Glans penis, Scrotum, Perigenital region, Suprapubic region, Mons pubis"""
OLD = ('INSERT INTO image (key, patient_id, blob, sha256, size_bytes, format, width_px, height_px, original_name, camera, captured_local, '
       'captured_offset, captured_at, captured_how, received_at, received_from, caption, body_site) VALUES (:key, 1, :key, :key, 1, '
       "'JPEG', 3, 2, '', '', '', '', '2026-01-01', 'received', '2026-01-01', 'upload', '', :words)")
VERSION = ('INSERT INTO field_version (subject, field, version, revision, text, burst, actor, from_at, until_at) VALUES '
           "(:key, :field, 1, 1, :words, '', '', '2026-01-01', '2026-01-01')")


def test_the_list_is_that_of_the_package() -> None:
    assert sorted(SITES) == sorted(site.value for site in AnatomSiteEnum)


def test_every_path_fits_the_column_and_every_last_part_is_said_once() -> None:
    assert max(map(len, SITES)) <= limit_of(Image, 'body_site')
    assert len({leaf(site) for site in SITES}) == len(SITES)


def test_a_site_is_paired_unless_it_lies_across_the_middle() -> None:
    across = {words.strip() for words in ACROSS_THE_MIDDLE.split(',')}
    assert {leaf(site) for site in SITES if site not in PAIRED} == across


def test_anogenital_region_breast_and_buttock_are_intimate_with_all_that_lies_in_them() -> None:
    expected = {site for site in SITES if {'Anogenital region', 'Breast', 'Buttock'} & set(site.split(':'))}
    assert expected == INTIMATE
    assert coded('Gluteal fold') in INTIMATE


@pytest.mark.parametrize(('said', 'site', 'sensitive'), [
    (None, coded('Nipple'), True), (None, VOLAR, False), (None, '', False), (False, coded('Nipple'), False), (True, VOLAR, True),
    (None, 'genital area', False)])
def test_what_someone_said_counts_before_what_the_site_proposes(said: bool | None, site: str, sensitive: bool) -> None:
    assert is_sensitive(said, site) is sensitive


@pytest.mark.parametrize(('site', 'words', 'region'), [
    (VOLAR, 'Volar forearm', 'Upper extremity › Forearm'), ('Trunk', 'Trunk', ''), ('by the scar: left', 'by the scar: left', ''),
    ('', '', '')])
def test_a_site_is_called_by_its_last_part_and_other_words_by_themselves(site: str, words: str, region: str) -> None:
    assert (leaf(site), region_words(site)) == (words, region)


@pytest.mark.parametrize(('site', 'asks'), [(VOLAR, True), (coded('Chin'), False), ('', False), ('old words', True)])
def test_a_side_is_asked_for_where_there_are_two_and_where_nobody_knows(site: str, asks: bool) -> None:
    assert asks_side(site) is asks


@pytest.mark.parametrize(('typed', 'first'), [
    ('ear', coded('Ear')), ('VOLAR fore', VOLAR), ('extremity volar forearm', VOLAR), ('forearm', FOREARM), ('Fórearm', FOREARM),
    ('finger', coded('Fingers and thumb')), ('tip nose', coded('Tip of nose'))])
def test_a_site_is_found_by_any_part_of_its_path(typed: str, first: str) -> None:
    assert find_sites(typed)[0] == first


def test_what_no_site_is_called_finds_nothing() -> None:
    assert find_sites('forearm zz') == []


def test_the_sites_of_this_patient_come_first_in_their_order() -> None:
    chin, shin = coded('Chin'), coded('Shin')
    assert find_sites('', [shin, chin, 'old words'])[:3] == [shin, chin, 'Head and neck']
    assert find_sites('hin', [shin])[:2] == [shin, chin]
    assert find_sites('chin', [shin])[0] == chin
    assert find_sites('breast', [coded('Nipple')])[:2] == [coded('Breast'), coded('Nipple')]
    assert all(site.count(':') < 2 for site in find_sites(''))


def test_words_from_before_the_list_become_sites_where_one_is_called_so(tmp_path: Path) -> None:
    config, old = database._alembic_config(), database.Database(tmp_path / 'old.db', bytes(32))
    with old.writing_engine.connect() as connection:
        config.attributes['connection'] = connection
        command.upgrade(config, '0002')
        connection.exec_driver_sql('PRAGMA defer_foreign_keys = ON')  # there is no patient, and nothing is committed
        for number, words in enumerate(('volar FOREARM', 'Chin', 'near the old scar', '')):
            connection.execute(text(OLD), {'key': f'{number}', 'words': words})
            connection.execute(text(VERSION), {'key': f'{number}', 'field': 'body_site', 'words': words})
        connection.execute(text(VERSION), {'key': '1', 'field': 'caption', 'words': 'Chin'})
        command.upgrade(config, 'head')
        expected = [VOLAR, coded('Chin'), 'near the old scar', '']
        assert connection.execute(text('SELECT body_site FROM image ORDER BY key')).scalars().all() == expected
        versions = connection.execute(text("SELECT text FROM field_version WHERE field = 'body_site' ORDER BY subject")).scalars()
        assert versions.all() == expected
        assert connection.execute(text("SELECT text FROM field_version WHERE field = 'caption'")).scalar() == 'Chin'
    old.close()
