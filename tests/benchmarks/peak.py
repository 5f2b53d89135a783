"""Run a command in a process of its own and write down its peak memory: `python -m tests.benchmarks.peak`.

The command is started from this small process because Linux counts the memory of whoever starts a process as
that process's own peak, and the process that measures is large.
"""

import json
import resource
import signal
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Run `peak.py REPORT COMMAND…`; the report is {"peak_mb", "exit_code"}. SIGTERM is passed on."""
    report, *command = sys.argv[1:]
    with subprocess.Popen(command) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        exit_code = process.wait()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    peak_mb = peak / 2**20 if sys.platform == "darwin" else peak / 2**10
    Path(report).write_text(json.dumps({"peak_mb": peak_mb, "exit_code": exit_code}), encoding="utf-8")
    sys.exit(exit_code)


if __name__ == "__main__":
    main()
