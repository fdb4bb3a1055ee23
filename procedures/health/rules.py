"""The rules, one function each; every defect says what is wrong, what to do, and where."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from procedures.checks import time_checks
from procedures.content import TimeKind
from procedures.health.facts import Found, Scope, served
from procedures.models import Form, Procedure
from procedures.reviewing import next_review_on
from procedures.workflow import DecisionStatus, VersionStatus
from qms.foundation.dates import LOCAL, days_text, duration_text, format_date
from qms.foundation.text import comparison_key


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong: of which rule, in which object, told, and where to mend it."""

    rule: str
    object: str
    message: str
    url: str

    def as_json(self) -> dict[str, str]:
        return {
            "rule": self.rule,
            "object": self.object,
            "message": self.message,
            "url": self.url,
        }


Told = tuple[str, str, str]  # object, message, address
Find = Callable[[Found], Iterator[Told]]


@dataclass(frozen=True)
class Rule:
    """A rule with its name in addresses and in JSON, and its title on the page."""

    key: str
    title: str
    find: Find


RULES: dict[str, Rule] = {}


def rule(key: str, title: str) -> Callable[[Find], Find]:
    """Enter the function into the registry; the order of this module is that of the page."""

    def enter(find: Find) -> Find:
        RULES[key] = Rule(key, title, find)
        return find

    return enter


def defects(scope: Scope) -> list[Defect]:
    """Return what is wrong within `scope`, rule after rule.

    The number of queries does not depend on how many documents there are.
    """
    found = Found(scope)
    return [Defect(rule.key, *told) for rule in RULES.values() for told in rule.find(found)]


def _joined(codes: list[str]) -> str:
    """Return at most five of `codes` in a line, and how many more there are."""
    shown = list(dict.fromkeys(codes))
    rest = len(shown) - 5
    return ", ".join(shown[:5]) + (f" và {rest} tài liệu khác" if rest > 0 else "")


def _legal(number: str) -> str:
    return f"{reverse('procedures:legal-list')}?{urlencode({'q': number})}"


# --- legal bases ---


@rule("basis_unknown", "Căn cứ chưa có trong danh mục văn bản")
def basis_unknown(found: Found) -> Iterator[Told]:
    citing: dict[str, list[str]] = defaultdict(list)
    numbers: dict[str, str] = {}
    for each in found.in_force:
        for basis in each.document.bases:
            key = comparison_key(basis.number)
            if key not in found.known_numbers:
                numbers.setdefault(key, basis.number)
                citing[key].append(each.procedure.code)
    for key, number in numbers.items():
        yield (
            number,
            f"Văn bản {number} chưa có trong danh mục nhưng được dẫn ở {_joined(citing[key])}. "
            "Hãy ghi văn bản này vào danh mục, hoặc sửa số, ký hiệu cho đúng.",
            _legal(number),
        )


@rule("basis_missing", "Quy trình TTHC chưa có căn cứ trực tiếp")
def basis_missing(found: Found) -> Iterator[Told]:
    for each in found.in_force:
        has_direct = any(basis.kind == "direct" for basis in each.document.bases)
        if each.is_tthc and each.is_typed and not has_direct:
            yield (
                each.procedure.code,
                "Không văn bản nào được ghi là căn cứ trực tiếp, nên khi quy định thay đổi sẽ "
                "không được báo. Hãy bổ sung căn cứ ở lần sửa đổi tới.",
                each.procedure.get_absolute_url(),
            )


@rule("basis_ended", "Căn cứ đã hết hiệu lực")
def basis_ended(found: Found) -> Iterator[Told]:
    general: dict[str, list[str]] = defaultdict(list)
    reasons: dict[str, str] = {}
    for each in found.in_force:
        direct = []
        for basis in each.document.bases:
            why = each.facts.ended_bases.get(basis.number)
            if why and basis.kind == "general":
                general[basis.number].append(each.procedure.code)
                reasons[basis.number] = why
            elif why and (each.procedure.pk, comparison_key(basis.number)) not in found.kept_bases:
                direct.append(f"{basis.number} {why}")
        if direct:
            yield (
                each.procedure.code,
                f"Căn cứ trực tiếp {'; '.join(dict.fromkeys(direct))}. "
                "Hãy đánh giá tác động rồi giữ nguyên, sửa đổi hoặc bãi bỏ quy trình.",
                each.procedure.get_absolute_url(),
            )
    for number, codes in general.items():
        yield (
            number,
            f"{number} {reasons[number]} nhưng vẫn được viện dẫn chung ở {_joined(codes)}. "
            "Hãy thay bằng văn bản mới ở lần sửa đổi tới.",
            _legal(number),
        )


# --- steps and times ---


@rule("step_untimed", "Bước chưa có thời gian")
def step_untimed(found: Found) -> Iterator[Told]:
    for each in found.in_force:
        document = each.document
        numbers = [
            str(number)
            for number, step in enumerate(document.steps, 1)
            if any(step.time(case.key).kind is TimeKind.UNKNOWN for case in document.cases)
        ]
        if numbers and each.is_tthc:
            yield (
                each.procedure.code,
                f"Chưa rõ thời gian của bước {', '.join(numbers)}. "
                "Hãy ghi thời gian từng bước ở lần sửa đổi tới.",
                f"{each.procedure.get_absolute_url()}#cac-buoc",
            )


