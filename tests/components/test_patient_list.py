"""The list: its fragments, its cursor's places, its pager, and the event of a settled query."""
from datetime import UTC, datetime

from components.list_address import list_address
from components.patient_list import SettledLook
from components.patient_pager import range_html, steps_html
from data.actors import Actor
from data.patient_query import Counts, ListView
from data.read_models import PatientRow
from data.repositories.patient_list import ListPage

ANNA = Actor(user='anna')


def a_page(total: int, *, page: int = 1, per_page: int = 25, everyone: int = 1284) -> ListPage:
    shown = max(0, min(per_page, total - (page - 1) * per_page))
    row = PatientRow('k', 'ab', '', '', None, 0, 0, None, datetime(2026, 11, 23, tzinfo=UTC))
    return ListPage([row] * shown, total, everyone, page)


def test_the_pager_says_what_is_shown_of_how_many():
    shown = range_html(a_page(148), ListView('koni'))
    assert '1–25 of 148' in shown
    assert 'from 1,284 patients' in shown
    assert 'from' in range_html(a_page(148), ListView(entries=Counts(least=2)))
    assert 'from' not in range_html(a_page(1284), ListView(' '))
    assert '1,001–1,025 of 1,284' in range_html(a_page(1284, page=41), ListView(page=41))


def test_steps_are_links_that_keep_the_view_and_are_escaped():
    shown = steps_html(a_page(148, page=2), ListView('"><script>', page=2), list_address)
    assert 'href="/patients?q=%22%3E%3Cscript%3E" aria-label="Previous page"' in shown
    assert 'page=3&amp;per_page=25" aria-label="Next page"' in shown
    assert 'page=6&amp;per_page=25" aria-label="Last page"' in shown
    assert '2 of 6' in shown
    assert '<script>' not in shown


def test_there_is_no_step_beyond_the_ends():
    shown = steps_html(a_page(12), ListView(), list_address)
    assert shown.count('aria-disabled="true"') == 4
    assert '<a ' not in shown


async def test_only_what_was_shown_last_is_a_settled_query():
    written = []
    look = SettledLook(lambda actor, detail: written.append((actor.user, detail)))
    look.note(ANNA, {'hits': 20})
    look.note(ANNA, {'hits': 1})
    look.flush()
    look.flush()
    look.note(ANNA, {'hits': 2})
    look.forget()
    look.flush()
    assert written == [('anna', {'hits': 1})]
