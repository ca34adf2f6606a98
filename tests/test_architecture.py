"""Imports point one way: accounts <- modules <- forum <- sstc_academy, and lib is below all."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

ALLOWED = {
    "sstc_academy.lib": {"sstc_academy.lib"},
    "accounts": {"accounts", "sstc_academy.lib"},
    "modules": {"modules", "accounts", "sstc_academy.lib"},
    "forum": {"forum", "modules", "accounts", "sstc_academy.lib"},
}
OURS = ("sstc_academy", "accounts", "modules", "forum")


def python_files(package: str) -> list[Path]:
    return sorted((settings.BASE_DIR / package.replace(".", "/")).rglob("*.py"))


def imported_names(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] in OURS}


def is_below(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize("package", ALLOWED)
def test_no_file_imports_from_an_app_above_it(package):
    upward = [
        f"{path.relative_to(settings.BASE_DIR)} imports {name}"
        for path in python_files(package)
        for name in imported_names(path)
        if not any(is_below(name, allowed) for allowed in ALLOWED[package])
    ]

    assert upward == []


def test_every_import_stands_at_the_top_of_its_file():
    hidden = [
        f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}"
        for package in OURS
        for path in python_files(package)
        # An AppConfig may import what needs the models only once they are there.
        if path.name != "apps.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom) and node.col_offset
    ]

    assert hidden == []
