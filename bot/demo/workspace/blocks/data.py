"""Blocks that show data and progress: tables, charts, task cards, plans."""

from typing import Any

from bot.demo.workspace.blocks.checking import Checker, Json
from bot.demo.workspace.blocks.objects import check_rich_text_block

TASK_STATUSES = ("pending", "in_progress", "complete", "error")
TASK_KEYS = {"type", "block_id", "task_id", "title", "details", "output", "sources", "status"}


def check_table(checker: Checker, body: Json, pointer: str) -> None:
    """Check a table: at most 100 rows of 20 cells."""
    rows = checker.items(body, "rows", pointer, maximum=100)
    for index, row in enumerate(rows):
        _check_row(checker, row, f"{pointer}/rows/{index}", header=False)
    settings = checker.items(body, "column_settings", pointer, maximum=20, minimum=0, required=False)
    for index, setting in enumerate(settings):
        at = f"{pointer}/column_settings/{index}"
        if isinstance(setting, dict):
            checker.keys(setting, at, allowed={"align", "is_wrapped"})
            checker.choice(setting, "align", at, options=("left", "center", "right"))
            checker.boolean(setting, "is_wrapped", at)
        elif setting is not None:
            checker.report(at, "must provide an object")


def check_data_table(checker: Checker, body: Json, pointer: str) -> None:
    """Check a data table: a header and 1 to 100 rows, all of one length."""
    checker.string(body, "caption", pointer, required=True)
    checker.integer(body, "page_size", pointer, minimum=1, maximum=100)
    checker.integer(body, "row_header_column_index", pointer, minimum=0, maximum=19)
    rows = checker.items(body, "rows", pointer, maximum=101, minimum=2)
    for index, row in enumerate(rows):
        _check_row(checker, row, f"{pointer}/rows/{index}", header=index == 0)
    if len({len(row) for row in rows if isinstance(row, list)}) > 1:
        checker.report(f"{pointer}/rows", "all rows must have the same number of cells")


def _check_row(checker: Checker, row: Any, pointer: str, *, header: bool) -> None:
    if not isinstance(row, list):
        checker.report(pointer, "must provide an array")
        return
    if not 1 <= len(row) <= 20:
        checker.report(pointer, "no more than 20 items allowed" if row else "no less than 1 items allowed")
    for index, cell in enumerate(row):
        at = f"{pointer}/{index}"
        body = checker.mapping(cell, at)
        if body is None:
            continue
        kind = body.get("type")
        if kind == "raw_text":
            checker.keys(body, at, allowed={"type", "text"})
            checker.string(body, "text", at, required=True)
        elif kind == "raw_number":
            checker.keys(body, at, allowed={"type", "value", "text"})
            checker.string(body, "text", at, required=True)
            _check_number(checker, body, at)
        elif kind == "rich_text" and not header:
            check_rich_text_block(checker, body, at)
        else:
            checker.report(at, f"unsupported type: {kind}")


def _check_number(checker: Checker, body: Json, pointer: str) -> None:
    value = body.get("value")
    if not isinstance(value, int | float) or isinstance(value, bool):
        checker.report(f"{pointer}/value", "must provide a number")


def check_chart(checker: Checker, body: Json, pointer: str) -> None:
    """Check a data visualization: pie segments, or series over categories."""
    checker.string(body, "title", pointer, maximum=50, required=True)
    chart = checker.mapping(body.get("chart"), f"{pointer}/chart")
    if chart is None:
        return
    at = f"{pointer}/chart"
    kind = chart.get("type")
    if kind == "pie":
        checker.keys(chart, at, allowed={"type", "segments"})
        _check_points(checker, chart, "segments", at, maximum=6)
    elif kind in ("bar", "line", "area"):
        checker.keys(chart, at, allowed={"type", "series", "axis_config"})
        _check_series(checker, chart, at)
    else:
        checker.report(at, f"unsupported type: {kind}")


def _check_series(checker: Checker, chart: Json, pointer: str) -> None:
    axis = checker.mapping(chart.get("axis_config"), f"{pointer}/axis_config")
    categories: list[Any] = []
    if axis is not None:
        at = f"{pointer}/axis_config"
        checker.keys(axis, at, allowed={"categories", "x_label", "y_label"})
        categories = checker.items(axis, "categories", at, maximum=20)
        checker.string(axis, "x_label", at, maximum=50)
        checker.string(axis, "y_label", at, maximum=50)
    names: list[Any] = []
    for index, series in enumerate(checker.items(chart, "series", pointer, maximum=6)):
        at = f"{pointer}/series/{index}"
        body = checker.mapping(series, at)
        if body is None:
            continue
        checker.keys(body, at, allowed={"name", "data"})
        names.append(checker.string(body, "name", at, maximum=50, required=True))
        labels = _check_points(checker, body, "data", at, maximum=20)
        if labels != categories:
            checker.report(f"{at}/data", "labels must match axis_config categories")
    if len(set(names)) != len(names):
        checker.report(f"{pointer}/series", "series must have unique names")


def _check_points(checker: Checker, owner: Json, key: str, pointer: str, *, maximum: int) -> list[Any]:
    labels: list[Any] = []
    for index, point in enumerate(checker.items(owner, key, pointer, maximum=maximum)):
        at = f"{pointer}/{key}/{index}"
        body = checker.mapping(point, at)
        if body is None:
            continue
        checker.keys(body, at, allowed={"label", "value"})
        labels.append(checker.string(body, "label", at, maximum=50, required=True))
        _check_number(checker, body, at)
    return labels


def check_task_card(checker: Checker, body: Json, pointer: str) -> None:
    """Check one task."""
    checker.keys(body, pointer, allowed=TASK_KEYS)
    checker.string(body, "task_id", pointer, required=True)
    checker.string(body, "title", pointer, maximum=256, required=True)
    checker.choice(body, "status", pointer, options=TASK_STATUSES, required=True)
    for key in ("details", "output"):
        if body.get(key) is not None:
            check_rich_text_block(checker, body[key], f"{pointer}/{key}")
    for index, source in enumerate(
        checker.items(body, "sources", pointer, maximum=50, minimum=0, required=False)
    ):
        check_source(checker, source, f"{pointer}/sources/{index}")


def check_source(checker: Checker, value: Any, pointer: str) -> None:
    """Check a URL source of a task."""
    body = checker.mapping(value, pointer)
    if body is None:
        return
    checker.keys(body, pointer, allowed={"type", "url", "text", "icon_url"})
    if body.get("type") != "url":
        checker.report(pointer, f"unsupported type: {body.get('type')}")
    checker.string(body, "url", pointer, maximum=3000, required=True)
    checker.string(body, "text", pointer, maximum=256, required=True)


def check_plan(checker: Checker, body: Json, pointer: str) -> None:
    """Check a plan: a title and up to 50 tasks."""
    checker.string(body, "title", pointer, maximum=256, required=True)
    tasks = checker.items(body, "tasks", pointer, maximum=50, minimum=0, required=False)
    for index, task in enumerate(tasks):
        card = checker.mapping(task, f"{pointer}/tasks/{index}")
        if card is not None:
            check_task_card(checker, card, f"{pointer}/tasks/{index}")
