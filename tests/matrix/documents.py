"""Of each kind of record that an address of `procedures` names, one in each state that matters.

Each function returns what the address captures by the name of the record, as the table calls it.
"""

import datetime as dt
from io import BytesIO
from typing import Any

import docx
from django.utils import timezone

from procedures import actions
from procedures.actions.bundles import reissue_unchanged, submit_drafts
from procedures.actions.drafting import NewProcedure
from procedures.actions.legal import add_document, record_legal_change, record_tthc_change
from procedures.actions.paper import PaperIssue, accept_paper, register_new_paper
from procedures.actions.renditions import make_renditions
from procedures.actions.withdrawing import withdraw_decision
from procedures.content import AttachedFile, Content, FormUse
from procedures.docx_import.carry_out import WordFile
from procedures.docx_import.receiving import receive
from procedures.exclusions import propose_exclusion
from procedures.models import (
    TTHC,
    DraftBundle,
    ImpactSheet,
    ImportRun,
    LegalChange,
    Procedure,
    ProcedureVersion,
)
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.records import files
from qms.records.models import Job, StoredFile
from tests.factories import (
    BY_PASSWORD,
    Office,
    make_blank,
    make_blank_issue,
    make_change_request,
    make_decision,
    make_draft,
    make_next_draft,
    make_next_version,
    make_tthc,
    make_version,
    restrict,
)

Records = dict[str, dict[str, Any]]
DAY = dt.timedelta(days=1)
PAST = dt.date(2022, 3, 10)


def scan_of(office: Office, name: str) -> StoredFile:
    """A file of the office that no other record has."""
    data = f"%PDF-1.4 {office.agency.code} {name}".encode()
    return files.store(data, f"{name}.pdf", kind="pdf", by=office.secretary)


def make_documents(office: Office, mark: str) -> Records:
    """Make all of them for the office, `mark` in each of their titles."""
    internal = _two_editions(office, title=f"{mark} nội bộ", kind=Procedure.Kind.SYSTEM)
    records = _catalogue(office, mark)
    records |= _library(office, mark, internal) | _forms(office, mark) | _drafts(office, mark)
    records |= _on_paper(office, mark) | _copies(office, internal)
    records |= _decisions(office, mark) | _requests(office, mark)
    records |= _bundles(office, mark) | _circulation(office, internal) | _yearly(office, mark)
    return records | _work(office, mark) | _legal(office, mark)


def _two_editions(office: Office, *tthc: TTHC, **fields: Any) -> ProcedureVersion:
    first = make_version(
        VersionStatus.ISSUED, office, *tthc, paper_on=PAST, effective_on=PAST, **fields
    )
    return make_next_version(office, first, purpose="<p>Quy định lại cho rõ.</p>")


def _edition(version: ProcedureVersion) -> dict[str, Any]:
    return {
        "slug": version.procedure.slug,
        "number": version.number_slug,
        "pk": version.pk,
        "ending": "pdf",
    }


def _catalogue(office: Office, mark: str) -> Records:
    tthc = make_tthc(office.agency, name=f"{mark} thủ tục")
    run = ImportRun(
        file=scan_of(office, "danh-muc"), unit=office.agency, imported_by=office.secretary
    )
    run.record(by=office.secretary, reason="Nhập danh mục")

    def proposed() -> Any:
        duty = make_tthc(office.agency).responsibilities.get()
        return propose_exclusion(duty, by=office.secretary, reason="only_assists")

    answered = proposed()
    answered.refuse(by=office.leader, reason="Vẫn thuộc phạm vi")
    return {
        "tthc": {"code": tthc.code},
        "imported list": {"pk": run.pk},
        "exclusion": {"pk": proposed().pk},
        "exclusion answered": {"pk": answered.pk},
    }


