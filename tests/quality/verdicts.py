"""Asking a set of inquiries, and the table of how honest the answers were."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

from tests.quality.corpus import ReadCorpus
from tests.quality.inquiries import Inquiry, Verdict, find_invented


def ask_all(corpus: ReadCorpus, inquiries: Sequence[Inquiry]) -> list[Verdict]:
    """Return the verdict on the answer to each inquiry, in order."""
    verdicts = []
    for inquiry in inquiries:
        started = time.perf_counter()
        answer = corpus.knowledge.answer(inquiry.question())
        spent = 1000 * (time.perf_counter() - started)
        with corpus.session_scope() as session:
            verdicts.append(Verdict(inquiry, answer, find_invented(answer, session), spent))
    return verdicts


def share(verdicts: Iterable[Verdict], is_so: Callable[[Verdict], bool]) -> float:
    """Return the share (0..1) of verdicts that are so; 0 of none."""
    flags = [is_so(verdict) for verdict in verdicts]
    return sum(flags) / len(flags) if flags else 0.0


def is_abstention(verdict: Verdict) -> bool:
    """Tell whether the answer was that the documents don't answer."""
    return verdict.answer.abstained


def by_kind(verdicts: Iterable[Verdict], *, is_answerable: bool) -> dict[str, list[Verdict]]:
    """Return the verdicts on answerable or on unanswerable inquiries by kind, in order of appearance."""
    kinds: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.inquiry.is_answerable == is_answerable:
            kinds.setdefault(verdict.inquiry.kind, []).append(verdict)
    return kinds


def format_table(name: str, verdicts: Sequence[Verdict]) -> str:
    """Return the table of a set and the list of what failed, as plain text."""
    times = sorted(verdict.milliseconds for verdict in verdicts)
    lines = [
        "",
        f"{name}: {len(verdicts)} questions, p50 {median(times):.0f} ms, "
        f"p95 {times[int(0.95 * (len(times) - 1))]:.0f} ms",
        f"{'unanswerable':<16}{'n':>5}{'abstained':>16}",
    ]
    refused = by_kind(verdicts, is_answerable=False)
    for kind, group in _with_all(refused):
        lines.append(f"{kind:<16}{len(group):>5}{_count(group, is_abstention):>16}")
    lines.append(f"{'answerable':<16}{'n':>5}{'abstained':>16}{'right document':>16}{'right heading':>16}")
    answered = by_kind(verdicts, is_answerable=True)
    for kind, group in _with_all(answered):
        lines.append(
            f"{kind:<16}{len(group):>5}{_count(group, is_abstention):>16}"
            f"{_count(group, lambda v: v.cites_document):>16}{_count(group, lambda v: v.cites_heading):>16}"
        )
    lines += _failures("Answered though nothing answers", verdicts, lambda v: v.is_false and not _due(v))
    lines += _failures("Abstained though a document answers", verdicts, lambda v: v.is_false and _due(v))
    lines += _failures(
        "Another place cited first", verdicts, lambda v: _due(v) and not v.is_false and not v.cites_heading
    )
    lines += _failures("Said what no cited passage holds", verdicts, lambda v: bool(v.invented))
    return "\n".join(lines)


def _with_all(kinds: Mapping[str, list[Verdict]]) -> list[tuple[str, list[Verdict]]]:
    return [*kinds.items(), ("all", [verdict for group in kinds.values() for verdict in group])]


def _due(verdict: Verdict) -> bool:
    return verdict.inquiry.is_answerable


def _count(group: Sequence[Verdict], is_so: Callable[[Verdict], bool]) -> str:
    return f"{sum(map(is_so, group)):>3}  {100 * share(group, is_so):5.1f} %"


def _failures(title: str, verdicts: Iterable[Verdict], is_so: Callable[[Verdict], bool]) -> list[str]:
    lines = [
        f"  {verdict.inquiry.kind}: {verdict.inquiry.text}{_place(verdict)}"
        for verdict in verdicts
        if is_so(verdict)
    ]
    return [f"{title}: {len(lines)}", *lines]


def _place(verdict: Verdict) -> str:
    """Return where the answer came from (or the nearest page), and what it invented."""
    cited = verdict.answer.citations or verdict.answer.nearest
    where = f"  [{cited[0].document}: {cited[0].section}]" if cited else ""
    return where + (f"  {sorted(verdict.invented)}" if verdict.invented else "")
