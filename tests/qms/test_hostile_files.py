"""What might do harm is refused by every form, with one sentence, in time; nothing is kept."""

import resource
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse

from audits.actions import evidence
from audits.forms import checklist, field, nonconformities_deeds
from audits.forms.evidence import EvidenceForm
from procedures.forms.importing import ImportForm
from procedures.forms.word_imports import WordUploadForm
from qms.records import files
from qms.records.models import StoredFile
from tests.factories import Office, system
from tests.hostile import FILES, PDF, made, upload
from tests.pictures import encoded, halves

ALL = files.SCANS | files.PHOTOS | files.FORMS
# Forms whose file is judged where it is kept (`audits/actions/evidence.py`), and those of lists and
# of Word procedures, which have rules of their own and are asked on their pages below.
JUDGED_WHEN_KEPT = {
    EvidenceForm,
    checklist.ItemConfirmForm,
    field.UploadForm,
    nonconformities_deeds.DoneForm,
}
ON_THEIR_PAGES = {ImportForm, WordUploadForm}


def _subclasses(of: type[Any]) -> Iterator[type[Any]]:
    for each in of.__subclasses__():
        yield each
        yield from _subclasses(each)


def _gates() -> dict[str, Callable[[Any], Any]]:
    """What judges the file of each form of the product, by form and field."""
    get_resolver().url_patterns  # noqa: B018  loads every view, and with it every form
    gates: dict[str, Callable[[Any], Any]] = {}
    for form in _subclasses(forms.Form):
        is_ours = form.__module__.partition(".")[0] in {"qms", "procedures", "audits", "home"}
        for name, given in getattr(form, "base_fields", {}).items():
            if is_ours and isinstance(given, forms.FileField) and form not in ON_THEIR_PAGES:
                gates[f"{form.__name__}.{name}"] = _gate(form, name)
    return gates


def _gate(form: Any, name: str) -> Callable[[Any], Any]:
    if form in JUDGED_WHEN_KEPT:
        return lambda sent: evidence._keep(sent, system())

    def clean(sent: Any) -> Any:
        empty = form.__new__(form)
        empty.cleaned_data = {name: sent}
        return getattr(empty, f"clean_{name}")()

    return clean


GATES = _gates()


def test_every_form_that_takes_a_file_is_found() -> None:
    assert len(GATES) > 15


@pytest.mark.django_db
@pytest.mark.parametrize("case", FILES)
def test_a_hostile_file_is_refused_in_a_sentence_and_in_time(case: str) -> None:
    name, data = FILES[case][0], made(case)
    started = time.monotonic()

    with pytest.raises(ValidationError) as refusal:
        files.kind_of(data, name, allowed=ALL)

    (sentence,) = refusal.value.messages
    assert sentence.split()[0] in {"Tệp", "Ảnh", "Nội", "Chỉ"}
    assert sentence.endswith((".", "lại", "nhỏ"))
    assert time.monotonic() - started < 10


@pytest.mark.django_db
@pytest.mark.parametrize("gate", GATES)
def test_no_form_lets_a_hostile_file_pass(gate: str) -> None:
    cheap = [case for case in FILES if "bomb" not in case]

    for case in cheap:
        with pytest.raises(ValidationError):
            GATES[gate](upload(case))

    assert not StoredFile.objects.exists()


TYPED = {  # what makes each form whole but for its file
    "procedures:legal-new": {"number": "01/2020/NĐ-CP", "trust": "yes"},
    "procedures:blank-new": {"kind": "internal", "code": "BM-01", "name": "Đơn"},
    "procedures:tthc-import": {},
}


@pytest.mark.django_db
@pytest.mark.parametrize("page", TYPED)
def test_a_page_tells_it_at_the_field_and_keeps_nothing(
    client: Client, page: str, settings: Any
) -> None:
    client.force_login(Office().secretary)
    wrong = {}

    for case in FILES:
        answer = client.post(reverse(page), TYPED[page] | {"file": upload(case)})
        told = answer.context["form"].errors.get("file") if answer.status_code == 422 else None
        if not told or len(told) != 1:
            wrong[case] = (answer.status_code, told)

    assert wrong == {}
    assert not StoredFile.objects.exists()
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_hostile_word_files_are_not_taken_in(client: Client, settings: Any) -> None:
    client.force_login(Office().secretary)

    for case in FILES:
        answer = client.post(reverse("procedures:word-import"), {"uploads": [upload(case)]})
        assert answer.status_code == 422, case

    assert not StoredFile.objects.exists()
    assert not settings.MEDIA_ROOT.exists()


def test_judging_bombs_takes_little_memory() -> None:
    bombs = [(FILES[case][0], made(case)) for case in FILES if "bomb" in case]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    for name, data in bombs:
        with pytest.raises(ValidationError):
            files.kind_of(data, name, allowed=ALL)

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 64 * 1024  # kilobytes


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Ế" * 200 + ".pdf", "Ế" * 146 + ".pdf"),
        ("hoa\u202efdp.don.pdf", "hoafdp.don.pdf"),
        ("a\x07\x1b[31m.pdf", "a[31m.pdf"),
        ("a.html\0.pdf", "a.html.pdf"),
    ],
)
def test_a_strange_name_is_only_a_label(name: str, label: str) -> None:
    kind = files.kind_of(PDF, name, allowed=files.SCANS)
    stored = files.store(PDF, name, kind=kind, by=system())

    served = files.response(stored)
    served.close()

    assert (kind, stored.label) == ("pdf", label)
    assert files.path_of(stored.sha256).name == stored.sha256
    assert served["Content-Disposition"].startswith("attachment; filename")


@pytest.mark.django_db
def test_an_honest_file_passes_every_gate() -> None:
    honest = {"a.pdf": PDF, "a.png": encoded(halves(), "PNG")}

    for gate in GATES.values():
        passed = []
        for name, data in honest.items():
            try:
                gate(SimpleUploadedFile(name, data))
            except ValidationError:
                continue
            passed.append(name)
        assert passed
