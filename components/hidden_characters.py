"""Characters that nobody sees are taken out of what is stored, and whoever put them into a field is told."""
from nicegui.events import ValueChangeEventArguments

from components.controls import Field
from components.refusals import tell
from data.values import hides_characters

HIDDEN_CHARACTERS = 'Invisible characters were left out of the name.'
HIDDEN_IN_NUMBER = 'Invisible characters were left out of the identifier.'


def warn_of_hidden(field: Field, sentence: str = HIDDEN_CHARACTERS) -> None:
    """Tell the person when what was put into a field holds characters that nobody sees: they are not stored."""
    def look(event: ValueChangeEventArguments) -> None:
        if hides_characters(event.value or '') and not hides_characters(event.previous_value or ''):
            tell(sentence, kind='info', stays=False)
    field.control.on_value_change(look)
