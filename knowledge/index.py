"""The dense index: Chroma, embedded or as a server. The only place that imports chromadb.

One collection per audience: what a reader may not see is never searched, and no `where` filter is
needed for it (at 100k chunks a filter costs 40-90 ms, an unfiltered query 1.2 ms). Embedded Chroma is
not safe between processes: only the process that holds the owner lock opens it. A server may be asked
by every process; its collections bear the name of the database they were made from, and the revision
that they show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import numpy as np
from numpy.typing import NDArray

from knowledge.documents import Audience
from knowledge.errors import IndexUnavailable, ServerUnavailable

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

# The graph, as measured: see `deploy/decisions`.
_SPACE = {"space": "cosine", "ef_construction": 400, "ef_search": 300, "max_neighbors": 32}
_BATCH = 2_000
_IN_LIMIT = 500


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """Where a Chroma server is, and what lets one in.

    A question waits `timeout_s` seconds for it, an update `update_timeout_s`; after a failure it is left
    alone for `pause_s`.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    tenant: str = "default_tenant"
    database: str = "default_database"
    timeout_s: float = 3.0
    update_timeout_s: float = 60.0
    pause_s: float = 30.0


class DenseIndex:
    """Vectors by audience. Ids are chunk ids; each vector bears the id of its document.

    Everything here raises IndexUnavailable when the store cannot be used (ServerUnavailable: the server).
    """

    def __init__(self, connect: Callable[[], ClientAPI], *, prefix: str, url: str | None = None) -> None:
        """Open or create the collections."""
        self._prefix = prefix
        self._url = url
        with _translated(url):
            self._client = connect()
            self._collections = {audience: self._open(audience) for audience in Audience}

    @classmethod
    def embedded(cls, directory: Path) -> DenseIndex:
        """Return the index in a folder."""

        def connect() -> ClientAPI:
            import chromadb
            from chromadb.config import Settings

            directory.mkdir(parents=True, exist_ok=True)
            settings = Settings(anonymized_telemetry=False, allow_reset=True)
            return chromadb.PersistentClient(path=str(directory), settings=settings)

        return cls(connect, prefix="passages")

    @classmethod
    def on_server(cls, server: ChromaServer, *, instance: str, timeout_s: float) -> DenseIndex:
        """Return the index of a database, named by its instance, on a server."""
        return cls(
            lambda: _connect(server, timeout_s=timeout_s), prefix=f"attache-{instance}", url=server.url
        )

    def _open(self, audience: Audience) -> Collection:
        configuration: Any = {"hnsw": _SPACE}
        return self._client.get_or_create_collection(
            f"{self._prefix}-{audience.value}", configuration=configuration, embedding_function=None
        )

    def _call(self, audience: Audience, method: str, **arguments: Any) -> Any:
        """Call a method of a collection; one that another process made anew is opened again."""
        from chromadb.errors import NotFoundError

        with _translated(self._url):
            try:
                return getattr(self._collections[audience], method)(**arguments)
            except NotFoundError:
                self._collections[audience] = self._open(audience)
                return getattr(self._collections[audience], method)(**arguments)

    def add(
        self,
        audience: Audience,
        chunk_ids: Sequence[int],
        document_ids: Sequence[int],
        vectors: NDArray[np.float32],
    ) -> None:
        """Add or replace vectors."""
        for start in range(0, len(chunk_ids), _BATCH):
            part = slice(start, start + _BATCH)
            self._call(
                audience,
                "upsert",
                ids=[str(chunk_id) for chunk_id in chunk_ids[part]],
                embeddings=vectors[part],
                metadatas=[{"document": int(document_id)} for document_id in document_ids[part]],
            )

    def forget(self, document_ids: Iterable[int]) -> None:
        """Forget documents, whatever their audience; unknown ones are fine."""
        ids = list(document_ids)
        for start in range(0, len(ids), _IN_LIMIT):
            for audience in Audience:
                self._call(audience, "delete", where={"document": {"$in": ids[start : start + _IN_LIMIT]}})

    def count(self) -> int:
        """Return how many vectors there are. Chroma counts them one by one: no question should ask for it."""
        return sum(int(self._call(audience, "count")) for audience in Audience)

    def search(
        self, query: NDArray[np.float32], audiences: Iterable[Audience], *, limit: int
    ) -> dict[int, float]:
        """Return the nearest chunks of these audiences with their cosine, best first."""
        found: list[tuple[float, int]] = []
        for audience in audiences:
            answer = self._call(
                audience,
                "query",
                query_embeddings=query[np.newaxis, :],
                n_results=limit,
                include=["distances"],
            )
            found += zip(answer["distances"][0], map(int, answer["ids"][0]), strict=True)
        found.sort()
        return {chunk_id: 1.0 - distance for distance, chunk_id in found[:limit]}

    def revision(self) -> int:
        """Return the revision that was last marked, 0 when none was."""
        with _translated(self._url):
            self._collections[Audience.INTERNAL] = self._open(Audience.INTERNAL)
        return int((self._collections[Audience.INTERNAL].metadata or {}).get("revision", 0))

    def mark(self, revision: int) -> None:
        """Write down which revision the vectors show."""
        self._call(Audience.INTERNAL, "modify", metadata={"revision": revision})

    def clear(self) -> None:
        """Forget everything, the mark as well."""
        from chromadb.errors import NotFoundError

        for audience in Audience:
            with _translated(self._url):
                with suppress(NotFoundError):
                    self._client.delete_collection(f"{self._prefix}-{audience.value}")
                self._collections[audience] = self._open(audience)

    def close(self) -> None:
        """Let go of the store's files, so that the next owner can open them, or of the connections."""
        _close(self._client)


def describe_server(server: ChromaServer) -> str:
    """Return the version of the server. Raises ServerUnavailable when it does not answer."""
    with _translated(server.url):
        client = _connect(server, timeout_s=server.timeout_s)
        try:
            return str(client.get_version())
        finally:
            _close(client)


def _connect(server: ChromaServer, *, timeout_s: float) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    address = urlsplit(server.url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ValueError("not an http or https address")
    headers = {"x-chroma-token": server.token} if server.token else {}
    # Chroma's own client would wait for ever, and it asks the server for who it is before it can be told not to.
    httpx.get(f"{server.url.rstrip('/')}/api/v2/heartbeat", headers=headers, timeout=server.timeout_s)
    is_secure = address.scheme == "https"
    client = chromadb.HttpClient(
        host=address.hostname,
        port=address.port or (443 if is_secure else 8000),
        ssl=is_secure,
        headers=headers,
        tenant=server.tenant,
        database=server.database,
        settings=Settings(anonymized_telemetry=False),
    )
    for session in _sessions(client):
        session.timeout = timeout_s
    return client


def _sessions(client: ClientAPI) -> list[httpx.Client]:
    """Return what speaks to the server, for the client and for the part of it that knows tenants; [] when embedded."""
    parts = (client, getattr(client, "_admin_client", None))
    sessions = (getattr(getattr(part, "_server", None), "_session", None) for part in parts)
    return [session for session in sessions if isinstance(session, httpx.Client)]


def _close(client: ClientAPI) -> None:
    sessions = _sessions(client)
    close = getattr(client, "close", None)
    if close is not None:
        close()
    for session in sessions:
        session.close()  # Chroma's own client leaves its connections open.


@contextmanager
def _translated(url: str | None) -> Iterator[None]:
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, httpx.HTTPError, OSError, ValueError, RuntimeError) as error:
        reason = type(error).__name__
        raise (ServerUnavailable(url, reason) if url else IndexUnavailable("dense", reason)) from error
