"""A second Python process, that a test speaks with by lines."""

import subprocess
import sys
from pathlib import Path


def spawn(module: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a module of the tests; its standard input and output are pipes of text."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
