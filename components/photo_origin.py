"""Where a photograph came from, and who else holds the same file: said beside it, to who may read patients."""
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Any

from components import formatting
from components.controls import Handler, box, button, link, symbol, text
from components.navigation import patient_address
from data.repositories.left_images import Arrival, NamedPatient


def arrival_note(arrival: Arrival, zone: tzinfo, *, on_back: Handler | None = None) -> None:
    """Show from whom, when, by whom and why a photograph was moved here. `on_back` takes the move back."""
    with box('df-origin', role='note'):
        symbol('arrow-left-right')
        with box('df-grow'):
            with box():
                text('Moved here from ', tag='span')
                _patient_link(arrival.patient)
            by = f' by {arrival.who}' if arrival.who else ''
            text(f'{formatting.moment(arrival.at, zone)}{by}. Reason: {arrival.because}', 'df-f13 df-muted df-num')
            if on_back is not None:
                with box('df-row'):
                    button('Undo', icon='undo-2', size='small', label='Undo the move', on_click=on_back)


def twin_note(twins: Sequence[NamedPatient], *, acts: Sequence[tuple[str, Callable[[], Any]]]) -> None:
    """Show who else holds the same file, as links. What to do about it is left to the reader."""
    with box('df-origin df-origin--twin', role='note'):
        symbol('triangle-alert')
        with box('df-grow'):
            with box():
                text('The same file is also in the pool of ', tag='span')
                for number, twin in enumerate(twins):
                    text(', ' if number else '', tag='span')
                    _patient_link(twin)
                text('. Wrong patient?', tag='span')
            if acts:
                with box('df-row'):
                    for words, act in acts:
                        button(words, size='small', on_click=act)


def _patient_link(patient: NamedPatient) -> None:
    name = f'{patient.name} ({patient.unique_id})' if patient.name != patient.unique_id else patient.unique_id
    link(name, patient_address(patient.unique_id, '/images'))
