"""Write `docs/workflow.md` from the tables of legal moves, or tell that it differs from them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from qms.records.workflow import WorkflowModel

HEAD = """\
# Trạng thái và các bước chuyển

Trang này do `python manage.py workflow_diagram` viết ra từ chính các bảng mà hệ thống chạy theo;
đừng sửa tay. `make check` báo khi trang và bảng khác nhau.

Bảng chỉ nói bước nào có thể có. Ai được làm, cần điều kiện gì thì hành động của từng bản ghi xét
thêm: xem [kiến trúc](architecture.md) và [hướng dẫn sử dụng](user-guide.md).
"""


class Command(BaseCommand):
    help = "Viết docs/workflow.md từ các bảng chuyển trạng thái; --check: chỉ đối chiếu."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="không ghi, báo lỗi khi tệp khác")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "workflow.md"
        text = page()
        if options["check"]:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                raise CommandError(
                    "docs/workflow.md không đúng với các bảng chuyển trạng thái. "
                    "Chạy `python manage.py workflow_diagram` rồi lưu tệp đó cùng thay đổi."
                )
            return
        path.write_text(text, encoding="utf-8")


def page() -> str:
    """Return the whole page; the same tables give the same text."""
    kinds = [model for model in apps.get_models() if issubclass(model, WorkflowModel)]
    drawn = [section(model) for model in sorted(kinds, key=lambda m: m._meta.label)]
    return "\n".join([HEAD, *drawn])


def section(model: type[WorkflowModel]) -> str:
    """Return heading, table of moves and diagram of one model."""
    name = str(model._meta.verbose_name)
    lines = [f"## {name[:1].upper()}{name[1:]}", "", f"Bản ghi `{model._meta.label}`.", ""]
    return "\n".join([*lines, *_table(model), "", *_diagram(model), ""])


def _status(model: type[WorkflowModel]) -> tuple[dict[str, str], str]:
    """Return the label of each state, and the state in which a record begins."""
    field: Any = model._meta.get_field("status")
    labels = {str(value): str(label) for value, label in field.choices}
    return labels, str(field.get_default())


def _table(model: type[WorkflowModel]) -> Iterator[str]:
    labels, _ = _status(model)
    yield "| Trạng thái | Trong cơ sở dữ liệu | Chuyển được sang |"
    yield "| --- | --- | --- |"
    for source, targets in model.TRANSITIONS.items():
        onwards = ", ".join(labels[target] for target in targets) or "– (giữ mãi)"
        yield f"| {labels[source]} | `{source}` | {onwards} |"


def _diagram(model: type[WorkflowModel]) -> Iterator[str]:
    labels, first = _status(model)
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state in model.TRANSITIONS:
        yield f'    state "{labels[state]}" as {state}'
    yield f"    [*] --> {first}"
    for source, targets in model.TRANSITIONS.items():
        for target in targets or ["[*]"]:
            yield f"    {source} --> {target}"
    yield "```"
