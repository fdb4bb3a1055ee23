"""Ways of changing records behind the verbs, and what `verify` then says, no more and no less."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from qms.records.files import path_of
from qms.records.ledger import checkpoints
from qms.records.ledger.canonical import body_sha256, entry_sha256
from qms.records.ledger.entries import LedgerEntry, header_of
from qms.records.models import StoredFile

LEDGER = "records_ledgerentry"
SIGNATURE = "records_signature"
VERSION = "procedures_procedureversion"
POSITION = "organisation_position"
HISTORY = "organisation_historicalposition"
SERIES = "records_numberseries"
SOMEBODY = "(SELECT max(id) FROM organisation_user)"
REPORT = "content audits_audit.*.report_sha256"
ALIKE = "signature records_signature.*.sha256"


@dataclass(frozen=True)
class Tamper:
    """What is done to the row that `pick` finds, and what is said: `check table.key.column`.

    In both `{key}` is the key of that row; `*` in what is said is any key.
    """

    name: str
    pick: str
    deed: str | Callable[[str], None]
    said: tuple[str, ...]


def live(table: str, column: str, value: str, *more: str, where: str = "1 = 1") -> Tamper:
    """Another value in a record that has a history."""
    return Tamper(
        f"{table}.{column}",
        f"SELECT min(id) FROM {table} WHERE {where}",
        f"UPDATE {table} SET {column} = {value} WHERE id = {{key}}",
        (f"live {table}.{{key}}.{column}", *more),
    )


def row(table: str, column: str, value: str, *more: str, where: str = "1 = 1") -> Tamper:
    """Another value in a record without history, of which the ledger alone tells."""
    changed = live(table, column, value, where=where)
    return Tamper(
        changed.name, changed.pick, changed.deed, (f"entry {table}.{{key}}.{column}", *more)
    )


def past(column: str, value: str, *more: str, table: str = HISTORY) -> Tamper:
    """Another value in a history row of which there is a later one."""
    return Tamper(
        f"{table}.{column}",
        f"SELECT max(h.history_id) FROM {table} h WHERE EXISTS "
        f"(SELECT 1 FROM {table} o WHERE o.id = h.id AND o.history_id > h.history_id)",
        f"UPDATE {table} SET {column} = {value} WHERE history_id = {{key}}",
        (f"entry {table}.{{key}}.{column}", *more),
    )


def of_position(name: str, deed: str | Callable[[str], None], *said: str) -> Tamper:
    """A deed on the entry of the position that was made fifth of ten."""
    pick = f"SELECT max(seq) FROM {LEDGER} WHERE content LIKE '%Chức danh 4%'"
    return Tamper(name, pick, deed, said)


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def reseal(first: int, last: int | None = None) -> None:
    """Compute the hashes of entries anew, as somebody would who knows how."""
    entries = LedgerEntry.objects.filter(seq__gte=first).order_by("seq")
    before = LedgerEntry.objects.filter(seq=first - 1).values_list("sha256", flat=True).first()
    for entry in entries.filter(seq__lte=last) if last else entries:
        entry.previous = before or entry.previous
        entry.body_sha256 = body_sha256(header_of(entry), entry.content)
        entry.sha256 = before = entry_sha256(entry.seq, entry.previous, entry.body_sha256)
        entry.save()


def _swap(key: str) -> None:
    seq = int(key)
    for old, new in ((seq, 10**9), (seq + 1, seq), (10**9, seq + 1)):
        run(f"UPDATE {LEDGER} SET seq = {new} WHERE seq = {old}")


def _reword_and_reseal(key: str, *, all_of_it: bool) -> None:
    run(f"UPDATE {POSITION} SET rank = 77 WHERE name = 'Chức danh 4'")
    run(f"UPDATE {HISTORY} SET rank = 77 WHERE name = 'Chức danh 4'")
    entry = LedgerEntry.objects.get(seq=key)
    entry.content = entry.content.replace('"rank":"50"', '"rank":"77"')
    entry.save()
    reseal(entry.seq, None if all_of_it else entry.seq)


def _reseal_one(key: str) -> None:
    _reword_and_reseal(key, all_of_it=False)


def _reseal_all(key: str) -> None:
    _reword_and_reseal(key, all_of_it=True)


def _put_old_copy_back(key: str) -> None:
    """The positions from the fifth on were never made, and nothing tells of them."""
    for table in (POSITION, HISTORY):
        run(f"DELETE FROM {table} WHERE name > 'Chức danh 3' AND name <= 'Chức danh 9'")
    run(f"DELETE FROM {LEDGER} WHERE seq >= {key}")


def _forge_entry(key: str) -> None:
    """A signature is given to another person, and an entry is added that says so."""
    run(f"UPDATE {SIGNATURE} SET person_name = 'Người Khác' WHERE id = {key}")
    told = LedgerEntry.objects.filter(table=SIGNATURE, key=key).get()
    last = LedgerEntry.objects.head()
    content = told.content.replace(told.told()["person_name"], "Người Khác")
    told.seq, told.previous, told.content, told.change = last.seq + 1, last.sha256, content, "~"
    told.sha256 = "new"
    told.save(force_insert=True)
    reseal(told.seq)


def _flip(key: str) -> None:
    path = path_of(StoredFile.objects.get(pk=key).sha256)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _shorten(key: str) -> None:
    path = path_of(StoredFile.objects.get(pk=key).sha256)
    path.write_bytes(path.read_bytes()[:-1])


def _remove_file(key: str) -> None:
    path_of(StoredFile.objects.get(pk=key).sha256).unlink()


def _edit_checkpoint(key: str) -> None:
    path = checkpoints.folder() / checkpoints.read_all()[0].name
    path.write_text(path.read_text().replace('"seq": ', '"seq": 1'))


LIVE = [
    live("organisation_unit", "name", "'Đơn vị khác'"),
    live("organisation_user", "full_name", "'Người Khác'", where="id > 1"),
    live("organisation_user", "is_superuser", "TRUE"),
    live("organisation_user", "is_active", "FALSE", where="is_active"),
    live(POSITION, "rank", "3"),
    live("organisation_post", "valid_from", "'2001-01-01'"),
    live("organisation_agencyprofile", "display_name", "'CƠ QUAN KHÁC'"),
    live("organisation_unitgrant", "content_object_id", "(SELECT max(id) FROM organisation_unit)"),
    live("organisation_unitgrant", "valid_to", "'2001-01-01'"),
    live("organisation_unitgrant", "granted_by_id", SOMEBODY),
    live(
        "organisation_unitgrant",
        "permission_id",
        "(SELECT min(id) FROM auth_permission)",
        "grant organisation_unitgrant.{key}.permission_id",
    ),
    live("procedures_procedure", "title", "'Tên khác'"),
    live("procedures_tthc", "law_minutes", "999"),
    live("procedures_legaldocument", "kind", "'Luật'"),
    live("procedures_changerequest", "what", "'Việc khác'"),
    live("procedures_formissue", "valid_from", "'2001-01-01'"),
    live(VERSION, "revision_no", "7"),
    live(VERSION, "reviewed_by_id", SOMEBODY, where="reviewed_by_id IS NOT NULL"),
    live(VERSION, "content", "content || ' '", f"content {VERSION}.{{key}}.content_sha256"),
    live(
        VERSION,
        "content_sha256",
        "'0'",
        f"content {VERSION}.{{key}}.content_sha256",
        where="status = 'draft'",
    ),
    live("procedures_decision", "number", "'1/QĐ'"),
    live("procedures_decision", "subject", "'Việc khác'", ALIKE),
    live("procedures_decision", "effective_on", "'2001-01-01'"),
    live("procedures_decisioncorrection", "reason", "'Lý do khác'", ALIKE),
    live("procedures_inforceperiod", "valid_from", "'2001-01-01'"),
    live("procedures_inforceperiod", "voided_at", "'2022-01-01 00:00:00+00:00'"),
    live("procedures_acknowledgement", "acknowledged_on", "'2001-01-01'"),
    live("procedures_acknowledgement", "person_id", SOMEBODY),
    live(
        "procedures_acknowledgement",
        "content_sha256",
        "'0'",
        "content procedures_acknowledgement.{key}.content_sha256",
    ),
    live("audits_audit", "conclusion", "'Phù hợp hoàn toàn'", REPORT),
    live("audits_audit", "closed_on", "'2001-01-01'"),
    live("audits_finding", "grade", "'improvement'", REPORT),
    live("audits_checklistitem", "question", "'Câu khác'", REPORT),
    live("audits_evidence", "caption", "'Ảnh khác'", REPORT),
    live("audits_nonconformity", "gap", "'Điều khác'", ALIKE, where="status = 'closed'"),
    live("audits_nonconformity", "closed_on", "'2001-01-01'", where="status = 'closed'"),
    live("audits_correctiveaction", "done_note", "'Đã xong'", ALIKE),
]
ROWS = [
    row(SIGNATURE, "person_name", "'Người Khác'"),
    row(SIGNATURE, "signed_on", "'2001-01-01'"),
    row(SIGNATURE, "sha256", "'0'", ALIKE),
    row(
        SIGNATURE,
        "object_id",
        f"(SELECT max(id) FROM {VERSION} WHERE status = 'draft')",
        ALIKE,
        where="act = 'reviewed'",
    ),
    row("records_storedfile", "label", "'khac.pdf'"),
    row("records_storedfile", "size", "1", "file records_storedfile.{key}.size"),
    row("audits_itemanswer", "note", "'Ghi khác'", REPORT, where="superseded_at IS NULL"),
    row("audits_siteconfirmation", "name", "'Người Khác'"),
    row("audits_nonconformitymove", "reason", "'Lý do khác'"),
    row("audits_effectivenesscheck", "comment", "'Tốt'"),
    row("procedures_rendition", "file_id", "(SELECT min(id) FROM records_storedfile)"),
    Tamper(
        "signature removed",
        f"SELECT min(id) FROM {SIGNATURE}",
        f"DELETE FROM {SIGNATURE} WHERE id = {{key}}",
        (f"entry {SIGNATURE}.{{key}}.",),
    ),
    Tamper(
        "signature added",
        f"SELECT max(id) + 1 FROM {SIGNATURE}",
        f"INSERT INTO {SIGNATURE} (id, content_type_id, object_id, person_id, person_name, "
        "position_name, capacity, act, method, round, sha256, signed_on, recorded_at, "
        "recorded_by_id) SELECT {key}, content_type_id, object_id, person_id, person_name, "
        "position_name, capacity, act, method, 99, sha256, signed_on, recorded_at, "
        f"recorded_by_id FROM {SIGNATURE} WHERE id = {{key}} - 1",
        (f"entry {SIGNATURE}.{{key}}.",),
    ),
    Tamper(
        "signature given to another, with an entry",
        f"SELECT min(id) FROM {SIGNATURE}",
        _forge_entry,
        (f"entry {SIGNATURE}.{{key}}.person_name",),
    ),
]
HISTORIES = [
    past("path", "'/9/'", table="organisation_historicalunit"),
    past("history_user_id", "1", table="procedures_historicalprocedureversion"),
    past("history_date", "'2001-01-01'", table="procedures_historicaldecision"),
    past("history_change_reason", "'Lý do khác'", table="audits_historicalnonconformity"),
    past("status", "'draft'", table="procedures_historicalprocedureversion"),
    Tamper(
        "last history row",
        f"SELECT max(history_id) FROM {HISTORY}",
        f"UPDATE {HISTORY} SET rank = 9 WHERE history_id = {{key}}",
        (f"entry {HISTORY}.{{key}}.rank", f"live {POSITION}.*.rank"),
    ),
    Tamper(
        "history row without person",
        f"SELECT max(history_id) FROM {HISTORY}",
        f"UPDATE {HISTORY} SET history_user_id = NULL WHERE history_id = {{key}}",
        (f"entry {HISTORY}.{{key}}.history_user_id", f"live {HISTORY}.{{key}}.history_user_id"),
    ),
    Tamper(
        "history row removed",
        "SELECT min(history_id) FROM organisation_historicalunit",
        "DELETE FROM organisation_historicalunit WHERE history_id = {key}",
        ("entry organisation_historicalunit.{key}.",),
    ),
    Tamper(
        "history row added",
        f"SELECT max(history_id) + 1 FROM {HISTORY}",
        f"INSERT INTO {HISTORY} (history_id, id, name, rank, is_active, history_date, "
        "history_type, history_user_id, history_change_reason) SELECT {key}, id, name, rank, "
        "is_active, '2001-01-01', '~', history_user_id, 'Sửa' "
        f"FROM {HISTORY} WHERE history_id = {{key}} - 1",
        (f"entry {HISTORY}.{{key}}.",),
    ),
    Tamper(
        "record made again under a key",
        f"SELECT max(history_id) + 1 FROM {HISTORY}",
        f"INSERT INTO {HISTORY} (history_id, id, name, rank, is_active, history_date, "
        "history_type, history_user_id, history_change_reason) SELECT {key}, id, name, rank, "
        "is_active, '2001-01-01', '+', history_user_id, 'Lập' "
        f"FROM {HISTORY} WHERE history_id = {{key}} - 1",
        (f"entry {HISTORY}.{{key}}.", f"live {POSITION}.*."),
    ),
    Tamper(
        "record removed",
        "SELECT min(id) FROM procedures_acknowledgement",
        "DELETE FROM procedures_acknowledgement WHERE id = {key}",
        ("live procedures_acknowledgement.{key}.",),
    ),
    Tamper(
        "record added",
        f"SELECT max(id) + 1 FROM {POSITION}",
        f"INSERT INTO {POSITION} (id, name, rank, is_active) VALUES ({{key}}, 'Thêm', 1, TRUE)",
        (f"live {POSITION}.{{key}}.",),
    ),
]
AT = f"{LEDGER}.{{key}}."
ENTRIES = [
    of_position(
        "content",
        f'UPDATE {LEDGER} SET content = replace(content, \'"rank":"50"\', \'"rank":"51"\') '
        "WHERE seq = {key}",
        f"chain {AT}content",
        f"entry {HISTORY}.*.rank",
    ),
    of_position(
        "actor", f"UPDATE {LEDGER} SET actor_id = 2 WHERE seq = {{key}}", f"chain {AT}content"
    ),
    of_position(
        "back-dated",
        f"UPDATE {LEDGER} SET recorded_at = '2001-01-01' WHERE seq = {{key}}",
        f"chain {AT}content",
    ),
    of_position(
        "format", f"UPDATE {LEDGER} SET format = 9 WHERE seq = {{key}}", f"chain {AT}format"
    ),
    of_position(
        "hash",
        f"UPDATE {LEDGER} SET sha256 = '0' WHERE seq = {{key}}",
        f"chain {AT}sha256",
        f"chain {LEDGER}.*.previous",
    ),
    of_position(
        "row of another",
        f"UPDATE {LEDGER} SET row = '1' WHERE seq = {{key}}",
        f"chain {AT}content",
        f"entry {HISTORY}.1.",
        f"entry {HISTORY}.*.",
    ),
    of_position("one computed anew", _reseal_one, f"chain {LEDGER}.*.previous"),
    of_position("all computed anew", _reseal_all, f"checkpoint {LEDGER}.*.sha256"),
    of_position(
        "removed",
        f"DELETE FROM {LEDGER} WHERE seq = {{key}}",
        f"chain {LEDGER}.*.seq",
        f"chain {LEDGER}.*.previous",
        f"entry {HISTORY}.*.",
    ),
    of_position(
        "tail cut",
        f"DELETE FROM {LEDGER} WHERE seq >= {{key}}",
        f"checkpoint {LEDGER}.*.sha256",
        f"entry {HISTORY}.*.",
    ),
    of_position("old copy put back", _put_old_copy_back, f"checkpoint {LEDGER}.*.sha256"),
    of_position("two swapped", _swap, f"chain {LEDGER}.*.sha256", f"chain {LEDGER}.*.previous"),
]
A_FILE = "SELECT min(id) FROM records_storedfile"
FILES = [
    Tamper("a byte of a file", A_FILE, _flip, ("file records_storedfile.{key}.sha256",)),
    Tamper("a file removed", A_FILE, _remove_file, ("file records_storedfile.{key}.sha256",)),
    Tamper(
        "a file cut",
        A_FILE,
        _shorten,
        ("file records_storedfile.{key}.sha256", "file records_storedfile.{key}.size"),
    ),
    Tamper("a checkpoint", "SELECT 1", _edit_checkpoint, ("checkpoint .*.",)),
]


def link(table: str, column: str, deed: str, said: str) -> Tamper:
    """A deed on a link of a version that was issued."""
    return Tamper(
        f"{deed.split()[0]} {table}.{column}",
        f"SELECT min(id) FROM {table}",
        f"{deed} WHERE id = {{key}}",
        (f"link {table}.{said}.{column}",),
    )


def _unlinked(table: str, column: str) -> Tamper:
    return link(table, column, f"DELETE FROM {table}", "")


def _linked(table: str, column: str, value: str) -> Tamper:
    return link(table, column, f"UPDATE {table} SET {column} = {value}", "{key}")


LINKS = [
    _unlinked("procedures_versiontthc", "tthc_id"),
    _unlinked("procedures_versionbasis", "document_id"),
    _unlinked("procedures_versionform", "form_id"),
    _unlinked("procedures_stepduty", "step_key"),
    _unlinked("procedures_versiontakesup", "legal_change_id"),
    _linked("procedures_versionbasis", "is_direct", "FALSE"),
    _linked("procedures_versionbasis", "tthc_id", "(SELECT min(id) FROM procedures_tthc)"),
    _linked("procedures_stepduty", "position_id", "(SELECT max(id) FROM organisation_position)"),
    _linked("procedures_stepduty", "unit_id", "(SELECT min(id) FROM organisation_unit)"),
]


def of_series(name: str, deed: str, key: str = "{key}") -> Tamper:
    """A deed on a counter, by which a number would be given twice or left out."""
    return Tamper(
        f"a counter {name}",
        f"SELECT min(id) FROM {SERIES}",
        f"{deed} WHERE id = {{key}}",
        (f"number {SERIES}.{key}.last",),
    )


def signed_on(model: str, act: str) -> Tamper:
    """Another hash in the newest signature of this kind on a record of `model`."""
    return Tamper(
        f"signature {act} on {model}",
        f"SELECT max(s.id) FROM {SIGNATURE} s JOIN django_content_type t "
        f"ON t.id = s.content_type_id WHERE t.model = '{model}' AND s.act = '{act}'",
        f"UPDATE {SIGNATURE} SET sha256 = '0' WHERE id = {{key}}",
        (f"entry {SIGNATURE}.{{key}}.sha256", f"signature {SIGNATURE}.{{key}}.sha256"),
    )


def reworded(table: str, column: str, old: str, new: str) -> Tamper:
    """Other words in a record and its history, with a chain that was computed anew.

    The checkpoints tell that the chain is another; what was signed tells which words.
    """
    app, _, name = table.partition("_")
    history = f"{app}_historical{name}"

    def deed(key: str) -> None:
        for place in (table, history):
            run(f"UPDATE {place} SET {column} = '{new}' WHERE {column} = '{old}'")
        entries = LedgerEntry.objects.filter(table=table, key=key, content__contains=old)
        for entry in entries.order_by("seq"):
            entry.content = entry.content.replace(old, new)
            entry.save()
        reseal(1)

    pick = f"SELECT min(id) FROM {table} WHERE {column} = '{old}'"
    return Tamper(
        f"reworded {table}.{column}: {new}", pick, deed, (f"checkpoint {LEDGER}.*.sha256", ALIKE)
    )


SIGNED = [
    signed_on("procedureversion", "prepared"),
    signed_on("decision", "approved"),
    signed_on("decision", "confirmed"),
    signed_on("decisioncorrection", "confirmed"),
    signed_on("reviewbatch", "confirmed"),
    signed_on("exclusion", "accepted"),
    signed_on("audit", "closed"),
    signed_on("auditmember", "agreed"),
    signed_on("auditprogramme", "prepared"),
    signed_on("auditprogramme", "approved"),
    signed_on("nonconformity", "prepared"),
    signed_on("nonconformity", "confirmed"),
    signed_on("nonconformity", "closed"),
    signed_on("treatment", "approved"),
    signed_on("treatment", "agreed"),
    signed_on("treatment", "verified"),
    reworded("procedures_reviewbatch", "reason", "Vẫn phù hợp", "Không phù hợp"),
    reworded("procedures_reviewbatch", "reason", "Không đổi", "Có đổi"),
    reworded("audits_programmeline", "note", "Theo dõi việc năm trước", "Thôi"),
    reworded("audits_auditmember", "reason", "Phòng chỉ có hai người", "Người ngoài"),
]
NUMBERS = [
    of_series("set back", f"UPDATE {SERIES} SET last = last - 1"),
    of_series("set ahead", f"UPDATE {SERIES} SET last = last + 1"),
    of_series("removed", f"DELETE FROM {SERIES}", ""),
    Tamper(
        "a counter of another year",
        f"SELECT min(id) FROM {SERIES}",
        f"UPDATE {SERIES} SET year = 2001 WHERE id = {{key}}",
        (f"number {SERIES}.{{key}}.last", f"number {SERIES}..last"),
    ),
]
TAMPERS = [*LIVE, *ROWS, *HISTORIES, *ENTRIES, *FILES, *LINKS, *NUMBERS, *SIGNED]
