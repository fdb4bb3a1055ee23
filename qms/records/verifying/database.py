"""The database itself: triggers, pages, rows that name others, whose the tables are."""

from collections.abc import Iterator

from qms.foundation import integrity, triggers
from qms.records.verifying.found import Difference, Report


def check_database(report: Report) -> Iterator[Difference]:
    for name in triggers.missing():
        table = triggers.registered(name).table
        yield Difference("trigger", f"Thiếu trigger {name}, hoặc đã bị sửa.", table, name)
    for said in integrity.damage():
        yield Difference("database", f"SQLite báo hỏng: {said}.")
    for table, key, column in integrity.dangling():
        yield Difference("database", "Nêu một dòng không có.", table, key, column)
    if owned := integrity.owned_tables():
        report.notes.append(
            f"Tài khoản của ứng dụng là chủ của {len(owned)} bảng, nên tự bỏ được trigger: "
            "đặt DATABASE_OWNER_URL rồi chạy migrate."
        )