def _library(office: Office, mark: str, internal: ProcedureVersion) -> Records:
    blank = make_blank(office, "BM-CK", name=f"{mark} mẫu công khai")
    cited = make_blank_issue(blank, valid_from=PAST)
    public = _two_editions(
        office,
        make_tthc(office.agency),
        title=f"{mark} công khai",
        forms=(FormUse(code="BM-CK", name=blank.name),),
    )
    restricted = _two_editions(office, title=f"{mark} mật", kind=Procedure.Kind.SYSTEM)
    restrict(restricted.procedure)
    return {
        "procedure": _edition(public),
        "internal procedure": _edition(internal),
        "restricted procedure": _edition(restricted),
        "form issue of a public procedure": {"pk": cited.pk},
    }


def _forms(office: Office, mark: str) -> Records:
    form = make_blank(office, "BM-TR", name=f"{mark} mẫu trong cơ quan")
    edition = make_blank_issue(form, valid_from=PAST)
    ended = make_blank(office, "BM-CU", name=f"{mark} mẫu cũ")
    actions.end_form(ended, on=today(), successor=None, reason="Thôi dùng", by=office.secretary)
    return {
        "form": {"pk": form.pk},
        "form issue": {"pk": edition.pk},
        "form out of use": {"pk": ended.pk},
    }


def _drafts(office: Office, mark: str) -> Records:
    records: Records = {}
    for name, status in (
        ("draft", VersionStatus.DRAFT),
        ("draft in review", VersionStatus.IN_REVIEW),
        ("draft reviewed", VersionStatus.REVIEWED),
        ("draft approved", VersionStatus.APPROVED),
        ("draft discarded", VersionStatus.DISCARDED),
    ):
        version = make_version(status, office, title=f"{mark} {name}")
        records[name] = {"pk": version.pk, "slug": version.procedure.slug}
    kept = scan_of(office, "chinh-sach")
    policy = make_draft(office, title=f"{mark} chính sách", kind=Procedure.Kind.POLICY)
    policy.save_content(
        policy.document.revised(file=AttachedFile(sha256=kept.sha256, label=kept.label)),
        by=office.staff,
        seen=policy.content_sha256,
        reason="Đính kèm tệp",
    )
    return records | {"draft with a file": {"pk": policy.pk}}


def _on_paper(office: Office, mark: str) -> Records:
    def registered(code: str, decision: str = "7/QĐ-PGDĐT") -> ProcedureVersion:
        title = f"{mark} bản giấy"
        return register_new_paper(
            NewProcedure(office.agency, office.agency, Procedure.Kind.SYSTEM, code, title),
            PaperIssue(2, 1, decision, PAST, PAST, scan=scan_of(office, code)),
            by=office.secretary,
            content=Content(title=title),
        )

    waiting, accepted, alone = registered("G1"), registered("G2"), registered("G3", "8/QĐ-PGDĐT")
    accept_paper(accepted, by=office.leader, seen=accepted.content_sha256, signing=BY_PASSWORD)
    accepted.refresh_from_db()
    return {
        "paper": {"pk": waiting.pk},  # another line of its decision is accepted
        "paper alone": {"pk": alone.pk},
        "paper accepted": _edition(accepted),
    }


def _copies(office: Office, internal: ProcedureVersion) -> Records:
    make_renditions([internal.pk], by=office.clerk)
    holders = [actions.Holder(name=name) for name in ("Một cửa", "Lãnh đạo", "Lưu")]
    holders += [actions.Holder(name=name) for name in ("Thanh tra", "Kế toán")]
    held, *ended, burnt, lost = actions.hand_out_copies(
        internal, holders, by=office.clerk, handed_on=today()
    )

    def recalled(copy: Any, kind: str = "returned", **told: str) -> Any:
        how = actions.Recall(kind, today(), "Thừa bản", "Đỗ Thị Văn", **told)
        return actions.recall_copies([copy], how, by=office.clerk)

    with_paper, without = (recalled(copy) for copy in ended)
    recalled(burnt, "destroyed", way="Cắt nhỏ bằng máy", witnessed_by="Trần Thị Thư")
    recalled(lost, "lost")
    with_paper.attach(scan_of(office, "bien-ban"), by=office.clerk)
    return {
        "copy": {"pk": held.pk, "token": held.token},
        "copy returned": {"pk": ended[0].pk},
        "copy destroyed": {"pk": burnt.pk},
        "copy lost": {"pk": lost.pk},
        "recall": {"pk": with_paper.pk},
        "recall without paper": {"pk": without.pk},
    }


