"""A tag on the page: colour by class, where it rose from in words, nothing of a person's text as markup."""
import pytest

from components.tag_chip import origin_words, tag_chip_html, tag_title
from data.models import TagColour
from data.read_models import ShownTag, TagLabel


def shown(name: str = 'Psoriasis', *, is_direct: bool = True, entries: int = 0, images: int = 0) -> ShownTag:
    label = TagLabel(key=name.lower(), slug=name.lower(), name=name, colour=TagColour.PLUM, category='Condition')
    return ShownTag(tag=label, is_direct=is_direct, entries=entries, images=images)


@pytest.mark.parametrize(('entries', 'images', 'words'), [
    (0, 0, ''), (0, 1, 'from 1 image'), (0, 3, 'from 3 images'), (1, 0, 'from 1 entry'), (1, 3, 'from 1 entry and 3 images'),
    (12, 1204, 'from 12 entries and 1,204 images')])
def test_where_a_tag_rose_from_is_said_in_words(entries, images, words):
    assert origin_words(shown(entries=entries, images=images)) == words


def test_a_tag_that_is_put_on_and_rose_too_says_both():
    assert tag_title(shown(images=3)) == 'Psoriasis, also from 3 images'
    assert tag_title(shown(is_direct=False, images=3)) == 'Psoriasis, from 3 images'


def test_a_chip_has_its_colour_by_class_and_a_risen_one_an_arrow_and_its_number():
    direct, risen = tag_chip_html(shown()), tag_chip_html(shown(is_direct=False, entries=1, images=11))
    assert 'class="df-tag df-tag--plum"' in direct
    assert 'title' not in direct
    assert 'df-tag--up' in risen
    assert '#arrow-up' in risen
    assert '>11</span>' in risen
    assert '>2</span>' in tag_chip_html(shown(is_direct=False, entries=2))
    assert 'title="Psoriasis, from 1 entry and 11 images"' in risen
    assert 'style=' not in direct + risen


def test_a_name_is_text_and_a_long_one_can_be_read_whole():
    fragment = tag_chip_html(shown('<b onclick="x">' + 'W' * 40))
    assert '<b' not in fragment
    assert fragment.startswith('<span class="df-tag df-tag--plum" title="&lt;b onclick=')
