"""The records of process and document control (DESIGN §2)."""

from procedures.models.assignments import FieldAssignment
from procedures.models.blanks import Form, FormIssue
from procedures.models.bundles import BundleDraft, DraftBundle, OrganisationChange
from procedures.models.catalogue import (
    CORE_CODE,
    STATE_FIELDS,
    TTHC,
    Exclusion,
    Field,
    ImportRun,
    Responsibility,
    TTHCChange,
    TTHCOnDay,
    TTHCQuerySet,
    on_day,
    stands_on,
)
from procedures.models.change_requests import ChangeRequest
from procedures.models.circulation import (
    Acknowledgement,
    Dissemination,
    DisseminationAttendee,
    DisseminationVersion,
)
from procedures.models.copies import PrintedCopy, RecallRecord
from procedures.models.corrections import DecisionCorrection
from procedures.models.decisions import (
    Decision,
    DecisionItem,
    InForcePeriod,
    Rendition,
    end_period,
    open_period,
)
from procedures.models.documents import Procedure
from procedures.models.grants import ProcedureGrant
from procedures.models.legal import LegalChange, LegalDocument, Review
from procedures.models.links import (
    LINKS,
    StepDuty,
    VersionAuthor,
    VersionBasis,
    VersionForm,
    VersionTakesUp,
    VersionTTHC,
    link_document,
    rebuild_links,
)
from procedures.models.reviews import ImpactRow, ImpactSheet, ReviewBatch
from procedures.models.settings import DocumentSettings
from procedures.models.tokens import new_token
from procedures.models.versions import ProcedureVersion
from procedures.models.word_imports import WordImport
from procedures.models.yearly import Declaration, DeclaredTTHC, YearPaper

__all__ = [
    "CORE_CODE",
    "LINKS",
    "STATE_FIELDS",
    "TTHC",
    "Acknowledgement",
    "BundleDraft",
    "ChangeRequest",
    "Decision",
    "DecisionCorrection",
    "DecisionItem",
    "Declaration",
    "DeclaredTTHC",
    "Dissemination",
    "DisseminationAttendee",
    "DisseminationVersion",
    "DocumentSettings",
    "DraftBundle",
    "Exclusion",
    "Field",
    "FieldAssignment",
    "Form",
    "FormIssue",
    "ImpactRow",
    "ImpactSheet",
    "ImportRun",
    "InForcePeriod",
    "LegalChange",
    "LegalDocument",
    "OrganisationChange",
    "PrintedCopy",
    "Procedure",
    "ProcedureGrant",
    "ProcedureVersion",
    "RecallRecord",
    "Rendition",
    "Responsibility",
    "Review",
    "ReviewBatch",
    "StepDuty",
    "TTHCChange",
    "TTHCOnDay",
    "TTHCQuerySet",
    "VersionAuthor",
    "VersionBasis",
    "VersionForm",
    "VersionTTHC",
    "VersionTakesUp",
    "WordImport",
    "YearPaper",
    "end_period",
    "link_document",
    "new_token",
    "on_day",
    "open_period",
    "rebuild_links",
    "stands_on",
]
