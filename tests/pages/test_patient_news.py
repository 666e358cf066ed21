"""What an open list asks for when others change something: as little as it takes."""
from datetime import UTC, datetime

import pytest
from nicegui import ui
from nicegui.testing import User

from components.patient_finding import Found
from components.patient_news import ListNews
from data.patient_query import ListView
from data.read_models import PatientRow
from data.records import Changed
from data.repositories.patient_list import ListPage
from data.repositories.patients import EVERY_PATIENT, SHOWN_FIGURES
from tests.pages.waiting import settled

ROW = PatientRow('shown', 'ab', '', '', None, 0, 0, None, datetime(2026, 11, 23, tzinfo=UTC))


class Asked:
    """A list that notes what its news ask for."""

    def __init__(self, place: ui.element, view: ListView) -> None:
        self.what: list[str] = []
        found = Found(view, ListPage([ROW], 1, 2, 1), {})
        self.news = ListNews(place, lambda: found, on_rows=lambda: self._note('rows'), on_totals=lambda: self._note('totals'),
                             on_new=lambda keys: self._note(f'names of {len(keys)}'))

    async def _note(self, what: str) -> None:
        self.what.append(what)


@pytest.fixture
async def place(user: User) -> ui.element:
    """A page to be on."""
    return (await user.open('/patients')).content


async def test_a_change_of_who_is_shown_asks_for_the_rows_once(place: ui.element):
    asked = Asked(place, ListView())
    for _ in range(5):
        asked.news.hear_figures(Changed(SHOWN_FIGURES, 'shown'))
    await settled()
    assert asked.what == ['rows']


async def test_a_change_of_somebody_else_asks_for_totals_where_something_narrows_the_list(place: ui.element):
    plain, narrowed = Asked(place, ListView()), Asked(place, ListView('gon'))
    for asked in (plain, narrowed):
        for _ in range(5):
            asked.news.hear_figures(Changed(SHOWN_FIGURES, 'somebody else'))
    await settled()
    assert (plain.what, narrowed.what) == ([], ['totals'])


async def test_many_new_ones_are_named_together_and_none_once_the_page_is_gone(place: ui.element):
    asked = Asked(place, ListView())
    for key in ('a', 'b', 'c'):
        asked.news.hear_new(Changed(EVERY_PATIENT, key))
    await settled()
    assert asked.what == ['names of 3']
    gone = Asked(place, ListView())
    gone.news.hear_new(Changed(EVERY_PATIENT, 'a'))
    gone.news.hear_figures(Changed(SHOWN_FIGURES, 'shown'))
    place.client.delete()
    await settled()
    assert gone.what == []
