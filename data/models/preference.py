"""What each person chose for their own eyes: no act on any record."""
from sqlmodel import Field, SQLModel


class UserPreference(SQLModel, table=True):
    """One choice of one person, as text."""

    __tablename__ = 'user_preference'

    user_id: int = Field(foreign_key='user.id', primary_key=True)
    name: str = Field(primary_key=True, max_length=40)
    value: str = Field(max_length=200)


PREFERENCES: dict[str, tuple[str, ...]] = {
    'patient_list': ('cards', 'table'),
    'patients_per_page': ('25', '10', '50', '100'),
    'photo_size': ('M', 'S', 'L'),
    'workspace_order': ('newest', 'oldest'),
    'single_keys': ('on', 'off'),
}
"""Every preference with the values it takes; the first is the default."""
