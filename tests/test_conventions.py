"""House rules that a machine can read off the source; each failure names the place."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("qms", "procedures", "audits", "home")
PYTHON = (*APPS, "bench", "bin", "tests")
VENDORED = "static/vendor"

# Where rows are written or removed in bulk, and why no history is lost by it.
BULK_ALLOWED = {
    "qms/organisation/second_factor.py forget_second_factor": "secrets; the person's row says so",
    "procedures/models/links.py": "link tables without history, rebuilt from the content",
}
# Which signal of others is listened to beside those of migrating and of the history (ADR 0025).
SIGNALS_ALLOWED = {
    "qms/organisation/apps.py user_logged_in": "each way of signing in begins a session of ours",
    "qms/organisation/sign_ins.py user_logged_in": "the log tells who comes; nothing is written",
    "qms/organisation/sign_ins.py user_logged_out": "the log tells who goes",
    "qms/organisation/sign_ins.py user_login_failed": "the log tells who was refused",
}
# Where an import stands inside a function, and why it cannot stand at the top.
INNER_IMPORT_ALLOWED = {
    "apps.py ready": "the registry must be filled before models and signals are imported",
}
# Which function marks text as safe HTML, and why nothing active can pass it.
MARKED_SAFE = {
    "procedures/templatetags/reading.py narrative": "nh3 sanitises the text in the same statement",
}
# Where SQL is written by hand.
SQL_ALLOWED = ("qms/foundation/", "/migrations/")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def _sources(*folders: str) -> dict[str, ast.Module]:
    """The syntax trees of our Python files by their path, migrations left out."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
        if "migrations" not in path.parts
    }


