"""What can go wrong, told apart in two kinds: the rules say no, or what is stored is not what it should be.

Everything else is a bug. The text of an error is a sentence for the person who asked and is shown as written, so it never holds
more than that person may know.
"""


class DermafolioError(Exception):
    """Carry a sentence for the person who asked."""

    default = 'That did not work.'

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.default)


class Refusal(DermafolioError):
    """The rules say no."""


class NotFound(Refusal):
    """There is no such record, or the reader may not know that there is."""

    default = 'This record doesn’t exist or you may not see it.'


class NotPermitted(Refusal):
    """The actor lacks a permission. `permission` and `subject` go into the audit trail, never to the page."""

    default = 'Your role does not allow this. Ask an administrator.'

    def __init__(self, sentence: str | None = None, *, permission: str = '', subject: str = '') -> None:
        super().__init__(sentence)
        self.permission = permission
        self.subject = subject


class Conflict(Refusal):
    """What was asked collides with what is there."""

    default = 'Someone else was faster. Look at the record again.'


class UniqueIdTaken(Conflict):
    """The unique ID belongs to someone else; `holder` is the present unique ID of that patient when the reader may see it."""

    def __init__(self, sentence: str, *, holder: str | None = None) -> None:
        super().__init__(sentence)
        self.holder = holder


class TagTaken(Conflict):
    """Another tag or category reads the same; `holder` is its key. A retired one could be offered again instead."""

    def __init__(self, sentence: str, *, holder: str, is_retired: bool = False) -> None:
        super().__init__(sentence)
        self.holder, self.is_retired = holder, is_retired


class MergeChanged(Conflict):
    """What a merge would change is not what was shown: someone tagged meanwhile."""

    default = 'Someone changed these tags meanwhile. Look at the new numbers and confirm again.'


class ChangedMeanwhile(Conflict):
    """A field was changed by someone else since it was read. Nothing is lost: both texts travel with the error."""

    def __init__(self, *, mine: str, theirs: str, revision: int, who: str) -> None:
        super().__init__(f'{who or "Someone else"} changed this meanwhile. Your text was not saved over it.')
        self.mine, self.theirs, self.revision, self.who = mine, theirs, revision, who


class Invalid(Refusal):
    """A value cannot be what it is meant to be; `field` names it."""

    def __init__(self, sentence: str, *, field: str = '') -> None:
        super().__init__(sentence)
        self.field = field


class ConsentMissing(Refusal):
    """The patient has not agreed to this use. `subject` goes into the audit trail, never to the page."""

    default = 'No valid consent on record. Record it to add photos.'

    def __init__(self, sentence: str | None = None, *, subject: str = '') -> None:
        super().__init__(sentence)
        self.subject = subject


class OnHold(Refusal):
    """A legal hold forbids it."""

    default = 'This record is on legal hold.'


class UnreadableImage(Refusal):
    """The bytes are not a photograph that can be shown."""

    default = 'the file is damaged'


class TooLarge(Refusal):
    """More bytes or pixels than the limit."""

    default = 'larger than allowed'


class Damage(DermafolioError):
    """Stored rows or files are not what they should be; reads of the rest go on."""

    default = 'Something stored here is damaged.'


class ImageMissing(Damage):
    """A row names a file that is not there."""

    default = 'This image is damaged or missing. Restore it from a backup.'


class ChecksumMismatch(Damage):
    """Stored bytes do not carry their seal."""

    default = 'This image is damaged. Restore it from a backup.'


class AuditChainBroken(Damage):
    """An event does not match its seal; `seq` is the first that fails."""

    def __init__(self, sentence: str, *, seq: int = 0) -> None:
        super().__init__(sentence)
        self.seq = seq


class SchemaTooNew(Damage):
    """The database was written by a newer program."""

    default = 'This data was written by a newer Dermafolio. Start that version, or restore a backup.'


class SchemaTooOld(Damage):
    """The database was written by an older program, and this command may only read."""

    default = 'This data was written by an older Dermafolio. Start the server once: it brings the database up to date.'


class KeyMissing(Damage):
    """The key folder lacks the key, or holds another one."""

    default = 'The key for this data is missing or is not the right one. Point --key-dir at the folder that belongs to this data.'
