"""The records of process and document control (DESIGN §2)."""

from procedures.models.blanks import Form, FormIssue
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
    rebuild_links,
)
from procedures.models.versions import ProcedureVersion

__all__ = [
    "CORE_CODE",
    "LINKS",
    "STATE_FIELDS",
    "TTHC",
    "ChangeRequest",
    "Decision",
    "DecisionItem",
    "Exclusion",
    "Field",
    "Form",
    "FormIssue",
    "ImportRun",
    "InForcePeriod",
    "LegalChange",
    "LegalDocument",
    "Procedure",
    "ProcedureGrant",
    "ProcedureVersion",
    "Rendition",
    "Responsibility",
    "Review",
    "StepDuty",
    "TTHCChange",
    "TTHCOnDay",
    "TTHCQuerySet",
    "VersionAuthor",
    "VersionBasis",
    "VersionForm",
    "VersionTTHC",
    "VersionTakesUp",
    "end_period",
    "on_day",
    "open_period",
    "rebuild_links",
    "stands_on",
]
