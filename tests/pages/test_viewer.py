"""The large photograph: turned and drawn on by who may, seen by all at once, hidden while it is sensitive."""
import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from data.annotations import parse
from data.errors import NotPermitted
from tests.cast import Cast
from tests.factories import an_entry
from tests.pages.conftest import OpenAs
from tests.pages.test_images import ADDRESS, a_pool, click_tile, tiles
from tests.pages.waiting import HeldChanges, sees, settled, until

ARROW = '[{"kind":"arrow","points":[[0.6,0.6],[0.5,0.4]],"text":"Darker <b>edge"}]'
CIRCLE = '[{"kind":"circle","points":[[0.1,0.1],[0.2,0.2]],"text":"New, watch"}]'
STAGE = {'width': 1000, 'height': 600}


def stored(clinic: Clinic, cast: Cast, key: str, field: str = 'annotations') -> str:
    with clinic.reading(cast.jana) as records:
        latest = records.fields.latest(key, field)
        return latest.text if latest else ''


async def drawn_by_ines(clinic: Clinic, cast: Cast, key: str, layer: str, field: str = 'annotations') -> None:
    await clinic.change(cast.ines, lambda records: records.images.describe(key, field, layer).text)


async def opened(user: User, key: str) -> None:
    """Open a photo on a stage of a known size."""
    await user.open(ADDRESS)
    click_tile(user, key)
    await sees(user, 'of 1')
    await settled()
    UserInteraction(user, {element for element in elements(user) if element.tag == 'q-resize-observer'}, None).trigger('resize', STAGE)


async def all_done(clinic: Clinic, cast: Cast, key: str) -> None:
    """Wait until what pages asked for by now is done: what is written after it comes after it."""
    await settled()
    await drawn_by_ines(clinic, cast, key, f'Seen at {len(stored(clinic, cast, key, "caption"))}', 'caption')
    await settled()


def elements(user: User) -> list[ui.element]:
    assert user.client is not None
    return list(user.client.elements.values())


def with_class(user: User, name: str) -> ui.element:
    [found] = [element for element in elements(user) if name in element.classes]
    return found


def layer(user: User) -> str:
    return next(element.content for element in elements(user) if isinstance(element, ui.html) and 'df-drawn' in element.classes)


def press_key(user: User, key: str, **held: bool) -> None:
    args = {'key': key, 'ctrlKey': False, 'metaKey': False, 'altKey': False, 'shiftKey': False} | held
    UserInteraction(user, {with_class(user, 'df-viewer-main')}, None).trigger('keydown', args)


def pull(user: User, *points: tuple[float, float]) -> None:
    """Press the pointer, move it and let it go."""
    surface = UserInteraction(user, {with_class(user, 'df-viewer-photo')}, None)
    grip = UserInteraction(user, {with_class(user, 'df-viewer-grip')}, None)
    told = [{'offsetX': x, 'offsetY': y, 'pointerId': 1, 'pointerType': 'touch', 'button': 0, 'isPrimary': True} for x, y in points]
    surface.trigger('pointerdown', told[0])
    for at in told[1:]:
        grip.trigger('pointermove', at)
    surface.trigger('pointerup', told[-1])


def words(user: User, label: str) -> ui.input:
    [field] = [element for element in elements(user) if isinstance(element, ui.input) and element.props.get('aria-label') == label]
    return field


async def test_a_turn_is_stored_and_seen_wherever_the_photo_stands(clinic: Clinic, cast: Cast, user: User) -> None:
    patient, [key] = a_pool(clinic, cast, images=1)
    await opened(user, key)
    for quarters, turned in (('r', '90'), ('r', '180'), ('R', '90')):
        press_key(user, quarters)
        await until(lambda turned=turned: stored(clinic, cast, key, 'rotation_deg') == turned)
    await until(lambda: 'data-turn="90"' in tiles(user)[0].content)
    await until(lambda: 'rotate(90deg)' in with_class(user, 'df-viewer-frame').style['transform'])
    await user.open('/patients')
    await sees(user, content='data-turn="90"')
    await user.open(f'/patients/{patient.unique_id}')
    await sees(user, content='data-turn="90"')


