"""SQL of the calendar: days, months, quarters and years in UTC, the same on SQLite and PostgreSQL."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import String

# ruff: noqa: N801 (the classes read as the SQL functions that they are)


class utc_month(GenericFunction[str]):
    """SQL: the month of a day or of an instant as "2026-03"."""

    type = String()
    inherit_cache = True


class utc_quarter(GenericFunction[str]):
    """SQL: the quarter of a day or of an instant as "2026-Q1"."""

    type = String()
    inherit_cache = True


class utc_year(GenericFunction[str]):
    """SQL: the year of a day or of an instant as "2026"."""

    type = String()
    inherit_cache = True


class day_number(GenericFunction[int]):
    """SQL: a number of a day or of an instant's UTC day; only differences mean something, and mean days."""

    type = Integer()
    inherit_cache = True


def _argument(element: GenericFunction[Any], compiler: SQLCompiler, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


def _postgresql_day(element: GenericFunction[Any], compiler: SQLCompiler, **kw: Any) -> str:
    (argument,) = element.clauses.clauses
    sql = _argument(element, compiler, **kw)
    is_day = isinstance(argument, ColumnElement) and isinstance(argument.type, Date)
    return f"({sql})" if is_day else f"(({sql}) AT TIME ZONE 'UTC')"


@compiles(utc_month, "sqlite")  # type: ignore[no-untyped-call, untyped-decorator, unused-ignore]
def _month_sqlite(element: utc_month, compiler: SQLCompiler, **kw: Any) -> str:
    return f"strftime('%Y-%m', {_argument(element, compiler, **kw)})"


@compiles(utc_month, "postgresql")  # type: ignore[no-untyped-call, untyped-decorator, unused-ignore]
def _month_postgresql(element: utc_month, compiler: SQLCompiler, **kw: Any) -> str:
    return f"to_char({_postgresql_day(element, compiler, **kw)}, 'YYYY-MM')"


@compiles(utc_quarter, "sqlite")  # type: ignore[no-untyped-call, untyped-decorator, unused-ignore]
def _quarter_sqlite(element: utc_quarter, compiler: SQLCompiler, **kw: Any) -> str:
    sql = _argument(element, compiler, **kw)
    return f"(strftime('%Y', {sql}) || '-Q' || ((strftime('%m', {sql}) + 2) / 3))"


@compiles(utc_quarter, "postgresql")  # type: ignore[no-untyped-call, untyped-decorator, unused-ignore]
def _quarter_postgresql(element: utc_quarter, compiler: SQLCompiler, **kw: Any) -> str:
    return f"to_char({_postgresql_day(element, compiler, **kw)}, 'YYYY-\"Q\"Q')"


@compiles(utc_year, "sqlite")  # type: ignore[no-untyped-call, untyped-decorator, unused-ignore]
def _year_sqlite(element: utc_year, compiler: SQLCompiler, **kw: Any) -> str:
    return f"strftime('%Y', {_argument(element, compiler, **kw)})"


@compiles(utc_year, "postgresql")  # type: ignore[no-untyped-call, untyped-decorator, unused-ignore]
def _year_postgresql(element: utc_year, compiler: SQLCompiler, **kw: Any) -> str:
    return f"to_char({_postgresql_day(element, compiler, **kw)}, 'YYYY')"


@compiles(day_number, "sqlite")  # type: ignore[no-untyped-call, untyped-decorator, unused-ignore]
def _day_sqlite(element: day_number, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(julianday(date({_argument(element, compiler, **kw)})) AS INTEGER)"


@compiles(day_number, "postgresql")  # type: ignore[no-untyped-call, untyped-decorator, unused-ignore]
def _day_postgresql(element: day_number, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({_postgresql_day(element, compiler, **kw)}::date - DATE '1970-01-01')"