def _within_functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Each node with the name of the function around it, empty at the top of the module."""

    def walk(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST]]:
        for child in ast.iter_child_nodes(node):
            yield function, child
            inside = child.name if isinstance(child, Function) else function
            yield from walk(child, inside)

    return walk(tree, "")


def _calls(*folders: str) -> Iterator[tuple[str, str, str, ast.Call]]:
    """Each method call as path, function around it, name of the method, call."""
    for path, tree in _sources(*folders).items():
        for function, node in _within_functions(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield path, function, node.func.attr, node


def _targets(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Assign():
            return node.targets
        case ast.AugAssign() | ast.AnnAssign():
            return [node.target]
        case _:
            return []


def _assigns_status(node: ast.AST) -> bool:
    for target in _targets(node):
        names = ast.walk(target)
        if any(isinstance(name, ast.Attribute) and name.attr == "status" for name in names):
            return True
    match node:
        case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value="status"), *_]):
            return True
        case ast.Call(func=ast.Attribute(attr="update" | "create" | "update_or_create")):
            return any(keyword.arg == "status" for keyword in node.keywords)
        case _:
            return False


def test_only_the_workflow_assigns_a_status() -> None:
    offenders = [
        f"{path}:{node.lineno}"
        for path, tree in _sources(*APPS).items()
        for node in ast.walk(tree)
        if path != "qms/records/workflow.py"
        and isinstance(node, ast.stmt | ast.Call)
        and _assigns_status(node)
    ]

    assert offenders == []


def _leaves_no_history(name: str, call: ast.Call) -> bool:
    """Whether this is a write that django-simple-history does not see, or a removal."""
    if name in {"update", "aupdate"}:
        return bool(call.keywords) and not call.args  # a dictionary is updated with a position
    return name in {
        "bulk_create",
        "bulk_update",
        "abulk_create",
        "abulk_update",
        "delete",
        "adelete",
        "save_base",
        "save_without_historical_record",
    }


def test_nothing_is_written_past_its_history() -> None:
    offenders = [
        f"{path}:{call.lineno} {name} in {function or 'module'}"
        for path, function, name, call in _calls(*APPS)
        if _leaves_no_history(name, call)
        and path not in BULK_ALLOWED
        and f"{path} {function}" not in BULK_ALLOWED
        # the model of all records refuses to be deleted by itself
        and not ast.unparse(call.func).startswith("super().")
    ]

    assert offenders == []


def test_sql_by_hand_stands_in_the_foundation_alone() -> None:
    offenders = [
        f"{path}:{call.lineno} {name}"
        for path, _, name, call in _calls(*APPS)
        if name in {"execute", "executemany", "raw", "extra"}
        and not any(place in f"/{path}" for place in SQL_ALLOWED)
    ]

    assert offenders == []


def _named(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The name that a node uses, with its line."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
            yield node.lineno, name


def _names_used(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        yield from _named(node)


def test_no_signal_but_after_migrating_and_of_the_history() -> None:
    banned = {"receiver", "pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed"}
    banned |= {"user_logged_in", "user_logged_out", "user_login_failed"}
    offenders = [
        f"{path}:{line} {name}"
        for path, tree in _sources(*APPS).items()
        for line, name in _names_used(tree)
        if name in banned and f"{path} {name}" not in SIGNALS_ALLOWED
    ]

    assert offenders == []


def _is_marked_safe(path: str, function: str, name: str, node: ast.AST) -> bool:
    """Whether this is the one function that may, or the import it needs."""
    if name != "mark_safe":
        return False
    homes = [place for place in MARKED_SAFE if place.startswith(f"{path} ")]
    return bool(homes) if isinstance(node, ast.alias) else f"{path} {function}" in homes


def test_nothing_steps_round_escaping_or_the_forgery_check() -> None:
    banned = {"mark_safe", "SafeString", "csrf_exempt", "xframe_options_exempt", "eval", "exec"}
    offenders = [
        f"{path}:{line} {name} in {function or 'module'}"
        for path, tree in _sources(*APPS).items()
        for function, node in _within_functions(tree)
        for line, name in _named(node)
        if name in banned and not _is_marked_safe(path, function, name, node)
    ]

    assert offenders == []


def test_what_is_marked_safe_is_sanitised_in_the_same_statement() -> None:
    calls = [
        (f"{path} {function}", ast.unparse(node))
        for path, tree in _sources(*APPS).items()
        for function, node in _within_functions(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "mark_safe"
    ]

    assert calls == [(place, "mark_safe(sanitise(value))") for place in MARKED_SAFE]


def test_views_name_the_methods_they_answer() -> None:
    offenders = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in _sources(*APPS).items()
        if "views" in Path(path).with_suffix("").parts
        for node in tree.body
        if isinstance(node, Function)
        and not node.name.startswith("_")
        and [argument.arg for argument in node.args.args][:1] == ["request"]
        and not any("require_" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]

    assert offenders == []


def test_forms_name_their_fields() -> None:
    offenders = []
    for path, tree in _sources(*APPS).items():
        for node in ast.walk(tree):
            value = node.value if isinstance(node, ast.Assign | ast.keyword) else None
            if isinstance(value, ast.Constant) and value.value == "__all__":
                offenders.append(f"{path}:{value.lineno}")

    assert offenders == []


def test_forms_choose_many_records_by_the_field_that_bounds_their_keys() -> None:
    offenders = [
        path
        for path, tree in _sources(*APPS).items()
        for node in ast.walk(tree)
        if path != "qms/foundation/forms.py"
        and isinstance(node, ast.Attribute | ast.Name)
        and "ModelMultipleChoiceField" in ast.unparse(node)
    ]

    assert offenders == []


def test_imports_stand_at_the_top() -> None:
    offenders = [
        f"{path}:{node.lineno} in {function}"
        for path, tree in _sources(*PYTHON).items()
        for function, node in _within_functions(tree)
        if function
        and isinstance(node, ast.Import | ast.ImportFrom)
        and f"{path} {function}" not in INNER_IMPORT_ALLOWED
        and f"{Path(path).name} {function}" not in INNER_IMPORT_ALLOWED
    ]

    assert offenders == []


def test_functions_are_at_most_60_lines() -> None:
    offenders = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in _sources(*PYTHON).items()
        for node in ast.walk(tree)
        if isinstance(node, Function) and (node.end_lineno or 0) - node.lineno + 1 > 60
    ]

    assert offenders == []


def test_modules_are_at_most_500_lines() -> None:
    offenders = [
        path for path, tree in _sources(*PYTHON).items() if len(_lines(ROOT / path)) > 500 and tree
    ]

    assert offenders == []


def test_modules_have_names_that_say_something() -> None:
    vague = {"utils.py", "util.py", "helpers.py", "helper.py", "base.py", "common.py", "misc.py"}

    assert [path for path in _sources(*PYTHON) if Path(path).name in vague] == []


def test_migrations_are_named_for_what_they_do() -> None:
    names = [path for app in APPS for path in (ROOT / app).rglob("migrations/0*.py")]

    assert [
        path.name for path in names if re.match(r"\d+_(auto_|alter_.*_and_more)", path.name)
    ] == []


def test_every_setting_is_told_in_the_example() -> None:
    text = (ROOT / "qms/settings.py").read_text(encoding="utf-8")
    asked = set(re.findall(r"""\benv(?:\.\w+)?\(\s*["'](\w+)["']""", text))
    told = set(re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))

    assert asked - told == set()


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _own_texts() -> Iterator[tuple[str, str]]:
    """Path and text of each file that we wrote ourselves."""
    places = [path for path in sorted(ROOT.iterdir()) if path.name in {".ci", ".env.example"}]
    places += [
        path for path in sorted(ROOT.iterdir()) if path.name[0] != "." and path.name != "var"
    ]
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            name = str(path.relative_to(ROOT))
            if path.is_file() and not name.startswith(VENDORED) and "__pycache__" not in name:
                yield name, path.read_bytes().decode("utf-8", errors="replace")


def test_no_file_names_a_registry_or_a_machine() -> None:
    foreign = re.compile(
        r"files\.pythonhosted|pypi\.org/simple|registry\.npmjs|deb\.debian\.org"
        r"|(?<![\w.~-])/(?:work|root|tmp/studio)/"
    )

    assert [name for name, text in _own_texts() if foreign.search(text)] == []


def test_no_file_leaves_work_for_nobody() -> None:
    marks = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")

    assert [name for name, text in _own_texts() if marks.search(text)] == []
