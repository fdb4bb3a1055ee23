"""`docs/workflow.md` is drawn from the tables of legal moves, and says when it is not theirs."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from procedures.models import Decision, ProcedureVersion
from procedures.workflow import DECISION_MOVES, VERSION_MOVES, DecisionStatus, VersionStatus
from qms.records.management.commands.workflow_diagram import page, section

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def written(settings: Any, tmp_path: Path) -> Path:
    """The page as the command writes it, in a project of its own."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    call_command("workflow_diagram")
    return tmp_path / "docs" / "workflow.md"


def _arrows(text: str) -> set[tuple[str, str]]:
    arrows = (line.split(" --> ") for line in text.splitlines() if " --> " in line)
    return {(source.strip(), target.strip()) for source, target in arrows}


@pytest.mark.parametrize(
    ("model", "moves"), [(ProcedureVersion, VERSION_MOVES), (Decision, DECISION_MOVES)]
)
def test_diagram_has_exactly_the_moves_of_the_table(model: Any, moves: Any) -> None:
    legal = {(source, target) for source, targets in moves.items() for target in targets}
    ends = {(source, "[*]") for source, targets in moves.items() if not targets}
    first = ("[*]", model().status)

    assert _arrows(section(model)) == legal | ends | {first}


@pytest.mark.parametrize(
    ("model", "states"), [(ProcedureVersion, VersionStatus), (Decision, DecisionStatus)]
)
def test_page_names_each_state_as_the_pages_do(model: Any, states: Any) -> None:
    drawn = {f'    state "{state.label}" as {state.value}' for state in states}

    lines = section(model).splitlines()

    assert {line for line in lines if line.startswith("    state ")} == drawn
    assert "| Đang xem xét | `in_review` | Dự thảo, Chờ phê duyệt |" in page()


def test_page_is_the_same_each_time(written: Path) -> None:
    first = written.read_text(encoding="utf-8")

    call_command("workflow_diagram")

    assert written.read_text(encoding="utf-8") == first


def test_check_passes_on_what_was_written_and_writes_nothing(written: Path) -> None:
    before = written.stat().st_mtime_ns

    call_command("workflow_diagram", "--check")

    assert written.stat().st_mtime_ns == before


def test_check_refuses_a_changed_page_and_leaves_it(written: Path) -> None:
    changed = written.read_text(encoding="utf-8").replace("    draft --> issued\n", "")
    written.write_text(changed, encoding="utf-8")

    with pytest.raises(CommandError, match=r"docs/workflow\.md không đúng") as refusal:
        call_command("workflow_diagram", "--check")

    assert refusal.value.returncode == 1
    assert written.read_text(encoding="utf-8") == changed


def test_check_refuses_a_page_that_is_missing(written: Path) -> None:
    written.unlink()

    with pytest.raises(CommandError, match=r"docs/workflow\.md không đúng"):
        call_command("workflow_diagram", "--check")


def test_page_of_the_project_is_up_to_date() -> None:
    text = (ROOT / "docs" / "workflow.md").read_text(encoding="utf-8")

    assert text == page()
