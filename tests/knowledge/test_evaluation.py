"""The figures of a BEIR set are those worked out by hand, and a broken set is refused."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from knowledge.errors import InvalidEvaluationSet
from knowledge.evaluation import evaluate, score
from tests.knowledge.conftest import HashedWords


def write_set(folder: Path) -> None:
    corpus = [
        ("E07", "E07", "Dry running"),
        ("E12", "E12", "Motor winding too hot"),
        ("E31", "E31", "Fan blocked"),
    ]
    queries = [
        ("q1", "what is e-07?", "code"),
        ("q2", "fan is blocked", "words"),
        ("q3", "winding hot", "words"),
    ]
    (folder / "qrels").mkdir()
    (folder / "corpus.jsonl").write_text(
        "\n".join(json.dumps({"_id": i, "title": t, "text": x}) for i, t, x in corpus)
    )
    (folder / "queries.jsonl").write_text(
        "\n".join(json.dumps({"_id": i, "text": t, "metadata": {"kind": k}}) for i, t, k in queries)
    )
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\tE07\t1\nq2\tE31\t1\nq3\tE12\t1\n"
    )
    (folder / "negatives.jsonl").write_text(json.dumps({"_id": "n1", "text": "What is E44?"}) + "\n")


def test_figures_are_worked_out_by_hand() -> None:
    figures = score({"q": ["a", "b", "c"], "r": ["x"]}, {"q": {"b": 1.0, "c": 1.0}, "r": {"y": 1.0}})
    # q: gain 1/log2(3) + 1/log2(4) = .6309 + .5; ideal 1 + .6309 = 1.6309 -> .6934; r: 0
    assert figures["ndcg@10"] == pytest.approx(
        (1 / math.log2(3) + 0.5) / (1 + 1 / math.log2(3)) / 2, abs=1e-4
    )
    # recall: (2/2 + 0) / 2; mrr: (1/2 + 0) / 2; success@1: 0
    assert (figures["recall@10"], figures["mrr"], figures["success@1"]) == (0.5, 0.25, 0.0)


def test_a_set_is_measured_through_the_real_knowledge_base(tmp_path: Path) -> None:
    write_set(tmp_path)
    report = evaluate(tmp_path, embedder=HashedWords()).as_json()
    assert report["hybrid"] == {"ndcg@10": 1.0, "recall@10": 1.0, "mrr": 1.0, "success@1": 1.0}
    assert set(report) == {
        "hybrid",
        "lexical",
        "dense",
        "by_kind",
        "negatives",
        "queries",
        "documents",
        "p50_ms",
        "p95_ms",
        "index_s",
    }
    assert report["by_kind"] == {
        "code": {"ndcg@10": 1.0, "success@1": 1.0, "queries": 1},
        "words": {"ndcg@10": 1.0, "success@1": 1.0, "queries": 2},
    }
    assert report["negatives"] == {"n": 1, "abstained": 1}
    assert (report["queries"], report["documents"]) == (3, 3)


@pytest.mark.parametrize("broken", ["qrels/test.tsv", "corpus.jsonl", "queries.jsonl"])
def test_a_broken_set_is_refused(tmp_path: Path, broken: str) -> None:
    write_set(tmp_path)
    (tmp_path / broken).write_text('{"_id": ')
    with pytest.raises(InvalidEvaluationSet) as caught:
        evaluate(tmp_path, embedder=HashedWords())
    assert caught.value.path == str(tmp_path)
