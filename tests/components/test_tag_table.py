"""The tags of a category: what stands in a row, what is escaped, and that a row which is being edited is left alone."""
from datetime import UTC, date, datetime
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User

from components.retired_tags import retired_html
from components.tag_categories import categories_html, elsewhere_html
from components.tag_table import RowActs, TagTable, cells_html
from components.tag_words import labels_html, names_words, places_words, reach_words, records_words, where_words
from data.models import TagColour
from data.read_models import TagLabel
from data.repositories.tag_records import CategoryRow, Reach, TagRow

TODAY, HOSTILE, OFTEN = date(2026, 11, 23), '<img src=x onerror=alert(1)>', Reach(118, 164, 902)


def a_tag(name: str = 'Acne', *, reach: Reach = OFTEN, **more: Any) -> TagRow:
    label = TagLabel(name.lower(), name.lower(), name, TagColour.PLUM, 'Condition')
    return TagRow(label, reach, datetime(2026, 11, 10, tzinfo=UTC), **more)


def cells(tag: TagRow) -> str:
    return cells_html(tag, today=TODAY, zone=UTC)


def test_numbers_lead_to_the_patients_who_bear_the_tag() -> None:
    shown = cells(a_tag(reach=Reach(1_208, 1, 0)))
    assert '<a href="/patients?tags=acne" aria-label="1,208 patients with Acne">1,208</a>' in shown
    assert '<a href="/patients?tags=acne" aria-label="1 entry with Acne">1</a>' in shown
    assert '<span role="cell" class="df-tags-num df-num">0</span>' in shown
    assert '10 Nov' in shown


def test_a_tag_that_was_never_used_says_so() -> None:
    assert 'Never' in cells(TagRow(a_tag().label, Reach(), None))


@pytest.mark.parametrize('shown', [
    cells(a_tag(HOSTILE)), retired_html(a_tag(HOSTILE, retired_at=datetime(2026, 11, 1, tzinfo=UTC)), today=TODAY, zone=UTC),
    retired_html(a_tag(HOSTILE, merged_into=a_tag(HOSTILE).label), today=TODAY, zone=UTC), labels_html([a_tag(HOSTILE)]),
    categories_html([CategoryRow(HOSTILE, HOSTILE, TagColour.TEAL, tags=(a_tag(),))], chosen='', retired=4),
    elsewhere_html([(CategoryRow('k', HOSTILE, TagColour.TEAL), a_tag(HOSTILE))])])
def test_names_are_escaped_everywhere(shown: str) -> None:
    assert '<img' not in shown
    assert 'onerror' not in shown.replace('&lt;img src=x onerror=alert(1)&gt;', '').replace('%20onerror%3Dalert%281%29', '')


def test_categories_count_what_they_offer() -> None:
    retired = a_tag('Keloid', retired_at=datetime(2026, 11, 1, tzinfo=UTC))
    shown = categories_html([CategoryRow('c1', 'Condition', TagColour.PLUM, tags=(a_tag(), retired))], chosen='c1', retired=1)
    assert shown.count('aria-current="page"') == 1
    assert shown.index('aria-current') < shown.index('Condition') < shown.index('>1<') < shown.index('Retired')


def test_how_much_is_said_in_words() -> None:
    one, other, unused = a_tag(reach=Reach(7, 12, 61)), a_tag('Keloid', reach=Reach(0, 1, 1)), a_tag('Melasma', reach=Reach())
    assert (reach_words(one.reach), reach_words(other.reach)) == ('7 patients, 12 entries, 61 images', '1 entry, 1 image')
    assert (records_words(one.reach), records_words(unused.reach)) == ('80 records', 'no records')
    assert (places_words([one, other]), places_words([unused])) == ('in 82 places', 'in no place yet')
    assert (where_words([one]), where_words([one, other])) == ('on 80 records', 'in 82 places')
    assert (names_words([one, other]), names_words([one, other, unused])) == ('Acne and Keloid', '3 tags')


