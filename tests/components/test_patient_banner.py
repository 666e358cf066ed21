"""Every page of a patient carries two identifiers; the menu lists only what a role may open."""
from datetime import date

from components.navigation import bottom_html, rooms_for, sidebar_html
from components.patient_banner import banner_html, head_html, tabs_html
from data.actors import ROLE_PERMISSIONS, Actor, Role
from data.read_models import PatientHeader

TODAY = date(2026, 11, 23)
MARGUERITE = PatientHeader(key='k', unique_id='psr-20417', family_name='Oyelaran', given_names='Marguerite', birth_on=date(1980, 3, 14),
                           sex='female', skin_type='III', image_count=1284, entry_count=9, cover='abc')


def an_actor(role: Role, name: str = 'Dr Ines Marlowe') -> Actor:
    return Actor(user='a' * 32, name=name, role=role, permissions=ROLE_PERMISSIONS[role])


def test_the_banner_carries_name_id_and_birth_date():
    banner = banner_html(MARGUERITE, today=TODAY) + tabs_html(MARGUERITE, 'images')
    assert '<h1 class="df-pb-name">Marguerite Oyelaran</h1>' in banner
    for words in ('psr-20417', '46 y, born 14 Mar 1980', 'female · skin type III', '1,284'):
        assert words in banner
    assert 'href="/patients/psr-20417/images" aria-current="page"' in banner


def test_the_compact_head_carries_the_same_two_identifiers():
    head = head_html(MARGUERITE, today=TODAY)
    assert 'psr-20417' in head
    assert 'born 14 Mar 1980' in head
    assert '<h1' not in head


def test_an_unknown_birth_date_is_said_and_a_missing_name_is_not_repeated():
    banner = banner_html(PatientHeader(key='k', unique_id='anon-77'), today=TODAY)
    assert 'birth date not recorded' in banner
    assert banner.count('>anon-77<') == 1


def test_names_in_banner_and_menu_stay_text():
    nasty = PatientHeader(key='k', unique_id='a"b', family_name='<b>', sex='<i>', skin_type='<u>', cover='"><x>')
    shown = (banner_html(nasty, today=TODAY) + head_html(nasty, today=TODAY)
             + sidebar_html(an_actor(Role.VIEWER, '<s>'), practice_name='<em>', current='Patients', patient=nasty, tab='images'))
    assert not [tag for tag in ('<b>', '<i>', '<u>', '<x>', '<s>', '<em>') if tag in shown]


def test_the_menu_lists_what_the_role_may_open():
    listed = {role: [room.label for room in rooms_for(an_actor(role))] for role in Role}
    assert listed[Role.ADMINISTRATOR] == ['Patients', 'Tags', 'Audit', 'Settings']
    assert listed[Role.CLINICIAN] == ['Patients', 'Tags']
    assert listed[Role.AUDITOR] == ['Audit']


def test_signing_out_is_a_form_on_every_page_and_not_hidden_in_a_menu():
    menu = sidebar_html(an_actor(Role.AUDITOR), practice_name='Larkfield', current='Audit', patient=None, tab='')
    assert '<form method="post" action="/logout"><button type="submit"' in menu
    assert 'Sign out' in menu
    assert '<details' not in menu


def test_the_bottom_bar_offers_a_new_patient_to_who_may_make_one():
    assert 'href="/patients/new"' in bottom_html(an_actor(Role.PHOTOGRAPHER), current='Patients')
    assert 'href="/patients/new"' not in bottom_html(an_actor(Role.VIEWER), current='Patients')
