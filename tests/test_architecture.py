"""The arrows of the design: crawlers and warehouse stand side by side, flows stands on both."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORBIDDEN = {
    "crawlers": {"flows", "warehouse", "prefect", "duckdb", "jieba", "rjieba"},
    "warehouse": {"flows", "crawlers", "scrapy", "prefect", "lxml", "trafilatura", "jieba", "rjieba"},
    "flows/extraction": {"crawlers", "warehouse", "prefect", "scrapy", "duckdb", "requests", "httpx", "socket", "time"},
}
BANNED_NAMES = {"utils", "helpers", "common", "misc"}
TOP_LEVEL = {"crawlers", "flows", "warehouse", "seeds", "tests", "deploy"}


def imports(path: Path) -> set[str]:
    """Top-level packages that a module imports, absolute imports only."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


MODULES = [(wing, path) for wing in FORBIDDEN for path in sorted((ROOT / wing).rglob("*.py"))]


@pytest.mark.parametrize(("wing", "path"), MODULES, ids=[str(path.relative_to(ROOT)) for _, path in MODULES])
def test_no_forbidden_import(wing: str, path: Path) -> None:
    assert not imports(path) & FORBIDDEN[wing]


SOURCES = [path for folder in sorted(TOP_LEVEL) for path in sorted((ROOT / folder).rglob("*.py"))]


def test_no_module_is_a_drawer() -> None:
    assert not [path for path in SOURCES if path.stem in BANNED_NAMES]


def test_the_guard_sees_an_import(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("def f():\n    from duckdb import connect\n    import scrapy.http\n", encoding="utf-8")
    assert imports(module) == {"duckdb", "scrapy"}
