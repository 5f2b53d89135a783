"""A PostgreSQL server of the tests' own: on a free port of this machine, in a temporary folder."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.database import build_engine


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, on a free port, gone after the tests."""
    if find_server() is None:
        pytest.skip("PostgreSQL is not installed here: its half of the store tests is skipped")
    # Not in pytest's folder: any other run of pytest closes that to the user whom the server runs as.
    with (
        tempfile.TemporaryDirectory(prefix="attache-postgresql-") as name,
        running_server(Path(name), fsync="off") as url,
    ):
        yield url


def find_server() -> str | None:
    """Return the newest `postgres` program of this machine, or None."""
    bins = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return str(bins[-1]) if bins else shutil.which("postgres")


@contextmanager
def running_server(folder: Path, **settings: str) -> Iterator[str]:
    """Run a server on the folder's cluster, which is made when there is none; yield its URL.

    The folder is opened to the user whom the server runs as. PostgreSQL must be installed.
    """
    program = find_server()
    if program is None:
        raise FileNotFoundError("postgres")
    user = _hand_over(folder)
    data = folder / "data"
    if not data.exists():
        initdb = [str(Path(program).with_name("initdb")), "-D", str(data)]
        initdb += ["-U", "attache", "-A", "trust", "-E", "UTF8"]
        subprocess.run(initdb, user=user, check=True, capture_output=True, cwd=folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "timezone": "Asia/Tokyo",
        **settings,
    }
    command = [program, "-D", str(data), "-p", str(port)]
    command += [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
    with (
        (folder / "server.log").open("ab") as log,
        subprocess.Popen(command, user=user, stdout=log, stderr=log) as server,
    ):
        url = f"postgresql+psycopg://attache@127.0.0.1:{port}/postgres"
        try:
            _wait_until_ready(url)
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # A fast shutdown: it does not wait for clients.
            server.wait(timeout=30)


def _hand_over(folder: Path) -> str | None:
    """Give the folder to the user whom the server runs as, when it refuses to run as root; return the name."""
    if os.geteuid() != 0:
        return None
    account = pwd.getpwnam("postgres")
    for parent in [folder, *list(folder.parents)[:3]]:
        parent.chmod(parent.stat().st_mode | 0o011)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return account.pw_name


def _wait_until_ready(url: str) -> None:
    engine = build_engine(url)
    for _ in range(1_200):
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
            break
        except OperationalError:
            time.sleep(0.05)
    engine.dispose()
