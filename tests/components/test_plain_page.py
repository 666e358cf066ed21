"""The pages without script."""
from html.parser import HTMLParser

import pytest

from components.plain_page import login_page, message_page, setup_page

NASTY = '"><img src=x onerror=alert(1)>{{7*7}}\''


class Page(HTMLParser):
    """What stands in a page: its tags, and the name each input has from its label."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.labels: dict[str, str] = {}
        self._label_for = ''
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._label_for = dict(attrs)['for'] if tag == 'label' else ''

    def handle_data(self, data):
        if self._label_for:
            self.labels[self._label_for] = data
            self._label_for = ''

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_sign_in_page_asks_for_two_things_and_posts_them():
    page = Page(login_page('Larkfield Dermatology', next_path='/patients/psr-20417'))
    assert page.labels == {'username': 'Username', 'password': 'Password'}
    assert page.all('form') == [{'class': 'df-form', 'method': 'post', 'action': '/login'}]
    assert {field['name']: field['type'] for field in page.all('input')} == {'username': 'text', 'password': 'password', 'next': 'hidden'}


def test_the_set_up_page_carries_its_token_and_never_a_password():
    text = setup_page('t0k&en', error='The passwords differ.', username='ines', display_name='Dr Ines Marlowe')
    page = Page(text)
    assert list(page.labels.values()) == ['Username', 'Display name', 'Password', 'Repeat password']
    assert page.all('form')[0]['action'] == '/setup?token=t0k%26en'
    assert [field['value'] for field in page.all('input')] == ['ines', 'Dr Ines Marlowe', '', '']
    assert 'The passwords differ.' in text


def test_a_wrong_password_is_announced_and_the_name_stays():
    page = Page(login_page('Larkfield', error='Username or password is wrong.', username='ines'))
    assert any(attributes.get('role') == 'alert' for attributes in page.all('div'))
    fields = page.all('input')
    assert fields[0]['value'] == 'ines'
    assert 'autofocus' in fields[1]
    assert all(field['aria-describedby'] == 'error' for field in fields)


def test_a_message_says_one_thing_and_shows_the_way_out():
    text = message_page('Nothing here', 'This record doesn’t exist or you may not see it.', status_reference='7f3a2c')
    assert '7f3a2c' in text
    assert Page(text).all('a')[0]['href'] == '/'
    assert not Page(message_page('Expired', 'Ask for a new link.', link=('', ''))).all('a')


@pytest.mark.parametrize('text', [
    login_page(NASTY, error=NASTY, username=NASTY, next_path=NASTY), setup_page(NASTY, error=NASTY, username=NASTY, display_name=NASTY),
    message_page(NASTY, NASTY, status_reference=NASTY, link=(NASTY, NASTY))])
def test_what_is_handed_in_stays_text(text):
    page = Page(text)
    assert not page.all('img')
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith('on')]


@pytest.mark.parametrize('text', [login_page('Larkfield'), setup_page('t'), message_page('Nothing here', 'Gone.')])
def test_there_is_no_script_and_nothing_from_elsewhere(text):
    page = Page(text)
    assert not page.all('script')
    assert '://' not in text
    assert [attributes['content'] for attributes in page.all('meta') if attributes.get('name') == 'viewport']
    assert len(page.all('h1')) == 1
