"""Every failure a person can meet: a class, its sentence, its HTTP status and its exit code.

A sentence says what happened, to which slip or file, and what to do next. It never holds patient data, so it may be
logged. It becomes text in two places only: the web's error handler and the command line's.
"""

from fallback.errors.after import (
    AccountWrong as AccountWrong,
    ClinicUnknown as ClinicUnknown,
    ClusterUnreachable as ClusterUnreachable,
    DaskMissing as DaskMissing,
    DrillStopped as DrillStopped,
    NotPrinted as NotPrinted,
    PageNotOpen as PageNotOpen,
    PassphraseMissing as PassphraseMissing,
    PortTaken as PortTaken,
    ScanStopped as ScanStopped,
    Stopped as Stopped,
    TargetChanged as TargetChanged,
    TargetMissing as TargetMissing,
    TargetNotAllowed as TargetNotAllowed,
    TargetNotFhir as TargetNotFhir,
    TargetRefuses as TargetRefuses,
    TargetUnnamed as TargetUnnamed,
    TargetUnreachable as TargetUnreachable,
    TokenMissing as TokenMissing,
    Unanswered as Unanswered,
)
from fallback.errors.browser import (
    AccessNotStated as AccessNotStated,
    CodeNotGenuine as CodeNotGenuine,
    FormStale as FormStale,
    FormUsed as FormUsed,
    FormWrong as FormWrong,
    HostWrong as HostWrong,
    LoggedOut as LoggedOut,
    NotAllowed as NotAllowed,
    PageUnknown as PageUnknown,
    PrintedAlready as PrintedAlready,
    RequestTooLarge as RequestTooLarge,
    RequestWrong as RequestWrong,
)
from fallback.errors.browser_ways import (
    BrowserAway as BrowserAway,
    OperatorNeeded as OperatorNeeded,
    PageOdd as PageOdd,
    RecipeMissing as RecipeMissing,
    RecipeWrong as RecipeWrong,
    SlipNotTyped as SlipNotTyped,
    TypedByScanner as TypedByScanner,
    UhidOdd as UhidOdd,
    UhidUsed as UhidUsed,
)
from fallback.errors.cards import (
    CardInTwoPlaces as CardInTwoPlaces,
    CardRevoked as CardRevoked,
    CardsTooMany as CardsTooMany,
    CardUnknown as CardUnknown,
    CardUsed as CardUsed,
    CardWrong as CardWrong,
    DeskNotHere as DeskNotHere,
    SeriesUnknown as SeriesUnknown,
    SheetVouched as SheetVouched,
)
from fallback.errors.clinics import (
    VisitElsewhere as VisitElsewhere,
    VisitNotQueued as VisitNotQueued,
)
from fallback.errors.closing import (
    AccountNotClosed as AccountNotClosed,
    AccountNotReady as AccountNotReady,
    ArchiveWrong as ArchiveWrong,
    CrosswalkEmpty as CrosswalkEmpty,
    CrosswalkUnknown as CrosswalkUnknown,
    DepartmentUnknown as DepartmentUnknown,
    RepairNotThere as RepairNotThere,
    RepairUnknown as RepairUnknown,
    ShortTooMany as ShortTooMany,
)
from fallback.errors.counters import (
    CounterNotChosen as CounterNotChosen,
    DeskNotMet as DeskNotMet,
    DoneAlready as DoneAlready,
    NotDone as NotDone,
)
from fallback.errors.door import (
    DeskNotBusy as DeskNotBusy,
    FormKept as FormKept,
    LastSupervisor as LastSupervisor,
    LoginBusy as LoginBusy,
    LoginUnknown as LoginUnknown,
    LoginWaits as LoginWaits,
    NotAtADesk as NotAtADesk,
    PinGiven as PinGiven,
    PinUsed as PinUsed,
    ScreenLocked as ScreenLocked,
    WordRefused as WordRefused,
)
from fallback.errors.identity import (
    CannotSeal as CannotSeal,
    IdentityBroken as IdentityBroken,
    IdentityElsewhere as IdentityElsewhere,
    NotConfidential as NotConfidential,
    SupervisorsWord as SupervisorsWord,
)
from fallback.errors.imports import (
    CanaryNotThere as CanaryNotThere,
    CanaryWaits as CanaryWaits,
    CheckListOpen as CheckListOpen,
    ImportPaused as ImportPaused,
    ImportRuns as ImportRuns,
    StageWrong as StageWrong,
    TargetBusy as TargetBusy,
    TargetNotOurs as TargetNotOurs,
    VisitNotThere as VisitNotThere,
)
from fallback.errors.index import (
    IndexBusy as IndexBusy,
    IndexColumnsWrong as IndexColumnsWrong,
    IndexDamaged as IndexDamaged,
    IndexFileWrong as IndexFileWrong,
    IndexMissing as IndexMissing,
    IndexOld as IndexOld,
    LooksUsedUp as LooksUsedUp,
    LookTooWide as LookTooWide,
    NobodyTaken as NobodyTaken,
    TableWrong as TableWrong,
)
from fallback.errors.language import (
    LanguageIncomplete as LanguageIncomplete,
)
from fallback.errors.money import (
    FeeNotDue as FeeNotDue,
    ReceiptWrong as ReceiptWrong,
    RefundedAlready as RefundedAlready,
)
from fallback.errors.onebox import (
    IdCardUnread as IdCardUnread,
    PictureUnread as PictureUnread,
    PictureWaits as PictureWaits,
)
from fallback.errors.paper import (
    LayoutUnknown as LayoutUnknown,
    LayoutWrong as LayoutWrong,
    PrinterOff as PrinterOff,
    PrinterOutOfPaper as PrinterOutOfPaper,
    PrinterRefused as PrinterRefused,
    PrinterUnknown as PrinterUnknown,
    PrintSettled as PrintSettled,
    PrintUncertain as PrintUncertain,
    ProofMissing as ProofMissing,
    ProofMixed as ProofMixed,
)
from fallback.errors.record import (
    EvidencePlaceWrong as EvidencePlaceWrong,
    LogsKept as LogsKept,
    LogUnreadable as LogUnreadable,
    PrintedHeadWrong as PrintedHeadWrong,
    TimeServerSilent as TimeServerSilent,
)
from fallback.errors.review import (
    MatchElsewhere as MatchElsewhere,
    MatchRuns as MatchRuns,
    ReviewNotSaid as ReviewNotSaid,
    ReviewNotSent as ReviewNotSent,
    ReviewOver as ReviewOver,
    ReviewRing as ReviewRing,
    ReviewSent as ReviewSent,
)
from fallback.errors.scans import (
    ExportPlaceWrong as ExportPlaceWrong,
    PageStopped as PageStopped,
    PageTooLarge as PageTooLarge,
    PageUnreadable as PageUnreadable,
    PictureDamaged as PictureDamaged,
    PictureMissing as PictureMissing,
    PicturesKept as PicturesKept,
    ScanBomb as ScanBomb,
    ScanCarriesMore as ScanCarriesMore,
    ScanChanged as ScanChanged,
    ScanCutShort as ScanCutShort,
    ScanDamaged as ScanDamaged,
    ScanEmpty as ScanEmpty,
    ScanFolderEmpty as ScanFolderEmpty,
    ScanFolderLoop as ScanFolderLoop,
    ScanLocked as ScanLocked,
    ScanMissing as ScanMissing,
    ScanNeedsMore as ScanNeedsMore,
    ScanNotAFile as ScanNotAFile,
    ScanNotAllowed as ScanNotAllowed,
    ScanNotPictures as ScanNotPictures,
    ScanPacked as ScanPacked,
    ScanTooBig as ScanTooBig,
    ScanTooManyPages as ScanTooManyPages,
    ScanWithoutPages as ScanWithoutPages,
)
from fallback.errors.sentence import (
    ParchiError as ParchiError,
    Sentence as Sentence,
)
from fallback.errors.serving import (
    AddressUnknown as AddressUnknown,
    CertificateMissing as CertificateMissing,
    ServerAway as ServerAway,
    ServerBusy as ServerBusy,
    ServerStopped as ServerStopped,
    TooOften as TooOften,
)
from fallback.errors.slips import (
    CodeNotDigits as CodeNotDigits,
    CodeTooLong as CodeTooLong,
    DeskBusy as DeskBusy,
    DeskNotUsable as DeskNotUsable,
    DowntimeRunning as DowntimeRunning,
    FieldWrong as FieldWrong,
    FolderEmpty as FolderEmpty,
    FolderTaken as FolderTaken,
    HospitalFileWrong as HospitalFileWrong,
    KeysWrong as KeysWrong,
    LoginRefused as LoginRefused,
    LoginWrong as LoginWrong,
    NoDowntime as NoDowntime,
    PadUnknown as PadUnknown,
    PayloadTooLong as PayloadTooLong,
    PayloadWrong as PayloadWrong,
    PinTooWeak as PinTooWeak,
    ReceiptMissing as ReceiptMissing,
    RevisionsUsedUp as RevisionsUsedUp,
    SeriesUsedUp as SeriesUsedUp,
    SettingWrong as SettingWrong,
    ShiftNotOpen as ShiftNotOpen,
    ShiftStillOpen as ShiftStillOpen,
    ShiftUnknown as ShiftUnknown,
    SlipCannotBeVoided as SlipCannotBeVoided,
    SlipIsVoid as SlipIsVoid,
    SlipNumberWrong as SlipNumberWrong,
    SlipUnknown as SlipUnknown,
    SupervisorNeeded as SupervisorNeeded,
)
from fallback.errors.store import (
    CopyForeign as CopyForeign,
    CopyUnfit as CopyUnfit,
    DiskFailed as DiskFailed,
    DiskFull as DiskFull,
    FactRefused as FactRefused,
    FolderReadOnly as FolderReadOnly,
    JournalBusy as JournalBusy,
    JournalDamaged as JournalDamaged,
    JournalLocked as JournalLocked,
    LedgerClosed as LedgerClosed,
    LineWrong as LineWrong,
    MergeStopped as MergeStopped,
    PassphraseEmpty as PassphraseEmpty,
    RecoveryKeyMistyped as RecoveryKeyMistyped,
    SealBroken as SealBroken,
    SeatOfAnotherAccount as SeatOfAnotherAccount,
    SecretMissing as SecretMissing,
    StickUnknown as StickUnknown,
    VaultDamaged as VaultDamaged,
    VaultLocked as VaultLocked,
)
from fallback.errors.table_ways import (
    NoTableWay as NoTableWay,
    NothingToHandOver as NothingToHandOver,
    ReturnWrong as ReturnWrong,
    SentByTable as SentByTable,
    SheetColumnsMissing as SheetColumnsMissing,
    SheetColumnsWrong as SheetColumnsWrong,
    TableUnknown as TableUnknown,
)
from fallback.errors.vault import (
    CardMistyped as CardMistyped,
    CardRefused as CardRefused,
    PartMistyped as PartMistyped,
    PartsMissing as PartsMissing,
    PartsMixed as PartsMixed,
    PartsWrong as PartsWrong,
    PassphraseNeeded as PassphraseNeeded,
    PassphrasePrinted as PassphrasePrinted,
    PassphraseShort as PassphraseShort,
)
from fallback.errors.wards import (
    AdmissionSlip as AdmissionSlip,
    BedEmpty as BedEmpty,
    BedShared as BedShared,
    InBedAlready as InBedAlready,
    NotAdmitted as NotAdmitted,
    StayLasts as StayLasts,
    StayOver as StayOver,
    WardUnknown as WardUnknown,
)
from fallback.errors.ways import (
    TargetAnswersOddly as TargetAnswersOddly,
    TargetLoginRefused as TargetLoginRefused,
)
from fallback.errors.work import (
    NumberNotIssued as NumberNotIssued,
    PadEntered as PadEntered,
    PadFilled as PadFilled,
    PageHoldsTwo as PageHoldsTwo,
    PageNotDecided as PageNotDecided,
    SamePerson as SamePerson,
)
