"""The practice's settings: each has a default, a meaning and a check."""
from zoneinfo import ZoneInfo

from data.actors import Permission
from data.errors import Invalid
from data.models import PRACTICE_SETTINGS, Action, Setting
from data.repositories.base import Repository


class PracticeSettings(Repository):
    """Acts on settings."""

    def value(self, name: str) -> str:
        """Return a setting, or its default."""
        stored = self.session.get(Setting, name)
        return stored.value if stored else PRACTICE_SETTINGS[name].default

    def zone(self) -> ZoneInfo:
        """Return the practice's time zone."""
        return ZoneInfo(self.value('time_zone'))

    def change(self, name: str, value: str) -> str:
        """Set a setting and return what was stored. Refuse an unknown name and an impossible value."""
        self.records.require(Permission.MANAGE)
        if name not in PRACTICE_SETTINGS:
            raise Invalid(f'There is no setting “{name[:40]}”. `dermafolio settings` lists them.')
        checked = PRACTICE_SETTINGS[name].check(value)
        self.session.merge(Setting(name=name, value=checked))
        self.records.log(Action.SETTING_CHANGE, detail={'setting': name})
        self.records.tell('settings', name)
        return checked