def _decisions(office: Office, mark: str) -> Records:
    def reviewed() -> ProcedureVersion:
        return make_version(
            VersionStatus.REVIEWED,
            office,
            title=f"{mark} trong quyết định",
            kind=Procedure.Kind.SYSTEM,
        )

    def composed() -> Any:
        return actions.compose_decision(
            office.agency, by=office.secretary, subject=f"{mark} quyết định", versions=[reviewed()]
        )

    def approved() -> Any:
        decision = make_decision(office, reviewed())
        actions.approve_decision(
            decision, by=office.leader, seen=decision.sha256(), signing=BY_PASSWORD
        )
        return decision

    def issued(effective_on: dt.date) -> Any:
        decision = approved()
        numbering = actions.Numbering(
            number=f"{decision.pk}/QĐ",
            signed_on=today(),
            effective_on=effective_on,
            signed_file=scan_of(office, f"quyet-dinh-{decision.pk}"),
        )
        actions.issue_decision(decision, numbering, by=office.clerk)
        return decision

    in_effect = issued(today())
    correction = actions.Correction(
        f"{in_effect.pk}A/QĐ",
        today(),
        today(),
        "Ghi nhầm số",
        file=scan_of(office, f"dinh-chinh-{in_effect.pk}"),
    )
    actions.correct_decision(in_effect, correction, by=office.leader, signing=BY_PASSWORD)
    cancelled, withdrawn = composed(), issued(today() + 20 * DAY)
    actions.cancel_decision(cancelled, by=office.secretary, reason="Soạn nhầm")
    withdraw_decision(withdrawn, by=office.leader, reason="Ban hành nhầm", signing=BY_PASSWORD)
    found = {
        "decision": composed(),
        "decision cancelled": cancelled,
        "decision withdrawn": withdrawn,
        "decision submitted": make_decision(office, reviewed()),
        "decision approved": approved(),
        "decision issued": in_effect,
        "decision not yet in effect": issued(today() + 20 * DAY),
    }
    records = {name: {"pk": each.pk, "item": each.items.get().pk} for name, each in found.items()}
    records["decision issued"]["correction"] = in_effect.corrections.get().pk
    return records


def _requests(office: Office, mark: str) -> Records:
    version = make_version(
        VersionStatus.ISSUED, office, title=f"{mark} có góp ý", kind=Procedure.Kind.SYSTEM
    )
    waiting, accepted, taken, refused, answered = (
        make_change_request(office, version.procedure, what=f"{mark} góp ý {n}") for n in range(5)
    )
    for each in (accepted, taken, answered):
        each.accept(by=office.secretary)
    answered.mark_answered(version, by=office.secretary)
    refused.refuse(by=office.secretary, reason="Đã có trong quy trình")
    make_next_draft(office, version, taken)
    return {
        "change request": {"pk": waiting.pk, "ending": "pdf"},
        "change request accepted": {"pk": accepted.pk},
        "change request taken up": {"pk": taken.pk},
        "change request refused": {"pk": refused.pk},
        "change request answered": {"pk": answered.pk},
    }


def _bundles(office: Office, mark: str) -> Records:
    def reissued() -> DraftBundle:
        version = make_version(
            VersionStatus.ISSUED,
            office,
            paper_on=PAST,
            effective_on=PAST,
            title=f"{mark} soạn lại",
            kind=Procedure.Kind.SYSTEM,
        )
        return reissue_unchanged(
            [version.procedure],
            by=office.secretary,
            reason="Kiện toàn lãnh đạo",
            title=f"{mark} đợt soạn lại",
        ).bundle

    drafted, handed_in = reissued(), reissued()
    drafts = ProcedureVersion.objects.filter(bundle_link__bundle=handed_in)
    submit_drafts(list(drafts), by=office.secretary, explanation="Đã rõ")
    return {"bundle": {"pk": drafted.pk}, "bundle in review": {"pk": handed_in.pk}}