@rule("step_nobody", "Bước chưa có người thực hiện")
def step_nobody(found: Found) -> Iterator[Told]:
    for each in found.in_force:
        steps = enumerate(each.document.steps, 1)
        numbers = [str(number) for number, step in steps if not step.who]
        if numbers:
            yield (
                each.procedure.code,
                f"Chưa ghi ai thực hiện bước {', '.join(numbers)}. "
                "Hãy chọn chức danh cho từng bước ở lần sửa đổi tới.",
                f"{each.procedure.get_absolute_url()}#cac-buoc",
            )


@rule("over_limit", "Tổng thời gian các bước vượt thời hạn")
def over_limit(found: Found) -> Iterator[Told]:
    for each in found.in_force:
        for time in time_checks(each.document, each.facts):
            if not time.is_over or time.limit is None:
                continue
            case = f" (trường hợp {time.case})" if time.case else ""
            excess = duration_text(time.excess).removesuffix(" làm việc")
            yield (
                each.procedure.code,
                f"Tổng thời gian các bước{case} là {days_text(time.total)} ngày, vượt hạn "
                f"{days_text(time.limit)} ngày của TTHC {time.tthc}. Giảm bớt {excess}.",
                f"{each.procedure.get_absolute_url()}#cac-buoc",
            )


# --- forms ---


@rule("form_fileless", "Biểu mẫu chưa có tệp")
def form_fileless(found: Found) -> Iterator[Told]:
    using: dict[tuple[int, str], list[str]] = defaultdict(list)
    names: dict[tuple[int, str], str] = {}
    for each in found.in_force:
        for form in each.document.forms:
            ref_key = Form.key_of(form.kind, form.code, form.name, form.source)
            key = (each.procedure.agency_id, ref_key)
            if key not in found.blank_keys:
                names.setdefault(key, form.code or form.name)
                using[key].append(each.procedure.code)
    for key, name in names.items():
        listed = found.fileless_blanks.get(key)
        address = (
            reverse("procedures:blank-detail", args=[listed])
            if listed
            else f"{reverse('procedures:blank-list')}?{urlencode({'q': name[:80]})}"
        )
        yield (
            name,
            f"Chưa có tệp để tải về, được dùng ở {_joined(using[key])}. "
            "Hãy thêm tệp vào danh mục biểu mẫu.",
            address,
        )


# --- reviews and the way to issue ---


@rule("review_overdue", "Quá hạn xem xét định kỳ tài liệu")
def review_overdue(found: Found) -> Iterator[Told]:
    for each in found.in_force:
        profile = getattr(each.procedure.agency, "profile", None)
        if profile is None:
            continue
        begun, last = each.period.valid_from, found.last_reviews.get(each.procedure.pk)
        seen_on = max(begun, last or begun)
        due_on = next_review_on(begun, last, profile.review_interval_months)
        if due_on < found.on:
            yield (
                each.procedure.code,
                f"Phải xem xét định kỳ chậm nhất ngày {format_date(due_on)}; lần gần nhất là ngày "
                f"{format_date(seen_on)}. Hãy xem xét và ghi kết luận.",
                reverse("procedures:review-list"),
            )


@rule("not_approved", "Đã xem xét nhưng chưa phê duyệt")
def not_approved(found: Found) -> Iterator[Told]:
    for version in found.open_versions:
        if version.status != VersionStatus.REVIEWED or version.reviewed_at is None:
            continue
        since = format_date(version.reviewed_at.astimezone(LOCAL).date())
        decision = found.open_items.get(version.pk)
        todo = "Hãy phê duyệt quyết định." if decision else "Hãy đưa vào một quyết định để trình."
        yield (
            version.procedure.code,
            f"Bản dự thảo đã xem xét xong từ {since} mà chưa được phê duyệt. {todo}",
            decision or version.get_absolute_url(),
        )


@rule("not_numbered", "Đã phê duyệt nhưng chưa vào số")
def not_numbered(found: Found) -> Iterator[Told]:
    for decision in found.decisions:
        if decision.status == DecisionStatus.APPROVED and decision.approved_at:
            since = format_date(decision.approved_at.astimezone(LOCAL).date())
            yield (
                decision.subject,
                f"Quyết định đã được phê duyệt từ {since} mà chưa có số. Hãy vào số, ban hành.",
                decision.get_absolute_url(),
            )


@rule("original_missing", "Quyết định chưa có bản ký")
def original_missing(found: Found) -> Iterator[Told]:
    for decision in found.decisions:
        if decision.status == DecisionStatus.ISSUED:
            yield (
                str(decision),
                "Chưa lưu bản ký của quyết định. Hãy tải lên bản chụp hoặc bản ký số.",
                decision.get_absolute_url(),
            )


