"""Django admin: accounts, units, positions, posts and grants, by the same verbs; no content."""

import datetime as dt

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from qms.foundation.dates import today
from qms.organisation.models import Post, Unit, UnitGrant, User, has_role
from qms.organisation.roles import Role
from tests.factories import Office, make_user, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    """An office whose administrator holds the rights that the set-up gives."""
    office = Office()
    group = Group.objects.create(name="Quản trị")
    group.permissions.set(Permission.objects.filter(content_type__app_label="organisation"))
    office.admin.groups.add(group)
    return office


@pytest.fixture
def browser(client: Client, office: Office) -> Client:
    client.force_login(office.admin)
    return client


def _post(browser: Client, name: str, /, *args: object, **data: object) -> None:
    answer = browser.post(reverse(f"admin:organisation_{name}", args=args), data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors


def test_admin_holds_people_and_units_and_no_content() -> None:
    kept = {model for model in admin.site._registry if model._meta.app_label == "organisation"}
    others = {model._meta.label for model in admin.site._registry} - {m._meta.label for m in kept}

    assert {model.__name__ for model in kept} == {"User", "Unit", "Position", "Post", "UnitGrant"}
    content = {app.label for app in apps.get_app_configs()} & {"procedures", "audits", "records"}
    assert not [label for label in others if label.split(".")[0] in content]


def test_administrator_makes_an_account_with_post_and_role(browser: Client, office: Office) -> None:
    password = "bon-con-trau-xanh-dong"
    _post(
        browser,
        "user_add",
        username="moi",
        full_name="Nguyễn Thị Mới",
        email="",
        password1=password,
        password2=password,
    )
    person = User.objects.get(username="moi")
    permission = Permission.objects.get(codename=Role.STAFF)
    _post(
        browser,
        "unitgrant_add",
        user=person.pk,
        permission=permission.pk,
        content_object=office.agency.pk,
        valid_from="",
        valid_to="",
    )

    grant = UnitGrant.objects.get(user=person)
    assert grant.granted_by == office.admin
    assert grant.history.get().history_user == office.admin
    assert person.history.get().history_user == office.admin
    assert person.check_password(password)
    assert has_role(User.objects.get(pk=person.pk), Role.STAFF, unit=office.agency)


@pytest.mark.parametrize("username", ["{taken}", "có dấu cách", ""])
def test_a_name_that_cannot_be_an_account_is_told_at_its_field(
    browser: Client, office: Office, username: str
) -> None:
    words = "bon-con-trau-xanh-dong"
    data = {"username": username.format(taken=office.staff.username), "full_name": "Người Mới"}

    answer = browser.post(
        reverse("admin:organisation_user_add"), data | {"password1": words, "password2": words}
    )

    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == ["username"]


def test_a_grant_that_ends_is_kept_and_gives_nothing_more(browser: Client, office: Office) -> None:
    grant = UnitGrant.objects.get(user=office.staff)

    _post(browser, "unitgrant_change", grant.pk, valid_to=today().strftime("%d/%m/%Y"))

    grant.refresh_from_db()
    assert grant.valid_to == today()
    staff = User.objects.get(pk=office.staff.pk)
    assert not has_role(staff, Role.STAFF)
    assert has_role(staff, Role.STAFF, on=today() - dt.timedelta(days=1))
    assert grant.history.count() == 2


@pytest.mark.parametrize("name", ["user", "unit", "position", "post", "unitgrant"])
def test_nothing_is_deleted_in_admin(browser: Client, office: Office, name: str) -> None:
    rows = {
        "user": office.staff.pk,
        "unit": office.agency.pk,
        "position": Post.objects.earliest("pk").position_id,
        "post": Post.objects.earliest("pk").pk,
        "unitgrant": UnitGrant.objects.earliest("pk").pk,
    }

    answer = browser.post(
        reverse(f"admin:organisation_{name}_delete", args=[rows[name]]), {"post": "yes"}
    )

    assert answer.status_code == 403
    assert apps.get_model("organisation", name).objects.filter(pk=rows[name]).exists()


@pytest.mark.parametrize("name", ["user", "unit", "position", "post", "unitgrant"])
def test_lists_and_forms_of_admin_open(browser: Client, office: Office, name: str) -> None:
    row = apps.get_model("organisation", name).objects.earliest("pk")

    for address in (
        reverse(f"admin:organisation_{name}_changelist"),
        reverse(f"admin:organisation_{name}_add"),
        reverse(f"admin:organisation_{name}_change", args=[row.pk]),
        reverse(f"admin:organisation_{name}_history", args=[row.pk]),
    ):
        assert browser.get(address).status_code == 200, address


def test_moving_a_unit_moves_all_below_it(browser: Client, office: Office) -> None:
    new = Unit(code="MOI", name="Cơ quan mới", kind=Unit.Kind.AGENCY)
    new.record(by=system(), reason="Lập đơn vị")
    section = Unit(code="BP", name="Bộ phận", parent=office.agency)
    section.record(by=system(), reason="Lập đơn vị")
    agency = office.agency

    _post(
        browser,
        "unit_change",
        agency.pk,
        code=agency.code,
        name=agency.name,
        kind=agency.kind,
        parent=new.pk,
        valid_from="",
        valid_to="",
        successor="",
    )

    section.refresh_from_db()
    assert section.path == f"/{new.pk}/{agency.pk}/{section.pk}/"


@pytest.mark.parametrize("who", ["secretary", "staff", "leader", "clerk"])
def test_others_have_no_way_into_admin(client: Client, office: Office, who: str) -> None:
    client.force_login(getattr(office, who))

    answer = client.get(reverse("admin:organisation_user_changelist"))

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("admin:login"))


def test_administrator_reads_no_procedure_that_is_not_public(browser: Client) -> None:
    assert browser.get(reverse("procedures:coverage")).status_code == 403
    assert browser.get(reverse("procedures:legal-list")).status_code == 403


def test_a_superuser_has_no_way_to_content(client: Client) -> None:
    root = make_user(is_superuser=True, is_staff=True)
    client.force_login(root)

    assert client.get(reverse("procedures:coverage")).status_code == 403
    assert client.get(reverse("procedures:draft-new")).status_code == 403
    assert client.get(reverse("procedures:tthc-import")).status_code == 403


def test_closing_an_account_closes_its_session(client: Client, office: Office) -> None:
    client.force_login(office.staff)
    assert client.get("/").status_code == 200

    office.staff.is_active = False
    office.staff.record(by=office.admin, reason="Nghỉ việc")

    assert client.get("/").status_code == 302
