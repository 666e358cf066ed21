"""Choosing a tag: what fits what was typed, which line Enter takes; the picker with made-up data and callbacks that only listen."""
import pytest
from nicegui import ui
from nicegui.testing import User

from components.tag_field import ManageActs, TagActs, best, choices
from components.tag_picker import TagLine, TagPicker
from data.models import TagColour
from data.read_models import ShownTag, TagLabel
from data.repositories.tag_records import CategoryRow, Reach, TagRow
from tests.pages.waiting import sees, settled, until


def label(name: str, category: str = 'Condition') -> TagLabel:
    return TagLabel(key=name.lower(), slug=name.lower().replace(' ', '-'), name=name, colour=TagColour.PLUM, category=category)


def a_category(name: str, *tags: str) -> CategoryRow:
    rows = tuple(TagRow(label(tag, name), Reach(), None) for tag in sorted(tags))
    return CategoryRow(key=name.lower(), name=name, colour=TagColour.PLUM, tags=rows)


VOCABULARY = [a_category('Condition', 'Psoriasis', 'Plaque psoriasis', 'Café au lait'), a_category('Flag', 'Watch')]


class Listening:
    """Callbacks that remember what they were asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    async def _note(self, *what: str) -> bool:
        self.asked.append(what)
        return True

    def acts(self, *, may_create: bool = True) -> TagActs:
        manage = ManageActs(create=lambda name, category: self._note('create', name, category),
                            restore=lambda tag: self._note('restore', tag.name))
        return TagActs(assign=lambda tag: self._note('assign', tag.name), unassign=lambda tag: self._note('unassign', tag.name),
                       vocabulary=self._vocabulary, manage=manage if may_create else None)

    async def _vocabulary(self) -> list[CategoryRow]:
        return VOCABULARY


def found(typed: str, own: frozenset[str] = frozenset(), *, may_create: bool = True) -> list[str]:
    return [choice.words for choice in choices(VOCABULARY, own, typed, may_create=may_create)]


@pytest.mark.parametrize(('typed', 'expected'), [
    ('', ['Café au lait', 'Plaque psoriasis', 'Psoriasis', 'Watch']), ('RIAS', ['Plaque psoriasis', 'Psoriasis', 'Create “RIAS”']),
    ('pso pla', ['Plaque psoriasis', 'Create “pso pla”']), ('cafe AU', ['Café au lait', 'Create “cafe AU”']),
    ('psoriasis ', ['Plaque psoriasis', 'Psoriasis']), ('xyz', ['Create “xyz”']), (' \u200b ', ['Café au lait', 'Plaque psoriasis',
                                                                                                'Psoriasis', 'Watch'])])
def test_any_part_of_a_word_finds_a_tag_and_only_a_new_name_can_be_made(typed, expected):
    assert found(typed) == expected


def test_a_tag_that_is_there_already_is_neither_offered_nor_made_again():
    assert found('watch', frozenset({'watch'})) == []
    assert found('xyz', may_create=False) == []


@pytest.mark.parametrize(('typed', 'taken'), [('', -1), ('pso', 1), ('psoriasis', 1), ('plaque', 0), ('rias', 0), ('xyz', 0)])
def test_enter_takes_the_name_itself_then_what_begins_so_then_the_first(typed, taken):
    assert best(choices(VOCABULARY, frozenset(), typed, may_create=True), typed) == taken


def test_enter_does_not_take_the_offer_to_create_while_a_tag_fits():
    names = [a_category('Body site', 'Acne', 'Face', 'Ice')]
    assert best(choices(names, frozenset(), 'c', may_create=True), 'c') == 0
    assert best(choices(names, frozenset(), 'fa', may_create=True), 'fa') == 0
    assert best(choices(names, frozenset(), 'create', may_create=True), 'create') == 0


async def test_a_picker_puts_on_takes_off_and_makes_through_its_callbacks(user: User):
    heard = Listening()

    @ui.page('/picker')
    def page():
        TagPicker((ShownTag(label('Watch'), is_direct=True), ShownTag(label('Face'), is_direct=False, images=3)), heard.acts())

    await user.open('/picker')
    await sees(user, 'From images')
    await user.should_not_see(marker='remove-tag-face')
    user.find(marker='remove-tag-watch').click()
    await sees(user, 'Watch removed')
    user.find('Undo').click()
    user.find('Add tag').click()
    await settled()
    field = user.find(kind=ui.input, marker='find-a-tag')
    field.type('psor')
    await settled()
    field.trigger('keydown.enter.prevent')
    await until(lambda: len(heard.asked) == 3)
    field.type('New one')
    await settled()
    field.trigger('keydown.enter.prevent')
    await settled()
    user.find('Flag').click()
    await until(lambda: len(heard.asked) == 4)
    assert heard.asked == [('unassign', 'Watch'), ('assign', 'Watch'), ('assign', 'Psoriasis'), ('create', 'New one', 'flag')]


async def test_nothing_typed_and_enter_does_nothing_and_the_arrows_stay_in_the_list(user: User):
    heard = Listening()

    @ui.page('/picker')
    def page():
        TagPicker((), heard.acts())

    await user.open('/picker')
    user.find('Add tag').click()
    await settled()
    field = user.find(kind=ui.input, marker='find-a-tag')
    field.trigger('keydown.enter.prevent')
    field.trigger('keydown.up.prevent')
    for _ in range(9):
        field.trigger('keydown.down.prevent')
    field.trigger('keydown.enter.prevent')
    await until(lambda: heard.asked == [('assign', 'Watch')])


async def test_a_line_of_many_tags_counts_the_rest_and_shows_it_when_asked(user: User):
    @ui.page('/line')
    def page():
        TagLine([ShownTag(label(f'Tag {number}'), is_direct=True) for number in range(12)], None)

    await user.open('/line')
    await sees(user, '+6')
    await user.should_not_see(marker='tag-tag-9')
    user.find(marker='more-tags').click()
    await sees(user, marker='tag-tag-9')
    await user.should_not_see('Add tag')
