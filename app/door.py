"""The door for a patient's files: who may bring in what, asked before the first byte and again when each file is whole."""
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.clinic import Clinic
from app.consenting import require_may_add
from app.disk_work import require_room
from data.actors import Actor, Permission
from data.records import Records
from data.repositories.images import AdmittedImage


@dataclass(frozen=True)
class Door:
    """Where files come in: for which patient, by whom, through what. `present` returns the actor with the rights of this moment.

    With `entry` they are laid into its workspace too. `progress` names the progress list when it is not the sign-in's own.
    """

    clinic: Clinic
    actor: Actor
    patient: str
    received_from: str = 'upload'
    present: Callable[[], Actor | None] | None = None
    entry: str = ''
    progress: str = ''

    @property
    def list_name(self) -> str:
        """Return whose progress list the files are on."""
        return self.progress or self.actor.session

    def actor_now(self) -> Actor:
        """Return the actor as it stands now; one who has signed out may do nothing more."""
        if self.present is None:
            return self.actor
        return self.present() or replace(self.actor, permissions=frozenset())

    async def admit(self, image: AdmittedImage) -> bool:
        """Write the row of a stored photograph, and lay it into the entry, in one transaction.

        Tell whether another patient's pool holds the same file, which is no reason to keep it out.
        """
        def admit(records: Records) -> bool:
            require_may_add(records, self.patient)
            records.images.admit(self.patient, image)
            if self.entry:
                records.entries.place(self.entry, [image.key])
            return records.images.has_twin(image.key)
        return await self.clinic.change(self.actor_now(), admit)

    async def lay_out(self, image: str) -> None:
        """Lay a photograph that the pool held already into the entry, where the door leads into one."""
        if self.entry:
            await self.clinic.change(self.actor_now(), lambda records: records.entries.place(self.entry, [image]))


def open_door(clinic: Clinic, actor: Actor, patient: str, *, received_from: str = 'upload',
              present: Callable[[], Actor | None] | None = None, entry: str = '', progress: str = '') -> Door:
    """Return the door for a patient's files. Refuse before the first byte whoever may not add, a patient who has not agreed, a full disk.

    With `present` the sender's sign-in and role are asked for again when each file is whole: sending takes minutes.
    """
    with clinic.reading(actor) as records:
        records.require(Permission.IMAGE_ADD, patient)
        if entry:
            records.require(Permission.ENTRY_WRITE, patient)
        require_may_add(records, patient)
    require_room(clinic.images)
    return Door(clinic, actor, patient, received_from, present, entry, progress)