async def test_what_others_turn_and_draw_is_seen_at_once_and_escaped(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    vera = user_as(cast.vera)
    await opened(vera, key)
    await drawn_by_ines(clinic, cast, key, ARROW)
    await until(lambda: 'Darker &lt;b&gt;edge' in layer(vera))
    assert '<b>' not in layer(vera)
    await sees(vera, 'Darker <b>edge')
    await drawn_by_ines(clinic, cast, key, '270', 'rotation_deg')
    await until(lambda: 'rotate(270deg)' in with_class(vera, 'df-viewer-frame').style['transform'])


async def test_a_photo_that_is_large_on_an_entrys_page_follows_too(clinic: Clinic, cast: Cast, user: User) -> None:
    patient, [key] = a_pool(clinic, cast, images=1)
    an_entry(clinic, cast.jana, patient.key, images=(key,))
    await user.open(f'/patients/{patient.unique_id}/entries/1')
    user.find(marker=f'tile-{key}').trigger('click')
    await sees(user, '1 of 1')
    await drawn_by_ines(clinic, cast, key, '180', 'rotation_deg')
    await drawn_by_ines(clinic, cast, key, ARROW)
    await until(lambda: 'rotate(180deg)' in with_class(user, 'df-viewer-frame').style['transform'] and 'Darker' in layer(user))


async def test_who_may_only_look_has_no_tool_and_changes_nothing(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await drawn_by_ines(clinic, cast, key, ARROW)
    vera = user_as(cast.vera)
    await opened(vera, key)
    await vera.should_not_see('Turn right (R)')
    await vera.should_not_see('Arrow (A)')
    await vera.should_see('Show annotations (H)')
    for key_name in ('r', 'a'):
        press_key(vera, key_name)
    pull(vera, (545, 300), (600, 400))  # by its line
    press_key(vera, 'Delete')
    await all_done(clinic, cast, key)
    await vera.should_not_see('Your role does not allow this')
    assert (stored(clinic, cast, key), stored(clinic, cast, key, 'rotation_deg')) == (ARROW, '')
    with pytest.raises(NotPermitted):
        clinic.change_now(cast.vera, lambda records: records.images.describe(key, 'annotations', ''))


async def test_an_arrow_is_pulled_selected_moved_taken_back_and_done_again(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await opened(user, key)
    press_key(user, 'a')
    pull(user, (500, 300), (550, 350), (600, 400))  # the picture is 900 x 600 on this stage
    await until(lambda: bool(stored(clinic, cast, key)))
    [arrow] = parse(stored(clinic, cast, key))
    assert arrow.points == ((0.5, 0.5), (0.6111, 0.6667))
    await until(lambda: 'M750.0 500.0' in layer(user))
    pull(user, (550, 350), (550, 290))
    await until(lambda: parse(stored(clinic, cast, key))[0].points == ((0.5, 0.4), (0.6111, 0.5667)))
    await until(lambda: 'M750.0 400.0' in layer(user))
    pull(user, (600, 340), (650, 340))  # by its tip
    await until(lambda: parse(stored(clinic, cast, key))[0].points == ((0.5, 0.4), (0.6667, 0.5667)))
    undo = UserInteraction(user, {with_class(user, 'df-viewer-main')}, None)
    for points in (((0.5, 0.4), (0.6111, 0.5667)), arrow.points):
        undo.trigger('keydown.ctrl.z.prevent', {'shiftKey': False})
        await until(lambda points=points: parse(stored(clinic, cast, key))[0].points == points)
    undo.trigger('keydown.ctrl.z.prevent', {'shiftKey': True})
    await until(lambda: parse(stored(clinic, cast, key))[0].points == ((0.5, 0.4), (0.6111, 0.5667)))


async def test_what_is_drawn_while_another_is_being_stored_is_added_to_it(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await opened(user, key)
    held = HeldChanges(clinic, monkeypatch)
    for kind, end in (('a', (600, 400)), ('o', (700, 200))):
        press_key(user, kind)
        pull(user, (500, 300), end)
    for _ in range(3):
        press_key(user, 'r')
    await held.held()
    await held.let_go()
    await until(lambda: [shape.kind.value for shape in parse(stored(clinic, cast, key))] == ['arrow', 'circle'])
    await until(lambda: stored(clinic, cast, key, 'rotation_deg') == '270')
    UserInteraction(user, {with_class(user, 'df-viewer-main')}, None).trigger('keydown.ctrl.z.prevent', {'shiftKey': False})
    await until(lambda: [shape.kind.value for shape in parse(stored(clinic, cast, key))] == ['arrow'])


async def test_a_line_is_stored_with_few_points_and_a_click_draws_nothing(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await opened(user, key)
    press_key(user, 'o')
    pull(user, (500, 300), (502, 301))
    press_key(user, 'f')
    pull(user, *((200 + 5 * step, 300) for step in range(60)), *((500, 300 + 5 * step) for step in range(40)))
    await until(lambda: bool(stored(clinic, cast, key)))
    [line] = parse(stored(clinic, cast, key))
    assert (line.kind, len(line.points)) == ('freehand', 3)


async def test_words_are_written_beside_the_photo_and_a_line_is_removed_there(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await drawn_by_ines(clinic, cast, key, ARROW)
    await opened(user, key)
    field = words(user, 'Words of arrow 1')
    UserInteraction(user, {field}, None).trigger('focus')
    field.set_value('Border at <2 o’clock>')
    UserInteraction(user, {field}, None).trigger('blur')
    await until(lambda: 'Border at <2 o’clock>' in stored(clinic, cast, key))
    await until(lambda: 'Border at &lt;2 o’clock&gt;' in layer(user))
    UserInteraction(user, {button for button in elements(user) if button.props.get('aria-label') == 'Remove arrow 1'}, None).click()
    await until(lambda: stored(clinic, cast, key) == '')


async def test_what_someone_types_stays_while_others_draw(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await drawn_by_ines(clinic, cast, key, ARROW)
    await opened(user, key)
    field = words(user, 'Words of arrow 1')
    UserInteraction(user, {field}, None).trigger('focus')
    field.set_value('Half a wo')
    await drawn_by_ines(clinic, cast, key, ARROW[:-1] + ',' + CIRCLE[1:])
    await until(lambda: 'New, watch' in layer(user))
    assert words(user, 'Words of arrow 1').value == 'Half a wo'
    UserInteraction(user, {field}, None).trigger('blur')
    await until(lambda: [shape.text for shape in parse(stored(clinic, cast, key))] == ['Half a wo', 'New, watch'])


async def test_lines_stand_in_the_order_of_the_layer_and_are_told_apart(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    other = ARROW[1:-1].replace('0.6,0.6', '0.9,0.9')
    await drawn_by_ines(clinic, cast, key, f'{ARROW[:-1]},{CIRCLE[1:-1]},{other}]')
    await opened(user, key)

    def names() -> list[str]:
        place = with_class(user, 'df-annotation-lines')
        fields = [child for line in place.default_slot.children for child in line.descendants() if isinstance(child, ui.input)]
        return [field.props['aria-label'] for field in fields]
    assert names() == ['Words of arrow 1', 'Words of circle 1', 'Words of arrow 2']
    await drawn_by_ines(clinic, cast, key, f'[{CIRCLE[1:-1]},{other}]')
    await until(lambda: names() == ['Words of circle 1', 'Words of arrow 1'])
    await drawn_by_ines(clinic, cast, key, f'{ARROW[:-1]},{CIRCLE[1:-1]},{other}]')
    await until(lambda: names() == ['Words of arrow 1', 'Words of circle 1', 'Words of arrow 2'])


async def test_who_is_slower_is_told_and_overwrites_nothing(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await opened(user, key)
    held = HeldChanges(clinic, monkeypatch)
    press_key(user, 'a')
    pull(user, (500, 300), (600, 400))
    await held.held()
    clinic.change_now(cast.ines, lambda records: records.images.describe(key, 'annotations', CIRCLE))
    await held.let_go()
    await sees(user, 'Dr Ines Weber changed the annotations meanwhile. Nothing was overwritten: do yours again.')
    assert stored(clinic, cast, key) == CIRCLE
    await until(lambda: 'New, watch' in layer(user))


async def test_what_others_drew_is_not_taken_back_by_ones_own_undo(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await opened(user, key)
    press_key(user, 'a')
    pull(user, (500, 300), (600, 400))
    await until(lambda: bool(stored(clinic, cast, key)))
    await drawn_by_ines(clinic, cast, key, CIRCLE)
    await until(lambda: 'New, watch' in layer(user))
    UserInteraction(user, {with_class(user, 'df-viewer-main')}, None).trigger('keydown.ctrl.z.prevent', {'shiftKey': False})
    await all_done(clinic, cast, key)
    assert stored(clinic, cast, key) == CIRCLE


async def test_a_hidden_photo_shows_no_layer_and_takes_none_until_it_is_asked_for(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key, _other] = a_pool(clinic, cast, images=2)
    await drawn_by_ines(clinic, cast, key, ARROW)
    await drawn_by_ines(clinic, cast, key, 'yes', 'is_sensitive')
    await user.open(ADDRESS)
    click_tile(user, _other)
    await sees(user, '1 of 2')
    user.find(marker='next-photo').click()
    await sees(user, 'Show sensitive photo')
    UserInteraction(user, {element for element in elements(user) if element.tag == 'q-resize-observer'}, None).trigger('resize', STAGE)
    press_key(user, 'o')
    pull(user, (500, 300), (600, 400))
    await all_done(clinic, cast, key)
    assert (layer(user), stored(clinic, cast, key)) == ('', ARROW)
    user.find('Show sensitive photo').click()
    await until(lambda: 'Darker' in layer(user))


async def test_letters_do_nothing_once_they_are_switched_off(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    clinic.change_now(cast.jana, lambda records: records.users.prefer('single_keys', 'off'))
    await opened(user, key)
    press_key(user, 'r')
    press_key(user, 'o')
    pull(user, (500, 300), (600, 400))
    await all_done(clinic, cast, key)
    assert (stored(clinic, cast, key), stored(clinic, cast, key, 'rotation_deg')) == ('', '')


async def test_a_closed_viewer_keeps_nothing_of_the_photo(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await drawn_by_ines(clinic, cast, key, ARROW)
    await opened(user, key)
    UserInteraction(user, {element for element in elements(user) if isinstance(element, ui.dialog)}, None).trigger('hide')
    assert not [element for element in elements(user) if 'df-drawn' in element.classes or f'/images/{key}/preview' in str(element.props)]
    await drawn_by_ines(clinic, cast, key, CIRCLE)
