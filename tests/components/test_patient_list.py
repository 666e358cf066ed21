"""The list's addresses, its pager, and the event of a settled query."""
from datetime import UTC, datetime

import pytest

from components.patient_list import SettledLook, list_address, pager_html, read_view
from data.actors import Actor
from data.patient_query import ListView
from data.read_models import PatientRow
from data.repositories.patient_list import ListPage

ANNA = Actor(user='anna')


def a_page(total: int, *, page: int = 1, per_page: int = 25, everyone: int = 1284) -> ListPage:
    shown = max(0, min(per_page, total - (page - 1) * per_page))
    row = PatientRow('k', 'ab', '', '', None, 0, 0, None, datetime(2026, 11, 23, tzinfo=UTC))
    return ListPage([row] * shown, total, everyone, page)


@pytest.mark.parametrize('view', [ListView(), ListView('a b&c=ü'), ListView(page=3), ListView('x', 2, 100)])
def test_an_address_leads_back_to_its_view(view: ListView):
    query = dict(part.split('=') for part in list_address(view).partition('?')[2].split('&') if part)
    assert read_view(view.q, query.get('page', ''), query.get('per_page', '')) == view


@pytest.mark.parametrize(('page', 'per_page'), [('', ''), ('-1', '7'), ('0', 'x'), ('1.5', '1000'), ('9' * 5000, '9' * 5000), ('²', '²'),
                                                ('', '00109999'), ('', '0010' + '9' * 5000), ('', '025'), ('', '1009')])
def test_an_address_that_makes_no_sense_shows_the_beginning(page: str, per_page: str):
    assert read_view('', page, per_page) == ListView()


def test_the_pager_says_what_is_shown_of_how_many():
    shown = pager_html(a_page(148), ListView('koni'))
    assert '1–25 of 148' in shown
    assert 'from 1,284 patients' in shown
    assert 'from' not in pager_html(a_page(1284), ListView())
    assert '1,001–1,025 of 1,284' in pager_html(a_page(1284, page=41), ListView(page=41))


def test_steps_are_links_that_keep_the_search_and_are_escaped():
    shown = pager_html(a_page(148, page=2), ListView('"><script>', page=2, per_page=50))
    assert 'href="/patients?q=%22%3E%3Cscript%3E&amp;per_page=50" aria-label="Previous page"' in shown
    assert 'page=3&amp;per_page=50" aria-label="Next page"' in shown
    assert '<script>' not in shown


def test_there_is_no_step_beyond_the_ends():
    shown = pager_html(a_page(12), ListView())
    assert shown.count('aria-disabled="true"') == 2


async def test_only_what_was_shown_last_is_a_settled_query():
    written = []
    look = SettledLook(lambda actor, query_length, hits: written.append((actor.user, query_length, hits)))
    look.note(ANNA, 3, 20)
    look.note(ANNA, 5, 1)
    look.flush()
    look.flush()
    assert written == [('anna', 5, 1)]