class Page:
    """A table on a page of its own; `done` is what was asked of it."""

    def __init__(self, *, may_manage: bool = True) -> None:
        self.done: list[tuple[str, Any]] = []
        acts = RowActs(rename=self._rename, merge=lambda keys: self.done.append(('merge', keys)),
                       move=lambda keys: self.done.append(('move', keys)), retire=lambda keys: self.done.append(('retire', keys)))
        self.table = TagTable(acts if may_manage else None, today=TODAY, zone=UTC)

    async def _rename(self, key: str, was: str, name: str, revision: int) -> None:
        self.done.append(('rename', (key, was, name, revision)))

    def shown(self) -> list[str]:
        """Return what stands in each row, top to bottom."""
        rows = [list(row.descendants()) for row in self.table._body.default_slot.children]
        return [next((part.value for part in row if isinstance(part, ui.input)), None)
                or next(part.content for part in row if isinstance(part, ui.html)).split('df-tag-name">')[1].split('<')[0] for row in rows]


async def opened(user: User, **options: Any) -> Page:
    made: list[Page] = []

    @ui.page('/table')
    def page() -> None:
        made.append(Page(**options))
    await user.open('/table')
    return made[0]


async def test_rows_come_go_and_move_as_the_tags_do(user: User) -> None:
    page = await opened(user)
    with user:
        page.table.show([a_tag('Acne'), a_tag('Keloid')])
        page.table.show([a_tag('Keloid'), a_tag('Melasma'), a_tag('Acne')])
        assert page.shown() == ['Keloid', 'Melasma', 'Acne']
        page.table.show([a_tag('Melasma')])
        assert page.shown() == ['Melasma']


async def test_while_a_name_is_changed_nothing_comes_goes_or_moves(user: User) -> None:
    page = await opened(user)
    with user:
        page.table.show([a_tag('Acne'), a_tag('Keloid')])
        page.table.edit('keloid')
        renamed = TagRow(TagLabel('acne', 'zoster', 'Zoster', TagColour.PLUM), Reach(), None)
        page.table.show([a_tag('Melasma'), renamed])
        assert page.shown() == ['Zoster', 'Keloid']
        assert page.table.edited == 'keloid'
        page.table.leave()
        assert page.shown() == ['Melasma', 'Zoster']


async def test_a_row_that_is_drawn_anew_keeps_its_tick_box(user: User) -> None:
    page = await opened(user)
    with user:
        page.table.show([a_tag('Acne'), a_tag('Keloid')])
        boxes = user.find(kind=ui.checkbox).elements
        page.table.show([a_tag('Acne', reach=Reach(1, 2, 3)), a_tag('Keloid', reach=Reach(4, 5, 6))])
        assert user.find(kind=ui.checkbox).elements == boxes
        page.table.show([a_tag('Acne', reach=Reach(), retired_at=datetime(2026, 11, 1, tzinfo=UTC))])
        [fragment] = [part for part in page.table._body.descendants() if isinstance(part, ui.html) and 'df-tags-num' in part.content]
        assert 'with Acne' not in fragment.content


async def test_only_one_name_is_changed_at_a_time(user: User) -> None:
    page = await opened(user)
    with user:
        page.table.show([a_tag('Acne'), a_tag('Keloid')])
        page.table.edit('acne')
        page.table.edit('keloid')
    assert len(user.find(kind=ui.input).elements) == 1


async def test_a_tag_that_is_gone_is_no_longer_chosen(user: User) -> None:
    page = await opened(user)
    with user:
        page.table.show([a_tag('Acne'), a_tag('Keloid')])
        for key in ('acne', 'keloid'):
            page.table.toggle(key, is_chosen=True)
        page.table.show([a_tag('Keloid')])
        assert page.table.chosen == ['keloid']
    user.find('Retire').click()
    assert page.done == [('retire', ['keloid'])]


async def test_a_table_that_is_only_read_has_nothing_to_press(user: User) -> None:
    page = await opened(user, may_manage=False)
    with user:
        page.table.show([a_tag('Acne')])
        assert page.shown() == ['Acne']
    await user.should_not_see(kind=ui.checkbox)
    await user.should_not_see(kind=ui.button)
