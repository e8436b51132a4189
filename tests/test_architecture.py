"""The shape of the code: imports go one way, `import harness` is cheap, modules stay small."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import harness

PACKAGE = Path(harness.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# The straight line: a module may import from its own place and from those before it.
ORDER = [
    "numba_cache",
    "words",
    "errors",
    "columns",
    "records",
    "rankings",
    "registry",
    "files",
    "yaml_text",
    "config",
    "datasets",
    "runfiles",
    "evaluation",
    "retrievers",
    "fitting",
    "interchange",
    "statistics",
    "ledger",
    "efficiency",
    "store",
    "leaderboard",
    "reproduction",
    "submissions",
    "api",
    "static_site",
    "listing",
    "demonstration",
    "serving",
    "cli",
]
HEAVY = {"numba", "torch", "pandas", "streamlit", "pyserini", "scipy", "ranx", "beir", "ir_datasets"}
MAX_MODULE_LINES = 250
MAX_FUNCTION_LINES = 40


def place(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def identity(module: Path) -> str:
    return str(module.relative_to(PACKAGE))


def imported_places(module: Path) -> set[str]:
    """First name below `harness` of everything the module imports, wherever the import stands."""
    places = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("harness."):
            places.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            places |= {a.name.split(".")[1] for a in node.names if a.name.startswith("harness.")}
    return places


@pytest.mark.parametrize("module", MODULES, ids=identity)
def test_imports_go_one_way(module: Path) -> None:
    here = place(module)
    if here in {"__init__", "__main__"}:
        return
    assert here in ORDER, f"give {here} its place in ORDER"
    later = {name for name in imported_places(module) if ORDER.index(name) > ORDER.index(here)}
    assert not later, f"{module.name} imports from further down the line: {sorted(later)}"


@pytest.mark.parametrize("module", MODULES, ids=identity)
def test_modules_and_functions_are_small(module: Path) -> None:
    text = module.read_text()
    assert text.count("\n") <= MAX_MODULE_LINES, "one noun a module; split it"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert lines <= MAX_FUNCTION_LINES, f"{node.name} has {lines} lines of code"


def modules_loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_import_harness_loads_nothing_heavy() -> None:
    loaded = modules_loaded_by("import harness")
    assert not loaded & (HEAVY | {"numpy", "sqlalchemy", "pydantic"})


def test_help_loads_nothing_heavy() -> None:
    loaded = modules_loaded_by(
        "import harness.cli.main as m\ntry: m.main(['--help'])\nexcept SystemExit: pass"
    )
    assert not loaded & (HEAVY | {"numpy", "sqlalchemy", "pydantic"})


def test_public_names_are_exactly_all() -> None:
    assert harness.__all__ == sorted(harness.__all__)
    assert set(harness.__all__) == set(harness._WHERE)
    for name in harness.__all__:
        assert getattr(harness, name) is not None


def test_no_public_name_is_hidden_by_a_module() -> None:
    modules = {path.stem for path in PACKAGE.iterdir()}
    assert not modules & set(harness.__all__), "importing the module would replace the function"


def test_type_checkers_see_the_same_public_names() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    block = next(n for n in tree.body if isinstance(n, ast.If))
    seen = {
        alias.asname: f"{node.module}:{alias.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == harness._WHERE


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = harness.no_such_name
