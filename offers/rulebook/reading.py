"""Reading rules from files: all of a file or nothing of it, and every problem with its line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from offers.errors import NoRuleFile, RulePathMissing
from offers.rulebook.nodes import Document, read_documents
from offers.rulebook.shape import read_shape
from offers.rules import RuleFacts

LARGEST_FILE = 256 * 1024
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, order=True)
class RuleProblem:
    """What is wrong in a file, and where (from line 1)."""

    source: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.source} line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """A rule of a file, and where each part of it stands."""

    rule: RuleFacts
    source: str
    document: Document
    start: tuple[int, ...] = ()

    def line_of(self, *path: str | int) -> int:
        """Return the line of a part of the rule."""
        return self.document.line_of((*self.start, *path))


@dataclass(slots=True)
class RuleFile:
    """What a file holds: rules, or the problems that keep them from being taken over."""

    source: str
    rules: list[WrittenRule] = field(default_factory=list)
    problems: list[RuleProblem] = field(default_factory=list)


def list_rule_files(paths: Sequence[Path]) -> list[Path]:
    """Return the YAML files among the paths and in the folders among them, each once, in order.

    Raises:
        RulePathMissing: One doesn't exist.
        NoRuleFile: A folder holds none.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_file():
            files.append(path)
            continue
        if not path.is_dir():
            raise RulePathMissing(path)
        found = sorted(one for one in path.rglob("*") if one.suffix in _SUFFIXES and one.is_file())
        if not found:
            raise NoRuleFile(path)
        files += found
    return list(dict.fromkeys(files))


def read_rule_files(paths: Sequence[Path]) -> list[RuleFile]:
    """Return what the files hold; an id that an earlier file has already is a problem of the later one.

    Raises:
        RulePathMissing, NoRuleFile: As `list_rule_files` says.
    """
    files = [_read_file(path) for path in list_rule_files(paths)]
    _refuse_twice(files)
    for file in files:
        file.problems.sort()
        if file.problems:
            file.rules = []
    return files


def read_rule_text(text: str, source: str) -> RuleFile:
    """Return what a text holds; rules stand in it even beside problems, see `read_rule_files`."""
    file = RuleFile(source)
    documents, refused = read_documents(text)
    file.problems += [RuleProblem(source, line, reason) for line, reason in refused]
    for document in documents:
        file.problems += [RuleProblem(source, line, reason) for line, reason in document.problems]
        if isinstance(document.value, list):
            for index, value in enumerate(document.value):
                _read_rule(file, document, value, (index,))
        else:
            _read_rule(file, document, document.value, ())
    if not documents and not refused:
        file.problems.append(RuleProblem(source, 1, "the file holds no rule"))
    return file


def _read_rule(file: RuleFile, document: Document, value: object, start: tuple[int, ...]) -> None:
    if not isinstance(value, dict):
        reason = "a rule is a table: rule, play, name, …"
        file.problems.append(RuleProblem(file.source, document.line_of(start), reason))
        return
    rule, problems = read_shape(value)
    file.problems += [
        RuleProblem(file.source, document.line_of((*start, *path)), reason) for path, reason in problems
    ]
    if rule is not None:
        file.rules.append(WrittenRule(rule, file.source, document, start))


def _read_file(path: Path) -> RuleFile:
    source = str(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            return _unreadable(source, f"the file is larger than {LARGEST_FILE // 1024} KB")
        return read_rule_text(path.read_text(encoding="utf-8-sig"), source)
    except UnicodeDecodeError:
        return _unreadable(source, "the file is not UTF-8 text")
    except OSError as error:
        raise RulePathMissing(path) from error


def _unreadable(source: str, reason: str) -> RuleFile:
    return RuleFile(source, problems=[RuleProblem(source, 1, reason)])


def _refuse_twice(files: Iterable[RuleFile]) -> None:
    first: dict[str, WrittenRule] = {}
    for file in files:
        for one in file.rules:
            earlier = first.setdefault(one.rule.rule_id, one)
            if earlier is not one:
                where = f"{earlier.source} line {earlier.line_of('rule')}"
                reason = f"rule {one.rule.rule_id} stands already in {where}"
                file.problems.append(RuleProblem(file.source, one.line_of("rule"), reason))
