"""Whatever is served as a file says what it is, under which name, and that nobody need guess."""

import ast
import re
from pathlib import Path

import pytest
from django.test import Client

from qms.organisation.roles import Role
from tests.factories import make_agency, make_user
from tests.matrix.addresses import OURS, Address

PLAIN = [address for address in OURS if address.is_plain]
ROOT = Path(__file__).resolve().parents[2]
# What a browser runs or reads by itself, and what a program reads: no file for a person.
NO_FILES = {"worker.py", "metrics.py", "http.py"}
NAMED = re.compile(r"(?:attachment|inline); filename(?:=|\*=utf-8'')", re.IGNORECASE)


def _makers() -> list[tuple[str, ast.FunctionDef]]:
    """The functions that answer with bytes of a type of their own."""
    found = []
    for app in ("qms", "procedures", "audits", "home"):
        for path in sorted((ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and path.name not in NO_FILES:
                    calls = [n for n in ast.walk(node) if isinstance(n, ast.Call)]
                    if any(
                        ast.unparse(call.func) in {"HttpResponse", "FileResponse"}
                        and any(keyword.arg == "content_type" for keyword in call.keywords)
                        for call in calls
                    ):
                        found.append((f"{path.name} {node.name}", node))
    return found


def test_every_file_is_named_in_its_head() -> None:
    makers = _makers()
    nameless = [name for name, node in makers if "Content-Disposition" not in ast.unparse(node)]

    assert len(makers) > 10
    assert nameless == []


@pytest.mark.django_db
@pytest.mark.parametrize("address", PLAIN, ids=lambda address: address.name)
def test_what_is_no_page_is_a_named_file(client: Client, address: Address) -> None:
    client.force_login(make_user(*Role, unit=make_agency()))

    answer = client.get(address.path({}))
    kind = answer.headers.get("Content-Type", "").partition(";")[0]

    assert answer["X-Content-Type-Options"] == "nosniff"
    if kind.startswith("application/") and kind != "application/json":
        assert NAMED.match(answer["Content-Disposition"])
        assert answer["Content-Disposition"].startswith("attachment") or kind == "application/pdf"
    if answer.streaming:
        answer.close()
