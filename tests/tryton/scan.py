"""Independent oracle: traces of people in every value of the database, rendered documents included.

It knows nothing of the data map. Texts are looked through by the scan shared with other systems; bytes
are read as text, and unpacked first where they are an archive, as an OpenDocument file is.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from sqlalchemy import Connection, text

from tests.odoo.scan import TEXTUAL, Trace, Wanted, traces

TAGS = re.compile(rb"<[^>]*>")


def content(data: bytes) -> str:
    """What a document says: the parts of an archive, without markup."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [archive.read(name) for name in ("content.xml", "meta.xml", "styles.xml")]
    return "\n".join(TAGS.sub(b" ", part).decode("utf-8", "replace") for part in parts)


def all_traces(connection: Connection, wanted: Wanted) -> list[Trace]:
    """Every trace of the wanted people in the texts and in the bytes of the whole database."""
    texts = [kind for kind in TEXTUAL if kind != "bytea"]
    return [*traces(connection, wanted, texts), *in_documents(connection, wanted)]


def in_documents(connection: Connection, wanted: Wanted) -> Iterator[Trace]:
    """Every trace in a column of bytes."""
    columns = connection.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'bytea' ORDER BY 1, 2"
        )
    ).all()
    for table, column in columns:
        rows = connection.execute(
            text(f'SELECT ctid::text, "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
        )
        for row, data in rows:
            for kind, value, owner in wanted.found_in(content(bytes(data))):
                yield Trace(table, column, row, kind, value, owner)
