"""The keys of a page: what fires, what does not, and the list of them."""
import pytest
from nicegui import ui
from nicegui.testing import User

from components.layout import frame
from components.navigation import ROOMS
from components.shortcuts import Shortcuts
from data.actors import ROLE_PERMISSIONS, Actor, Role
from tests.pages.waiting import sees


class Keys:
    """A page with keys, and fingers on them."""

    def __init__(self, user: User) -> None:
        self.user, self.done, self.kept, self.is_on = user, [], [], True

    async def open(self) -> 'Keys':
        @ui.page('/keys')
        def page():
            self.shortcuts = Shortcuts(are_on=lambda: self.is_on, keep=self._keep)
            for keys, words in (('j', 'Next'), ('ArrowDown', 'Next'), ('Enter', 'Open'), ('g p', 'Patients'), ('n', 'New patient')):
                self.shortcuts.on(keys, words, lambda keys=keys: self.done.append(keys), repeats=words == 'Next')
            self.dialog, self.menu = ui.dialog(), ui.menu()
        await self.user.open('/keys')
        return self

    async def _keep(self, is_on: bool) -> None:
        self.kept.append(is_on)

    def press(self, *names: str, **how: bool) -> list[str]:
        """Press keys as the browser tells them; `how` is ctrlKey, altKey, metaKey, shiftKey, repeat."""
        for name in names:
            told = {'action': 'keydown', 'key': name, 'code': '', 'location': 0, 'repeat': False} | dict.fromkeys(
                ('altKey', 'ctrlKey', 'metaKey', 'shiftKey'), False) | how
            self.user.find(kind=ui.keyboard).trigger('key', told)
        return self.done


@pytest.fixture
async def keys(user: User) -> Keys:
    return await Keys(user).open()


async def test_a_key_does_what_it_is_for_in_small_and_capital_letters(keys: Keys):
    assert keys.press('j', 'J', 'ArrowDown', 'q') == ['j', 'j', 'ArrowDown']


@pytest.mark.parametrize('held', ['ctrlKey', 'altKey', 'metaKey'])
async def test_with_a_modifier_a_key_is_the_browsers(keys: Keys, held):
    assert keys.press('j', 'n', 'ArrowDown', **{held: True}) == []


async def test_a_key_held_down_moves_on_but_begins_only_one_thing(keys: Keys):
    assert keys.press('n', 'j', repeat=True) == ['j']
    assert keys.press('n') == ['j', 'n']


async def test_two_keys_go_one_after_the_other_and_a_wrong_second_does_nothing(keys: Keys):
    assert keys.press('p', 'g', 'Shift', 'p') == ['g p']
    assert keys.press('g', 'n', 'p') == ['g p']
    assert keys.press('n') == ['g p', 'n']


async def test_a_first_key_of_two_waits_only_for_a_moment(keys: Keys, monkeypatch: pytest.MonkeyPatch):
    keys.press('g')
    monkeypatch.setattr('components.shortcuts._TOGETHER_S', 0.0)
    assert keys.press('p', 'n') == ['n']


async def test_nothing_fires_while_a_dialog_or_a_menu_is_open(keys: Keys):
    for covering in (keys.dialog, keys.menu):
        covering.open()
        assert keys.press('n', 'ArrowDown', 'Enter') == []
        covering.close()
    assert keys.press('n') == ['n']


async def test_fields_keep_their_keys_and_what_enter_presses_keeps_enter(keys: Keys):
    ignored = sorted(tuple(keyboard.props['ignore']) for keyboard in keys.user.find(kind=ui.keyboard).elements)
    assert ignored == [('input', 'select', 'textarea'), ('input', 'select', 'textarea', 'a', 'button', 'summary')]
    assert keys.press('Enter') == ['Enter']


async def test_letters_and_signs_can_be_switched_off_and_arrows_stay(keys: Keys):
    keys.is_on = False
    assert keys.press('j', 'n', 'g', 'p', '?', 'ArrowDown', 'Enter') == ['ArrowDown', 'Enter']
    await keys.user.should_not_see('Keyboard shortcuts')


async def test_the_list_shows_what_works_and_holds_the_switch(keys: Keys):
    keys.press('?')
    await sees(keys.user, 'Keyboard shortcuts')
    [dialog] = keys.user.find(marker='keys-list').elements
    shown = [element.text for element in dialog.descendants() if hasattr(element, 'text')]
    assert shown[:8] == ['On this page', 'Next', 'J', 'or', '↓', 'Open', 'Enter', 'Patients']
    keys.user.find(kind=ui.switch).click()
    await keys.user.should_not_see('New patient')
    await sees(keys.user, '↓')
    assert keys.kept == [False]


async def test_what_a_page_adds_comes_before_what_works_everywhere(keys: Keys):
    keys.shortcuts.on('n', 'New entry', lambda: keys.done.append('entry'))
    assert keys.press('n') == ['entry']
    keys.press('?')
    await keys.user.should_not_see('New patient')


def test_no_two_rooms_share_their_letter():
    letters = [room.label[0] for room in ROOMS]
    assert len(set(letters)) == len(letters)


@pytest.mark.parametrize(('role', 'expected'), [
    (Role.ADMINISTRATOR, {'?', '/', 'n', 'g p', 'g t', 'g a', 'g s'}),
    (Role.VIEWER, {'?', '/', 'g p', 'g t'}), (Role.AUDITOR, {'?', 'g a'})])
async def test_a_role_has_the_keys_of_what_it_may_do(user: User, role, expected):
    kept = []

    @ui.page('/framed')
    def page():
        with frame(actor=Actor(user='a' * 32, name='Ines', role=role, permissions=ROLE_PERMISSIONS[role]), title='Patients',
                   practice_name='Larkfield', current='Patients') as slots:
            kept.append(slots.shortcuts)

    await user.open('/framed')
    assert {shortcut.keys for shortcut in kept[0].working()} == expected | {'Escape'}
    user.find('Keyboard shortcuts')
