"""Starting processes the way a person would, and knowing how long they took and how large they grew."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ATTACHE = (sys.executable, "-m", "bot.cli")
_STOP_TIMEOUT_S = 30


class ProcessFailed(RuntimeError):
    """A process that was to be measured ended badly."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that ended well."""

    output: str
    seconds: float
    peak_mb: float


@dataclass(slots=True)
class Running:
    """A process that is under way; `peak_mb` is known after it was stopped."""

    process: "subprocess.Popen[str]"
    started: float
    peak_mb: float = 0.0

    def require_alive(self) -> None:
        """Raise ProcessFailed when the process is gone."""
        if self.process.poll() is not None:
            raise ProcessFailed(f"the process ended early, with exit code {self.process.returncode}")


def clean_environment(**settings: str) -> dict[str, str]:
    """Return this environment with these settings of Attaché's and no others."""
    ours = ("ATTACHE_", "SLACK_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | settings


def run(command: Sequence[str], *, environment: Mapping[str, str]) -> float:
    """Run a command to its end and return how many seconds it took. Raises ProcessFailed."""
    started = time.perf_counter()
    ended = subprocess.run(
        command,
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    seconds = time.perf_counter() - started
    if ended.returncode:
        raise ProcessFailed(f"{' '.join(command)}: {ended.stderr[-2_000:]}")
    return seconds


def run_weighed(command: Sequence[str], *, environment: Mapping[str, str]) -> Finished:
    """Run a command to its end; its standard error is shown. Raises ProcessFailed."""
    with tempfile.TemporaryDirectory(prefix="attache-peak-") as folder:
        report = Path(folder) / "peak.json"
        started = time.perf_counter()
        ended = subprocess.run(
            _weighed(report, command),
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - started
        if ended.returncode:
            raise ProcessFailed(f"{' '.join(command)}: exit code {ended.returncode}")
        return Finished(ended.stdout, seconds, _read_peak(report))


@contextmanager
def running(command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> Iterator[Running]:
    """Run a command while the block runs, then stop it by its process id."""
    with (
        tempfile.TemporaryDirectory(prefix="attache-peak-") as folder,
        log.open("w", encoding="utf-8") as sink,
    ):
        report = Path(folder) / "peak.json"
        started = time.perf_counter()
        process = subprocess.Popen(
            _weighed(report, command),
            env=environment,
            cwd=ROOT,
            stdout=sink,
            stderr=sink,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        current = Running(process, started)
        try:
            yield current
        finally:
            process.terminate()
            try:
                process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if report.exists():
                current.peak_mb = _read_peak(report)


def _weighed(report: Path, command: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "tests.benchmarks.peak", str(report), *command]


def _read_peak(report: Path) -> float:
    return float(json.loads(report.read_text(encoding="utf-8"))["peak_mb"])