@rule("unread", "Đã ban hành nhưng còn người chưa đọc")
def unread(found: Found) -> Iterator[Told]:
    for late in found.unread:
        procedure = late.version.procedure
        since = format_date(min(reader.due_on for reader in late.overdue))
        yield (
            procedure.code,
            f"{len(late.overdue)} người có bước phải thực hiện chưa xác nhận đã đọc "
            f"{late.version.number_text}; hạn từ {since}. "
            "Hãy nhắc, hoặc tổ chức phổ biến.",
            reverse("procedures:reading-list"),
        )


# --- TTHC and procedures ---


@rule("tthc_twice", "TTHC có trong hai quy trình còn hiệu lực")
def tthc_twice(found: Found) -> Iterator[Told]:
    covering: dict[tuple[int, str], list[Procedure]] = defaultdict(list)
    for each in found.in_force:
        for code in dict.fromkeys(covered.code for covered in each.document.tthc):
            covering[each.procedure.agency_id, code].append(each.procedure)
    for (_, code), procedures in sorted(covering.items(), key=lambda pair: pair[0]):
        if len(procedures) > 1:
            yield (
                code,
                f"TTHC {code} đang có trong {_joined([p.code for p in procedures])}. "
                "Hãy để lại ở một quy trình, sửa đổi hoặc bãi bỏ quy trình kia.",
                procedures[-1].get_absolute_url(),
            )


@rule("tthc_uncovered", "TTHC chưa có quy trình còn hiệu lực")
def tthc_uncovered(found: Found) -> Iterator[Told]:
    told = set()
    for duty in found.duties:
        code = duty.tthc.code
        if code in told or served(duty, found.serving.get(code, ())):
            continue
        told.add(code)
        todo = (
            "Bản dự thảo đang soạn, cần sớm ban hành."
            if code in found.drafted
            else "Hãy soạn quy trình, hoặc đề nghị đưa ra khỏi phạm vi có lý do."
        )
        yield (
            code,
            f"{duty.tthc.name}: chưa có quy trình còn hiệu lực. {todo}",
            reverse("procedures:tthc-detail", args=[code]),
        )


@rule("procedure_idle", "Quy trình giải quyết TTHC không còn hiệu lực")
def procedure_idle(found: Found) -> Iterator[Told]:
    for each in found.in_force:
        if not each.is_tthc:
            continue
        codes = [covered.code for covered in each.document.tthc]
        ended = [code for code in codes if not found.tthc_in_force.get(code)]
        if not codes:
            message = "Chưa ghi TTHC nào. Hãy bổ sung mã TTHC ở lần sửa đổi tới."
        elif ended == codes:
            message = (
                f"Không TTHC nào của quy trình còn hiệu lực ({', '.join(ended)}). "
                "Hãy bãi bỏ quy trình, hoặc sửa đổi theo TTHC mới."
            )
        elif ended:
            message = f"TTHC {', '.join(ended)} không còn hiệu lực. Hãy bỏ ra ở lần sửa đổi tới."
        else:
            continue
        yield each.procedure.code, message, each.procedure.get_absolute_url()


# --- copies, codes, drafts ---


@rule("copy_held", "Bản kiểm soát chưa thu hồi")
def copy_held(found: Found) -> Iterator[Told]:
    for copy in found.held_copies:
        yield (
            f"{copy.version.procedure.code}, bản số {copy.number:02d}",
            f"{copy.holder} còn giữ bản giấy {copy.version.number_text}, đã hết hiệu lực. "
            "Hãy thu hồi hoặc hủy, có biên bản.",
            reverse("procedures:copy-list"),
        )


@rule("code_confusable", "Mã hiệu dễ nhầm")
def code_confusable(found: Found) -> Iterator[Told]:
    alike: dict[tuple[int, str], list[Procedure]] = defaultdict(list)
    for procedure in found.codes:
        alike[procedure.agency_id, procedure.confusable_key].append(procedure)
    for procedures in alike.values():
        if len(procedures) > 1:
            codes = [procedure.code for procedure in procedures]
            yield (
                codes[-1],
                f"Các mã {', '.join(codes)} chỉ khác nhau ở dấu hoặc chữ Đ/D. Mã không đổi được; "
                "hãy cân nhắc bãi bỏ một quy trình và ban hành lại với mã khác.",
                procedures[-1].get_absolute_url(),
            )


@rule("base_superseded", "Dự thảo soạn từ bản không còn hiệu lực")
def base_superseded(found: Found) -> Iterator[Told]:
    standing = {each.procedure.pk: each.version for each in found.in_force}
    for version in found.open_versions:
        now = standing.get(version.procedure_id)
        if now is not None and version.base_id is not None and version.base_id != now.pk:
            yield (
                version.procedure.code,
                f"Bản dự thảo soạn từ {version.base.number_text if version.base else ''}, nay đã "
                f"được thay bằng {now.number_text}. Hãy so sánh và đưa phần đã đổi vào.",
                version.get_absolute_url(),
            )
