"""Ask once before something that cannot simply be undone. Focus starts on Cancel."""
from nicegui import ui

from components.controls import box, button, text


async def confirmed(title: str, line: str, *, action: str, kind: str = 'primary') -> bool:
    """Ask and wait. True only when the named action was chosen; Escape, a click outside and Cancel are no."""
    with ui.dialog().props('transition-show=fade transition-hide=fade role=alertdialog') as dialog, ui.card().classes('df-dialog'):
        dialog.props['aria-label'] = title
        with box('df-dialog-head'):
            text(title, 'df-t2', tag='h2')
        with box('df-dialog-body'):
            text(line, 'df-muted')
        with box('df-dialog-foot'):
            button('Cancel', on_click=lambda: dialog.submit(False)).props('autofocus')
            button(action, kind=kind, on_click=lambda: dialog.submit(True))
    # not at once: while it fades out the browser gives the focus back to what opened it
    dialog.on('hide', dialog.delete)
    return bool(await dialog)