def _circulation(office: Office, internal: ProcedureVersion) -> Records:
    def held(name: str) -> Any:
        return actions.record_dissemination(
            office.agency,
            by=office.secretary,
            held_on=today(),
            content=f"Điểm mới {name}",
            versions=[internal],
            people=[office.clerk],
            file=scan_of(office, name) if name else None,
        )

    return {
        "meeting": {"pk": held("pho-bien").pk, "ending": "pdf"},
        "meeting without list": {"pk": held("").pk},
        "register": {"key": "tai-lieu-noi-bo"},
        "register of holders": {"key": "phan-phoi"},
    }


def _yearly(office: Office, mark: str) -> Records:
    def paper(name: str, **values: Any) -> Any:
        given = {"row": "plan", "title": f"{mark} {name}"} | values
        return actions.add_year_paper(office.agency, 2026, given, by=office.secretary)

    void = paper("ghi nhầm")
    actions.void_year_paper(void, by=office.secretary, reason="Ghi nhầm")

    def declared(number: str) -> Any:
        duty = make_tthc(office.agency)
        values = {"number": number, "signed_on": today(), "file": scan_of(office, f"cb-{number}")}
        named = [actions.Declared(duty.pk, duty.name, None, "")]
        return actions.declare_system(office.agency, values, named, by=office.secretary)

    mistaken = declared("46")
    actions.void_declaration(mistaken, by=office.secretary, reason="Ghi nhầm")
    return {
        "year": {"year": 2026},
        "year paper": {"pk": paper("kế hoạch", file=scan_of(office, "giay-to")).pk},
        "year paper without file": {"pk": paper("kế hoạch chưa có tệp").pk},
        "year paper void": {"pk": void.pk},
        "declaration": {"pk": declared("45").pk},
        "declaration void": {"pk": mistaken.pk},
    }


def _word(text: str) -> bytes:
    file, document = BytesIO(), docx.Document()
    document.add_paragraph(text)
    document.save(file)
    return file.getvalue()


def _work(office: Office, mark: str) -> Records:
    def job(**values: Any) -> Job:
        started = timezone.now() - DAY
        fields = {"agency": office.agency, "kind": "archive", "label": f"{mark} gói tài liệu"}
        return Job.objects.create(
            **fields, asked_by=office.secretary, started_at=started, seen_at=started, **values
        )

    done = job(finished_at=timezone.now(), file=scan_of(office, "goi"))
    source = WordFile(_word(f"{mark} {office.agency.code}"), f"{mark}.docx")
    received = receive([source, source], agency=office.agency, by=office.secretary)
    (word,) = received.taken
    return {
        "job": {"pk": done.pk},
        "job interrupted": {"pk": job().pk},
        "word import": {"pk": word.pk},
    }


def _legal(office: Office, mark: str) -> Records:
    """A document that a procedure of the office cites, and changes that touch it."""
    number = f"{office.agency.pk}/2020/NĐ-CP"
    version = make_version(
        VersionStatus.ISSUED,
        office,
        title=f"{mark} có căn cứ",
        kind=Procedure.Kind.SYSTEM,
        paper_on=PAST,
        effective_on=PAST,
        bases=({"number": number},),
    )
    values = {"number": number, "kind": "Nghị định", "title": "Về thủ tục"}
    document = add_document(values | {"file": scan_of(office, "nghi-dinh")}, by=office.secretary)
    told = record_legal_change(
        document, kind=LegalChange.Kind.EXPIRED, effective_on=today() - DAY, by=office.secretary
    )
    (tthc,) = TTHC.objects.filter(code__in=[each.code for each in version.document.tthc])
    change = record_tthc_change(
        tthc,
        kind="amended",
        decision_no="99/QĐ-UBND",
        effective_on=today() - DAY,
        by=office.secretary,
    ).change
    sheet = ImpactSheet.objects.get(agency=office.agency, legal_change=told.change.pk)
    return {
        "legal document": {"pk": document.pk},
        "legal change": {"pk": told.change.pk},
        "tthc change": {"pk": change.pk},
        "impact sheet": {"pk": sheet.pk},
    }
