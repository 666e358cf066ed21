"""Files on their way to a pool, in Chromium with a slow line: among the photographs, first, and photographs at the end."""
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.clinic import Clinic
from data.actors import Actor
from tests.browser.driving import choose_files, hurry, served, slow_line
from tests.browser.test_accessibility import findings
from tests.conftest import Template
from tests.factories import a_patient, a_stored_image
from tests.serving import Server

POOL = '/patients/psr-1/images'


def furnish(clinic: Clinic, jana: Actor) -> None:
    """Give the practice one patient and one photograph, received today as its clock says."""
    patient = a_patient(clinic, jana, 'psr-1').key
    a_stored_image(clinic, jana, patient, captured_at=clinic.clock())


@pytest.fixture
def server(staffed: Template, tmp_path: Path) -> Iterator[Server]:
    """A running server of that practice."""
    with served(staffed, tmp_path, furnish) as running:
        yield running


def arriving(page: Page) -> Locator:
    return page.locator('.df-arriving-tile')


def photos(page: Page) -> Locator:
    return page.locator('.df-tile')


def test_files_stand_first_with_how_far_they_are_and_become_photographs(page: Page, tmp_path: Path) -> None:
    page.goto(POOL)
    expect(photos(page)).to_have_count(1)
    line = slow_line(page)
    choose_files(page, tmp_path, 8, size=200_000)
    expect(arriving(page)).to_have_count(8)
    expect(arriving(page).first).to_have_text(re.compile(r'^Sending [1-9]\d? %IMG_10.jpg$'))
    expect(arriving(page).last).to_have_text('WaitingIMG_17.jpg')
    expect(page.locator('.df-day h3')).to_have_text(['Today'])
    first, photo = arriving(page).first.bounding_box(), photos(page).first.bounding_box()
    assert first is not None and photo is not None
    assert (first['y'], first['x']) < (photo['y'], photo['x'])
    bar = arriving(page).first.locator('.df-progress').bounding_box()
    assert bar is not None and (bar['height'], bar['width']) == (4, first['width'])
    found = findings(page, within='.df-pool-days')
    assert not found, found
    hurry(line)
    expect(photos(page)).to_have_count(9)
    expect(arriving(page)).to_have_count(0)


def test_they_can_not_be_opened_chosen_or_reached(page: Page, tmp_path: Path) -> None:
    page.goto(POOL)
    expect(photos(page)).to_have_count(1)
    slow_line(page)
    choose_files(page, tmp_path, 2, size=400_000)
    expect(arriving(page)).to_have_count(2)
    arriving(page).first.click(position={'x': 20, 'y': 20})
    arriving(page).last.click()
    page.keyboard.press('j')
    expect(photos(page).first).to_be_focused()
    page.keyboard.press('k')
    expect(photos(page).first).to_be_focused()
    page.get_by_role('button', name=re.compile('Select day')).click()
    expect(page.get_by_role('toolbar', name='Selected images')).to_contain_text('1 selected')
    expect(page.get_by_role('dialog', name='Photo')).to_be_hidden()
    page.reload()
    expect(page.get_by_role('complementary', name='Photos being added')).to_contain_text('skipped')
    expect(arriving(page)).to_have_count(0)
