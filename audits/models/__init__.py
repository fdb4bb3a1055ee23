"""The records of internal audits and nonconformities (DESIGN §2, audits)."""

from audits.models.audits import Audit, AuditPaper, AuditSubject
from audits.models.checklist import (
    SEVERITY,
    ChecklistItem,
    DossierHandler,
    ItemAnswer,
    Result,
    SampledDossier,
    SiteConfirmation,
    answer_sha256,
    worst,
)
from audits.models.clauses import Clause, clause_key
from audits.models.evidence import Evidence
from audits.models.findings import Finding
from audits.models.grants import AuditGrant
from audits.models.nonconformities import Nonconformity
from audits.models.people import AuditorCertificate
from audits.models.programmes import AuditProgramme, ProgrammeLine
from audits.models.settings import CAUSES, PAPERS, AuditSettings
from audits.models.team import AuditMember
from audits.models.timetable import Attendance, AuditSession, SessionAuditor
from audits.models.treatment import (
    CorrectiveAction,
    DueExtension,
    EffectivenessCheck,
    NonconformityMove,
    Treatment,
)

__all__ = [
    "CAUSES",
    "PAPERS",
    "SEVERITY",
    "Attendance",
    "Audit",
    "AuditGrant",
    "AuditMember",
    "AuditPaper",
    "AuditProgramme",
    "AuditSession",
    "AuditSettings",
    "AuditSubject",
    "AuditorCertificate",
    "ChecklistItem",
    "Clause",
    "CorrectiveAction",
    "DossierHandler",
    "DueExtension",
    "EffectivenessCheck",
    "Evidence",
    "Finding",
    "ItemAnswer",
    "Nonconformity",
    "NonconformityMove",
    "ProgrammeLine",
    "Result",
    "SampledDossier",
    "SessionAuditor",
    "SiteConfirmation",
    "Treatment",
    "answer_sha256",
    "clause_key",
    "worst",
]
