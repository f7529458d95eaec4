"""The reference organisation as tests see it: its policy, its maps, its demo systems, a run in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from garant.demo import DemoData, build_demo
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy, load_policy
from garant.systems.archive.archive import RecordArchive
from garant.systems.files.store import FileStore
from garant.systems.loader import load_maps
from garant.systems.sql import SqlConnector

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "seipra-score"
AS_OF = date(2026, 11, 1)
KEY = b"a pseudonym key that is public!!"


class Memory:
    """A journal that forgets with the process."""

    def __init__(self) -> None:
        self._prepared: dict[str, Mapping[str, Any]] = {}

    def prepared(self, batch_key: str) -> Mapping[str, Any] | None:
        return self._prepared.get(batch_key)

    def prepare(self, batch_key: str, counts: Mapping[str, Any]) -> None:
        self._prepared[batch_key] = counts

    def skipped(self, batch_key: str) -> Sequence[Any]:
        return [key for batch, counts in self._prepared.items() if batch.startswith(batch_key)
                for key in counts["skipped"]]  # fmt: skip


@contextmanager
def opened(demo: DemoData, archive: RecordArchive | None = None) -> Iterator[dict[str, Source]]:
    """The demo's systems, reached through the example's maps; a run also needs the archive."""
    environment = demo.environment()
    with ExitStack() as stack:
        sources: dict[str, Source] = {}
        for system, loaded in load_maps(EXAMPLE / "maps").items():
            stores = {f.store.env: FileStore(Path(environment[f.store.env])) for f in loaded.map.files}
            url = environment[loaded.map.connection.env]
            connector = SqlConnector(loaded.map, url, pseudonym_key=KEY, stores=stores)
            stack.enter_context(closing(connector))
            sources[system] = Source(loaded.map, loaded.digest, connector, archive)
        yield sources


@pytest.fixture(scope="session")
def policy() -> LoadedPolicy:
    return load_policy(EXAMPLE / "policy")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoData:
    return build_demo(tmp_path_factory.mktemp("demo"), as_of=AS_OF, people=4_000)


@pytest.fixture(scope="module")
def sources(demo: DemoData) -> Iterator[dict[str, Source]]:
    with opened(demo) as systems:
        yield systems
