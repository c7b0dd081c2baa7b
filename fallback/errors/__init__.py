"""Every failure a person can meet: a class, its sentence, its HTTP status and its exit code.

A sentence says what happened, to which slip or file, and what to do next. It never holds patient data, so it may be
logged. It becomes text in two places only: the web's error handler and the command line's.
"""

from fallback.errors.after import (
    AccountWrong as AccountWrong,
)
from fallback.errors.after import (
    ClinicUnknown as ClinicUnknown,
)
from fallback.errors.after import (
    ClusterUnreachable as ClusterUnreachable,
)
from fallback.errors.after import (
    DrillStopped as DrillStopped,
)
from fallback.errors.after import (
    NotPrinted as NotPrinted,
)
from fallback.errors.after import (
    PageNotOpen as PageNotOpen,
)
from fallback.errors.after import (
    PassphraseMissing as PassphraseMissing,
)
from fallback.errors.after import (
    PortTaken as PortTaken,
)
from fallback.errors.after import (
    ScanNeedsDask as ScanNeedsDask,
)
from fallback.errors.after import (
    ScanStopped as ScanStopped,
)
from fallback.errors.after import (
    Stopped as Stopped,
)
from fallback.errors.after import (
    TargetChanged as TargetChanged,
)
from fallback.errors.after import (
    TargetMissing as TargetMissing,
)
from fallback.errors.after import (
    TargetNotAllowed as TargetNotAllowed,
)
from fallback.errors.after import (
    TargetNotFhir as TargetNotFhir,
)
from fallback.errors.after import (
    TargetRefuses as TargetRefuses,
)
from fallback.errors.after import (
    TargetUnnamed as TargetUnnamed,
)
from fallback.errors.after import (
    TargetUnreachable as TargetUnreachable,
)
from fallback.errors.after import (
    TokenMissing as TokenMissing,
)
from fallback.errors.after import (
    Unanswered as Unanswered,
)
from fallback.errors.browser import (
    AccessNotStated as AccessNotStated,
)
from fallback.errors.browser import (
    CodeNotGenuine as CodeNotGenuine,
)
from fallback.errors.browser import (
    FormStale as FormStale,
)
from fallback.errors.browser import (
    FormUsed as FormUsed,
)
from fallback.errors.browser import (
    FormWrong as FormWrong,
)
from fallback.errors.browser import (
    HostWrong as HostWrong,
)
from fallback.errors.browser import (
    LoggedOut as LoggedOut,
)
from fallback.errors.browser import (
    NotAllowed as NotAllowed,
)
from fallback.errors.browser import (
    PageUnknown as PageUnknown,
)
from fallback.errors.browser import (
    PrintedAlready as PrintedAlready,
)
from fallback.errors.browser import (
    RequestTooLarge as RequestTooLarge,
)
from fallback.errors.browser import (
    RequestWrong as RequestWrong,
)
from fallback.errors.cards import (
    CardInTwoPlaces as CardInTwoPlaces,
)
from fallback.errors.cards import (
    CardRevoked as CardRevoked,
)
from fallback.errors.cards import (
    CardsTooMany as CardsTooMany,
)
from fallback.errors.cards import (
    CardUnknown as CardUnknown,
)
from fallback.errors.cards import (
    CardUsed as CardUsed,
)
from fallback.errors.cards import (
    CardWrong as CardWrong,
)
from fallback.errors.cards import (
    DeskNotHere as DeskNotHere,
)
from fallback.errors.cards import (
    SeriesUnknown as SeriesUnknown,
)
from fallback.errors.cards import (
    SheetVouched as SheetVouched,
)
from fallback.errors.clinics import (
    VisitElsewhere as VisitElsewhere,
)
from fallback.errors.clinics import (
    VisitNotQueued as VisitNotQueued,
)
from fallback.errors.counters import (
    CounterNotChosen as CounterNotChosen,
)
from fallback.errors.counters import (
    DeskNotMet as DeskNotMet,
)
from fallback.errors.counters import (
    DoneAlready as DoneAlready,
)
from fallback.errors.counters import (
    NotDone as NotDone,
)
from fallback.errors.door import (
    DeskNotBusy as DeskNotBusy,
)
from fallback.errors.door import (
    FormKept as FormKept,
)
from fallback.errors.door import (
    LastSupervisor as LastSupervisor,
)
from fallback.errors.door import (
    LoginBusy as LoginBusy,
)
from fallback.errors.door import (
    LoginUnknown as LoginUnknown,
)
from fallback.errors.door import (
    LoginWaits as LoginWaits,
)
from fallback.errors.door import (
    NotAtADesk as NotAtADesk,
)
from fallback.errors.door import (
    PinGiven as PinGiven,
)
from fallback.errors.door import (
    PinUsed as PinUsed,
)
from fallback.errors.door import (
    ScreenLocked as ScreenLocked,
)
from fallback.errors.door import (
    WordRefused as WordRefused,
)
from fallback.errors.identity import (
    CannotSeal as CannotSeal,
)
from fallback.errors.identity import (
    IdentityBroken as IdentityBroken,
)
from fallback.errors.identity import (
    IdentityElsewhere as IdentityElsewhere,
)
from fallback.errors.identity import (
    NotConfidential as NotConfidential,
)
from fallback.errors.identity import (
    SupervisorsWord as SupervisorsWord,
)
from fallback.errors.index import (
    IndexColumnsWrong as IndexColumnsWrong,
)
from fallback.errors.index import (
    IndexDamaged as IndexDamaged,
)
from fallback.errors.index import (
    IndexFileWrong as IndexFileWrong,
)
from fallback.errors.index import (
    IndexMissing as IndexMissing,
)
from fallback.errors.index import (
    IndexOld as IndexOld,
)
from fallback.errors.index import (
    LooksUsedUp as LooksUsedUp,
)
from fallback.errors.index import (
    LookTooWide as LookTooWide,
)
from fallback.errors.index import (
    NobodyTaken as NobodyTaken,
)
from fallback.errors.language import (
    LanguageIncomplete as LanguageIncomplete,
)
from fallback.errors.money import (
    FeeNotDue as FeeNotDue,
)
from fallback.errors.money import (
    ReceiptWrong as ReceiptWrong,
)
from fallback.errors.money import (
    RefundedAlready as RefundedAlready,
)
from fallback.errors.onebox import (
    IdCardUnread as IdCardUnread,
)
from fallback.errors.onebox import (
    PictureUnread as PictureUnread,
)
from fallback.errors.onebox import (
    PictureWaits as PictureWaits,
)
from fallback.errors.paper import (
    LayoutUnknown as LayoutUnknown,
)
from fallback.errors.paper import (
    LayoutWrong as LayoutWrong,
)
from fallback.errors.paper import (
    PrinterOff as PrinterOff,
)
from fallback.errors.paper import (
    PrinterOutOfPaper as PrinterOutOfPaper,
)
from fallback.errors.paper import (
    PrinterRefused as PrinterRefused,
)
from fallback.errors.paper import (
    PrinterUnknown as PrinterUnknown,
)
from fallback.errors.paper import (
    PrintSettled as PrintSettled,
)
from fallback.errors.paper import (
    PrintUncertain as PrintUncertain,
)
from fallback.errors.paper import (
    ProofMissing as ProofMissing,
)
from fallback.errors.paper import (
    ProofMixed as ProofMixed,
)
from fallback.errors.record import (
    EvidencePlaceWrong as EvidencePlaceWrong,
)
from fallback.errors.record import (
    LogsKept as LogsKept,
)
from fallback.errors.record import (
    LogUnreadable as LogUnreadable,
)
from fallback.errors.record import (
    PrintedHeadWrong as PrintedHeadWrong,
)
from fallback.errors.record import (
    TimeServerSilent as TimeServerSilent,
)
from fallback.errors.scans import (
    ExportPlaceWrong as ExportPlaceWrong,
)
from fallback.errors.scans import (
    PageStopped as PageStopped,
)
from fallback.errors.scans import (
    PageTooLarge as PageTooLarge,
)
from fallback.errors.scans import (
    PageUnreadable as PageUnreadable,
)
from fallback.errors.scans import (
    PictureDamaged as PictureDamaged,
)
from fallback.errors.scans import (
    PictureMissing as PictureMissing,
)
from fallback.errors.scans import (
    PicturesKept as PicturesKept,
)
from fallback.errors.scans import (
    ScanBomb as ScanBomb,
)
from fallback.errors.scans import (
    ScanCarriesMore as ScanCarriesMore,
)
from fallback.errors.scans import (
    ScanChanged as ScanChanged,
)
from fallback.errors.scans import (
    ScanCutShort as ScanCutShort,
)
from fallback.errors.scans import (
    ScanDamaged as ScanDamaged,
)
from fallback.errors.scans import (
    ScanEmpty as ScanEmpty,
)
from fallback.errors.scans import (
    ScanFolderEmpty as ScanFolderEmpty,
)
from fallback.errors.scans import (
    ScanFolderLoop as ScanFolderLoop,
)
from fallback.errors.scans import (
    ScanLocked as ScanLocked,
)
from fallback.errors.scans import (
    ScanMissing as ScanMissing,
)
from fallback.errors.scans import (
    ScanNeedsMore as ScanNeedsMore,
)
from fallback.errors.scans import (
    ScanNotAFile as ScanNotAFile,
)
from fallback.errors.scans import (
    ScanNotAllowed as ScanNotAllowed,
)
from fallback.errors.scans import (
    ScanNotPictures as ScanNotPictures,
)
from fallback.errors.scans import (
    ScanPacked as ScanPacked,
)
from fallback.errors.scans import (
    ScanTooBig as ScanTooBig,
)
from fallback.errors.scans import (
    ScanTooManyPages as ScanTooManyPages,
)
from fallback.errors.scans import (
    ScanWithoutPages as ScanWithoutPages,
)
from fallback.errors.sentence import (
    ParchiError as ParchiError,
)
from fallback.errors.sentence import (
    Sentence as Sentence,
)
from fallback.errors.serving import (
    AddressUnknown as AddressUnknown,
)
from fallback.errors.serving import (
    CertificateMissing as CertificateMissing,
)
from fallback.errors.serving import (
    ServerAway as ServerAway,
)
from fallback.errors.serving import (
    ServerBusy as ServerBusy,
)
from fallback.errors.serving import (
    ServerStopped as ServerStopped,
)
from fallback.errors.serving import (
    TooOften as TooOften,
)
from fallback.errors.slips import (
    CodeNotDigits as CodeNotDigits,
)
from fallback.errors.slips import (
    CodeTooLong as CodeTooLong,
)
from fallback.errors.slips import (
    DeskBusy as DeskBusy,
)
from fallback.errors.slips import (
    DeskNotUsable as DeskNotUsable,
)
from fallback.errors.slips import (
    DowntimeRunning as DowntimeRunning,
)
from fallback.errors.slips import (
    FieldWrong as FieldWrong,
)
from fallback.errors.slips import (
    FolderEmpty as FolderEmpty,
)
from fallback.errors.slips import (
    FolderTaken as FolderTaken,
)
from fallback.errors.slips import (
    HospitalFileWrong as HospitalFileWrong,
)
from fallback.errors.slips import (
    KeysWrong as KeysWrong,
)
from fallback.errors.slips import (
    LoginRefused as LoginRefused,
)
from fallback.errors.slips import (
    LoginWrong as LoginWrong,
)
from fallback.errors.slips import (
    NoDowntime as NoDowntime,
)
from fallback.errors.slips import (
    PadUnknown as PadUnknown,
)
from fallback.errors.slips import (
    PayloadTooLong as PayloadTooLong,
)
from fallback.errors.slips import (
    PayloadWrong as PayloadWrong,
)
from fallback.errors.slips import (
    PinTooWeak as PinTooWeak,
)
from fallback.errors.slips import (
    ReceiptMissing as ReceiptMissing,
)
from fallback.errors.slips import (
    RevisionsUsedUp as RevisionsUsedUp,
)
from fallback.errors.slips import (
    SeriesUsedUp as SeriesUsedUp,
)
from fallback.errors.slips import (
    SettingWrong as SettingWrong,
)
from fallback.errors.slips import (
    ShiftNotOpen as ShiftNotOpen,
)
from fallback.errors.slips import (
    ShiftStillOpen as ShiftStillOpen,
)
from fallback.errors.slips import (
    ShiftUnknown as ShiftUnknown,
)
from fallback.errors.slips import (
    SlipCannotBeVoided as SlipCannotBeVoided,
)
from fallback.errors.slips import (
    SlipIsVoid as SlipIsVoid,
)
from fallback.errors.slips import (
    SlipNumberWrong as SlipNumberWrong,
)
from fallback.errors.slips import (
    SlipUnknown as SlipUnknown,
)
from fallback.errors.slips import (
    SupervisorNeeded as SupervisorNeeded,
)
from fallback.errors.store import (
    CopyForeign as CopyForeign,
)
from fallback.errors.store import (
    CopyUnfit as CopyUnfit,
)
from fallback.errors.store import (
    DiskFailed as DiskFailed,
)
from fallback.errors.store import (
    DiskFull as DiskFull,
)
from fallback.errors.store import (
    FactRefused as FactRefused,
)
from fallback.errors.store import (
    FolderReadOnly as FolderReadOnly,
)
from fallback.errors.store import (
    JournalBusy as JournalBusy,
)
from fallback.errors.store import (
    JournalDamaged as JournalDamaged,
)
from fallback.errors.store import (
    JournalLocked as JournalLocked,
)
from fallback.errors.store import (
    LedgerClosed as LedgerClosed,
)
from fallback.errors.store import (
    LineWrong as LineWrong,
)
from fallback.errors.store import (
    MergeStopped as MergeStopped,
)
from fallback.errors.store import (
    PassphraseEmpty as PassphraseEmpty,
)
from fallback.errors.store import (
    RecoveryKeyMistyped as RecoveryKeyMistyped,
)
from fallback.errors.store import (
    SealBroken as SealBroken,
)
from fallback.errors.store import (
    SeatOfAnotherAccount as SeatOfAnotherAccount,
)
from fallback.errors.store import (
    SecretMissing as SecretMissing,
)
from fallback.errors.store import (
    StickUnknown as StickUnknown,
)
from fallback.errors.store import (
    VaultDamaged as VaultDamaged,
)
from fallback.errors.store import (
    VaultLocked as VaultLocked,
)
from fallback.errors.vault import (
    CardMistyped as CardMistyped,
)
from fallback.errors.vault import (
    CardRefused as CardRefused,
)
from fallback.errors.vault import (
    PartMistyped as PartMistyped,
)
from fallback.errors.vault import (
    PartsMissing as PartsMissing,
)
from fallback.errors.vault import (
    PartsMixed as PartsMixed,
)
from fallback.errors.vault import (
    PartsWrong as PartsWrong,
)
from fallback.errors.vault import (
    PassphraseNeeded as PassphraseNeeded,
)
from fallback.errors.vault import (
    PassphrasePrinted as PassphrasePrinted,
)
from fallback.errors.vault import (
    PassphraseShort as PassphraseShort,
)
from fallback.errors.wards import (
    AdmissionSlip as AdmissionSlip,
)
from fallback.errors.wards import (
    BedEmpty as BedEmpty,
)
from fallback.errors.wards import (
    BedShared as BedShared,
)
from fallback.errors.wards import (
    InBedAlready as InBedAlready,
)
from fallback.errors.wards import (
    NotAdmitted as NotAdmitted,
)
from fallback.errors.wards import (
    StayLasts as StayLasts,
)
from fallback.errors.wards import (
    StayOver as StayOver,
)
from fallback.errors.wards import (
    WardUnknown as WardUnknown,
)
from fallback.errors.work import (
    NumberNotIssued as NumberNotIssued,
)
from fallback.errors.work import (
    PadEntered as PadEntered,
)
from fallback.errors.work import (
    PadFilled as PadFilled,
)
from fallback.errors.work import (
    PageHoldsTwo as PageHoldsTwo,
)
from fallback.errors.work import (
    PageNotDecided as PageNotDecided,
)
from fallback.errors.work import (
    SamePerson as SamePerson,
)
