"""A PostgreSQL server of the tests' own: on a free port of this machine, in a temporary folder."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.database import build_engine


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, on a free port, gone after the tests."""
    bins = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    found = str(bins[-1]) if bins else shutil.which("postgres")
    if found is None:
        pytest.skip("PostgreSQL is not installed here: its half of the store tests is skipped")
    folder = tmp_path_factory.mktemp("postgresql")
    user: str | None = None
    if os.geteuid() == 0:
        # The server refuses to run as root.
        user = "postgres"
        account = pwd.getpwnam(user)
        for parent in [folder, *list(folder.parents)[:3]]:
            parent.chmod(parent.stat().st_mode | 0o011)
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"
    initdb = [
        str(Path(found).with_name("initdb")),
        "-D",
        str(data),
        "-U",
        "attache",
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    subprocess.run(initdb, user=user, check=True, capture_output=True, cwd=folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = [
        "fsync=off",
        "listen_addresses=127.0.0.1",
        f"unix_socket_directories={folder}",
        "timezone=Asia/Tokyo",
    ]
    command = [found, "-D", str(data), "-p", str(port), *(part for one in settings for part in ("-c", one))]
    with subprocess.Popen(command, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        url = f"postgresql+psycopg://attache@127.0.0.1:{port}/postgres"
        try:
            _wait_until_ready(url)
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # A fast shutdown: it does not wait for clients.
            server.wait(timeout=30)


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
