"""Every failure of ours, drawn as one tree.

    SyndicateError
    ├── SettingsError      a setting is missing, unknown or of the wrong kind
    ├── RegistryError      keys/ or sources/ cannot be compiled: names file, line and field
    ├── TrustError         a token kept as verified can no longer be read
    ├── LedgerError        bytes of a public log that are not what they claim, or do not fit together
    ├── WireError          bytes that are not the feed they claim to be
    ├── FetchError         an address could not be fetched, or not within its limits
    │   └── ForbiddenAddress   the guarded dialer refused to connect there
    ├── StorageError       the database cannot be opened, read or written
    │   └── StorageBusy    another process holds the one writer's place
    ├── SigningError       a private key cannot be made, opened or used
    ├── AgencyError        the publisher's side cannot go on
    ├── WitnessError       a witness's memory cannot be read or written: it cosigns nothing
    ├── DeliverError       a subscriber cannot be taken, changed or told
    ├── ClientError        what a platform asked for cannot be had
    │   ├── FalseLeaf          a leaf is shown with what its agency did not sign, or with another's text
    │   ├── WithheldLeaf       a leaf's text is not shown, and no act in the log says why
    │   └── ForkedLog          a log signed two histories
    ├── ExportError        a copy of the site as files cannot be made
    ├── Crowded            so many wait for documents, or search, that one more has to come back
    ├── NothingAsked       a question for a lookup has nothing in it that could be looked for
    ├── LookupBusy         there was not the time to look at all that a question may be about
    └── DemoError          the demonstration could not be set up

A token that may not enter the feed is no failure: it is a ``Refused`` value (see ``syndicate.news``).
Each class says in ``hint`` what the person at the terminal can do; an instance may say it better.
"""


class SyndicateError(Exception):
    """The root of all failures this program expects; the message names the source and what befell it."""

    hint: str = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint
        if self.hint:
            self.add_note(self.hint)  # a traceback shows it as well


class SettingsError(SyndicateError):
    """A setting is missing, unknown or of the wrong kind."""

    hint = "Every setting is described in docs/settings.md."


class RegistryError(SyndicateError):
    """The registry's files do not describe a federation; the message names file, line and field."""

    hint = 'See docs/ceremony.md, "What may go wrong".'


class TrustError(SyndicateError):
    """A token that was kept as verified can no longer be read: what kept it is damaged."""

    hint = "Restore the database from a back-up (docs/operating.md)."


class LedgerError(SyndicateError):
    """Bytes of a public log are not what they claim, or do not fit; ``code`` is a ``news.Reason``."""

    hint = "Fetch it again from the log itself. If it stays so, keep the file: it may be evidence."

    def __init__(self, message: str, *, code: str = "log-malformed", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class WireError(SyndicateError):
    """Bytes that are not the feed, document or token they claim to be; ``code`` is a ``news.Reason``."""

    def __init__(self, message: str, *, code: str = "wire-malformed", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class FetchError(SyndicateError):
    """An address could not be fetched within its limits."""


class ForbiddenAddress(FetchError):
    """The guarded dialer does not connect to addresses inside a private or special network."""

    hint = "Only public addresses are dialled. Tests and the demo list their own address:port."


class StorageError(SyndicateError):
    """The database cannot be opened, read or written."""

    hint = "Is the disk full, or the file not a database of ours? docs/operating.md says how to restore."


class StorageBusy(StorageError):
    """Another process is already the one that writes to this database."""

    hint = "Stop the other `syndicate` process that uses this database, or name another file."


class SigningError(SyndicateError):
    """A private key cannot be made, opened or used."""


class AgencyError(SyndicateError):
    """The publisher's side cannot go on; nothing half-written was left behind."""


class WitnessError(SyndicateError):
    """A witness cannot remember, or does not know what it has cosigned: it cosigns nothing."""


class DeliverError(SyndicateError):
    """A subscriber cannot be taken, changed or told."""


class ClientError(SyndicateError):
    """What a platform asked for cannot be had."""


class FalseLeaf(ClientError):
    """A leaf of a log is shown with what its agency did not sign, or with the text of another."""

    hint = "Tell whoever runs the hub, and the agency. What came before this leaf is good."

    def __init__(self, index: int, why: str, *, hint: str | None = None) -> None:
        super().__init__(f"leaf {index:,} {why}", hint=hint)
        self.index = index


class WithheldLeaf(ClientError):
    """A leaf's text is not shown, and no act in the log says that a law took it back."""

    hint = "Ask another mirror, and tell the agency: the hub keeps back what it has logged."

    def __init__(self, index: int, what: str) -> None:
        super().__init__(f"leaf {index:,} is {what}, which is withheld")
        self.index = index


class ForkedLog(ClientError):
    """A log signed two histories; ``evidence`` are the signed notes that prove it."""

    hint = "Keep both notes, and tell whoever else reads this log: neither history is to be relied on."

    def __init__(self, message: str, *, evidence: tuple[bytes, ...]) -> None:
        super().__init__(message)
        self.evidence = evidence


class ExportError(SyndicateError):
    """A copy of the site as files cannot be made; what stood there before stands still."""


class Crowded(SyndicateError):
    """So many wait for documents to be made, or search, that one more has to come back."""


class NothingAsked(SyndicateError):
    """There is neither a letter, nor a digit, nor an address in a question for a lookup."""

    hint = "Paste a sentence, a headline or the address of a page."


class LookupBusy(SyndicateError):
    """There was not the time to look at everything that was found."""


class DemoError(SyndicateError):
    """The demonstration could not be set up on this machine."""
